"""What should change of an organization's dimensions, values and approvers."""

import json
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from destinations.findity.structure import approvers as approving
from roster.settings import Approvers
from tests.unit.destinations.findity.structures import by_dimension, changes, left, read, settings, structure, user
from tests.unit.roster.frames import acknowledged, person, units

# Definitions


@pytest.mark.parametrize(
    ("there", "given_", "change"),
    [
        ({}, {}, None),
        ({"level": "EXPENSE", "controlType": "LIST"}, {}, None),  # what the settings do not say is left
        ({"name": "Old"}, {}, ("name: Old", "name: Cost center")),
        ({"level": "REPORT"}, {"level": "EXPENSE"}, ("level: REPORT", "level: EXPENSE")),
        ({}, {"userOverridable": False}, (None, "userOverridable: false")),
        ({"userOverridable": "false"}, {"userOverridable": False}, None),
        ({"userOverridable": "true"}, {"userOverridable": False}, ("userOverridable: true", "userOverridable: false")),
    ],
)
def test_a_definition_changes_in_what_the_settings_say(there, given_, change):
    known = ({"externalSourceId": "COST", "name": "Cost center", **there},)
    found = structure(by_dimension(**given_), [], read(dimensions=known))
    assert changes(found) == ({} if change is None else {"dimension/COST": change})


def test_a_changed_definition_is_sent_whole_so_that_nothing_else_of_it_is_lost():
    known = ({"externalSourceId": "COST", "name": "Old", "presetLocation": "EMPLOYEE", "userOverridable": "true"},)
    (payload,) = structure(by_dimension(), [], read(dimensions=known)).changes["payload"]
    assert json.loads(payload) == {"externalSourceId": "COST", "name": "Cost center", "presetLocation": "EMPLOYEE", "userOverridable": True}


# Values


def test_values_are_what_rows_and_settings_name_and_known_ones_stay_as_they_are():
    company = by_dimension(values={"id": "cost_center", "named": {"900": "Travel"}})
    people = [person("1", cost_center="100"), person("2", cost_center="200"), person("3")]
    found = structure(company, people, read(values=[("100", "Whatever")]))
    assert changes(found) == {"value/COST/900": (None, "Travel"), "value/COST/200": (None, "200")}
    assert left(found) == {}


def test_only_people_who_should_be_there_bring_values_and_nobody_else_makes_one_superfluous():
    people = [
        person("1", cost_center="1", employment="leave"),
        person("2", cost_center="2", employment="left"),
        person("3", cost_center="3", employment="pending"),
        person("4", cost_center="4", in_scope=False),
    ]
    found = structure(by_dimension(), people, read(values=[(str(number), str(number)) for number in range(2, 5)]))
    assert list(changes(found)) == ["value/COST/1"]
    assert list(left(found)) == ["value/COST/2"]


def test_a_name_that_somebody_changed_becomes_hrs_again_where_a_rule_gives_one_and_else_stays():
    there = read(values=[("100", "Changed")])
    people = [person("1", cost_center="100", department="Sales")]
    assert changes(structure(by_dimension(), people, there)) == {}
    named = by_dimension(values={"id": "cost_center", "name": "department"})
    assert changes(structure(named, people, there)) == {"value/COST/100": ("Changed", "Sales")}


def test_a_value_to_which_rows_give_several_names_is_left_and_told():
    named = by_dimension(values={"id": "cost_center", "name": "department"})
    people = [person("1", cost_center="100", department="Sales"), person("2", cost_center="100", department="Legal")]
    found = structure(named, people, read())
    assert changes(found) == {}
    assert left(found) == {"value/COST/100": "its rows in HR's file give it several names"}


def test_a_value_that_differs_only_in_capitals_makes_no_second_one():
    found = structure(by_dimension(), [person("1", cost_center="cc-1")], read(values=[("CC-1", "One")]))
    assert changes(found) == {}
    assert left(found)["value/COST/cc-1"].endswith("is there: CC-1")


def test_a_value_that_hr_does_not_have_is_told_and_taken_away_only_by_setting():
    people, there = [person("1", cost_center="100")], read(values=[("100", "a"), ("200", "b")])
    assert left(structure(by_dimension(), people, there)) == {
        "value/COST/200": "is there, and HR does not have it: it is taken away only with `delete: true`"
    }
    found = structure(by_dimension(delete=True), people, there)
    assert found.changes[["thing", "kind", "action", "old"]].to_numpy().tolist() == [["value/COST/200", "value_removed", "remove", "b"]]
    assert left(found) == {}


PRESET = '[{"dimensionExternalSourceId":"COST","dimensionValueId":"200"}]'


