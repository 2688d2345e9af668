"""Which day HR's notation means, and which dates cannot be meant."""

import io
from datetime import date, datetime
from zoneinfo import ZoneInfo

import openpyxl
import pandas as pd
import pytest
from pydantic import ValidationError

from roster.intake.dates import Calendar, days
from roster.intake.take_in import take_in
from roster.settings import CsvFormat, People, Source
from tests.unit.roster.intake.test_intake import AS_OF, COLUMNS, dispositions, intake, line

STOCKHOLM, NEW_YORK = ZoneInfo("Europe/Stockholm"), ZoneInfo("America/New_York")
MOMENT = "%Y-%m-%dT%H:%M:%S"


def read(text: str, *formats: str, zone: ZoneInfo | None = STOCKHOLM, ends: bool = False, **source: object) -> str | None:
    """The day of one value; None where it is not used."""
    given = Source.model_validate({"column": "Date", "format": list(formats)} | source)
    found = days(pd.Series([text], dtype="str"), given, Calendar(AS_OF, zone), ends=ends)
    return None if found.unreadable[0] else str(found.iso[0])


@pytest.mark.parametrize(
    ("text", "format", "zone", "day"),
    [
        ("2027-01-31T23:00:00Z", MOMENT + "Z", STOCKHOLM, "2027-02-01"),
        ("2027-04-30T22:00:00Z", MOMENT + "Z", STOCKHOLM, "2027-05-01"),
        ("2027-01-31T22:59:59Z", MOMENT + "Z", STOCKHOLM, "2027-01-31"),
        ("2027-02-01T03:00:00Z", MOMENT + "Z", NEW_YORK, "2027-01-31"),
        ("2027-01-31T23:00:00.000Z", MOMENT + ".%fZ", STOCKHOLM, "2027-02-01"),
        ("2027-01-31T23:00:00.0000000+00:00", MOMENT + ".%f%z", STOCKHOLM, "2027-02-01"),
        ("2027-01-31T23:00:00.1234567", MOMENT + ".%f", STOCKHOLM, "2027-01-31"),
        ("2027-01-31T23:00:00Z", MOMENT + "%z", STOCKHOLM, "2027-02-01"),
        ("2027-02-01T00:00:00+0100", MOMENT + "%z", STOCKHOLM, "2027-02-01"),
        ("2027-02-01T00:00:00+01:00", MOMENT + "%z", NEW_YORK, "2027-01-31"),
        ("2027-01-31T23:00:00+00:00", MOMENT + "+00:00", STOCKHOLM, "2027-02-01"),
        ("2027-01-31T18:00:00-0500", MOMENT + "-0500", STOCKHOLM, "2027-02-01"),
        ("2027-01-31 23:00 UTC", "%Y-%m-%d %H:%M UTC", STOCKHOLM, "2027-02-01"),
        ("2027-01-31 23:00 GMT", "%Y-%m-%d %H:%M %Z", STOCKHOLM, "2027-02-01"),
        ("2027-01-31T23:00:00", MOMENT, STOCKHOLM, "2027-01-31"),
        ("2027-01-31 23:00:00+00", "%Y-%m-%d %H:%M:%S%z", STOCKHOLM, "2027-02-01"),
        ("2027-01-31 23:00:00.123+00", "%Y-%m-%d %H:%M:%S.%f%z", STOCKHOLM, "2027-02-01"),
        ("2027-01-31 18:00:00-05", "%Y-%m-%d %H:%M:%S%z", STOCKHOLM, "2027-02-01"),
        ("20270131T230000+00", "%Y%m%dT%H%M%S%z", STOCKHOLM, "2027-02-01"),
        ("2027-01-31T23:00:00z", MOMENT + "%z", STOCKHOLM, "2027-02-01"),
        ("2027-01-31 23:00:00+00", "%Y-%m-%d %H:%M:%S+00", STOCKHOLM, "2027-02-01"),
        ("2027-01-31T23:00:00z", MOMENT + "z", STOCKHOLM, "2027-02-01"),
        ("2027-01-31T23:00:00.000Z[UTC]", MOMENT + ".000Z[UTC]", STOCKHOLM, "2027-02-01"),
        ("2027-01-31T23:00:00.0000000Z", MOMENT + ".0000000Z", STOCKHOLM, "2027-02-01"),
        ("31.01.2027 23:00 (UTC)", "%d.%m.%Y %H:%M (UTC)", STOCKHOLM, "2027-02-01"),
        ("31/01/2027 23:00:00 (GMT)", "%d/%m/%Y %H:%M:%S (GMT)", STOCKHOLM, "2027-02-01"),
        ("2027-01-31 23:00:00 UTC+0", "%Y-%m-%d %H:%M:%S UTC+0", STOCKHOLM, "2027-02-01"),
        ("2027-01-31 23:00:00 UTC+1", "%Y-%m-%d %H:%M:%S UTC+1", STOCKHOLM, "2027-01-31"),
        ("Sun Jan 31 23:00:00 UTC 2027", "%a %b %d %H:%M:%S UTC %Y", STOCKHOLM, "2027-02-01"),
        ("2027-01-31 18:00:00 EST", "%Y-%m-%d %H:%M:%S EST", STOCKHOLM, "2027-02-01"),
        ("2027-01-31 23:00:00 CET", "%Y-%m-%d %H:%M:%S CET", STOCKHOLM, "2027-01-31"),
        ("2027-01-31 18:00 America/New_York", "%Y-%m-%d %H:%M America/New_York", STOCKHOLM, "2027-02-01"),
        ("2027-01-31T23:00:00Z", "%Y-%m-%dT23:00:00Z", STOCKHOLM, "2027-02-01"),
        ("2027-01-31T00:00:00Z", "%Y-%m-%dT00:00:00Z", NEW_YORK, "2027-01-31"),
        ("2027-01-31 23:00 Uhr", "%Y-%m-%d %H:%M Uhr", STOCKHOLM, "2027-01-31"),
        ("2027-01-31+01:00", "%Y-%m-%d+01:00", NEW_YORK, "2027-01-31"),
        ("2027-01-31Z", "%Y-%m-%dZ", NEW_YORK, "2027-01-31"),
        ("2027-01-31+0100", "%Y-%m-%d%z", NEW_YORK, "2027-01-31"),
        ("9999-12-31T23:59:59Z", MOMENT + "Z", STOCKHOLM, "9999-12-31"),
        ("2027-01-31T23:00:00Z", MOMENT + "Z", None, None),
    ],
)
def test_a_moment_is_a_day_in_the_companys_zone(text: str, format: str, zone: ZoneInfo | None, day: str | None) -> None:
    assert read(text, format, zone=zone) == day


