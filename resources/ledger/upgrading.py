"""A ledger that is brought up to date on somebody's word: looked at, backed up, migrated.

Belongs here: what `rollcall upgrade` does with the ledger. Does not belong here: migrating (``resources.ledger.schema``), Dagster's own
database (``assets.runs.dagster_schema``).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from resources import backups
from resources.ledger import revisions, schema
from resources.ledger.database import connect, reading, writing


@dataclass(frozen=True)
class Outdated:
    """A ledger as it was found."""

    engine: sa.Engine
    revision: str | None
    """None: there is none yet, or an empty database."""

    @property
    def current(self) -> bool:
        """Whether there is nothing to do."""
        return self.revision == revisions.REVISIONS[-1]


@contextmanager
def look(url: str) -> Iterator[Outdated]:
    """The ledger at a place, for as long as the block lasts; looking changes nothing.

    Raises:
        Permanent: It is newer than this code.
        Transient: It cannot be reached, or is older and runs are under way.
    """
    engine = connect(url)
    try:
        with reading(engine) as connection:
            revision = revisions.of(connection)
            revisions.refuse_newer(revision)
            if revision not in (None, revisions.REVISIONS[-1]):
                schema.refuse_while_runs(connection, str(revision))
        yield Outdated(engine, revision)
    finally:
        engine.dispose()


@contextmanager
def alone(found: Outdated) -> Iterator[None]:
    """For as long as the block lasts, no other process is in such a block: what Dagster migrates, it does not lock."""
    with writing(found.engine, "rollcall upgrade"):
        yield


def under_way(found: Outdated) -> list[str]:
    """The companies that have a run under way."""
    with reading(found.engine) as connection:
        return schema.under_way(connection)


def back_up(found: Outdated, folder: Path) -> list[Path]:
    """Copy it, with its keys, to files in a folder.

    Raises:
        Permanent: It is on a server, and cannot be dumped here.
    """
    if found.engine.dialect.name != "sqlite":
        return [backups.of_postgres(found.engine.url, folder / "ledger.dump")]
    ledger = Path(str(found.engine.url.database))
    keys = [backups.of_file(key, folder / key.name) for key in sorted(ledger.parent.glob(f"{ledger.name}.*.key"))]
    return [backups.of_sqlite(ledger, folder / ledger.name), *keys]
