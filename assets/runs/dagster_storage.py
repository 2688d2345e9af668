"""What Dagster's own storage keeps of runs that are deleted and of times gone by, and the room that its SQLite files do not give back.

Belongs here: what deleting a run through Dagster's API leaves, and what is no run's. Does not belong here: which runs go
(``assets.runs.retention``).

Dagster 1.13 deletes a run and its events and leaves

- what its checks said (``asset_check_executions``), some 29 kB a night, and on SQLite, where nothing cascades, the run's tags;
- the snapshots of its job and its plan: a new one with every change of settings or code, and with every re-execution;
- events that are no run's: each time that an asset becomes fresh or stale;
- ticks of sensors and schedules that are no longer there, or do not tick: the others' go by `retention` in ``dagster.yaml``;
- on SQLite a file for each run, which it empties only, and makes anew when somebody asks for the events of a run that is gone.
"""

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import dagster as dg
import sqlalchemy as sa
from dagster._core.instance import RUNLESS_RUN_ID
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable, SqlEventLogStorageTable
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from dagster._core.storage.runs import SqliteRunStorage, SqlRunStorage
from dagster._core.storage.runs.schema import RunsTable, RunTagsTable, SnapshotsTable
from dagster._core.storage.schedules import SqliteScheduleStorage, SqlScheduleStorage
from dagster._core.storage.schedules.schema import InstigatorsTable, JobTable, JobTickTable

from assets import names
from assets.company import COMPANY_TAG
from resources.ledger import Ledger
from resources.past.compacting import compact

_AT_ONCE: Final = 500
_INDEX: Final = "index"
"""What Dagster calls the SQLite file of the events of all runs."""


def delete_runs(instance: dg.DagsterInstance, going: Sequence[dg.DagsterRun], staying: Iterable[dg.DagsterRun]) -> None:
    """Delete runs with their events, what their steps printed, and the snapshots that no other run has.

    The runs themselves go last: by them, whoever was killed in between finds the rest.

    Args:
        instance: Where they are kept.
        going: Those runs.
        staying: All others of the same jobs.
    """
    events, runs = instance.event_log_storage, instance.run_storage
    if isinstance(runs, SqlRunStorage):
        snapshots = sorted(_snapshots(runs, going) - _snapshots(runs, staying))
    for run in going:
        instance.compute_log_manager.delete_logs(prefix=[run.run_id])
        events.delete_events(run.run_id)
    if isinstance(runs, SqlRunStorage):
        _delete_rows(runs, [run.run_id for run in going], snapshots)
    else:
        for run in going:
            runs.delete_run(run.run_id)
    if isinstance(events, SqliteEventLogStorage):
        for run in going:
            _unlink(Path(events.path_for_shard(run.run_id)))


def _delete_rows(storage: SqlRunStorage, run_ids: Sequence[str], snapshots: Sequence[str]) -> None:
    """Runs and snapshots, all of them or none: on Postgres a run's snapshot has to be there as long as the run is."""
    deleted = [RunsTable.delete().where(RunsTable.c.run_id.in_(some)) for some in _in_parts(run_ids)]
    with_snapshots = [*deleted, *(SnapshotsTable.delete().where(SnapshotsTable.c.snapshot_id.in_(some)) for some in _in_parts(snapshots))]
    try:
        _execute(storage, with_snapshots)
    except sa.exc.IntegrityError:  # a run that has begun meanwhile has one of them
        _execute(storage, deleted)


def _execute(storage: SqlRunStorage, statements: Sequence[sa.Delete]) -> None:
    with storage.connect() as connection:
        for statement in statements:
            connection.execute(statement)


def _snapshots(storage: SqlRunStorage, runs: Iterable[dg.DagsterRun]) -> set[str]:
    """Of the runs' jobs, of the jobs that these are parts of, and of their plans."""
    found: set[str] = set()
    for run in runs:
        job, plan = run.job_snapshot_id, run.execution_plan_snapshot_id
        if plan:
            found.add(plan)
        if job and job not in found:
            found.add(job)
            whole = storage.get_job_snapshot(job).lineage_snapshot if storage.has_job_snapshot(job) else None
            found |= {whole.parent_snapshot_id} if whole else set()
    return found


def drop_leavings(instance: dg.DagsterInstance, company: str, before: datetime, *, removed: bool = False) -> None:
    """Delete what is kept of a company's runs that are no longer recorded, also where an earlier version's purge left it, and what is older
    than a moment and no run's.

    Args:
        instance: Where it is kept.
        company: Whose.
        before: The moment.
        removed: Whether the company is no more: then also what Dagster remembers of its assets, sensors and schedules themselves.
    """
    events, runs = instance.event_log_storage, instance.run_storage
    if isinstance(events, SqlEventLogStorage):
        checks, log = AssetCheckExecutionsTable, SqlEventLogStorageTable
        _drop(instance, events.index_connection, checks, _of_company(checks, company))
        _drop(instance, events.index_connection, log, sa.and_(_of_company(log, company), log.c.run_id != RUNLESS_RUN_ID))
        _drop_runless(events, company, before, keep=not removed)
    if isinstance(runs, SqlRunStorage):
        tags = RunTagsTable
        _drop(instance, runs.connect, tags, sa.and_(tags.c.key == COMPANY_TAG, tags.c.value == company))
    _drop_ticks(instance, company, before, states=removed)
    if isinstance(events, SqliteEventLogStorage):
        _unlink_old(instance, events, before)


