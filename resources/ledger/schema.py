"""Bringing a database to the schema that this code knows.

Belongs here: comparing, migrating, and when that may be done. Does not belong here: the migrations themselves
(``resources/ledger/migrations``), which schemas there are (``resources.ledger.revisions``), backing up what is not SQLite
(``resources.backups``).

A ledger that is an SQLite file belongs to one machine: the first process that opens it brings it up to date, and leaves a copy of what it
was beside it. One on a server may have processes of another version on other machines: it is brought up to date only by ``rollcall
upgrade``, and until then whoever opens it is told so. Neither is done while a run is under way, whose code may be older.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from resources import backups
from resources.failures import Permanent, Transient
from resources.ledger import database, revisions, tables
from resources.ledger.database import reading, writing
from resources.ledger.revisions import REVISIONS, refuse_newer

_LOCK: Final = "rollcall schema"


def bring_up_to_date(engine: sa.Engine) -> None:
    """Make what is needed of a database that is opened, or say why it cannot be used. Several processes may do so at once.

    Raises:
        Permanent: It is newer than this code, or older and on a server.
        Transient: It is older, and runs are under way.
    """
    with reading(engine) as connection:
        revision = _revision(connection)
    if revision == REVISIONS[-1]:
        return
    refuse_newer(revision)
    if revision is not None and engine.dialect.name != "sqlite":
        raise Permanent(
            f"The ledger has schema {revision}, and this version of Rollcall needs {REVISIONS[-1]}.",
            "Stop every process of the earlier version, on every machine, and then run once: rollcall upgrade",
        )
    ledger = Path(str(engine.url.database))
    upgrade(engine, lambda: backups.of_sqlite(ledger, ledger.with_name(f"{ledger.name}.before-{REVISIONS[-1]}")))


def upgrade(engine: sa.Engine, before: Callable[[], object] = lambda: None) -> str | None:
    """Make or migrate the tables, in one transaction.

    Args:
        engine: Of the database.
        before: What is done first with one that is older, such as copying it: nobody else migrates it meanwhile. If it fails, nothing is
            changed.

    Returns:
        The schema that it had; None if it had none.

    Raises:
        Permanent: It is newer than this code.
        Transient: It is older, and runs are under way.
    """
    with writing(engine, _LOCK) as connection:
        revision = _revision(connection)  # again: another process may have been quicker
        refuse_newer(revision)
        if revision != REVISIONS[-1]:
            if revision is not None:
                refuse_while_runs(connection, revision)
                before()
            _migrate(connection)
        return revision


def refuse_while_runs(connection: sa.Connection, revision: str) -> None:
    """Stop while a run is under way: its code may know the schema that is there, and no other.

    Raises:
        Transient: One is.
    """
    if companies := under_way(connection):
        raise Transient(
            f"The ledger has schema {revision}, this version needs {REVISIONS[-1]}, and runs are under way ({', '.join(companies)}).",
            "Let them come to their end, or stop them; one that was killed counts as under way for a minute. Then run again.",
        )


def under_way(connection: sa.Connection) -> list[str]:
    """The companies that have a run under way, as a ledger of any schema tells it."""
    there, now = set(sa.inspect(connection).get_table_names()), database.now(connection)
    found: set[str] = set()
    lease, heartbeat, run = tables.lease.c, tables.heartbeat.c, tables.run.c
    if "lease" in there:
        query = sa.select(lease.company).where(lease.run_id.is_not(None), lease.expires_at > now)
        found |= set(connection.execute(query).scalars())
    if "heartbeat" in there:  # signs outlast a run by a minute
        ended = sa.exists().where(run.company == heartbeat.company, run.run_id == heartbeat.run_id, run.ended.is_not(None))
        found |= set(connection.execute(sa.select(heartbeat.company).where(heartbeat.expires_at > now, ~ended)).scalars())
    return sorted(found)


def _revision(connection: sa.Connection) -> str | None:
    return revisions.of(connection)


def _migrate(connection: sa.Connection) -> None:
    from alembic import command  # noqa: PLC0415 - needed once in the life of a ledger, slow to import
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, REVISIONS[-1])
