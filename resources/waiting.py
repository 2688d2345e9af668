"""Telling that a run waits for something outside, for how long and why.

Belongs here: the one line for it. Does not belong here: waiting (``resources.http``, ``resources.rates``), where the line is shown
(``assets`` puts it into Dagster's event log, ``cli`` on the screen).
"""

import logging
from typing import Final

LOGGER: Final = "rollcall.waiting"
"""The logger of those lines. Whoever shows them gives it a handler; without one they go nowhere."""

SHORTEST: Final = 2.0
"""Seconds: a shorter wait is not worth a line."""

_log = logging.getLogger(LOGGER)
_log.setLevel(logging.INFO)
_log.propagate = False
_log.addHandler(logging.NullHandler())


def tell(why: str, seconds: float) -> None:
    """Say that something is waited for.

    Args:
        why: A sentence that names the destination and nobody.
        seconds: How long.
    """
    if seconds >= SHORTEST:
        _log.info("Waiting %.0f s. %s", seconds, why)
