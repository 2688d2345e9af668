"""The report files of a run: a page for people to read, a list for HR. Owner-only, for they name reasons and show old and new values.

Belongs here: which there are, and writing them. Does not belong here: where they lie (``resources.stored.reports``), what is in them
(``roster.reports``).
"""

from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import pandas as pd

from resources.past.beside import Stored, stored, with_names
from resources.stored.reports import StoredReports
from resources.stored.runs import StoredRuns
from resources.to_type import in_page
from roster.reports.list_for_hr import rows
from roster.reports.model import RunReport
from roster.reports.page import Overview, render
from roster.reports.reasons import reason
from roster.reports.since import Since, since
from roster.reports.skipped import left_out, to_csv

WHOLE: Final = "whole_reasons"
"""Under which name a run stores, with what a destination answered, why it refused people in its own words: person → text."""


@dataclass(frozen=True)
class Written:
    """Where a run's reports lie, as paths on this machine or places in the storage, and what they say of it."""

    page: Any
    skipped: Any
    workbook: Any
    overview: Overview


_LAST: Final[dict[str, tuple[RunReport, Written]]] = {}
"""Run → what its own last step has told, of the run that was the last in this process."""


def remember(run_id: str, report: RunReport, written: Written) -> None:
    """Keep what a run's own last step has told, for whoever shows it at the run's end in the same process."""
    _LAST.clear()
    _LAST[run_id] = report, written


def remembered(run_id: str) -> tuple[RunReport, Written] | None:
    """What a run's own last step has told in this process; None where that was elsewhere, or another run's since."""
    return _LAST.get(run_id)


def write_reports(report: RunReport) -> Written:
    """Writes all files of a run, in place of what an earlier attempt of it left.

    Args:
        report: The run; with `resources.past.last_night.with_nights` they tell what is new, and what is solved.
    """
    everyone = left_out(report)
    named = with_names(report, everyone)
    overview = Overview.of(named, everyone)
    page = _write(report, "sync_report.html", in_page(render(named, overview)).encode())
    return Written(page, *_lists(named, overview.since), overview)


def _listed(report: RunReport, everyone: pd.DataFrame, beside: Stored) -> pd.DataFrame:
    named = with_names(report, everyone)
    return _rows(named, since(named, everyone), beside)


def _rows(report: RunReport, changed: Since, beside: Stored) -> pd.DataFrame:
    return rows(report, replace(changed, rows=_in_own_words(report, changed.rows)), beside.beside)


def list_for_hr(report: RunReport, everyone: pd.DataFrame, form: Literal["xlsx", "csv"]) -> bytes:
    """The list for HR as `write_reports` writes it, for whoever is shown it on a page.

    Whom a destination refused has its whole reason here, as long as it is stored. Everywhere else it is masked.

    Args:
        report: The run; with `resources.past.last_night.with_nights` it tells what is new, and what is solved.
        everyone: Who was left out.
        form: A workbook, or CSV.
    """
    beside = stored(report)
    found = _listed(report, everyone, beside)
    if form == "csv":
        return to_csv(found, beside.separator)
    from roster.reports.workbook import to_xlsx  # noqa: PLC0415 - see `_lists`

    return to_xlsx(found)


def for_owners(report: RunReport, everyone: pd.DataFrame, form: Literal["xlsx", "csv"]) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The list for HR as a file for each owner: name → content, and the names of owners who have nothing to do this time.

    Args:
        report: The run.
        everyone: Who was left out.
        form: A workbook, or CSV.
    """
    from roster.reports.workbook import NOTHING_TO_DO, OWNERS, by_owner, to_xlsx  # noqa: PLC0415 - see `_lists`

    beside = stored(report)
    separator, parts = beside.separator, by_owner(_listed(report, everyone, beside))
    names = {owner: f"{report.company}_skipped_{owner}.{form}" for owner in (*OWNERS, *parts) if owner != NOTHING_TO_DO}
    full = {owner: part for owner, part in parts.items() if owner in names and len(part)}
    files = {names[owner]: to_xlsx(part) if form == "xlsx" else to_csv(part, separator) for owner, part in full.items()}
    return files, tuple(name for owner, name in names.items() if owner not in full)


def _lists(report: RunReport, changed: Since) -> tuple[Any, Any]:
    """The list for HR as CSV and as a workbook."""
    from roster.reports.workbook import to_xlsx  # noqa: PLC0415 - xlsxwriter takes a tenth of a second: only who writes one loads it

    beside = stored(report)
    found = _rows(report, changed, beside)
    csv = _write(report, "skipped_employees.csv", to_csv(found, beside.separator))
    return csv, _write(report, "skipped_employees.xlsx", to_xlsx(found))


def _in_own_words(report: RunReport, everyone: pd.DataFrame) -> pd.DataFrame:
    values, own_words = StoredRuns(report.company), dict[tuple[str, str], str]()
    refused = everyone["outcome"].eq("refused")
    for one in report.destinations if refused.any() else ():
        for run_id in report.attempts:
            found = values.entry(run_id, f"{one.key}/sync_result", WHOLE) or {}
            own_words |= {(one.name, person): text for person, text in found.items()}
    rows = everyone[refused]
    texts = [own_words.get(where) for where in zip(rows["where"], rows["employee_id"], strict=True)]
    whole = pd.Series(texts, index=rows.index, dtype="str").dropna()
    words = everyone["code"].map({code: reason(code).words for code in everyone["code"].unique()}).astype("str")
    return everyone.assign(reason=(words + ": " + whole).astype("str").fillna(everyone["reason"]))


def _write(report: RunReport, name: str, content: bytes) -> Any:
    return StoredReports(report.company).write(report.root_run_id, name, content)
