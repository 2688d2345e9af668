"""First and last name from one cell, and from several."""

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


def in_parts(**part: str) -> dict[str, object]:
    return COLUMNS | {"last_name": {"column": "Last", **part}}


@pytest.mark.parametrize(
    ("part", "other", "last", "whole"),
    [
        ("before", "van der", "Berg", "van der Berg"),
        ("before", "'t", "Hart", "'t Hart"),
        ("before", "", "Berg", "Berg"),
        ("behind", "López", "García", "García López"),
        ("behind", "", "García", "García"),
        ("behind", "López (BAJA)", "García", "García López"),
    ],
)
def test_a_part_in_a_column_of_its_own_stands_before_a_name_or_behind_it(part: str, other: str, last: str, whole: str) -> None:
    result = intake(line("1", Last=last, Kind=other), columns=in_parts(**{part: "Kind"}))
    assert list(result.roster["last_name"]) == [whole]


def test_both_parts_stand_around_a_name() -> None:
    columns = in_parts(before="Kind", behind="Boss") | {"manager_email": {"constant": "p2@x.se"}}
    result = intake(line("1", Kind="de", Last="Cruz", boss="Díaz"), columns=columns)
    assert list(result.roster["last_name"]) == ["de Cruz Díaz"]


@pytest.mark.parametrize(
    ("last", "other", "code"),
    [
        ("", "van", "missing"),
        ("García", "-", "nothing"),
        ("García", "NULL", "nothing"),
        ("García", "L?pez", "damaged"),
        ("García", "36000", "name"),
    ],
)
def test_no_surprise_a_part_that_is_no_name_or_stands_alone_rejects_its_row(last: str, other: str, code: str) -> None:
    result = intake(line("1", Last=last, Kind=other), line("2"), columns=in_parts(behind="Kind"))
    assert dispositions(result)[2] == ("1", "rejected", code)


def test_a_manager_is_found_by_all_parts_of_their_name() -> None:
    columns = {name: one for name, one in in_parts(before="Kind").items() if name != "manager_email"} | {"manager_name": "Boss"}
    result = intake(line("1", Last="Berg", Kind="van der"), line("2", First="Bo", boss="Ann van der Berg"), columns=columns)
    assert list(result.roster["manager_id"].fillna("")) == ["", "1"]


@pytest.mark.parametrize(
    "columns",
    [
        {"last_name": {"constant": "x", "before": "Kind"}},
        {"last_name": {"column": "Last", "split": "Last, First", "before": "Kind"}},
        {"department": {"column": "Last", "behind": "Kind"}},
    ],
)
def test_a_part_goes_with_a_column_of_a_name(columns: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="before"):
        intake(line("1"), columns=COLUMNS | columns)
