"""Which runs live.

Belongs here: a run's signs of life, from its first step to its end. Does not belong here: who may write (``resources.ledger.leases``),
what becomes of a run that has died (``assets.runs.recovery``).

The number of a process says nothing on another machine, and after a while it belongs to another process. What tells everywhere is that
the signs have stopped. They are not taken back when a run ends: they expire, and by then whoever keeps the runs knows how it ended.
"""

from typing import Final

import sqlalchemy as sa

from resources.ledger import database, tables
from resources.ledger.scoped import Scoped

SILENT_AFTER: Final = 60.0
"""Seconds without a sign of life after which a run counts as dead."""
_KEPT: Final = 7 * 86400.0


class Heartbeats(Scoped):
    """The ledger's part about runs that live."""

    def beat(self, run_id: str, silent_after: float = SILENT_AFTER) -> None:
        """Keep that a run lives.

        Args:
            run_id: The run.
            silent_after: For how many seconds that holds.
        """
        with self._writing() as connection:
            now = database.now(connection)
            old = sa.and_(self._mine(tables.heartbeat), tables.heartbeat.c.expires_at < now - _KEPT)
            connection.execute(sa.delete(tables.heartbeat).where(old))
            database.upsert(connection, tables.heartbeat, [self._keys(run_id=run_id, expires_at=now + silent_after)])

    def silence(self, run_id: str) -> None:
        """Let the signs of life of a run that has ended be over at once."""
        with self._writing() as connection:
            connection.execute(sa.delete(tables.heartbeat).where(self._mine(tables.heartbeat, run_id=run_id)))

    def remaining(self) -> dict[str, float]:
        """Run → for how many seconds its last sign of life still holds; negative once it has died. Long dead runs are forgotten."""
        query = sa.select(tables.heartbeat.c.run_id, tables.heartbeat.c.expires_at).where(self._mine(tables.heartbeat))
        with self._reading() as connection:
            now = database.now(connection)
            return {str(row.run_id): row.expires_at - now for row in connection.execute(query)}

    def now(self) -> float:
        """Seconds since 1970 on the ledger's clock."""
        with self._reading() as connection:
            return database.now(connection)
