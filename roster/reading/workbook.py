"""From a sheet of an Excel workbook to a frame of text, one row a row of the sheet, indexed by its number.

Belongs here: which sheet, and what a cell says as text. Does not belong here: limits on the archive that a workbook is
(``roster.reading.unpacking``) and what the columns mean (``roster.intake.mapping``).

openpyxl reads it, though python-calamine is four times as fast: only openpyxl tells the format by which a number is shown with leading
zeros, and a cell whose formula failed from an empty one. So no kind that only calamine reads (.xlsb, .ods, .xls) is read at all: of a
number 7 that is shown as 00007, in .xlsx, .xls and .ods alike, python-calamine 0.9.1 gives 7 and no format.
"""

import io
import re
import warnings
from collections.abc import Collection
from datetime import date, datetime, time
from decimal import Decimal
from itertools import zip_longest
from typing import Any

import pandas as pd

from roster.reading import broken_off, foreign, formulas, header, hidden, nobody, row_counts, table
from roster.reading import malformed as amiss
from roster.reading.table import RawTable
from roster.settings import CsvFormat
from roster.unfit import Unfit

LOST = re.compile(r"-?[1-9][0-9]{14}0+")
"""A number of which the digits behind the fifteenth are gone: Excel keeps no more."""
PADDED = re.compile(r"(?:0|[-/ ():+]|\"[^\"]*\"|\\.|_.|\[[^\]]*\])+")
"""A number format of nothing but zeros and texts: what it shows is part of the number to HR, as in 00007, SE-0042 and 0046/70."""
OF_FORMAT = re.compile(r"\"([^\"]*)\"|\\(.)|_.|\[[^\]]*\]|(.)")
"""A text in quotes or behind a backslash, what is not shown, and anything else of such a format."""
MULTIPLIES = re.compile(
    r"\s*(?:[€$£¥]|[a-z]{3} )?(?:k|t|m|mn|mio|mill|tsd|tus|tusen|th|thousand|million(?:en|s)?)\.?\s*(?:kr\.?|[€$£¥]|[a-z]{3})?\s*"
    r"|[.,' ]?0{3,}",
    re.IGNORECASE,
)
"""The text of a format by which a number is shown in thousands or millions: 15 as ``15 tkr``."""

MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*?\bref=[\"']([A-Z]+[0-9]+:[A-Z]+[0-9]+)[\"']")
"""Cells that were made one, as a sheet stores it."""
ENDS = (b"v>", b"f>", b"is>", b"v/>", b"f/>", b"v />")
"""How a cell's value or formula ends, as a sheet stores it."""
LINE = re.compile(rb"row [^>]*?\br=[\"'](\d+)[\"']")
"""A row's number, as a sheet stores it."""

Row = list[str | None]


class Failed(str):
    """What a cell shows whose formula has failed, such as ``#N/A``."""

    __slots__ = ()


def sheets(data: bytes) -> dict[str, list[Row]]:
    """Every visible sheet's rows as text, by name; the first row is number 1. For looking at a workbook that no settings describe.

    Raises:
        Unfit: The workbook is damaged.
    """
    return {sheet.title: _rows(sheet) for sheet in _opened(data).worksheets if sheet.sheet_state == "visible"}


def read(data: bytes, format: CsvFormat, wanted: set[str] | None, number: Collection[str] = ()) -> RawTable:
    """Read one sheet.

    Args:
        data: The workbook.
        format: Which sheet; names, comments, header and trailers as for text. Delimiter, quotes and encoding are a workbook's own affair.
        wanted: The columns to keep. All others are dropped here and go no further. None keeps all, to look at an unknown file.
        number: Of these, the columns that the employee number is made of.

    Raises:
        Unfit: The sheet is not there, or cannot be read with these settings.
    """
    sheet = _sheet(data, format.sheet)
    numbered = {line: row for line, row in enumerate(_rows(sheet), start=1) if any(row)}
    if format.comment:
        numbered = {line: row for line, row in numbered.items() if not (row[0] or "").startswith(format.comment)}
    named = [numbered.popitem()[1] for _ in format.trailers if numbered]
    trailers = table.find_trailers(format.trailers, [_joined(row, format) for row in reversed(named)], format.delimiter)
    names, line, titles = _header(numbered, format, wanted)
    wanted = table.check_header(names, wanted, line)
    rows = {at: _shortened(row) for at, row in numbered.items()}
    malformed = {at: len(row) for at, row in rows.items() if len(row) > len(names)}
    frame = _frame({at: row for at, row in rows.items() if at not in malformed}, names, wanted)
    odd = nobody.candidates(table.emptied(frame, format.empty), number)
    usual = frame[~odd]
    judge = nobody.Lines.of(names, line is not None, number, usual, titles, format.empty)
    first, last = (int(usual.index.min()), int(usual.index.max())) if len(usual) else (0, 0)
    texts = {int(at): [cell or "" for cell in rows[at]] for at in [*frame.index[odd], *malformed]}
    texts = {at: cells + [""] * (len(names) - len(cells)) for at, cells in texts.items()}
    verdicts = {at: judge.why(cells, _joined(rows[at], format), last=at > last, first=at < first) for at, cells in texts.items()}
    others = {at: why for at, why in verdicts.items() if why and why != "blank"}
    frame = frame[~frame.index.isin(list(others))]
    malformed = {at: fields for at, fields in malformed.items() if at not in others}
    if number:
        beside = judge.beside(texts, verdicts)
        broken_off.check(beside)
        row_counts.check(beside, row_counts.Rows.of(frame, malformed, others, number))
    if len(frame) + len(malformed) == 0 and not format.changes:
        raise table.empty()
    people = {at: row for at, row in rows.items() if at not in others}
    _check_failed(names, wanted, people)
    _check_formulas(sheet, names, wanted, set(people))
    _check_merged(sheet, names, wanted, people)
    return RawTable(
        frame,
        pd.Series(malformed, index=pd.Index(list(malformed), name="line", dtype="int64"), dtype="int64"),
        names,
        len(frame) + len(malformed) + len(others),
        "xlsx",
        table.check_trailers(trailers, len(frame) + len(malformed)),
        nobody.by_line(others),
        line,
        hidden=_hidden(sheet, names, wanted, people),
        readings=amiss.readings([rows[at] for at in malformed], names, wanted),
    )


