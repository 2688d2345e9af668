"""What a workbook does not show to whoever opens it, and Rollcall reads all the same: rows under a filter, hidden rows and columns.

Belongs here: counting them in the sheet as it is stored. Does not belong here: what a cell says (``roster.reading.workbook``), whether that
is a warning (``roster.intake.gate``).
"""

import re
from collections.abc import Collection, Iterator
from typing import Final

_TAG: Final = rb"<(?:\w+:)?%s\b([^>]*)>"
_ROW: Final = re.compile(_TAG % b"row")
_COLUMN: Final = re.compile(_TAG % b"col")
_HIDDEN: Final = re.compile(rb"\bhidden=[\"'](?:1|true)[\"']|\b(?:ht|width)=[\"']0(?:\.0*)?[\"']")
"""Said to be, or drawn without height or width."""
_NUMBER: Final = re.compile(rb"\br=[\"'](\d+)[\"']")
_REACH: Final = re.compile(rb"\b(min|max)=[\"'](\d+)[\"']")


def counted(stored: bytes, rows: Collection[int], columns: Collection[int], sheets: int) -> dict[str, int]:
    """How many rows, columns and sheets are hidden: ``rows`` and ``columns`` of those that are read, ``sheets`` beside the one that is.

    Args:
        stored: The sheet's part of the workbook.
        rows: The numbers of the rows that are read.
        columns: Those of the columns, counted from 1.
        sheets: How many sheets are hidden.
    """
    hidden = {"rows": len(_rows(stored) & set(rows)), "columns": len(_columns(stored) & set(columns)), "sheets": sheets}
    return {what: count for what, count in hidden.items() if count}


def _rows(stored: bytes) -> set[int]:
    found, number = set(), 0
    for attributes in _ROW.findall(stored):
        given = _NUMBER.search(attributes)
        number = int(given[1]) if given else number + 1
        if _HIDDEN.search(attributes):
            found.add(number)
    return found


def _columns(stored: bytes) -> set[int]:
    def each() -> Iterator[int]:
        for attributes in _COLUMN.findall(stored):
            reach = {name: int(number) for name, number in _REACH.findall(attributes)}
            if _HIDDEN.search(attributes) and len(reach) == 2:
                yield from range(reach[b"min"], min(reach[b"max"], 16_384) + 1)

    return set(each())
