"""A run in one page on the terminal, once it has ended.

Belongs here: the page's order and layout. Does not belong here: what follows a run whoever started it (``assets.runs.summary``), words
(``roster.reports``).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from resources.past.report_files import Written
from roster.plan.adoption import WAYS
from roster.reading.lines import line_texts
from roster.reports.headline import counted
from roster.reports.held import barred, beyond, paste
from roster.reports.model import DestinationReport, RunReport
from roster.reports.tables import approvers_checked, employee_numbers, outcome_rows, planned_rows, repairs
from roster.reports.things import waiting

_MOST_NUMBERS: Final = 8
_TONES: Final[Mapping[str, str]] = {"good": "green", "attention": "yellow", "stopped": "red", "preview": "cyan"}


def print_page(console: Console, report: RunReport, files: Written, ui: str | None = None) -> None:
    """Prints a run in one page: three numbers, outcomes, who was left out and why, where the reports lie."""
    out, head, changed = files.overview.everyone, files.overview.headline, files.overview.since
    console.print()
    console.print(f"{report.company}: {head.sentence}", style=f"bold {_TONES[head.tone]}")
    for sentence in [*head.also, *([f"Since last night: {changed.sentence}"] if changed.compared else [])]:
        console.print(f"  {sentence}", style="dim")
    if report.destinations:
        console.print(Padding(_numbers(report), (1, 0, 0, 0)))
    sent = [one.name for one in report.destinations if one.outcomes]
    planned = [one.name for one in report.destinations if one.stage == "planned"]
    for what, names, rows in (("outcome", sent, outcome_rows(report)), ("planned", planned, planned_rows(report))):
        if names:
            console.print(Padding(_people(what, names, rows), (1, 0, 0, 0)))
    adopting = [one for one in report.destinations if one.adoption and not one.accepted]
    if adopting:
        rows = [(words, *(one.adoption.get(way, 0) for one in adopting)) for way, words in WAYS.items()]
        console.print(Padding(_people("there already", [one.name for one in adopting], rows), (1, 0, 0, 0)))
    if any(one.would_refuse for one in report.destinations):
        console.print(Padding(_would_refuse(report), (1, 0, 0, 0)))
    if len(out):
        console.print(Padding(_left_out(out), (1, 0, 0, 0)))
    if len(report.repairs):
        console.print(Padding(_repairs(report), (1, 0, 0, 0)))
    if checked := approvers_checked(report):
        console.print(f"\n{checked}")
    console.print(f"\nReport       {files.page}", soft_wrap=True)
    console.print(f"For HR       {files.workbook or files.skipped}", soft_wrap=True)
    for one in report.destinations:
        if one.held_digest:
            _print_held(console, report.company, one, one.held_digest)
    if ui:
        console.print(f"Dagster UI   {ui}")
    console.print()


def _print_held(console: Console, company: str, one: DestinationReport, digest: str) -> None:
    """What waits at a destination, and the command that lets go of it, where one does."""
    over, stay = "; ".join([*beyond(one.limits), *one.about_things.beyond]), barred(one.people)
    free = one.held - stay
    held = " and ".join(filter(None, [counted(free, "person", "people") if free else "", waiting(one)]))
    if held:
        console.print(f"Held         {one.name}: {held}{f' ({over})' if over else ''}. To release, say who and why:")
        console.print(f"             {paste(company, digest)[0]}", soft_wrap=True)
    if stay:
        console.print(f"Held         {one.name}: {counted(stay, 'person', 'people')} whom no release lets go: see above what to do.")


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
        reasons = pd.Series(one.would_refuse, dtype="str")
        for why, people in reasons.groupby(reasons):
            table.add_row(one.name, f"{len(people):,}", str(why), employee_numbers(pd.Series(people.index)))
    return table


def _repairs(report: RunReport) -> Table:
    """Approvers found by rule: a line for each reason, by employee number."""
    table = Table("approver found by rule", "people", "who", box=None, pad_edge=False, header_style="bold")
    table.columns[1].justify = "right"
    for why, people, who in repairs(report.repairs).rows:
        table.add_row(str(why), f"{people:,}", str(who))
    return table


def _left_out(out: pd.DataFrame) -> Table:
    """Who was not brought in: a line for each reason and group of people, by employee number."""
    table = Table("left out at", "people", "why", "who", box=None, pad_edge=False, header_style="bold")
    table.columns[1].justify = "right"
    line = "line " + line_texts(out["line"])
    named = out.assign(who=out["employee_id"].fillna(line), number=out["number"].fillna(line)).drop_duplicates(["where", "reason", "who"])
    groups = named.groupby(["where", "reason"], sort=False).agg(who=("who", tuple), people=("number", "nunique")).reset_index()
    who: Any
    for (why, who), same in groups.groupby(["reason", "who"], sort=False):
        more = f" … and {len(who) - _MOST_NUMBERS} more" if len(who) > _MOST_NUMBERS else ""
        table.add_row(", ".join(same["where"]), f"{same['people'].max():,}", str(why), ", ".join(who[:_MOST_NUMBERS]) + more)
    return table