def _header(numbered: dict[int, Row], format: CsvFormat, wanted: set[str] | None) -> tuple[list[str], int | None, dict[str, int]]:
    """The column names, their row, and the rows above it as text; all of these are taken out of `numbered`."""
    if format.columns is not None:
        return list(format.columns), None, {}
    if not numbered:
        raise table.empty()
    first = [at for place, at in enumerate(numbered) if place < header.LOOKED_AT or at <= (format.header_line or 0)]
    lines = [header.Line(at, table.recognised([cell or "" for cell in _shortened(numbered[at])], wanted)) for at in first]
    chosen = header.choose(lines, wanted, format.header_line)
    titles = {_joined(numbered.pop(at), format): at for at in first[:chosen]}
    numbered.pop(first[chosen])
    return list(lines[chosen].names), first[chosen], titles


def _joined(row: Row, format: CsvFormat) -> str:
    """A row as one text, without the empty cells at its end."""
    return format.delimiter.join(cell or "" for cell in row).rstrip(format.delimiter)


def _frame(rows: dict[int, Row], header: list[str], wanted: set[str]) -> pd.DataFrame:
    columns = list(zip_longest(*rows.values())) or [()] * len(header)
    columns += [(None,) * len(rows)] * (len(header) - len(columns))
    index = pd.Index(list(rows), name="line", dtype="int64")
    return pd.DataFrame(
        {name: pd.Series(cells, index=index, dtype="str") for name, cells in zip(header, columns, strict=True) if name in wanted},
        index=index,
    )


def _opened(data: bytes) -> Any:
    import openpyxl  # noqa: PLC0415 - a tenth of a second that only those who have workbooks need to spend

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a workbook has beside its cells: pictures, styles, data validation
            return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except Exception:  # every kind of error that a damaged file can cause, with texts that may hold cells
        raise foreign.damaged_workbook() from None


def _sheet(data: bytes, name: str | None) -> Any:
    book = _opened(data)
    visible = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if name is None and len(visible) > 1:  # an empty one, as every new workbook once had two, is no rival
        visible = [sheet.title for sheet in book.worksheets if sheet.title in visible and _has_values(sheet)] or visible[:1]
    if name is None and len(visible) != 1:
        raise Unfit("sheet", f"The workbook has {len(visible)} sheets that can be seen.", "Set `sheet` to the name of the right one.")
    found = [sheet for sheet in book.worksheets if sheet.title == (name or visible[0])]
    if not found:
        raise Unfit("sheet", f"The workbook has no sheet '{name}', and {len(visible)} that can be seen.", "Correct `sheet`, or ask HR.")
    return found[0]


def _check_failed(header: list[str], wanted: set[str], rows: dict[int, Row]) -> None:
    """No wanted cell of a person shows an error in place of a value."""
    from openpyxl.utils.cell import get_column_letter  # noqa: PLC0415 - as in `_opened`

    at = {number for number, name in enumerate(header) if name in wanted}
    found = ((line, place) for line, row in rows.items() for place, cell in enumerate(row) if type(cell) is Failed and place in at)
    if first := next(found, None):
        line, place = first
        message = f"A formula in cell {get_column_letter(place + 1)}{line} has failed, or its number is shown as a day and is none."
        raise Unfit("cells", message, "Have HR mend it and send the workbook again.")


