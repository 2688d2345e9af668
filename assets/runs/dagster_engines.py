"""What Dagster makes anew for each question to its SQLite files, made once.

Belongs here: SQLAlchemy's engines of Dagster's own storage, Alembic's reading of its migrations. Does not belong here: the connections
(``assets.runs.launch`` keeps one open), the ledger's engine (``resources.ledger.database``).

Dagster 1.13 makes an engine for each event that it stores, two where an asset is told of. An engine asks what it speaks to, and compiles
each statement for the first time: a quarter of what an event costs. None holds a connection (``NullPool``), so that they may be kept. The
migrations are read and compiled for each file that is opened, five times a run.
"""

from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory
from dagster._core.storage.event_log.sqlite import sqlite_event_log
from dagster._core.storage.runs.sqlite import sqlite_run_storage
from dagster._core.storage.schedules.sqlite import sqlite_schedule_storage

_FILES: Final = 16
"""Of so many files: a run asks its own, that of all runs' events, that of runs. A code server lives for weeks, and each run has a file."""

_read: Final = ScriptDirectory.from_config
_scripts: Final[dict[str | None, ScriptDirectory]] = {}
"""By where they lie: Dagster's three kinds of storage have one place for theirs, in three configurations that say the same."""


def keep() -> None:
    """Have Dagster's storage on SQLite, in this process, use again the engine that it made for a file and the migrations that it read."""
    ScriptDirectory.from_config = _migrations  # type: ignore[method-assign]
    for module in (sqlite_event_log, sqlite_run_storage, sqlite_schedule_storage):
        vars(module)["create_engine"] = _engine


def _migrations(config: Config) -> ScriptDirectory:
    where = config.get_main_option("script_location")
    if where not in _scripts:
        _scripts[where] = _read(config)
    return _scripts[where]


def _engine(url: str, *, connect_args: dict[str, Any] | None = None, **how: Any) -> sa.Engine:
    return _kept(url, tuple((connect_args or {}).items()), tuple(how.items()))


@lru_cache(_FILES)
def _kept(url: str, connect_args: tuple[tuple[str, Any], ...], how: tuple[tuple[str, Any], ...]) -> sa.Engine:
    return sa.create_engine(url, connect_args=dict(connect_args), **dict(how))
