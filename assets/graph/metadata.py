"""What the Dagster UI shows of a value: counts, tables of reasons, column schemas. Never a name, an address or a cell that is one.

Belongs here: frames and counts as metadata values. Does not belong here: which asset shows what.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

import dagster as dg
import pandas as pd

from roster.plan.own_account import Beside
from roster.reading.lines import line_texts
from roster.reports import tables
from roster.reports.reasons import REPAIR_REASONS
from roster.shown import in_markdown, one_line

MOST_ROWS = 50
"""Longer tables are cut in the UI; the files hold everyone."""
IN_REPORT = ": in the run's report"
_LONGEST_BAR = 8
_TOO_LONG = re.compile(r"(\S{27})\S{2,}")
"""A word that does not fit beside a number at 1280 px."""
_FEW_COLUMNS = 4
"""The UI opens what so few columns mean on the page itself, where it is too wide for a small window; tables of theirs say it too."""

COLUMNS: Mapping[str, str] = {
    "line": "Line of HR's file, counted from 1",
    "employee_id": "Employee number: the stable key, text",
    "email": "As HR writes it; compared without case",
    "manager_id": "Employee number of HR's manager",
    "manager_email": "HR's manager, where no row of the file has that address",
    "manager_name": "HR's manager as the file names them",
    "worker_status": "HR's status in our words",
    "employment": "Where the person stands on the day of the export: active, leave, left, pending",
    "in_scope": "Whether the settings make this person ours to keep in step",
    "unread": "Columns of which a value was there and could not be used, joined by |",
    "approval_limit": "In whole currency units",
    "column": "The canonical column",
    "source": "HR's heading",
    "code": "Kind of fault",
    "message": "What is wrong, for HR",
    "value": "The offending cell; kept in owner-only files alone",
    "person": "Employee number; an account without one goes by a hash",
    "account": "The destination's own key",
    "matched_by": "How HR's person and the account were found to be one: number, email, or a conflict",
    "action": "Planned: create, update, reactivate, deactivate, delete, none, hold, skip",
    "intended": "What a hold keeps back",
    "kinds": "Kinds of change, joined by |",
    "reason": "Why it is held, skipped or refused",
    "detail": "The same in a sentence",
    "outcome": "What became of the person",
    "landed": "What reading back shows: landed, not visible, missing; what only the answer can show: accepted, unanswered",
    "status": "The destination's answer: accepted, refused, unknown",
    "request": "In which request the person was sent",
    "where": "Where the person was left out",
    "what_to_do": "What would bring them in",
    "owner": "Who can mend it",
    "first_seen": "Since when",
    "times_seen": "In how many syncs",
    "word": "HR's word that was left out, where a destination tells it",
    "candidates": "What may have been meant",
    "why": "Why the person was left out",
    "check": "What the gate asked",
    "passed": "yes; let pass: for this run, by somebody; warning: stops nothing; no",
    "seen": "What the file says",
    "expected": "What would have passed",
    "what is wrong": "HR's heading, and what is wrong with the cell",
    "since": "First sync that left them out for this reason",
}
"""What the columns of our own frames mean; those of the destinations are described by their vendors."""


def table(frame: pd.DataFrame) -> dg.MetadataValue:
    """A frame as a table in the UI, cut after `MOST_ROWS`: a last line says how many more there are. The caller sees to it that it names
    people by number only.

    An asset's page has room for two or three narrow columns; what sticks out is cut off there.
    """
    if frame.empty:
        return dg.MetadataValue.table([], _schema(frame))
    shown = frame.head(MOST_ROWS).astype("object").where(frame.head(MOST_ROWS).notna(), None)
    records = [dg.TableRecord({str(name): _plain(value) for name, value in row.items()}) for row in shown.to_dict("records")]
    if rest := len(frame) - len(shown):
        first, *others = (str(name) for name in frame.columns)
        records.append(dg.TableRecord({first: f"… and {rest:,} more{'' if others else IN_REPORT}", **_last(others)}))
    return dg.MetadataValue.table(records, _schema(frame))


def _last(names: Sequence[str]) -> dict[str, str]:
    return {name: IN_REPORT.strip(" :") if name == names[-1] else "" for name in names}


def _plain(value: Any) -> str | int | float | bool | None:
    return value if isinstance(value, int | float | bool) or value is None else one_line(str(value))


def place(file: Any) -> dg.MetadataValue:
    """Where a file of a run is: below the company's folder of reports, its run by the first characters of its id, as a shell takes it.

    A path has no place to break, and would widen the page's table beyond the pane: of the id it is the first six. An address elsewhere
    is shown whole.
    """
    if "://" in str(file):
        return dg.MetadataValue.url(str(file))
    path = PurePath(str(file))
    return dg.MetadataValue.text(f"{path.parent.name[:6]}*/{path.name}")


def counts(numbers: Mapping[Any, int], what: str, unit: str = "people") -> dg.MetadataValue:
    """Counts as a table with a bar to each, so that one sees what there is most of."""
    most = max(numbers.values(), default=0)
    rows = [
        {what: str(name).replace("_", " "), unit: f"{count:,}", "": bar(count, most)}
        for name, count in sorted(numbers.items(), key=lambda item: -item[1])
        if count
    ]
    return table(pd.DataFrame(rows, columns=[what, unit, ""]))


def bar(count: int, most: int) -> str:
    """A bar of block characters, to an eighth of one: the UI shows no images. Nobody is too few to be seen."""
    whole, eighths = divmod(max(1, round(8 * _LONGEST_BAR * count / most)), 8) if count else (0, 0)
    return "█" * whole + " ▏▎▍▌▋▊▉"[eighths].strip()


def reasons(people: pd.DataFrame) -> dg.MetadataValue:
    """Who was left out and why, by employee number; the reasons of few people first, because those are the ones to look into."""
    chosen = people[people["reason"].notna() & people["employee_id"].notna()]
    chosen = chosen.assign(shared=chosen["reason"].map(chosen["reason"].value_counts())).sort_values(["shared", "reason"], kind="stable")
    why = chosen["detail"].fillna(chosen["reason"].str.replace("_", " "))
    return table(pd.DataFrame({"employee_id": chosen["person"], "why": fitting(why)}))


def fitting(texts: pd.Series) -> pd.Series:
    """Texts that a narrow column can break: a destination's code has no place to, and a long one would stick out of the page. The run's
    report has it whole."""
    return texts.str.replace(_TOO_LONG, lambda found: f"{found.group(1)}…", regex=True)


def repairs(rows: pd.DataFrame) -> dg.MetadataValue:
    """How many approvers were found by rule, by what was wrong with HR's manager."""
    return counts(rows["repair"].map(REPAIR_REASONS).fillna(rows["repair"]).value_counts().to_dict(), "HR's manager")


