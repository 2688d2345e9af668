import io
import re
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from typing import Any

import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from roster.reading.file import read
from roster.reading.table import RawTable
from roster.settings import CsvFormat
from roster.unfit import Unfit

PEOPLE = [["id", "name", "since"], ["001001", "Ann", "x"], ["001002", "Bo", "y"]]


def book(*rows: list[Any], change: Callable[[openpyxl.Workbook, Worksheet], object] | None = None) -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row in rows or PEOPLE:
        sheet.append(row)
    if change:
        change(workbook, sheet)
    written = io.BytesIO()
    workbook.save(written)
    return written.getvalue()


def table(data: bytes, wanted: str = "id name", **format: object) -> RawTable:
    return read(data, CsvFormat.model_validate(format), set(wanted.split()))


def rows(result: RawTable) -> dict[int, list[str | None]]:
    return {int(line): [None if pd.isna(v) else v for v in values] for line, *values in result.frame.itertuples()}


def cell(value: Any, format: str = "General") -> str | None:
    def set_it(_: openpyxl.Workbook, sheet: Worksheet) -> None:
        sheet["B2"].value = value
        sheet["B2"].number_format = format

    return rows(table(book(["id", "name"], ["1", None], change=set_it)))[2][1]


def unfit(data: bytes, wanted: str = "id name", **format: object) -> Unfit:
    with pytest.raises(Unfit) as caught:
        table(data, wanted, **format)
    return caught.value


def test_text_cells_stay_text_and_unwanted_columns_are_dropped() -> None:
    result = table(book())
    assert rows(result) == {2: ["001001", "Ann"], 3: ["001002", "Bo"]}
    assert list(result.frame.dtypes) == ["str", "str"]
    assert result.header == ["id", "name", "since"]
    assert result.encoding == "xlsx"


@pytest.mark.parametrize(
    ("value", "format", "text"),
    [
        (1001, "General", "1001"),
        (5390700823453450, "0", "5.39070082345345E+15"),
        (5.39070082345345e15, "0", "5.39070082345345E+15"),
        (765001000000000000000000, "0", "7.65001000000000E+23"),
        (5390700823453456, "0", "5390700823453456"),
        (539070082345340, "0", "539070082345340"),
        (1001.0, "General", "1001"),
        (1001, "000000", "001001"),
        (1234567, "0000", "1234567"),
        (7, "00000;-00000", "00007"),
        (42, '"SE-"0000', "SE-0042"),
        (4670, "0000\\-00", "0046-70"),
        (46, "00/00", "00/46"),
        (20401, "[$-41D]000000_)", "020401"),
        (15000, '0" kr"', "15000"),
        (15000, "#,##0", "15000"),
        (15, '0" tkr"', "15 tkr"),
        (15, '#,##0" kSEK"', "15 kSEK"),
        (1.5, '0.0" M€"', "1.5 M€"),
        (15, "0\\ \\T\\E\\U\\R", "15 TEUR"),
        (15, '0"000"', "15000"),
        (15, '0" SEK"', "15"),
        (12, "00.00", "12"),
        (7, "00%", "700%"),
        (199001011234, "General", "199001011234"),
        (0.1 + 0.2, "General", "0.3"),
        (12.5, "0.00", "12.5"),
        (-3, "000", "-3"),
        (0.5, "0%", "50%"),
        (1, "0.00%", "100%"),
        (0.125, "0.0 %", "12.5%"),
        (5, '0" %"', "5"),
        (1e21, "General", "1.00000000000000E+21"),
        (True, "General", "TRUE"),
        (datetime.fromisoformat("2026-03-01"), "dd.mm.yyyy", "2026-03-01"),
        (date(2026, 3, 1), "yyyy-mm-dd", "2026-03-01"),
        (datetime.fromisoformat("2026-03-01 12:30"), "yyyy-mm-dd hh:mm", "2026-03-01 12:30:00"),
        ("  Ann ", "General", "Ann"),
        ("  ", "General", None),
        ("007", "General", "007"),
        ("NULL", "General", "NULL"),
    ],
)
def test_a_cell_says_what_its_reader_sees(value: Any, format: str, text: str | None) -> None:
    assert cell(value, format) == text


def test_dates_of_the_old_mac_calendar_are_the_same_days() -> None:
    def old(workbook: openpyxl.Workbook, sheet: Worksheet) -> None:
        workbook.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
        sheet["B2"] = date(2026, 3, 1)

    assert rows(table(book(["id", "name"], ["1"], change=old))) == {2: ["1", "2026-03-01"]}


def test_rows_keep_their_numbers_and_empty_ones_are_nobody() -> None:
    data = book(["", ""], ["id", "name"], ["1", "Ann"], [None, " "], ["2", None], [None, None, None, "x"], ["3", "Cy"])
    result = table(data)
    assert rows(result) == {3: ["1", "Ann"], 5: ["2", None], 7: ["3", "Cy"]}
    assert result.malformed.to_dict() == {6: 4}
    assert result.rows == 4


