"""Saying that a run lives, for as long as it does.

Belongs here: the thread that beats. Does not belong here: what a beat is and how long it holds (``resources.ledger.heartbeats``).
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Final

from resources.failures import Failed
from resources.ledger.heartbeats import SILENT_AFTER
from resources.ledger.ledger import Ledger

_log = logging.getLogger(__name__)

_BEATS: Final = 12
"""Signs of life while one of them holds: a database that is away for a while costs nobody's life."""


@contextmanager
def beating(open_ledger: Callable[[], AbstractContextManager[Ledger]], run_id: str, silent_after: float = SILENT_AFTER) -> Iterator[None]:
    """Say for as long as the block lasts that a run lives, from a thread of its own.

    A ledger that cannot be reached stops nobody here: the steps of the run say so, with what to do.

    Args:
        open_ledger: Opens the company's ledger; it is left when the block ends.
        run_id: The run.
        silent_after: Seconds without a sign after which it counts as dead.
    """
    ended = threading.Event()
    heart = _Heart(open_ledger, run_id, silent_after)
    heart.beat()

    def work() -> None:
        while not ended.wait(silent_after / _BEATS):
            heart.beat()

    thread = threading.Thread(target=work, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        heart.close()


class _Heart:
    """Beats, and opens the ledger as soon as that can be done."""

    def __init__(self, open_ledger: Callable[[], AbstractContextManager[Ledger]], run_id: str, silent_after: float) -> None:
        self._open, self._run_id, self._silent_after = open_ledger, run_id, silent_after
        self._ledger: Ledger | None = None
        self._left_at_the_end = ExitStack()

    def beat(self) -> None:
        try:
            self._ledger = self._ledger or self._left_at_the_end.enter_context(self._open())
            self._ledger.heartbeats.beat(self._run_id, self._silent_after)
        except Failed:
            _log.warning("a sign of life could not be kept; the next follows")

    def close(self) -> None:
        self._left_at_the_end.close()
