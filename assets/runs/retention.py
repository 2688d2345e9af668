"""Letting go of what is older than a company's `retention_days`: the job, its schedule, and Dagster's own runs.

Belongs here: what only Dagster knows of a run's age, and when all this is done, and what was laid ready for a destination too. Does not
belong here: ledger rows, stored values and files (``resources.past.retention``).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import dagster as dg
from dagster._core.definitions.assets.job.asset_job import IMPLICIT_ASSET_JOB_NAME

from assets import quiet
from assets.company import COMPANY_TAG, Company
from assets.failures import reported
from assets.runs.dagster_storage import delete_runs, drop_leavings, give_back
from destinations.base import Destination
from resources.ledger import Ledger
from resources.past.retention import Purged, trim_log, with_chains
from resources.past.retention import purge as purge_kept
from resources.stored.runs import StoredRuns

DAILY: Final = "40 3 * * *"
"""When the job runs: at night, in the company's time zone."""


def purge(instance: dg.DagsterInstance, ledger: Ledger, days: int, *, dry_run: bool = False) -> Purged:
    """Delete what a company keeps for longer than it wants to, in every place.

    Runs that still live, and those whose values or records are the newest, stay whatever their age.

    Args:
        instance: Where its runs are recorded.
        ledger: The company's.
        days: Older than so many days.
        dry_run: Only count.

    Raises:
        Failed: The ledger cannot be read or written.
    """
    before, company = datetime.now(UTC) - timedelta(days=days), ledger.company
    stored = StoredRuns(company)
    shown = _shown(instance, company)
    kept = with_chains(ledger, {*ledger.retention.in_use(), *stored.newest(), *shown})
    purged = purge_kept(ledger, stored, before, shown, dry_run=dry_run)
    runs = [run for run in _ended(instance, company, before) if run.run_id not in kept | _shown_of_others(instance, run, company)]
    purged.dagster_runs = len(runs)
    if not dry_run:
        _delete(instance, company, runs)
        drop_leavings(instance, company, before)
        give_back(instance, ledger)
        trim_log(quiet.private_folder() / quiet.FILE, before)
    return purged


def tidy(destinations: Iterable[tuple[Destination, Any]], ledger: Ledger) -> dict[str, int]:
    """Take away what was laid ready for destinations to fetch, by hours of its own, whatever the days: what → how many files.

    Args:
        destinations: Which, and how to reach each.
        ledger: The company's.

    Raises:
        Failed: A place cannot be had.
    """
    laid = {one.title: one.tidy(access, ledger) for one, access in destinations}
    return {f"files laid ready for {title}": count for title, count in laid.items() if count}


def delete_all(instance: dg.DagsterInstance, company: str) -> int:
    """Delete all runs of a company that is gone, and what its assets show; how many runs that were."""
    runs = list(_ended(instance, company, datetime.now(UTC)))
    _delete(instance, company, runs)
    if keys := list(instance.get_asset_keys(prefix=[company])):
        instance.wipe_assets(keys)
    drop_leavings(instance, company, datetime.now(UTC), removed=True)
    return len(runs)


def _shown(instance: dg.DagsterInstance, company: str) -> set[str]:
    """The runs that the UI shows as the newest of an asset."""
    events = (instance.get_latest_materialization_event(key) for key in instance.get_asset_keys(prefix=[company]))
    return {event.run_id for event in events if event}


def _shown_of_others(instance: dg.DagsterInstance, run: dg.DagsterRun, company: str) -> set[str]:
    """The same, of the other companies whose assets somebody materialized together with this one's."""
    return {run_id for other in sorted(_companies(run) - {company}) for run_id in _shown(instance, other)} if _by_hand(run) else set()


def _ended(instance: dg.DagsterInstance, company: str, before: datetime) -> Iterator[dg.DagsterRun]:
    """The runs of chains that all ended before a moment."""
    records = _recorded(instance, company)
    young = {
        record.dagster_run.root_run_id or record.dagster_run.run_id
        for record in records
        if not record.dagster_run.is_finished or record.update_timestamp >= before
    }
    for record in records:
        if (record.dagster_run.root_run_id or record.dagster_run.run_id) not in young:
            yield record.dagster_run


def _recorded(instance: dg.DagsterInstance, company: str) -> Sequence[dg.RunRecord]:
    """All runs of a company: those of its jobs, and those of assets that somebody materialized by themselves, which carry no tag."""
    by_hand = instance.get_run_records(dg.RunsFilter(job_name=IMPLICIT_ASSET_JOB_NAME))
    return [
        *instance.get_run_records(dg.RunsFilter(tags={COMPANY_TAG: company})),
        *(record for record in by_hand if _by_hand(record.dagster_run) and company in _companies(record.dagster_run)),
    ]


def _by_hand(run: dg.DagsterRun) -> bool:
    return run.job_name == IMPLICIT_ASSET_JOB_NAME and COMPANY_TAG not in run.tags


def _companies(run: dg.DagsterRun) -> set[str]:
    """Whose assets and checks a run was for."""
    keys = {*(run.asset_selection or ()), *(check.asset_key for check in run.asset_check_selection or ())}
    return {key.path[0] for key in keys}


def _delete(instance: dg.DagsterInstance, company: str, runs: Sequence[dg.DagsterRun]) -> None:
    """Delete runs of a company, with all that Dagster keeps of them."""
    going = {run.run_id for run in runs}
    delete_runs(instance, runs, (record.dagster_run for record in _recorded(instance, company) if record.dagster_run.run_id not in going))


def build(company: Company) -> tuple[dg.JobDefinition, dg.ScheduleDefinition]:
    """The company's retention job and its daily schedule."""
    days, destinations = company.settings.retention_days, company.destinations()

    # As a resource, the ledger gives the run its signs of life too.
    @dg.op(
        name=company.job("purge"),
        description=f"Deletes what is older than {days} days.",
        required_resource_keys={company.resource("ledger"), *(company.resource(one.name) for one in destinations)},
    )
    def purged(context: dg.OpExecutionContext) -> None:
        with reported(), getattr(context.resources, company.resource("ledger")).open() as ledger:
            counts: dict[str, Any] = purge(context.instance, ledger, days).counts()
            # Last, for it may be on a server that cannot be had.
            counts |= tidy(((one, getattr(context.resources, company.resource(one.name))) for one in destinations), ledger)
        context.log.info(f"Older than {days} days and deleted: {', '.join(f'{count:,} {what}' for what, count in counts.items())}.")
        context.add_output_metadata({**counts, "older than (days)": days})

    @dg.job(
        name=company.job("retention"),
        description=f"Deletes ledger rows, stored values, reports and Dagster runs that are older than {days} days.",
        tags={COMPANY_TAG: company.name},
        run_tags={COMPANY_TAG: company.name},
        executor_def=dg.in_process_executor,
    )
    def retention() -> None:
        purged()

    schedule = dg.ScheduleDefinition(
        name=f"{company.name}_retention",
        job=retention,
        cron_schedule=DAILY,
        execution_timezone=company.settings.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=f"Deletes every night what is older than {days} days.",
        tags={COMPANY_TAG: company.name},
    )
    return retention, schedule
