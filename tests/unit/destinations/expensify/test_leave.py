"""Leave left to Expensify: HR's manager is named, all whom one call must hold go together, and what comes out is the same approver."""

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from destinations.expensify import comparison as expensify_comparison
from destinations.expensify import records as expensify
from destinations.expensify.leave import IN_COMPANY, self_contained
from destinations.expensify.settings import ExpensifyFeed
from roster.people.chain import approval_chain
from roster.plan.write_only import acknowledgement
from roster.settings import Approvers
from sandbox.employees import EmployeeUpdate
from sandbox.seed import state_from
from sandbox.switches import Switches
from tests.soak import EXAMPLES
from tests.unit.roster.frames import KEY, Night, accounts, decided, member, members, person, roster, sent, texts

VENDOR = Approvers(resolve_leave="vendor")
ADMIN = "admin@acme.example"


def at(number):
    return f"{number}@acme.example"


def feed_of(people, approvers=VENDOR):
    chain = approval_chain(people, accounts(), texts([], ("employee_id",)), approvers, "unchanged", KEY)
    made, _ = expensify.employee_feed(people, chain, ExpensifyFeed(policyID="extra_policy"))
    return made.set_index("employee_id")


def team(**of_boss):
    """A top, a boss under them, two people under the boss, and somebody with another manager."""
    boss = person("2", manager_id="1", **of_boss)
    return roster(person("1"), boss, person("3", manager_id="2"), person("4", manager_id="2"), person("5", manager_id="1"))


def known(people, approvers=VENDOR):
    """What the ledger remembers of everyone as the feed has them."""
    feed = feed_of(people, approvers).reset_index()
    return acknowledgement(feed, expensify_comparison.WRITE_ONLY, KEY).assign(account=feed["employeeEmail"], active=True)


def there(*rows):
    """Members by number, each with whom they submit to."""
    return members(*(member(number, submitsTo=at(manager), customField1=number) for number, manager in rows))


def night(people, before, **more):
    return Night(people, acknowledged=known(before), approvers=VENDOR, **more)


def test_a_manager_on_leave_stays_in_the_record_and_who_approves_is_known_all_the_same():
    made = feed_of(team(employment="leave"))
    assert made["managerEmail"].to_dict() == {"1": at(1), "2": at(1), "3": at(2), "4": at(2), "5": at(1)}
    assert made["shown_manager"].to_dict() == {"1": at(1), "2": at(1), "3": at(1), "4": at(1), "5": at(1)}
    assert made.loc["2", "workerStatus"] == "On Leave"


def test_by_default_rollcall_passes_over_them_itself():
    made = feed_of(team(employment="leave"), Approvers())
    assert made["managerEmail"].to_dict() == {"1": at(1), "2": at(1), "3": at(1), "4": at(1), "5": at(1)}
    assert "shown_manager" not in made


@pytest.mark.parametrize(
    "boss",
    [{"employment": "leave", "in_scope": False}, {"employment": "leave", "extra_policy": None}, {"employment": "left"}],
    ids=["outside scope", "without a policy", "gone"],
)
def test_approver_expensify_is_left_alone_only_with_those_whose_leave_the_feed_tells_it(boss):
    assert feed_of(team(**boss)).loc["3", "managerEmail"] == at(1)


def test_approver_expensify_is_not_left_alone_where_leave_leads_to_nobody():
    away = roster(
        person("1", employment="leave", manager_id="2"), person("2", employment="leave", manager_id="1"), person("3", manager_id="2")
    )
    assert feed_of(away)["managerEmail"].to_dict() == {"1": at(1), "2": at(2), "3": at(3)}
    top = roster(person("1", employment="leave"), person("2", manager_id="1"))
    assert feed_of(top).loc["2", "managerEmail"] == at(2)


def test_who_goes_on_leave_takes_everyone_under_them_along():
    plan, _ = night(team(employment="leave"), team()).expensify(there(("1", "1"), ("2", "1"), ("3", "2"), ("4", "2"), ("5", "1")))
    assert decided(plan) == {"1": "none", "2": "update", "3": "update", "4": "update", "5": "none"}
    assert {record["person"]: record["managerEmail"] for record in sent(plan)} == {"2": at(1), "3": at(2), "4": at(2)}
    news = plan.changes.set_index(["person", "field"])["new"].to_dict()
    assert news == {("2", "workerStatus"): "On Leave", ("3", "managerEmail"): at(1), ("4", "managerEmail"): at(1)}


