"""The report files of a run: a page for people to read, a list for HR. Owner-only, for they name reasons and show old and new values.

Belongs here: where they lie and writing them. Does not belong here: what is in them (``roster.reports``).
"""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from resources import places
from resources.owner_only import make_directory, write
from roster.reports.model import RunReport
from roster.reports.page import render
from roster.reports.skipped import COLUMNS, left_out, to_csv


@dataclass(frozen=True)
class Written:
    """Where a run's reports lie."""

    page: Path
    skipped: Path


def write_reports(report: RunReport, everyone: pd.DataFrame | None = None) -> Written:
    """Writes both files of a run, in place of what an earlier attempt of it left.

    Args:
        report: The run.
        everyone: Who was left out, where the caller has it already.
    """
    everyone = left_out(report) if everyone is None else everyone
    page = _folder(report) / "sync_report.html"
    write(page, render(report, everyone).encode())
    return Written(page, write_list(report, everyone))


def write_list(report: RunReport, everyone: pd.DataFrame) -> Path:
    """Writes the list for HR alone, of `everyone` who was left out; says where it lies."""
    file = _folder(report) / "skipped_employees.csv"
    write(file, to_csv(everyone[list(COLUMNS)]))
    return file


def _folder(report: RunReport) -> Path:
    return make_directory(places.reports() / report.company / report.root_run_id)
