"""Letting go of what an earlier plan held.

Belongs here: finding that plan by its digest and turning its held part into this run's plan. Does not belong here: deciding what is held
(``roster.plan``).
"""

import dagster as dg

from assets.destination import Drawn, PlanConfig
from resources.failures import Permanent
from resources.ledger import Ledger
from resources.storage import RunStorage
from roster import releasing
from roster.plan import from_bundle


def released(book: Ledger, storage: RunStorage, key: dg.AssetKey, destination: str, config: PlanConfig) -> Drawn | None:
    """The held part of a stored plan as a plan to apply; None if the digest is another destination's.

    Raises:
        Permanent: nothing is held under that digest, its time is over, the stored plan is not the one that was held, or the destination was
            planned anew since and something else is held now.
    """
    if not config.released_by or not config.reason:
        raise Permanent("A release needs to say who releases and why.", "Fill in released_by and reason.")
    held = book.held(config.release)
    if held is None:
        raise Permanent(f"Nothing is held under {config.release}.", "Take the digest from the newest plan's check.")
    if held.destination != destination:
        return None
    newest = book.newest_plan(destination)
    if newest != held.plan_run_id:
        raise Permanent(f"Run {newest} has planned {destination} anew, and holds something else.", "Take the digest from that plan.")
    bundle = storage.of_run(held.plan_run_id, key)
    stored = from_bundle(bundle)
    verdict = book.plan_verdict(destination, held.plan_run_id)
    if stored.held_digest() != config.release or verdict is None or verdict.digest != stored.digest():
        raise Permanent("The stored plan is not the one that was held.", "Run the preview and release what it holds.")
    book.release(config.release, config.released_by, config.reason)
    return Drawn(
        plan=releasing.released(stored),
        facts=bundle["facts"],
        kept={name: bundle[name] for name in ("desired", "acknowledgements")},
        faults=[] if verdict.accounting_passed else ["it did not add up when it was drawn"],
        gate_passed=verdict.gate_passed,
    )
