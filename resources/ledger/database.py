"""The ledger's database: opening it, its transactions, bulk writes and frames.

Belongs here: what differs between SQLite and Postgres, and nothing that knows what a row means.

A failure's text never repeats the driver's: Postgres quotes the row that it refuses.
"""

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from resources.failures import Permanent, Transient
from resources.ledger import bulk, revisions
from resources.ledger.bulk import DTYPES, Rows
from resources.ledger.tables import Moment
from resources.owner_only import make_directory
from resources.shortage import shortage

BUSY_SECONDS: Final = 30.0
"""How long a transaction waits for another one's to end."""

_WRITES = "rollcall_writes"
_ONLY_LOOKS = "rollcall_only_looks"
Records = list[dict[str, Any]]


def connect(url: str) -> sa.Engine:
    """An engine for the ledger's URL, whose errors show no parameters.

    Args:
        url: A database URL, or the path of an SQLite file. ``postgresql://`` means psycopg2, the driver that Dagster uses.

    Raises:
        Permanent: The URL names an SQLite database in memory, which no second process could share.
    """
    parsed = sa.make_url(url if "://" in url else f"sqlite:///{url}")
    if parsed.get_backend_name() != "sqlite":
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg2")
        return sa.create_engine(parsed, hide_parameters=True, pool_pre_ping=True)
    if not parsed.database or parsed.database == ":memory:":
        raise Permanent("The ledger needs a file.", "Give it a URL such as sqlite:////srv/rollcall/ledger.db.")
    _owner_only(Path(parsed.database))
    engine = sa.create_engine(parsed, hide_parameters=True)
    sa.event.listen(engine, "connect", _on_connect)
    sa.event.listen(engine, "begin", _on_begin)
    return engine


def _owner_only(path: Path) -> None:
    # SQLite gives its -wal and -shm files the permissions of the file itself. Never open the file here: whoever closes it gives back all
    # locks of this process, also those of a connection in another thread, whose writes would then go to a log that is deleted.
    folder = make_directory(path.absolute().parent)
    if not path.exists():
        handle, fresh = tempfile.mkstemp(dir=folder, prefix=f".{path.name}.")  # mkstemp creates 0600
        os.close(handle)
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)
        Path(fresh).unlink()
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions by itself: _on_begin does
    connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
    connection.execute("PRAGMA foreign_keys = ON")
    _write_ahead(connection)


def _write_ahead(connection: Any) -> None:
    # Two processes that open a new file at once: changing the journal needs the file alone, and does not wait for it.
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except connection.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _on_begin(connection: sa.Connection) -> None:
    # A transaction that reads first and writes later fails at once if another wrote in between: take the lock at the start.
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def only_looking(engine: sa.Engine, only: bool = True) -> sa.Engine:
    """The same database through an engine with which nothing can be written; with `only` false, again with one that can."""
    return engine.execution_options(**{_ONLY_LOOKS: only})


def only_looks(engine: sa.Engine) -> bool:
    """Whether nothing can be written with an engine."""
    return bool(engine.get_execution_options().get(_ONLY_LOOKS))


@contextmanager
def writing(engine: sa.Engine, *locks: str) -> Iterator[sa.Connection]:
    """A transaction that writes: all of it or nothing, and alone among those with one of the same `locks` (on SQLite: alone).

    Raises:
        Permanent: The engine is for looking only.
    """
    if only_looks(engine):
        raise Permanent("Something was to be written to the ledger by what only looks.", "This is a fault of Rollcall: report it.")
    with _quiet(engine), engine.execution_options(**{_WRITES: True}).begin() as connection:
        for lock in locks if connection.dialect.name == "postgresql" else ():
            number = int.from_bytes(sha256(lock.encode()).digest()[:8], signed=True)
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))
        yield connection


