"""Letting go of what an earlier plan held.

Belongs here: finding that set by its digest, and the file that the destination was last planned from. Does not belong here: what of the set
is still as it was held (``roster.plan.releasing``), deciding what is held (``roster.plan.decision``).
"""

from typing import Any

import dagster as dg

from assets.company import Company, root_run_id
from assets.graph.destination import Bundle, Destination, PlanConfig, ReleaseConfig
from resources.failures import Permanent
from resources.ledger import Held, Ledger, PlanVerdict
from resources.stored.run_storage import RunStorage
from roster.plan import releasing
from roster.plan.decision import Plan


def asked(book: Ledger, destination: Destination, context: dg.AssetExecutionContext, config: ReleaseConfig) -> Held | None:
    """The set that a run is to release, once it is noted who releases it; None if it is another destination's.

    Raises:
        Permanent: nobody says who and why; nothing is held under that digest; its time is over, and this run did not begin before.
    """
    if not config.released_by.strip() or not config.reason.strip():
        raise Permanent("A release needs to say who releases and why.", "Fill in released_by and reason.")
    held = book.releases.release(config.release, context.run.run_id, root_run_id(context), config.kinds, config.released_by, config.reason)
    return held if held.destination == destination.name else None


def planned_from(book: Ledger, storage: RunStorage, company: Company, destination: str) -> tuple[Any, Bundle]:
    """Roster and rejects of the file that a destination was last planned from: nothing newer is known of anybody."""
    _, newest = _newest(book, destination)
    run_id = newest.counts["taken_in"]
    return storage.of_run(run_id, company.key("hr", "roster")), storage.of_run(run_id, company.key("hr", "rejects"))


def _newest(book: Ledger, destination: str) -> tuple[str, PlanVerdict]:
    run_id = book.plans.newest(destination)
    verdict = book.plans.verdict(destination, run_id) if run_id else None
    if run_id is None or verdict is None:
        raise Permanent(f"{destination} was never planned.", "Run the sync job first.")
    return run_id, verdict


def let_go(
    book: Ledger, destination: str, context: dg.AssetExecutionContext, held: Held, drawn: Plan, config: PlanConfig
) -> tuple[Plan, dict[str, int]]:
    """What a plan drawn afresh leaves of a released set, and what became of the set.

    Raises:
        Permanent: nothing of it is left to apply.
    """
    kept = releasing.HeldSet(book.releases.held_people(destination, held.plan_run_id), book.plans.changes(destination, held.plan_run_id))
    plan, counts = releasing.released(drawn, kept, config.kinds, book.keys.of_fields(destination))
    if not counts.get("applied"):
        before = [one for one in book.releases.of(held.digest) if one.root_run_id != root_run_id(context)]
        by = f" It was released by {before[-1].name} on {before[-1].released_at:%Y-%m-%d %H:%M} UTC." if before else ""
        told = f"Nothing of {held.digest} is left to apply: {releasing.told(counts)}.{by}"
        raise Permanent(told, "Run the preview: it names what is held now.")
    return plan, counts


def passed(book: Ledger, held: Held) -> bool:
    """Whether both the plan that held the set and the newest one came through gate and accounting."""
    _, newest = _newest(book, held.destination)
    first = book.plans.verdict(held.destination, held.plan_run_id)
    return all(verdict is not None and verdict.gate_passed and verdict.accounting_passed for verdict in (first, newest))
