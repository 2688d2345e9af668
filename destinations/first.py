"""How far the first sync of a destination has come, and who is of it still.

Belongs here: what the ledger says of that. Does not belong here: the rules for people (``roster.plan.first``), the order of a sync's steps
(``destinations.engine``).

A first sync is begun with the first write of a plan for everyone, and used up person by person: who was refused in it, or got no answer, is
still of it, for as long as the destination has not taken them. So each plan keeps who that is, and the next one asks the last that was
written.
"""

from typing import NamedTuple

import pandas as pd

from resources.ledger import Ledger
from roster.plan import first as rules
from roster.plan.facts import PlanFacts


class Stage(NamedTuple):
    """How far it has come."""

    begins: bool
    """No plan for everyone was written there yet."""
    waits: bool
    """It is still to come, or a release has let go of a part of it only."""
    people: list[str]
    """The employee numbers of whoever is still of it."""
    last: PlanFacts | None
    """What is known of the plan that was last written there."""


def stage(ledger: Ledger, destination: str, acknowledged: pd.DataFrame) -> Stage:
    """All of it, asked of the ledger once.

    Args:
        ledger: The company's.
        destination: Its name.
        acknowledged: The ledger's people there.
    """
    applied = ledger.applied.of(destination)
    if applied is None:
        return Stage(True, True, [], None)
    verdict = ledger.plans.verdict(destination, applied.plan_run_id)
    waits = any(ledger.plans.holds(destination, applied.plan_run_id, reason) for reason in rules.WAITING)
    if verdict is None:
        return Stage(False, waits, [], None)
    facts = verdict.facts
    return Stage(_begins(facts), waits, rules.still_of_first(facts.of_first, acknowledged["employee_id"]), facts)


def to_begin(ledger: Ledger, destination: str) -> bool:
    """Whether no plan for everyone was written there yet."""
    applied = ledger.applied.of(destination)
    if applied is None:
        return True
    verdict = ledger.plans.verdict(destination, applied.plan_run_id)
    return verdict is not None and _begins(verdict.facts)


def never_released(ledger: Ledger, destination: str) -> bool:
    """Whether a first sync that is held by the settings is still to come, or a release has let go of a part of it only."""
    applied = ledger.applied.of(destination)
    return applied is None or ledger.plans.holds(destination, applied.plan_run_id, "first_sync")


def _begins(last: PlanFacts) -> bool:
    return last.first and not last.everyone
