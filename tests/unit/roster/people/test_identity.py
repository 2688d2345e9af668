"""When a number is no longer the same person's, and when somebody only married, moved or was written otherwise."""

import pandas as pd
import pytest

from roster.people.identity import identities
from tests.unit.roster.frames import KEY, Night, acknowledged, decided, let_go, member, members, person, roster, sent, user, users

WAS = {"email": "old@acme.example", "last_name": "Österberg", "start_date": "2015-01-01"}
OTHER = {"email": "new@acme.example", "last_name": "Lind", "start_date": "2026-11-01"}
REUSED = ("hold", "number_reused")


def remembered(active=True, account="old@acme.example", **was):
    """The ledger after somebody with number 1 was acknowledged."""
    kept = identities(roster(person("1", **{**WAS, **was})), KEY)
    return acknowledged(("1", account, active)).assign(identity=kept.to_numpy())


def at_expensify(active=True, there=True, was=None, **now):
    night = Night(roster(person("1", **{**WAS, **now})), acknowledged=remembered(active, **(was or {})))
    return night.expensify(members(member("1", "old@acme.example")) if there else members())[0]


def at_findity(known=True, active=True, was=None, shown="Österberg", **now):
    night = Night(roster(person("1", **{**WAS, **now})))
    if known:
        night.acknowledged = remembered(active, account="1", **(was or {}))
    return night.findity(users(user("1", email="old@acme.example", lastName=shown, active=active)))[0]


CASES = [
    ("another person", OTHER, REUSED),
    ("another address and start date", {"email": "new@acme.example", "start_date": "2026-11-01"}, REUSED),
    ("a marriage", {"email": "new@acme.example", "last_name": "Lind"}, "update"),
    ("another name and start date, and the same address", {"last_name": "Lind", "start_date": "2026-11-01"}, "update"),
    ("another address", {"email": "new@acme.example"}, "update"),
    ("the address in other case", {**OTHER, "email": "OLD@Acme.example"}, "update"),
]


