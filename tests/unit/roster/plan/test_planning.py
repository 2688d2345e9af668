"""From what is there and what should be to a plan, and from there to nothing left to do: what holds at both destinations."""

import pytest

from roster.plan.decision import AbsentPeople
from tests.unit.roster.frames import (
    Night,
    acknowledged,
    decided,
    let_go,
    member,
    members,
    person,
    recalled,
    roster,
    sent,
    stored_plan,
    user,
    users,
)
from tests.unit.roster.nights import at_expensify, at_findity, fields


def test_a_joiner_is_created_with_everything_that_is_known_of_them():
    night = Night(roster(person("1"), person("2", manager_id="1")))
    plan, _ = night.expensify(members())
    assert decided(plan) == {"1": "create", "2": "create"}
    assert sent(plan)[1] == {
        "person": "2", "action": "create", "employeeEmail": "2@acme.example", "managerEmail": "1@acme.example", "employeeID": "2",
        "policyID": "P1", "firstName": "F2", "lastName": "L2", "workerStatus": "Active",
    }  # fmt: skip
    plan, _ = night.findity(users())
    assert decided(plan) == {"1": "create", "2": "create"}
    assert sent(plan)[1] == {
        "person": "2", "action": "create", "externalSourceId": "2", "firstName": "F2", "lastName": "L2", "email": "2@acme.example",
        "personnelNumber": "2", "active": "true", "approverIds": '["1"]',
    }  # fmt: skip


def test_nobody_and_nothing_give_an_empty_plan():
    for plan, told in (Night(roster()).expensify(members()), Night(roster()).findity(users())):
        assert plan.people.empty and plan.changes.empty and plan.records.empty and told.empty
        assert plan.held_digest() is None
        assert stored_plan(plan).digest() == plan.digest()


def test_a_changed_address_is_an_update_of_the_same_account():
    night = Night(roster(person("1", email="new@acme.example")))
    night.acknowledged = recalled(night.people, n1="old@acme.example")
    plan, _ = night.expensify(members(member("1", "Old@acme.example")))
    assert decided(plan) == {"1": "update"}
    assert {"employeeEmail", "managerEmail"} <= fields(plan, "1")
    assert "email" in plan.people.loc[0, "kinds"].split("|")
    night.acknowledged = recalled(night.people, n1="1")
    plan, _ = night.findity(users(user("1", email="old@acme.example")))
    assert sent(plan) == [{"person": "1", "action": "update", "externalSourceId": "1", "active": "true", "email": "new@acme.example"}]


def test_an_address_that_goes_from_one_to_another_moves_in_two_nights_and_creates_nobody():
    night = Night(roster(person("1", email="b@acme.example"), person("2", email="a@acme.example")))
    night.acknowledged = recalled(night.people, n1="a@acme.example", n2="c@acme.example")
    there = members(member("1", "a@acme.example"), member("2", "c@acme.example"))
    plans, after = at_expensify(night, there)
    assert decided(plans[0]) == {"1": "update", "2": ("hold", "conflict")}
    assert decided(plans[1])["2"] == "update"
    assert dict(zip(after["employeeID"], after["email"], strict=True)) == {"1": "b@acme.example", "2": "a@acme.example"}
    there = users(user("1", email="a@acme.example"), user("2", email="c@acme.example"))
    plans, after = at_findity(Night(night.people), there)
    assert decided(plans[0]) == {"1": "update", "2": ("hold", "conflict")}
    assert after["email"].tolist() == ["b@acme.example", "a@acme.example"]


def test_a_case_that_differs_is_no_change_of_address():
    night = Night(roster(person("1", email="One@acme.example")))
    plans, _ = at_expensify(night, members(member("1", "ONE@ACME.example")))
    assert "employeeEmail" not in fields(plans[0], "1")
    plan, _ = Night(night.people).findity(users(user("1", email="ONE@ACME.example")))
    assert "email" not in fields(plan, "1")


def test_a_rejected_row_leaves_its_person_alone_and_approving():
    night = Night(roster(person("2", manager_id="1")), rejected=["1"], absent_means="leaver")
    night.acknowledged = acknowledged(("1", "1@acme.example", True))
    plan, _ = night.expensify(members(member("1"), member("2", submitsTo="1@acme.example")))
    assert decided(plan)["1"] == ("skip", "row_rejected")
    assert "managerEmail" not in fields(plan, "2")
    night.acknowledged = acknowledged(("1", "1", True))
    plan, _ = night.findity(users(user("1"), user("2", approverIds='["p1"]')))
    assert decided(plan)["1"] == ("skip", "row_rejected")
    assert "approverIds" not in fields(plan, "2")