def own_account(lines: Sequence[Beside]) -> dg.MetadataValue:
    """What a destination says that it would do and did: how many, and who by number. Too wide for an asset's page, it opens by itself."""
    if not lines:
        return table(pd.DataFrame(columns=["what"]))
    shown = tables.own_account(lines)
    return markdown(pd.DataFrame(shown.rows, columns=[heading for heading, _ in shown.columns]))


def faults(rows: pd.DataFrame) -> dg.MetadataValue:
    """What is wrong with which line of HR's file: never the value itself."""
    wrong = (rows["source"].astype("str") + ": ").fillna("") + rows["message"].astype("str")
    return table(pd.DataFrame({"line": line_texts(rows["line"]), "employee_id": rows["employee_id"], "what is wrong": wrong}))


def markdown(rows: pd.DataFrame) -> dg.MetadataValue:
    """A table that is too wide for an asset's page: long, the UI opens it in a window of its own."""
    cells = rows.astype("object").where(rows.notna(), "").astype("str").map(in_markdown)
    lines = [[in_markdown(str(name)) for name in rows.columns], ["---"] * rows.shape[1], *cells.to_numpy().tolist()]
    return dg.MetadataValue.md("\n".join(f"| {' | '.join(line)} |" for line in lines))


def of_frame(frame: pd.DataFrame) -> dict[str, Any]:
    """``dagster/row_count`` and ``dagster/column_schema`` of a frame."""
    return {
        "dagster/row_count": dg.IntMetadataValue(len(frame)),
        "dagster/column_schema": dg.MetadataValue.table_schema(_schema(frame, True)),
    }


def of_result(frame: pd.DataFrame, shown: Mapping[str, Any]) -> dict[str, Any]:
    """What a step found, most interesting first; what its columns mean comes last, where it pushes nothing off the page.

    Args:
        frame: The value.
        shown: In the order in which one reads it. Empty tables are left out.
    """
    few = len(frame.columns) <= _FEW_COLUMNS
    columns = {} if few else {"columns": dg.MetadataValue.table_schema(_schema(frame, True))}
    return {"dagster/row_count": dg.IntMetadataValue(len(frame)), **filled(shown), **columns}


def filled(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Without tables that have no row: "none" takes no space."""
    return {name: value for name, value in shown.items() if not (isinstance(value, dg.TableMetadataValue) and not value.records)}


def _schema(frame: pd.DataFrame, typed: bool = False) -> dg.TableSchema:
    types = {str(name): str(frame[name].dtype) if typed else "string" for name in frame.columns}
    return dg.TableSchema(columns=[dg.TableColumn(name, kind, COLUMNS.get(name)) for name, kind in types.items()])
