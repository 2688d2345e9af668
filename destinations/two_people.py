"""Whether a release that needs two people is two people's.

Belongs here: what of a request needs them, and whether a proposal covers it. Does not belong here: keeping proposals
(``resources.ledger.decisions``), who has signed on (``assets.asker``), which kinds need them (``roster.plan.limits``).

Whatever starts a release comes by here, before it is noted and again before it is planned: a page, the terminal, the launchpad. A name that
was only typed may be anybody's, so that it counts for neither of the two.
"""

from collections.abc import Collection, Sequence

from destinations.base import Attempt, Request
from resources.failures import Permanent
from resources.ledger import Ledger
from resources.ledger.decisions import Proposal
from resources.ledger.releases import Release
from roster.plan.decision import RELEASABLE
from roster.plan.limits import FourEyes


def kinds(ledger: Ledger, digest: str, four_eyes: FourEyes, of_kinds: Collection[str] = (), people: Collection[str] = ()) -> list[str]:
    """The kinds of a held set for which a release needs two people, of what it would let go.

    Args:
        ledger: The company's.
        digest: The held set's name.
        four_eyes: The kinds that need two people.
        of_kinds: The kinds that are released; empty: all.
        people: The people who are released; empty: everyone.
    """
    held = ledger.releases.held(digest) if four_eyes.people or four_eyes.things else None
    if held is None:
        return []
    found: set[str] = set()
    waiting = ledger.releases.held_people(held.destination, held.plan_run_id)
    waiting = waiting[waiting["reason"].isin(RELEASABLE)]
    if people:
        waiting = waiting[waiting["person"].isin(list(people))]
    for text in waiting["kinds"].dropna().unique():
        own = set(text.split("|"))
        if not of_kinds or own <= set(of_kinds):
            found |= own & four_eyes.people
    if not people and four_eyes.things:
        things = ledger.things.of(held.destination, held.plan_run_id)
        found |= set(things.loc[~things["apply"].astype("bool"), "kind"]) & four_eyes.things & set(of_kinds or four_eyes.things)
    return sorted(found)


def check(ledger: Ledger, attempt: Attempt, request: Request, four_eyes: FourEyes) -> None:
    """Stop a release that one person alone makes, where the settings want two.

    Raises:
        Permanent: There is no proposal of another person for all of it, or it is not known for sure who releases it.
    """
    needed = kinds(ledger, request.release, four_eyes, request.kinds, request.people)
    begun = [one for one in ledger.releases.of(request.release) if one.root_run_id == attempt.root_run_id]
    if not needed or any(covers(one, request.kinds, request.people) for one in begun):
        return  # what began as two people's is re-executed as such, and nothing more than began
    what = f"A release of {', '.join(needed).replace('_', ' ')} needs two people"
    if not request.signed_on:
        raise Permanent(f"{what} who have signed on, and a name that is typed may be anybody's.", "Release it in `rollcall serve`.")
    proposed = [
        one for one in ledger.decisions.proposals(request.release) if not one.expired and covers(one, request.kinds, request.people)
    ]
    if not proposed:
        raise Permanent(f"{what}, and nobody has proposed it.", "Propose it in `rollcall serve`; another person releases it then.")
    if all(same(one.name, request.released_by) for one in proposed):
        raise Permanent(f"{what}, and {proposed[-1].name} proposed it.", "Another person releases it.")


def covers(decided: Proposal | Release, of_kinds: Sequence[str], people: Sequence[str]) -> bool:
    """Whether a proposal, or a release that began, is of all that a request asks for."""
    all_kinds = not decided.kinds or (bool(of_kinds) and set(of_kinds) <= set(decided.kinds))
    return all_kinds and (decided.people is None or (bool(people) and set(people) <= set(decided.people)))


def same(one: str, other: str) -> bool:
    """Whether two names are one person's, or may be: one sign-on has their address, another what stands before the @."""
    return one.strip().casefold().partition("@")[0] == other.strip().casefold().partition("@")[0]
