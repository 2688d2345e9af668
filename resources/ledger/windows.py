"""Rate windows that all processes with one ledger share.

Belongs here: counting calls by credential. Does not belong here: how many calls a destination takes (``resources.rates``).
"""

import time
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Final

import sqlalchemy as sa

from resources.ledger import database, tables
from resources.ledger.ledger import Ledger
from resources.rates import MARGIN, RateLimit, pause, tell

_KEPT_WINDOWS: Final = 2
"""Calls are forgotten after this many of the longest window,"""
_KEPT: Final = 3600.0
"""and not before so many seconds: another run with the same credential may have longer windows."""


class LedgerWindows:
    """Sliding windows over the calls that any process made with one credential (a ``resources.rates.RateWindows``).

    Args:
        ledger: Where the calls are counted. Companies that share a credential share its windows.
        credential: What the destination counts by; only a keyed hash of it is stored.
        limits: The windows that must all hold.
        sleep: How to wait.
        margin: Seconds by which every window is made longer.
    """

    def __init__(
        self,
        ledger: Ledger,
        credential: str,
        limits: Sequence[RateLimit],
        sleep: Callable[[float], None] = time.sleep,
        margin: float = MARGIN,
    ) -> None:
        self._engine = database.only_looking(ledger.engine, False)  # a call counts, whoever makes it
        self._company = ledger.company
        self._credential = blake2b(credential.encode(), key=ledger.keys.shared("rate windows"), digest_size=16).hexdigest()
        self._limits = limits
        self._sleep = sleep
        self._margin = margin

    def acquire(self) -> None:
        """Block until a call may start, and count that call."""
        while (wait := self._try()) > 0:
            tell(wait, self._limits)
            self._sleep(wait)

    def _try(self) -> float:
        table = tables.rate_call
        longest = max(limit.seconds for limit in self._limits) + self._margin
        with database.writing(self._engine, f"rollcall credential {self._credential}") as connection:
            now = database.now(connection)
            mine = table.c.credential == self._credential
            connection.execute(sa.delete(table).where(mine, table.c.at < now - max(_KEPT_WINDOWS * longest, _KEPT)))
            lately = sa.select(table.c.at).where(mine, table.c.at > now - longest)
            wait = pause(connection.execute(lately).scalars(), now, self._limits, self._margin)
            if wait <= 0:
                connection.execute(sa.insert(table).values(company=self._company, credential=self._credential, at=now))
            return wait
