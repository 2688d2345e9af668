"""The header under titles, and rows that end with a delimiter."""

import pytest

from roster.reading.file import read
from roster.reading.table import RawTable
from roster.settings import CsvFormat
from roster.unfit import Unfit
from tests.unit.roster.reading.test_workbook import book

TITLES = ["Fjordvik - staff", "As of 21.11.2026, by HR", ""]
ROWS = ["No,Name,Mail", "1,Ann,a@x.se", "2,Bo,b@x.se"]
WANTED = {"No", "Name"}


def table(lines: list[str], wanted: set[str] | None = WANTED, **format: object) -> RawTable:
    return read("\n".join(lines).encode(), CsvFormat.model_validate(format), wanted, {"No"})


def unfit(lines: list[str], wanted: set[str] = WANTED, **format: object) -> Unfit:
    with pytest.raises(Unfit) as error:
        table(lines, wanted, **format)
    return error.value


@pytest.mark.parametrize("format", [{}, {"header_line": 4}], ids=["found", "named"])
@pytest.mark.parametrize(
    "titles", [TITLES, [f"{title},," for title in TITLES], ['"Fjordvik', 'staff"', ""]], ids=["text", "sheet", "lines"]
)
def test_the_header_may_stand_under_titles(titles: list[str], format: dict[str, int]) -> None:
    result = table([*titles, *ROWS], **format)
    assert result.header_line == 4
    assert list(result.frame.index) == [5, 6]
    assert list(result.frame["Name"]) == ["Ann", "Bo"]
    assert (result.rows, len(result.malformed)) == (2, 0)


@pytest.mark.parametrize("format", [{}, {"header_line": 4}], ids=["found", "named"])
def test_in_a_workbook_too(format: dict[str, int]) -> None:
    sheet = book(["Fjordvik - staff"], ["As of 21.11.2026"], [], *(row.split(",") for row in ROWS))
    result = read(sheet, CsvFormat.model_validate(format), WANTED, {"No"})
    assert (result.header_line, list(result.frame.index)) == (4, [5, 6])


@pytest.mark.parametrize("heading", ["NO,NAME,MAIL", "No,NAME,MAIL"])
def test_headings_in_other_capitals_are_told_as_such_and_not_as_a_file_without_a_header(heading: str) -> None:
    error = unfit([heading, *ROWS[1:]])
    assert "column 2 (Name)" in error.message
    assert error.message.endswith("Upper and lower case differ.")
    assert error.advice == "Have HR put them back, or correct the settings."


@pytest.mark.parametrize("second", ["PERNR,VORNA,NACHN,USRID,ABTLG,ENDDA", "Anst nr,Förnamn,Efternamn,E-post,Avdelning,Slutdatum"])
def test_a_second_header_right_below_the_first_is_nobodys(second: str) -> None:
    first, rows = "Emp No,Given,Surname,Mail,Team,Left", ["20401,Ann,Li,ann@x.se,Sales,", "20402,Bo,Ek,bo@x.se,Sales,"]
    for result in (
        read("\n".join([first, second, *rows]).encode(), CsvFormat(), {"Emp No", "Given", "Mail"}, {"Emp No"}),
        read(book(*(row.split(",") for row in [first, second, *rows])), CsvFormat(), {"Emp No", "Given", "Mail"}, {"Emp No"}),
    ):
        assert result.nobody.to_dict() == {2: "header"}
        assert list(result.frame["Given"]) == ["Ann", "Bo"]


@pytest.mark.parametrize(
    "row",
    [
        "Ann,Berg,,ann@x.se,Sales,Left",  # somebody's, with cells in the wrong places
        "PERNR,VORNA,NACHN,USRID,ABTLG,",  # an empty cell
        "PERNR,VORNA,NACHN,USRID,NACHN,ENDDA",  # two alike
        "PERNR,VORNA,NACHN,USRID,ABTLG,2026-11-30",
        "K7,VORNA,NACHN,USRID,ABTLG,ENDDA",
    ],
)
def test_accounting_a_row_that_may_be_somebodys_is_no_second_header(row: str) -> None:
    first, rows = "Emp No,Given,Surname,Mail,Team,Left", ["20401,Ann,Li,ann@x.se,Sales,", "20402,Bo,Ek,bo@x.se,Sales,"]
    wanted = {"Emp No", "Given", "Mail"}
    assert read("\n".join([first, row, *rows]).encode(), CsvFormat(), wanted, {"Emp No"}).nobody.empty
    below = read("\n".join([first, *rows, "PERNR,VORNA,NACHN,USRID,ABTLG,ENDDA"]).encode(), CsvFormat(), wanted, {"Emp No"})
    assert below.nobody.empty, "only right below the header"


def test_an_unknown_file_is_read_from_the_line_that_the_settings_name() -> None:
    assert table([*TITLES, *ROWS], wanted=None, header_line=4).header == ["No", "Name", "Mail"]


