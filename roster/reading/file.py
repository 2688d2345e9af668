"""An HR file as it came: from its bytes to a frame of text, one row a line, indexed by line number; from its name to the day it is of.

Belongs here: which kind of file it is, the day in its name. Does not belong here: archives (``roster.reading.unpacking``), rows of text
(``roster.reading.delimited``), rows of a sheet (``roster.reading.workbook``), what the columns mean (``roster.intake.mapping``) and what an
older day means (the ledger refuses it).
"""

import re
from dataclasses import replace
from datetime import date

from roster.reading import delimited, workbook
from roster.reading.table import RawTable
from roster.reading.unpacking import is_workbook, unpack
from roster.settings import CsvFormat
from roster.unfit import Unfit

__all__ = ["RawTable", "day_in_name", "read"]


def read(data: bytes, format: CsvFormat, wanted: set[str] | None) -> RawTable:
    """Read the file.

    Args:
        data: The bytes as they came: text, a workbook, or one of them packed.
        format: How they become rows.
        wanted: The columns to keep. All others are dropped here and go no further. None keeps all, to look at an unknown file.

    Raises:
        Unfit: The file as a whole cannot be read with these settings.
    """
    content = unpack(data)
    if is_workbook(content):
        return _emptied(workbook.read(content, format, wanted), format.empty)
    if format.sheet is not None:
        raise Unfit(
            "workbook", "The settings name a sheet, and the file is no workbook.", "Have HR send .xlsx as agreed, or leave out `sheet`."
        )
    return _emptied(delimited.read(content, format, wanted), format.empty)


def _emptied(table: RawTable, words: list[str]) -> RawTable:
    """The table without the words that stand for nothing."""
    return replace(table, frame=table.frame.mask(table.frame.isin(words)).astype("str")) if words else table


def day_in_name(name: str, pattern: str | None) -> date | None:
    """The day in a file's name, by a pattern with a group ``date`` (YYYY-MM-DD or YYYYMMDD); None without a pattern.

    Raises:
        Unfit: the name has no such day, so that an older file could not be told from a newer one.
    """
    if pattern is None:
        return None
    found = re.search(pattern, name)
    try:
        return date.fromisoformat(found["date"]) if found else _no_day(name)
    except (ValueError, IndexError, TypeError):  # no day of any calendar, no such group, a group that took no part
        return _no_day(name)


def _no_day(name: str) -> date:
    raise Unfit(
        "name",
        f"The name of the file, {name}, holds no date where `date_in_name` looks for one.",
        "Ask HR for the usual name, or correct the pattern.",
    )
