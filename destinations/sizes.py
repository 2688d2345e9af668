"""How much of something a destination showed when nobody had a reason to look, from plan to plan.

Belongs here: what the newest plan says of that, and what the next one is to say. Does not belong here: when it is too little
(``roster.plan.shrunk``), what is counted (each destination).
"""

from collections.abc import Mapping

from destinations.base import Destination
from resources.ledger import Ledger
from roster.plan import shrunk
from roster.plan.decision import Plan
from roster.plan.differences import Frames


def remembered(ledger: Ledger, destination: str) -> Mapping[str, int]:
    """By what it is of; empty where no plan says."""
    newest = ledger.plans.newest(destination)
    verdict = ledger.plans.verdict(destination, newest) if newest else None
    return verdict.facts.sizes if verdict else {}


def to_remember(destination: Destination, read: Frames, drawn: Plan, *, released: bool) -> Mapping[str, int]:
    """What a plan is to say: what is there, unless most is gone and nobody has let that pass, with everyone whom it held."""
    waits = drawn.people["action"].eq("hold") & drawn.people["reason"].eq(shrunk.REASON)
    if destination.shrunk(read) is not None and (waits.any() or not released):
        return {**destination.sizes(read), **destination.sizes_before(read)}
    return destination.sizes(read)
