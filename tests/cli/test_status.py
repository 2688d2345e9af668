"""How `rollcall status` lays out what it was given."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from cli.status import print_status
from resources.ledger import Held
from resources.past.open_states import frame, of_nobody
from resources.past.run_report import NO_REASON
from resources.past.status import Status, UnderWay, Waiting
from roster.intake.gate import GateCheck
from roster.reports.model import RunReport
from roster.reports.reasons import reason


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [
        (["E01", np.nan, np.nan], "E01, 2 not named"),
        ([np.nan], "not named"),
        ([f"E{number}" for number in range(1, 9)], "E1, E2, E3, E4, E5, E6 … and 2 more"),
        ([*(f"E{number}" for number in range(1, 9)), np.nan], "E1, E2, E3, E4, E5, E6 … and 2 more, not named"),
    ],
)
def test_who_stays_out_without_a_number_is_counted_once(numbers: list[object], shown: str) -> None:
    skips = pd.DataFrame({"destination": "HR", "employee_id": numbers, "reason": "rejected", "first_seen": "2026-11-20", "times": 1})
    skips["employee_id"] = skips["employee_id"].astype("str")
    line = next(line for line in printed(Status("acme", 0, [], [], [], [], skips)) if "2026-11-20" in line)
    assert line.rstrip().endswith(shown)


def test_whose_leaving_is_held_has_left_and_still_has_access_whatever_limit_holds_it() -> None:
    skips = pd.DataFrame(
        [("Expensify", "E1", "limit"), ("Expensify", "E2", "limit"), ("Findity", "E1", "conflict")],
        columns=["destination", "employee_id", "reason"],
    ).assign(first_seen="2026-11-20", times=1)
    left = frame([("leaver_active", place, "E1", True, "") for place in ("Expensify", "Findity")])
    lines = [" ".join(line.split()) for line in printed(Status("acme", 0, [], [], [], [], skips, leavers=left))]
    assert "Expensify 1 Has left, still has access, waits for a release 2026-11-20 1 E1" in lines
    assert f"Expensify 1 {reason('limit').words} 2026-11-20 1 E2" in lines
    assert f"Findity 1 {reason('conflict').words} 2026-11-20 1 E1" in lines, "no release lifts that"


def test_quiet_who_has_left_and_still_has_access_is_told_by_number_where_that_is_known_as_one() -> None:
    rows = [("leaver_active", "Expensify", number, number != "x y", "") for number in ("E1", "E2", "x y")]
    rows += [("leaver_active", "Findity", "E1", True, ""), of_nobody("leaver_active", "HR's file", "1 row of HR's file says so")]
    lines = printed(Status("acme", 0, [], [], [], [], pd.DataFrame(), leavers=frame(rows)))
    assert [line.strip() for line in lines if "access" in line or "row of" in line] == [
        "3 people who have left still have access at Expensify: E1, E2, not named.",
        "1 person who has left still has access at Findity: E1.",
        "1 row of HR's file says so.",
    ]


def test_a_newest_run_that_died_is_gone_on_with_by_a_command_that_is_not_cut_and_a_stopped_file_is_not() -> None:
    run_id, began = "37d6ebbb-6531-4f73-940f-87c30035e792", datetime.now(UTC)
    died = RunReport(company="acme", run_id=run_id, root_run_id=run_id, job="acme_sync", started=began, status="stopped", failure=NO_REASON)
    lines = printed(Status("acme", 0, [], [died], [], [], pd.DataFrame()), width=80)
    assert f"  Go on with it: rollcall reexecute {run_id}" in lines
    stopped = replace(died, gate=[GateCheck("trailer", "", "", "failed")])
    assert "reexecute" not in "".join(printed(Status("acme", 0, [], [stopped], [], [], pd.DataFrame())))


def test_whom_no_release_lets_go_has_no_command_that_would_seem_to() -> None:
    until = datetime.now(UTC) + timedelta(hours=20)
    waiting = Waiting("Expensify", 3, Held("expensify", "p1", "5d785385052b5fec", ["join"], until), barred=1)
    lines = printed(Status("acme", 0, [], [], [waiting], [], pd.DataFrame()))
    assert "  1 person waits at Expensify until somebody settles it: no release lets them go, see below why." in lines
    assert any(line.startswith("  2 people wait for a release at Expensify (join), until ") for line in lines)
    assert '    rollcall release acme 5d785385052b5fec --by "" --reason ""' in lines
    lines = printed(Status("acme", 0, [], [], [replace(waiting, people=1)], [], pd.DataFrame()))
    assert not any("5d785385052b5fec" in line or "for a release" in line for line in lines)


def test_the_id_of_a_run_is_whole_on_a_narrow_terminal() -> None:
    run_id, began = "37d6ebbb-6531-4f73-940f-87c30035e792", datetime.now(UTC)
    run = RunReport(company="acme", run_id=run_id, root_run_id=run_id, job="acme_sync", started=began, status="finished")
    lines = printed(Status("acme", 0, [], [run, replace(run, job="acme_release_and_more" * 2)], [], [], pd.DataFrame()), width=80)
    assert not any("…" in line for line in lines)


def test_on_a_narrow_terminal_a_line_goes_on_below_itself() -> None:
    writing = UnderWay("r1", "37d6ebbb-6531-4f73-940f-87c30035e792", "acme_sync", datetime.now(UTC), True)
    lines = printed(Status("acme", 0, [writing], [], [], [], pd.DataFrame()), width=80)
    assert "  37d6ebbb-6531-4f73-940f-87c30035e792" in lines


def printed(status: Status, width: int = 200) -> list[str]:
    console = Console(width=width)
    with console.capture() as shown:
        print_status(console, status, datetime.now(UTC))
    return [line.rstrip() for line in shown.get().splitlines()]
