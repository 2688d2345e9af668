"""Runs as the ledger would tell them: one that did a bit of everything, one that the gate stopped, a preview, an empty one."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pandas as pd
import pytest

from roster.intake.gate import GateCheck
from roster.reports.model import DestinationReport, ReportedExport, RunReport

CET = timezone(timedelta(hours=1), "CET")
PEOPLE = ["person", "employee_id", "action", "kinds", "outcome", "reason", "detail", "landed"]
CHANGES = ["person", "field", "kind", "old", "new", "visible", "apply"]
ROWS = ["line", "employee_id", "column", "source", "code", "message"]
SKIPS = ["destination", "employee_id", "reason", "first_seen", "last_seen", "times_seen", "owner"]


def frame(rows, columns):
    return pd.DataFrame(rows, columns=columns).astype(
        {name: "str" for name in columns if name not in ("line", "visible", "apply", "times_seen")}
    )


def person(number, action, kinds, outcome, reason=None, detail=None, landed=None):
    return [number, number, action, kinds, outcome, reason, detail, landed]


def expensify():
    written = [
        *[person(f"E{2000 + n}", "create", "join", "created", landed="landed") for n in range(24)],
        *[person(f"E{1100 + n}", "update", "manager|policy", "updated", landed="landed") for n in range(118)],
        *[person(f"E{1400 + n}", "update", "limit", "updated", landed="not visible") for n in range(56)],
        *[person(f"E{1600 + n}", "deactivate", "leave", "deactivated", landed="landed") for n in range(9)],
        person("E1700", "reactivate", "rejoin", "reactivated", landed="landed"),
        person("E1701", "update", "manager", "updated", "not_seen_yet", landed="missing"),
    ]
    others = [
        person("E1801", "create", "join", "refused", "refused", "No policy found for that name"),
        person("E1802", "update", "manager", "unknown", "unanswered"),
        person("E1042", "skip", None, "skipped", "row_rejected"),
        *[person(f"E{1900 + n}", "hold", "bank_account|manager", "held", "limit") for n in range(21)],
        *[person(f"E{1950 + n}", "skip", None, "skipped", "not_started") for n in range(6)],
        ["~1a2b3c4d", None, "skip", None, "skipped", "not_in_hr", None, None],
        ["~99ff00aa", None, "skip", None, "skipped", "not_in_hr", None, None],
    ]
    changes = [
        ["E2000", "employeeEmail", "join", None, '"new.hire@acme.example"', True, True],
        ["E1701", "managerEmail", "manager", '"old.boss@acme.example"', '"<script>alert(1)</script>"', True, True],
        ["E1900", "approvalLimit", "limit", "50000", "90000", False, False],
        *[[f"E{1100 + n % 118}", "policyID", "policy", '"ACME-SE"', '"ACME-NO"', True, True] for n in range(240)],
    ]
    return DestinationReport(
        name="Expensify",
        stage="landed",
        intended=211,
        accepted=209,
        landed=152,
        not_visible=56,
        missing=1,
        actions={"create": 25, "update": 176, "reactivate": 1, "deactivate": 9, "none": 812, "hold": 21, "skip": 9},
        outcomes={
            "created": 24,
            "updated": 175,
            "reactivated": 1,
            "deactivated": 9,
            "unchanged": 812,
            "held": 21,
            "skipped": 9,
            "refused": 1,
            "unknown": 1,
        },
        people=frame([*written, *others], PEOPLE),
        changes=frame(changes, CHANGES),
        held_digest="b1c7e7d0a4f94e6f8c2d0f6a1b3e5d77c9a8",
        held=21,
        drift=frame([["E1301", "submitsTo"], ["E1302", "submitsTo"], ["E1303", "role"]], ["person", "field"]),
        strangers=2,
        calls=14,
        bytes=482_113,
        seconds=73.4,
        warnings=["The dry run removes 2 people from a policy that the feed does not name."],
    )


def findity():
    written = [
        *[person(f"E{2000 + n}", "create", "join", "created", landed="landed") for n in range(24)],
        *[person(f"E{1100 + n}", "update", "unit", "updated", landed="landed") for n in range(61)],
    ]
    others = [
        person("E1042", "skip", None, "skipped", "row_rejected"),
        person("E1850", "skip", None, "skipped", "conflict"),
        person("E1851", "skip", None, "skipped", "unit_unknown"),
        *[person(f"E{1950 + n}", "skip", None, "skipped", "not_started") for n in range(6)],
    ]
    return DestinationReport(
        name="Findity",
        stage="landed",
        intended=85,
        accepted=85,
        landed=85,
        actions={"create": 24, "update": 61, "none": 941, "skip": 9},
        outcomes={"created": 24, "updated": 61, "unchanged": 941, "skipped": 9},
        people=frame([*written, *others], PEOPLE),
        changes=frame([["E1100", "organizationalUnitId", "unit", '"ou-17"', '"ou-18"', True, True]], CHANGES),
        calls=9,
        bytes=91_020,
        seconds=11.2,
    )


def checks(broken=False):
    return [
        GateCheck(name="Columns that the rules need", seen="14 of 14", expected="14 of 14"),
        GateCheck(
            name="Number of rows",
            seen="211 rows, 1,042 last time" if broken else "1,041 rows, 1,042 last time",
            expected="at least 938 (90 % of 1,042 last time)",
            verdict="failed" if broken else "passed",
            advice="Ask HR for a complete export. If the company really shrank, raise max_shrink for one run.",
        ),
        GateCheck(name="Share of rejected rows", seen="0.3 %", expected="at most 2 %"),
    ]


@pytest.fixture
def full_run():
    return everything()


def everything():
    """A run that did a bit of everything."""
    rejects = [
        [17, "E1042", "email", "Work e-mail", "email", "The address has no domain."],
        [311, None, "employee_id", "Pers.no", "employee_id", "The employee number is empty."],
        [640, "E1777", "start_date", "Hired", "date", "The date does not exist."],
    ]
    return RunReport(
        company="acme",
        run_id="0c5a9b7e-4f1e-4b57-9f43-7a1f4bd0a111",
        root_run_id="0c5a9b7e-4f1e-4b57-9f43-7a1f4bd0a111",
        job="acme_sync",
        status="finished",
        started=datetime(2026, 11, 19, 6, 0, 4, tzinfo=CET),
        ended=datetime(2026, 11, 19, 6, 1, 36, tzinfo=CET),
        as_of=date(2026, 11, 19),
        intake=ReportedExport(
            number=48,
            name="workers_20261119.csv",
            size=203_114,
            sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            rows=1041,
        ),
        gate=checks(),
        dispositions={"used": 1030, "superseded": 5, "out_of_scope": 3, "rejected": 3},
        rejects=frame(rejects, ROWS),
        notes=frame([[88, "E1120", "phone", "Mobile", "phone", "The number has too few digits."]], ROWS),
        destinations=[expensify(), findity()],
        skips=frame(
            [["expensify", "E1801", "refused", date(2026, 11, 3), date(2026, 11, 19), 4, "IT"]],
            SKIPS,
        ),
        repairs=frame([["E1104", "on_leave"], ["E1105", "on_leave"], ["E1001", "top"]], ["employee_id", "repair"]),
        ui_url="http://127.0.0.1:3000/runs/0c5a9b7e",
    )


@pytest.fixture
def clean_run(full_run):
    landed = DestinationReport(
        name="Expensify",
        stage="landed",
        intended=236,
        accepted=236,
        landed=236,
        actions={"update": 236, "none": 10},
        outcomes={"updated": 236, "unchanged": 10},
    )
    return replace(
        full_run,
        destinations=[landed],
        rejects=frame([], ROWS),
        notes=frame([], ROWS),
        skips=frame([], SKIPS),
        dispositions={"used": 246},
        intake=None,
    )


@pytest.fixture
def stopped_run(full_run):
    empty = [DestinationReport(name="Expensify"), DestinationReport(name="Findity")]
    return replace(
        full_run, status="stopped", failure="gate", gate=checks(broken=True), destinations=empty, dispositions={}, repairs=pd.DataFrame()
    )


@pytest.fixture
def empty_run():
    return RunReport(
        company="acme", run_id="r2", root_run_id="r1", job="acme_sync", status="stopped", started=datetime(2026, 11, 19, 6, tzinfo=UTC)
    )