@pytest.mark.parametrize("zone", ["CST", "IST", "XYZ", "Europe/Atlantis"])
def test_no_surprise_a_format_in_a_zone_that_nobody_knows_is_refused_by_the_settings(zone: str) -> None:
    with pytest.raises(ValidationError, match=r"format 2 has a clock time in a zone that is not known: write %z for an offset or Z"):
        Source.model_validate({"column": "Date", "format": ["%Y-%m-%d", f"%Y-%m-%d %H:%M:%S {zone}"]})
    Source.model_validate({"column": "Date", "format": f"%Y-%m-%d {zone}"})


@pytest.mark.parametrize(
    ("text", "years_from", "day"),
    [
        ("15.08.68", None, "1968-08-15"),
        ("15.08.27", None, "2027-08-15"),
        ("15.08.36", None, "2036-08-15"),
        ("15.08.37", None, "1937-08-15"),
        ("15.08.68", 1970, "2068-08-15"),
        ("29.02.00", 1901, "2000-02-29"),
        ("29.02.00", 1900, None),
    ],
)
def test_a_year_of_two_digits_is_in_the_hundred_years_that_end_ten_years_ahead_or_that_are_set(
    text: str, years_from: int | None, day: str | None
) -> None:
    assert read(text, "%d.%m.%y", years_from=years_from) == day


@pytest.mark.parametrize(
    ("text", "format", "day"),
    [
        ("01012027", "%d%m%Y", "2027-01-01"),
        ("1012027", "%d%m%Y", None),
        ("270131", "%y%m%d", "2027-01-31"),
        ("2027131", "%Y%m%d", None),
        ("1.1.2027", "%d.%m.%Y", "2027-01-01"),
    ],
)
def test_no_surprise_a_date_without_marks_that_lost_a_nought_is_no_day(text: str, format: str, day: str | None) -> None:
    assert read(text, format) == day


