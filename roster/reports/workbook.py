"""The list for HR as a workbook (.xlsx): a sheet for each owner, and one for who needs nothing done.

Belongs here: sheets, headings, widths, and that every cell is a text. Does not belong here: the rows (``list_for_hr``).
"""

import io
from typing import Any, Final

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from pandas.api.types import is_numeric_dtype

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
_WRAPPED: Final = Alignment(wrap_text=True, vertical="top")
_TOP: Final = Alignment(vertical="top")
_HEAD: Final = (Font(bold=True), PatternFill("solid", fgColor="F2F0EA"))


def to_xlsx(rows: pd.DataFrame) -> bytes:
    """The list as a workbook.

    Args:
        rows: `roster.reports.list_for_hr.COLUMNS`.

    Returns:
        Sheets by owner, in the order of `OWNERS`, of which only those that have rows are there; then `NOTHING_TO_DO`, for whom no owner
        has anything to do. At least one sheet, even if nobody is on it. Cells are texts, but for counts, so that 001099 stays and no
        formula runs.
    """
    book = Workbook(write_only=True)
    for owner, part in by_owner(rows).items():
        _sheet(book, owner, part)
    found = io.BytesIO()
    book.save(found)
    return found.getvalue()


def by_owner(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Sheet → its rows."""
    owners = [*OWNERS, *sorted(set(rows["owner"].dropna()) - {*OWNERS, "nobody"})]
    found = {owner: part for owner in owners if len(part := rows[rows["owner"].eq(owner)])}
    idle = rows[rows["owner"].eq("nobody")]
    return {**found, **({NOTHING_TO_DO: idle} if len(idle) else {})} or {OWNERS[0]: rows}


def _sheet(book: Any, title: str, rows: pd.DataFrame) -> None:
    sheet = book.create_sheet(title)
    names = [name for name in HEADINGS if name in rows]
    for at, name in enumerate(names, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = HEADINGS[name][1]
    sheet.freeze_panes = "C2"
    shown = rows.head(MOST_ROWS)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(names))}{len(shown) + 1}"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.append([_heading(sheet, HEADINGS[name][0]) for name in names])
    columns = [_numbers(shown[name]) if name in NUMBERS and is_numeric_dtype(shown[name]) else _texts(shown[name]) for name in names]
    text, other = _cell(sheet, _WRAPPED, "@"), _cell(sheet, _TOP)
    for values in zip(*columns, strict=True):
        sheet.append(_holding(text if isinstance(value, str) else other, value) for value in values)


def _numbers(column: pd.Series) -> list[int | None]:
    return [None if pd.isna(value) else int(value) for value in column]


def _texts(column: pd.Series) -> list[str | None]:
    text = column.astype("str")
    shown = {value: ILLEGAL_CHARACTERS_RE.sub("", harmless(value))[:LONGEST] for value in text.dropna().unique()}
    return [None if pd.isna(value) else shown[value] for value in text]


def _heading(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, text)
    cell.font, cell.fill = _HEAD
    cell.alignment = _TOP
    return cell


def _cell(sheet: Any, alignment: Alignment, number_format: str = "General") -> Any:
    cell = WriteOnlyCell(sheet)
    cell.alignment, cell.number_format = alignment, number_format
    return cell


def _holding(cell: Any, value: str | int | None) -> Any:
    """The cell with a value. It is written before the next one is asked for, so that one serves for all: its style takes longer than it."""
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"  # a text that begins like a formula is none
    return cell