def test_a_sheet_is_taken_by_name_and_never_guessed_among_several() -> None:
    def second(workbook: openpyxl.Workbook, _: Worksheet) -> None:
        workbook.create_sheet("Staff").append(["id", "name"])
        workbook["Staff"].append(["9", "Di"])

    data = book(change=second)
    assert rows(table(data, sheet="Staff")) == {2: ["9", "Di"]}
    assert "2 sheets that can be seen" in unfit(data).message
    assert "no sheet 'staff', and 2 that can be seen" in unfit(data, sheet="staff").message
    assert "Staff" not in unfit(data).message + unfit(data, sheet="staff").message  # whoever exports may call it anything


def test_an_empty_sheet_is_no_rival_to_the_only_one_with_values() -> None:
    def empty(workbook: openpyxl.Workbook, _: Worksheet) -> None:
        workbook.create_sheet("Sheet2", 0)
        workbook.create_sheet("Sheet3")["A1"].number_format = "0000"

    assert rows(table(book(["id", "name"], ["1", "Ann"], change=empty))) == {2: ["1", "Ann"]}
    assert unfit(book([None], change=empty)).code == "empty"


def test_a_number_shown_as_a_day_that_is_none_stops_and_says_where() -> None:
    assert "B2 has failed, or its number is shown as a day" in unfit(book(["id", "name"], ["1", 20261120], change=shown_as_a_day)).message


def shown_as_a_day(_: openpyxl.Workbook, sheet: Worksheet) -> None:
    sheet["B2"].number_format = "yyyy-mm-dd"


def test_a_hidden_sheet_is_no_rival_to_the_only_visible_one() -> None:
    def hidden(workbook: openpyxl.Workbook, _: Worksheet) -> None:
        workbook.create_sheet("Lists").sheet_state = "hidden"

    assert len(rows(table(book(change=hidden)))) == 2


def test_a_sheet_in_the_settings_and_no_workbook_is_unfit() -> None:
    assert unfit(b"id,name\n1,Ann\n", sheet="Staff").code == "workbook"


def test_a_formula_that_failed_makes_the_file_unfit() -> None:
    def failed(_: openpyxl.Workbook, sheet: Worksheet) -> None:
        sheet["B3"] = "#N/A"
        sheet["B3"].data_type = "e"

    error = unfit(book(change=failed))
    assert error.code == "cells"
    assert "B3" in error.message


def test_names_comments_and_trailer_mean_what_they_mean_in_text() -> None:
    data = book(["# made by HR"], ["1", "Ann"], ["2", "Bo"], ["#END", "2"])
    result = table(data, columns=["id", "name"], comment="# ", trailer=r"^#END,(?P<rows>\d+)$")
    assert rows(result) == {2: ["1", "Ann"], 3: ["2", "Bo"]}
    assert unfit(book(), trailer="^END").code == "trailer"


@pytest.mark.parametrize(
    ("data", "code"),
    [(book([None]), "empty"), (book(["id", "name"]), "empty"), (book(["id", "x"], ["1", "2"]), "header"), (book(["1", "2"]), "header")],
)
def test_a_sheet_without_people_is_unfit_as_text_is(data: bytes, code: str) -> None:
    assert unfit(data).code == code


def test_a_wrong_extent_written_by_another_program_hides_nobody() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book())) as source, zipfile.ZipFile(packed, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b'<dimension ref="A1:C3" />', b'<dimension ref="A1" />'))
    assert packed.getvalue() != book()
    assert len(rows(table(packed.getvalue()))) == 2


