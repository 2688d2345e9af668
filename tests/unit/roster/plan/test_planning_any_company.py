"""What holds of a plan whatever the company: it adds up, a second one writes nothing, its digest is its own."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from destinations.expensify import comparison as expensify_comparison
from destinations.expensify.settings import ExpensifyFeed
from destinations.findity import comparison as findity_comparison
from destinations.findity.settings import FindityUsers
from roster import accounting
from roster.settings import Approvers
from tests.soak import EXAMPLES
from tests.unit.roster.frames import (
    Night,
    acknowledged,
    member,
    members,
    person,
    roster,
    sent,
    stored,
    stored_plan,
    texts,
    units,
    user,
    users,
)
from tests.unit.roster.nights import at_expensify, at_findity

FEED = ExpensifyFeed(
    policyID="extra_policy", additionalPolicyIDs="extra_more", role="role", customField2="cost_center",
    approvalLimit="approval_limit", overLimitApprover="over_limit_approver",
)  # fmt: skip
RULES = FindityUsers(
    organizationalUnitId="department", role="role", locale="locale", phone="phone", bankAccount={"iban": "bank_account"},
    address={"city": "city", "street1": "street"}, dimensionPresets={"CC": "cost_center", "L": "location"},
)  # fmt: skip
UNITS = units({"id": "u1", "name": "Sales"}, {"id": "u2", "name": "Legal"}, {"id": "u3", "name": "Legal"})
IDS = ["1", "2", "3", "4"]


@st.composite
def companies(draw):
    """HR's people, rejects, the ledger and settings; addresses are people's own, old or new, so that no address changes hands."""
    one_of = st.sampled_from
    standing = {number: draw(one_of(["active", "active", "leave", "left", "pending"])) for number in IDS}
    rows = [
        person(
            number,
            # Of a leaver's row nothing but the number need be there.
            email=draw(one_of([f"{number}@acme.example", f"New.{number}@acme.example", *[None] * (standing[number] == "left")])),
            last_name=draw(one_of([f"L{number}", *[None] * (standing[number] == "left")])),
            employment=standing[number],
            in_scope=draw(one_of([True, True, True, False])),
            manager_id=draw(one_of([*IDS, "9", None])),
            manager_email=draw(one_of([None, "boss@x.example"])),
            extra_policy=draw(one_of(["P1", "P2", None])),
            extra_more=draw(one_of([None, "P2", "P2,P3"])),
            role=draw(one_of([None, "user", "auditor", "king"])),
            approval_limit=draw(one_of([None, "100", "99.95"])),
            over_limit_approver=draw(one_of([None, "1", "boss@x.example"])),
            **{name: draw(one_of([None, "a", "b"])) for name in ("cost_center", "location", "bank_account", "city", "street", "locale")},
            department=draw(one_of([None, "Sales", "Legal", "Nowhere"])),
        )
        for number in draw(st.lists(one_of(IDS), unique=True))
    ]
    known = draw(st.lists(one_of(IDS), unique=True))
    able = [row["employee_id"] for row in rows if row["employment"] == "active" and row["in_scope"] and row["extra_policy"]]
    return Night(
        roster(*rows),
        rejected=draw(st.lists(one_of([*IDS, None]), max_size=2)),
        acknowledged=acknowledged(*((number, f"{number}@acme.example", draw(st.booleans())) for number in known)),
        absent_means=draw(one_of(["leaver", "unchanged"])),
        approvers=Approvers(top=draw(one_of(["self", *able])), fallback=draw(one_of([None, *able]))),
        circumstances={"hold_all": draw(one_of([False, False, True])), "unreadable_reject": draw(one_of([False, True]))},
        feed=FEED,
        users=RULES,
    )


@st.composite
def policies(draw):
    """Members in any policies, with or without number, some of them strangers."""
    rows = []
    for number in draw(st.lists(st.sampled_from([*IDS, "9"]), unique=True)):
        shown = draw(st.sampled_from([number, None]))
        held = draw(st.lists(st.sampled_from(["P1", "P2", "P3"]), unique=True, min_size=1))
        above = draw(st.sampled_from([None, "1@acme.example"]))
        rows += [member(shown, f"{number}@ACME.example", policy, submitsTo=above) for policy in held]
    return members(*rows, *([member(None, "boss@x.example")] if draw(st.booleans()) else []))


@st.composite
def organizations(draw):
    """Users under our ids or another system's, active or not, showing what they have or not, some of them strangers."""
    rows = []
    for number in draw(st.lists(st.sampled_from([*IDS, "9"]), unique=True)):
        preset = '[{"dimensionExternalSourceId":"CC","dimensionValueId":"z","name":"Z"}]'
        rows.append(
            user(
                number,
                externalSourceId=draw(st.sampled_from([number, f"X{number}", None])),
                personnelNumber=draw(st.sampled_from([number, None])),
                active=draw(st.sampled_from([True, True, False, None])),
                approverIds=draw(st.sampled_from([None, "[]", '["p1"]', '["p1","p9"]'])),
                bankAccount=draw(st.sampled_from([None, "{}", '{"bic":"Z","iban":"z"}'])),
                address=draw(st.sampled_from([None, '{"city":"z","co":"x"}'])),
                dimensionPresets=draw(st.sampled_from([None, "[]", preset])),
            )
        )
    boss = user("b", externalSourceId=None, personnelNumber=None, email="boss@x.example")
    return users(*rows, *([boss] if draw(st.booleans()) else []))


