"""What is asked of a running sandbox so that a destination refuses somebody: for the demo's second night.

Belongs here: asking for it at its controls, and taking it back. Does not belong here: what a fault does (``faults``), who is refused.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx


@contextmanager
def refusing(address: str, number: str, reason: str) -> Iterator[None]:
    """For as long as the block lasts, Findity refuses one person, and takes all others.

    Args:
        address: Anything that the sandbox serves.
        number: Whom, by their employee number.
        reason: What it says of them.
    """
    faults = re.sub(r"^(https?://[^/]+).*", r"\1/control/faults", address)
    fault = {"api": "findity", "job": "PUT users", "refuse": {number: reason}, "times": None}
    httpx.post(faults, json=fault).raise_for_status()
    try:
        yield
    finally:
        httpx.delete(faults).raise_for_status()
