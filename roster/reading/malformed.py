"""Lines that do not have the header's fields: what they may say.

Belongs here: the ways in which the cells of such a line may be the columns'. Does not belong here: which lines those are
(``roster.reading.delimited``, ``roster.reading.workbook``, ``roster.reading.fixed_width``), what it means for whom one of them may be of
(``roster.intake.leavers``).

Nothing that comes of it is anybody's value. It only says whose other rows may not be the last word.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final

import pandas as pd

BETWEEN: Final = 2
"""Fields too many or too few that may be in different places of a line."""


def readings(lines: Iterable[Sequence[str | None]], header: Sequence[str], wanted: Collection[str]) -> pd.DataFrame:
    """The wanted columns, a row for each way in which the cells of a line may be theirs.

    Something is too much or too little in one place, so that what stands before it is in its place, and what stands behind it is moved.

    Args:
        lines: Their cells.
        header: The column names.
        wanted: Those to keep.
    """
    places = [(at, name) for at, name in enumerate(header) if name in wanted]
    found = {tuple(_cell(cells, at + move) for at, _ in places) for cells in lines for move in _moves(len(cells) - len(header))}
    rows = sorted((row for row in found if any(row)), key=str)
    return pd.DataFrame({name: pd.array([row[at] for row in rows], dtype="str") for at, (_, name) in enumerate(places)})


def plainly(text: str, delimiter: str, quote: str | None) -> list[list[str]]:
    """The cells of each line of a text, whatever its quotes say: one of them may be amiss."""
    bare = text.replace(quote, "") if quote else text
    return [[cell.strip() for cell in line.split(delimiter)] for line in bare.split("\n")]


def _moves(surplus: int) -> Iterable[int]:
    """By how much cells may be moved."""
    return range(min(surplus, 0), max(surplus, 0) + 1) if abs(surplus) <= BETWEEN else (0, surplus)


def _cell(cells: Sequence[str | None], at: int) -> str | None:
    text = (cells[at] or "").strip() if 0 <= at < len(cells) else ""
    return re.sub(r'^="(.*)"$', r"\1", text) or None
