"""Who looked at pages about people.

Belongs here: a line for each such page that is shown, before it is. Does not belong here: who may see it (``web.serve``), what somebody
decided there (``resources.ledger.decisions``).
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from resources.ledger import tables
from resources.ledger.database import insert
from resources.ledger.scoped import Scoped, moment


@dataclass(frozen=True)
class Visit:
    """One page that somebody was shown."""

    at: datetime
    name: str
    page: str
    employee_id: str | None
    """Whom it was about, where it was one person."""


class Visits(Scoped):
    """The ledger's part about pages that were shown."""

    def note(self, name: str, page: str, employee_id: str | None = None, digest: str | None = None) -> None:
        """Keep that somebody is shown a page.

        Args:
            name: Who.
            page: Which, in a word.
            employee_id: Whom it is about, where it is one person.
            digest: Of the held set that it is about.
        """
        row = {"at": moment(), "name": name, "page": page, "employee_id": employee_id, "digest": digest}
        with self._writing() as connection:
            insert(connection, tables.visit, [self._keys(visit=str(uuid.uuid4()), **row)])

    def newest(self, most: int) -> list[Visit]:
        """The newest, newest first."""
        table = tables.visit
        query = sa.select(table).where(self._mine(table)).order_by(table.c.at.desc(), table.c.visit).limit(most)
        with self._reading() as connection:
            return [Visit(row.at, row.name, row.page, row.employee_id) for row in connection.execute(query)]
