"""How many people may change at once, by kind of change; whoever is in a kind of which there are more waits for a release.

Belongs here: the limits, counting against them, the figures. Does not belong here: what waits because something else does
(``roster.plan.dependants``), how much HR's file itself may change (``roster.intake.gate``).
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from roster.settings import Limit, Strict
from roster.vocabulary import KINDS, WRITES, Kind

ByKind = Mapping[Kind, Limit]
"""A kind that is not named has no limit."""


class Limits(Strict):
    """How many people one plan may change at a destination, by kind of change; of a kind of which there are more, all are held.

    A share is one of HR's people in scope who have an active account there. The defaults let an ordinary night of a company of 20 and
    of one of 20,000 pass, and are the tighter the more a mistake costs: money and rights most, a joiner or a name least. Who becomes their
    own approver always waits.
    """

    join: Limit = Limit(count=10, share=0.05)
    """People who come in."""
    leave: Limit = Limit(count=3, share=0.015)
    """People who lose their access."""
    rejoin: Limit = Limit(count=5, share=0.02)
    """People who get it back."""
    email: Limit = Limit(count=5, share=0.02)
    """People whose address, and so their login, changes."""
    manager: Limit = Limit(count=10, share=0.10)
    """People whose approver changes."""
    self_approval: Limit = Limit(count=0, share=0)
    """People who become their own approver; of those who come in, whoever has a manager in HR's file."""
    role: Limit = Limit(count=3, share=0.01)
    """People whose rights change."""
    policy: Limit = Limit(count=10, share=0.05)
    """People whose policies or domain group change."""
    unit: Limit = Limit(count=10, share=0.10)
    """People whose organizational unit changes."""
    limit: Limit = Limit(count=5, share=0.02)
    """People whose approval limit changes, or who approves above it."""
    bank_account: Limit = Limit(count=3, share=0.005)
    """People whose expenses go to another account."""
    other: Limit = Limit(count=10, share=0.25)
    """People of whom anything else changes: a name, a phone number, a cost centre."""

    def by_kind(self, *, first: bool) -> ByKind:
        """The limits that hold in a plan.

        Args:
            first: whether nobody has been brought there before. Joiners then have no limit, for there is nothing to measure them by.
        """
        return {kind: getattr(self, kind) for kind in KINDS if not (first and kind == "join")}


FIGURES = ("kind", "planned", "allowed", "held")
"""A row for each kind of change that there is: people with such a change who could be written, how many may be, how many are held."""

_NOT_OURS = ("out_of_scope", "disputed", "stranger")
_JUDGED = ("limit", "depends_on_held")


def base_of(census: pd.DataFrame) -> int:
    """Of how many people a share is taken: HR's people in scope who have an active account there before anything is written.

    Whoever left or is absent counts: they are there still. So neither a short file nor many joiners change what is allowed.

    Args:
        census: everyone (`roster.people.census.CENSUS_COLUMNS`).
    """
    return int((census["present"] & census["employee_id"].notna() & ~census["standing"].isin(_NOT_OURS)).sum())


def hold_over(people: pd.DataFrame, limits: ByKind, base: int) -> pd.DataFrame:
    """The decisions, with everyone held who has a change of a kind of which more are planned than may be.

    A kind is held as a whole: which of its people are the wrong ones, no number can tell. All kinds are judged by what was planned,
    whatever else is held.

    Args:
        people: `roster.plan.decision.PEOPLE_COLUMNS`.
        limits: by kind.
        base: see `base_of`.
    """
    writes = people["action"].isin(WRITES)
    planned = _counts(people.loc[writes, "kinds"])
    over = {kind: count for kind, count in planned.items() if kind in limits and not limits[kind].allows(count, base)}
    if not over:
        return people

    def why(kinds: str) -> str | float:
        sentences = [f"{kind}: {over[kind]} planned, {limits[kind].most(base)} allowed" for kind in kinds.split("|") if kind in over]
        return "; ".join(sentences) or np.nan

    detail = people["kinds"].map({kinds: why(kinds) for kinds in people["kinds"].dropna().unique()}).astype("str")
    held = writes & detail.notna()
    return people.assign(
        action=people["action"].mask(held, "hold"),
        intended=people["intended"].mask(held, people["action"]),
        reason=people["reason"].mask(held, "limit"),
        detail=people["detail"].mask(held, detail),
    )


def figures(people: pd.DataFrame, limits: ByKind, base: int) -> pd.DataFrame:
    """What the limits were held against, most used kind first.

    Args:
        people: the decisions as they stand.
        limits: as they were applied.
        base: see `base_of`.

    Returns:
        `FIGURES`; ``allowed`` is missing where there is no limit. People who are held for who they are, or as the first sync, are in
        ``held`` and not in ``planned``.
    """
    held = people["action"].eq("hold")
    judged = people["action"].isin(WRITES) | (held & people["reason"].isin(_JUDGED))
    planned, waiting = _counts(people.loc[judged, "kinds"]), _counts(people.loc[held, "kinds"])
    rows = [
        (kind, planned.get(kind, 0), limits[kind].most(base) if kind in limits else pd.NA, waiting.get(kind, 0))
        for kind in sorted({*planned, *waiting}, key=lambda kind: (-waiting.get(kind, 0), -planned.get(kind, 0), kind))
    ]
    return pd.DataFrame(rows, columns=list(FIGURES)).astype({"kind": "str", "planned": "int64", "allowed": "Int64", "held": "int64"})


def _counts(kinds: pd.Series) -> dict[Kind, int]:
    """People with each kind; someone with several counts for each."""
    together = kinds.dropna().value_counts()
    each = pd.Series(together.to_numpy(), index=together.index.str.split("|")) if len(together) else together
    counted: dict[Kind, int] = {}
    for names, count in each.items():
        for name in names:  # type: ignore[attr-defined]
            counted[name] = counted.get(name, 0) + int(count)
    return counted
