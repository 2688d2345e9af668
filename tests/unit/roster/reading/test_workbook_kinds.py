"""Workbooks as office programs write them, and what of a sheet is not shown to whoever opens it. Where the files come from:
``workbooks/README.md``."""

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from roster.intake import gate
from roster.intake.facts import FileFacts
from roster.intake.take_in import take_in
from roster.reading import hidden
from roster.reading.file import read
from roster.settings import CsvFormat, Gate, People
from roster.unfit import Unfit
from tests.unit.roster.reading.test_workbook import PEOPLE, book, rows, table

MADE = Path(__file__).with_name("workbooks")


@pytest.mark.parametrize(
    ("name", "told"), [("people.xls", "an old Excel workbook (.xls)"), ("people.ods", "an OpenDocument spreadsheet (.ods)")]
)
def test_no_surprise_a_kind_that_keeps_leading_zeros_in_formats_alone_is_refused_by_its_name(name: str, told: str) -> None:
    with pytest.raises(Unfit) as caught:
        read((MADE / name).read_bytes(), CsvFormat(), {"Emp No"})
    assert (caught.value.code, told in caught.value.message, "save it as .xlsx" in caught.value.advice) == ("workbook", True, True)


def test_a_workbook_with_macros_is_read_as_any_other() -> None:
    result = read((MADE / "people.xlsm").read_bytes(), CsvFormat(), {"Emp No", "Name"})
    assert rows(result) == {2: ["00007", "Ann"], 3: ["20402", "Bo"]}


@pytest.mark.parametrize("names", [["Index/Document.iwa", "Data/x.png"], ["Index.zip", "Metadata/Properties.plist"]])
def test_a_document_of_a_mac_is_called_so(names: Sequence[str]) -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    with pytest.raises(Unfit, match="a Numbers document") as caught:
        read(written.getvalue(), CsvFormat(), {"Emp No"})
    assert caught.value.code == "workbook"


def hiding(change: Callable[[openpyxl.Workbook, openpyxl.worksheet.worksheet.Worksheet], object]) -> dict[str, int]:
    return dict(table(book(*PEOPLE, ["001003", "Cy", "z"], ["Total", 3], change=change)).hidden)


def test_rows_under_a_filter_and_what_is_hidden_by_hand_are_read_and_counted() -> None:
    def change(workbook: openpyxl.Workbook, sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        sheet.auto_filter.ref = "A1:C4"
        sheet.auto_filter.add_filter_column(1, ["Ann"])
        for line in (3, 4):
            sheet.row_dimensions[line].hidden = True
        sheet.column_dimensions["B"].hidden = True
        workbook.create_sheet("Lists").sheet_state = "veryHidden"

    assert hiding(change) == {"rows": 2, "columns": 1, "sheets": 1}
    assert sorted(rows(table(book(*PEOPLE, change=change)))) == [2, 3]


def test_what_is_hidden_and_no_persons_is_not_counted() -> None:
    def change(_: openpyxl.Workbook, sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        sheet.row_dimensions[1].hidden = True
        sheet.row_dimensions[9].hidden = True
        sheet.column_dimensions["C"].hidden = True

    assert hiding(change) == {}


@pytest.mark.parametrize(
    "row", [b'<row r="2" hidden="1">', b"<x:row r='2' ht='0' customHeight='1'>", b'<row r="1"><c r="A1"/></row><row hidden="true">']
)
def test_hidden_is_what_has_no_height_or_says_so_in_whatever_way_a_program_writes_it(row: bytes) -> None:
    shown = b'<row r="3" ht="15"><c r="A3"/></row><col min="1" max="2" width="10.5"/>'
    assert hidden.counted(row + b"</row>" + shown, {2, 3}, {1, 2, 9}, 0) == {"rows": 1}
    assert hidden.counted(b'<col min="2" max="16384" hidden="1"/><x:col min="1" max="1" width="0"/>', {2}, {1, 2}, 0) == {"columns": 2}


def test_what_a_sheet_hides_is_a_warning_where_people_are_hidden_and_names_nobody() -> None:
    columns = {name: {"column": each} for name, each in (("employee_id", "id"), ("first_name", "name"), ("last_name", "since"))}
    people = People.model_validate({"columns": {**columns, "email": {"template": "{id}@acme.example"}}, "absent_means": "leaver"})
    data = book(*PEOPLE, change=lambda _, sheet: setattr(sheet.row_dimensions[2], "hidden", True))
    facts = take_in(data, CsvFormat(), people, date(2026, 11, 20)).facts
    assert FileFacts.from_json(facts.to_json()) == facts
    checks = {check.name: check for check in gate.run_checks(facts, None, {}, Gate())}
    assert (checks["hidden"].verdict, checks["hidden"].seen) == ("warning", "the sheet hides 1 row of those that are read")
    others = FileFacts(rows=1, hidden={"columns": 2, "sheets": 2})
    assert others.hides() == "the sheet hides 2 columns of those that are read; 2 hidden sheets are not read"
    assert {check.name: check.verdict for check in gate.run_checks(others, None, {}, Gate())}["hidden"] == "passed"
    assert "hidden" not in {check.name for check in gate.run_checks(FileFacts(rows=1), None, {}, Gate())}


def test_a_table_may_begin_anywhere_in_the_sheet() -> None:
    def change(_: openpyxl.Workbook, sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        sheet.insert_cols(1, 2)
        sheet.insert_rows(1, 4)

    result = read(book(*PEOPLE, change=change), CsvFormat(), {"id", "name"}, {"id"})
    assert (result.header_line, rows(result)) == (5, {6: ["001001", "Ann"], 7: ["001002", "Bo"]})


def test_text_in_several_fonts_is_one_text() -> None:
    def change(_: openpyxl.Workbook, sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        sheet["B2"] = CellRichText("An", TextBlock(InlineFont(b=True), "na"))

    assert rows(table(book(*PEOPLE, change=change)))[2] == ["001001", "Anna"]


def test_formatted_rows_below_the_last_value_are_not_even_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    def change(_: openpyxl.Workbook, sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        for line in range(4, 400):
            sheet.cell(line, 1).number_format = "00000"

    looked_at: list[object] = []
    text = read.__globals__["workbook"]._text
    monkeypatch.setattr(read.__globals__["workbook"], "_text", lambda cell: looked_at.append(cell) or text(cell))
    assert len(rows(table(book(*PEOPLE, change=change)))) == 2
    assert len(looked_at) == 9