def test_no_surprise_a_value_that_is_two_days_in_two_formats_rejects_its_row() -> None:
    assert read("05/06/2024", "%d/%m/%Y", "%m/%d/%Y") is None
    assert read("31/01/2024", "%d/%m/%Y", "%m/%d/%Y") == "2024-01-31"
    assert read("05/05/2024", "%d/%m/%Y", "%m/%d/%Y") == "2024-05-05"
    columns = {**COLUMNS, "start_date": {"column": "From", "format": ["%d/%m/%Y", "%m/%d/%Y"]}}
    result = intake(line("1", From="05/06/2024"), line("2", From="31/01/2024"), columns=columns)
    assert dispositions(result)[2] == ("1", "rejected", "date_ambiguous")
    assert "one day or another" in result.rejects["message"][0]


NEVER = [
    "1970-01-01",
    "1969-12-31",
    "1900-01-01",
    "0001-01-01",
    "1899-12-30",
    "1753-01-01",
    "9999-12-31",
    "4712-12-31",
    "2999-12-31",
    "2079-06-06",
    "1949-12-31",
]
ZEROS = ["0000-00-00", "00.00.0000", "00000000", "0000-00-00 00:00:00", "01.01.1900", "1900-01-01T00:00:00", "19000101"]
ZEROS += ["1900-01-00", "00/01/1900", "1/0/1900", "0-Jan-00", "30.12.1899", "12/31/1899", "1899-12-30T00:00:00.000Z", "-infinity"]
AHEAD = ["31-DEC-4712", "31.12.9999", "12/31/9999", "99991231", "99.99.9999", "31.12.2099", "12/31/2199", "2958465", "infinity"]
STATUS = {"column": "Status", "values": {"A": "Active", "T": "Terminated", "L": "On Leave"}}
SHORT = [("31-DEC-12", "%d-%b-%y"), ("31.12.99", "%d.%m.%y"), ("01/01/00", "%d/%m/%y"), ("991231", "%y%m%d")]


@pytest.mark.parametrize("end", [*NEVER, *ZEROS, *AHEAD])
@pytest.mark.parametrize("start", ["2018-09-15", "", None])
def test_no_surprise_what_stands_for_no_end_is_none_with_a_start_date_or_without(end: str, start: str | None) -> None:
    columns = COLUMNS if start is not None else {name: source for name, source in COLUMNS.items() if name != "start_date"}
    rows = [line("1", Status="A", From=start or "", To=end), line("2", Status="T", From=start or "", To=end), line("3", Status="L", To=end)]
    result = intake(*rows, columns={**columns, "worker_status": STATUS})
    assert list(result.roster["employment"]) == ["active", "left", "leave"]
    assert result.roster["end_date"].isna().all()
    past = end in ZEROS or (end < "2" and end not in AHEAD)
    assert list(result.notes["code"]) == ["no_end"] * (2 if past else 0)
    assert result.facts.contradicting == 0


@pytest.mark.parametrize(
    ("ends", "told"), [(["2206-11-20", "", ""], [2]), (["2206-11-20"] * 3, []), (["2999-12-31", "2262-04-11", ""], [])]
)
def test_an_end_date_far_ahead_is_told_where_its_year_may_be_typed_wrong(ends: list[str], told: list[int]) -> None:
    result = intake(
        *(line(str(number), Status="A", To=end) for number, end in enumerate(ends, 1)), columns={**COLUMNS, "worker_status": STATUS}
    )
    assert list(result.roster["employment"]) == ["active"] * 3
    assert [result.notes["line"].tolist(), set(result.notes["code"])] == [told, {"no_end"} if told else set()]


def test_an_end_date_that_cannot_be_read_is_not_no_end() -> None:
    result = intake(line("1", Status="A", To="soon"), line("2", Status="A", To="31.02.2026"), line("3"))
    assert [dispositions(result)[number][1:] for number in (2, 3)] == [("rejected", "date")] * 2