@pytest.mark.parametrize(("now", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_no_surprise_a_number_is_held_as_reused_where_address_and_start_date_are_others(now, expected):
    assert decided(at_expensify(**now)) == {"1": expected}
    assert decided(at_findity(**now)) == {"1": expected}


def test_without_a_start_date_the_last_name_decides():
    unknown = {"start_date": None}
    for plan in (at_expensify(was=unknown, **OTHER), at_expensify(**{**OTHER, **unknown}), at_findity(was=unknown, **OTHER)):
        assert decided(plan) == {"1": REUSED}
    same = {**OTHER, "last_name": "OSTER-BERG"}
    for plan in (at_expensify(was=unknown, **same), at_findity(was=unknown, **same)):
        assert decided(plan) == {"1": "update"}


def test_at_findity_the_name_there_decides_where_nothing_is_remembered():
    assert decided(at_findity(known=False, **OTHER)) == {"1": REUSED}
    assert decided(at_findity(known=False, shown="lind", **OTHER)) == {"1": "update"}


@pytest.mark.parametrize(("field", "shown"), [("lastName", "Berg"), ("lastName", None), ("firstName", "Kim"), ("firstName", None)])
def test_no_surprise_where_nothing_is_remembered_one_name_alone_confirms_nobody(field, shown):
    night = Night(roster(person("1", email="new@acme.example")))
    assert decided(night.findity(users(user("1", email="old@acme.example", **{field: shown})))[0]) == {"1": REUSED}
    assert decided(night.findity(users(user("1", email="old@acme.example")))[0]) == {"1": "update"}
    assert decided(Night(roster(person("1"))).findity(users(user("1", **{field: shown})))[0]) == {"1": "update"}


@pytest.mark.parametrize("employment", ["active", "leave", "left"])
def test_no_surprise_where_no_name_is_shown_and_nothing_remembered_a_number_under_another_address_is_in_doubt(employment):
    night, there = Night(roster(person("1", **OTHER, employment=employment))), members(member("1", "old@acme.example"))
    plan, _ = night.expensify(there)
    assert decided(plan) == {"1": REUSED}
    assert sent(plan) == []
    assert decided(let_go(plan)) == {"1": REUSED}
    night.acknowledged = remembered().assign(identity=None)  # of one ledger's first days, or of a row without a name
    assert decided(night.expensify(there)[0]) == {"1": REUSED}
    night.circumstances = {"same": frozenset({"1"})}
    assert decided(night.expensify(there)[0]) == {"1": "deactivate" if employment == "left" else "update"}


@pytest.mark.parametrize("number", ["1", None], ids=["with their number", "without a number"])
def test_the_same_address_needs_nobody_to_confirm_it(number):
    night = Night(roster(person("1", **OTHER)))
    assert decided(night.expensify(members(member(number, "NEW@acme.example")))[0]) == {"1": "update"}


def test_no_surprise_whoever_reports_to_somebody_in_doubt_waits_with_them():
    night = Night(roster(person("1", email="new@acme.example"), person("2", manager_id="1")))
    plan, _ = night.expensify(members(member("1", "old@acme.example"), member("2")))
    assert decided(plan) == {"1": REUSED, "2": ("hold", "depends_on_held")}
    plan, _ = night.findity(users(user("1", email="old@acme.example", firstName="Kim"), user("2")))
    assert decided(plan) == {"1": REUSED, "2": ("hold", "depends_on_held")}


def test_no_surprise_who_left_is_not_woken_as_somebody_else():
    # At Expensify the same number under another address would join the two people's accounts.
    for plan in (at_expensify(active=False, there=False, **OTHER), at_findity(active=False, **OTHER)):
        assert decided(plan) == {"1": REUSED}
        assert plan.people["intended"].tolist() == ["reactivate"]
        assert sent(plan) == []


def test_a_leaver_whose_number_seems_to_be_another_persons_is_held_too():
    assert decided(at_expensify(employment="left", **OTHER)) == {"1": REUSED}


def test_someone_found_by_address_is_under_no_suspicion():
    night = Night(roster(person("1", **WAS)))
    assert decided(night.findity(users(user("7", externalSourceId=None, personnelNumber=None, email="OLD@acme.example")))[0]) != {
        "1": REUSED
    }


def test_whoever_somebody_has_called_the_same_person_is_written():
    night = Night(roster(person("1", **OTHER)), acknowledged=remembered())
    night.circumstances = {"same": frozenset({"1"})}
    assert decided(night.expensify(members(member("1", "old@acme.example")))[0]) == {"1": "update"}


# What is remembered


def test_what_is_remembered_shows_neither_name_nor_date_and_needs_the_key():
    kept = identities(roster(person("1", **WAS), person("2", **{**WAS, "last_name": "Lind"})), KEY)
    assert kept.index.tolist() == ["1", "2"]
    assert not kept.str.contains("sterberg|2015", case=False).any()
    assert kept["1"] != kept["2"]
    assert kept["1"].split(".")[1] == kept["2"].split(".")[1]
    assert identities(roster(person("1", **WAS)), KEY[::-1])["1"] != kept["1"]


def told(night, there):
    return night.expensify(there)[1].set_index("employee_id")


def test_everyone_in_step_is_remembered_once_and_anew_when_hr_corrects_a_date():
    there = members(member("1", "old@acme.example"))
    night = Night(roster(person("1", **WAS)))
    _, kept = night.expensify(there)
    night.acknowledged = kept
    assert kept["identity"].tolist() == identities(night.people, KEY).tolist()
    plan, again = night.expensify(there)
    assert (decided(plan), len(again)) == ({"1": "none"}, 0)
    night.people = roster(person("1", **{**WAS, "start_date": "2015-02-01"}))
    plan, again = night.expensify(there)
    assert decided(plan) == {"1": "none"}
    assert again["identity"].tolist() == identities(night.people, KEY).tolist()


def test_a_leaver_stays_remembered_whether_their_row_is_there_or_not():
    there = members(member("1", "old@acme.example"), member("2"))
    row = told(Night(roster(person("1", **WAS, employment="left")), acknowledged=remembered()), there)
    absent = told(Night(roster(person("2")), absent_means="leaver", acknowledged=remembered()), there)
    kept = identities(roster(person("1", **WAS)), KEY)["1"]
    assert (row.loc["1", "identity"], absent.loc["1", "identity"]) == (kept, kept)
    assert pd.isna(told(Night(roster(), absent_means="leaver", acknowledged=acknowledged(("1", "x", True))), there)["identity"]).all()


@pytest.mark.parametrize("lacking", [["last_name"], ["start_date"], ["last_name", "start_date", "email", "first_name"]])
def test_a_leaver_whose_row_has_lost_its_values_stays_remembered_as_they_were(lacking):
    emptied = person("1", **{**WAS, **dict.fromkeys(lacking)}, employment="left")
    kept = told(Night(roster(emptied), acknowledged=remembered()), members(member("1", "old@acme.example")))
    assert kept.loc["1", "identity"] == identities(roster(person("1", **WAS)), KEY)["1"]


@pytest.mark.parametrize("active", [True, False], ids=["who is there", "who has left"])
def test_no_surprise_whoever_comes_in_under_an_address_of_another_employee_is_held(active):
    night = Night(roster(person("2", email="Old@acme.example")), acknowledged=remembered(active=active))
    there = members(member("1", "old@acme.example")) if active else members()
    plan, _ = night.expensify(there)
    assert decided(plan)["2"] == ("hold", "conflict" if active else "address_reused")
    assert sent(plan) == []


def test_the_same_person_under_another_number_comes_in_once_somebody_says_so():
    night = Night(
        roster(person("2", email="old@acme.example")), acknowledged=remembered(active=False), circumstances={"same": frozenset({"2"})}
    )
    assert decided(night.expensify(members())[0])["2"] == "create"
    night.acknowledged = pd.concat([night.acknowledged, acknowledged(("2", "old@acme.example", True))], ignore_index=True)
    night.circumstances = {}
    assert decided(night.expensify(members())[0])["2"] == "reactivate"
