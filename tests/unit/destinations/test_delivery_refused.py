"""What a write refuses before anybody is sent: a plan that is not the ledger's, did not pass, or is older than what was written."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from destinations.delivery import deliver
from resources.failures import Permanent
from roster.plan.decision import Plan
from tests.unit.destinations.delivering import COMPANY, answered, box, ledger, planned, there, writes
from tests.unit.roster.frames import Night, roster

__all__ = ["box", "ledger", "there"]  # fixtures


def refused(there, write, match):
    before = writes(there)
    with pytest.raises(Permanent, match=match):
        deliver(there.ledger, write, there.send(write))
    assert writes(there) == before
    assert answered(there, write.plan_run_id) == {}
    assert there.ledger.acknowledged.all(there.name).empty or before
    assert there.ledger.leases.holder() is None


def test_no_surprise_a_plan_that_the_ledger_does_not_know_is_not_written(there):
    write = planned(there)
    refused(there, replace(write, plan_run_id="another"), "knows no plan")


def test_no_surprise_a_plan_that_was_altered_is_not_written(there):
    write = planned(there)
    plan = write.plan
    name = "employeeEmail" if there.name == "expensify" else "email"
    forged = Plan(plan.people, plan.changes, plan.records.assign(**{name: "mallory@acme.example"}))
    refused(there, replace(write, plan=forged), "not the one")
    more = Plan(plan.people, plan.changes, pd.concat([plan.records, plan.records.tail(1)], ignore_index=True))
    refused(there, replace(write, plan=more), "not the one")


def test_no_surprise_a_plan_of_another_export_is_not_written(there):
    refused(there, replace(planned(there), intake=2), "not the one")


@pytest.mark.parametrize(("failed", "match"), [({"gate": False}, "its gate"), ({"accounting": False}, "its accounting")])
def test_no_surprise_a_plan_that_failed_its_gate_or_accounting_is_not_written(there, failed, match):
    refused(there, planned(there, **failed), match)


def test_rerun_an_older_export_is_not_written_over_a_newer_one_without_a_reason(there):
    older = planned(there, run="older", number=1)
    newer = planned(there, Night(roster(*COMPANY[:2])), run="newer", number=2)
    deliver(there.ledger, newer, there.send(newer))
    refused(there, older, "older than")
    let = {"checks": ["older"], "by": "kim", "reason": "agreed with payroll", "over": {there.name: 2}}
    there.ledger.intakes.record_gate(1, "older", True, {"accepted": let})
    deliver(there.ledger, older, there.send(older))
    assert sorted(there.shown()) == ["E1", "E2", "E3"]


def test_rerun_an_export_with_an_older_day_is_not_written_even_if_it_was_seen_later(there):
    newer = planned(there, Night(roster(*COMPANY[:2])), run="newer", number=1, dated=date(2026, 11, 2))
    deliver(there.ledger, newer, there.send(newer))
    refused(there, planned(there, run="older", number=2, dated=date(2026, 11, 1)), "older than")


@pytest.mark.long(
    held_by="tests/unit/destinations/test_delivery_refused.py::test_rerun_an_older_export_is_not_written_over_a_newer_one_without_a_reason"
)
def test_rerun_a_newer_export_that_is_written_while_a_run_waits_for_the_lease_stops_that_run(there, monkeypatch):
    older = planned(there, run="older", number=1)
    newer = planned(there, Night(roster(*COMPANY[:2])), run="newer", number=2)
    take = there.ledger.leases._take

    def overtaken(run_id, expires_after):
        monkeypatch.setattr(there.ledger.leases, "_take", take)
        deliver(there.ledger, newer, there.send(newer))
        return take(run_id, expires_after)

    monkeypatch.setattr(there.ledger.leases, "_take", overtaken)
    with pytest.raises(Permanent, match="older than"):
        deliver(there.ledger, older, there.send(older))
    assert sorted(there.shown()) == ["E1", "E2"]