def _check_formulas(sheet: Any, header: list[str], wanted: set[str], rows: set[int]) -> None:
    """Every wanted cell with a formula has its result: else it would count as empty, and it is not."""
    archive = sheet.parent._archive  # as it is stored: what openpyxl makes of such a cell is an empty one
    found = formulas.unstored(archive.read(sheet._worksheet_path), archive.read("xl/workbook.xml"))
    missing = [
        cell for cell in found if not cell.row or (cell.row in rows and cell.column <= len(header) and header[cell.column - 1] in wanted)
    ]
    if missing:
        more = f", and in {len(missing) - 1:,} more" if len(missing) > 1 else ""
        raise Unfit(
            "cells",
            f"A formula has no stored result: in cell {missing[0].name}{more}.",
            "Open the workbook in a spreadsheet program and save it, so that its results are stored; or have HR export values.",
        )


def _check_merged(sheet: Any, header: list[str], wanted: set[str], rows: dict[int, Row]) -> None:
    """No wanted cell shows its reader the value of another one: stored it is empty, and it is not meant so."""
    from openpyxl.utils.cell import range_boundaries  # noqa: PLC0415 - as in `_opened`

    stored = sheet.parent._archive.read(sheet._worksheet_path)  # openpyxl passes them over where it only reads
    for area in MERGED.findall(stored):
        left, top, right, bottom = (each or 1 for each in range_boundaries(area.decode()))
        first = rows.get(top, [])
        if top in rows and not any(first[left - 1 : left]):
            continue
        cells = ((row, column) for row in range(top, bottom + 1) if row in rows for column in range(left, min(right, len(header)) + 1))
        if any(header[column - 1] in wanted for row, column in cells if (row, column) != (top, left)):
            raise Unfit(
                "cells",
                f"The cells {area.decode()} are merged: they show one value, and it is stored for the first of them alone.",
                "Have HR unmerge them and fill each one, or export values.",
            )


def _hidden(sheet: Any, header: list[str], wanted: set[str], rows: Collection[int]) -> dict[str, int]:
    stored = sheet.parent._archive.read(sheet._worksheet_path)
    columns = {number for number, name in enumerate(header, start=1) if name in wanted}
    others = sum(each.sheet_state != "visible" for each in sheet.parent.worksheets if each.title != sheet.title)
    return hidden.counted(stored, rows, columns, others)


def _rows(sheet: Any) -> list[Row]:
    """Rows as text, up to the last one with a value: a million that are only formatted may follow. Programs that are not Excel often
    declare a wrong extent, so it is not asked."""
    sheet.reset_dimensions()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a number that is no day, with the number
            return [[_text(cell) for cell in row] for row in sheet.iter_rows(max_row=_last(sheet))]
    except Unfit:
        raise
    except Exception:
        raise foreign.damaged_workbook() from None


def _has_values(sheet: Any) -> bool:
    stored = sheet.parent._archive.read(sheet._worksheet_path)
    return any(end in stored for end in ENDS)


def _last(sheet: Any) -> int | None:
    """The number of the last row with a value or formula; None where the sheet does not say."""
    stored = sheet.parent._archive.read(sheet._worksheet_path)
    at = max(stored.rfind(end) for end in ENDS)
    tag = stored.rfind(b"row ", 0, max(at, 0))
    found = LINE.match(stored, tag)
    return int(found[1]) if found else None


def _text(cell: Any) -> str | None:
    """What the cell says to its reader, where that matters: no '1001.0', leading zeros kept, dates in one notation."""
    value = cell.value
    if value is None:
        return None
    if isinstance(value, str):
        return Failed(value) if cell.data_type == "e" else value.strip() or None
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _number(value, cell.number_format)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _number(value: int | float, shown: str) -> str:
    # Fifteen digits are what Excel keeps; beyond them is only how computers store fractions.
    text = str(value) if isinstance(value, int) else format(Decimal(format(value, ".15g")), "f")
    if LOST.fullmatch(text):
        return f"{Decimal(text):.14E}"  # as a shortened number is written anywhere
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    section = (shown or "").split(";")[0]  # of positive numbers
    if section.rstrip().endswith("%"):
        return f"{(Decimal(text) * 100).normalize():f}%"
    beside = "".join(found.group(1) or found.group(2) or "" for found in OF_FORMAT.finditer(section))
    if MULTIPLIES.fullmatch(beside):
        return text + beside.rstrip()
    return _filled(text, section) if text.isdecimal() and PADDED.fullmatch(section) else text


def _filled(digits: str, section: str) -> str:
    """The digits where a format has its zeros, if it has several."""
    parts = [found.group(1) or found.group(2) or found.group(3) or "" for found in OF_FORMAT.finditer(section)]
    places = [at for at, found in enumerate(OF_FORMAT.finditer(section)) if found.group(3) == "0"]
    if len(places) < 2:
        return digits
    digits = digits.zfill(len(places))
    parts[places[0]] = digits[: len(digits) - len(places) + 1]
    for at, digit in zip(places[1:], digits[len(digits) - len(places) + 1 :], strict=True):
        parts[at] = digit
    return "".join(parts).strip()


def _shortened(row: Row) -> Row:
    """Without the empty cells at its end, which a sheet has as many of as it likes."""
    end = len(row)
    while end and not row[end - 1]:
        end -= 1
    return row[:end]