def test_a_start_date_of_zeros_cannot_be_read() -> None:
    assert dispositions(intake(line("1", From="0000-00-00"), line("2")))[2] == ("1", "rejected", "date")


def test_the_newest_row_is_still_told_by_a_date_that_stands_for_no_end() -> None:
    rows = [line("1", To="2020-01-31", Last="Old"), line("1", To="9999-12-31", Last="New")]
    result = intake(*rows, history={"newest_by": "end_date"})
    assert list(result.roster["last_name"]) == ["New"]
    assert list(result.roster["employment"]) == ["active"]


@pytest.mark.parametrize(
    ("end", "format"), [("31-DEC-12", "%d-%b-%y"), ("31.12.99", "%d.%m.%y"), ("01/01/00", "%d/%m/%y"), ("991231", "%y%m%d")]
)
def test_no_surprise_two_digits_that_stand_for_none_end_nothing_where_a_status_says_otherwise(end: str, format: str) -> None:
    columns = {**COLUMNS, "end_date": {"column": "To", "format": format}}
    result = intake(line("1", Status="A", To=end), line("2", Status="T", To=end), line("3", To=end), columns=columns)
    assert list(result.roster["employment"]) == ["active", "left", "left"], "without a status in the row its end date is all there is"
    assert list(result.notes[["employee_id", "code"]].itertuples(index=False, name=None)) == [("1", "no_end")]


def test_a_cell_of_a_workbook_with_a_clock_time_is_its_day() -> None:
    book, given = openpyxl.Workbook(), {name: source for name, source in COLUMNS.items() if name != "worker_status"}
    sheet = book.active
    assert sheet is not None
    sheet.append(["No", "Mail", "First", "Last", "Boss", "From", "To", "Phone", "Country"])
    sheet.append(["1", "a@x.se", "Ann", "Li", None, datetime(2020, 1, 7, 8, 30), datetime(2026, 2, 28, 23, 59, 59), None, None])  # noqa: DTZ001
    packed = io.BytesIO()
    book.save(packed)
    people = People.model_validate({"columns": given, "absent_means": "leaver"})
    result = take_in(packed.getvalue(), CsvFormat(), people, date(2026, 2, 28))
    assert list(result.roster[["start_date", "end_date", "employment"]].itertuples(index=False, name=None)) == [
        ("2020-01-07", "2026-02-28", "active")
    ]


def test_in_text_a_clock_time_that_no_format_names_is_no_day() -> None:
    assert dispositions(intake(line("1", To="2027-01-31 23:00:00"), line("2")))[2] == ("1", "rejected", "date")


def test_people_are_counted_by_status_by_dates_and_by_both() -> None:
    rows = [line("1", Status="A"), line("2", Status="A", To="2020-01-31"), line("3", Status="T"), line("4", Status="A", From="2030-01-01")]
    counted = intake(*rows).facts.standing
    assert counted["status"] == {"active": 3, "leave": 0, "left": 1, "pending": 0}
    assert counted["dates"] == {"active": 2, "leave": 0, "left": 1, "pending": 1}
    assert counted["both"] == {"active": 1, "leave": 0, "left": 2, "pending": 1}


@pytest.mark.parametrize(
    ("row", "contradicts"),
    [
        ({"Status": "A", "To": "2025-06-30"}, True),
        ({"Status": "A", "To": "2026-02-15"}, False),
        ({"Status": "A", "To": "2019-01-31", "From": "2026-01-01"}, False),
        ({"Status": "T", "From": "2026-09-01"}, True),
        ({"Status": "T", "To": "2028-12-31"}, True),
        ({"Status": "T", "To": "2026-05-31"}, False),
        ({"Status": "T", "To": "9999-12-31"}, False),
        ({"Status": "T", "To": "2019-01-31"}, False),
        ({"Status": "Pending", "From": "2020-01-01"}, True),
        ({"Status": "Pending", "From": "2026-04-01"}, False),
        ({"Status": "On Leave"}, False),
    ],
)
def test_status_and_dates_may_contradict_each_other(row: dict[str, str], contradicts: bool) -> None:
    assert intake(line("1", **row)).facts.contradicting == contradicts


