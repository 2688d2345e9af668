"""Who approves where HR's manager cannot is told wherever a run is read; `tests/contract/test_approvers_there.py` has who it is."""

import html
import io
from typing import Any

import dagster as dg
import pytest
from rich.console import Console

from cli.page import print_page
from destinations import registry
from resources.past.report_files import write_reports
from resources.past.run_report import assemble

pytestmark = pytest.mark.long(
    held_by="tests/contract/test_approvers_there.py::test_approver_a_manager_approves_from_the_first_day_that_they_are_there"
)


def test_approvers_found_by_rule_are_told_in_dagster_in_the_terminal_and_in_the_report(synced: Any) -> None:
    acme = synced()
    people = acme.people()
    people["E03"]["Status"] = "LOA"
    acme.file("2026-11-21", people)
    result = acme.run("sync")
    assert result.succeeded
    reports = sum(row["Boss"] == "E03" for row in people.values())
    with dg.DagsterInstance.get() as instance:
        entries = instance.all_logs(result.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    made = [entry.get_dagster_event().step_materialization_data.materialization for entry in entries]
    shown = {"/".join(one.asset_key.path[1:]): one.metadata for one in made}
    for name in ("expensify/plan", "findity/plan", "expensify/sync_result", "findity/sync_result"):
        told = {row.data["HR's manager"]: row.data["people"] for row in shown[name]["approvers by rule"].records}
        assert told["HR's manager is on leave"] == str(reports), name
    with acme.ledger() as ledger:
        report = assemble(ledger, result.run_id, registry.titles())
    files = write_reports(report)
    console = Console(file=io.StringIO(), width=160)
    print_page(console, report, files)
    for text in (console.file.getvalue(), html.unescape(files.page.read_text())):
        assert "HR's manager is on leave" in text
        assert "Nobody active is without an active approver at Expensify or Findity." in text
