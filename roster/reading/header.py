"""Which line of HR's file is its header, where titles, dates and empty lines may stand above it.

Belongs here: choosing the line, for text and for a sheet alike. Does not belong here: whether all wanted columns are in it
(`roster.reading.table.check_header`), how a line becomes fields (``roster.reading.delimited``, ``roster.reading.workbook``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from roster.unfit import Unfit

LOOKED_AT: Final = 30
"""Lines, empty ones aside, among which the header is looked for."""
FEW: Final = 2
"""Wanted headings that are no accident."""


@dataclass(frozen=True)
class Line:
    """One that may be the header."""

    number: int
    """1-based, in the file or sheet."""
    names: Sequence[str]
    """Its fields."""

    def filled(self) -> int:
        """Fields that hold something."""
        return sum(bool(name) for name in self.names)

    def is_title_of(self, other: "Line") -> bool:
        """Whether it may stand above `other`, the header: it has few fields, and is no row."""
        few = self.filled() < max(FEW + 1, other.filled() / 2)
        return few and not (self.filled() > 1 and any("@" in name for name in self.names))


def choose(lines: Sequence[Line], wanted: Iterable[str] | None, header_line: int | None) -> int:
    """Which of the first lines is the header: the one that the settings name, else the first with all wanted headings.

    Where none has all of them, the one that has the most, for what is missing to be told.

    Args:
        lines: The first ones that are not empty, at least one; all up to `header_line`, if that is given.
        wanted: The headings that are needed; None where that is not known, and the first line counts.
        header_line: The setting.

    Returns:
        Its place in `lines`.

    Raises:
        Unfit: The settings name another line than the one that has the headings; rows seem to stand above it.
    """
    needed = set(wanted or ())
    has = [len(needed & set(line.names)) for line in lines]
    complete = [at for at, count in enumerate(has) if needed and count == len(needed)]
    if header_line is not None:
        return _named(lines, header_line, complete, has)
    if not needed:
        return 0
    if not complete:
        best = max(range(len(lines)), key=lambda at: (has[at], -at))
        return best if has[best] >= min(FEW, len(needed)) else 0
    found = complete[0]
    if not all(line.is_title_of(lines[found]) for line in lines[:found]):
        number = lines[found].number
        raise Unfit(
            "header",
            f"The wanted headings were found on line {number}, and the lines above it look like rows.",
            f"If they are none, set `header_line: {number}`; else have HR send the file with its header first.",
        )
    return found


def _named(lines: Sequence[Line], header_line: int, complete: Sequence[int], has: Sequence[int]) -> int:
    elsewhere = f"; the wanted headings were found on line {lines[complete[0]].number}" if complete else ""
    at = next((at for at, line in enumerate(lines) if line.number == header_line), None)
    if at is None or (complete and has[at] < max(has)):
        problem = "is empty or not there" if at is None else "has not all of the wanted headings"
        message = f"Line {header_line}, which `header_line` names, {problem}{elsewhere}."
        raise Unfit("header", message, "Correct `header_line`, or have HR export as agreed.")
    return at
