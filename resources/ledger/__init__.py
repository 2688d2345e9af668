"""The project's own memory: what was taken, planned, sent, answered, acknowledged and skipped, for each company.

Belongs here: one class, `Ledger`, put together from its parts, and the values that it gives out. Does not belong here: what follows from
them. Any row can be read by whoever can read the database: with SQLite that is the owner of a 0600 file.
"""

from typing import Self

from resources.ledger.database import connect
from resources.ledger.deliveries import Deliveries
from resources.ledger.erasure import Erasure
from resources.ledger.heartbeat import Heartbeats
from resources.ledger.history import History
from resources.ledger.intakes import Applied, Gate, Intake, Intakes
from resources.ledger.lease import EXPIRES_AFTER, Holder, Lease, Leases
from resources.ledger.plans import Held, Plans, PlanVerdict, Release
from resources.ledger.retention import Chain, Retention
from resources.ledger.schema import bring_up_to_date
from resources.ledger.secrets import Secrets
from resources.ledger.stories import Stories, Traces
from resources.ledger.windows import LedgerWindows

__all__ = [
    "EXPIRES_AFTER",
    "Applied",
    "Chain",
    "Gate",
    "Held",
    "Holder",
    "Intake",
    "Lease",
    "Ledger",
    "LedgerWindows",
    "PlanVerdict",
    "Release",
    "Traces",
]


class Ledger(Intakes, Plans, Deliveries, History, Heartbeats, Leases, Secrets, Stories, Retention, Erasure):
    """One company's ledger. Each method is one transaction: after a crash all of it is there, or nothing. Threads may share it."""

    @classmethod
    def open(cls, url: str, company: str) -> Self:
        """Open the ledger, creating or migrating its database where needed.

        Args:
            url: A database URL (``sqlite:////srv/rollcall/ledger.db``, ``postgresql://…``), or the path of an SQLite file.
            company: Whose rows it reads and writes.

        Raises:
            Permanent: The database is newer than this code.
            Transient: It cannot be reached.
        """
        engine = connect(url)
        bring_up_to_date(engine)
        return cls(engine, company)

    def close(self) -> None:
        """Close its connections."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
