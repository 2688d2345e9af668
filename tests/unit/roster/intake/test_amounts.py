from datetime import date

import pandas as pd
import pytest

from roster.intake.amounts import plain
from roster.intake.take_in import take_in
from roster.settings import CsvFormat, People


def read(text: str, decimal: str) -> str | None:
    found = plain(pd.Series([text, None], dtype="str"), decimal).tolist()
    assert pd.isna(found[1])
    return None if pd.isna(found[0]) else found[0]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("15000", "15000"),
        ("15000,5", "15000.5"),
        ("15000,50", "15000.50"),
        ("15.000,00", "15000.00"),
        ("1.500.000", "1500000"),
        ("15 000,00", "15000.00"),
        ("15\u00a0000", "15000"),
        ("15\u202f000,00", "15000.00"),
        ("15'000,00", "15000.00"),
        ("15’000", "15000"),
        ("15 000,00 kr", "15000.00"),
        ("SEK 15 000", "15000"),
        ("15.000,00 €", "15000.00"),
        ("€15.000", "15000"),
        ("15000 NOK", "15000"),
        ("15 000,-", "15000"),
        ("15 000:- kr", "15000"),
        ("15 000 :-", "15000"),
        ("15000,0000", "15000.00"),
        ("0", "0"),
    ],
)
def test_an_amount_with_a_decimal_comma_is_read_however_its_thousands_and_its_currency_are_written(text: str, number: str) -> None:
    assert read(text, ",") == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("15,000.00", "15000.00"),
        ("15 000.50", "15000.50"),
        ("$15,000", "15000"),
        ("15'000.00 CHF", "15000.00"),
        ("12.5", "12.5"),
        ("SFr. 1’000.50", "1000.50"),
        ("15'000.--", "15000"),
    ],
)
def test_an_amount_with_a_decimal_point_too(text: str, number: str) -> None:
    assert read(text, ".") == number


@pytest.mark.parametrize(
    "text",
    [
        "15,000",
        "15.00",
        "1.5",
        "15,000.00",
        "1.50.000",
        "15.000 000",
        "-15",
        "15-",
        "−15",
        "(15)",
        "(15 000,00 kr)",
        "15k",
        "15 00",
        "kr",
        "1.234,567",
        "15000,5,0",
        "15 tkr",
        "15 TKR",
        "1,5 mio",
        "15 tsd",
        "∞",
    ],
)
def test_no_surprise_what_could_be_meant_in_two_ways_or_is_none_is_not_read(text: str) -> None:
    assert read(text, ",") is None


def test_a_workbooks_numbers_are_read_beside_its_texts() -> None:
    given = pd.Series(["12000.5", "12000.55", "15.000", "15.123", "15.000,5", "7"], dtype="str")
    assert plain(given, ",", numbers=True).fillna("").tolist() == ["12000.5", "12000.55", "15000", "", "15000.5", "7"]


@pytest.mark.parametrize(("decimal", "limits"), [(",", ["15000.00", "15000.50", None]), (None, [None, None, "12.5"])])
def test_amounts_are_read_as_the_settings_say_and_what_is_not_read_is_noted(decimal: str | None, limits: list[str | None]) -> None:
    data = b"n;m;f;l;a\n1;a@x.example;A;B;15.000,00\n2;b@x.example;A;B;15 000,50\n3;c@x.example;A;B;12.5\n"
    columns = {"employee_id": "n", "email": "m", "first_name": "f", "last_name": "l", "approval_limit": "a"}
    people = People.model_validate({"columns": columns, "absent_means": "unchanged"})
    result = take_in(data, CsvFormat(delimiter=";", decimal=decimal), people, date(2026, 11, 21))
    assert result.roster["approval_limit"].astype("object").where(result.roster["approval_limit"].notna(), None).tolist() == limits
    assert result.notes["code"].tolist() == ["approval_limit"] * limits.count(None)
    assert result.notes["message"].str.contains("decimal").all()
