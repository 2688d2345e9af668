"""No file of changes is missed, and none is put on what came after it."""

from datetime import date

import pytest

from roster.intake.sequence import Changes, Position, check, next_day
from roster.unfit import Unfit

NUMBERED = Changes(number_in_name=r"(?P<number>\d+)")
DAILY, WEEKDAYS, WEEKLY = Changes(), Changes(every="weekday"), Changes(every="week")


def at(number: int | None = None, day: str | None = None, full: bool = False) -> Position:
    return Position(number, date.fromisoformat(day) if day else None, full)


def refused(new: Position, last: Position | None, changes: Changes = NUMBERED) -> str:
    try:
        check(new, last, changes)
    except Unfit as unfit:
        return unfit.message
    return ""


@pytest.mark.parametrize(
    ("new", "last", "said"),
    [
        (at(8), at(7), ""),
        (at(9), at(7), "number 8 is not taken in, and this is number 9"),
        (at(12), at(7), "numbers 8 to 11 are not taken in, and this is number 12"),
        (at(7), at(7), "It is number 7, and number 7 was taken in"),
        (at(6), at(7), "It is number 6, and number 7 was taken in"),
        (at(7), at(7, full=True), "It is number 7, and number 7 was taken in"),
        (at(12, full=True), at(7), ""),
        (at(7, full=True), at(7), ""),
        (at(6, full=True), at(7), "It is number 6, and number 7 was taken in"),
        (at(None, full=True), at(7), ""),
        (at(8), at(None, full=True), ""),
        (at(8, "2026-11-30"), at(None, "2026-12-01", full=True), "It is of 2026-11-30, and that of 2026-12-01 was taken in"),
        (at(None), at(7), "has no number where `number_in_name` looks for one"),
        (at(7), None, ""),
    ],
)
def test_by_number(new: Position, last: Position | None, said: str) -> None:
    assert said in refused(new, last) if said else refused(new, last) == ""


@pytest.mark.parametrize(
    ("new", "last", "said"),
    [
        (at(None, "2026-12-02"), at(None, "2026-12-01"), ""),
        (at(None, "2026-12-03"), at(None, "2026-12-01"), "after 2026-12-01 those of 2026-12-02 come next, and these are of 2026-12-03"),
        (at(None, "2026-12-01"), at(None, "2026-12-01"), "It is of 2026-12-01, and that of 2026-12-01 was taken in"),
        (at(None, "2026-12-01"), at(None, "2026-12-01", full=True), ""),
        (at(None, "2026-11-30"), at(None, "2026-12-01", full=True), "It is of 2026-11-30"),
        (at(None, "2026-12-09", full=True), at(None, "2026-12-01"), ""),
        (at(None, "2026-11-30", full=True), at(None, "2026-12-01"), "It is of 2026-11-30"),
        (at(), at(None, "2026-12-01"), "Neither name nor trailer"),
    ],
)
def test_by_day(new: Position, last: Position, said: str) -> None:
    assert said in refused(new, last, DAILY) if said else refused(new, last, DAILY) == ""


def test_days_without_a_file_are_said_in_the_settings() -> None:
    friday, saturday, monday, tuesday = (date(2026, 12, day) for day in (4, 5, 7, 8))
    assert next_day(friday, DAILY) == saturday
    assert next_day(friday, WEEKDAYS) == monday
    assert next_day(friday, WEEKLY) == date(2026, 12, 11)
    assert refused(Position(None, monday), Position(None, friday), WEEKDAYS) == ""
    assert refused(Position(None, saturday), Position(None, friday), WEEKDAYS) == "", "one more than agreed misses nothing"
    assert "Changes were missed" in refused(Position(None, tuesday), Position(None, friday), WEEKDAYS)


def test_a_position_is_kept_as_it_is() -> None:
    for one in (at(7), at(None, "2026-12-01", full=True), at()):
        assert Position.from_json(one.to_json()) == one
