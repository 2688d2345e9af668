"""Who joins, leaves, goes on leave or gets another approver in the next days, by HR's file."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from roster.intake.employed import employment
from roster.reports.look_ahead import UNREADABLE, look_ahead, unreadable_lines
from roster.reports.page import render

TODAY = date(2026, 11, 20)


def people(**changed):
    """A chain E1 ← E2 ← E3 ← E4, all of them active; what is changed, by number."""
    rows = {
        f"E{at}": {
            "employee_id": f"E{at}",
            "manager_id": f"E{at - 1}" if at > 1 else None,
            "department": f"D{at}",
            "worker_status": "Active",
            "start_date": "2020-01-01",
            "end_date": None,
            "in_scope": True,
            "unread": None,
        }
        for at in range(1, 5)
    }
    for number, cells in changed.items():
        rows[number] = rows.get(number, {**rows["E1"], "employee_id": number, "manager_id": "E1"}) | cells
    frame = pd.DataFrame(rows.values())
    frame = frame.astype({name: "str" for name in frame if name != "in_scope"})
    return frame.assign(employment=employment(frame["worker_status"], frame["start_date"], frame["end_date"], TODAY.isoformat()))


def coming(**changed):
    return {(row.employee_id, row.what): (row.day, row.detail) for row in look_ahead(people(**changed), TODAY).itertuples()}


@pytest.mark.parametrize(
    ("day", "there"), [("2026-11-20", False), ("2026-11-21", True), ("2026-12-04", True), ("2026-12-05", False), (None, False)]
)
def test_who_joins_is_who_starts_from_tomorrow_on_within_fourteen_days(day, there):
    assert (("E5", "joins") in coming(E5={"start_date": day})) is there


@pytest.mark.parametrize("day", ["2026-11-20", "2026-12-04"])
def test_who_leaves_is_who_has_their_last_day_from_today_on(day):
    assert coming(E4={"end_date": day})["E4", "leaves"][0] == day


@pytest.mark.parametrize(
    "cells", [{"end_date": "2026-11-19"}, {"end_date": "2026-12-05"}, {"start_date": "2027-01-01", "end_date": "2026-12-01"}]
)
def test_who_has_left_leaves_later_or_comes_back_does_not_leave_now(cells):
    assert ("E4", "leaves") not in coming(E4=cells)


def test_whose_manager_leaves_gets_the_next_one_up_who_stays_on_the_day_after():
    found = coming(E3={"end_date": "2026-11-30"}, E2={"end_date": "2026-12-01"})
    assert found["E4", "changes approver"] == ("2026-12-01", "from E3 to E1")
    assert ("E3", "changes approver") not in found


def test_where_nobody_above_stays_it_says_so():
    found = coming(E2={"manager_id": None, "end_date": "2026-11-30"}, E3={"end_date": "2026-11-30"})
    assert found["E4", "changes approver"][1] == "from E3 to somebody whom HR's file does not name"


@pytest.mark.parametrize("status", ["On Leave", "Pending", "Terminated"])
def test_who_is_above_and_cannot_approve_is_passed_over(status):
    found = coming(E2={"worker_status": status}, E3={"end_date": "2026-11-30"})
    assert found["E4", "changes approver"][1] == "from E3 to E1"


def test_two_leavers_who_approve_for_each_other_end():
    found = coming(E2={"manager_id": "E3", "end_date": "2026-11-30"}, E3={"end_date": "2026-11-30"})
    assert found["E4", "changes approver"][1] == "from E3 to somebody whom HR's file does not name"


def test_who_goes_on_leave_is_told_where_hrs_file_has_a_day_for_it():
    found = look_ahead(people().assign(extra_leave_from=pd.Series(["2026-11-25", "soon", None, "2027-01-01"], dtype="str")), TODAY)
    told = {row.employee_id: (row.what, row.day) for row in found.itertuples()}
    assert told["E1"] == ("goes on leave", "2026-11-25")
    assert told["E2"][0] == UNREADABLE
    assert set(told) == {"E1", "E2"}


def test_who_is_out_of_scope_is_not_told():
    assert coming(E4={"end_date": "2026-11-25", "in_scope": False}) == {}


def test_a_file_in_which_nothing_comes_gives_no_rows_and_the_columns():
    assert list(look_ahead(people(), TODAY).columns) == ["employee_id", "department", "what", "day", "detail"]
    assert look_ahead(people(), TODAY).empty


def test_dates_that_cannot_be_read_are_told_by_line(full_run):
    rejects = pd.DataFrame({"line": [7, 9, 12], "column": ["end_date", "email", "start_date"], "code": ["date", "email", "date_ambiguous"]})
    assert unreadable_lines(rejects) == [7, 12]
    rows = full_run.rejects.assign(column="end_date", code="date")
    page = render(replace(full_run, rejects=rows, coming=look_ahead(people(), TODAY)))
    assert "Dates that cannot be read" in page
    assert str(unreadable_lines(rows)[0]) in page


def test_the_page_has_who_comes_with_number_department_and_name(full_run):
    page = render(replace(full_run, coming=look_ahead(people(E4={"end_date": "2026-11-25"}), TODAY), names={"E4": "Åsa Öst"}))
    assert "The next 14 days" in page
    assert all(text in page for text in ("D4", "Åsa Öst", "leaves", "2026-11-25"))
    assert 'id="coming"' not in render(full_run)


def test_of_a_night_that_took_no_file_in_it_is_said_by_which_file_that_is(full_run):
    stopped = replace(full_run, intake=None, coming=look_ahead(people(), TODAY))
    assert "By the file that was last taken in" in render(stopped)
    assert "By the file that was last taken in" not in render(replace(stopped, intake=full_run.intake))


def test_who_was_brought_in_ahead_is_told_as_that_until_their_first_day():
    frame = people(E5={"start_date": "2026-11-25"}, E6={"start_date": "2026-11-26"})
    ahead = frame.assign(employment=frame["employment"].mask(frame["employee_id"].eq("E5"), "active"))
    found = look_ahead(ahead, TODAY).set_index("employee_id")["detail"]
    assert found["E5"] == "is brought in ahead of it"
    assert pd.isna(found["E6"])