@pytest.mark.parametrize(
    ("people", "there", "told"),
    [
        ([person("1", cost_center="100"), person("2", unread="cost_center")], [], "not every row"),
        ([person("1")], [], "not every row"),
        ([person("1", cost_center="100")], [user("1", dimensionPresets=PRESET)], "still preset to it"),
    ],
    ids=["a cell cannot be read", "nobody has one", "somebody is preset to it"],
)
def test_a_value_is_not_taken_away_while_it_is_not_sure_that_nobody_has_it(people, there, told):
    found = structure(by_dimension(delete=True), people, read(*there, values=[("100", "a"), ("200", "b")]))
    assert changes(found) == {}
    assert told in left(found)["value/COST/200"]


def test_a_value_that_only_somebody_inactive_is_preset_to_may_go():
    there = read(user("1", active=False, dimensionPresets=PRESET), values=[("100", "a"), ("200", "b")])
    assert list(changes(structure(by_dimension(delete=True), [person("2", cost_center="100")], there))) == ["value/COST/200"]


@pytest.mark.parametrize(
    ("unread", "thing"), [("dimensions", "dimension/COST"), ("values/COST", "values/COST"), ("approvers/COST", "approvers/COST")]
)
def test_nothing_is_planned_from_what_could_not_be_read(unread, thing):
    there = read(user("9"), unread=[(unread, "why")], values=[] if unread == "values/COST" else [("100", "100")])
    found = structure(by_dimension([{"employee": "9"}]), [person("9", cost_center="100")], there)
    assert changes(found) == {}
    assert left(found) == {thing: "why"}


# Approvers

STEP = {"rule": "approval_limit"}
"""Each row names its value's approver in a column that is free here."""


def routed(there=(), *, rows=(), ledger=None, approvers=None, steps=(STEP,), **cells):
    """One value 100, whose row names somebody; `rows` are further people of HR's, `there` Findity's users."""
    people = [person("1", cost_center="100", manager_id="9", **cells), *rows]
    users = there or [user(one["employee_id"]) for one in people]
    return structure(by_dimension(list(steps)), people, read(*users, values=[("100", "100")]), ledger=ledger, approvers=approvers)


def test_an_approver_is_whom_the_rows_of_a_value_name():
    found = routed(rows=[person("9")], approval_limit="9")
    assert changes(found) == {"approvers/COST/100": (None, "9")}
    assert json.loads(found.changes["payload"].iloc[0])["steps"] == [{"personId": "p9", "amountLimit": None}]


@pytest.mark.parametrize(
    ("away", "told"),
    [
        ({"employment": "left"}, "has left"),
        ({"employment": "leave"}, "is on leave"),
        ({"employment": "pending"}, "has not started yet"),
        ({"in_scope": False}, "is not brought in there"),
        ({}, "cannot be named there yet"),
    ],
)
def test_an_approver_who_cannot_approve_is_replaced_by_their_manager_and_it_is_told(away, told):
    rows = [person("5", manager_id="9", **away), person("9")]
    found = routed([user("1"), user("9")], rows=rows, approval_limit="5")
    assert changes(found) == {"approvers/COST/100": (None, "9")}
    assert found.repairs == [f"9 approves for Cost center: 100, since 5 {told}."]


def test_an_approver_without_a_person_id_yet_is_replaced():
    rows = [person("5", manager_id="9"), person("9")]
    found = routed([user("1"), user("5", personId=None), user("9")], rows=rows, approval_limit="5")
    assert changes(found) == {"approvers/COST/100": (None, "9")}


def test_an_approver_who_is_absent_is_replaced_by_the_last_manager_that_is_known():
    ledger = acknowledged(("5", "5", True)).assign(fields='{"manager_id":"9"}')
    found = routed([user("1"), user("5"), user("9")], rows=[person("9")], ledger=ledger, approval_limit="5")
    assert changes(found) == {"approvers/COST/100": (None, "9")}
    assert found.repairs == ["9 approves for Cost center: 100, since 5 has left."]


@pytest.mark.parametrize(("fallback", "new"), [(None, None), ("1", "1")])
def test_with_nobody_left_up_the_chain_nothing_is_sent_but_for_a_fallback(fallback, new):
    rows = [person("5", employment="left")]
    found = routed([user("1")], rows=rows, approvers=Approvers(fallback=fallback), approval_limit="5")
    assert changes(found) == ({"approvers/COST/100": (None, new)} if new else {})
    assert left(found) == ({} if new else {"approvers/COST/100": "5 has left, and nobody up the chain can approve"})


def test_quiet_somebody_whom_nobody_knows_is_not_guessed_and_what_the_cell_says_is_not_repeated():
    told = left(routed([user("1")], approval_limit="Anna Svensson"))["approvers/COST/100"]
    assert told == "whoever is named is nobody whom HR or Findity knows by that number, and nobody up the chain can approve"


