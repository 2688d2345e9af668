"""What the newest plan would send to a destination, as files for those who bring it there themselves.

Belongs here: which plan, and that it is one that a sync would write. Does not belong here: what is in the files (each destination's
adapter), writing them (``cli.feed``).
"""

from dataclasses import dataclass

import dagster as dg

from assets.company import Company
from destinations import delivery
from destinations.abilities import ByHand
from destinations.base import Destination
from destinations.delivery import Write
from resources import places
from resources.failures import Permanent
from resources.ledger import Ledger
from resources.stored.run_storage import RunStorage
from roster.plan.decision import from_stored
from roster.plan.facts import PlanFacts


@dataclass(frozen=True)
class Files:
    """What a plan comes to."""

    plan_run_id: str
    contents: list[bytes]
    people: int
    """Who is in them."""
    held: int
    """Who waits for a release, and is not."""
    written: bool
    """Whether a sync has begun to send it."""


def destinations(company: Company) -> list[Destination]:
    """The company's destinations of which somebody may bring the changes there themselves."""
    return [one for one in company.destinations() if isinstance(one, ByHand)]


def files(company: Company, destination: Destination, ledger: Ledger) -> Files:
    """The newest plan for a destination.

    Raises:
        Permanent: There is none, or none that a sync would write.
    """
    again = f"Run {company.job('preview')} first, which plans anew and writes nothing."
    run_id = ledger.plans.newest(destination.name)
    if run_id is None:
        raise Permanent(f"There is no plan yet of {company.name} for {destination.title}.", again)
    storage = RunStorage(base=places.storage(), company=company.name)
    try:
        stored = storage.of_run(run_id, company.key(destination.name, "plan"))
    except dg.Failure:
        raise Permanent(f"The newest plan of {company.name} for {destination.title} is not stored any more.", again) from None
    plan, facts = from_stored(stored), PlanFacts.from_json(stored["facts"])
    assert facts.number is not None and isinstance(destination, ByHand), "a stored plan has it; the caller has looked"  # noqa: S101
    delivery.check(ledger, Write(destination.name, run_id, run_id, plan, stored["acknowledgements"], facts.number, facts.dated))
    return Files(
        plan_run_id=run_id,
        contents=destination.files(plan),
        people=int(plan.records.loc[plan.records["apply"], "person"].nunique()),
        held=int(plan.people["action"].eq("hold").sum()),
        written=bool(len(ledger.deliveries.requests(destination.name, run_id))),
    )
