"""What is particular to a first sync: when it is rather the wrong destination, and who is of it still once it was written."""

import pandas as pd
import pytest

from roster.plan import first
from roster.plan.limits import KindLimit, Limits
from tests.unit.roster.frames import Night, acknowledged, decided, let_go, member, members, person, roster, user, users

WAITS = ("hold", "hardly_any_match")
TIGHT = Limits(join=KindLimit(count=1, share=0)).by_kind(first=False)


def strangers(count, make=member, **cells):
    return [make(str(900 + at), **cells) for at in range(count)]


def night(count=20, **circumstances):
    people = roster(*(person(str(number)) for number in range(1, count + 1)))
    return Night(people, circumstances={"first": True, **circumstances})


def test_no_surprise_where_no_account_is_anybodys_of_hr_everything_waits_and_says_why():
    for plan, _ in (night().expensify(members(*strangers(5))), night().findity(users(*strangers(5, user)))):
        assert {decided(plan)[str(number)] for number in range(1, 21)} == {WAITS}
        assert plan.people.set_index("person")["detail"]["1"] == "of 5 accounts there none is anybody's of HR's file"
        assert not plan.records["apply"].any()
        assert decided(let_go(plan))["1"] == "create"


def test_accounts_too_few_to_say_anything_hold_nothing():
    assert decided(night().expensify(members(*strangers(first.ENOUGH - 1)))[0])["1"] == "create"
    assert decided(night().expensify(members())[0])["1"] == "create"


@pytest.mark.parametrize(("found", "of_hr", "there", "expected"), [(2, 30, 29, WAITS), (3, 30, 29, "create"), (20, 21, 500, "create")])
def test_hardly_any_is_less_than_a_tenth_of_those_who_could_match(found, of_hr, there, expected):
    known = [member(str(number)) for number in range(1, found + 1)]
    plan, _ = night(of_hr).expensify(members(*known, *strangers(there - found)))
    assert decided(plan)[str(of_hr)] == expected


def test_accounts_found_by_address_alone_are_found():
    by_address = [member(None, f"{number}@acme.example") for number in range(1, 9)]
    assert decided(night().expensify(members(*by_address))[0])["20"] == "create"


def test_no_surprise_accounts_found_by_number_under_other_addresses_are_found_for_nobody():
    others = [member(str(number), f"x{number}@acme.example") for number in range(1, 9)]
    plan, _ = night().expensify(members(*others))
    assert (decided(plan)["1"], decided(plan)["20"]) == (("hold", "number_reused"), WAITS)
    others = [user(str(number), email=f"x{number}@acme.example", firstName="Kim") for number in range(1, 9)]
    plan, _ = night().findity(users(*others))
    assert (decided(plan)["1"], decided(plan)["20"]) == (("hold", "number_reused"), WAITS)


def test_no_surprise_accounts_whose_addresses_have_other_numbers_are_found_for_nobody():
    plan, _ = night().expensify(members(*(member(str(100 + number), f"{number}@acme.example") for number in range(1, 9))))
    assert (decided(plan)["1"], decided(plan)["20"]) == (("hold", "conflict"), WAITS)


def test_no_surprise_a_run_for_some_people_waits_likewise():
    plan, _ = night(only=frozenset({"1"})).expensify(members(*strangers(5)))
    assert decided(plan)["1"] == WAITS


def test_once_the_first_sync_was_let_go_accounts_of_others_hold_nobody():
    there = night()
    there.circumstances = {}
    assert decided(there.expensify(members(*strangers(50)))[0])["1"] == "create"


# Who is of the first sync


def test_those_of_the_first_sync_come_in_without_being_among_todays_joiners():
    people = night(4, limits=TIGHT, first=False, of_first=frozenset({"1", "2", "3"}))
    plan, _ = people.expensify(members())
    assert set(decided(plan).values()) == {"create"}
    assert plan.people["kinds"].tolist() == ["join"] * 4
    assert plan.figures[["kind", "planned", "held"]].to_numpy().tolist() == [["join", 1, 0]]


def test_no_surprise_others_count_as_usual_beside_them():
    plan, _ = night(5, limits=TIGHT, first=False, of_first=frozenset({"1", "2", "3"})).expensify(members())
    assert {number: decided(plan)[number] for number in "345"} == {"3": "create", "4": ("hold", "limit"), "5": ("hold", "limit")}


def test_no_surprise_of_the_first_sync_or_not_who_would_approve_for_themselves_waits():
    people = roster(person("1", manager_id="2"), person("2", manager_id="1"))
    limits = Limits().by_kind(first=False)
    plan, _ = Night(people, circumstances={"limits": limits, "of_first": frozenset({"1", "2"})}).expensify(members())
    assert ("hold", "limit") in decided(plan).values()


def test_who_is_of_a_first_sync_is_whom_its_plan_brings_in_and_nobody_who_is_still_to_be_looked_at():
    plan, _ = night(3).expensify(members(member("3")))
    assert first.joiners(plan.people) == ["1", "2"]
    for waiting in ({"hold_all": True}, {"limits": TIGHT}):
        assert first.joiners(night(3, **waiting).expensify(members(member("3")))[0].people) == []
    needing = roster(person("1", email="new@x"), person("2", manager_id="1"))
    held = Night(needing, circumstances={"first": True}).expensify(members(member("1", "old@x")))[0]
    assert decided(held)["2"] == ("hold", "depends_on_held")
    assert first.joiners(held.people) == ["2"]


def test_whoever_was_taken_since_is_no_longer_of_it():
    known = acknowledged(("2", "2@acme.example", True), ("3", "3@acme.example", False))
    assert first.still_of_first(["3", "1", "2"], known["employee_id"]) == ["1"]


def test_of_the_first_sync_still_only_coming_in_and_what_lacked_of_it_does_not_count():
    rows = {"1": "join", "2": "manager|other", "3": "leave", "4": "join|self_approval", "5": "rejoin", "6": "manager"}
    people = pd.DataFrame({"employee_id": list(rows), "kinds": list(rows.values())}, dtype="str")
    left = first.uncounted(people, ["1", "2", "3", "4", "5"])["kinds"].fillna("").tolist()
    assert left == ["", "", "leave", "self_approval", "rejoin", "manager"]
