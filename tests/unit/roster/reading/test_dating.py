"""The day in a file's name."""

import unicodedata
from datetime import date

import pytest

from roster.reading.naming import certain_day, day_in_name, possible_days
from roster.settings import CsvFormat
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


ANY = r"_(?P<date>[^.].*)\.csv"


@pytest.mark.parametrize(
    "day",
    ["30.11.2026", "2026-11-30", "20261130", "2026.11.30", "2026_11_30", "30Nov2026", "30-nov-2026", "30 November 2026", "2026-Nov-30"],
)
def test_a_day_is_read_in_every_notation_that_can_be_meant_in_one_way_only(day):
    assert day_in_name(f"people_{day}.csv", ANY) == date(2026, 11, 30)
    assert certain_day(f"Personal {day} kl 0400.csv") == date(2026, 11, 30)


@pytest.mark.parametrize("day", ["20-okt-2026", "20 oktober 2026", "20OKT2026", "2026-Okt-20"])
def test_a_month_may_be_named_as_its_neighbours_name_it(day):
    assert day_in_name(f"people_{day}.csv", ANY) == date(2026, 10, 20)
    assert [certain_day(f"x_{day}") for day in ("5 maj 2026", "5-mai-2026", "3-dez-2026", "3 desember 2026")] == [
        *[date(2026, 5, 5)] * 2,
        *[date(2026, 12, 3)] * 2,
    ]
    assert certain_day("2026_mail_12.csv") is None


NAMED = {
    1: "janvier enero gennaio janeiro tammikuu stycznia januar",
    2: "février fevrier fév febrero febbraio fevereiro helmikuuta lutego februari",
    3: "mars marzo março märz mär mrt maart marts marzec maaliskuu",
    8: "août aout AOÛT agosto augusti augustus elokuu sierpnia",
    9: "sept septembre settembre setembro syyskuuta września",
    10: "octobre octubre ottobre outubro oktober lokakuu październik",
    11: "novembre noviembre novembro marraskuu",
    12: "décembre DÉCEMBRE Décembre decembre déc diciembre dicembre dezembro joulukuu grudzień",
}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(("month", "words"), NAMED.items())
def test_a_month_is_known_with_its_accents_or_without_and_as_a_mac_writes_them(month: int, words: str, form) -> None:
    for word in words.split():
        for day in (f"20-{word}-2026", f"20{word}2026", f"2026 {word} 20", f"20. {word}. 2026", f"20 de {word} de 2026"):
            name = unicodedata.normalize(form, f"people_{day}")
            assert day_in_name(f"{name}.csv", ANY) == certain_day(f"{name.upper()}.CSV") == date(2026, month, 20), day


def test_a_pattern_of_the_settings_finds_its_letters_however_a_name_has_them() -> None:
    pattern = r"relevé_(?P<date>\d+-\w+-\d+)"
    for name, given in (("relevé", pattern), ("releve\u0301", pattern), ("relevé", unicodedata.normalize("NFD", pattern))):
        assert day_in_name(f"{name}_20-aou\u0302t-2026.csv", given) == date(2026, 8, 20)


@pytest.mark.parametrize("word", ["marketing", "decline", "juniors", "set", "out", "listopad", "jui", "de"])
def test_no_surprise_a_word_that_is_no_months_or_may_be_of_two_tells_no_day(word) -> None:
    assert certain_day(f"people_20_{word}_2026.csv") is None
    assert certain_day(f"people_2026_{word}_12.csv") is None


@pytest.mark.parametrize("day", ["30-11-2026", "30112026", "30.11.26", "301126", "11/30/2026"])
def test_no_surprise_a_day_that_can_be_meant_in_several_ways_needs_a_format(day):
    with pytest.raises(Unfit, match="date_in_name_format"):
        day_in_name(f"people_{day}.csv", ANY)
    assert certain_day(f"people_{day}.csv") is None


@pytest.mark.parametrize(
    ("day", "written"),
    [("05-11-2026", "%d-%m-%Y"), ("11-05-2026", "%m-%d-%Y"), ("051126", "%d%m%y"), ("261105", "%y%m%d"), ("05112026", "%d%m%Y")],
)
def test_a_format_says_which_of_the_numbers_is_the_day(day, written):
    assert day_in_name(f"people_{day}.csv", ANY, written) == date(2026, 11, 5)


def test_a_name_in_another_form_than_the_settings_say_holds_no_date():
    with pytest.raises(Unfit, match=r"holds no date in the form `%d-%m-%Y`"):
        day_in_name("people_2026-11-05.csv", ANY, "%d-%m-%Y")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"date_in_name": r"_(?P<date>\d{2}-\d{2}-\d{4})\."}, "nobody can tell day and month"),
        ({"date_in_name": r"_(?P<date>[0-3]\d[01]\d20\d\d)\."}, "nobody can tell day and month"),
        ({"date_in_name": r"_(?P<date>\d{2}\.\d{2}\.\d{2})\."}, "nobody can tell day and month"),
        ({"date_in_name": r"_(\d{8})\."}, "needs a group named date"),
        ({"date_in_name_format": "%d-%m-%Y"}, "belongs to date_in_name"),
        ({"date_in_name": r"(?P<date>\d+)", "date_in_name_format": "%d-%m"}, "tells a day"),
        ({"date_in_name": r"(?P<date>\d+)", "date_in_name_format": "DD-MM-YYYY"}, "tells a day"),
    ],
)
def test_settings_by_which_no_day_could_be_read_are_refused_when_they_are_read(given, told):
    with pytest.raises(ValueError, match=told):
        CsvFormat.model_validate(given)


@pytest.mark.parametrize(
    "given",
    [
        {"date_in_name": r"_(?P<date>\d{2}\.\d{2}\.\d{4})\."},
        {"date_in_name": r"_(?P<date>\d{8})"},
        {"date_in_name": r"_(?P<date>\d{4}[-_(]\d{2}[-_)]\d{2})"},
        {"date_in_name": r"_(?P<date>.+)\.csv"},
        {"date_in_name": r"_(?P<date>\d{2}-\d{2}-\d{4})\.", "date_in_name_format": "%d-%m-%Y"},
    ],
)
def test_settings_by_which_a_day_can_be_read_are_not(given):
    assert CsvFormat.model_validate(given)


def test_names_are_read_in_every_order_that_fits_all_of_them():
    assert set(possible_days(["a_05-11-2026.csv", "a_06-11-2026.csv"])) == {"day first", "month first"}
    assert set(possible_days(["a_30-11-2026.csv", "a_06-11-2026.csv"])) == {"day first"}
    assert set(possible_days(["a_051126.csv", "a_061126.csv"])) == {"day first", "month first", "year first"}
    assert possible_days(["a_1.csv", "a_061126.csv"]) == {}
