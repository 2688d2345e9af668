"""Both destinations held against each other after real nights at both: each kind of difference, with what explains it."""

import pytest

from resources.past.run_report import assemble
from roster.plan.limits import Limits
from roster.reports.parity import parity
from sandbox.server import Sandbox
from tests import syncing
from tests.contract.nights_at_findity import Company, employee

pytestmark = pytest.mark.long(held_by="tests/unit/roster/reports/test_parity.py::test_each_difference_is_told_by_number_and_by_no_value")

TITLES = {"expensify": "Expensify", "findity": "Findity"}
POLICY = "5E00000000000001"
NO_ADDRESSES = Limits.model_validate({**syncing.UNLIMITED.model_dump(), "email": {"count": 0, "share": 0}})


def row(number, **cells):
    return employee(number, extra_policy=POLICY, **cells)


STAFF = tuple(row(f"E{number}") for number in range(1, 6))
CHANGED = (*STAFF[:1], row("E2", email="new@acme.example"), row("E3", last_name="New"), row("E4", manager_id="E2"), STAFF[4], row("E6"))


class Both:
    """One company at both, in runs that both are part of."""

    def __init__(self, box, ledger):
        self.ledger, self.box = ledger, box
        self.sides = [syncing.Company(box, ledger), Company(box, ledger, {}, syncing.UNLIMITED)]

    def night(self, *rows):
        """What the report says of both: who, in what they differ, why; and the whole comparison."""
        for side in self.sides:
            last = side.sync(*rows, day=f"2026-11-{10 + side.number}")
        found = parity(assemble(self.ledger, last.attempt.run_id, TITLES))
        rows = found.differences[["employee_id", "what", "why"]].fillna("").to_numpy().tolist()
        return {(number, what): why for number, what, why in rows}, found


@pytest.fixture
def both(tmp_path, monkeypatch):
    monkeypatch.setenv("FINDITY_SECRET", "demo-findity-secret")
    monkeypatch.setenv("EXPENSIFY_SECRET", "demo-secret")
    with Sandbox(switches={"expensify_rate_limits": False}) as box, syncing.fresh(tmp_path) as ledger:
        made = Both(box, ledger)
        told, found = made.night(*STAFF)
        assert (told, found.same, found.compared) == ({}, True, ["Expensify", "Findity"])
        yield made


ADDRESS, APPROVER, PRESENCE = ("E2", "e-mail address"), ("E4", "approver"), ("E6", "is in one only")


def test_each_kind_of_difference_is_told_with_what_explains_it_and_ends_when_both_have_it(both):
    both.box.fault(api="findity", job="PUT users", body="[]", times=None)  # taken by its answer, and it never shows
    told, found = both.night(*CHANGED)
    assert told == dict.fromkeys([ADDRESS, APPROVER, PRESENCE], ""), "of E3's name Expensify shows nothing to compare"
    assert found.sentence == "Expensify and Findity differ for 3 people (is in one only 1, e-mail address 1, approver 1)."
    shown = found.differences.set_index("employee_id")[["shows", "other_shows"]]
    assert shown.loc["E6"].tolist() == ["is there", "is not there"]
    assert shown.loc["E4"].tolist() == ["as in HR's file", "E1"]
    assert "@" not in found.differences.to_string(), "addresses are not told"
    both.box.heal()
    both.box.fault(api="findity", job="PUT users", refuse=dict.fromkeys(["E2", "E6"], "NO"), times=None)
    told, found = both.night(*CHANGED)
    assert told == dict.fromkeys([ADDRESS, PRESENCE], "refused at Findity")
    assert found.same
    both.box.heal()
    both.sides[1].limits = NO_ADDRESSES
    told, _ = both.night(*CHANGED)
    assert told == {ADDRESS: "held at Findity"}
    both.sides[1].limits = syncing.UNLIMITED
    told, found = both.night(*CHANGED)
    assert (told, found.same) == ({}, True)
