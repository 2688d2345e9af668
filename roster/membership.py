"""Whether each of many texts is among many others, and what they have of it: the questions that joining people asks most often.

Belongs here: these two questions. Does not belong here: pairing people with accounts (``roster.people.matching``).
"""

from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

FEW: Final = 8
"""So many times more others than texts, and those that are asked for are looked for first: a table of the many is the dearest of it."""


def among(texts: pd.Series, others: pd.Series) -> pd.Series:
    """For each text whether it is one of `others`; a missing one never is.

    ``Series.isin`` says the same, and of text columns takes seven times as long (pandas 3.1, 100,000 rows). Arrow's own is the fastest of
    all, for a dozen rows too; what is no text column, such as an empty one, is asked as objects.
    """
    if texts.empty:
        return pd.Series(index=texts.index, dtype="bool", name=texts.name)
    if texts.dtype == "str" and others.dtype == "str":
        sought, of = pa.array(texts.array, pa.large_string()), pa.array(others.array, pa.large_string())
        if FEW * len(sought) < len(of):
            of = of.filter(pc.is_in(of, sought, skip_nulls=True))
        return pd.Series(pc.is_in(sought, of, skip_nulls=True).to_numpy(zero_copy_only=False), index=texts.index, name=texts.name)
    found: pd.Series = texts.astype("object").isin(others.dropna().to_numpy(dtype="object"))
    return found


def looked_up(texts: pd.Series, table: pd.Series) -> pd.Series:
    """For each text what `table` has at it; missing where it has nothing.

    ``Series.map`` says the same, and of text makes objects of Python on both sides first.

    Args:
        texts: The texts.
        table: Texts by text, each once.
    """
    found = _taken(table, places(texts, table.index.to_series()))
    return pd.Series(found, index=texts.index, name=texts.name)


def rows_at(texts: pd.Series, table: pd.DataFrame) -> pd.DataFrame:
    """As `looked_up`, of several columns: to find the places is nearly all that one costs."""
    at = places(texts, table.index.to_series())
    return pd.DataFrame({name: _taken(table[name], at) for name in table}, index=texts.index)


def _taken(values: pd.Series, at: pa.Array) -> Any:
    return pd.array(pa.array(values.astype("str").array, pa.large_string()).take(at), dtype="str")


def places(texts: pd.Series, others: pd.Series) -> pa.Array:
    """For each text where it first stands in `others`, null where it does not."""
    sought, of = (pa.array(each.astype("str").array, pa.large_string()) for each in (texts, others))
    if FEW * (len(sought) - sought.null_count) < len(of):
        there = pc.indices_nonzero(pc.is_in(of, sought, skip_nulls=True))
        found = there.take(pc.index_in(sought, of.take(there), skip_nulls=True))
    else:
        found = pc.index_in(sought, of, skip_nulls=True)
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
