"""When a server that says "not now" is called next: as it says itself, and at a pace that is learnt from it.

Belongs here: the Retry-After header; how far apart calls begin after a 429, and how that is let go of again. Does not belong here:
published windows (``resources.rates``), how long one call waits to be repeated (``resources.http``).
"""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


@dataclass(frozen=True)
class Steps:
    """How a pace is learnt. All in seconds between the beginnings of two calls."""

    first: float = 0.5
    """After the first 429. Each further one doubles it."""
    longest: float = 5.0
    """Never more. One who was throttled went by three."""
    calls: int = 10
    """After so many calls in a row that were not throttled it shortens by a fifth, and ends below a tenth of `first`."""


class Pace:
    """How far apart calls begin. None, until a server says that they come too quickly. For several threads."""

    def __init__(self, sleep: Callable[[float], None], steps: Steps = Steps(), clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = 0.0
        """Between the beginnings of two calls."""
        self._sleep, self._steps, self._clock = sleep, steps, clock
        self._next = 0.0
        self._calm = 0
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Until the next call is due."""
        with self._lock:
            if not self.seconds:
                return
            now = self._clock()
            due = max(now, self._next)
            self._next = due + self.seconds
        if due > now:
            self._sleep(due - now)

    def heard(self, throttled: bool) -> None:
        """What became of a call."""
        with self._lock:
            if throttled:
                self.seconds = min(max(self._steps.first, 2 * self.seconds), self._steps.longest)
                self._calm, self._next = 0, self._clock() + self.seconds
                return
            self._calm += 1
            if self.seconds and self._calm >= self._steps.calls:
                self._calm, slower = 0, 0.8 * self.seconds
                self.seconds = slower if slower >= self._steps.first / 10 else 0.0


def retry_after(value: str | None) -> float | None:
    """Seconds that a Retry-After header asks for: a number, or a date. None if there is none or it is neither."""
    if not value:
        return None
    if re.fullmatch(r"[0-9]{1,9}", value.strip()):
        return float(value)
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (date.astimezone(UTC) - datetime.now(UTC)).total_seconds())
