"""The report files of a run: a page for people to read, a list for HR. Owner-only, for they name reasons and show old and new values.

Belongs here: which there are, and writing them. Does not belong here: where they lie (``resources.stored.reports``), what is in them
(``roster.reports``).
"""

from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from resources.stored.reports import StoredReports
from resources.stored.runs import StoredRuns
from roster.reports.model import RunReport
from roster.reports.page import render
from roster.reports.reasons import reason
from roster.reports.skipped import COLUMNS, left_out, to_csv

WHOLE: Final = "whole_reasons"
"""Under which name a run stores, with what a destination answered, why it refused people in its own words: person → text."""


@dataclass(frozen=True)
class Written:
    """Where a run's reports lie: paths on this machine, or places in the storage."""

    page: Any
    skipped: Any


def write_reports(report: RunReport, everyone: pd.DataFrame | None = None) -> Written:
    """Writes both files of a run, in place of what an earlier attempt of it left.

    Args:
        report: The run.
        everyone: Who was left out, where the caller has it already.
    """
    everyone = left_out(report) if everyone is None else everyone
    page = _write(report, "sync_report.html", render(report, everyone).encode())
    return Written(page, write_list(report, everyone))


def write_list(report: RunReport, everyone: pd.DataFrame) -> Any:
    """Writes the list for HR alone, of `everyone` who was left out; says where it lies.

    Whom a destination refused has its whole reason here, as long as it is stored. Everywhere else it is masked.
    """
    return _write(report, "skipped_employees.csv", to_csv(_in_own_words(report, everyone)[list(COLUMNS)]))


def _in_own_words(report: RunReport, everyone: pd.DataFrame) -> pd.DataFrame:
    stored, said = StoredRuns(report.company), dict[tuple[str, str], str]()
    refused = everyone["outcome"].eq("refused")
    for one in report.destinations if refused.any() else ():
        for run_id in report.attempts:
            found = stored.entry(run_id, f"{one.key}/sync_result", WHOLE) or {}
            said |= {(one.name, person): text for person, text in found.items()}
    rows = everyone[refused]
    texts = [said.get(where) for where in zip(rows["where"], rows["employee_id"], strict=True)]
    whole = pd.Series(texts, index=rows.index, dtype="str").dropna()
    words = everyone["code"].map({code: reason(code).words for code in everyone["code"].unique()})
    return everyone.assign(reason=(words + ": " + whole).astype("str").fillna(everyone["reason"]))


def _write(report: RunReport, name: str, content: bytes) -> Any:
    return StoredReports(report.company).write(report.root_run_id, name, content)
