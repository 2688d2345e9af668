"""What the Dagster UI shows of a value: counts, tables of reasons, column schemas. Never a name, an address or a cell that is one.

Belongs here: frames and counts as metadata values. Does not belong here: which asset shows what.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg
import pandas as pd

MOST_ROWS = 50
"""Longer tables are cut in the UI; the files hold everyone."""

COLUMNS: Mapping[str, str] = {
    "line": "Line of HR's file, counted from 1",
    "employee_id": "Employee number: the stable key, text",
    "email": "As HR writes it; compared without case",
    "manager_id": "Employee number of HR's manager",
    "manager_email": "HR's manager, where no row of the file has that address",
    "worker_status": "HR's status in our words",
    "employment": "Where the person stands on the day of the export: active, leave, left, pending",
    "in_scope": "Whether the settings make this person ours to keep in step",
    "approval_limit": "In whole currency units",
    "column": "The canonical column",
    "source": "HR's heading",
    "code": "Kind of fault",
    "message": "What is wrong, for HR",
    "value": "The offending cell; kept in owner-only files alone",
    "person": "Employee number; an account without one goes by a hash",
    "account": "The destination's own key",
    "matched_by": "How HR's person and the account were found to be one: number, email, or a conflict",
    "action": "Planned: create, update, reactivate, deactivate, none, hold, skip",
    "intended": "What a hold keeps back",
    "kinds": "Kinds of change, joined by |",
    "reason": "Why it is held, skipped or refused",
    "detail": "The same in a sentence",
    "outcome": "What became of the person",
    "landed": "What reading back shows: landed, not visible, missing",
    "status": "The destination's answer: accepted, refused, unknown",
    "request": "In which request the person was sent",
    "where": "Where the person was left out",
    "what_to_do": "What would bring them in",
    "owner": "Who can mend it",
    "first_seen": "Since when",
    "times_seen": "In how many syncs",
}
"""What the columns of our own frames mean; those of the two APIs are described by their vendors."""


def table(frame: pd.DataFrame) -> dg.MetadataValue:
    """A frame as a table in the UI, cut after `MOST_ROWS`. The caller sees to it that it names people by number only."""
    shown = frame.head(MOST_ROWS).astype("object").where(frame.head(MOST_ROWS).notna(), None)
    columns = [dg.TableColumn(name=str(name)) for name in frame.columns]
    records = [dg.TableRecord({str(name): _plain(value) for name, value in row.items()}) for row in shown.to_dict("records")]
    return dg.MetadataValue.table(records, dg.TableSchema(columns=columns))


def _plain(value: Any) -> str | int | float | bool | None:
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def counts(numbers: Mapping[str, int], what: str) -> dg.MetadataValue:
    """Counts as a table with a bar to each, so that one sees what there is most of."""
    most = max(numbers.values(), default=0)
    rows = [
        {what: name.replace("_", " "), "people": count, "": "█" * max(1, round(20 * count / most))}
        for name, count in sorted(numbers.items(), key=lambda item: -item[1])
        if count
    ]
    return table(pd.DataFrame(rows, columns=[what, "people", ""]))


def reasons(people: pd.DataFrame) -> dg.MetadataValue:
    """Who was not brought in and why: ``person``, ``reason``, ``detail``, by employee number."""
    chosen = people[people["reason"].notna() & people["employee_id"].notna()]
    return table(chosen[["person", "action", "reason", "detail"]])


def of_frame(frame: pd.DataFrame) -> dict[str, Any]:
    """``dagster/row_count`` and ``dagster/column_schema`` of a frame."""
    columns = [dg.TableColumn(name=str(name), type=str(frame[name].dtype), description=COLUMNS.get(str(name))) for name in frame.columns]
    return {
        "dagster/row_count": dg.IntMetadataValue(len(frame)),
        "dagster/column_schema": dg.MetadataValue.table_schema(dg.TableSchema(columns=columns)),
    }