def test_two_steps_in_a_row_never_become_one_person_and_the_later_limit_stays():
    steps = [{**STEP, "amountLimit": 5000}, {"employee": "9"}]
    found = routed(
        [user("1"), user("9")], rows=[person("5", manager_id="9", employment="left"), person("9")], steps=steps, approval_limit="5"
    )
    assert changes(found) == {"approvers/COST/100": (None, "9")}
    assert len(found.repairs) == 1


def test_the_same_person_may_approve_first_and_last():
    steps = [{"employee": "9"}, {"employee": "1"}, {"employee": "9"}]
    assert changes(routed(rows=[person("9")], steps=steps)) == {"approvers/COST/100": (None, "9, then 1, then 9")}


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"approval_limit": "1"}, "its rows name several people for step 1"),
        ({"unread": "approval_limit"}, None),
    ],
)
def test_rows_that_do_not_agree_are_told_and_one_that_cannot_be_read_is_no_other_word(other, told):
    found = routed(rows=[person("9"), person("2", cost_center="100", **other)], approval_limit="9")
    assert left(found) == ({"approvers/COST/100": told} if told else {})
    assert changes(found) == ({} if told else {"approvers/COST/100": (None, "9")})


@pytest.mark.parametrize(
    ("cells", "told"), [({}, "no row names anybody for step 1"), ({"unread": "approval_limit"}, "the name for step 1 cannot be read")]
)
def test_where_no_row_names_anybody_what_is_there_stays_and_it_is_told(cells, told):
    found = routed(**cells)
    assert changes(found) == {}
    assert left(found) == {"approvers/COST/100": told}


def test_a_value_may_have_steps_of_its_own():
    company = by_dimension([{"employee": "1"}], approvers_of={"200": [{"employee": "9", "amountLimit": 10}, {"employee": "1"}]})
    people = [person("1", cost_center="100"), person("9", cost_center="200")]
    found = structure(company, people, read(user("1"), user("9"), values=[("100", "100"), ("200", "200")]))
    assert changes(found) == {"approvers/COST/100": (None, "1"), "approvers/COST/200": (None, "9 up to 10, then 1")}


@pytest.mark.parametrize(
    ("there", "old"),
    [
        ([("100", "9", None)], "same"),
        ([("own-100", "9", None)], "same"),
        ([("100", "9", "5000")], "9 up to 5000"),
        ([("100", "1", None), ("100", "9", None)], "1, then 9"),
        ([("100", "stranger", None)], "somebody whom HR does not know"),
    ],
)
def test_who_approves_there_is_compared_by_person_limit_and_order(there, old):
    people = [person("1", cost_center="100"), person("9", cost_center="100")]
    found = structure(by_dimension([{"employee": "9"}]), people, read(user("1"), user("9"), values=[("100", "100")], approvers=there))
    assert changes(found) == ({} if old == "same" else {"approvers/COST/100": (old, "9")})


def test_approvers_of_a_value_that_is_created_tonight_wait_for_it():
    found = structure(by_dimension([{"employee": "9"}]), [person("9", cost_center="100")], read(user("9")))
    assert list(changes(found)) == ["value/COST/100", "approvers/COST/100"]
    assert json.loads(found.changes["payload"].iloc[1])["after"] == "value/COST/100"


def test_an_adopted_user_approves_by_the_number_that_the_ledger_knows():
    there = read(user("X9", externalSourceId="HRIS-9", personnelNumber="else"), values=[("100", "100")])
    known = acknowledged(("9", "HRIS-9", True))
    there["owners"] = known[["employee_id", "account", "active"]]
    company = settings(
        approval="dimensions",
        approver_by="approverExternalId",
        dimensions={"COST": {"name": "Cost center", "values": {"id": "cost_center"}, "approvers": [{"employee": "9"}]}},
    )
    found = structure(company, [person("9", cost_center="100")], there, ledger=known)
    assert json.loads(found.changes["payload"].iloc[0])["steps"] == [{"approverExternalId": "HRIS-9", "amountLimit": None}]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["1", "2", "3", "4"]), st.sampled_from([None, 5, 70])), max_size=9))
