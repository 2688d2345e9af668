"""Which schema a ledger has, and which of them this code knows.

Belongs here: the list, reading it from a database, and what is said where it is another one. Does not belong here: migrating
(``resources.ledger.schema``).
"""

from typing import Final

import sqlalchemy as sa

from resources.failures import Permanent

REVISIONS: Final = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008")
"""Every revision of ``resources/ledger/migrations``, oldest first. A constant, since asking Alembic costs a third of a second."""

VERSION: Final = sa.table("alembic_version", sa.column("version_num", sa.String))


def of(connection: sa.Connection) -> str | None:
    """The schema of a database; None if there is no ledger in it yet."""
    if not sa.inspect(connection).has_table(VERSION.name):
        return None
    return connection.execute(sa.select(VERSION.c.version_num)).scalar_one_or_none()


def refuse_newer(revision: str | None) -> None:
    """Stop before a ledger that is newer than this code.

    Raises:
        Permanent: It is.
    """
    if revision is not None and revision not in REVISIONS:
        raise Permanent(
            f"The ledger has schema {revision}; this version of Rollcall knows none later than {REVISIONS[-1]}.",
            "Upgrade Rollcall: an older version must not write to a newer ledger.",
        )


def check(connection: sa.Connection) -> None:
    """Stop a process that has had the ledger open since before somebody upgraded it.

    Raises:
        Permanent: It has another schema now than this code knows.
    """
    revision = connection.execute(sa.select(VERSION.c.version_num)).scalar_one_or_none()
    if revision != REVISIONS[-1]:
        raise Permanent(
            f"The ledger has schema {revision} now, and this process knows {REVISIONS[-1]}: it was upgraded meanwhile.",
            "Start this process again, with the version that all others have; re-execute what it was doing.",
        )
