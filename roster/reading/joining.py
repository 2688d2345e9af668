"""Rows beside the people: what another file says of them, joined by a key.

Belongs here: whose row is whose, and the rows that come of both. Does not belong here: reading them (``roster.reading.several``), which of
several rows of a person counts (``roster.intake.history``), what a row costs that is nobody's (``roster.intake.take_in``).

A row of both has the line of the file beside the people, of which somebody may have several. What has no other side stays as it is, and is
told: a person without such a row is not one without a department.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from roster.characters import plain
from roster.reading.table import RawTable
from roster.settings import Joined

NO_ROW: Final = "no_row_beside"
"""Of a person: the other file has no row of their key."""
NOBODY: Final = "no_person"
"""Of a row beside the people: none of them has its key."""
REPEATED: Final = "key_repeated"
"""Of both: several people have the key."""


def wanted(columns: set[str] | None, joined: Joined | None, own: bool) -> set[str] | None:
    """The columns that one of the files must have.

    Args:
        columns: Those that are wanted of all together; None for all.
        joined: How the file beside the people is joined; None where there is none.
        own: Whether it is that file.
    """
    if joined is None or columns is None:
        return columns
    if own:
        return (columns & set(joined.gives)) | set(joined.by)
    return (columns - set(joined.gives)) | set(joined.by.values())


def join(people: RawTable, beside: RawTable, joined: Joined, columns: Collection[str] | None) -> RawTable:
    """One table of both.

    Args:
        people: The people.
        beside: What another file says of them.
        joined: By which columns, and what it gives.
        columns: Those that are wanted; None for all.
    """
    given: list[Any] = [name for name in joined.gives if name in beside.frame]
    if columns is None:  # to look at: all there is
        given += [name for name in beside.frame if name not in given and name not in people.frame]
    here, there = _keys(people.frame, list(joined.by.values())), _keys(beside.frame, list(joined.by))
    repeated = set(here[here.duplicated(keep=False)].dropna())
    once = here[here.notna() & ~here.isin(repeated)]
    of = there.map(pd.Series(once.index, index=once)).astype("Int64")
    matched = of.dropna().astype("int64")
    both = _both(people, beside.frame, matched, given)
    alone = people.frame[~people.frame.index.isin(matched)].drop(columns=given, errors="ignore")
    nobodys = beside.frame[~beside.frame.index.isin(matched.index)]
    nobodys = nobodys[given].assign(**{of_people: nobodys[own] for own, of_people in joined.by.items() if of_people not in given})
    frame = pd.concat([both, alone, nobodys]).astype("str").sort_index()
    kept = [name for name in frame.columns if columns is None or name in columns]
    why = pd.concat([_why(here[alone.index], repeated, NO_ROW), _why(there[nobodys.index], repeated, NOBODY)])
    return replace(
        people,
        frame=frame[kept],
        malformed=pd.concat([people.malformed, beside.malformed]),
        nobody=pd.concat([people.nobody, beside.nobody]),
        rows=people.rows + beside.rows,
        joined=matched,
        unjoined=why,
        readings=pd.concat([people.readings, _readings(people, beside.readings, once, joined, given)], ignore_index=True),
    )


def _both(people: RawTable, beside: pd.DataFrame, matched: pd.Series, given: list[Any]) -> pd.DataFrame:
    """The rows of both, by the line of what is beside the people."""
    both = people.frame.drop(columns=given, errors="ignore").loc[matched].set_axis(matched.index)
    return both.assign(**{name: beside.loc[matched.index, name] for name in given})


def _readings(people: RawTable, beside: pd.DataFrame, once: pd.Series, joined: Joined, given: list[Any]) -> pd.DataFrame:
    """What malformed lines beside the people may say of somebody: those that have their key."""
    if beside.empty:
        return beside
    of = _keys(beside, list(joined.by)).map(pd.Series(once.index, index=once)).astype("Int64")
    return _both(people, beside, of.dropna().astype("int64"), given)


def _keys(frame: pd.DataFrame, columns: list[str]) -> "pd.Series[str]":
    """What rows are joined by, without what nobody sees or a spreadsheet puts before text; NaN where a part of it is empty."""
    key: pd.Series[str] = _bare(frame[columns[0]])
    for name in columns[1:]:
        key = key + "\x1f" + _bare(frame[name])
    return key


def _bare(cells: pd.Series) -> "pd.Series[str]":
    odd = cells.str.contains(r"[^ -~]|^'", na=False)
    return cells.mask(odd, cells[odd].map(lambda text: plain(text).lstrip("'") or None)).astype("str")


def _why(keys: pd.Series, repeated: Collection[str], otherwise: str) -> pd.Series:
    return pd.Series(otherwise, index=keys.index, dtype="str").mask(keys.isin(list(repeated)), REPEATED)
