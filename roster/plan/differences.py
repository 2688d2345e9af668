"""Field-by-field differences between what should be and what is there, in the long form that plans and read-backs share.

Belongs here: the comparison of two aligned columns. Does not belong here: which columns a destination has.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from roster.records import TAKEN_AWAY

Frames = Mapping[str, pd.DataFrame]
"""What reading a destination gives: frames under names that the destination chose."""

CHANGE_COLUMNS = ("employee_id", "field", "old", "new", "visible")
"""One row a difference: whose, which field of the API, the value there (missing: none) and the value wanted, as text (missing: what is
there is to be taken away)."""

_DTYPES = {"employee_id": "str", "field": "str", "old": "str", "new": "str", "visible": "bool"}
_NONE = pd.DataFrame(columns=list(CHANGE_COLUMNS), index=pd.RangeIndex(0)).astype(_DTYPES)
"""What most fields come to: nothing differs."""


def compare(employee_ids: pd.Series, field: str, wanted: pd.Series, there: pd.Series, *, fold: bool = False) -> pd.DataFrame:
    """Where a wanted value is not the one that is there. A missing wanted value is not ours to say, and no difference.

    One that is to be taken away (`roster.records.TAKEN_AWAY`) is a difference where there is one, and ``new`` is missing then.

    Args:
        employee_ids: whose the values are.
        field: the API's name of the field.
        wanted: what should be there, aligned with `employee_ids`.
        there: what is there, aligned likewise.
        fold: compare without case (e-mail addresses).

    Returns:
        `CHANGE_COLUMNS`.
    """
    same = wanted.str.lower() == there.str.lower() if fold else wanted == there
    differs = wanted.notna() & ~same.fillna(False)
    if not differs.any():
        return _NONE
    away = wanted.eq(TAKEN_AWAY).fillna(False)
    differs &= ~(away & there.isna())
    if not differs.any():
        return _NONE
    new = wanted.mask(away)[differs]
    return pd.DataFrame({"employee_id": employee_ids[differs], "field": field, "old": there[differs], "new": new, "visible": True})


def together(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Joins the differences of several fields into one frame with the dtypes of `CHANGE_COLUMNS`."""
    some = [part[list(CHANGE_COLUMNS)] for part in parts if len(part)]
    return pd.concat(some, ignore_index=True).astype(_DTYPES) if some else _NONE.copy(deep=False)
