"""The nights before a run: what the newest one that knew each place had left out, and what the last thirty came to.

Belongs here: finding those nights in the ledger. Does not belong here: holding them against tonight (``roster.reports.since``), the chart
(``roster.reports.nights``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

import pandas as pd

from resources.ledger import Ledger
from resources.past.run_report import assemble
from roster.parts import with_parts
from roster.reports.model import BEFORE, HR_FILE, Night, RunReport
from roster.reports.nights import DAYS
from roster.reports.since import known_places
from roster.reports.skipped import left_out, managers_not_found

MOST: Final = 10
"""Nights that are looked at: a place that none of them knew counts as never known."""


def with_nights(ledger: Ledger, report: RunReport, titles: Mapping[str, str]) -> RunReport:
    """The report, with what the nights before it came to.

    A run for some people, a release, or one that plans only is not a night: of whom it leaves alone it says nothing, so nothing is held
    against the nights before.

    Args:
        ledger: The company's ledger.
        report: One of its runs, as `assemble` gave it.
        titles: The destinations, as for `assemble`.
    """
    titles = with_parts(titles, ledger.plans.destinations())
    last = report.as_of or report.started.date()
    nights = [replace(night, destination=titles.get(night.destination, night.destination)) for night in _nights(ledger, last)]
    found = replace(report, nights=nights, stopped_on=_stopped(ledger, last))
    if report.job != f"{ledger.company}_sync":
        return found
    before, known = _before(ledger, report, titles)
    return replace(found, before=before, known_before=known)


def _nights(ledger: Ledger, last: date) -> list[Night]:
    return [night for night in ledger.figures.nights(last - timedelta(DAYS - 1)) if night.day <= last]


def _stopped(ledger: Ledger, last: date) -> Sequence[date]:
    """On which days a sync stopped; one that ran again and came to its end stands among the nights."""
    runs = ledger.runs.all()
    began = pd.to_datetime(runs.loc[runs["job"].eq(f"{ledger.company}_sync") & runs["status"].eq("stopped"), "began"], utc=True)
    days = {moment.date() for moment in began}
    return sorted(day for day in days if last - timedelta(DAYS) < day <= last)


def _before(ledger: Ledger, report: RunReport, titles: Mapping[str, str]) -> tuple[pd.DataFrame, dict[str, datetime]]:
    """`BEFORE` of each place, and when it was."""
    wanted = {HR_FILE, *(one.name for one in report.destinations), *report.unread}
    parts: list[pd.DataFrame] = []
    known: dict[str, datetime] = {}
    for root in _earlier(ledger, report)[:MOST]:
        night = assemble(ledger, root, titles, left_out_only=True)
        wanted |= {one.name for one in night.destinations}
        new = known_places(night) - known.keys()
        if new:
            out = pd.concat([left_out(night), managers_not_found(night)], ignore_index=True)
            parts.append(out.loc[out["where"].isin(new), list(BEFORE)])
            known |= dict.fromkeys(new, night.started)
        if wanted <= known.keys():
            break
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(BEFORE)), known


def _earlier(ledger: Ledger, report: RunReport) -> list[str]:
    """The syncs that began before a run, newest first."""
    runs = ledger.runs.all()
    runs = runs[runs["job"].eq(f"{ledger.company}_sync")].drop_duplicates("root_run_id")
    began = pd.to_datetime(runs["began"], utc=True)
    return [str(root) for root in runs.loc[began < pd.Timestamp(report.started), "root_run_id"][::-1] if root != report.root_run_id]
