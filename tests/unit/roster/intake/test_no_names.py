"""Words in the place of a name that are none."""

from io import BytesIO

import openpyxl
import pytest

from roster.intake.take_in import IntakeResult, take_in
from roster.settings import CsvFormat, People
from tests.unit.roster.intake.test_intake import AS_OF, COLUMNS, dispositions, intake, line

OTHERS = [line(f"9{number}", First=f"Ann{chr(97 + number)}", Last=f"Li{chr(97 + number)}") for number in range(24)]
FIRST_LINE = 2 + len(OTHERS)


def beside_others(*names: tuple[str, str], **people: object) -> IntakeResult:
    return intake(*OTHERS, *(line(str(number), First=first, Last=last) for number, (first, last) in enumerate(names, 1)), **people)


@pytest.mark.parametrize(
    ("first", "last", "column"),
    [
        ("Luis", "SLUTAT", "last_name"),
        ("SLUTAT", "Ek", "first_name"),
        ("Luis", "ALTA", "last_name"),
        ("Luis", "BAJA", "last_name"),
        ("Bo", "TJÄNSTLEDIG", "last_name"),
        ("Bo", "TJANSTLEDIG", "last_name"),
        ("Bo", "ON LEAVE", "last_name"),
        ("TRUE", "Ek", "first_name"),
        ("Bo", "FALSE", "last_name"),
        ("Bo", "WAHR", "last_name"),
        ("Bo", "(SLUTAT)", "last_name"),
        ("Bo", "[On leave", "last_name"),
        ("Bo", "- LEFT", "last_name"),
        ("– slutat", "Ek", "first_name"),
    ],
)
def test_no_surprise_a_word_for_how_somebody_stands_is_no_name_and_its_row_is_rejected(first: str, last: str, column: str) -> None:
    result = beside_others((first, last))
    assert dispositions(result)[FIRST_LINE] == ("1", "rejected", "name"), "and nobody is said to have left"
    assert list(result.rejects["column"]) == [column]
    assert "Write the name." in result.rejects["message"].iloc[0]
    assert len(result.roster) == len(OTHERS)


@pytest.mark.parametrize(
    "word", ["(leer)", "(Leerwerte)", "<unset>", "$null$", "{null}", "(none)", "(vide)", "no data", "Nicht zugeordnet", "\u2800"]
)
def test_a_word_for_nothing_is_no_name(word: str) -> None:
    result = beside_others(("Luis", word))
    assert dispositions(result)[FIRST_LINE][1] == "rejected"
    assert list(result.rejects["column"]) == ["last_name"]


def test_two_such_words_are_two_of_them() -> None:
    assert list(beside_others(("FALSE", "TRUE")).rejects["column"]) == ["first_name", "last_name"]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("Luis", "Alta"),
        ("Luis", "Alta Gómez"),
        ("LUIS", "ALTA"),
        ("Luis", "alta"),
        ("True", "Ek"),
        ("Li", "NG"),
        ("Bo", "LOA"),
        ("Bo", "SAND"),
        ("NIL", "Ek"),
    ],
)
def test_what_somebody_may_be_called_is_a_name(first: str, last: str) -> None:
    assert beside_others((first, last)).rejects.empty


@pytest.mark.parametrize("first", ["Luis ALTA", "Luis (BAJA)", "(Left) Luis"])
def test_a_word_beside_a_name_is_left_out_as_ever(first: str) -> None:
    result = beside_others((first, "Gómez"))
    assert result.rejects.empty
    assert result.roster["first_name"].iloc[-1] == "Luis"


@pytest.mark.parametrize("shouted", [2, 24])
def test_where_others_of_the_column_are_in_capitals_they_prove_nothing(shouted: int) -> None:
    lasts = [f"Li{chr(97 + number)}".upper() if number < shouted else f"Li{chr(97 + number)}" for number in range(24)]
    rows = [line(str(number), First="Ann", Last=last) for number, last in enumerate([*lasts, "ALTA"], 1)]
    assert intake(*rows).rejects.empty


def test_a_column_that_has_nothing_else_proves_nothing_either() -> None:
    assert intake(line("1", First="Luis", Last="ALTA"), line("2", First="Eva", Last="ALTA")).rejects.empty


def test_whoever_has_left_needs_no_name() -> None:
    result = intake(*OTHERS, line("1", First="Luis", Last="SLUTAT", Status="T"))
    assert result.roster["employment"].iloc[-1] == "left"


def test_a_workbooks_cell_of_true_is_no_name() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [["No", "Mail", "First", "Last"], ["1", "a@x.se", "Ann", "Li"], ["2", "b@x.se", "Bo", True]]:
        sheet.append(row)
    stored = BytesIO()
    book.save(stored)
    columns = {name: COLUMNS[name] for name in ("employee_id", "email", "first_name", "last_name")}
    people = People.model_validate({"columns": columns, "absent_means": "leaver"})
    result = take_in(stored.getvalue(), CsvFormat(), people, AS_OF)
    assert dispositions(result)[3] == ("2", "rejected", "name")
