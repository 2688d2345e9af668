"""Plans for Expensify: policies, numbers, names that no reading shows."""

import json

from destinations.expensify.settings import ExpensifyFeed
from tests.unit.roster.frames import Night, acknowledged, decided, member, members, person, recalled, roster, sent
from tests.unit.roster.nights import at_expensify, fields, sent_to_expensify


def test_a_leaver_goes_from_every_policy_they_are_in():
    night = Night(roster(person("1", employment="left"), person("2")))
    there = members(member("1", submitsTo="2@acme.example"), member("1", policy="P2"), member("2"))
    plan, _ = night.expensify(there)
    leaving = [record for record in sent(plan) if record["action"] == "deactivate"]
    assert [(record["policyID"], record["managerEmail"]) for record in leaving] == [("P1", "2@acme.example"), ("P2", "1@acme.example")]
    assert {record["isTerminated"] for record in leaving} == {"true"}
    assert sent_to_expensify(there, plan)["email"].tolist() == ["2@acme.example"]


def test_a_leavers_own_address_is_used_even_if_hr_has_a_newer_one():
    night = Night(roster(person("1", employment="left", email="new@acme.example")))
    night.acknowledged = recalled(night.people, n1="old@acme.example")
    assert sent(night.expensify(members(member("1", "Old@acme.example")))[0])[0]["employeeEmail"] == "Old@acme.example"


def test_a_rejoiner_at_expensify_is_brought_back_as_no_longer_terminated():
    night = Night(roster(person("1")), acknowledged=acknowledged(("1", "1@acme.example", False)))
    plans, _ = at_expensify(night, members())
    assert decided(plans[0]) == {"1": "reactivate"}
    assert sent(plans[0])[0]["isTerminated"] == "false"
    assert plans[0].people.loc[0, "kinds"] == "rejoin"


def test_names_are_sent_when_hr_changes_them_and_never_as_drift():
    night = Night(roster(person("1")))
    _, there = at_expensify(night, members(member("1")))
    night.people = roster(person("1", first_name="Other"))
    plan, _ = night.expensify(there)
    assert fields(plan, "1") == {"firstName"}
    assert plan.changes["old"].isna().all() and not plan.changes["visible"].any()


def test_an_account_without_a_number_is_still_known_by_the_ledger_when_its_address_changes():
    night = Night(roster(person("1", email="new@acme.example")))
    night.acknowledged = recalled(night.people, n1="old@acme.example")
    plan, _ = night.expensify(members(member(None, "old@acme.example")))
    assert decided(plan) == {"1": "update"}
    assert {"employeeEmail", "employeeID"} <= fields(plan, "1")


def test_someone_without_a_policy_has_no_record_and_the_reason_says_so_whatever_else_is_wrong():
    feed = ExpensifyFeed(policyID="extra_policy", role="role")
    night = Night(roster(person("1", extra_policy=None, role="king"), person("2", manager_id="1")), feed=feed)
    plan, _ = night.expensify(members())
    assert decided(plan) == {"1": ("skip", "no_policy"), "2": "create"}


def test_whoever_is_not_yet_in_a_further_policy_is_written_once_and_then_left_alone():
    night = Night(roster(person("1", extra_more="P3, P2")))
    plans, there = at_expensify(night, members(member("1")))
    assert json.loads(plans[0].changes.set_index("field").loc["additionalPolicyIDs", "new"]) == ["P2", "P3"]
    assert sorted(there["policyID"]) == ["P1", "P2", "P3"]
