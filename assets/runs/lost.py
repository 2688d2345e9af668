"""Runs that ended, or hang, and that the ledger does not know of: nothing else tells of them.

Belongs here: finding them in Dagster's own records. Does not belong here: what the ledger knows (``resources.past.status``), starting a run
again for a file (``assets.runs.arrivals``), ending the dead (``assets.runs.recovery``), layout (``cli.lost``).

A run reaches the ledger in its first step. One that is cancelled in the queue, whose launch fails, whose code cannot be loaded or whose
process dies in its first seconds never does, and no report is written of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import dagster as dg

from assets.company import COMPANY_TAG
from assets.names import JOBS
from assets.runs import arrivals
from assets.runs.recovery import STARTING_TAKES
from resources import places
from resources.ledger import Ledger

QUEUED_TOO_LONG: Final = 600.0
"""Seconds after which a run that waits for nobody should have been launched."""
_LOOKED_AT: Final = 10
"""How many of a company's runs are looked at for each that may be shown: most have gone well. Reading a record takes a millisecond."""
_WITHOUT_CONFIG: Final = tuple(job for job in JOBS if job not in ("one", "release", "undo"))
_WORDS: Final = {
    dg.DagsterRunStatus.FAILURE: "failed",
    dg.DagsterRunStatus.CANCELED: "failed",
}
"""Which of those that failed somebody has cancelled is asked of the few that are shown."""


@dataclass(frozen=True)
class Lost:
    """A run that the ledger does not know of."""

    run_id: str
    """The newest attempt's."""
    root_run_id: str
    """The first attempt's, by which the run is named everywhere."""
    job: str
    status: str
    """``failed``, ``cancelled``, ``queued`` (for too long) or ``stuck``: Dagster takes it for one that starts or runs, and it gives no
    sign of life."""
    ended: datetime
    """When Dagster last heard of it."""
    do: str
    """What is to be done; empty where another run of that job has been there since."""


def companies(instance: dg.DagsterInstance) -> list[str]:
    """The companies that Dagster has unsuccessful runs of, in order."""
    runs = instance.get_runs(
        dg.RunsFilter(statuses=[status for status in dg.DagsterRunStatus if status is not dg.DagsterRunStatus.SUCCESS])
    )
    return sorted({run.tags[COMPANY_TAG] for run in runs if COMPANY_TAG in run.tags})


def find(instance: dg.DagsterInstance, company: str, last: int) -> list[Lost]:
    """The newest of a company's runs that the ledger does not know of.

    Args:
        instance: Where the runs are recorded.
        company: Whose.
        last: How many at most; and none that is older than so many runs that the ledger does know.

    Raises:
        Failed: The ledger cannot be read.
    """
    records = instance.get_run_records(dg.RunsFilter(tags={COMPANY_TAG: company}), limit=_LOOKED_AT * last)
    with Ledger.open(places.ledger_url(), company) as ledger:
        known = ledger.runs.all()
        signs, now = ledger.heartbeats.remaining(), ledger.heartbeats.now()
    found = list(_lost(records, set(known["run_id"]), {run for run, left in signs.items() if left > 0}, now, last))
    return [_described(instance, company, *one) for one in found[:last]]


_Found = tuple[dg.RunRecord, str, bool]


def _lost(records: Sequence[dg.RunRecord], known: set[str], alive: set[str], now: float, last: int) -> Iterator[_Found]:
    """Newest first, each with what it is, and whether another run of its job has been there since."""
    chains: set[str] = set()
    """Those of which a later attempt has been seen: it says what there is to say."""
    since: set[str] = set()
    listed = 0
    for record in records:
        run = record.dagster_run
        root = run.root_run_id or run.run_id
        if run.run_id in known or run.is_success:
            chains.add(root)
            since.add(run.job_name)
            listed += run.run_id in known
            if listed >= last:
                return
        elif root not in chains:
            chains.add(root)
            if status := _status(record, alive, now):
                yield record, status, run.job_name in since


def _status(record: dg.RunRecord, alive: set[str], now: float) -> str | None:
    """What has become of a run that the ledger does not know; None while that is as it should be."""
    run, quiet = record.dagster_run, now - record.update_timestamp.timestamp()
    if run.run_id in alive:
        return None
    if run.status is dg.DagsterRunStatus.QUEUED:
        return "queued" if quiet > QUEUED_TOO_LONG and not alive else None
    return _WORDS.get(run.status) or ("stuck" if quiet > STARTING_TAKES else None)


def _described(instance: dg.DagsterInstance, company: str, record: dg.RunRecord, status: str, again: bool) -> Lost:
    run = record.dagster_run
    if run.is_finished and arrivals.cancelled(instance, run):
        status = "cancelled"
    do = "" if again else _advice(instance, company, run, status)
    return Lost(run.run_id, run.root_run_id or run.run_id, run.job_name, status, record.update_timestamp.replace(tzinfo=UTC), do)


def _advice(instance: dg.DagsterInstance, company: str, run: dg.DagsterRun, status: str) -> str:
    if status == "queued":
        return "Nothing takes it from the queue: see whether the daemon runs."
    if status == "stuck":
        return f"Its process gives no sign of life: rollcall recover {company}"
    plain = run.job_name.removeprefix(f"{company}_") in _WITHOUT_CONFIG
    start = f"rollcall run {run.job_name}" if plain else f"start {run.job_name} again as it was started"
    if status == "cancelled":
        return f"Somebody cancelled it, and nothing starts it again. If it shall run after all: {start}"
    what = "Its page in the Dagster UI says what stopped it. Mend that"
    if (started := arrivals.starts(instance, run)) is None:
        return f"{what}, then: {start}"
    there, left = started
    if left:
        return (
            f"{what}. While its file is the newest, {company}_arrival starts it again by itself, {left} more time{'s' if left > 1 else ''}"
        )
    return f"{what}, then: {start}. {company}_arrival has started it {there} times and does so no more"
