"""Rows of a frame as the records that an API takes: right JSON types, absent rather than null.

Belongs here: the step from text columns to JSON. Does not belong here: which fields there are (each destination's ``records``) and
how a record travels (``resources``).

JSON is joined column by column: a dict for each row takes ten times as long.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any, Final, Literal

import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from roster.arrow import as_array, beside, joined

FieldType = Literal["text", "integer", "boolean", "json"]
Record = dict[str, Any]

TAKEN_AWAY: Final = "\x18"
"""Stands in a text column for a value that is to be taken away, which a missing one is not. No cell holds it: it is a control character."""

_COMMA, _EMPTY, _TRUE, _FALSE = (pa.scalar(text, pa.large_string()) for text in (",", "", "true", "false"))
_ESCAPED: Final = r'[\x00-\x1f"\\]'
"""What JSON does not take in a text as it is."""
_AS_IT_IS: Final = bytes(set(range(0x20, 0x100)) - set(b'"\\'))


def compact(value: object) -> str:
    """The one JSON text of a value, so that equal values are equal texts."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def to_records(frame: pd.DataFrame, fields: Mapping[str, FieldType]) -> list[Record]:
    """Turns rows into records of those `fields` that are columns of the frame, in the order of `fields`.

    Values are text in the frame (``"12300"``, ``"true"``, ``'["A"]'``); a missing value leaves its key out of that record.
    """
    records: list[Record] = orjson.loads(to_json(frame, fields))
    return records


def to_json(frame: pd.DataFrame, fields: Mapping[str, FieldType]) -> bytes:
    """The records of `to_records` as one JSON list."""
    given = {name: kind for name, kind in fields.items() if name in frame.columns}
    rows = objects(frame, given) if given else pa.array(["{}"] * len(frame), pa.large_string())
    (whole,) = pc.binary_join(pa.ListArray.from_arrays([0, len(rows)], rows), _COMMA)
    return b"[%b]" % whole.as_buffer()


def objects(columns: pd.DataFrame | Mapping[str, pd.Series], fields: Mapping[str, FieldType]) -> pa.Array:
    """One JSON object a row, of what stands in the columns of these fields; a missing value leaves its key out."""
    return joined("{", _listed([_VALUE[kind](columns[name], f"{compact(name)}:", "") for name, kind in fields.items()]), "}")


def lists(parts: Sequence[pa.Array]) -> pa.Array:
    """One JSON list a row, of what stands at each place, already JSON; what is missing is left out."""
    return joined("[", _listed(parts), "]")


def quoted(texts: pd.Series, before: str = "", after: str = "") -> pa.Array:
    """Each text as JSON with something before and after it; missing where it is."""
    found = as_array(texts)
    if beside(found, _AS_IT_IS):
        odd = pc.fill_null(pc.match_substring_regex(found, _ESCAPED), False)
        inside = [compact(text)[1:-1] for text in found.filter(odd).to_pylist()]
        found = pc.replace_with_mask(found, odd, pa.array(inside, pa.large_string()))
    return joined(f'{before}"', found, f'"{after}')


def _listed(parts: Sequence[pa.Array]) -> pa.Array:
    if all(part.null_count for part in parts):  # Arrow (26.0.1) leaves out a row of which everything is missing
        nothing = reduce(pc.and_, map(pc.is_null, parts))
        parts = [pc.if_else(nothing, _EMPTY, parts[0]), *parts[1:]]
    return pc.binary_join_element_wise(*parts, _COMMA, null_handling="skip")


def _as_json(texts: pd.Series, before: str, after: str) -> pa.Array:
    return joined(before, as_array(texts), after)


def _truth(texts: pd.Series, before: str, after: str) -> pa.Array:
    return joined(before, pc.if_else(pc.equal(as_array(texts), "true"), _TRUE, _FALSE), after)


_VALUE: Final[Mapping[FieldType, Callable[[pd.Series, str, str], pa.Array]]] = {
    "text": quoted,
    "integer": _as_json,
    "boolean": _truth,
    "json": _as_json,
}
"""What makes JSON of a column, by its type, with something before and after it."""
