"""Approvers whom HR's file names and a destination cannot have: in no row, not brought in there, gone by absence."""

import pandas as pd
import pytest

from destinations.expensify.settings import ExpensifyFeed
from roster.plan.limits import Limits
from roster.settings import Approvers
from tests.unit.roster.frames import Night, decided, member, members, person, roster, sent, user, users
from tests.unit.roster.nights import at_expensify

LIMITS = {"limits": Limits().by_kind(first=False)}


def managers_at_expensify(plan):
    return {record["employeeID"]: record["managerEmail"] for record in sent(plan) if record["action"] != "deactivate"}


def approvers_at_findity(plan):
    return {record["externalSourceId"]: record["approverIds"] for record in sent(plan) if "approverIds" in record}


def company(*rows, **settings):
    people = roster(person("1"), *rows)
    return Night(people, circumstances=LIMITS, **settings)


def test_approver_whose_manager_cannot_be_found_stays_with_the_one_there_and_nothing_is_written():
    night = company(person("3", manager_id="1"), person("2", manager_id="3"))
    there = members(member("1"), member("3", submitsTo="1@acme.example"), member("2", submitsTo="3@acme.example"))
    night.acknowledged = told(night, there)
    for lost in (night.people["manager_id"].replace("3", "404"), night.people["manager_id"].replace("3", None)):
        night.people = night.people.assign(manager_id=lost, unread=night.people["employee_id"].map({"2": "manager_id"}).astype("str"))
        plan, _ = night.expensify(there)
        assert decided(plan) == {"1": "none", "2": "none", "3": "none"}


@pytest.mark.parametrize(("manager", "unread"), [("404", None), (None, "manager_id"), (None, "phone|manager_email")])
def test_approver_a_joiner_with_a_manager_who_cannot_be_found_is_held_unless_there_is_a_fallback(manager, unread):
    night = company(person("2", manager_id=manager))
    night.people = night.people.assign(unread=night.people["employee_id"].map({"2": unread}).astype("str"))
    there = members(member("1"))
    night.acknowledged = told(night, there)
    plan, _ = night.expensify(there)
    row = plan.people.set_index("person").loc["2"]
    assert (row["action"], row["intended"], row["reason"]) == ("hold", "create", "manager_unknown")
    assert sent(plan) == []
    night.approvers = Approvers(fallback="1")
    assert managers_at_expensify(night.expensify(there)[0]) == {"2": "1@acme.example"}
    plan, _ = night.findity(users(user("1")))
    assert approvers_at_findity(plan) == {"2": '["1"]'}


def told(night, there):
    """The ledger after everybody who is there was brought in."""
    here = night.people[night.people["email"].isin(there["email"])]
    before = Night(here.reset_index(drop=True), approvers=night.approvers)
    at_expensify(before, members())
    return before.acknowledged


def test_no_surprise_becoming_ones_own_approver_always_waits():
    night = company(person("2", manager_id="1"))
    there = members(member("1"), member("2", submitsTo="1@acme.example"))
    night.acknowledged = told(night, there)
    assert decided(night.expensify(there)[0]) == {"1": "none", "2": "none"}
    night.people = night.people.assign(manager_id=pd.Series([None, None], dtype="str"))
    plan, _ = night.expensify(there)
    row = plan.people.set_index("person").loc["2"]
    assert (row["action"], row["reason"], row["kinds"]) == ("hold", "limit", "self_approval")
    assert plan.changes["kind"].tolist() == ["self_approval"]
    plan, _ = night.findity(users(user("1"), user("2", approverIds='["p1"]')))
    assert plan.people.set_index("person").loc["2", "kinds"] == "self_approval"


def test_no_surprise_a_joiner_becomes_their_own_approver_only_as_a_top():
    night = company(person("2"), person("4", manager_id="3"), person("3", manager_id="4"))
    there = members(member("1"))
    night.acknowledged = told(night, there)
    plan, _ = night.expensify(there)
    rows = plan.people.set_index("person")
    assert (rows.loc["2", "action"], rows.loc["2", "kinds"]) == ("create", "join")
    assert (rows.loc["3", "action"], rows.loc["3", "kinds"]) == ("hold", "join|self_approval")
    assert (rows.loc["4", "action"], rows.loc["4", "reason"]) == ("hold", "depends_on_held")


def test_approver_whoever_leaves_by_absence_is_followed_by_the_manager_they_had_last():
    night = company(person("2", manager_id="1"), person("3", manager_id="2"), absent_means="leaver")
    there = members(member("1"), member("2", submitsTo="1@acme.example"), member("3", submitsTo="2@acme.example"))
    night.acknowledged = told(night, there)
    night.people = night.people[night.people["employee_id"].ne("2")].reset_index(drop=True)
    plan, ledger = night.expensify(there)
    assert decided(plan) == {"1": "none", "2": "deactivate", "3": "update"}
    assert managers_at_expensify(plan) == {"3": "1@acme.example"}
    # The night after, HR still names them, and a joiner does too.
    later = company(person("3", manager_id="2"), person("4", manager_id="2"), absent_means="leaver")
    later.acknowledged = pd.concat([night.acknowledged[night.acknowledged["employee_id"].eq("1")], ledger], ignore_index=True)
    plan, _ = later.expensify(members(member("1"), member("3", submitsTo="1@acme.example")))
    assert decided(plan) == {"1": "none", "3": "none", "4": "create"}
    assert managers_at_expensify(plan) == {"4": "1@acme.example"}


@pytest.mark.parametrize("how", ["no policy", "refused last night"])
def test_approver_whoever_is_not_brought_in_approves_for_nobody(how):
    boss = person("2", manager_id="1", extra_policy=None if how == "no policy" else "P1")
    night = company(boss, person("3", manager_id="2"), out=["2"] if how == "refused last night" else [])
    there = members(member("1"))
    night.acknowledged = told(night, there)
    plan, _ = night.expensify(there)
    assert managers_at_expensify(plan)["3"] == "1@acme.example"
    if how == "refused last night":
        plan, _ = night.findity(users(user("1")))
        assert approvers_at_findity(plan) == {"2": '["1"]', "3": '["1"]'}
        assert approvers_at_findity(night.findity(users(user("1"), user("2")))[0])["3"] == '["2"]', "they are there by now"


def test_a_limit_that_was_left_out_while_its_approver_was_away_is_no_change_on_their_return():
    feed = ExpensifyFeed(policyID="extra_policy", approvalLimit="approval_limit", overLimitApprover="over_limit_approver")
    rows = [person("1"), person("9", manager_id="1"), person("2", manager_id="1", approval_limit="100", over_limit_approver="9")]
    night = Night(roster(*rows), feed=feed)
    _, there = at_expensify(night, members())
    away = night.people.assign(employment=night.people["employment"].mask(night.people["employee_id"].eq("9"), "leave"))
    here, night.people = night.people, away
    _, there = at_expensify(night, there)
    night.people = here
    plan, _ = night.expensify(there)
    assert plan.people.set_index("person")["kinds"].dropna().to_dict() == {"9": "other"}, "only that they are back"


def test_no_surprise_becoming_ones_own_approver_waits_in_a_new_policy_too():
    night = company(person("2", manager_id="1"))
    there = members(member("1"), member("2", submitsTo="1@acme.example"))
    night.acknowledged = told(night, there)
    night.people = night.people.assign(manager_id=pd.Series([None, None], dtype="str"), extra_policy=["P1", "P2"])
    plan, _ = night.expensify(there)
    row = plan.people.set_index("person").loc["2"]
    assert (row["action"], row["reason"], row["kinds"]) == ("hold", "limit", "policy|self_approval")