def test_a_wrong_line_is_told_with_the_one_that_has_the_headings() -> None:
    error = unfit([*TITLES, *ROWS], header_line=2)
    assert error.code == "header"
    assert "Line 2, which `header_line` names, has not all of the wanted headings" in error.message
    assert "found on line 4" in error.message
    assert "Line 3" in unfit([*TITLES, *ROWS], header_line=3).message
    assert "Line 90, which `header_line` names, is empty or not there" in unfit([*TITLES, *ROWS], header_line=90).message


def test_where_no_line_has_all_headings_the_one_with_the_most_is_told() -> None:
    error = unfit([*TITLES, "No,Name,Post", "1,Ann,a@x.se"], wanted={"No", "Name", "Mail"})
    assert "wanted and not there: Mail. The header was found on line 4." in error.message


def test_another_delimiter_is_told_under_titles_too() -> None:
    assert "line 4 is not what is expected; it looks separated by ';'" in unfit([*TITLES, "No;Name;Mail", "1;Ann;a@x.se"]).message


def test_no_surprise_rows_above_the_headings_are_no_titles() -> None:
    error = unfit(["3,Cy,c@x.se", "4,Di,d@x.se", *ROWS])
    assert "found on line 3, and the lines above it look like rows" in error.message
    assert "`header_line: 3`" in error.advice


def test_a_file_without_a_header_has_none_to_name() -> None:
    with pytest.raises(ValueError, match="give one of them"):
        CsvFormat(columns=["a", "b"], header_line=2)


@pytest.mark.parametrize(
    "lines",
    [
        ["No,Name,Mail", "1,Ann,a@x.se,", "2,Bo,b@x.se,"],
        ["No,Name,Mail,", "1,Ann,a@x.se,", "2,Bo,b@x.se,"],
        ["No,Name,Mail,", "1,Ann,a@x.se", "2,Bo,b@x.se"],
        ["No,Name,Mail", "1,Ann,a@x.se,,,", "2,Bo,b@x.se, ,"],
        ["No,Name,Mail", "1,Ann,a@x.se", "2,Bo,b@x.se,"],
        ["No,Name,Mail", "1,Ann,a@x.se,", "2,Bo,b@x.se"],
        ["No,Name,Mail,,", "1,Ann,a@x.se", '2,"Bo",b@x.se,,,'],
    ],
)
def test_accounting_a_delimiter_at_the_end_of_a_line_is_no_fault(lines: list[str]) -> None:
    result = table(lines)
    assert list(result.frame["Name"]) == ["Ann", "Bo"]
    assert list(result.frame.index) == [2, 3]
    assert (result.rows, len(result.malformed)) == (2, 0)


def test_rows_that_span_lines_keep_their_line_numbers_beside_such_a_delimiter() -> None:
    result = table(["No,Name,Mail", '1,"An\nn",a@x.se,', '2,"B\no",b@x.se', "3,Cy,c@x.se,"])
    assert list(result.frame.index) == [2, 4, 6]
    assert list(result.frame["Name"]) == ["An\nn", "B\no", "Cy"]


def test_what_stands_behind_the_last_column_is_a_fault() -> None:
    result = table(["No,Name,Mail", "1,Ann,a@x.se,", "2,Bo,b@x.se,x", "3,Cy,c@x.se,", "4,Di,d@x.se,x,", "5"])
    assert dict(result.malformed) == {3: 4, 5: 4, 6: 1}
    assert list(result.frame["Name"]) == ["Ann", "Cy"]


def test_a_tab_at_the_end_of_a_line_is_such_a_delimiter() -> None:
    result = table(["No\tName\tMail", "1\tAnn\ta@x.se\t", "2\tBo\t\t"], delimiter="\t")
    assert list(result.frame["Name"]) == ["Ann", "Bo"]


def test_several_trailers_are_the_last_lines_top_to_bottom() -> None:
    patterns = [r"^Total: (?P<rows>\d+)$", r"^Made (?P<date>\d{4}-\d{2}-\d{2})"]
    result = table([*ROWS, "", "Total: 2,,", "Made 2026-11-21 by HR", ""], trailer=patterns)
    assert (result.rows, str(result.trailer_date)) == (2, "2026-11-21")
    assert unfit([*ROWS, "Total: 2"], trailer=patterns).code == "trailer"
    assert unfit([*ROWS, "Made 2026-11-21 by HR", "Total: 2"], trailer=patterns).code == "trailer"
    assert "counts 3 rows, the file has 2" in unfit([*ROWS, "Total: 3", "Made 2026-11-21"], trailer=patterns).message


def test_the_header_is_looked_for_among_the_first_thirty_lines_that_are_not_empty() -> None:
    above = [line for number in range(29) for line in (f"Title {number},,", "")]
    assert table([*above, *ROWS]).header_line == 59
    assert "has none of the wanted headers" in unfit(["One more,,", *above, *ROWS]).message
    assert table(["One more,,", *above, *ROWS], header_line=60).header_line == 60
