"""What the ledger's parts share: one company's view of one database.

Belongs here: transactions bound to the company. Does not belong here: any table.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from resources.ledger import database

if TYPE_CHECKING:
    from resources.ledger.lease import Lease


class Scoped:
    """One company's rows in one database."""

    def __init__(self, engine: sa.Engine, company: str) -> None:
        self.engine = engine
        self.company = company

    @contextmanager
    def _writing(self, lease: "Lease | None" = None) -> Iterator[sa.Connection]:
        """A transaction that writes; under a lease, only while no other run has taken it over."""
        with database.writing(self.engine, f"rollcall company {self.company}") as connection:
            if lease is not None:
                lease.check(connection)
            yield connection

    @contextmanager
    def _erasing(self) -> Iterator[sa.Connection]:
        """A transaction that writes, and after which the database's files hold nothing more of what it deleted."""
        with self._writing() as connection:
            database.overwrite_deleted(connection)
            yield connection
        database.empty_log(self.engine)

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with database.reading(self.engine) as connection:
            yield connection

    def _mine(self, table: sa.Table, **equal: Any) -> Any:
        """The condition that picks this company's rows with these values."""
        return sa.and_(table.c.company == self.company, *(table.c[name] == value for name, value in equal.items()))

    def _keys(self, **keys: Any) -> dict[str, Any]:
        return {"company": self.company, **keys}


def moment() -> datetime:
    """The present time, in UTC."""
    return datetime.now(UTC)
