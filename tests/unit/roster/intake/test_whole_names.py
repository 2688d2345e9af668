"""Which part of a whole name is which: never by a guess."""

import pandas as pd
import pytest

from roster.intake.whole_names import part, without_asides, without_titles
from tests.fuzz.judging import within
from tests.unit.roster.intake.test_intake import COLUMNS, dispositions, intake, line

FIRST_LAST = ["First Last"]
LAST_FIRST = ["Last, First"]


def split(whole, orders):
    given = pd.Series([whole], dtype="str")
    first, last = (part(given, which, orders)[0] for which in ("first", "last"))
    return None if pd.isna(first) and pd.isna(last) else (first, last)


@pytest.mark.parametrize(
    ("whole", "first", "last"),
    [
        ("Anna Essen", "Anna", "Essen"),
        ("Anna Maria Essen", "Anna Maria", "Essen"),
        ("Anna-Lena Müller-Schmidt", "Anna-Lena", "Müller-Schmidt"),
        ("Jan van der Berg", "Jan", "van der Berg"),
        ("ANNA VAN DER BERG", "ANNA", "VAN DER BERG"),
        ("María de la Cruz", "María", "de la Cruz"),
        ("José Ortega y Gasset", "José", "Ortega y Gasset"),
        ("Maria Costa e Silva", "Maria", "Costa e Silva"),
        ("João da Silva Neto", "João", "da Silva Neto"),
        ("Ali bin Ahmad", "Ali", "bin Ahmad"),
        ("Anna von und zu Liechtenstein", "Anna", "von und zu Liechtenstein"),
        ("Gerard 't Hooft", "Gerard", "'t Hooft"),
        ("Sean O'Brien", "Sean", "O'Brien"),
        ("Sean O' Brien", "Sean", "O' Brien"),
        ("Ronald Mc Donald", "Ronald", "Mc Donald"),
        ("Van Nguyen", "Van", "Nguyen"),
        ("John Smith Jr.", "John", "Smith Jr."),
        ("John Smith, Jr.", "John", "Smith Jr."),
        ("John Smith III", "John", "Smith III"),
        ("Prof. Dr. Anna von der Leyen", "Prof. Dr. Anna", "von der Leyen"),
        ("William (Bill) Gates", "William", "Gates"),
        ("William Gates (Bill)", "William", "Gates"),
        ('William "Bill" Gates', "William", "Gates"),
        ("Иван Петров", "Иван", "Петров"),
        ("- Sukarno", "-", "Sukarno"),
    ],
)
def test_first_last_is_told_apart_by_its_last_word_with_what_belongs_to_it(whole, first, last):
    assert split(whole, FIRST_LAST) == (first, last)


@pytest.mark.parametrize(
    ("whole", "first", "last"),
    [
        ("Essen, Anna", "Anna", "Essen"),
        ("MEYER,ANNA", "ANNA", "MEYER"),
        ("van der Berg, Jan", "Jan", "van der Berg"),
        ("Garcia Lopez, Anna María", "Anna María", "Garcia Lopez"),
        ("Smith Jr., John", "John", "Smith Jr."),
        ("Smith, Jr., John", "John", "Smith Jr."),
        ("Smith, John, Jr.", "John", "Smith Jr."),
        ("Smith, John III", "John", "Smith III"),
        ("Dr. Meyer, Anna", "Anna", "Dr. Meyer"),
        ("Meyer, Dr. Anna", "Dr. Anna", "Meyer"),
        ("Gates, William (Bill)", "William", "Gates"),
        ("山田, 太郎", "太郎", "山田"),
        ("山田，太郎", "太郎", "山田"),
        ("Sukarno, -", "-", "Sukarno"),
        ("Essen*, Anna", "Anna", "Essen"),
        ("Essen, Anna †", "Anna", "Essen"),
        ("Essen, Anna - LEFT", "Anna", "Essen"),
        ("Essen, Anna, tjänstledig", "Anna", "Essen"),
    ],
)
def test_last_first_is_told_apart_by_its_comma(whole, first, last):
    assert split(whole, LAST_FIRST) == (first, last)


@pytest.mark.parametrize("whole", ["Sukarno", "Essen, Anna", "Dr. Meyer", "John Jr.", "Anna (2)", "山田 太郎", "김 철수"])
def test_no_surprise_what_is_no_first_last_has_no_parts(whole):
    assert split(whole, FIRST_LAST) is None


@pytest.mark.parametrize("whole", ["Sukarno", "Anna Essen", "Essen, Anna, Dr", "Smith, Jr.", "Meyer, Prof. Dr.", "Anna,", ", Anna"])
def test_no_surprise_what_is_no_last_first_has_no_parts(whole):
    assert split(whole, LAST_FIRST) is None


def test_where_both_are_stated_the_comma_tells():
    both = [*LAST_FIRST, *FIRST_LAST]
    assert [split(whole, both) for whole in ("Essen, Anna", "Anna Essen", "John Smith, Jr.", "Smith, Jr.")] == [
        ("Anna", "Essen"),
        ("Anna", "Essen"),
        ("John", "Smith Jr."),
        None,
    ]


def whole(order):
    return COLUMNS | {name: {"column": "First", "split": order} for name in ("first_name", "last_name")}


def test_what_cannot_be_told_apart_rejects_its_row_with_its_word():
    result = intake(line("1", First="Sukarno"), line("2", First="Bo Ek"), columns=whole("First Last"))
    assert dispositions(result)[2] == ("1", "rejected", "whole_name")
    assert set(result.rejects["value"]) == {"Sukarno"}
    assert result.rejected_names["name"].tolist() == ["Sukarno"]
    assert result.roster[["first_name", "last_name"]].to_numpy().tolist() == [["Bo", "Ek"]]


