"""What is kept in SQLite, Dagster's instance and our ledger, costs tests less than a company: nothing is different but the price.

Storing the events of runs was 29 of 74 seconds of the tests that run Dagster. Four things are done away with:

- waiting for the disk, after every event: only a power cut could tell. A killed process leaves what it left before.
- an engine for every event, and reading Dagster's migrations for every database, which Rollcall's own processes do without
  (``assets.runs.dagster_engines``) and a test's process would not.
- a connection for every event of a run that no instance keeps: one for each thread, to the same database in memory.
- working out the statements that make a new ledger again: they are what Alembic gave in this process for the first of its kind. One that is
  older than this code is always migrated by Alembic itself.

Belongs here: what every test of this kind pays. Does not belong here: anything that a test could see.
"""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from typing import Any

import sqlalchemy as sa

IN_MEMORY = ("dagster._core.storage.event_log.in_memory", "dagster._core.storage.runs.in_memory")


def make_cheap() -> None:
    """In this process, and in those that are forked from it, from now on."""
    sa.event.listen(sa.Engine, "connect", _wait_for_no_disk)
    if "resources.ledger" in sys.modules:
        _make_ledgers_cheap(import_module("resources.ledger.schema"))
    if "dagster" in sys.modules:  # who tests rules alone does not wait for it
        import_module("assets.runs.dagster_engines").keep()
        for name in IN_MEMORY:
            import_module(name).create_engine = _engine_in_memory  # type: ignore[attr-defined]


def _make_ledgers_cheap(schema: Any) -> None:
    migrate = schema._migrate
    made: dict[str, list[tuple[str, Any]]] = {}

    @wraps(migrate)
    def cheaply(connection: sa.Connection) -> None:
        kind = connection.dialect.name
        if sa.inspect(connection).get_table_names():
            migrate(connection)
        elif kind in made:
            for statement, parameters in made[kind]:
                connection.exec_driver_sql(statement, parameters)
        else:
            with _executed(connection) as statements:
                migrate(connection)
            made[kind] = [one for one in statements if not one[0].lstrip().startswith(("SELECT", "PRAGMA"))]

    schema._migrate = cheaply


@contextmanager
def _executed(connection: sa.Connection) -> Iterator[list[tuple[str, Any]]]:
    """Each statement that is executed there, with its parameters."""
    found: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        found.append((statement, parameters))

    sa.event.listen(connection, "before_cursor_execute", keep)
    yield found
    sa.event.remove(connection, "before_cursor_execute", keep)


def _wait_for_no_disk(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous = OFF")


def _engine_in_memory(url: str, poolclass: type[sa.Pool]) -> sa.Engine:
    return sa.create_engine(url, poolclass=sa.SingletonThreadPool)
