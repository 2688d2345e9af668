"""What the Dagster UI shows of a value: counts, tables of reasons, column schemas. Never a name, an address or a cell that is one.

Belongs here: frames and counts as metadata values. Does not belong here: which asset shows what.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg
import pandas as pd

MOST_ROWS = 50
"""Longer tables are cut in the UI; the files hold everyone."""


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


def of_frame(frame: pd.DataFrame, descriptions: Mapping[str, str] | None = None) -> dict[str, Any]:
    """``dagster/row_count`` and ``dagster/column_schema`` of a frame."""
    told = descriptions or {}
    columns = [dg.TableColumn(name=str(name), type=str(frame[name].dtype), description=told.get(str(name))) for name in frame.columns]
    return {
        "dagster/row_count": dg.IntMetadataValue(len(frame)),
        "dagster/column_schema": dg.MetadataValue.table_schema(dg.TableSchema(columns=columns)),
    }