def test_a_leaver_without_an_address_is_removed_by_number_and_their_people_find_the_next_manager():
    gone = person("2", employment="left", manager_id="1", email=None, first_name=None, last_name=None)
    night = Night(roster(person("1"), gone, person("3", manager_id="2")), acknowledged=acknowledged(("2", "2@acme.example", True)))
    plan, _ = night.expensify(members(member("1"), member(None, "2@acme.example"), member("3", submitsTo="2@acme.example")))
    assert (decided(plan)["2"], decided(plan)["3"]) == ("deactivate", "update")
    assert {each["employeeEmail"]: each["managerEmail"] for each in sent(plan)}["3@acme.example"] == "1@acme.example"
    night.acknowledged = acknowledged(("2", "2", True))
    plan, _ = night.findity(users(user("1"), user("2"), user("3", approverIds='["p2"]')))
    assert (decided(plan)["2"], decided(plan)["3"]) == ("deactivate", "update")
    assert plan.changes.loc[plan.changes["person"].eq("2"), "field"].tolist() in ([], ["active"])


def test_people_outside_scope_are_left_as_they_are_and_never_leave():
    night = Night(roster(person("1", in_scope=False, employment="left", email="new@acme.example")), absent_means="leaver")
    for known, (plan, _) in (("1@acme.example", night.expensify(members(member("1")))), ("1", night.findity(users(user("1"))))):
        night.acknowledged = acknowledged(("1", known, True))
        assert decided(plan) == {"1": ("skip", "out_of_scope")}
        assert plan.records.empty and plan.changes.empty


def test_an_approver_outside_scope_is_named_by_the_address_that_they_have_there():
    night = Night(roster(person("1", in_scope=False, email="new@acme.example"), person("2", manager_id="1")))
    plan, _ = night.expensify(members(member("1", "old@acme.example")))
    assert sent(plan)[0]["managerEmail"] == "old@acme.example"


@pytest.mark.parametrize(("means", "expected"), [("leaver", "deactivate"), ("unchanged", ("skip", "absent"))], ids=["leaver", "unchanged"])
def test_what_absence_means_is_what_the_settings_say(means, expected):
    night = Night(roster(person("2")), absent_means=means, acknowledged=acknowledged(("1", "1@acme.example", True)))
    assert decided(night.expensify(members(member("1"), member("2")))[0])["1"] == expected
    night.acknowledged = acknowledged(("1", "1", True))
    assert decided(night.findity(users(user("1"), user("2")))[0])["1"] == expected


def test_absence_can_be_an_error_that_names_nobody():
    night = Night(roster(person("2")), absent_means="error", acknowledged=acknowledged(("1", "1@acme.example", True)))
    with pytest.raises(AbsentPeople) as failure:
        night.expensify(members(member("1")))
    assert "@" not in str(failure.value)


def test_strangers_are_counted_and_never_touched():
    night = Night(roster(person("1")), absent_means="leaver")
    plan, _ = night.expensify(members(member(None, "auditor@x.example"), member("77", "other@x.example")))
    assert sorted(reason for _, reason in [what for who, what in decided(plan).items() if who != "1"]) == ["not_in_hr", "not_in_hr"]
    assert set(plan.records["person"]) == {"1"}


def test_without_a_readable_number_on_a_reject_every_leaver_by_absence_waits_and_no_other():
    night = Night(
        roster(person("1"), person("3", employment="left")),
        absent_means="leaver",
        acknowledged=acknowledged(("2", "2@acme.example", True)),
        circumstances={"unreadable_reject": True},
    )
    plan, _ = night.expensify(members(member("2"), member("3")))
    assert decided(plan) == {"1": "create", "2": ("hold", "reject_without_number"), "3": "deactivate"}
    assert [record["person"] for record in sent(plan, applied=False)] == ["2"]
    assert decided(let_go(plan))["2"] == "deactivate"


def test_a_run_for_some_touches_nobody_else_and_lets_nobody_leave_by_absence():
    night = Night(
        roster(person("1"), person("2")),
        absent_means="leaver",
        acknowledged=acknowledged(("3", "3@acme.example", True)),
        circumstances={"only": frozenset({"1", "3"})},
    )
    plan, _ = night.expensify(members(member("3"), member("9")))
    assert set(decided(plan).values()) == {"create", ("none", "not_selected"), ("skip", "absent")}
    assert set(plan.records["person"]) == {"1"}
