"""For which of several files the company's sensor waits.

Belongs here: what its newest tick said of that. Does not belong here: the sensor (``assets.runs.triggers``), what makes a set whole
(``resources.hr.sets``).
"""

from datetime import UTC, datetime
from typing import NamedTuple

import dagster as dg

from resources.hr.sets import NOT_ALL


class Wait(NamedTuple):
    """What the sensor waits for."""

    since: datetime
    """When it last looked."""
    reason: str
    """As the tick says it: no file is named but as the settings do."""


def wait(instance: dg.DagsterInstance, company: str) -> Wait | None:
    """What the newest tick says of files that are missing or of another day; None if it waits for none.

    Args:
        instance: Where ticks are recorded.
        company: Whose.
    """
    for state in instance.all_instigator_state():
        if state.instigator_name != f"{company}_arrival":
            continue
        for tick in instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=1):
            if (tick.skip_reason or "").startswith(NOT_ALL):
                return Wait(datetime.fromtimestamp(tick.timestamp, UTC), str(tick.skip_reason))
    return None
