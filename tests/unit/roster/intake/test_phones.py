import pandas as pd
import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.intake.phones import _parsed_phone, _plain_phones, e164
from tests.fuzz.judging import within


def one(number: str, region: str | None = None) -> str | None:
    result = e164(pd.Series([number], index=[4], dtype="str"), pd.Series([region], index=[4], dtype="str"))
    assert result.dtype == "str"
    return None if pd.isna(result[4]) else result[4]


@pytest.mark.parametrize(
    ("number", "region", "expected"),
    [
        ("070-123 45 67", "SE", "+46701234567"),
        ("+46 (0)70 123 45 67", "SE", "+46701234567"),
        ("0046701234567", "SE", "+46701234567"),
        ("+47 22 12 34 56", "SE", "+4722123456"),
        ("320-555-0195", "US", "+13205550195"),
        ("06 1234 5678", "IT", "+390612345678"),
        ("+46 70 123 45 67", None, "+46701234567"),
        ("070-123 45 67", None, None),
        ("555-0195", "US", None),
        ("ask Ann", "SE", None),
        ("070-123 45 67", "XX", None),
    ],
)
def test_numbers_are_read_in_their_country_and_written_for_the_world(number: str, region: str | None, expected: str | None) -> None:
    assert one(number, region) == expected


def test_each_row_has_its_own_country() -> None:
    numbers = pd.Series(["22 12 34 56", None, "22 12 34 56", "070-1234567"], dtype="str")
    regions = pd.Series(["NO", "NO", "DK", "SE"], dtype="str")
    assert e164(numbers, regions).fillna("-").tolist() == ["+4722123456", "-", "+4522123456", "+46701234567"]


# Nothing but one digit is HR's way to write that there is none, and no number whatever the library makes of it.
DIGITS = st.from_regex(r"\A\+?[0-9]{3,13}\Z").filter(lambda text: len(set(text.strip("+"))) > 1)


@pytest.mark.parametrize("day", ["2026-12-10", "2026-12-10 00:00:00", "10.12.2026", "1/2/2026"])
def test_a_day_is_no_number(day: str) -> None:
    assert one(day, "SE") is None


@pytest.mark.parametrize("number", ["000000", "00-000 00", "+0", "111 111 11 11", "+99999999"])
def test_nothing_but_one_digit_again_and_again_is_no_number(number: str) -> None:
    assert one(number, "SE") is None


@pytest.mark.parametrize(
    "number",
    [
        *("+46 70 xxx 45 67", "070-123 45 6?", "070-123 45 **", "070-123 45 6x", "?070-123 45 67", "070_123 45 67", "070-12E 45 67"),
        *("070-123 45 67 / 070-123 45 68", "070-123 45 67 eller 68", "+46701234567, +46701234568", "070-FLOWERS"),
    ],
)
def test_no_surprise_of_a_number_with_anything_else_among_its_digits_nothing_is_made(number: str) -> None:
    assert one(number, "SE") is None


def test_what_is_far_too_long_for_a_number_takes_no_time() -> None:
    with within(2):
        assert e164(pd.Series(["(" * 30_000 + "a"], dtype="str"), pd.Series(["SE"])).isna().all()


@pytest.mark.parametrize(
    "number",
    ["Mobil: 070-123 45 67", "tel:+46701234567", "070-123 45 67 ext. 12", "070-123 45 67 #12", "(070) 123–45–67", "+46 [70] 1234567"],
)
def test_a_word_before_it_and_an_extension_are_no_part_of_a_number(number: str) -> None:
    assert one(number, "SE") == "+46701234567"


@given(st.sampled_from(["SE", "NO", "US", "GB", "DE", "IT", "FR", "HU", "JP", "AU", "CA", "RU"]), DIGITS)
def test_the_pattern_for_plain_numbers_never_disagrees_with_the_library(region: str, number: str) -> None:
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        assert one(number, region) is None
        return
    possible = phonenumbers.is_possible_number_with_reason(parsed) == phonenumbers.ValidationResult.IS_POSSIBLE
    assert one(number, region) == (phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) if possible else None)


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_numbers_as_they_are_dialled_from_abroad_are_what_the_library_reads(region: str) -> None:
    number = phonenumbers.example_number(region)
    assert number is not None
    inside = [str(number.national_number), f"0{number.national_number}", str(number.national_number)[:-1]]
    called = pd.Series([f"{prefix}{number.country_code}{each}" for prefix in ("00", "011", "001") for each in inside], dtype="str")
    plain = _plain_phones(called, region).dropna()
    assert [_parsed_phone(each, region) for each in called[plain.index]] == plain.tolist()


def test_numbers_as_they_are_dialled_from_abroad_take_no_library() -> None:
    assert _plain_phones(pd.Series(["0046701234567"], dtype="str"), "SE").tolist() == ["+46701234567"]


@pytest.mark.parametrize("region", ["SE", "NO", "US", "GB", "DE", "IT", "FR", "HU", "JP", "AU", "RU"])
def test_example_numbers_of_every_kind_survive(region: str) -> None:
    number = phonenumbers.example_number(region)
    assert number is not None
    for notation in (phonenumbers.PhoneNumberFormat.NATIONAL, phonenumbers.PhoneNumberFormat.INTERNATIONAL):
        text = phonenumbers.format_number(number, notation)
        assert one(text, region) == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
