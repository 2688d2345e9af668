"""One run of a company writes at a time.

Belongs here: taking, keeping and losing the lease. Does not belong here: what is written under it.

A heartbeat says that the holder lives. When it stops, another run may take over, and gets a higher fencing number. A holder that was only
asleep finds its number outdated inside the very transaction in which it would have written.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

import sqlalchemy as sa

from resources.failures import Failed, Permanent, Transient
from resources.ledger import database, tables
from resources.ledger.scoped import Scoped

_log = logging.getLogger(__name__)

EXPIRES_AFTER: Final = 60.0
"""Seconds without a heartbeat after which another run may take over."""


class Holder(NamedTuple):
    """Which run holds the lease, and under which number."""

    run_id: str
    fence: int


class Lease:
    """A company's lease in the hands of one run."""

    def __init__(self, leases: "Leases", run_id: str, fence: int) -> None:
        self._leases = leases
        self.run_id = run_id
        self.fence = fence

    def check(self, connection: sa.Connection | None = None) -> None:
        """Make sure that no other run has taken over.

        Args:
            connection: The transaction that is about to write; without one, a look of its own.

        Raises:
            Permanent: Another run has taken over, or the lease was given back.
        """
        holder = self._leases.read_holder(connection) if connection is not None else self._leases.holder()
        if holder != Holder(self.run_id, self.fence):
            by = f"run {holder.run_id} holds it" if holder else "nobody holds it"
            raise Permanent(
                f"Run {self.run_id} no longer holds the lease of {self._leases.company}: {by}.",
                "It stopped before writing more. Re-execute it from failure when the other run has ended.",
            )


class Leases(Scoped):
    """The ledger's part about who may write."""

    @contextmanager
    def hold(self, run_id: str, expires_after: float = EXPIRES_AFTER) -> Iterator[Lease]:
        """Hold the company's lease, with a heartbeat from a thread of its own. It does not nest.

        Args:
            run_id: The run that is going to write.
            expires_after: Seconds of silence after which this lease counts as abandoned.

        Raises:
            Transient: Another run that lives holds it.
        """
        lease = Lease(self, run_id, self._take(run_id, expires_after))
        ended = threading.Event()
        beat = threading.Thread(target=self._beat, args=(lease, ended, expires_after), name="lease-heartbeat", daemon=True)
        beat.start()
        try:
            yield lease
        finally:
            ended.set()
            beat.join()
            self._give_back(lease)

    def holder(self) -> Holder | None:
        """The run that holds the lease, alive or not."""
        with self._reading() as connection:
            return self.read_holder(connection)

    def read_holder(self, connection: sa.Connection) -> Holder | None:
        """The run that holds the lease, as a transaction sees it."""
        row = connection.execute(sa.select(tables.lease).where(self._mine(tables.lease))).one_or_none()
        return Holder(row.run_id, row.fence) if row and row.run_id else None

    def _take(self, run_id: str, expires_after: float) -> int:
        with self._writing() as connection:
            now = database.now(connection)
            row = connection.execute(sa.select(tables.lease).where(self._mine(tables.lease))).one_or_none()
            # The same run may come again: its process was killed and started anew.
            if row and row.run_id not in (None, run_id) and now < row.expires_at:
                raise Transient(
                    f"Run {row.run_id} is writing for {self.company}.",
                    f"Run again when it has ended; if its process is gone, the lease is free in {row.expires_at - now:.0f} s.",
                )
            fence: int = row.fence + 1 if row else 1
            database.upsert(connection, tables.lease, [self._keys(run_id=run_id, fence=fence, expires_at=now + expires_after)])
            return fence

    def _give_back(self, lease: Lease) -> None:
        try:
            with self._writing() as connection:
                connection.execute(sa.update(tables.lease).where(self._held(lease)).values(run_id=None))
        except Failed:
            _log.warning("the lease could not be given back; it expires by itself")

    def _beat(self, lease: Lease, ended: threading.Event, expires_after: float) -> None:
        while not ended.wait(expires_after / 4):
            try:
                with self._writing() as connection:
                    beat = sa.update(tables.lease).where(self._held(lease)).values(expires_at=database.now(connection) + expires_after)
                    if connection.execute(beat).rowcount == 0:
                        return
            except Failed:
                _log.warning("a heartbeat of the lease failed; the next follows")

    def _held(self, lease: Lease) -> sa.ColumnElement[bool]:
        condition: sa.ColumnElement[bool] = self._mine(tables.lease, run_id=lease.run_id, fence=lease.fence)
        return condition
