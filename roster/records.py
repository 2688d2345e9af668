"""Rows of a frame as the records that an API takes: right JSON types, absent rather than null.

Belongs here: the step from text columns to JSON values. Does not belong here: which fields there are (each destination's ``records``) and
how a record travels (``resources``).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

import orjson
import pandas as pd

FieldType = Literal["text", "integer", "boolean", "json"]
Record = dict[str, Any]

TAKEN_AWAY: Final = "\x18"
"""Stands in a text column for a value that is to be taken away, which a missing one is not. No cell holds it: it is a control character."""

_VALUE: dict[str, Callable[[str], Any]] = {"integer": int, "boolean": lambda text: text == "true", "json": orjson.loads}


def compact(value: object) -> str:
    """The one JSON text of a value, so that equal values are equal texts."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def to_records(frame: pd.DataFrame, fields: Mapping[str, FieldType]) -> list[Record]:
    """Turns rows into records of those `fields` that are columns of the frame, in the order of `fields`.

    Values are text in the frame (``"12300"``, ``"true"``, ``'["A"]'``); a missing value leaves its key out of that record.
    """
    records: list[Record] = [{} for _ in range(len(frame))]
    for name, kind in fields.items():
        if name not in frame.columns:
            continue
        column = frame[name]
        # As one array of objects: an Arrow column hands out its values one by one three times as slowly.
        texts = column.to_numpy(dtype="object")
        given = column.notna().to_numpy().nonzero()[0]
        values = texts[given] if kind == "text" else map(_VALUE[kind], texts[given])
        for position, value in zip(given.tolist(), values, strict=True):
            records[position][name] = value
    return records
