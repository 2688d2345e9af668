"""Only what changed is sent, and that means the same as sending all of it: for random companies and changes, by the sandbox's rules."""

import copy

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from destinations.expensify import membership
from destinations.expensify.adapter import Adapter
from destinations.expensify.client import MEMBER_COLUMNS
from destinations.expensify.leave import self_contained
from destinations.expensify.records import FIELDS
from destinations.expensify.settings import Expensify, ExpensifyFeed
from roster.plan.acknowledgements import acknowledgements
from roster.records import to_records
from sandbox.employees import EmployeeUpdate
from sandbox.switches import Switches
from tests.soak import EXAMPLES
from tests.unit.destinations.expensify.nights import OWNER, seeded
from tests.unit.roster.frames import KEY, Night, person, roster, texts
from tests.unit.roster.nights import remembered

POLICIES = ("P1", "P2", "P3")
FEED = ExpensifyFeed.model_validate(
    {
        **{"policyID": "extra_policy", "additionalPolicyIDs": "extra_more", "role": "role", "customField2": "department"},
        **{"approvalLimit": "approval_limit", "overLimitApprover": "over_limit_approver"},
    }
)
NUMBERS = ("1", "2", "3", "4")

people = st.fixed_dictionaries(
    {
        "here": st.sampled_from([True, True, True, False]),
        "email": st.sampled_from(["a", "b"]),
        "extra_policy": st.sampled_from(POLICIES),
        "extra_more": st.sampled_from([None, None, "P2", "P3", "P1,P3"]),
        "manager": st.sampled_from(NUMBERS),
        "role": st.sampled_from(["user", "auditor"]),
        "department": st.sampled_from(["Sales", "Law"]),
        "approval_limit": st.sampled_from(["100", "250"]),
        "first_name": st.sampled_from(["Ek", "Alm"]),
    }
)
nights = st.lists(st.fixed_dictionaries(dict.fromkeys(NUMBERS[1:], people)), min_size=2, max_size=3)
modes = st.sampled_from(["stay", "terminate", "unassigned"])


def company(org):
    """HR's file: the first one is everybody's last resort and always there."""
    rows = [person("1", extra_more="P2,P3", role="user", department="Board", approval_limit="900", over_limit_approver="1")]
    here = {"1", *(number for number, cells in org.items() if cells["here"])}
    for number, cells in org.items():
        if cells["here"]:
            boss = cells["manager"] if cells["manager"] in here - {number} else "1"
            own = {name: value for name, value in cells.items() if name not in ("here", "manager")}
            rows.append(
                person(number, **{**own, "manager_id": boss, "over_limit_approver": "1", "email": f"{number}{own['email']}@acme.example"})
            )
    return roster(*rows)


class There:
    """Expensify by the sandbox's rules, without a server, and what the ledger remembers."""

    def __init__(self, mode):
        self.state = seeded(*POLICIES)["expensify"]
        self.adapter = Adapter(Expensify.model_construct(feed=FEED, connection=None, movers=mode))
        self.night = Night(company({}), absent_means="leaver", feed=FEED)

    def read(self):
        rows = [{**member, "policyID": key} for key, policy in self.state["policies"].items() for member in policy["members"].values()]
        sent = self.night.acknowledged.reindex(columns=["employee_id", "record"]).astype("str")
        put = membership.remembered(self.night.acknowledged)
        return {
            "members": texts(rows, MEMBER_COLUMNS),
            "looked": texts([{"policyID": one} for one in POLICIES], ["policyID"]),
            "put": put,
            "sent": sent,
        }

    def synced(self, org, nights=1):
        """A night, or more on which nothing changes: who approves in a policy may leave it once nobody submits to them there."""
        for _ in range(nights):
            self.night.people = company(org)
            plan, told = self._plan()
            self.send(plan.records)
            self.night.acknowledged = remembered(self.night, plan, told)
        return self

    def _plan(self):
        read = self.read()
        plan, _ = self.night.at(self.adapter, read)
        assert plan.people.loc[plan.people["action"].eq("hold"), "reason"].tolist() == []
        desired = self.night.desired(self.adapter, read).records
        return plan, acknowledgements(self.adapter, plan, desired, self.night.hr(), read)

    def send(self, records):
        if len(records):
            update = EmployeeUpdate(self.state, Switches(), OWNER, dry_run=False, fix_chains=False, primary="none")
            answer = update.run(to_records(self_contained(records), FIELDS), {})
            assert answer["skippedEmployees"] == []

    def everything(self):
        """The whole feed, whatever is there."""
        desired = self.night.desired(self.adapter, self.read()).records
        self.send(desired.assign(isTerminated="false"))
        return self

    def shown(self):
        """Policy and number → all that Expensify keeps of them."""
        policies = self.state["policies"].items()
        return {(key, one["employeeID"]): one for key, policy in policies for one in policy["members"].values() if "employeeID" in one}

    def named(self):
        desired = self.night.desired(self.adapter, self.read()).records
        rows = membership.named_policies(desired)
        return set(zip(rows["policyID"], rows["employee_id"], strict=True))


@pytest.mark.long(
    held_by="tests/unit/destinations/expensify/test_planning.py::test_whoever_is_not_yet_in_a_further_policy_is_written_once_and_then_left_alone"
)
@settings(max_examples=EXAMPLES // 2, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(nights, modes)
def test_incremental_feeds_come_to_the_same_as_one_full_feed(orgs, mode):
    step_by_step = There(mode)
    for org in orgs:
        step_by_step.synced(org, 2 if org is orgs[-1] else 1)
    shown, named = step_by_step.shown(), step_by_step.named()
    at_once = There(mode)
    at_once.night.people = company(orgs[-1])
    assert at_once.everything().shown().keys() == named
    # Whatever the feed names is the same, in every field; a full feed on top of it changes nothing.
    assert {key: shown[key] for key in named} == at_once.shown()
    again = copy.deepcopy(step_by_step)
    assert again.everything().shown() == shown
    # What is there beside it: whoever approves for somebody there, and movers, where the settings let them stay.
    approving = {(key[0], one["submitsTo"].lower()) for key, one in shown.items() if one["submitsTo"].lower() != one["email"].lower()}
    beside = {key for key in shown.keys() - named if (key[0], shown[key]["email"].lower()) not in approving}
    here = set(step_by_step.night.people["employee_id"])
    assert {number for _, number in beside} <= here  # nobody who has left is anywhere
    staying = step_by_step.adapter.staying(
        step_by_step.night.desired(step_by_step.adapter, step_by_step.read()).records, step_by_step.read(), None
    )
    assert beside == (set(zip(staying["where"], staying["employee_id"], strict=True)) if mode == "stay" else set())


def test_the_property_has_movers_in_it():
    """What it is held over would not show anything if nobody ever moved."""
    first = {
        number: {"here": True, "email": "a", "extra_policy": "P1", "extra_more": None, "manager": "1", "role": "user"} for number in "234"
    }
    first = {number: {**cells, "department": "Law", "approval_limit": "100", "first_name": "Ek"} for number, cells in first.items()}
    moved = {**first, "2": {**first["2"], "extra_policy": "P2"}, "3": {**first["3"], "here": False}}
    there = There("terminate").synced(first).synced(moved)
    assert {key for key in there.shown() if key[1] in ("2", "3")} == {("P2", "2")}
    assert pd.notna(there.shown()[("P2", "2")]["approvalLimit"]) and KEY