def test_without_a_status_dates_contradict_nothing() -> None:
    columns = {name: source for name, source in COLUMNS.items() if name != "worker_status"}
    assert intake(line("1", To="2019-01-31"), columns=columns).facts.contradicting == 0


@pytest.mark.parametrize(
    ("text", "format", "day"),
    [
        ("45292", "excel", "2024-01-01"),
        ("45292.0", "excel", "2024-01-01"),
        ("45292.75", "excel", "2024-01-01"),
        ("45292,5", "excel", "2024-01-01"),
        ("45291.99999999", "excel", "2024-01-01"),
        ("45291.9999", "excel", "2023-12-31"),
        ("1", "excel", "1900-01-01"),
        ("59", "excel", "1900-02-28"),
        ("61", "excel", "1900-03-01"),
        ("2958465", "excel", "9999-12-31"),
        ("43830", "excel-1904", "2024-01-01"),
        ("0", "excel-1904", "1904-01-01"),
        ("2957003", "excel-1904", "9999-12-31"),
        ("0", "excel", None),
        ("60", "excel", None),
        ("2958466", "excel", None),
        ("2957004", "excel-1904", None),
        ("20240101", "excel", None),
        ("-1", "excel", None),
        ("4,5E+04", "excel", None),
        ("45 292", "excel", None),
        ("2024-01-01", "excel", None),
    ],
)
def test_a_workbooks_serial_number_is_a_day(text: str, format: str, day: str | None) -> None:
    assert read(text, format) == day


def test_serial_numbers_and_written_dates_stand_beside_each_other() -> None:
    assert [read(text, "%d.%m.%Y", "excel") for text in ("45292", "01.01.2024")] == ["2024-01-01", "2024-01-01"]


def test_no_surprise_a_serial_number_that_may_be_another_date_is_not_used() -> None:
    assert read("150124", "%d%m%y", "excel") is None


@pytest.mark.parametrize("text", ["2958465", "0", "1", "25569"])
def test_an_end_by_a_serial_number_that_stands_for_none_is_none(text: str) -> None:
    format = {"column": "To", "format": "excel"}
    result = intake(line("1", To=text), columns=COLUMNS | {"end_date": format})
    assert result.roster["employment"].tolist() == ["active"]


def test_a_workbooks_numbers_are_read_as_serial_numbers() -> None:
    book = openpyxl.Workbook()
    book.active.append(["No", "First", "Last", "Mail", "To"])
    book.active.append(["7", "Ada", "Ek", "ada@acme.example", 45292])
    book.active.append(["8", "Bo", "Ek", "bo@acme.example", 99999.5])
    written = io.BytesIO()
    book.save(written)
    columns = {"employee_id": "No", "first_name": "First", "last_name": "Last", "email": "Mail"}
    people = People.model_validate({"absent_means": "leaver", "columns": columns | {"end_date": {"column": "To", "format": "excel"}}})
    roster = take_in(written.getvalue(), CsvFormat(), people, AS_OF).roster
    assert roster[["end_date", "employment"]].to_numpy().tolist()[0] == ["2024-01-01", "left"]
    assert roster["employment"].tolist() == ["left", "active"]


@pytest.mark.parametrize("format", ["Excel", "excel 1904", "YYYY-MM-DD", ""])
def test_a_format_that_reads_no_day_is_refused(format: str) -> None:
    with pytest.raises(ValueError, match="format 2 is none"):
        Source.model_validate({"column": "To", "format": ["%Y-%m-%d", format]})


def test_any_column_with_a_format_is_one_of_days_by_which_rows_are_compared() -> None:
    given = {"columns": COLUMNS | {"extra_changed": {"column": "Kind", "format": "%d.%m.%Y"}}, "history": {"newest_by": "extra_changed"}}
    result = intake(line("1", Kind="30.10.2026"), line("1", Kind="05.11.2026"), line("2", Kind="soon"), **given)
    assert dispositions(result) == {2: ("1", "superseded", "older"), 3: ("1", "used", None), 4: ("2", "used", None)}
    assert result.roster["extra_changed"].fillna("").tolist() == ["2026-11-05", ""]
    assert result.notes[["line", "column", "code"]].to_numpy().tolist() == [[4, "extra_changed", "date"]]
