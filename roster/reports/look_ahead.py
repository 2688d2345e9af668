"""What HR's file says of the next days: who joins, leaves, goes on leave, gets another approver.

Belongs here: reading that off the people of one file. Does not belong here: who approves in the end (``roster.people.approvers``: other
rules, each destination's own), layout.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import pandas as pd

from roster.reading.lines import line_text
from roster.reports.model import COMING, RunReport
from roster.reports.tables import MOST_NUMBERS, Table, table
from roster.rules import UNREAD
from roster.vocabulary import Employment

DAYS: Final = 14
LEAVE_FROM: Final = "extra_leave_from"
"""The column that says from which day somebody is on leave, where a company maps one; as YYYY-MM-DD."""
UNREADABLE: Final = "date cannot be read"
DATES: Final = ("start_date", "end_date")
_CHAIN: Final = 20
"""How far up the chain somebody is looked for who stays."""


def look_ahead(roster: pd.DataFrame, as_of: date, days: int = DAYS) -> pd.DataFrame:
    """Who joins, leaves, goes on leave or changes approver in the next days.

    A day that is today has come: it is of tonight's changes. A last day that is today has not: they leave tomorrow.

    Args:
        roster: The people of a file, as the run stored them.
        as_of: The day that counts as today.
        days: How many days to look ahead.

    Returns:
        `COMING`, by day: ``what`` is ``joins``, ``leaves``, ``goes on leave``, ``changes approver`` or `UNREADABLE`; ``day`` an ISO date,
        of a leaver their last day; ``detail`` for a change of approver from whom to whom, for `UNREADABLE` the column.
    """
    people = roster[roster["in_scope"].astype("bool")].set_index("employee_id", drop=False)
    standing = people["employment"]
    leaves = _within(people["end_date"], as_of, days, today=True) & standing.ne("left") & ~(people["start_date"] > people["end_date"])
    joins = _within(people["start_date"], as_of, days) & standing.isin(_of("pending", "active"))
    joining = _rows(people[joins], "joins", people["start_date"])
    # Of whom the company brings in ahead, only the first day is to come.
    joining = joining.assign(detail=standing[joins].eq("active").map({True: "is brought in ahead of it"}).to_numpy())
    found = [joining, _rows(people[leaves], "leaves", people["end_date"])]
    if LEAVE_FROM in people:
        day = people[LEAVE_FROM].astype("str")
        away = _within(day, as_of, days) & standing.isin(_of("active", "pending"))
        found.append(_rows(people[away], "goes on leave", day))
    found.append(_approvers(people, people.loc[leaves, "end_date"], roster.set_index("employee_id")))
    rows = pd.concat(found, ignore_index=True).sort_values(["day", "what", "employee_id"], kind="stable")
    return pd.concat([rows, _unreadable(people)], ignore_index=True).astype("str")


@dataclass(frozen=True)
class Shown:
    """What comes, for the page."""

    table: Table
    lines: str
    """The lines of HR's file whose dates cannot be read; empty where all can."""
    earlier: bool = False
    """Whether it is by an earlier file, since the run took none in."""
    days: int = DAYS


def shown(report: RunReport) -> Shown | None:
    """What comes, by number and department; None where HR's file is not known any more."""
    if report.coming is None:
        return None
    columns = [("day", "Day", "nowrap"), ("what", "What", "text"), ("employee_id", "Employee", "id"), ("name", "Name", "text")]
    columns += [("department", "Department", "text"), ("detail", "Detail", "text")]
    lines = unreadable_lines(report.rejects) if report.intake else []  # else they are none of the file that is told of
    more = f" and {len(lines) - MOST_NUMBERS:,} more" if len(lines) > MOST_NUMBERS else ""
    coming = report.coming.assign(name=report.named(report.coming["employee_id"]))
    return Shown(table(coming, columns), ", ".join(map(line_text, lines[:MOST_NUMBERS])) + more, report.intake is None)


def unreadable_lines(rejects: pd.DataFrame) -> list[int]:
    """The lines of HR's file that have a start or end date which cannot be read: nobody knows whether they are of these days."""
    codes = rejects["code"].isin(["date", "date_ambiguous", "says_left_undated"]) | rejects["column"].isin(DATES)
    return sorted({int(line) for line in rejects.loc[codes, "line"]})


def _of(*names: Employment) -> list[Employment]:
    return list(names)


def _within(days: pd.Series, as_of: date, count: int, today: bool = False) -> pd.Series:
    first, last = as_of if today else as_of + timedelta(1), as_of + timedelta(count)
    return (days >= first.isoformat()) & (days <= last.isoformat())


def _rows(people: pd.DataFrame, what: str, day: pd.Series) -> pd.DataFrame:
    rows = people.reindex(columns=["employee_id", "department"]).assign(what=what, day=day.reindex(people.index), detail=None)
    return rows[list(COMING)]


def _approvers(people: pd.DataFrame, last_day: pd.Series, everyone: pd.DataFrame) -> pd.DataFrame:
    """Who reports to somebody that leaves in these days, and stays: the next manager up who stays approves, as far as HR's file has one."""
    manager = people["manager_id"].astype("str")
    theirs = manager.isin(last_day.index) & ~people.index.isin(last_day.index) & people["employment"].ne("left")
    leaver = manager[theirs]
    above = everyone["manager_id"].astype("str")
    up = leaver.map(above)
    able = up.isna()
    for _ in range(_CHAIN):
        able = ~up.isin(last_day.index) & up.map(everyone["employment"]).isin(_of("active")) & up.ne(pd.Series(up.index, up.index))
        if (able | up.isna()).all():
            break
        up = up.where(able, up.map(above))
    to = up.where(able)
    detail = "from " + leaver + " to " + to.fillna("somebody whom HR's file does not name")
    following = pd.to_datetime(leaver.map(last_day)) + np.timedelta64(1, "D")
    return _rows(people[theirs], "changes approver", following.dt.strftime("%Y-%m-%d")).assign(detail=detail)


def _unreadable(people: pd.DataFrame) -> pd.DataFrame:
    """Whose date is there and is none."""
    parts = []
    if UNREAD in people:
        columns = people[UNREAD].astype("str").fillna("").str.split("|")
        parts += [people[columns.map(lambda found, name=name: name in found).astype("bool")].assign(detail=name) for name in DATES]
    if LEAVE_FROM in people:
        day = people[LEAVE_FROM].astype("str")
        parts.append(people[day.notna() & pd.to_datetime(day, format="%Y-%m-%d", errors="coerce").isna()].assign(detail=LEAVE_FROM))
    rows = pd.concat(parts) if parts else people.head(0).assign(detail=None)
    return rows.reindex(columns=["employee_id", "department", "detail"]).assign(what=UNREADABLE, day=None)[list(COMING)]
