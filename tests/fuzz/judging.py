"""What must hold of any file: no crash, no hang, every row accounted for, nothing surprising written, nobody named in an error.

Belongs here: reading a file, planning the night after the good one, and what is wrong with either. Does not belong here: the files.
"""

import gzip
import json
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from destinations.expensify.settings import ExpensifyFeed
from roster import accounting
from roster.intake import changes
from roster.intake.take_in import IntakeResult, has_unidentified_rejects, take_in
from roster.intake.validation import schema
from roster.people.approvers import NoApprover
from roster.plan.limits import KindLimit, Limits
from roster.reading import several
from roster.rules import MissingColumn
from roster.unfit import Unfit
from roster.vocabulary import CANONICAL_COLUMNS, KINDS
from tests.fuzz import rosters
from tests.fuzz.rosters import PEOPLE, Rows
from tests.unit.roster.frames import Night, members, sent, users
from tests.unit.roster.nights import at_expensify, at_findity

DAY = date(2026, 11, 20)
TYPED = (Unfit, MissingColumn, NoApprover)
"""The failures that a person is told, each in a sentence of its own. Anything else is a crash."""
UNLIMITED = Limits(
    **{kind: KindLimit(count=10**7, share=1) for kind in KINDS if kind not in ("self_approval", "stranger", "deletion")}
).by_kind(first=False)
FACTOR = 20
"""Times that a file may take of what a clean one of its size does; a second more is nothing that anybody waits for."""


class Hang(Exception):
    """More processor time went by than anything takes."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Stop what takes longer, in seconds of the processor: how busy the machine is does not matter."""

    def stop(*_: Any) -> None:
        raise Hang(f"more than {seconds:.1f} seconds of the processor")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def read(form: str, rows: Rows, data: bytes) -> IntakeResult:
    """What a file says; where it has changes, once they are put on the good rows."""
    if form != "changes":
        return take_in(data, rosters.FORMATS[form], PEOPLE, DAY)
    full = take_in(several.packed({changes.FULL: rosters.as_text(rows)}), rosters.CHANGES, PEOPLE, DAY)
    assert full.after is not None
    return take_in(changes.with_before(several.packed({changes.CHANGES: data}), full.after), rosters.CHANGES, PEOPLE, DAY)


def night(result: IntakeResult, **more: Any) -> Night:
    rejected = result.dispositions.loc[result.dispositions["disposition"].eq("rejected"), "employee_id"].tolist()
    circumstances = {"limits": UNLIMITED, "unreadable_reject": has_unidentified_rejects(result.dispositions)}
    feed = ExpensifyFeed(policyID="extra_policy", approvalLimit="approval_limit")
    return Night(result.roster, rejected, absent_means="leaver", feed=feed, circumstances=circumstances, **more)


def clean_seconds(rows: Rows) -> float:
    """Processor time that the good file takes, read and planned; the night before does not count."""
    _before(rows)
    started = time.process_time()
    judge("text", rows, rosters.as_text(rows), 0)
    return time.process_time() - started


