"""How many calls a destination takes in a span of time, and waiting for one's turn.

Belongs here: the sliding windows, as a pure function and for one process. Does not belong here: windows that several processes share
(the ledger keeps those, and asks the same function).

Windows slide: a token bucket whose burst is the whole budget admits about twice the budget from a cold start.
"""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple, Protocol

from resources import waiting


class RateLimit(NamedTuple):
    """At most this many calls in any span of this many seconds."""

    calls: int
    seconds: float


MARGIN: Final = 0.5
"""Seconds added to each window, since calls take unequal times to arrive and the destination counts arrivals."""


class RateWindows(Protocol):
    """Something that knows when the next call may start."""

    def acquire(self) -> None:
        """Block until a call may start, and count that call."""


def pause(past: Iterable[float], now: float, limits: Sequence[RateLimit], margin: float = MARGIN) -> float:
    """How long to wait before the next call.

    Args:
        past: When earlier calls started, in any order, on the same clock as `now`.
        now: The present time, in seconds.
        limits: The windows that must all hold.
        margin: Seconds by which every window is made longer.

    Returns:
        Seconds, 0 if the call may start now. Ask again afterwards: another caller may have been quicker.
    """
    longest = max(limit.seconds for limit in limits) + margin
    # A start further ahead than a whole window can only come from a clock that was set back: it must not block anybody.
    starts = sorted(start for start in past if now - longest < start <= now + longest)
    waits = [starts[-limit.calls] + limit.seconds + margin - now for limit in limits if len(starts) >= limit.calls]
    return max(0.0, *waits) if waits else 0.0


def tell(seconds: float, limits: Sequence[RateLimit]) -> None:
    """Say that a window is waited for."""
    windows = " and ".join(f"{limit.calls} calls in {limit.seconds:g} s" for limit in limits)
    waiting.tell(f"The destination takes {windows}, and the next call is not due yet.", seconds)


class ProcessWindows:
    """Sliding windows for the threads of one process."""

    def __init__(
        self,
        limits: Sequence[RateLimit],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        margin: float = MARGIN,
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._sleep = sleep
        self._margin = margin
        self._starts: list[float] = []
        self._lock = threading.Lock()

    def acquire(self) -> None:
        """Block until a call may start, and count that call."""
        while (wait := self._try()) > 0:
            tell(wait, self._limits)
            self._sleep(wait)

    def _try(self) -> float:
        with self._lock:
            now = self._clock()
            wait = pause(self._starts, now, self._limits, self._margin)
            if wait <= 0:
                most = max(limit.calls for limit in self._limits)
                self._starts = [*self._starts[1 - most :], now] if most > 1 else [now]
            return wait
