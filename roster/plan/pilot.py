"""One person first: where nobody can say beforehand what being created somewhere sets off, one goes and the others wait until somebody has
looked what came of it.

Belongs here: who goes first, holding the others. Does not belong here: what there is to be looked at (each destination's adapter), who was
to be created in earlier plans (the ledger), what a release lets go (``roster.plan.releasing``, which asks here too).
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import pandas as pd

from roster.membership import among

HELD: Final = "pilot"
"""Why somebody waits: one person goes first, and nobody has said what came of it."""


@dataclass(frozen=True)
class Pilot:
    """What is agreed of creations at one destination."""

    why: str
    """What has to be looked at, and how to say that it was: the end of a sentence."""
    planned: frozenset[str] = frozenset()
    """The people whom earlier plans were to create."""
    there: frozenset[str] = frozenset()
    """Those of them who are there, so that somebody can look."""
    known: frozenset[str] = frozenset()
    """Those of them of whom it was accepted."""

    def first(self, waiting: Collection[str]) -> str:
        """Who goes: whoever was accepted and is not seen yet, before new people, before those who were not taken."""
        return min(waiting, key=lambda one: (one not in self.known, one in self.planned, one))

    def detail(self, first: str | None) -> str:
        """What is said of those who wait."""
        seen = sorted(self.there)
        who = first if first else seen[0] if len(seen) == 1 else ""
        return f"{f'{who} is' if who else 'one person is'} created first, and {self.why}"


def of(why: str, planned: Collection[str], everyone: pd.DataFrame) -> Pilot:
    """What is agreed, with how far it has come.

    Args:
        why: `Pilot.why`.
        planned: the people whom earlier plans were to create.
        everyone: the census.
    """
    ours = everyone[among(everyone["person"], pd.Series(sorted(planned), dtype="str"))]
    there, known = ours.loc[ours["account"].notna(), "person"], ours.loc[ours["acknowledged"], "person"]
    return Pilot(why, frozenset(planned), frozenset(there), frozenset(known))


def hold(people: pd.DataFrame, needs: pd.DataFrame, pilot: Pilot | None, seen: Collection[str] = ()) -> pd.DataFrame:
    """The decisions, with everybody held who would be created but one; but all, if one is there already.

    Args:
        people: `roster.plan.decision.PEOPLE_COLUMNS`.
        needs: `roster.plan.dependants.NEEDS`: who goes first needs nobody who comes after.
        pilot: what is agreed; None: nothing.
        seen: who is let go by somebody who was told why they wait.
    """
    coming = people["action"].eq("create") | (people["action"].eq("reactivate") & people["account"].isna())
    if pilot is None or not coming.any():
        return people
    waits = people["action"].eq("hold") | coming
    tied = needs.loc[among(needs["on"], people.loc[waits, "person"]), "person"]
    free = set(seen) if pilot.there else set()
    first = None
    if not pilot.there and (able := set(people.loc[coming & ~among(people["person"], tied), "person"])):
        first = pilot.first(able)
        free = {first}
    held = coming & ~among(people["person"], pd.Series(sorted(free), dtype="str"))
    return people.assign(
        action=people["action"].mask(held, "hold"),
        intended=people["intended"].mask(held, people["action"]),
        reason=people["reason"].mask(held, HELD),
        detail=people["detail"].mask(held, pilot.detail(first)),
    ).astype("str")