def judge(form: str, rows: Rows, data: bytes, usual: float) -> str:
    """Read a file and plan it after a night of the good rows; what came of it in one word.

    Args:
        form: Which form the file has.
        rows: The good rows.
        data: The file.
        usual: What a clean one takes; 0 to let it take what it takes.

    Raises:
        AssertionError, Hang: Something does not hold, by what it is.
    """
    try:
        with within(FACTOR * usual + 1 if usual else 3600):
            result = read(form, rows, data)
            _rows_hold(result, joined=form == "joined")
            _plans_hold(result, rows, data)
    except TYPED as error:
        told = f"{error} {error!r} {getattr(error, 'message', '')} {getattr(error, 'advice', '')}".lower()
        named = [secret for secret in rosters.secrets(rows) if re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", told)]
        assert not named, f"an error names a person: {told}"
        return getattr(error, "code", type(error).__name__)
    return "planned"


def _rows_hold(result: IntakeResult, *, joined: bool) -> None:
    faults = accounting.of_rows(result.dispositions, result.facts.rows)
    assert faults == []
    by = result.dispositions.groupby("disposition")["line"].agg(set).to_dict()
    told, people = set(result.rejects["line"]), set(result.roster.loc[result.roster["in_scope"], "line"])
    if joined:  # each person has a line in both files, and the fault is told at one of them
        assert told <= by.get("rejected", set()) and people <= by.get("used", set())
        assert bool(told) == bool(by.get("rejected"))
    else:
        assert (by.get("rejected", set()), by.get("used", set())) == (told, people)
    assert result.roster["employee_id"].is_unique
    assert result.roster["email"].dropna().str.lower().is_unique
    staying = result.roster[result.roster["employment"].ne("left")]
    columns = [name for name in CANONICAL_COLUMNS if name in PEOPLE.columns and name in staying]
    schema(columns).validate(staying[columns], lazy=True)


def _plans_hold(result: IntakeResult, rows: Rows, data: bytes) -> None:
    there, known = _before(rows)
    tonight = night(result, acknowledged=known)
    plan, _ = tonight.expensify(there)
    assert accounting.before_write(plan, tonight.people, there["email"].drop_duplicates()) == []
    _nobody_is_surprised([_at_expensify(one) for one in sent(plan)], result, rows, data)
    if len(data) % 4 == 0:  # twice as many plans would take most of the time
        there, known = _before(rows, "findity")
        tonight = night(result, acknowledged=known)
        plan, _ = tonight.findity(there)
        assert accounting.before_write(plan, tonight.people, there["externalSourceId"]) == []
        _nobody_is_surprised([_at_findity(one) for one in sent(plan)], result, rows, data)


@dataclass(frozen=True)
class _Written:
    """One record that would be sent."""

    number: str
    leaves: bool
    approves_alone: bool
    record: dict[str, Any]


def _at_expensify(one: dict[str, Any]) -> _Written:
    alone = one["managerEmail"].lower() == one["employeeEmail"].lower()
    return _Written(one["employeeID"], one["action"] == "deactivate", alone, one)


def _at_findity(one: dict[str, Any]) -> _Written:
    number = one["externalSourceId"]
    return _Written(number, one["active"] == "false", json.loads(one.get("approverIds", "[]")) == [number], one)


def _nobody_is_surprised(written: list[_Written], result: IntakeResult, rows: Rows, data: bytes) -> None:
    said, unreadable = result.roster.set_index("employee_id"), has_unidentified_rejects(result.dispositions)
    gone = set(said.index[said["employment"].eq("left")])
    in_a_row = set(result.dispositions["employee_id"].dropna())
    own = {row[0] for row in rows if not row[4]}
    text = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
    for one in written:
        if one.leaves:
            assert one.number in gone or one.number not in in_a_row, f"{one.number} loses their access"
            if one.number not in gone:
                assert not unreadable, f"{one.number} counts as absent beside a row that nobody can read"
                begins = re.search(rb'(?:^|[\r\n])"?' + one.number.encode() + rb'"?[,;\t|]', text)
                assert begins is None, f"{one.number} counts as absent, and a line begins with it"
        elif one.approves_alone:
            assert one.number in own, f"{one.number} becomes their own approver"
        for name in ("firstName", "lastName"):
            assert re.search(r"[^\W\d_]", one.record.get(name, "x")), f"{one.number} is called by a number"
            assert "@" not in one.record.get(name, ""), f"{one.number} is called by an address"
        for name in ("employeeEmail", "managerEmail", "email"):
            assert one.record.get(name, "x")[0] != "'", f"{one.number} has a spreadsheet's mark in an address"


_KNOWN: dict[tuple[str, str], tuple[pd.DataFrame, pd.DataFrame]] = {}


def _before(rows: Rows, destination: str = "expensify") -> tuple[pd.DataFrame, pd.DataFrame]:
    """What is at a destination after the good rows, and what the ledger knows."""
    key = destination, repr(rows)
    if key not in _KNOWN:
        if len(_KNOWN) > 16:
            _KNOWN.clear()
        first = night(take_in(rosters.as_text(rows), rosters.FORMATS["text"], PEOPLE, DAY))
        _, there = at_expensify(first, members()) if destination == "expensify" else at_findity(first, users())
        _KNOWN[key] = there, first.acknowledged
    return _KNOWN[key]