def test_whatever_steps_are_wanted_what_comes_of_them_is_whole_or_told_and_never_one_person_twice_in_a_row(rows):
    wanted = pd.DataFrame(rows, columns=["at", "number", "limit"]).astype({"at": "str", "number": "str", "limit": "float64"})
    wanted = wanted.sort_values("at", kind="stable", ignore_index=True)
    wanted["step"] = wanted.groupby("at").cumcount()

    class Chain:
        links = pd.DataFrame({"employee_id": ["4"], "employment": ["left"], "eligible": [False]})

        def nearest(self, numbers, ready):
            return numbers.map({"1": "1", "2": "2", "3": "2"}).astype("str")

    found = approving.found(wanted, Chain(), pd.Index(["1", "2"]), str)
    assert set(wanted["at"]) == set(found.steps["at"]) | set(found.left)
    assert not set(found.steps["at"]) & set(found.left)
    assert set(found.left) == set(wanted.loc[wanted["number"].eq("4"), "at"])
    for at, steps in found.steps.groupby("at"):
        numbers = steps["number"].tolist()
        assert all(one != other for one, other in pairwise(numbers))
        last = wanted.loc[wanted["at"].eq(at), "limit"].iloc[-1]
        assert steps["limit"].iloc[-1] == last or (pd.isna(last) and pd.isna(steps["limit"].iloc[-1]))


# Departments


def departments(*steps, **own):
    given_ = {"approvers": list(steps), "approvers_of": own}
    return settings(approval="departments", departments=given_, users={"organizationalUnitId": "department"})


def test_a_unit_with_people_gets_the_approvers_of_its_rows_and_others_stay_as_they_are():
    people = [person("1", department="Sales", approval_limit="9"), person("9", department="Sales")]
    found = structure(departments(STEP), people, read(user("1"), user("9")))
    assert changes(found) == {"approvers/unit/Sales": (None, "9")}
    assert json.loads(found.changes["payload"].iloc[0]) == {"unit": "s", "steps": [{"personId": "p9", "amountLimit": None}]}


def test_a_unit_may_have_steps_of_its_own_by_path_and_a_name_that_means_none_is_told():
    people = [person("1", department="Sales"), person("9")]
    company = departments(**{"Sales/Nordics": [{"employee": "9"}], "Elsewhere": [{"employee": "9"}]})
    found = structure(company, people, read(user("1"), user("9")))
    assert changes(found) == {"approvers/unit/Sales/Nordics": (None, "9")}
    assert left(found) == {"approvers/Elsewhere": "no unit, or more than one, is called so"}


def test_units_that_show_no_approvers_are_not_units_without_any():
    there = read(user("1"), unread=[("unit approvers", "Findity's units show no approvers")])
    found = structure(departments(STEP), [person("1", department="Sales", approval_limit="1")], there)
    assert changes(found) == {}
    assert list(left(found)) == ["unit approvers"]


# Units


def create(*words, tree=None, by="name"):
    people = [person(str(number), department=word) for number, word in enumerate(words, start=1)]
    company = settings(units="create", users={"organizationalUnitId": "department", "unit_by": by})
    there = read() if tree is None else read(units=tree)
    return structure(company, people, there)


def test_units_that_hr_names_and_findity_lacks_are_created_parents_first_and_always_wait():
    found = create("Sales", "Legal/IP/Patents", "Sales/Baltics", "Sales/Nordics")
    assert changes(found) == {
        "unit/Legal": (None, "below Acme"),
        "unit/Sales/Baltics": (None, "below Sales"),
        "unit/Legal/IP": (None, "below Legal"),
        "unit/Legal/IP/Patents": (None, "below IP"),
    }
    assert set(found.changes["kind"]) == {"unit"}


def test_two_new_units_below_a_new_one_share_it():
    assert list(changes(create("North/A", "North/B", "North"))) == ["unit/North", "unit/North/A", "unit/North/B"]


def test_a_name_that_is_near_an_existing_one_is_shown_with_it():
    assert changes(create("Slaes")) == {"unit/Slaes": (None, "below Acme (there is: Sales)")}


@pytest.mark.parametrize(
    ("word", "tree", "told"),
    [
        ("Nordics", [{"id": "b", "name": "Nordics", "parentId": "r"}], None),
        ("Nordics/Oslo", [{"id": "b", "name": "Nordics", "parentId": "r"}], "several units are called Nordics"),
        ("Sales//Oslo", [], "a part of it is empty"),
        ("Oslo", [{"id": "r2", "name": "Second root"}], "no one unit that all others are below"),
    ],
)
def test_where_a_new_unit_belongs_is_not_guessed(word, tree, told):
    base = [{"id": "r", "name": "Acme"}, {"id": "s", "name": "Sales", "parentId": "r"}, {"id": "n", "name": "Nordics", "parentId": "s"}]
    found = create(word, tree=units(*base, *tree))
    assert changes(found) == {}
    assert list(left(found)) == ([f"unit/{word}"] if told else [])
    assert told is None or told in left(found)[f"unit/{word}"]


def test_a_unit_by_external_id_is_created_under_it():
    found = create("S-1", by="externalSourceId")
    assert json.loads(found.changes["payload"].iloc[0]) == {"above": ["Acme"], "record": {"name": "S-1", "externalSourceId": "S-1"}}
