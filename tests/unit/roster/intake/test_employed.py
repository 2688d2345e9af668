"""Who is employed on a day, by status, dates, the zone in which they work, and the rules that the settings state."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from roster.intake.employed import employment
from roster.intake.leavers import rejected_leavers
from roster.intake.take_in import IntakeResult, take_in
from roster.people.chain import approval_chain
from roster.settings import Approvers, CsvFormat, People
from tests.unit.roster.intake import test_intake
from tests.unit.roster.intake.test_intake import AS_OF, HEADER, dispositions, line

COLUMNS = test_intake.COLUMNS | {
    "worker_status": {
        "column": "Status",
        "values": {"A": "Active", "L": "On Leave", "P": "Pending", "T": "Terminated"},
        "default": "Active",
    }
}
YESTERDAY, TODAY, TOMORROW, LONG_AGO = "2026-02-28", "2026-03-01", "2026-03-02", "2019-01-01"


@pytest.mark.parametrize(
    ("status", "start", "end", "expected"),
    [
        ("Active", LONG_AGO, None, "active"),
        ("Active", None, None, "active"),
        ("Active", TODAY, None, "active"),
        ("Active", TOMORROW, None, "pending"),
        ("Active", LONG_AGO, TODAY, "active"),
        ("Active", LONG_AGO, YESTERDAY, "left"),
        ("Active", None, YESTERDAY, "left"),
        ("Active", YESTERDAY, LONG_AGO, "active"),
        ("Active", TOMORROW, LONG_AGO, "pending"),
        ("On Leave", LONG_AGO, None, "leave"),
        ("On Leave", LONG_AGO, YESTERDAY, "left"),
        ("On Leave", TOMORROW, None, "pending"),
        ("Pending", None, None, "pending"),
        ("Pending", LONG_AGO, YESTERDAY, "left"),
        ("Terminated", LONG_AGO, None, "left"),
        ("Terminated", LONG_AGO, YESTERDAY, "left"),
        ("Terminated", LONG_AGO, TODAY, "active"),
        ("Terminated", LONG_AGO, TOMORROW, "active"),
        ("Terminated", YESTERDAY, LONG_AGO, "left"),
        ("Terminated", TOMORROW, None, "left"),
    ],
)
def test_status_and_dates_say_where_a_person_stands(status: str, start: str | None, end: str | None, expected: str) -> None:
    row = pd.DataFrame({"status": [status], "start": [start], "end": [end]}, index=[7], dtype="str")
    assert employment(row["status"], row["start"], row["end"], TODAY).to_dict() == {7: expected}


def intake(*rows: str, **settings: object) -> IntakeResult:
    return test_intake.intake(*rows, **({"columns": COLUMNS} | settings))


def standing(*rows: str, **settings: object) -> dict[str, str]:
    roster = intake(*rows, **settings).roster
    return dict(zip(roster["employee_id"], roster["employment"], strict=True))


@pytest.mark.parametrize(
    ("status", "start", "days", "expected"),
    [
        ("A", "2026-03-08", 7, "active"),
        ("A", "2026-03-09", 7, "pending"),
        ("A", "2026-03-02", 0, "pending"),
        ("P", "2026-03-08", 7, "active"),
        ("P", "2026-02-01", 7, "active"),
        ("P", "2026-02-01", 0, "pending"),
        ("P", "", 7, "pending"),
        ("L", "2026-03-08", 7, "leave"),
        ("T", "2026-03-08", 7, "left"),
    ],
)
def test_joiners_are_brought_in_so_many_days_ahead(status: str, start: str, days: int, expected: str) -> None:
    assert standing(line("1"), line("2", Status=status, From=start), starts_ahead=days)["2"] == expected


def test_approver_who_is_brought_in_ahead_approves_from_their_first_day_on() -> None:
    rows = [line("1"), line("2", boss="1", From="2026-03-05"), line("3", boss="2")]
    roster = intake(
        *rows, starts_ahead=14, columns={name: one for name, one in COLUMNS.items() if name != "manager_email"} | {"manager_id": "Boss"}
    ).roster
    there = pd.DataFrame({"account": [], "number": [], "email": [], "active": [], "approver": []}, dtype="str").astype({"active": bool})
    chain = approval_chain(roster, there, there.rename(columns={"number": "employee_id"}), Approvers(), "leaver", b"key")
    found = chain.approvals.set_index("employee_id")[["approver_id", "repair"]].astype("object")
    assert found.loc["3"].tolist() == ["1", "not_started"]
    assert found.loc["2", "approver_id"] == "1"


ENDED = {"From": "2020-01-01", "To": "2026-02-28"}
TO_END = {"From": "2020-01-01", "To": "2026-03-31"}


@pytest.mark.parametrize(
    ("cells", "dates_win", "status_wins"),
    [
        (ENDED | {"Status": "A"}, "left", "active"),
        (ENDED | {"Status": "L"}, "left", "leave"),
        (ENDED | {"Status": "P"}, "left", "pending"),
        (TO_END | {"Status": "T"}, "active", "left"),
    ],
)
def test_what_contradicts_itself_is_as_the_settings_say(cells: dict[str, str], dates_win: str, status_wins: str) -> None:
    rows = [line("1"), line("2", **cells)]
    assert standing(*rows)["2"] == standing(*rows, contradictions="dates_win")["2"] == dates_win
    by_status = intake(*rows, contradictions="status_wins")
    assert by_status.roster.set_index("employee_id")["employment"]["2"] == status_wins
    # No later step goes by that date: no grace is counted from it, and no report tells that somebody leaves on it.
    assert by_status.roster["end_date"].isna().all()
    assert ("end_date", "status_counts") in set(zip(by_status.notes["column"], by_status.notes["code"], strict=True))
    rejected = intake(*rows, contradictions="reject")
    assert dispositions(rejected)[3] == ("2", "rejected", "status_and_end")
    assert rejected_leavers(rejected.rejects) == frozenset()


@pytest.mark.parametrize("status", ["A", "L"])
@pytest.mark.parametrize("end", ["2000-01-01", "1999-12-31", "2001-01-01", "1951-07-31", "2006-02-28"])
def test_no_surprise_who_is_here_by_their_status_and_left_decades_ago_by_a_date_is_neither_taken_out_nor_kept(
    end: str, status: str
) -> None:
    rows = [line("1"), line("2", Status=status, From="", To=end)]
    found = intake(*rows)
    assert dispositions(found)[3] == ("2", "rejected", "end_long_past")
    assert rejected_leavers(found.rejects) == frozenset()
    assert standing(*rows, contradictions="status_wins")["2"] == ("active" if status == "A" else "leave")


@pytest.mark.parametrize(
    "cells",
    [
        {"Status": "", "From": "", "To": "2000-01-01"},
        {"Status": "T", "From": "", "To": "2000-01-01"},
        {"Status": "A", "From": "", "To": "2006-03-02"},
    ],
    ids=["the status is only the default", "left by the status", "less than twenty years ago"],
)
def test_no_surprise_who_has_left_by_what_their_row_says_stays_left(cells: dict[str, str]) -> None:
    assert standing(line("1"), line("2", **cells))["2"] == "left"


def test_an_old_row_of_somebody_who_is_here_by_another_one_is_as_ever() -> None:
    found = intake(line("1"), line("2", From="1998-01-01", To="2000-01-01"), line("2", From="2020-01-01"))
    assert {number for number, *_ in dispositions(found).values()} == {"1", "2"}
    assert found.rejects.empty


@pytest.mark.parametrize("day", ["1950-01-01", "1960-01-01", "1970-01-01", "1979-11-30", "1980-01-01"])
def test_a_day_from_which_programs_count_ends_nothing_whatever_says_so(day: str) -> None:
    assert standing(line("1"), line("2", Status="", From="", To=day))["2"] == "active"
    assert standing(line("1"), line("2", Status="T", From="", To=day))["2"] == "left"


@pytest.mark.parametrize(
    "cells",
    [
        {"Status": "T", "To": "2026-03-01"},
        {"Status": "T", "To": "2026-02-28"},
        {"Status": "A", "To": "2026-03-01"},
        {"Status": "A", "From": "2026-01-01", "To": "2025-01-31"},
        {"Status": "A", "To": "9999-12-31"},
        {"Status": "T", "To": "9999-12-31"},
    ],
    ids=["on the last day", "after it", "active on it", "an end of last time", "no end", "left without an end"],
)
def test_what_does_not_contradict_itself_is_as_ever(cells: dict[str, str]) -> None:
    rows = [line("1"), line("2", **cells)]
    assert standing(*rows, contradictions="reject") == standing(*rows, contradictions="status_wins") == standing(*rows)


def test_where_the_status_counts_an_end_date_that_cannot_be_read_keeps_nobody() -> None:
    rows = [line("1"), line("2", Status="T", To="31 Feb"), line("3", Status="A", To="31 Feb")]
    found = dispositions(intake(*rows, contradictions="status_wins"))
    assert found[3] == ("2", "used", None)
    assert found[4][1:] == ("rejected", "date")
    assert standing(*rows, contradictions="status_wins")["2"] == "left"


def test_limits_count_what_contradicts_itself_whatever_counts() -> None:
    long_ago = line("2", Status="A", To="2020-01-01", From="2019-01-01")
    assert intake(line("1"), long_ago, contradictions="status_wins").facts.contradicting == 1


NIGHT = datetime(2026, 3, 1, 2, 0, tzinfo=ZoneInfo("Europe/Stockholm"))
EVENING = datetime(2026, 3, 1, 20, 0, tzinfo=ZoneInfo("Europe/Stockholm"))


@pytest.mark.parametrize(
    ("zone", "cells", "moment", "expected"),
    [
        ("America/Los_Angeles", {"To": "2026-02-28"}, NIGHT, "active"),
        ("america/los_angeles", {"To": "2026-02-28"}, NIGHT, "active"),
        ("America/Los_Angeles", {"To": "2026-02-28"}, EVENING, "left"),
        ("America/Los_Angeles", {"To": "2026-02-27"}, NIGHT, "left"),
        ("America/Los_Angeles", {"From": "2026-03-01"}, NIGHT, "pending"),
        ("Pacific/Auckland", {"To": "2026-03-01"}, EVENING, "left"),
        ("Pacific/Auckland", {"To": "2026-03-01"}, NIGHT, "active"),
        ("Pacific/Auckland", {"From": "2026-03-02"}, EVENING, "active"),
        ("", {"To": "2026-02-28"}, NIGHT, "left"),
        ("Mars/Phobos", {"To": "2026-02-28"}, NIGHT, "left"),
    ],
)
def test_a_day_is_over_where_somebody_works(zone: str, cells: dict[str, str], moment: datetime, expected: str) -> None:
    columns = COLUMNS | {"zone": "Zone"}
    data = (f"{HEADER},Zone\n{line('1')},\n{line('2', **cells)},{zone}\n").encode()
    people = People.model_validate({"columns": columns, "absent_means": "leaver"})
    stockholm = ZoneInfo("Europe/Stockholm")
    result = take_in(data, CsvFormat(), people, AS_OF, zone=stockholm, moment=moment)
    assert result.roster.set_index("employee_id")["employment"]["2"] == expected
    told = result.notes.loc[result.notes["column"].eq("zone"), "code"].tolist()
    assert told == (["zone"] if zone.startswith("Mars") else [])


def test_a_zone_is_looked_up_by_country_and_no_day_without_a_moment() -> None:
    columns = COLUMNS | {"zone": {"column": "Country", "lookup": {"US": "America/Los_Angeles"}}}
    rows = "\n".join([HEADER, line("1"), line("2", Country="US", To="2026-02-28")]).encode()
    people = People.model_validate({"columns": columns, "absent_means": "leaver"})
    found = [take_in(rows, CsvFormat(), people, AS_OF, zone=NIGHT.tzinfo, moment=at).roster["employment"][1] for at in (NIGHT, None)]
    assert found == ["active", "left"]


LAST = {"First": "Ada", "Last": "Ek", "mail": "ada@acme.example"}


@pytest.mark.parametrize(
    ("before", "after", "employment", "reasons"),
    [
        # The last day is today, and the next row begins tomorrow.
        ({"From": "2020-01-01", "To": "2026-03-01"}, {"From": "2026-03-02"}, "active", [None, "not_begun"]),
        ({"From": "2020-01-01", "To": "2026-03-01"}, {"From": "2026-03-02", "Status": "P"}, "active", [None, "not_begun"]),
        ({"From": "2020-01-01", "To": "2026-06-30"}, {"From": "2026-07-15"}, "active", [None, "not_begun"]),
        # The first of March 2026 is a Sunday: they left on Friday and begin on Monday.
        ({"From": "2020-01-01", "To": "2026-02-27"}, {"From": "2026-03-02"}, "active", ["rehired", None]),
        ({"From": "2020-01-01", "To": "2026-02-27", "Status": "T"}, {"From": "2026-03-02", "Status": "P"}, "active", ["rehired", None]),
        ({"From": "2020-01-01", "To": "2026-02-28", "Status": "T"}, {"From": "2026-03-01"}, "active", ["rehired", None]),
        ({"From": "2020-01-01", "To": "2026-03-01"}, {"From": "2026-03-01"}, "active", ["rehired", None]),
        # Longer than over a weekend is away.
        ({"From": "2020-01-01", "To": "2026-02-27"}, {"From": "2026-03-03"}, "left", [None, "not_begun"]),
        ({"From": "2020-01-01", "Status": "T"}, {"From": "2026-03-02"}, "left", [None, "not_begun"]),
    ],
)
def test_who_ends_and_begins_again_at_once_neither_leaves_nor_joins(
    before: dict[str, str], after: dict[str, str], employment: str, reasons: list[str | None]
) -> None:
    for rows, wanted in (((before, after), reasons), ((after, before), reasons[::-1])):
        result = intake(line("1"), *(line("2", **LAST | row) for row in rows))
        assert standing(line("1"), *(line("2", **LAST | row) for row in rows))["2"] == employment
        assert [dispositions(result)[at][2] for at in (3, 4)] == wanted


def test_no_surprise_somebody_else_who_begins_under_the_number_is_not_bridged() -> None:
    rows = [line("2", From="2020-01-01", To="2026-02-27"), line("2", First="Bo", Last="Berg", mail="bo@acme.example", From="2026-03-02")]
    assert standing(line("1"), *rows)["2"] == "left"
    running = [line("2", From="2020-01-01", To="2026-03-01"), rows[1]]
    assert {dispositions(intake(line("1"), *running))[at][1] for at in (3, 4)} == {"rejected"}


def test_approver_who_only_changes_rows_over_a_weekend_goes_on_approving() -> None:
    rows = [line("2", **LAST, From="2020-01-01", To="2026-02-27"), line("2", **LAST, From="2026-03-02")]
    roster = intake(line("1"), *rows, starts_ahead=14).roster.set_index("employee_id")
    assert not roster["ahead"]["2"]


def test_who_is_ahead_of_the_row_that_follows_is_here_by_the_row_before() -> None:
    rows = [line("2", **LAST, From="2020-01-01", To="2026-03-01"), line("2", **LAST, From="2026-03-02")]
    assert [dispositions(intake(line("1"), *rows, starts_ahead=14))[at][2] for at in (3, 4)] == [None, "not_begun"]
