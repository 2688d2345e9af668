"""What Dagster's own storage keeps of runs that are deleted, and the room that its SQLite files do not give back.

Belongs here: what deleting a run through Dagster's API leaves. Does not belong here: which runs go (``assets.runs.retention``).

Dagster 1.13 deletes a run and its events and leaves what its checks said (``asset_check_executions``), some 29 kB a night, and on SQLite,
where nothing cascades, the run's tags.
"""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import dagster as dg
import sqlalchemy as sa
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from dagster._core.storage.runs import SqliteRunStorage, SqlRunStorage
from dagster._core.storage.runs.schema import RunTagsTable

from assets.company import COMPANY_TAG
from resources.ledger import Ledger
from resources.past.compacting import compact

_AT_ONCE: Final = 500


def drop_leavings(instance: dg.DagsterInstance, company: str) -> None:
    """Delete what is kept of a company's runs that are no longer recorded, those that went with an earlier version's purge too.

    Args:
        instance: Where it is kept.
        company: Whose.
    """
    events, runs = instance.event_log_storage, instance.run_storage
    if isinstance(events, SqlEventLogStorage):
        checks = AssetCheckExecutionsTable
        mine = checks.c.asset_key.startswith(f"{json.dumps([company])[:-1]},", autoescape=True)
        _drop(instance, events.index_connection, checks, mine)
    if isinstance(runs, SqlRunStorage):
        tags = RunTagsTable
        _drop(instance, runs.connect, tags, sa.and_(tags.c.key == COMPANY_TAG, tags.c.value == company))


def _drop(instance: dg.DagsterInstance, connect: Callable[[], Any], table: sa.Table, mine: sa.ColumnElement[bool]) -> None:
    """Delete the rows of runs that are not recorded; `mine` tells a company's runs, by any of their rows."""
    with connect() as connection:
        known = sorted(connection.execute(sa.select(table.c.run_id).where(mine).distinct()).scalars())
    # Asked afterwards, so that a run that begins meanwhile is not taken for one that is gone.
    for start in range(0, len(known), _AT_ONCE):
        some = known[start : start + _AT_ONCE]
        gone = set(some) - {run.run_id for run in instance.get_runs(dg.RunsFilter(run_ids=some))}
        if gone:
            with connect() as connection:
                connection.execute(table.delete().where(table.c.run_id.in_(gone)))


def give_back(instance: dg.DagsterInstance, ledger: Ledger) -> None:
    """Give the disk back what SQLite's files hold for nothing, where that is much. Postgres does so by itself (autovacuum)."""
    events, runs = instance.event_log_storage, instance.run_storage
    files = [ledger.engine.url.database if ledger.engine.dialect.name == "sqlite" else None]
    files += [events.path_for_shard("index")] if isinstance(events, SqliteEventLogStorage) else []
    files += [sa.make_url(runs._conn_string).database] if isinstance(runs, SqliteRunStorage) else []
    for file in filter(None, files):
        compact(Path(file))


def unlink_events(instance: dg.DagsterInstance, run_id: str) -> None:
    """On SQLite a run's events are a file of their own, which Dagster empties and leaves there, with what SQLite keeps beside it."""
    events = instance.event_log_storage
    if isinstance(events, SqliteEventLogStorage):
        file = Path(events.path_for_shard(run_id))
        for one in (file, *(file.with_name(f"{file.name}{end}") for end in ("-wal", "-shm", "-journal"))):
            with contextlib.suppress(FileNotFoundError):
                one.unlink()
