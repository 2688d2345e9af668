"""Whether a file that has landed needs a run: the first one, one more because the last ones died before they had read it, or none.

Belongs here: telling that from Dagster's runs and the ledger, and how often and how soon a run is started again. Does not belong here: the
sensor that asks (``assets.runs.triggers``), runs that were started otherwise (``assets.runs.lost``).

A run that has reached the ledger is never started again from here: a gate that has stopped a file would stop it again, and what a run has
begun goes on by its re-execution. One that died before (its launch failed, its code could not be loaded, its process was killed) has left
nothing that anybody could go on with, and its file would wait for a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import dagster as dg
from dagster._time import get_current_timestamp  # by the daemon's clock, as its ticks go

from assets.company import COMPANY_TAG
from assets.graph.intake import EXPORT_TAG
from resources import places
from resources.ledger import Ledger

WAITS: Final = (60.0, 300.0, 900.0)
"""Seconds from when a run is seen to have died until the next one is started for its file; so often, and no more."""

_TOO_LONG: Final = "Canceling due to exceeding maximum runtime"
"""How the daemon's words begin (`dagster._daemon.monitoring.run_monitoring`)."""


@dataclass(frozen=True)
class Need:
    """What a file needs."""

    run: bool
    """A run, now."""
    attempt: int = 1
    """Which one that is, counting the first."""
    why: str = ""
    """Why none is started, or why one more is, after the file's name; no word of it is about a person."""
    noted: dict[str, Any] | None = None
    """What the next question must know again."""


def need(instance: dg.DagsterInstance, company: str, job: str, state: str, noted: dict[str, Any] | None = None) -> Need:
    """What a file in some state needs.

    Args:
        instance: Where the runs are recorded.
        company: Whose file.
        job: The job that reads it.
        state: `resources.hr.sources.Found.state`.
        noted: `Need.noted` of the last question about the same state.

    Raises:
        Failed: The ledger cannot be read.
    """
    runs = _runs(instance, company, job, state)
    if not runs:
        return Need(run=True)
    noted, count = noted or {}, len(runs)
    had = "as it is now has had its run."
    if any(not run.is_finished for run in runs):
        return Need(run=False, why=had)
    # What was found out once holds while no run is added: the ledger is not asked at every tick.
    if noted.get("had") == count or any(run.is_success for run in runs):
        return Need(run=False, why=had, noted={"had": count})
    if any(cancelled(instance, run) for run in runs):
        return Need(run=False, why=f"{had.removesuffix('.')}, which somebody cancelled ({runs[0].run_id}).")
    if _reached_the_ledger(company, runs):
        return Need(run=False, why=had, noted={"had": count})
    return _again(runs, noted)


def _again(runs: Sequence[dg.DagsterRun], noted: dict[str, Any]) -> Need:
    """What comes after runs that have all died."""
    died, now = _starts(runs), get_current_timestamp()
    newest = f"as it is now has had its run, which ended before it had read it ({runs[0].run_id})"
    if died > len(WAITS):
        # The ledger is asked again and again: a person may have re-executed one of these, by whatever way.
        return Need(
            run=False,
            why=f"{newest}, as did {died - 1} before it: none is started any more. Its page says what stopped it; mend that, and start "
            f"{runs[0].job_name} by hand.",
        )
    since = noted["since"] if noted.get("died") == len(runs) else now
    left = since + WAITS[died - 1] - now
    if left > 0:
        return Need(run=False, why=f"{newest}. One more is started in {left:.0f} s.", noted={"died": len(runs), "since": since})
    return Need(run=True, attempt=died + 1, why=f"Run {runs[0].run_id} ended before it had read this file: it is read now.")


def cancelled(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Whether a person ended a run. Of one whose process was gone by then, Dagster says that it failed; and its daemon ends runs that take
    too long in the same way as a person does, but for the words."""
    cancellations = [entry.get_dagster_event() for entry in instance.all_logs(run.run_id, of_type=dg.DagsterEventType.RUN_CANCELING)]
    if not cancellations:
        return run.status is dg.DagsterRunStatus.CANCELED
    return any(not (event.message or "").startswith(_TOO_LONG) for event in cancellations)


def starts(instance: dg.DagsterInstance, run: dg.DagsterRun) -> tuple[int, int] | None:
    """How often a run was started for the file that one which died is for, re-executions aside, and how often it is started yet; None where
    it is for no file in particular: a person, or a clock alone, has started it."""
    if EXPORT_TAG not in run.tags:
        return None
    there = _starts(_runs(instance, run.tags[COMPANY_TAG], run.job_name, run.tags[EXPORT_TAG]))
    return there, max(0, len(WAITS) + 1 - there)


def _runs(instance: dg.DagsterInstance, company: str, job: str, state: str) -> Sequence[dg.DagsterRun]:
    """The runs for this very state of the file, whoever started them, the newest first."""
    return instance.get_runs(dg.RunsFilter(job_name=job, tags={COMPANY_TAG: company, EXPORT_TAG: state}))


def _starts(runs: Sequence[dg.DagsterRun]) -> int:
    return len({run.root_run_id or run.run_id for run in runs})


def _reached_the_ledger(company: str, runs: Sequence[dg.DagsterRun]) -> bool:
    with Ledger.open(places.ledger_url(), company) as ledger:
        known = ledger.runs.all()
    return not {run.run_id for run in runs}.isdisjoint({*known["run_id"], *known["root_run_id"]})