def overwrite_deleted(connection: sa.Connection) -> None:
    """Have SQLite write zeros over what this transaction deletes. Postgres does so in its own time (vacuum)."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")


def empty_log(engine: sa.Engine) -> None:
    """Let go of SQLite's log of former pages, as far as nobody reads them just now."""
    if engine.dialect.name == "sqlite":
        with _quiet(engine), contextlib.closing(engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that only reads."""
    with _quiet(engine), engine.begin() as connection:
        yield connection


@contextmanager
def _quiet(engine: sa.Engine) -> Iterator[None]:
    try:
        yield
    except sa.exc.DBAPIError as error:
        raise shortage(error) or _other_schema(engine, error) or _failure(error) from None


def _other_schema(engine: sa.Engine, error: sa.exc.DBAPIError) -> Permanent | None:
    """That the schema is another one by now, where a statement asks for a column or table that is not there."""
    code = getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "pgcode", None)
    if code not in ("SQLITE_ERROR", "42703", "42P01"):
        return None
    try:
        with engine.connect() as connection:
            revisions.check(connection)
    except Permanent as failure:
        return failure
    except sa.exc.DBAPIError:  # no ledger at all
        return None
    return None


def _failure(error: sa.exc.DBAPIError) -> Exception:
    code = getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "pgcode", None)
    what = f"{type(error.orig).__name__}{f' {code}' if code else ''}"
    if isinstance(error, sa.exc.OperationalError):
        return Transient(f"The ledger's database is not available ({what}).", "Run again once it is.")
    return Permanent(f"The ledger's database refused a statement ({what}).")


def now(connection: sa.Connection) -> float:
    """Seconds since 1970 on the clock that all users of this database share."""
    if connection.dialect.name == "postgresql":
        return float(connection.execute(sa.text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())
    return time.time()


def insert(connection: sa.Connection, table: sa.Table, rows: Records | Rows) -> None:
    """Insert all rows."""
    _execute(connection, table, rows, lambda inserting: inserting)


def upsert(connection: sa.Connection, table: sa.Table, rows: Records | Rows, where: Any = None, **special: Any) -> None:
    """Insert all rows, replacing those that have the same primary key.

    Args:
        connection: A transaction that writes.
        table: The table.
        rows: At most one for each primary key; dicts with the same keys, if there are a few.
        where: A function of (table, the new row): only existing rows for which it holds are replaced.
        special: Column → a function of (table, the new row), where the new value is not simply the new row's.
    """

    def replacing(inserting: Any) -> Any:
        keys = {column.name for column in table.primary_key}
        names = rows.names if isinstance(rows, Rows) else rows[0]
        changed = {name: inserting.excluded[name] for name in names if name not in keys}
        changed |= {name: value(table.c, inserting.excluded) for name, value in special.items()}
        condition = where(table.c, inserting.excluded) if where else None
        return inserting.on_conflict_do_update(index_elements=sorted(keys), set_=changed, where=condition)

    _execute(connection, table, rows, replacing)


def insert_missing(connection: sa.Connection, table: sa.Table, rows: Records | Rows) -> None:
    """Insert all rows; those that are there already stay as they are."""
    _execute(connection, table, rows, lambda inserting: inserting.on_conflict_do_nothing())


def _execute(connection: sa.Connection, table: sa.Table, rows: Records | Rows, finished: Callable[[Any], Any]) -> None:
    if isinstance(rows, Rows):
        bulk.write(connection, table, rows, finished)
    elif rows:
        inserting = postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
        connection.execute(finished(inserting), rows)


def rows_of(frame: pd.DataFrame, columns: Sequence[str], **same: Any) -> Rows:
    """These columns of a frame as rows, with the same further values in each."""
    return Rows(frame.loc[:, list(columns)], same)


def frame(connection: sa.Connection, query: sa.Select[Any]) -> pd.DataFrame:
    """What a query gives, as a frame: text and days as ``str``, whole numbers and booleans nullable where the column is."""
    columns = list(query.selected_columns)
    values = list(zip(*connection.execute(query).all(), strict=True)) or [()] * len(columns)
    return pd.DataFrame({column.name: _column(column, cells) for column, cells in zip(columns, values, strict=True)})


def _column(column: Any, cells: Sequence[Any]) -> Any:
    if isinstance(column.type, Moment):
        return pd.to_datetime(pd.Series(cells, dtype=object), utc=True).array
    if isinstance(column.type, sa.Text):
        return pd.array(pa.array(cells, pa.large_string()), dtype="str")
    strict, nullable = DTYPES.get(type(column.type), ("str", "str"))
    dtype: Any = nullable if getattr(column, "nullable", True) else strict
    return pd.array(list(cells), dtype=dtype)
