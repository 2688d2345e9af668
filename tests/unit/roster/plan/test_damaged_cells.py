"""Whatever happens to any cell of HR's file, what is written afterwards is HR's word: nobody's approver, access or value is made up."""

import csv
import io
import json
from datetime import date
from functools import cache

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from destinations.expensify.settings import ExpensifyFeed
from destinations.findity.settings import FindityUsers
from roster.intake.take_in import IntakeResult, has_unidentified_rejects, take_in
from roster.people.approvers import NoApprover
from roster.plan.limits import KindLimit, Limits
from roster.settings import Approvers, CsvFormat, People
from roster.unfit import Unfit
from roster.vocabulary import KINDS
from tests import soak
from tests.unit.roster.frames import Night, members, sent, users
from tests.unit.roster.nights import at_expensify, at_findity

EXAMPLES = 300 if soak.WHOLE else 20
DAY = date(2026, 11, 20)
FIELDS = ["number", "first", "last", "mail", "boss", "state", "begun", "ended", "policy"]
HR = [
    ["201", "Alva", "Ström", "alva@acme.example", "", "A", "2010-01-15", "", "P1"],
    ["202", "Birk", "Håkansson", "birk@acme.example", "201", "A", "2011-02-15", "", "P1"],
    ["203", "Celie", "O'Hara", "celie@acme.example", "201", "A", "2012-03-15", "", "P2"],
    ["204", "Disa", "Öberg", "disa@acme.example", "202", "A", "2013-04-15", "", "P1"],
    ["205", "Egil", "Sæther", "egil@acme.example", "202", "A", "2014-05-15", "", "P2"],
    ["206", "Freja", "Lind", "freja@acme.example", "203", "A", "2015-06-15", "2031-12-31", "P1"],
]
JOINERS = [
    ["207", "Gustav", "Ågren", "gustav@acme.example", "203", "A", "2026-11-01", "", "P1"],
    ["208", "Hedda", "Vik", "hedda@acme.example", "207", "A", "2026-11-01", "", "P2"],
]
PEOPLE = People(
    columns={
        "employee_id": "number",
        "first_name": "first",
        "last_name": "last",
        "email": "mail",
        "manager_id": "boss",
        "worker_status": {"column": "state", "values": {"A": "Active", "L": "On Leave", "T": "Terminated"}},
        "start_date": "begun",
        "end_date": "ended",
        "extra_policy": "policy",
    },
    absent_means="leaver",
)
EVERYTHING = Limits(**{kind: KindLimit(count=99, share=1) for kind in KINDS if kind not in ("self_approval", "stranger", "deletion")})
"""So that nothing is held for its number: every single thing that would be written shows."""
FEED, USERS = ExpensifyFeed(policyID="extra_policy"), FindityUsers()


def damage(cell: str, other: str) -> st.SearchStrategy[str]:
    """What may become of a cell: lost, cut, padded, turned into something else, exchanged for another one of the file."""
    known = ["", " ", "NULL", "#REF!", "0", "?", "T", "L", "2.02301E+11", "1900-01-01", "31-DEC-4712", "2026-11-19", other]
    turned = [cell[:-1], f"{cell}.0", f" {cell} ", f"{cell}\u200b", f"\ufffd{cell[1:]}", cell.replace("a", "?"), f"'{cell}", cell.upper()]
    return st.sampled_from([*known, *turned, f"{cell} (On Leave)"])


@st.composite
def files(draw: st.DrawFn) -> list[list[str]]:
    """HR's rows of the second night: joiners, lost rows, and damage to some cells."""
    rows = [list(row) for row in [*HR, *JOINERS]]
    lost = draw(st.lists(st.integers(0, len(rows) - 1), max_size=2))
    rows = [row for at, row in enumerate(rows) if at not in lost]
    for _ in range(draw(st.integers(0, 4))):
        row, column = draw(st.sampled_from(rows)), draw(st.integers(0, len(FIELDS) - 1))
        other = draw(st.sampled_from(rows))[draw(st.integers(0, len(FIELDS) - 1))]
        row[column] = draw(damage(row[column], other))
    return rows


