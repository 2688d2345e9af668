"""What a night changed, by the names that each destination has for policies, units and values: read there, and kept with the plan."""

import pytest

from roster.plan.wording import FEW, kept, mentioned
from roster.reports.headline import headline
from roster.reports.in_words import changes
from roster.reports.skipped import left_out
from sandbox.server import Sandbox
from tests import syncing
from tests.contract import nights_at_expensify, nights_at_findity

further = pytest.mark.long(held_by="tests/contract/test_words_of_both.py::test_of_many_names_those_are_kept_that_the_changes_mention")

USERS = {
    "organizationalUnitId": {"column": "department", "values": {"Sales": "u1", "Legal": "u2"}},
    "unit_by": "id",
    "dimensionPresets": {"COST": "cost_center"},
}
UNITS = [(1, "Sales", None), (2, "Legal", "u1")]
FEED = {"approvalLimit": "approval_limit", "overLimitApprover": "over_limit_approver", "additionalPolicyIDs": "extra_more"}
FIRST, SECOND = "5E00000000000001", "7A00000000000006"


@pytest.fixture(scope="module")
def box():
    with Sandbox(switches={"expensify_rate_limits": False}) as running:
        yield running


@pytest.fixture
def ledger(tmp_path, monkeypatch):
    monkeypatch.setenv("FINDITY_SECRET", "demo-findity-secret")
    monkeypatch.setenv("EXPENSIFY_SECRET", "demo-secret")
    with syncing.fresh(tmp_path) as made:
        yield made


def told(night):
    found = changes(night.report, night.report.destinations[0])
    cells = found[["employee_id", "kind", "label", "old", "new", "state"]].astype("object")
    return [tuple(row) for row in cells.where(cells.notna(), None).to_numpy().tolist()]


@further
def test_units_and_dimension_values_go_by_their_names_at_findity(box, ledger):
    acme = nights_at_findity.Company(box, ledger, USERS, syncing.UNLIMITED)
    acme.organization["units"] = [{"id": f"u{at}", "name": name, "externalSourceId": None, "parentId": up} for at, name, up in UNITS]
    acme.organization["customDimensions"] = [{"id": "d", "externalSourceId": "COST", "name": "Cost centre"}]
    acme.organization["dimensionValues"] = {
        "COST": [{"id": f"v{one}", "externalSourceId": one, "name": name} for one, name in (("4711", "4711"), ("5100", "Support"))]
    }
    cells = {"department": "Sales", "cost_center": "4711"}
    first = acme.night(*(nights_at_findity.employee(f"E{one}", **cells) for one in range(1, 5)))
    assert told(first) == [(f"E{one}", "join", "Joins", None, None, "landed") for one in range(1, 5)]
    moved = {"E2": {"department": "Legal", "cost_center": "5100"}, "E3": {"last_name": "Lind"}, "E4": {"employment": "left"}}
    second = acme.night(*(nights_at_findity.employee(f"E{one}", **{**cells, **moved.get(f"E{one}", {})}) for one in range(1, 5)))
    assert told(second) == [
        ("E2", "unit", "Unit", "Sales", "Legal", "landed"),
        ("E2", "other", "Dimensions", "Cost centre 4711", "Cost centre 5100 (Support)", "landed"),
        ("E3", "other", "Name", "LE3", "Lind", "landed"),
        ("E4", "leave", "Leaves", "Findity", None, "landed"),
    ]
    assert "Support" not in str(second.plan.changes.to_dict())


@further
def test_policies_go_by_their_names_at_expensify_and_limits_are_amounts(box, ledger):
    acme = nights_at_expensify.Company(box, ledger, FEED, connection={"account": nights_at_expensify.CALLER}).start()
    acme.limits = syncing.UNLIMITED
    cells = {"approval_limit": "500", "over_limit_approver": "E1"}
    acme.night(*(nights_at_expensify.employee(f"E{one}", **cells) for one in range(1, 5)))
    moved = {"E2": {"extra_more": SECOND}, "E3": {"approval_limit": "1250"}, "E4": {"employment": "left"}}
    night = acme.night(*(nights_at_expensify.employee(f"E{one}", **{**cells, **moved.get(f"E{one}", {})}) for one in range(1, 5)))
    names = {one: box.state["expensify"]["policies"][one]["name"] for one in (FIRST, SECOND)}
    assert told(night) == [
        ("E2", "policy", "Policies", names[FIRST], f"{names[FIRST]}, {names[SECOND]}", "landed"),
        ("E3", "limit", "Limit", "500.00", "1,250.00", "accepted"),
        ("E4", "leave", "Leaves", names[FIRST], None, "landed"),
    ]
    assert headline(night.report, left_out(night.report)).tone == "good"


def test_of_many_names_those_are_kept_that_the_changes_mention(box, ledger):
    acme = nights_at_expensify.Company(box, ledger, {}).start()
    plan = acme.night(nights_at_expensify.employee("E1")).plan
    rows = plan.changes.reindex(range(2)).assign(old=['["P1","P2"]', None], new=["P3", '[{"b":1,"a":"x"}]'])
    assert mentioned(rows) == ["P3", "P1", "P2", '{"a":"x","b":1}']
    many = {f"P{one}": f"Policy {one}" for one in range(FEW + 1)}
    assert kept(many, rows) == {"P3": "Policy 3", "P1": "Policy 1", "P2": "Policy 2"}
    assert kept({"P9": "Policy 9"}, rows) == {"P9": "Policy 9"}
