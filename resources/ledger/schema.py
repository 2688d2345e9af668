"""Bringing a database to the schema that this code knows, when it is opened.

Belongs here: comparing and migrating. Does not belong here: the migrations themselves (``resources/ledger/migrations``).
"""

from pathlib import Path
from typing import Final

import sqlalchemy as sa

from resources.failures import Permanent
from resources.ledger.database import reading, writing

REVISIONS: Final = ("0001", "0002", "0003", "0004", "0005", "0006")
"""Every revision of ``resources/ledger/migrations``, oldest first. A constant, since asking Alembic costs a third of a second."""

_VERSION = sa.table("alembic_version", sa.column("version_num", sa.String))


def bring_up_to_date(engine: sa.Engine) -> None:
    """Migrate the database if it is older than this code. Several processes may do so at once.

    Raises:
        Permanent: The database is newer than this code.
    """
    with reading(engine) as connection:
        if _revision(connection) == REVISIONS[-1]:
            return
    with writing(engine, "rollcall schema") as connection:
        revision = _revision(connection)  # again: another process may have been quicker
        if revision is not None and revision not in REVISIONS:
            raise Permanent(
                f"The ledger has schema {revision}; this version of Rollcall knows none later than {REVISIONS[-1]}.",
                "Upgrade Rollcall: an older version must not write to a newer ledger.",
            )
        if revision != REVISIONS[-1]:
            _migrate(connection)


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(_VERSION.name):
        return None
    return connection.execute(sa.select(_VERSION.c.version_num)).scalar_one_or_none()


def _migrate(connection: sa.Connection) -> None:
    from alembic import command  # noqa: PLC0415 - needed once in the life of a ledger, slow to import
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, REVISIONS[-1])