def test_quiet_while_they_are_away_nothing_is_sent():
    plan, _ = night(team(employment="leave"), team(employment="leave")).expensify(
        there(("1", "1"), ("2", "1"), ("3", "1"), ("4", "1"), ("5", "1"))
    )
    assert sent(plan) == []


def test_somebody_new_under_a_manager_on_leave_brings_all_of_them_into_the_call_and_the_plan_says_why():
    people = team(employment="leave")
    people = pd.concat([people, roster(person("6", manager_id="2"))], ignore_index=True)
    before = people[people["employee_id"] != "6"]
    plan, _ = night(people, before).expensify(there(("1", "1"), ("2", "1"), ("3", "1"), ("4", "1"), ("5", "1")))
    assert decided(plan) == {"1": "none", "2": "update", "3": "update", "4": "update", "5": "none", "6": "create"}
    why = plan.people.set_index("person")["detail"]
    assert set(why[["2", "3", "4"]]) == {IN_COMPANY}
    assert plan.changes.empty


def test_approver_who_must_go_without_their_manager_names_the_approver():
    people = pd.concat([team(employment="leave"), roster(person("6", manager_id="2"))], ignore_index=True)
    before = people[people["employee_id"] != "6"]
    members_there = there(("1", "1"), ("2", "1"), ("3", "1"), ("4", "1"), ("5", "1"))
    plan, _ = night(people, before, circumstances={"only": frozenset({"6"})}).expensify(members_there)
    assert [record["person"] for record in sent(plan)] == ["6"]
    going = self_contained(plan.records)
    assert going["managerEmail"].tolist() == [at(1)]
    whole, _ = night(people, before).expensify(members_there)
    pd.testing.assert_frame_equal(self_contained(whole.records), whole.records)


@st.composite
def organisations(draw):
    """Small companies with people on leave at any depth, in circles too."""
    numbers = [str(n) for n in range(1, draw(st.integers(2, 8)))]
    manager = st.sampled_from([*numbers, None, "404"])
    employment = st.sampled_from(["active", "active", "leave", "leave", "left"])
    return roster(*(person(number, manager_id=draw(manager), employment=draw(employment)) for number in draw(st.permutations(numbers))))


@pytest.mark.long(
    held_by="tests/unit/destinations/expensify/test_leave.py::test_approver_expensify_is_left_alone_only_with_those_whose_leave_the_feed_tells_it"
)
@settings(max_examples=EXAMPLES)
@given(organisations())
def test_approver_expensify_ends_where_rollcall_would_have(people):
    plan, _ = Night(people, approvers=VENDOR, feed=ExpensifyFeed(policyID="extra_policy")).expensify(members())
    state = state_from({"expensify": {"policies": {"P1": {"owner": ADMIN, "members": [{"email": ADMIN, "role": "admin"}]}}}})["expensify"]
    records = [{key: value for key, value in record.items() if key in expensify.FIELDS} for record in sent(plan)]
    if records:
        update = EmployeeUpdate(state, Switches(), ADMIN, dry_run=False, fix_chains=True, primary="none")
        assert json.loads(json.dumps(update.run(records, {})))["skippedEmployees"] == []
    there_now = state["policies"]["P1"]["members"]
    direct = feed_of(people, Approvers())["managerEmail"].dropna()  # whose manager is in no row has none, and is held
    brought = {number for number in direct.index if at(number) in there_now}
    assert {number: there_now[at(number)]["submitsTo"] for number in brought} == direct[direct.index.isin(brought)].to_dict()
    # Who is not brought in waits for whoever approves for them, at any depth.
    waiting = set(people.loc[people["employment"].isin(["active", "leave"]), "employee_id"]) - brought
    assert all(number not in direct.index or direct[number] in {at(other) for other in waiting} for number in waiting)