def read(rows: list[list[str]]) -> IntakeResult:
    text = io.StringIO()
    csv.writer(text).writerows([FIELDS, *rows])
    return take_in(text.getvalue().encode(), CsvFormat(), PEOPLE, DAY)


def night(result: IntakeResult, **more: object) -> Night:
    rejected = result.dispositions.loc[result.dispositions["disposition"].eq("rejected"), "employee_id"].tolist()
    circumstances = {"limits": EVERYTHING.by_kind(first=False), "unreadable_reject": has_unidentified_rejects(result.dispositions)}
    return Night(result.roster, rejected, absent_means="leaver", feed=FEED, users=USERS, circumstances=circumstances, **more)


def saying(rows: list[list[str]], number: str) -> list[dict[str, str]]:
    """The rows of the file that bear a number, blanks aside."""
    return [dict(zip(FIELDS, map(str.strip, row), strict=True)) for row in rows if row[0].strip(" '\u200b") == number]


@cache
def before(there: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What is at a destination after the first night, and what is known to have been brought there."""
    first = night(read(HR))
    _, left = at_expensify(first, members()) if there == "expensify" else at_findity(first, users())
    return left, first.acknowledged


BOSS_BEFORE = {row[0]: row[4] or row[0] for row in HR}
FALLBACKS = st.sampled_from([Approvers(), Approvers(fallback="201")])


@pytest.mark.exhaustive("damage to any cell")
@settings(max_examples=EXAMPLES)
@given(files(), FALLBACKS)
def test_no_surprise_at_expensify_whatever_happens_to_any_cell(rows: list[list[str]], approvers: Approvers) -> None:
    there, known = before("expensify")
    try:
        plan, _ = night(read(rows), acknowledged=known, approvers=approvers).expensify(there)
    except (Unfit, NoApprover):
        return  # nothing is written
    cells = written(rows)
    for record in sent(plan):
        number = record["employeeID"]
        if record["action"] == "deactivate":
            assert may_go(rows, number), f"{number} loses their access"
            continue
        if record["managerEmail"].lower() == record["employeeEmail"].lower():
            assert own_by_hr(rows, number), f"{number} becomes their own approver"
        for field in ("employeeEmail", "managerEmail", "firstName", "lastName", "policyID"):
            assert record[field].lower() in cells


@pytest.mark.exhaustive("damage to any cell")
@settings(max_examples=EXAMPLES)
@given(files(), FALLBACKS)
def test_no_surprise_at_findity_whatever_happens_to_any_cell(rows: list[list[str]], approvers: Approvers) -> None:
    there, known = before("findity")
    try:
        plan, _ = night(read(rows), acknowledged=known, approvers=approvers).findity(there)
    except (Unfit, NoApprover):
        return  # nothing is written
    cells = written(rows)
    for record in sent(plan):
        number = record["person"]
        if record["action"] == "deactivate":
            assert may_go(rows, number), f"{number} loses their access"
        if json.loads(record.get("approverIds", "[]")) == [number]:
            assert own_by_hr(rows, number), f"{number} becomes their own approver"
        for field in ("email", "firstName", "lastName"):
            assert record.get(field, "alva").lower() in cells


def written(rows: list[list[str]]) -> set[str]:
    """What stands in a cell of this file or the last one, without case, remarks, and what stands around words and is none."""
    cells = [form for row in [*rows, *HR] for cell in row for form in (cell, cell.replace(" (On Leave)", ""))]
    return {form.lower() for cell in cells for form in (cell.strip(" \u200b"), cell.strip(" '\u200b"))}


def may_go(rows: list[list[str]], number: str) -> bool:
    """Whether a row of theirs says that they have left, or they are in no row."""
    theirs = saying(rows, number)
    return not theirs or any(row["state"] == "T" or "" < row["ended"] < DAY.isoformat() for row in theirs)


def own_by_hr(rows: list[list[str]], number: str) -> bool:
    """Whether they were their own approver before, or a row of theirs gives them no manager, or themself."""
    return BOSS_BEFORE.get(number) == number or any(row["boss"] in ("", number) for row in saying(rows, number))
