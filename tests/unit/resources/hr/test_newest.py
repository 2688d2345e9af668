"""Which of several exports is the newest by their names."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from resources.failures import Permanent
from resources.hr.newest import OF_ONE_DAY, Choice, beside_alike, by_name, by_time
from roster.reading.called import called
from roster.settings import Changes, CsvFormat

BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
TODAY = date(2026, 11, 30)


@dataclass(frozen=True)
class File:
    name: str
    modified: datetime | None


def arrived(*names: str, times: bool = True) -> list[File]:
    """Files in the order in which they came, as a listing has them: by name."""
    files = [File(name, BEGAN + timedelta(days=number) if times else None) for number, name in enumerate(names)]
    return sorted(files, key=lambda file: file.name)


def choice(*names: str, times: bool = True, **format: str) -> Choice[File]:
    return by_name(arrived(*names, times=times), CsvFormat.model_validate(format), "*people*", TODAY)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("people_30.11.2026.csv", "people_01.12.2026.csv"),
        ("people_30.11.2026.csv", "people_1.12.2026.csv"),
        ("people_30Nov2026.csv", "people_01Dec2026.csv"),
        ("people_30-11-2026.csv", "people_01-12-2026.csv"),
        ("people_30112026.csv", "people_01122026.csv"),
        ("30_11_2026 people.csv", "01_12_2026 people.csv"),
    ],
)
@pytest.mark.parametrize("times", [True, False])
def test_names_that_do_not_sort_by_date_are_read_by_the_day_in_them_and_it_is_said(earlier: str, later: str, times: bool) -> None:
    found = choice(earlier, later, times=times)
    assert found.file.name == later
    assert found.remarks == (
        f"The names of HR's files do not sort by date: {called(earlier, '*people*')} is the last by name, "
        f"and {called(later, '*people*')} is newer and is read",
    )


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("people_06-10-2026.csv", "people_05-11-2026.csv"),
        ("people_301126.csv", "people_011226.csv"),
        ("people_301120260600.csv", "people_011220260600.csv"),
        ("people_KW53_2026.csv", "people_KW01_2027.csv"),
        ("people_12-2026.csv", "people_01-2027.csv"),
        ("people_365-2026.csv", "people_001-2027.csv"),
        ("people_999.csv", "people_001.csv"),
        ("people_20263011.csv", "people_20260112.csv"),
        ("people_30112569.csv", "people_01122569.csv"),
        ("people_nov.csv", "people_dec.csv"),
        ("people_final.csv", "people.csv"),
        ("people_old.csv", "people_2026-11-30.csv"),
    ],
)
def test_no_surprise_where_names_cannot_tell_and_another_file_came_later_none_is_read(earlier: str, later: str) -> None:
    with pytest.raises(Permanent, match=r"cannot be told.*is the last by name.*date_in_name") as refused:
        choice(earlier, later)
    assert called(earlier, "*people*") in str(refused.value)
    assert called(later, "*people*") in str(refused.value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("people_2026-11-29.csv", "people_2026-11-30.csv"),
        ("people_20261130.csv", "people_20261201.csv"),
        ("people_261130.csv", "people_261201.csv"),
        ("people_1.csv", "people_2.csv"),
        ("people_2026-11.csv", "people_2026-12.csv"),
        ("people_11-30-2026.csv", "people_12-01-2026.csv"),
        ("people_20261130040000.csv", "people_20261201040000.csv"),
    ],
)
def test_names_that_sort_by_date_decide_without_a_word(one: str, other: str) -> None:
    assert choice(one, other) == Choice(arrived(one, other)[1])


def test_a_day_that_is_newer_is_newer_though_the_file_came_earlier() -> None:
    assert choice("people_2026-11-30.csv", "people_2026-11-29.csv").file.name == "people_2026-11-30.csv"


@pytest.mark.parametrize(("hours", "together"), [(0, True), (1, True), (12, True), (13, False), (23, False)])
def test_names_of_one_shape_decide_where_files_were_copied_and_not_where_one_came_a_night_later(hours: int, together: bool) -> None:
    files = sorted(of_one_day("people_KW53_2026.csv", "people_KW01_2027.csv", hours=hours), key=lambda file: file.name)
    if together:
        assert by_name(files, CsvFormat(), "people_*.csv").file.name == "people_KW53_2026.csv"
    else:
        with pytest.raises(Permanent, match="cannot be told"):
            by_name(files, CsvFormat(), "people_*.csv")


def test_numbers_that_the_settings_describe_decide_whenever_a_file_came() -> None:
    numbered = CsvFormat().of_changes(Changes(number_in_name=r"(?P<number>\d+)"))
    assert by_name(arrived("people_2.csv", "people_1.csv"), numbered, "people_*.csv").file.name == "people_2.csv"


@pytest.mark.parametrize(
    ("chosen", "other", "hours", "newer"),
    [
        ("people_1.csv", "people_2.CSV", 1, True),
        ("people_2.csv", "people_1.CSV", -1, False),
        ("people_2026-11-20.csv", "PEOPLE_2026-11-21.csv", -1, True),
        ("people_2026-11-22.csv", "PEOPLE_2026-11-21.csv", 1, False),
    ],
)
def test_a_newer_file_that_is_not_meant_for_its_capitals_alone_is_told(chosen: str, other: str, hours: int, newer: bool) -> None:
    alike = File(other, BEGAN + timedelta(hours=hours))
    found = beside_alike(Choice(File(chosen, BEGAN)), [alike], CsvFormat(), "people_*.csv")
    remark = "A newer file is not read, since its name differs from that in the settings in upper and lower case: "
    assert found.remarks == ((f"{remark}{called(other, 'people_*.csv')}",) if newer else ())


def test_numbers_count_as_numbers() -> None:
    assert choice("people_9.csv", "people_10.csv").file.name == "people_10.csv"
    assert choice("people_9.csv", "people_10.csv", times=False).file.name == "people_10.csv"


def test_a_pattern_of_the_settings_says_which_day_it_is() -> None:
    given = {"date_in_name": r"_(?P<date>\d{2}-\d{2}-\d{4})", "date_in_name_format": "%d-%m-%Y"}
    assert choice("people_06-10-2026.csv", "people_05-11-2026.csv", **given).file.name == "people_05-11-2026.csv"
    given["date_in_name_format"] = "%m-%d-%Y"
    assert choice("people_05-11-2026.csv", "people_06-10-2026.csv", **given).file.name == "people_06-10-2026.csv"


def test_a_name_without_the_day_that_the_settings_want_is_refused_where_it_would_have_been_read() -> None:
    given = {"date_in_name": r"_(?P<date>\d{8})"}
    assert choice("people_20261130.csv", "people_new.csv", **given).file.name == "people_new.csv"
    assert choice("people_20261130.csv", "a_note.csv", **given).file.name == "people_20261130.csv"


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("people_2026-11-30.csv", "people_2026-11-30 (1).csv"),
        ("people_2026-11-30.csv", "people_2026-11-30_corrected.csv"),
        ("people_2026-11-30_0400.csv", "people_2026-11-30_1500.csv"),
        ("b_30.11.2026.csv", "a_30.11.2026.csv"),
    ],
)
def test_of_two_files_of_one_day_the_one_that_came_later_is_read_and_it_is_said(earlier: str, later: str) -> None:
    found = choice("a_2026-11-01.csv", earlier, later)
    assert found.file.name == later
    assert found.remarks == (f"HR has 2 files of 2026-11-30: {called(later, '*people*')} is read, and not {called(earlier, '*people*')}",)


def of_one_day(*names: str, hours: int = 1) -> list[File]:
    """Files in the order in which they came, all within some hours."""
    return [File(name, BEGAN + timedelta(hours=hours * number)) for number, name in enumerate(names)]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("people_1.csv", "people_2.csv"),
        ("people_a.csv", "people_b.csv"),
        ("people_2026-11-01.csv", "people_2026-11-01 (1).csv"),
    ],
)
def test_a_second_file_of_a_day_is_never_passed_over_in_silence(earlier: str, later: str) -> None:
    files = of_one_day(earlier, later)
    by_the_time = by_time(files, CsvFormat(), "people_*.csv")
    by_the_name = by_name(sorted(files, key=lambda file: file.name), CsvFormat(), "people_*.csv")
    for found in (by_the_time, by_the_name):
        assert found.file.name == later
        assert found.remarks[0].startswith(OF_ONE_DAY)
        assert found.remarks[0].endswith(f"is read, and not {called(earlier, 'people_*.csv')}")


def test_files_of_other_days_are_older_and_nothing_is_said() -> None:
    days_apart = of_one_day("people_1.csv", "people_2.csv", hours=24)
    assert by_time(days_apart, CsvFormat(), "people_*.csv").remarks == ()
    assert by_name(days_apart, CsvFormat(), "people_*.csv").remarks == ()
    copied = of_one_day("people_2026-11-01.csv", "people_2026-11-02.csv", hours=0)
    assert by_time(copied, CsvFormat(), "people_*.csv").remarks == (), "their names say of which day they are"


DATED = {"date_in_name": r"_(?P<date>\d{4}-\d{2}-\d{2})"}


@pytest.mark.parametrize("given", [{}, DATED], ids=["any day", "date_in_name"])
def test_no_surprise_a_day_far_ahead_never_makes_a_file_the_newest(given: dict[str, str]) -> None:
    found = choice("people_2026-11-28.csv", "people_2062-11-29.csv", "people_2026-11-30.csv", **given)
    assert found.file.name == "people_2026-11-30.csv"
    assert found.remarks == ("No export is of a day so far ahead, and these are not read: people_2062-11-29.csv",)


@pytest.mark.parametrize("given", [{}, DATED], ids=["any day", "date_in_name"])
@pytest.mark.parametrize(
    ("names", "times"),
    [
        (("people_2062-11-30.csv",), True),
        (("people_2026-11-29.csv", "people_2062-11-30.csv"), True),
        (("people_2062-11-30.csv", "people_2026-11-29.csv"), False),
    ],
    ids=["alone", "came last", "no times"],
)
def test_no_surprise_a_file_of_a_day_far_ahead_that_may_be_the_newest_is_refused(
    given: dict[str, str], names: tuple[str, ...], times: bool
) -> None:
    with pytest.raises(Permanent, match=r"people_2062-11-30\.csv tells a day far ahead of today, 2026-11-30.*name corrected"):
        choice(*names, times=times, **given)


def test_by_time_a_day_far_ahead_is_refused_where_the_settings_take_it_for_the_day() -> None:
    files = arrived("people_2026-11-29.csv", "people_2062-11-30.csv")
    with pytest.raises(Permanent, match="far ahead of today"):
        by_time(files, CsvFormat.model_validate(DATED), "people_*.csv", TODAY)
    assert by_time(files, CsvFormat(), "people_*.csv", TODAY).file.name == "people_2062-11-30.csv"


def test_a_file_for_the_coming_month_is_read_and_later_ones_of_days_before_it_are_told() -> None:
    coming = choice("people_2026-11-30.csv", "people_2027-01-31.csv")
    assert (coming.file.name, coming.remarks) == ("people_2027-01-31.csv", ())
    found = choice("people_2026-11-28.csv", "people_2026-12-29.csv", "people_2026-11-30.csv")
    assert found.file.name == "people_2026-12-29.csv"
    assert found.remarks == ("people_2026-12-29.csv is of a day to come and is read, though later ones came: people_2026-11-30.csv",)