def _of_company(table: sa.Table, company: str) -> sa.ColumnElement[bool]:
    return table.c.asset_key.startswith(f"{json.dumps([company])[:-1]},", autoescape=True)


def _drop(instance: dg.DagsterInstance, connect: Callable[[], Any], table: sa.Table, mine: sa.ColumnElement[bool]) -> None:
    """Delete the rows of runs that are not recorded; `mine` tells a company's runs, by any of their rows."""
    with connect() as connection:
        known = sorted(connection.execute(sa.select(table.c.run_id).where(mine).distinct()).scalars())
    # Asked afterwards, so that a run that begins meanwhile is not taken for one that is gone.
    for some in _in_parts(known):
        if unrecorded := _not_recorded(instance, some):
            with connect() as connection:
                connection.execute(table.delete().where(table.c.run_id.in_(unrecorded)))


def _not_recorded(instance: dg.DagsterInstance, run_ids: Sequence[str]) -> set[str]:
    return set(run_ids) - {run.run_id for run in instance.get_runs(dg.RunsFilter(run_ids=list(run_ids)))}


def _drop_runless(events: SqlEventLogStorage, company: str, before: datetime, *, keep: bool) -> None:
    """Delete old events that are no run's; `keep`: but for the newest of each kind of an asset, from which Dagster knows how it stands."""
    log = SqlEventLogStorageTable
    mine = sa.and_(log.c.run_id == RUNLESS_RUN_ID, _of_company(log, company))
    newest = sa.select(sa.func.max(log.c.id)).where(mine).group_by(log.c.asset_key, log.c.dagster_event_type)
    places = [events.index_connection]
    if isinstance(events, SqliteEventLogStorage):
        places.append(lambda: events.run_connection(RUNLESS_RUN_ID))
    for connect in places:
        with connect() as connection:
            kept = connection.execute(newest).scalars().all() if keep else []
            old = log.c.timestamp < before.astimezone(UTC).replace(tzinfo=None)
            connection.execute(log.delete().where(mine, old, log.c.id.not_in(kept)))


def _drop_ticks(instance: dg.DagsterInstance, company: str, before: datetime, *, states: bool) -> None:
    """Delete the ticks of a company's sensors and schedules from before a moment, of those too that are no longer there; `states`: with
    what Dagster remembers of the sensors and schedules themselves."""
    storage = instance.schedule_storage
    if storage is None or not isinstance(storage, SqlScheduleStorage):
        return
    for origin_id, selector_id in _instigators(storage, company):
        storage.purge_ticks(origin_id, selector_id, before.timestamp())
        if states:
            with storage.connect() as connection:
                connection.execute(InstigatorsTable.delete().where(InstigatorsTable.c.selector_id == selector_id))
                connection.execute(JobTable.delete().where(JobTable.c.selector_id == selector_id))


def _instigators(storage: SqlScheduleStorage, company: str) -> Iterator[tuple[str, str]]:
    """Origin and selector of the company's sensors and schedules that ever ticked. Whose one is, its name says: ``acme_arrival``, and
    ``acme_2_arrival`` is that of `acme_2`."""
    ticks = JobTickTable
    one_each = sa.select(sa.func.max(ticks.c.id)).group_by(ticks.c.selector_id, ticks.c.job_origin_id)
    with storage.connect() as connection:
        found = connection.execute(
            sa.select(ticks.c.job_origin_id, ticks.c.selector_id, ticks.c.tick_body).where(ticks.c.id.in_(one_each))
        ).all()
    others = [one for one in names.companies() if one.startswith(f"{company}_")]
    for origin_id, selector_id, body in found:
        name = str(json.loads(body).get("job_name"))
        if name.startswith(f"{company}_") and not any(name.startswith(f"{one}_") for one in others):
            yield origin_id, selector_id or ""


def give_back(instance: dg.DagsterInstance, ledger: Ledger) -> None:
    """Give the disk back what SQLite's files hold for nothing, where that is much. Postgres does so by itself (autovacuum)."""
    events, runs, ticks = instance.event_log_storage, instance.run_storage, instance.schedule_storage
    files = [ledger.engine.url.database if ledger.engine.dialect.name == "sqlite" else None]
    files += [events.path_for_shard(shard) for shard in (_INDEX, RUNLESS_RUN_ID)] if isinstance(events, SqliteEventLogStorage) else []
    files += [sa.make_url(one._conn_string).database for one in (runs, ticks) if isinstance(one, SqliteRunStorage | SqliteScheduleStorage)]
    for file in filter(None, files):
        compact(Path(file))


def _unlink_old(instance: dg.DagsterInstance, events: SqliteEventLogStorage, before: datetime) -> None:
    """Take away the files of the events of runs that are no longer recorded, whoever's they were."""
    folder = Path(events.path_for_shard(_INDEX)).parent
    old = {
        file.stem: file
        for file in folder.glob("*.db")
        if file.stem not in {_INDEX, Path(events.path_for_shard(RUNLESS_RUN_ID)).stem} and file.stat().st_mtime < before.timestamp()
    }
    for some in _in_parts(sorted(old)):
        for run_id in _not_recorded(instance, some):
            _unlink(old[run_id])


def _unlink(file: Path) -> None:
    """Delete one of SQLite's files, with what SQLite keeps beside it."""
    for one in (file, *(file.with_name(f"{file.name}{end}") for end in ("-wal", "-shm", "-journal"))):
        with contextlib.suppress(FileNotFoundError):
            one.unlink()


def _in_parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
