"""What else decides about a plan: how far the first sync is, the limits and the week before, who left when, whom the run is for.

Belongs here: asking the settings and the ledger for it. Does not belong here: what follows from it (``roster.plan.decision``).
"""

from destinations import first, leaving
from destinations.base import Destination, Policy, Request, Taken
from resources.failures import Permanent
from resources.ledger import Held, Ledger
from roster.plan.decision import Circumstances


def of_run(
    destination: Destination, policy: Policy, ledger: Ledger, taken: Taken, stage: first.Stage, request: Request, held: Held | None
) -> Circumstances:
    """What decides in this run beside who is there and what should be.

    Raises:
        Permanent: A run for some people before the first sync.
    """
    hold_all = policy.first_sync == "hold" and first.never_released(ledger, destination.name)
    if hold_all and request.only:
        raise Permanent(
            f"{destination.title} has never been synced, and the first sync is of everyone.",
            "Run the sync job and release what it holds; then run it for some people.",
        )
    written = ledger.week.written(destination.name)
    return Circumstances(
        absent_means=policy.absent_means,
        hold_all=hold_all,
        unreadable_reject=taken.unreadable_reject,
        leavers_rejected=taken.leavers_rejected,
        same=frozenset(request.only if request.same_person else []),
        limits=policy.limits.by_kind(first=policy.first_sync == "apply" and stage.begins),
        first=stage.waits,
        of_first=frozenset(stage.people),
        week=written.people(),
        had=written.had(),
        email_domains=policy.email_domains,
        deletion=leaving.deletion(destination, ledger, taken.as_of),
        one_first=destination.one_first,
        created=ledger.plans.to_create(destination.name) if destination.one_first else frozenset(),
        leaving=leaving.agreed(destination, ledger, taken.as_of, policy.leaving_days),
        # A release that is not of this destination leaves everyone here alone.
        only=frozenset() if request.release and not held else frozenset(request.only) or None,
    )
