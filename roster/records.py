"""Rows of a frame as the records that an API takes: right JSON types, absent rather than null.

Belongs here: the step from text columns to JSON values. Does not belong here: which fields there are (``roster.expensify``,
``roster.findity``) and how a record travels (``resources``).
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Literal

import pandas as pd

FieldType = Literal["text", "integer", "boolean", "json"]
Record = dict[str, Any]

_VALUE: dict[str, Callable[[str], Any]] = {"text": str, "integer": int, "boolean": lambda text: text == "true", "json": json.loads}


# json.dumps would build it anew for every value.
_COMPACT = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def compact(value: object) -> str:
    """The one JSON text of a value, so that equal values are equal texts."""
    return _COMPACT.encode(value)


def to_records(frame: pd.DataFrame, fields: Mapping[str, FieldType]) -> list[Record]:
    """Turns rows into records of those `fields` that are columns of the frame, in the order of `fields`.

    Values are text in the frame (``"12300"``, ``"true"``, ``'["A"]'``); a missing value leaves its key out of that record.
    """
    records: list[Record] = [{} for _ in range(len(frame))]
    for name, kind in fields.items():
        if name not in frame.columns:
            continue
        column = frame[name]
        convert = _VALUE[kind]
        for position, text in zip(column.notna().to_numpy().nonzero()[0], column.dropna(), strict=True):
            records[position][name] = convert(text)
    return records