def adds_up(night, plan, accounts):
    assert accounting.before_write(plan, night.people, accounts) == []
    assert plan.people["person"].is_unique
    assert sorted(plan.people["account"].dropna()) == sorted(accounts)
    assert {number for number in night.rejected if number} <= set(plan.people["person"])
    assert not plan.people["person"].str.contains("@").any()


@settings(max_examples=EXAMPLES)
@given(companies(), policies())
def test_accounting_everyone_is_in_expensifys_plan_once_and_a_second_plan_writes_nothing(night, there):
    plans, _ = at_expensify(night, there)
    adds_up(night, plans[0], expensify_comparison.accounts(there, night.acknowledged)["account"])
    assert [sent(plan) for plan in plans[1:]] in ([], [[]])


@settings(max_examples=EXAMPLES)
@given(companies(), organizations())
def test_accounting_everyone_is_in_finditys_plan_once_and_a_second_plan_writes_nothing(night, there):
    night.acknowledged = night.acknowledged.assign(account=night.acknowledged["employee_id"])
    plans, _ = at_findity(night, there, units=UNITS)
    adds_up(night, plans[0], findity_comparison.accounts(there, night.people["employee_id"])["account"])
    assert [sent(plan) for plan in plans[1:]] in ([], [[]])


@settings(max_examples=EXAMPLES)
@given(companies(), policies(), st.randoms())
def test_a_plans_digest_depends_neither_on_the_order_of_rows_nor_on_storage(night, there, chance):
    plan, _ = night.expensify(there)
    assert stored_plan(plan).digest() == plan.digest()
    assert stored_plan(plan).held_digest() == plan.held_digest()
    rows = list(range(len(there)))
    chance.shuffle(rows)
    again = Night(stored(night.people.iloc[::-1].reset_index(drop=True)), night.rejected[::-1], stored(night.acknowledged.iloc[::-1]))
    again.absent_means, again.approvers, again.circumstances, again.feed = (
        night.absent_means, night.approvers, night.circumstances, night.feed,
    )  # fmt: skip
    assert again.expensify(stored(there.take(rows).reset_index(drop=True)))[0].digest() == plan.digest()


@settings(max_examples=EXAMPLES)
@given(companies(), organizations())
def test_approver_every_active_person_written_at_findity_is_given_one_active_approver(night, there):
    plan, _ = night.findity(there, UNITS)
    for record in sent(plan):
        if record["action"] == "create":
            assert len(json.loads(record["approverIds"])) == 1
        assert record["active"] == ("false" if record["action"] == "deactivate" else "true")
        assert not record["externalSourceId"].startswith("id:")


def test_what_is_planned_does_not_depend_on_whether_frames_came_from_storage():
    night = Night(roster(person("1"), person("2", employment="left")), users=RULES, feed=FEED)
    there = users(user("1"), user("2"))
    before = night.findity(there, UNITS)[0].digest()
    night.people, night.acknowledged = stored(night.people), stored(night.acknowledged)
    assert night.findity(stored(there), stored(UNITS))[0].digest() == before
    assert texts([], ["a"]).empty
