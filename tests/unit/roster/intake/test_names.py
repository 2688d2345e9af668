"""First and last name from one cell."""

import pandas as pd
import pytest

from tests.unit.roster.intake.test_intake import COLUMNS, dispositions, intake, line

WHOLE = COLUMNS | {"first_name": {"column": "First", "part_of_name": "first"}, "last_name": {"column": "First", "part_of_name": "last"}}


@pytest.mark.parametrize(
    ("whole", "first", "last"),
    [
        ('"Essen, Anna"', "Anna", "Essen"),
        ('"von Essen, Anna Maria"', "Anna Maria", "von Essen"),
        ("Anna Essen", "Anna", "Essen"),
        ("Anna Maria Essen", "Anna Maria", "Essen"),
        ("Anna von Essen", "Anna", "von Essen"),
        ("Jan Van den Berg", "Jan", "Van den Berg"),
        ("María de la Cruz", "María", "de la Cruz"),
        ("Anna\u00a0Essen", "Anna", "Essen"),
    ],
)
def test_a_whole_name_is_told_apart_by_its_comma_and_else_by_its_last_word(whole: str, first: str, last: str) -> None:
    roster = intake(line("1", First=whole), columns=WHOLE).roster
    assert (roster.loc[0, "first_name"], roster.loc[0, "last_name"]) == (first, last)


@pytest.mark.parametrize("whole", ["Anna", "", '"Essen, Anna, Dr"', "H?kan Essen", "Anna Str\ufffdm"])
def test_no_surprise_what_is_no_whole_name_rejects_its_row(whole: str) -> None:
    result = intake(line("1", First=whole), line("2", First="Bo Ek"), columns=WHOLE)
    assert dispositions(result)[2][1] == "rejected"
    assert pd.unique(result.rejects["column"]).tolist() in (["first_name", "last_name"], ["first_name"], ["last_name"])
