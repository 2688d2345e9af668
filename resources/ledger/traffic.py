"""Calls to each destination, counted since the ledger has existed.

Belongs here: adding to the counts, reading them. Does not belong here: counting (``resources.traffic``).
"""

from collections.abc import Mapping

import sqlalchemy as sa

from resources.ledger import tables
from resources.ledger.database import upsert
from resources.ledger.scoped import Scoped
from resources.traffic import Counted

_COUNTS = ("calls", "seconds", "waits", "waited")


class Traffic(Scoped):
    """The ledger's part about calls."""

    def add(self, counted: Mapping[str, Counted]) -> None:
        """Add what a run has counted, by destination as people write it."""
        rows = [self._keys(destination=name, **{count: getattr(one, count) for count in _COUNTS}) for name, one in counted.items()]
        if not rows:
            return
        sums = {count: lambda old, new, count=count: old[count] + new[count] for count in _COUNTS}
        with self._writing() as connection:
            upsert(connection, tables.traffic, rows, **sums)

    def all(self) -> dict[str, Counted]:
        """All that was ever counted, by destination as people write it."""
        table = tables.traffic
        with self._reading() as connection:
            rows = connection.execute(sa.select(table).where(self._mine(table))).all()
        return {row.destination: Counted(row.calls, row.seconds, row.waits, row.waited) for row in rows}