def test_a_damaged_workbook_is_told_without_a_word_of_its_content() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book())) as source, zipfile.ZipFile(packed, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content[: len(content) // 2] if "sheet1" in name else content)
    error = unfit(packed.getvalue())
    assert error.code == "workbook"
    assert "Ann" not in str(error)


def test_a_workbook_of_whose_archive_any_one_byte_is_wrong_is_refused_or_says_what_it_said() -> None:
    data = book()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        headers = [each.header_offset for each in archive.infolist()]
        directory = archive.start_dir
    said = rows(table(data))
    for place in [*(start + at for start in headers for at in range(30)), *range(directory, len(data))]:
        wrong = data[:place] + bytes([data[place] ^ 0x41]) + data[place + 1 :]
        with suppress(Unfit):
            assert rows(table(wrong)) == said, place


STORED = '<c r="B{row}"{type}><f>{formula}</f>{result}</c>'


def with_formulas(*results: tuple[str, str], recalculated: bool = True, column: str = "B") -> bytes:
    """A workbook in which the names are formulas with these types and results, as a program stored them."""
    filled = book(["id", "name", "since"], *([str(number), "X", "x"] for number in range(1, len(results) + 1)))
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(filled)) as old, zipfile.ZipFile(written, "w") as new:
        for name in old.namelist():
            part = old.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                for row, (kind, result) in enumerate(results, start=2):
                    cell = STORED.format(row=row, type=kind, formula="A1&amp;&quot;x&quot;", result=result).replace('r="B', f'r="{column}')
                    part = re.sub(rf'<c r="{column}{row}".*?</c>', cell, part)
            if not recalculated:
                part = part.replace(' fullCalcOnLoad="1"', "")
            new.writestr(name, part)
    return written.getvalue()


@pytest.mark.parametrize("result", ["", "<v />", "<v></v>", "<v/>"])
def test_no_surprise_a_formula_without_a_stored_result_is_not_an_empty_cell(result: str) -> None:
    error = unfit(with_formulas((' t="str"', "<v>Ann</v>"), ("", result)))
    assert error.code == "cells"
    assert error.message == "A formula has no stored result: in cell B3."
    assert "save it" in error.advice


def test_how_many_formulas_have_none_is_said() -> None:
    assert "in cell B2, and in 2 more" in unfit(with_formulas(("", ""), ("", "<v/>"), ("", "<v></v>"))).message


def test_a_formula_whose_result_is_an_empty_text_is_an_empty_cell() -> None:
    assert rows(table(with_formulas((' t="str"', "<v></v>"), (' t="str"', "<v>Bo</v>")))) == {2: ["1", None], 3: ["2", "Bo"]}


def test_results_that_are_all_nought_until_they_are_worked_out_are_none() -> None:
    nought = (("", "<v>0</v>"), ("", "<v>0</v>"))
    assert unfit(with_formulas(*nought)).code == "cells"
    assert rows(table(with_formulas(*nought, recalculated=False))) == {2: ["1", "0"], 3: ["2", "0"]}
    assert rows(table(with_formulas(("", "<v>0</v>"), ("", "<v>7</v>")))) == {2: ["1", "0"], 3: ["2", "7"]}


def test_formulas_in_a_column_that_nothing_names_are_nobodys_affair() -> None:
    assert rows(table(with_formulas(("", ""), ("", ""), column="C"))) == {2: ["1", "X"], 3: ["2", "X"]}


@pytest.mark.parametrize("heading", ["i\u00add", "id\u00a0", "\u200bid", " id "])
def test_a_heading_is_known_whatever_blanks_and_invisible_characters_are_in_it(heading: str) -> None:
    assert rows(table(book([heading, "name"], ["1", "Ann"]))) == {2: ["1", "Ann"]}


@pytest.mark.parametrize("area", ["B2:B3", "A2:B2", "A3:C3", "A1:A2"])
def test_no_surprise_merged_cells_hide_that_a_wanted_cell_is_meant_to_have_a_value(area: str) -> None:
    found = unfit(book(*PEOPLE, change=lambda _, sheet: sheet.merge_cells(area)))
    assert (found.code, area in found.message) == ("cells", True)


def test_merged_cells_of_titles_footers_and_columns_that_nobody_wants_hide_nothing() -> None:
    def change(_: openpyxl.Workbook, sheet: Worksheet) -> None:
        for area in ("A1:C1", "C3:C4", "A5:C5", "A8:A9"):
            sheet.merge_cells(area)

    result = read(book(["Staff"], *PEOPLE, ["Total: 2"], [], change=change), CsvFormat(), {"id", "name"}, {"id"})
    assert rows(result) == {3: ["001001", "Ann"], 4: ["001002", "Bo"]}


def test_a_row_with_nothing_but_sums_after_the_last_person_is_nobodys_whichever_columns_have_them() -> None:
    result = read(
        book(["id", "name", "limit", "note"], ["001", "Ann", 10, "x"], [None, None, 10, None]), CsvFormat(), {"id", "name"}, {"id"}
    )
    assert (rows(result), dict(result.nobody)) == ({2: ["001", "Ann"]}, {3: "footer"})


def test_an_error_counts_where_a_person_would_lack_a_value() -> None:
    def failed(*places: str) -> Callable[[openpyxl.Workbook, Worksheet], object]:
        def change(_: openpyxl.Workbook, sheet: Worksheet) -> None:
            for place in places:
                sheet[place] = "#N/A"
                sheet[place].data_type = "e"

        return change

    assert rows(table(book(*PEOPLE, change=failed("C2", "C3"))))[2] == ["001001", "Ann"]
    found = unfit(book(*PEOPLE, change=failed("C2", "A3")))
    assert (found.code, found.message) == ("cells", "A formula in cell A3 has failed, or its number is shown as a day and is none.")


@pytest.mark.parametrize("format", [{"encoding": "cp1252"}, {"encoding": "auto"}, {"quote": None}, {"quote": "A", "escape": "backslash"}])
def test_encoding_quote_and_escape_mean_nothing_in_a_workbook(format: dict[str, str | None]) -> None:
    result = read(book(["No", "Name"], ["1", 'Åsa "A\\" Ek']), CsvFormat.model_validate(format), {"No", "Name"})
    assert result.frame["Name"].tolist() == ['Åsa "A\\" Ek']
