"""Dagster's own database, brought up to date with the Dagster that is installed.

Belongs here: the use of Dagster's internals that this takes. Does not belong here: the ledger (``resources.ledger.upgrading``), what
Dagster keeps of deleted runs (``assets.runs.dagster_storage``).
"""

import contextlib
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import sqlalchemy as sa
from dagster._core.storage.event_log import SqliteEventLogStorage

from assets.company import COMPANY_TAG
from assets.runs.recovery import STARTING_TAKES
from resources import backups


def outdated(instance: dg.DagsterInstance) -> list[str]:
    """Which parts of an instance have another schema than the installed Dagster needs: runs, events, ticks."""
    parts = {"runs": instance.run_storage, "events": instance.event_log_storage, "ticks": instance.schedule_storage}
    return [name for name, storage in parts.items() if _is_outdated(storage)]


def _is_outdated(storage: Any) -> bool:
    version = storage.alembic_version() if storage is not None else None
    return version is not None and version[0] != version[1]


def starting(instance: dg.DagsterInstance) -> list[str]:
    """The companies of runs that were begun so lately that they may not have given a sign of life yet."""
    statuses = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]
    lately, found = datetime.now(UTC).timestamp() - STARTING_TAKES, instance.get_run_records(dg.RunsFilter(statuses=statuses))
    return sorted({record.dagster_run.tags.get(COMPANY_TAG, "another") for record in found if record.update_timestamp.timestamp() > lately})


def back_up(instance: dg.DagsterInstance, folder: Path) -> list[Path]:
    """Copy all of its databases to files in a folder.

    Raises:
        Permanent: They are on a server, and cannot be dumped here.
    """
    runs, events, ticks = instance.run_storage, instance.event_log_storage, instance.schedule_storage
    urls = {str(url) for one in (runs, events, ticks) if (url := getattr(one, "postgres_url", None))}
    copies = [
        backups.of_postgres(url, folder / ("dagster.dump" if number == 0 else f"dagster-{number}.dump"))
        for number, url in enumerate(sorted(urls))
    ]
    files = {Path(events.path_for_shard("index")).parent: "runs"} if isinstance(events, SqliteEventLogStorage) else {}
    copies += [
        backups.of_sqlite(file, folder / "history" / name / file.name)
        for place, name in files.items()
        for file in sorted(place.glob("*.db"))
    ]
    for one, name in ((runs, "history"), (ticks, "schedules")):
        url = getattr(one, "_conn_string", None)
        if url and sa.make_url(url).get_backend_name() == "sqlite" and (file := Path(str(sa.make_url(url).database))).exists():
            copies.append(backups.of_sqlite(file, folder / name / file.name))
    return copies


def upgrade(instance: dg.DagsterInstance) -> None:
    """What `dagster instance migrate` does, without what it prints."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        instance.upgrade()
