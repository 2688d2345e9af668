"""Which cells of a status its default stands for, and which reject the row."""

from typing import Any

import pytest

from tests.unit.roster.intake import test_intake
from tests.unit.roster.intake.test_intake import dispositions, line
from tests.unit.roster.intake.test_intake import intake as plain_intake

WORDS = {"A": "Active", "L": "On Leave", "T": "Terminated"}
LOOKUP: dict[str, Any] = {"column": "Status", "lookup": WORDS, "default": "Active"}
CASES: dict[str, Any] = {
    "cases": [{"when": {"Status": "T"}, "value": "Terminated"}, {"when": {"Status": "L"}, "value": "On Leave"}],
    "default": "Active",
}


def status_of(cell: str, rule: dict[str, Any]) -> str:
    """What comes of the second row: where its person stands, or why it is rejected."""
    found = plain_intake(line("1"), line("2", Status=cell), columns=test_intake.COLUMNS | {"worker_status": rule})
    _, what, reason = dispositions(found)[3]
    return str(found.roster.set_index("employee_id")["employment"]["2"]) if what == "used" else reason


@pytest.mark.parametrize("rule", [LOOKUP, CASES], ids=["lookup", "cases"])
@pytest.mark.parametrize(
    "cell",
    [
        *("#N/A", "#NV", "T?", "T\ufffd", "=VLOOKUP(A1;B:C;2)", "Teрminated"),
        *("NULL", "-", "n/a", "(blank)", "NA", "saknas"),
        *("t", "T.", "(T)", "Т", "Τ", "l"),
        *("Terminated", "terminated", "slutat", "Left", "Voluntarily Terminated", "Ausgeschieden"),
    ],
)
def test_no_surprise_a_status_that_cannot_be_read_is_not_the_default(cell: str, rule: dict[str, Any]) -> None:
    assert status_of(cell, rule) == "status_unread"


@pytest.mark.parametrize("rule", [LOOKUP, CASES], ids=["lookup", "cases"])
@pytest.mark.parametrize(
    ("cell", "standing"),
    [
        ("", "active"),
        ("X", "active"),
        ("Regular", "active"),
        ("a", "active"),
        ("42", "active"),
        ("Parental leave", "active"),
        ("T", "left"),
        ("L", "leave"),
    ],
)
def test_the_default_stands_for_empty_cells_and_words_that_are_not_listed(cell: str, standing: str, rule: dict[str, Any]) -> None:
    assert status_of(cell, rule) == standing


def test_a_word_that_the_settings_list_counts_as_they_say() -> None:
    assert status_of("Left", {**LOOKUP, "lookup": {**WORDS, "Left": "On Leave", "NULL": "Active", "Slutat": ""}}) == "leave"
    assert status_of("NULL", {**LOOKUP, "lookup": {**WORDS, "NULL": "Active"}}) == "active"
    assert status_of("Slutat", {**LOOKUP, "lookup": {**WORDS, "Slutat": ""}}) == "active"


def test_no_surprise_nor_does_a_default_that_says_left_stand_for_a_word_that_says_here() -> None:
    rule = {"column": "Status", "lookup": {"A": "Active"}, "default": "Terminated"}
    assert [status_of(cell, rule) for cell in ("A", "Aktiv", "On leave", "a", "#N/A", "X", "")] == [
        "active",
        "status_unread",
        "status_unread",
        "status_unread",
        "status_unread",
        "left",
        "left",
    ]


def test_a_row_that_another_case_fits_is_as_that_says() -> None:
    rule = {"cases": [{"when": {"To": ""}, "value": "Active"}, {"when": {"Status": "T"}, "value": "Terminated"}], "default": "Active"}
    assert status_of("#N/A", rule) == "active"
