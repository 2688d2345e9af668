"""Letting go of what an earlier plan held.

Belongs here: finding that set by its digest, and what of it a plan drawn afresh leaves. Does not belong here: what of the set is still as
it was held (``roster.plan.releasing``), deciding what is held (``roster.plan.decision``).
"""

from dataclasses import replace

from destinations import registry, two_people
from destinations.base import Attempt, Request
from resources.failures import Permanent
from resources.ledger import Held, Ledger, PlanVerdict
from roster.plan import releasing
from roster.plan.decision import Plan
from roster.plan.limits import FourEyes
from roster.plan.things import released

ONE_IS_ENOUGH = FourEyes()


def requested(ledger: Ledger, destination: str, attempt: Attempt, request: Request, four_eyes: FourEyes = ONE_IS_ENOUGH) -> Held | None:
    """The set that a run is to release, once it is noted who releases it; None if it is another destination's.

    Args:
        ledger: The company's.
        destination: Which one asks.
        attempt: The run.
        request: What it is asked for.
        four_eyes: The kinds that need two people.

    Raises:
        Permanent: Nobody says who and why; nothing is held under that digest; its time is over, and this run did not begin before; it
            needs two people, and is one's.
    """
    if not request.release:
        return None
    if not request.released_by.strip() or not request.reason.strip():
        raise Permanent("A release needs to say who releases and why.", "Fill in released_by and reason.")
    two_people.check(ledger, attempt, request, four_eyes)
    held = ledger.releases.release(
        request.release, attempt.run_id, attempt.root_run_id, request.kinds, request.released_by, request.reason, request.people
    )
    return held if held.destination == destination else None


def newest_plan(ledger: Ledger, destination: str) -> PlanVerdict:
    """What is known of the destination's newest plan.

    Raises:
        Permanent: It was never planned.
    """
    run_id = ledger.plans.newest(destination)
    verdict = ledger.plans.verdict(destination, run_id) if run_id else None
    if verdict is None:
        raise Permanent(f"{registry.title(destination)} was never planned.", "Run the sync job first.")
    return verdict


def let_go(
    ledger: Ledger, destination: str, attempt: Attempt, held: Held, drawn: Plan, request: Request, key: bytes
) -> tuple[Plan, dict[str, int]]:
    """What a plan drawn afresh leaves of a released set, and what became of the set.

    Raises:
        Permanent: nothing of it is left to apply.
    """
    people, changes = ledger.releases.held_people(destination, held.plan_run_id), ledger.plans.changes(destination, held.plan_run_id)
    plan, counts = releasing.released(drawn, releasing.HeldSet(people, changes), request.kinds, key, request.people)
    waiting = ledger.things.held(destination, held.plan_run_id)
    things, of_things = released(drawn.things, waiting, request.kinds, key, only_people=bool(request.people))
    plan = replace(plan, things=things)
    counts = {code: both for code in releasing.VERDICTS if (both := counts.get(code, 0) + of_things.get(code, 0))}
    if not counts.get("applied"):
        # Whoever asked once nothing was left got no plan, and has released nothing.
        earlier = [one for one in ledger.releases.of(held.digest) if one.root_run_id != attempt.root_run_id]
        before = [one for one in earlier if ledger.plans.of_root(one.root_run_id, destination)]
        by = f" It was released by {before[-1].name} on {before[-1].released_at:%Y-%m-%d %H:%M} UTC." if before else ""
        left = f"Nothing of {held.digest} is left to apply: {releasing.in_words(counts)}.{by}"
        raise Permanent(left, "Run the preview: it names what is held now.")
    return plan, counts


def passed(ledger: Ledger, held: Held) -> bool:
    """Whether both the plan that held the set and the newest one came through gate and accounting."""
    verdicts = (ledger.plans.verdict(held.destination, held.plan_run_id), newest_plan(ledger, held.destination))
    return all(verdict is not None and verdict.gate_passed and verdict.accounting_passed for verdict in verdicts)
