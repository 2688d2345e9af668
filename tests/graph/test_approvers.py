"""Who approves there, from night to night: whom HR names if they are there, and it is told where they are not."""

import html
import io
from datetime import date, timedelta
from typing import Any

import dagster as dg
from rich.console import Console

from cli.page import print_page
from destinations import registry
from resources.past.report_files import write_reports
from resources.past.run_report import assemble

TOMORROW = (date.today() + timedelta(days=1)).isoformat()  # noqa: DTZ011 - the company's day, give or take one


def joiner(acme: Any, number: str, **cells: str) -> dict[str, str]:
    """A row like E09's of somebody new, who reports to E01."""
    return {**acme.people()["E09"], "No": number, "Mail": f"{number.lower()}@acme.example", "IBAN": "", "Boss": "E01", **cells}


def approver_at_findity(acme: Any, number: str) -> str:
    """The employee number of who approves."""
    users = acme.users()
    (person,) = users[number]["approverIds"]
    return next(other for other, user in users.items() if user["personId"] == person)


def approver_at_expensify(acme: Any, number: str) -> str:
    return next(member["submitsTo"] for member in acme.members().values() if member.get("employeeID") == number)


def test_approver_a_manager_approves_from_the_first_day_that_they_are_there(synced: Any) -> None:
    acme = synced()
    people = {**acme.people(), "E20": joiner(acme, "E20", Start=TOMORROW)}
    acme.file("2026-11-21", people)
    assert acme.quickly("sync").succeeded
    assert "E20" not in acme.users()
    people |= {"E20": joiner(acme, "E20"), "E21": joiner(acme, "E21", Boss="E20")}
    acme.file("2026-11-22", people)
    assert acme.quickly("sync").succeeded
    assert approver_at_findity(acme, "E21") == "E20"
    assert approver_at_expensify(acme, "E21") == "e20@acme.example"


def test_approver_who_was_refused_approves_for_nobody_until_they_are_there(synced: Any) -> None:
    acme = synced(limits={"join": {"count": 99, "share": 1}})
    people = {**acme.people(), "E20": joiner(acme, "E20")}
    for api, why in (("findity", "REQUIRED_FIELD"), ("expensify", "No policy found")):
        acme.box.fault(api=api, refuse={"E20": why}, times=None)
    acme.file("2026-11-21", people)
    assert acme.quickly("sync").succeeded
    people["E21"] = joiner(acme, "E21", Boss="E20")
    acme.file("2026-11-22", people)
    second = acme.quickly("sync")
    assert second.succeeded
    assert "E20" not in acme.users()
    assert (approver_at_findity(acme, "E21"), approver_at_expensify(acme, "E21")) == ("E01", acme.people()["E01"]["Mail"])
    with acme.ledger() as ledger:
        report = assemble(ledger, second.run_id, registry.titles())
    assert {tuple(row) for row in report.repairs.to_numpy()} >= {("E21", "not_here")}
    acme.box.heal()
    for _ in range(2):  # they come in, and approve from then on
        assert acme.quickly("sync").succeeded
    assert (approver_at_findity(acme, "E21"), approver_at_expensify(acme, "E21")) == ("E20", "e20@acme.example")


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
