"""The day in a file's name."""

from datetime import date

import pytest

from roster.reading.file import day_in_name
from roster.unfit import Unfit

PATTERN = r"_(?P<date>\d{4}-?\d{2}-?\d{2})\."


@pytest.mark.parametrize("name", ["people_2026-11-02.csv", "people_20261102.csv"])
def test_the_day_is_read_in_both_spellings(name):
    assert day_in_name(name, PATTERN) == date(2026, 11, 2)


def test_without_a_pattern_no_name_has_a_day():
    assert day_in_name("people_2026-11-02.csv", None) is None


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("people.csv", PATTERN),
        ("people_2026-02-30.csv", PATTERN),
        ("people_2026-11-02.csv", r"\d{4}"),
        ("people.csv", r"people(_(?P<date>\d{8}))?"),
    ],
    ids=["none", "no such day", "no such group", "optional group"],
)
def test_a_name_without_a_day_stops_the_file_since_older_and_newer_could_not_be_told_apart(name, pattern):
    with pytest.raises(Unfit, match="no date"):
        day_in_name(name, pattern)
