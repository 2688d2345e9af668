"""Formulas of a sheet whose result the workbook does not hold: no spreadsheet program has ever opened and saved it.

Belongs here: finding such cells in the sheet as it is stored. Does not belong here: what a cell says (``roster.reading.workbook``), which
cannot tell them from empty ones.
"""

import re
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

CELL: Final = re.compile(rb"<(?:\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)\s*(.*?)</(?:\w+:)?c>", re.DOTALL)
"""A cell with a formula: its attributes, and what follows the formula."""
RESULT: Final = re.compile(rb"<(?:\w+:)?v\b[^>]*?(?:/>|>([^<]*)</)")
PLACE: Final = re.compile(rb"\br=[\"']([A-Z]+)([0-9]+)[\"']")
IS_TEXT: Final = re.compile(rb"\bt=[\"']str[\"']")
RECALCULATED: Final = re.compile(rb"<(?:\w+:)?calcPr\b[^>]*\bfullCalcOnLoad=[\"'](?:1|true)[\"']")


@dataclass(frozen=True)
class Unstored:
    """A cell whose formula has no stored result."""

    row: int
    column: int
    """Counted from 1; 0 where the sheet does not say."""
    name: str
    """Such as E2."""


def unstored(stored: bytes, workbook: bytes) -> list[Unstored]:
    """The cells whose formula has no result.

    A text that came out empty is a result. A program that wrote every result as 0 and asks for all of them to be worked out on opening
    has none either.

    Args:
        stored: The sheet's part of the workbook.
        workbook: The part that describes the workbook.
    """
    if b"f>" not in stored and b"f " not in stored and b"f/>" not in stored:
        return []
    cells = [(attributes, RESULT.search(rest)) for attributes, rest in CELL.findall(stored)]
    unworked = bool(RECALCULATED.search(workbook)) and all(found is None or found[1] in (None, b"", b"0") for _, found in cells)
    missing = [attributes for attributes, found in cells if unworked or not _has_result(attributes, found)]
    return [_cell(attributes) for attributes in missing]


def _has_result(attributes: bytes, found: Any) -> bool:
    return found is not None and (bool(found[1]) or bool(IS_TEXT.search(attributes)))


def _cell(attributes: bytes) -> Unstored:
    place = PLACE.search(attributes)
    if place is None:
        return Unstored(0, 0, "?")
    letters = place[1].decode()
    column = reduce(lambda number, letter: 26 * number + ord(letter) - ord("A") + 1, letters, 0)
    return Unstored(int(place[2]), column, letters + place[2].decode())
