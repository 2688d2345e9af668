"""The report files of a run: a page for people to read, a list for HR. Owner-only, for they name reasons and show old and new values.

Belongs here: where they lie and writing them. Does not belong here: what is in them (``roster.reports``).
"""

from dataclasses import dataclass
from pathlib import Path

from resources import places
from resources.owner_only import make_directory, write
from roster.reports.model import RunReport
from roster.reports.page import render
from roster.reports.skipped import skipped, to_csv


@dataclass(frozen=True)
class Written:
    """Where a run's reports lie."""

    page: Path
    skipped: Path


def write_reports(report: RunReport) -> Written:
    """Writes both files of a run, in place of what an earlier attempt of it left."""
    folder = make_directory(places.reports() / report.company / report.root_run_id)
    written = Written(folder / "sync_report.html", folder / "skipped_employees.csv")
    write(written.page, render(report).encode())
    write(written.skipped, to_csv(skipped(report)))
    return written
