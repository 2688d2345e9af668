"""Runs whose process has died.

Belongs here: telling them from runs that live, and ending them, so that they can be re-executed and hold up nobody. Does not belong here:
the signs of life (``resources.ledger.heartbeats``), re-executing (``assets.runs.launch``).

Dagster learns from a run's own process how it ended. One that was killed cannot say so, and its run stays *started*.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

import dagster as dg

from assets.company import COMPANY_TAG
from resources import places
from resources.ledger import Ledger

STARTING_TAKES: Final = 180.0
"""Seconds from the start of a run's process, or Dagster's last word of it, until its first sign of life must be there."""
DIED: Final = "The process of this run has died: it has given no sign of life for a minute. Re-execute it from failure."

_UNFINISHED: Final = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


@dataclass(frozen=True)
class Unfinished:
    """A run that Dagster does not know to have ended."""

    run_id: str
    job: str
    left: float
    """Seconds for which it still counts as alive; 0 once it has died."""
    finished: bool = False
    """It died when all its steps had been done: there is nothing to go on with."""

    @property
    def died(self) -> bool:
        """Whether its process is gone."""
        return self.left <= 0

    @property
    def ending(self) -> str:
        """What it is marked as, if it has died."""
        return "succeeded: all its steps had been done" if self.finished else "failed"


def recover(instance: dg.DagsterInstance, company: str | None = None) -> list[Unfinished]:
    """Mark the runs that have died as failed, or as succeeded if nothing of them is left; close them in the ledger, write their reports.

    Args:
        instance: Where the runs are recorded.
        company: Whose runs; without it, everyone's.

    Returns:
        The runs that had not ended until now, the dead and the living.

    Raises:
        Failed: A ledger cannot be read.
    """
    tags = {COMPANY_TAG: company} if company else None
    records = instance.get_run_records(dg.RunsFilter(statuses=_UNFINISHED, tags=tags))
    found = [record for record in records if COMPANY_TAG in record.dagster_run.tags]
    found.sort(key=_company)
    unfinished = [one for name, mine in groupby(found, _company) for one in _looked_at(instance, name, list(mine))]
    return [replace(one, finished=_end(instance, one.run_id)) if one.died else one for one in unfinished]


def _company(record: dg.RunRecord) -> str:
    return str(record.dagster_run.tags[COMPANY_TAG])


def _looked_at(instance: dg.DagsterInstance, company: str, records: list[dg.RunRecord]) -> Iterator[Unfinished]:
    with Ledger.open(places.ledger_url(), company) as ledger:
        signs, now = ledger.heartbeats.remaining(), ledger.heartbeats.now()
    for record in records:
        run = record.dagster_run
        # A run that is only starting has given no sign yet.
        left = signs[run.run_id] if run.run_id in signs else _first_sign_until(instance, record) - now
        yield Unfinished(run.run_id, run.job_name, max(0.0, left))


def _first_sign_until(instance: dg.DagsterInstance, record: dg.RunRecord) -> float:
    """When the first sign of life of a run must be there, in seconds since 1970.

    A queue outside Dagster keeps a run that was launched until a worker is free: so long nobody has begun it, and nobody can have died.
    """
    changed = record.update_timestamp.timestamp()
    if record.dagster_run.status is not dg.DagsterRunStatus.STARTING:
        return changed + STARTING_TAKES
    entries = instance.all_logs(record.dagster_run.run_id, of_type=dg.DagsterEventType.ENGINE_EVENT)
    if begun := [entry.timestamp for entry in entries if "pid" in entry.get_dagster_event().engine_event_data.metadata]:
        return max(begun) + STARTING_TAKES
    return changed + max(STARTING_TAKES, instance.run_monitoring_start_timeout_seconds)


def _end(instance: dg.DagsterInstance, run_id: str) -> bool:
    """Ends a dead run; whether all its steps had been done."""
    from assets.runs import summary  # noqa: PLC0415 - the reports' libraries take their time, and hardly ever is anybody dead

    run = instance.get_run_by_id(run_id)
    if run is None or run.is_finished:  # whoever else looks after the dead was quicker
        return run is not None and run.is_success
    done = _all_done(instance, run)
    if done:  # Dagster cannot go on with a run of which nothing is left
        event = dg.DagsterEvent(dg.DagsterEventType.RUN_SUCCESS.value, run.job_name, message="It died when all its steps had been done.")
        instance.report_dagster_event(event, run_id)
    else:
        instance.report_run_failed(run, DIED)
    summary.close(instance, run_id)
    return done


def _all_done(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    if run.execution_plan_snapshot_id is None:
        return False
    events = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_SUCCESS)
    done = {entry.get_dagster_event().step_key for entry in events}
    return set(instance.get_execution_plan_snapshot(run.execution_plan_snapshot_id).step_keys_to_execute) <= done
