"""The list for HR as a workbook (.xlsx): a sheet for each owner, and one for who needs nothing done.

Belongs here: sheets, headings, widths, and that every cell is a text. Does not belong here: the rows (``list_for_hr``).
"""

import io
from collections.abc import Callable, Iterable
from typing import Any, Final

import pandas as pd
from pandas.api.types import is_numeric_dtype
from xlsxwriter import Workbook

from roster.shown import harmless

HEADINGS: Final = {
    "employee_id": ("Employee", 12),
    "name": ("Name", 24),
    "line": ("Line", 7),
    "where": ("Where", 12),
    "field": ("Column", 18),
    "word": ("In HR's file", 24),
    "reason": ("What is wrong", 48),
    "what_to_do": ("What would be right", 48),
    "candidates": ("Perhaps meant", 24),
    "owner": ("Owner", 10),
    "state": ("State", 16),
    "first_seen": ("Since", 12),
    "times_seen": ("Nights", 8),
}
"""Column of the list → its heading, and its width in characters."""
NUMBERS: Final = ("line", "times_seen")
OWNERS: Final = ("HR", "Finance", "IT")
NOTHING_TO_DO: Final = "Nothing to do"
LONGEST: Final = 32_767
"""Characters that a cell can hold."""
MOST_ROWS: Final = 1_048_575
"""Rows below the heading that a sheet can hold."""
_TEXT: Final = {"text_wrap": True, "valign": "top", "num_format": "@"}
_NUMBER: Final = {"valign": "top"}
_HEAD: Final = {"bold": True, "bg_color": "#F2F0EA", "valign": "top"}


def to_xlsx(rows: pd.DataFrame) -> bytes:
    """The list as a workbook.

    Args:
        rows: `roster.reports.list_for_hr.COLUMNS`.

    Returns:
        Sheets by owner, in the order of `OWNERS`, of which only those that have rows are there; then `NOTHING_TO_DO`, for whom no owner
        has anything to do. At least one sheet, even if nobody is on it. Cells are texts, but for counts, so that 001099 stays and no
        formula runs.
    """
    found = io.BytesIO()
    with Workbook(found, {"in_memory": True}) as book:  # else it puts what people are told of into files of its own
        for owner, part in by_owner(rows).items():
            _sheet(book, owner, part)
    return found.getvalue()


def by_owner(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Sheet → its rows."""
    owners = [*OWNERS, *sorted(set(rows["owner"].dropna()) - {*OWNERS, "nobody"})]
    found = {owner: part for owner in owners if len(part := rows[rows["owner"].eq(owner)])}
    idle = rows[rows["owner"].eq("nobody")]
    return {**found, **({NOTHING_TO_DO: idle} if len(idle) else {})} or {OWNERS[0]: rows}


def _sheet(book: Workbook, title: str, rows: pd.DataFrame) -> None:
    sheet = book.add_worksheet(title)
    names = [name for name in HEADINGS if name in rows]
    shown = rows.head(MOST_ROWS)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, len(shown), len(names) - 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    head, text, number = (book.add_format(look) for look in (_HEAD, _TEXT, _NUMBER))
    for at, name in enumerate(names):
        heading, width = HEADINGS[name]
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, heading, head)
        if name in NUMBERS and is_numeric_dtype(shown[name]):
            _written(sheet.write_number, at, number, _numbers(shown[name]))
        else:
            # As a string whatever it begins with: a text that looks like a formula or a link is none.
            _written(sheet.write_string, at, text, _texts(shown[name]))


def _written(write: Callable[[int, int, Any, Any], Any], at: int, look: Any, values: Iterable[Any]) -> None:
    for row, value in enumerate(values, start=1):
        if value is not None:
            write(row, at, value, look)


def _numbers(column: pd.Series) -> list[int | None]:
    return [None if pd.isna(value) else int(value) for value in column]


def _texts(column: pd.Series) -> list[str | None]:
    text = column.astype("str")
    shown = {value: harmless(value)[:LONGEST] for value in text.dropna().unique()}
    return [None if pd.isna(value) else shown[value] for value in text]
