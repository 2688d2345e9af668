"""Numbers with an exponent that somebody has formatted as numbers since: noughts stand where digits were lost."""

import pytest

from roster.unfit import Unfit
from tests.unit.roster.intake.test_intake import COLUMNS, intake, line

NUMBERED = {name: source for name, source in COLUMNS.items() if name != "manager_email"} | {"manager_id": "Boss"}


def rows(*numbers: str) -> list[str]:
    return [line(number, mail=f"p{at}@x.se") for at, number in enumerate(numbers)]


@pytest.mark.parametrize("noughts", [4, 5, 6, 12])
def test_no_surprise_long_numbers_of_which_six_digits_are_left_make_the_file_unfit(noughts: int) -> None:
    with pytest.raises(Unfit, match=r"3 numbers in No, the first on line 3") as caught:
        intake(*rows("17", *(f"2023{at:02}{'0' * noughts}" for at in range(1, 4))))
    assert caught.value.code == "numbers"
    assert "original export" in caught.value.advice and "format the column as a number" in caught.value.advice
    assert "202301" not in str(caught.value)


def test_no_surprise_one_number_that_was_put_right_by_hand_does_not_hide_the_others() -> None:
    with pytest.raises(Unfit, match="19 numbers"):
        intake(*rows(*(f"2023{at:02}000000" for at in range(1, 20)), "202301204017"))


@pytest.mark.parametrize("manager", ["Boss", {"column": "Boss", "refers_to": "Kind"}])
def test_no_surprise_managers_numbers_of_which_six_digits_are_left_make_the_file_unfit(manager: object) -> None:
    lines = [line(str(at), boss=f"2023{at:02}000000", Kind=str(at)) for at in range(1, 4)]
    with pytest.raises(Unfit, match="3 numbers in Boss"):
        intake(*lines, columns=NUMBERED | {"manager_id": manager})


@pytest.mark.parametrize(
    "numbers",
    [
        ["1000000001", "1000000002", "1000000003", "1000000010"],
        ["202301000000", "202302000000"],
        ["202301000000", "202302000000", "202303000000", "202304000017"],
        ["2023010000", "17", "18", "19"],
        ["2023010000", "2023010001", "2023010002"],
        ["10000", "20000", "30000", "400000000"],
        ["0001000000", "0002000000", "0003000000"],
        ["1234567000", "1234568000", "1234569000"],
    ],
)
def test_long_numbers_as_a_register_gives_them_are_numbers(numbers: list[str]) -> None:
    assert list(intake(*rows(*numbers)).roster["employee_id"]) == numbers
