"""What every part of the ledger is: one company's view of one database.

Belongs here: transactions bound to the company. Does not belong here: any table.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Protocol

import pandas as pd
import sqlalchemy as sa

from resources.ledger import database, revisions


class Permit(Protocol):
    """What a write rests on: the company's lease (`resources.ledger.leases.Lease`)."""

    def check(self, connection: sa.Connection) -> None:
        """Raise if it no longer holds, as the transaction that is about to write sees it."""


class Scoped:
    """One company's rows in one database."""

    def __init__(self, engine: sa.Engine, company: str) -> None:
        self.engine = engine
        self.company = company

    @contextmanager
    def _writing(self, permit: Permit | None = None) -> Iterator[sa.Connection]:
        """A transaction that writes, to the schema that this code knows; under a lease, only while no other run has taken it over."""
        with database.writing(self.engine, f"rollcall company {self.company}") as connection:
            revisions.check(connection)
            if permit is not None:
                permit.check(connection)
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

    def _frame(self, table: sa.Table, columns: Sequence[str], order: Sequence[str], *more: Any, **equal: Any) -> pd.DataFrame:
        """Some columns of this company's rows with these values, and for which the further conditions hold, in order."""
        chosen = sa.select(*(table.c[name] for name in columns)).where(self._mine(table, **equal), *more)
        with self._reading() as connection:
            return database.frame(connection, chosen.order_by(*(table.c[name] for name in order)))

    def _mine(self, table: sa.Table, **equal: Any) -> Any:
        """The condition that picks this company's rows with these values."""
        return sa.and_(table.c.company == self.company, *(table.c[name] == value for name, value in equal.items()))

    def _keys(self, **keys: Any) -> dict[str, Any]:
        return {"company": self.company, **keys}


def moment() -> datetime:
    """The present time, in UTC."""
    return datetime.now(UTC)
