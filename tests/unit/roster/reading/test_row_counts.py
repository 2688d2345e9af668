"""Lines that count the rows, and a file that has others."""

import pytest

from roster.reading.file import read
from roster.reading.row_counts import Count, count
from roster.reading.table import RawTable
from roster.settings import CsvFormat
from roster.unfit import Unfit
from tests.unit.roster.reading.test_workbook import book

HEADER = "Emp No,Given,Surname,Mail,Left"
ANN, BO, BO_AGAIN = "20401,Ann,Li,ann@x.se,", "20402,Bo,Ek,bo@x.se,", "20402,Bo,Ek,bo@x.se,2020-01-31"


def rows(*lines: str, **format: object) -> RawTable:
    return read(("\n".join([HEADER, *lines]) + "\n").encode(), CsvFormat.model_validate(format), {"Emp No", "Given", "Mail"}, {"Emp No"})


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("14 rows selected.", "rows"),
        ("(14 rows affected)", "rows"),
        ("(14 row(s) affected)", "rows"),
        ("14 rows in set (0.01 sec)", "rows"),
        ("14 record(s) selected.", "rows"),
        ("14 rader", "rows"),
        ("14 Zeilen ausgewählt", "rows"),
        ("Total records: 14", "rows"),
        ("Row count: 14", "rows"),
        ("Records = 14", "rows"),
        ("Antal rader: 14", "lines"),
        ("Number of lines 14", "lines"),
        ("Total employees: 14", "people"),
        ("14 employees", "people"),
        ("Total: 14 employees", "people"),
        ("Antal: 14", "people"),
        ("Antal anställda: 14", "people"),
        ("Anzahl Mitarbeiter: 14", "people"),
        ("Number of employees 14", "people"),
        ("Count: 14", "people"),
    ],
)
def test_a_count_is_known_by_its_words(text: str, kind: str) -> None:
    assert count(text) == Count(kind, 14)


def test_marks_between_thousands_belong_to_the_number() -> None:
    assert [count(f"{number} rows selected.") for number in ("12,345", "12.345", "12 345", "12'345")] == [Count("rows", 12345)] * 4


@pytest.mark.parametrize(
    "text",
    [
        "Total: 45000",
        "Sum ; 45000",
        "Employees 2026",
        "Active employees: 12",
        "Employees without a manager: 3",
        "New employees: 2",
        "Page 1 of 3",
        "Generated 2026-11-21",
        "Number of departments: 4",
        "Antal sidor: 3",
        "Total employees: 14 of 20",
        "Rooms for 14 people",
        "TRAILER000014",
        "14",
        "Antal ; 45000.50",
    ],
)
def test_a_number_that_is_no_count_is_none(text: str) -> None:
    assert count(text) is None


@pytest.mark.parametrize(
    "line",
    [
        "3 rows selected.",
        "(3 rows affected)",
        "Total employees: 3",
        "Antal: 3",
        "Antal anställda,3",
        "Records: 3",
        "1 row selected.",
        "3 row(s)",
    ],
)
def test_no_surprise_a_count_of_others_than_the_file_has_stops_it(line: str) -> None:
    with pytest.raises(Unfit, match=rf"Line 5 counts {3 if '3' in line else 1} (rows|people), and the file has 2 rows") as unfit:
        rows(ANN, BO, "", line)
    assert unfit.value.code == "count"
    assert "`trailer`" in unfit.value.advice


@pytest.mark.parametrize(
    "lines",
    [
        (ANN, BO, "2 rows selected."),
        (ANN, BO, BO_AGAIN, "Antal rader: 3"),
        (ANN, BO, BO_AGAIN, "2 records"),
        (ANN, BO, BO_AGAIN, "Total employees: 2"),
        (ANN, BO, "Antal rader: 3"),
        (ANN, BO, "Total employees: 1"),
        (ANN, BO, "Total,,,,45000", "3 rows selected."),
        (ANN, "20402,Bo", "Ek,bo@x.se,", "2 rows selected."),
        ("Department: Finance", ANN, "Antal: 1", "Department: Sales", BO, "Antal: 1"),
        (ANN, "1 rows selected.", HEADER, BO, "1 rows selected."),
        (ANN, BO, "Total: 45000", "Antal,,,,3000"),
    ],
)
def test_a_count_that_may_be_right_stops_nothing(lines: tuple[str, ...]) -> None:
    assert "20401" in list(rows(*lines).frame["Emp No"])


def test_no_surprise_sections_that_count_more_than_there_are_stop_the_file() -> None:
    with pytest.raises(Unfit, match="Line 6 counts 1 people"):
        rows(ANN, "Antal: 2", "Department: Sales", BO, "Antal: 1")


def test_no_surprise_a_workbooks_count_and_one_under_columns_of_fixed_width_are_compared_too() -> None:
    with pytest.raises(Unfit, match="Line 3 counts 2 people"):
        read(book(HEADER.split(","), ANN.split(","), ["Total employees", 2]), CsvFormat(), {"Emp No", "Mail"}, {"Emp No"})
    positions = CsvFormat.model_validate({"positions": {"Emp No": "1-8", "Given": "9-16", "Mail": "17-30"}})
    with pytest.raises(Unfit, match="Line 3 counts 2 rows"):
        read(b"20401   Ann     ann@x.se\n\n2 rows selected.\n", positions, {"Emp No", "Given", "Mail"}, {"Emp No"})


def test_a_count_of_something_else_is_let_pass_by_naming_its_line() -> None:
    assert len(rows(ANN, BO, "Count: 9", trailer="^Count: ").frame) == 2


def test_quiet_what_may_be_somebodys_number_is_not_shown() -> None:
    with pytest.raises(Unfit, match="far too many"):
        rows(ANN, BO, "Antal: 7001011234")
