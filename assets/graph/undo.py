"""What is stored of a run that is to be taken back, and the plan that does.

Belongs here: finding both. Does not belong here: what can be taken back (``roster.plan.undo``), drawing it (``destinations.undoing``).
"""

import dagster as dg
import pandas as pd

from assets.company import Company
from assets.graph.given import planned_from
from destinations import engine, undoing
from destinations.base import Attempt, Desired, Destination, Drawn, Known, Request
from resources.ledger import Held, Ledger
from resources.stored.run_storage import RunStorage


def drawn(
    company: Company,
    destination: Destination,
    book: Ledger,
    run: Attempt,
    storage: RunStorage,
    request: Request,
    there: Known,
    held: Held | None,
) -> Drawn:
    """The plan that takes back what the run `request.undo` wrote at a destination; where that is nothing, one that leaves all alone."""
    policy, file = company.policy(), planned_from(book, storage, company, destination.name)
    plans = undoing.plans_of(book, destination.name, request.undo)
    if not plans and held is None:
        wanted = engine.desire(destination, policy, file, there, book.keys.of_fields(destination.name), everyone=False)
        nobody = Desired(wanted.records.head(0), wanted.faults.head(0), wanted.repairs.head(0), wanted.accounts)
        # As a release of another destination's set: nobody's plan.
        return engine.plan(destination, policy, book, run, file, there, nobody, Request(release=request.undo))
    stored = {one: _stored(company, destination, book, storage, one) for one in plans}
    return undoing.draw(destination, policy, book, run, file, there, request.undo, stored, request, held)


def _stored(company: Company, destination: Destination, book: Ledger, storage: RunStorage, plan_run_id: str) -> undoing.Stored:
    """What is still stored of a plan, and of HR's people in the files before it."""
    return undoing.Stored(
        desired=_of_run(storage, plan_run_id, company.key(destination.name, "plan"), "desired"),
        roster=undoing.rows_before(
            book, destination.name, plan_run_id, lambda run_id: _of_run(storage, run_id, company.key("hr", "roster"))
        ),
    )


def _of_run(storage: RunStorage, run_id: str, key: dg.AssetKey, entry: str = "") -> pd.DataFrame | None:
    try:
        value = storage.of_run(run_id, key)
    except dg.Failure:  # it was too old to be kept
        return None
    found: pd.DataFrame = value[entry] if entry else value
    return found
