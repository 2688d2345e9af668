"""How many calls this process has made, how long they took and how long it waited for a window to make them.

Belongs here: counting, by destination as people write it. Does not belong here: making calls (``resources.http``), keeping the counts
(``resources.ledger.traffic``).
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from time import monotonic
from typing import Final


@dataclass
class Counted:
    """What was counted of one destination."""

    calls: int = 0
    """Attempts that were sent, repeated ones too."""
    seconds: float = 0.0
    """From sending to the end of the answer, or of waiting for one."""
    waits: int = 0
    """Calls that had to wait for a window: the destination takes so many in a span of time."""
    waited: float = 0.0
    """Seconds of that."""

    def __sub__(self, before: "Counted") -> "Counted":
        return Counted(**{one.name: getattr(self, one.name) - getattr(before, one.name) for one in fields(self)})


WORTH: Final = 0.25
"""Seconds: what asking a window takes is no wait."""

_counted: dict[str, Counted] = {}
_lock = threading.Lock()


def so_far() -> dict[str, Counted]:
    """What was counted until now, by destination."""
    with _lock:
        return {name: one - Counted() for name, one in _counted.items()}


def since(before: Mapping[str, Counted]) -> dict[str, Counted]:
    """What was counted since `so_far` said what is given here; destinations without a call or a wait are left out."""
    found = {name: one - before.get(name, Counted()) for name, one in so_far().items()}
    return {name: one for name, one in found.items() if one != Counted()}


@contextmanager
def call(name: str) -> Iterator[None]:
    """One call to a destination, however it ends."""
    began = monotonic()
    try:
        yield
    finally:
        with _lock:
            one = _counted.setdefault(name, Counted())
            one.calls += 1
            one.seconds += monotonic() - began


@contextmanager
def window(name: str) -> Iterator[None]:
    """Asking whether the next call may start, and waiting until it may."""
    began = monotonic()
    yield
    took = monotonic() - began
    if took >= WORTH:
        with _lock:
            one = _counted.setdefault(name, Counted())
            one.waits += 1
            one.waited += took
