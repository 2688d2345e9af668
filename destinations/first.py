"""How far the first sync of a destination has come, and who is of it still.

Belongs here: what the ledger says of that. Does not belong here: the rules for people (``roster.plan.first``), the order of a sync's steps
(``destinations.engine``).

A first sync is begun with the first write of a plan for everyone, and used up person by person: who was refused in it, or got no answer, is
still of it, for as long as the destination has not taken them. So each plan keeps who that is, and the next one asks the last that was
written.
"""

import pandas as pd

from resources.ledger import Ledger
from roster.plan import first as rules


def to_begin(ledger: Ledger, destination: str) -> bool:
    """Whether no plan for everyone was written there yet."""
    applied = ledger.applied.of(destination)
    if applied is None:
        return True
    verdict = ledger.plans.verdict(destination, applied.plan_run_id)
    return verdict is not None and verdict.facts.first and not verdict.facts.everyone


def waits(ledger: Ledger, destination: str) -> bool:
    """Whether the first sync is still to come, or a release has let go of a part of it only."""
    applied = ledger.applied.of(destination)
    return applied is None or any(ledger.plans.holds(destination, applied.plan_run_id, reason) for reason in rules.WAITING)


def never_released(ledger: Ledger, destination: str) -> bool:
    """The same of a first sync that is held by the settings."""
    applied = ledger.applied.of(destination)
    return applied is None or ledger.plans.holds(destination, applied.plan_run_id, "first_sync")


def people(ledger: Ledger, destination: str, acknowledged: pd.DataFrame) -> list[str]:
    """The employee numbers of whoever is still of the first sync.

    Args:
        ledger: The company's.
        destination: Its name.
        acknowledged: The ledger's people there.
    """
    applied = ledger.applied.of(destination)
    verdict = ledger.plans.verdict(destination, applied.plan_run_id) if applied else None
    return rules.still_of_first(verdict.facts.of_first, acknowledged["employee_id"]) if verdict else []
