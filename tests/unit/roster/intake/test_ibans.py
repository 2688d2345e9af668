"""IBANs by the column are what the library says one by one."""

import numpy as np
import pandas as pd
import pytest
from stdnum import iban

from roster.intake.accounts import is_iban

# Countries whose accounts hold letters, or are as short or as long as there are.
GOOD = [
    "SE3550000000054910000003",
    "NO9386011117947",
    "GB82WEST12345698765432",
    "MT84MALT011000012345MTLCAST001S",
    "FR1420041010050500013M02606",
    "LC55HEMM000100010012001200023015",
    "NL91ABNA0417164300",
]


@pytest.mark.parametrize("number", GOOD)
def test_a_number_with_the_countrys_form_and_right_check_digits_is_one(number: str) -> None:
    assert is_iban(pd.Series([number], dtype="str")).tolist() == [True]


def test_every_slip_is_found_as_the_library_finds_it() -> None:
    chance = np.random.default_rng(7)
    slips = [*GOOD, "XX3550000000054910000003", "SE35", "SE355", "SE35" + "0" * 31, "SE35 5000 0000 0549 1000 0003", "no number", "SE3５"]
    for number in GOOD:
        for _ in range(60):
            text, at = list(number), int(chance.integers(len(number)))
            text[at] = chance.choice(list("0123456789AZ"))
            slips += ["".join(text), number[:at], number + text[at]]
    expected = [bool(iban.is_valid(text, check_country=False)) for text in slips]
    assert is_iban(pd.Series(slips, dtype="str")).tolist() == expected


def test_right_check_digits_do_not_excuse_another_countrys_form() -> None:
    bank = "WEST12345698765432"
    numbers = [country + iban.calc_check_digits(f"{country}00{bank}") + bank for country in ("GB", "SE", "NO", "XX")]
    assert is_iban(pd.Series(numbers, dtype="str")).tolist() == [True, False, False, False]


def test_the_library_is_asked_once_for_a_country_and_not_once_for_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("roster.intake.accounts.iban.is_valid", lambda number, check_country: asked.append(number) or True)
    numbers = [f"SE{98 - int(f'{account:020d}281400') % 97:02d}{account:020d}" for account in range(1000)]
    assert is_iban(pd.Series(numbers, dtype="str")).all()
    assert len(asked) == 1


def test_a_missing_number_is_none_and_the_rows_keep_their_places() -> None:
    found = is_iban(pd.Series([None, GOOD[0], None], index=[7, 3, 5], dtype="str"))
    assert found.to_dict() == {7: False, 3: True, 5: False}
    assert is_iban(pd.Series([], dtype="str")).empty