def test_an_empty_cell_is_missing_and_no_name_that_cannot_be_read():
    assert dispositions(intake(line("1", First=""), line("2", First="Bo Ek"), columns=whole("First Last")))[2][2] == "missing"


def test_whoever_has_left_needs_no_name_that_can_be_told_apart():
    result = intake(line("1", First="Sukarno", Status="T"), line("2", First="Bo Ek"), columns=whole("First Last"))
    assert result.roster.loc[0, ["first_name", "last_name"]].isna().all() and result.roster.loc[0, "employment"] == "left"


def test_a_preferred_name_goes_before_the_legal_one():
    columns = COLUMNS | {"first_name": {"columns": ["Kind", "First"]}}
    roster = intake(line("1", First="William", Kind="Bill"), line("2", First="Anna"), columns=columns).roster
    assert roster["first_name"].tolist() == ["Bill", "Anna"]


def test_the_earlier_setting_reads_both_ways_as_it_did():
    columns = COLUMNS | {name: {"column": "First", "part_of_name": name.removesuffix("_name")} for name in ("first_name", "last_name")}
    roster = intake(line("1", First='"Essen, Anna"'), line("2", First="Bo Ek"), columns=columns).roster
    assert roster[["first_name", "last_name"]].to_numpy().tolist() == [["Anna", "Essen"], ["Bo", "Ek"]]


def test_what_stands_aside_of_a_name_goes_and_a_name_that_is_nothing_else_stays() -> None:
    written = ["Berg (On Leave)", "Berg [50 %", "Anna „Anni“", "(Berg)", "O’Brien", 'Anna "Anni" Maria']
    assert without_asides(pd.Series(written, dtype="str")).to_list() == ["Berg", "Berg", "Anna", "(Berg)", "O’Brien", "Anna Maria"]


@pytest.mark.parametrize(
    "written",
    [
        *("Öberg*", "Öberg **", "* Öberg", "Öberg †", "†Öberg", "Öberg¹", "Öberg* - LEFT", "Öberg - (LEFT)", "Öberg - LEFT (2)"),
        *("Öberg - LEFT", "Öberg – slutat", "Öberg -Terminated", "Öberg / inactive", "LEFT - Öberg", "Öberg - left 2024-05-01"),
        *("Öberg - on leave until May", "Öberg - föräldraledig", "Öberg — ausgeschieden", "Öberg - päättynyt", "Öberg - fratrådt"),
        *(
            "Öberg, tjänstledig",
            "Öberg, SLUTAT",
            "Öberg; slutat",
            "Öberg, (On Leave)",
            "Öberg, - LEFT",
            "LEFT -, Öberg",
            "(ext), Öberg",
            "Öberg,*",
        ),
        *("Öberg LEFT", "Öberg SLUTAT", "Öberg slutat", "Öberg on leave", "Öberg NOT ACTIVE", "Öberg (ext) INAKTIV"),
    ],
)
def test_a_footnotes_mark_and_behind_a_dash_or_in_other_letters_a_word_for_how_somebody_stands_are_no_part_of_a_name(written: str) -> None:
    assert without_asides(pd.Series([written], dtype="str")).to_list() == ["Öberg"]


@pytest.mark.parametrize(
    "name",
    [
        *("Berg - Larsen", "Berg-Larsen", "Berg – A", "- Sukarno", "Sukarno -", "LEFT", "- LEFT", "Anna/Maria", "*Öberg", "***", "-"),
        *("Left-Öberg", "Ledig", "Öberg 2", "d’Öberg", "Öberg - Maria"),
        *("Öberg Ledig", "Öberg Left", "ÖBERG LEFT", "öberg slutat", "Öberg EK", "Öberg LARSEN", "Öberg filho"),
    ],
)
def test_no_surprise_what_may_be_a_name_stays_whole(name: str) -> None:
    assert without_asides(pd.Series([name], dtype="str")).to_list() == [name]


def test_no_surprise_capitals_behind_a_name_are_the_last_name_where_last_names_are_written_so() -> None:
    french, swedish = (pd.Series(names, dtype="str") for names in (["Jean LEDIG", "Marie DUPONT", "Luc MARTIN"], ["Jan Ek LEDIG", "Bo Li"]))
    assert [part(french, which, ["First Last"]).to_list()[0] for which in ("first", "last")] == ["Jean", "LEDIG"]
    assert [part(swedish, which, ["First Last"]).to_list()[0] for which in ("first", "last")] == ["Jan", "Ek"]


@pytest.mark.parametrize("cell", ["*" * 30_000 + "x", f"Anna{' ' * 30_000}x (b)", "- " * 15_000 + "x"])
def test_a_cell_that_is_far_too_long_for_a_name_takes_no_time(cell: str) -> None:
    with within(2):
        assert len(without_asides(pd.Series([cell], dtype="str"))) == 1


def test_titles_before_a_name_go_and_names_like_titles_stay() -> None:
    titled = ["Dr. Disa", "Dr Disa", "Dr.Disa", "Prof. Dr. med. Disa", "Dr.-Ing. Disa", "Herr Dr. Disa", "Mag. Disa"]
    assert without_titles(pd.Series(titled, dtype="str")).to_list() == ["Disa"] * len(titled)
    names = ["Drago", "Mag Anna", "Ing Wei", "Doc", "Dr.", "Frank", "H. Bo", "Fr Bo"]
    assert without_titles(pd.Series(names, dtype="str")).to_list() == names
