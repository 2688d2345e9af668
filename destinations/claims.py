"""One part of a destination, one company: whoever comes second is refused before anything is read or written.

Belongs here: claiming for a company what its settings and HR's file name (``resources.ledger.claims`` keeps it), and what is said to
whoever may not have it. Does not belong here: what a destination's parts are (`destinations.base.Destination.identities`), which settings
name the same by themselves (``assets.neighbours``).
"""

from collections.abc import Collection, Sequence

import pandas as pd

from destinations.base import Destination
from resources.environment import EnvText
from resources.failures import Permanent
from resources.ledger import Ledger
from roster.plan.differences import Frames


def check_first(destinations: Sequence[Destination], ledger: Ledger, roster: pd.DataFrame, companies: Collection[str]) -> None:
    """Before a company's first sync at any destination: it may be one whose folder has another name now.

    Args:
        destinations: All that the company has.
        ledger: The company's.
        roster: HR's people.
        companies: Those that have a folder.

    Raises:
        Permanent: The ledger has people of a company without a folder, who are at the same destination, or may be.
    """
    people = ledger.whole.people()
    if ledger.company in people:
        return
    for destination in destinations:
        try:
            wanted = destination.identities(EnvText.resolve, roster)
        except Permanent:  # an address is not known: that stops this destination, and no other
            continue
        same = ledger.claims.others(destination.name, [identity.key for identity in wanted])
        unknown = ledger.claims.without(destination.name) if wanted else []
        for old in sorted({*same.values(), *unknown} - set(companies)):
            where = f"who are at the same {destination.title}" if old in same.values() else f"who may be at the same {destination.title}"
            raise Permanent(
                f"Nobody of company '{ledger.company}' was ever brought in, and the ledger has {_people(people.get(old, 0))} of company "
                f"'{old}', whose folder is not there, and {where}.",
                _renamed_or_removed(old, ledger.company),
            )


def claim(destination: Destination, ledger: Ledger, roster: pd.DataFrame, companies: Collection[str], read: Frames | None = None) -> None:
    """Claim what of a destination the company is going to read and write, and let go of what it no longer names.

    Args:
        destination: Which.
        ledger: The company's.
        roster: HR's people.
        companies: Those that have a folder.
        read: What was read, once it is: a cell of HR's may name what is not there, which stops no other company.

    Raises:
        Permanent: Another company has it.
    """
    wanted = destination.identities(EnvText.resolve, roster, read)
    if not wanted:
        return
    words = {identity.key: identity.what for identity in wanted}
    if others := ledger.claims.take(destination.name, words):
        key, other = min(others.items(), key=lambda found: (found[1], words[found[0]]))
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        shared = f"The {words[key]}{more} at {destination.title} {'are' if more else 'is'} that of company '{other}'"
        if other not in companies:
            raise Permanent(f"{shared}, whose folder is not there.", _renamed_or_removed(other, ledger.company))
        raise Permanent(
            f"{shared}: two companies with the same would open and close each other's people every night.",
            f"Nothing was read or written there. Correct the settings of {ledger.company} or of {other}; if {other} no longer names it, "
            f"run {other}_preview once, which lets go of it.",
        )


def check(destination: Destination, ledger: Ledger) -> None:
    """Before a write: what the settings name now is what was claimed when the plan was made.

    Raises:
        Permanent: It is not: the settings have changed since, or another company has it now.
    """
    words = {identity.key: identity.what for identity in destination.identities(EnvText.resolve, None)}
    if lacking := ledger.claims.lacking(destination.name, words):
        what = words[lacking[0]].split()[0]
        raise Permanent(
            f"The settings of {ledger.company} name another {what} at {destination.title} than when this was planned.",
            "Nothing was written: run the whole sync, which plans anew.",
        )


def _people(count: int) -> str:
    return f"{count:,} {'person' if count == 1 else 'people'}"


def _renamed_or_removed(old: str, new: str) -> str:
    return (
        f"If {new} is {old} under another name: rollcall rename {old} {new}. If {old} is gone for good, with nobody to be taken over: "
        f"rollcall purge {old} --gone. Nothing was read or written there."
    )
