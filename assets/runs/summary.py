"""How a run ended: closing it in the ledger, writing its reports, and one page of it on the terminal.

Belongs here: what follows a run, whoever started it and however it ended. Does not belong here: the assets that a run which gets that far
makes of the same reports (``assets.graph.reports``), words (``roster.reports``).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
import pandas as pd
from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from assets.company import COMPANY_TAG
from destinations import registry
from resources import places
from resources.ledger import Ledger
from resources.past.report_files import Written, write_reports
from resources.past.run_report import assemble, newest_root
from roster.plan.adoption import WAYS
from roster.reports.headline import headline
from roster.reports.held import beyond, paste
from roster.reports.model import RunReport
from roster.reports.skipped import left_out
from roster.reports.tables import employee_numbers, outcome_rows, planned_rows

_MOST_NUMBERS = 8
_TONES: Mapping[str, str] = {"good": "green", "attention": "yellow", "stopped": "red", "preview": "cyan"}


def close(instance: dg.DagsterInstance, run_id: str) -> tuple[RunReport, Written] | None:
    """Tells the ledger how a run ended, and writes its reports from the ledger; None if it never got as far as the ledger.

    Args:
        instance: Where the run is recorded.
        run_id: A run that has ended.
    """
    run = instance.get_run_by_id(run_id)
    company = run.tags.get(COMPANY_TAG) if run else None
    if run is None or company is None:
        return None
    failures = {} if run.is_success else _failures(instance, run_id, company)
    root = run.root_run_id or run.run_id
    with Ledger.open(places.ledger_url(), company) as ledger:
        ledger.heartbeats.silence(run_id)
        if run.job_name == f"{company}_report" and run.is_success:
            report = assemble(ledger, newest_root(ledger), registry.titles())
            return report, write_reports(report)
        if root not in set(ledger.runs.all()["root_run_id"]):
            return None
        ledger.runs.begin(run_id, root, run.job_name)
        ledger.runs.end(run_id, "finished" if run.is_success else "stopped", failures)
        report = assemble(ledger, root, registry.titles())
    return report, write_reports(report)


def _failures(instance: dg.DagsterInstance, run_id: str, company: str) -> dict[str, str]:
    """Asset → what its step said; texts of errors that are not the project's own are masked by Dagster.

    Without a step that failed, ``run`` → what Dagster was told of the run.
    """
    found = {}
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE):
        event = entry.get_dagster_event()
        data = event.step_failure_data
        text = data.user_failure_data.description if data.user_failure_data else None
        step = (event.step_key or "").removeprefix(f"{company}__").replace("__", "/")
        found[step] = text or (data.error.message.strip() if data.error else "It failed without a word.")
    return found or _marked(instance, run_id)


def _marked(instance: dg.DagsterInstance, run_id: str) -> dict[str, str]:
    """What ended a run from outside: it had died, or took too long."""
    ends = instance.all_logs(run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    return {"run": ends[-1].get_dagster_event().message or ""} if ends else {}


def print_page(console: Console, report: RunReport, files: Written, ui: str | None = None) -> None:
    """Prints a run in one page: three numbers, outcomes, who was left out and why, where the reports lie."""
    out = left_out(report)
    said = headline(report, out)
    console.print()
    console.print(f"[bold {_TONES[said.tone]}]{report.company}: {said.sentence}[/]")
    for sentence in said.also:
        console.print(f"  {sentence}", style="dim")
    if report.destinations:
        console.print(Padding(_numbers(report), (1, 0, 0, 0)))
    sent = [one.name for one in report.destinations if one.outcomes]
    planned = [one.name for one in report.destinations if one.stage == "planned"]
    for what, names, rows in (("outcome", sent, outcome_rows(report)), ("planned", planned, planned_rows(report))):
        if names:
            console.print(Padding(_people(what, names, rows), (1, 0, 0, 0)))
    asked = [one for one in report.destinations if one.adoption and not one.accepted]
    if asked:
        rows = [(words, *(one.adoption.get(way, 0) for one in asked)) for way, words in WAYS.items()]
        console.print(Padding(_people("there already", [one.name for one in asked], rows), (1, 0, 0, 0)))
    if any(one.would_refuse for one in report.destinations):
        console.print(Padding(_would_refuse(report), (1, 0, 0, 0)))
    if len(out):
        console.print(Padding(_left_out(out), (1, 0, 0, 0)))
    console.print(f"\nReport       {files.page}", soft_wrap=True)
    console.print(f"For HR       {files.skipped}", soft_wrap=True)
    for one in report.destinations:
        if one.held_digest:
            over = ", ".join(f"{row.kind} {row.planned:,} of {row.allowed:,} allowed" for row in beyond(one.limits).itertuples())
            console.print(f"Held         {one.name}: {one.held:,} people{f' ({over})' if over else ''}. To release, say who and why:")
            console.print(f"             {paste(report.company, one.held_digest)[0]}", soft_wrap=True, markup=False)
    if ui:
        console.print(f"Dagster UI   {ui}")
    console.print()


def _numbers(report: RunReport) -> Table:
    table = Table("", "intended", "accepted", "landed", "not visible", "missing", box=None, pad_edge=False, header_style="bold")
    for column in table.columns[1:]:
        column.justify = "right"
    for one in report.destinations:
        table.add_row(one.name, *(f"{number:,}" for number in (one.intended, one.accepted, one.landed, one.not_visible, one.missing)))
    return table


def _people(what: str, destinations: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> Table:
    """Counts of people, a column a destination."""
    table = Table(what, *destinations, box=None, pad_edge=False, header_style="bold")
    for column in table.columns[1:]:
        column.justify = "right"
    for name, *counts in rows:
        table.add_row(str(name), *(f"{count:,}" for count in counts))
    return table


def _would_refuse(report: RunReport) -> Table:
    """Whom a destination would refuse by its dry run: a line for each reason, by employee number."""
    table = Table("would be refused by", "people", "why", "who", box=None, pad_edge=False, header_style="bold")
    table.columns[1].justify = "right"
    for one in report.destinations:
        said = pd.Series(one.would_refuse, dtype="str")
        for why, people in said.groupby(said):
            table.add_row(one.name, f"{len(people):,}", str(why), employee_numbers(pd.Series(people.index)))
    return table


def _left_out(out: pd.DataFrame) -> Table:
    """Who was not brought in: a line for each reason and group of people, by employee number."""
    table = Table("left out at", "people", "why", "who", box=None, pad_edge=False, header_style="bold")
    table.columns[1].justify = "right"
    named = out.assign(who=out["employee_id"].fillna("line " + out["line"].astype("str"))).drop_duplicates(["where", "reason", "who"])
    groups = named.groupby(["where", "reason"], sort=False)["who"].agg(list).reset_index()
    groups["who"] = groups["who"].map(tuple)
    for (why, who), same in groups.groupby(["reason", "who"], sort=False):
        more = f" … and {len(who) - _MOST_NUMBERS} more" if len(who) > _MOST_NUMBERS else ""
        table.add_row(", ".join(same["where"]), f"{len(who):,}", str(why), ", ".join(who[:_MOST_NUMBERS]) + more)
    return table
