"""Nothing is written but a plan that the ledger knows as passed, whatever was clicked."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from resources import places

BEFORE = ("expensify/known", "expensify/employee_feed", "expensify/plan", "expensify/sync_result")


def newer(acme: Any) -> None:
    people = acme.people()
    people["E09"]["Dept"] = "Sales"
    acme.file("2026-11-21", people)


def place(run_id: str, name: str) -> Path:
    return Path(places.storage(), "acme", run_id, "acme", *name.split("/"))


def refused(acme: Any, result: Any, why: str, writes: int) -> None:
    assert result.step == "acme__expensify__sync_result", result
    assert why in result.message
    assert acme.box.writes == writes


@pytest.mark.long(held_by="tests/graph/test_guard.py::test_no_surprise_a_plan_altered_in_storage_is_not_written")
def test_no_surprise_a_write_alone_refuses_the_newest_plan(synced: Any) -> None:
    acme = synced(findity=None)
    writes = acme.box.writes
    newer(acme)
    assert acme.quickly("preview").succeeded
    refused(acme, acme.clicked("expensify/sync_result"), "newest stored plan is for looking", writes)


@pytest.mark.long(
    held_by="tests/unit/destinations/test_delivery_refused.py::test_no_surprise_a_plan_that_failed_its_gate_or_accounting_is_not_written"
)
def test_no_surprise_a_plan_that_no_gate_has_passed_in_this_run_is_not_written(synced: Any) -> None:
    acme = synced(findity=None)
    writes = acme.box.writes
    newer(acme)
    assert acme.quickly("preview").succeeded
    refused(acme, acme.clicked("expensify/plan", "expensify/sync_result"), "did not pass its gate", writes)


@pytest.mark.long(
    held_by="tests/unit/destinations/test_delivery_refused.py::test_rerun_an_older_export_is_not_written_over_a_newer_one_without_a_reason"
)
def test_no_surprise_a_plan_drawn_from_older_readings_is_not_written(synced: Any) -> None:
    acme = synced(findity=None)
    writes = acme.box.writes
    newer(acme)
    intake = ("hr/export", "hr/roster", "hr/rejects")
    refused(acme, acme.clicked(*intake, "expensify/plan", "expensify/sync_result"), "did not pass its gate", writes)


def test_no_surprise_a_plan_altered_in_storage_is_not_written(synced: Any) -> None:
    acme = synced(findity=None)
    newer(acme)
    acme.box.fault(api="expensify", job="update employees", dry_run=False, code=401, times=1)
    failed = acme.run("sync")
    writes = acme.box.writes
    file = place(failed.run_id, "expensify/plan") / "records.parquet"
    pd.read_parquet(file).assign(role="admin").to_parquet(file)
    refused(acme, acme.again(failed), "is not the one that run", writes)
    assert acme.members()["ida@acme.example"]["role"] == "user"


@pytest.mark.long(held_by="tests/unit/destinations/test_delivery_refused.py::test_no_surprise_a_plan_of_another_export_is_not_written")
def test_no_surprise_a_plan_is_not_written_under_another_exports_number(synced: Any) -> None:
    acme = synced(findity=None)
    newer(acme)
    acme.box.fault(api="expensify", job="update employees", dry_run=False, code=401, times=1)
    failed = acme.run("sync")
    writes = acme.box.writes
    file = place(failed.run_id, "expensify/plan") / "facts.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "number": 99}))
    refused(acme, acme.again(failed), "is not the one that run", writes)


def test_accounting_a_plan_that_does_not_add_up_stops_its_destination_and_not_the_other(synced: Any, monkeypatch: Any) -> None:
    from roster import accounting

    acme = synced()
    newer(acme)
    whole = accounting.before_write
    once: list[str] = ["1 people are planned twice"]
    monkeypatch.setattr(accounting, "before_write", lambda *given: once.pop() and ["1 people are planned twice"] if once else whole(*given))
    result = acme.run("sync")
    assert result.step == "acme__expensify__plan"
    assert "does not add up: 1 people are planned twice" in result.message
    assert not acme.checks(result)["expensify/plan: accounting"].passed
    assert acme.members()["ida@acme.example"]["customField2"] == "Engineering"
    assert acme.outcome("findity", result.run_id)["E09"] == "updated"
    with acme.ledger() as ledger:
        assert not ledger.plans.verdict("expensify", result.run_id).accounting_passed


@pytest.mark.long(held_by="tests/graph/test_guard.py::test_no_surprise_a_plan_altered_in_storage_is_not_written")
def test_no_surprise_two_runs_do_not_write_at_the_same_time(synced: Any) -> None:
    acme = synced(findity=None)
    newer(acme)
    writes = acme.box.writes
    with acme.ledger() as ledger, ledger.leases.hold("another run"):
        result = acme.quickly("sync")
    refused(acme, result, "Run another run is writing for acme", writes)
