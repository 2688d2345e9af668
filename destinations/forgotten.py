"""Whether the ledger knows what it must have known: an older one may have been put in its place.

Belongs here: asking the ledger for what `roster.plan.restored` needs. Does not belong here: rules.
"""

from typing import Any

from destinations.base import Desired, Destination, Known, Taken
from destinations.first import Stage
from resources.ledger import Ledger
from roster.plan import restored
from roster.plan.decision import Plan


def facts(
    destination: Destination, ledger: Ledger, taken: Taken, known: Known, desired: Desired, drawn: Plan, stage: Stage
) -> dict[str, Any]:
    """What `roster.plan.facts.PlanFacts` says of it, for a plan that is for everyone.

    Args:
        destination: Which.
        ledger: The company's.
        taken: HR's file.
        known: What is there.
        desired: What should be there.
        drawn: The plan.
        stage: How far the first sync has come: before it, it is no wonder that nobody is known.
    """
    stayed_out = ledger.skips.ever(destination.name)
    like_hrs = restored.like_hrs(drawn.people, desired.accounts, taken.roster["employee_id"])
    before = stage.last.like_hrs if stage.last else None
    return {
        "unremembered": [] if stage.begins else restored.unremembered(drawn.people, known.acknowledged["employee_id"], stayed_out),
        "like_hrs": like_hrs,
        "more_like_hrs": 0 if before is None else max(0, like_hrs - before),
    }
