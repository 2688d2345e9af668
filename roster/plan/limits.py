"""How many people may change at once, and in seven days, by kind of change; whoever is in a kind of which there are more waits.

Belongs here: the limits, counting against them, the figures. Does not belong here: what was applied in seven days (the ledger), who has a
value (``roster.plan.few``), what waits because something else does (``roster.plan.dependants``), how much HR's file itself may change
(``roster.intake.gate``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import numpy as np
import pandas as pd
from pydantic import Field, ValidationInfo, field_validator

from roster.plan import few
from roster.settings import Limit, Strict
from roster.vocabulary import KINDS, THING_KINDS, WRITES, Kind

_PER_WEEK = 3


class KindLimit(Limit):
    """How many people may change in one way at once, and in seven days."""

    per_week: float | None = Field(default=None, ge=1)
    """So many times as many may in seven days; by default what `limits.per_week` says."""
    four_eyes: bool = False
    """Whether what is held of this kind needs two people who have signed on: one proposes its release, another releases it."""

    def most_in_a_week(self, base: int) -> int:
        """How many of `base` may change in seven days."""
        return int((self.per_week or _PER_WEEK) * self.most(base) + 1e-9)


ByKind = Mapping[Kind, KindLimit]
"""A kind that is not named has no limit."""


_REMOVED: Final = frozenset({"value_removed"})


@dataclass(frozen=True)
class FourEyes:
    """The kinds of change of which a release needs two people."""

    people: frozenset[str] = frozenset()
    things: frozenset[str] = frozenset()
    """Of what is no person."""


class Limits(Strict):
    """How many people one plan may change at a destination, by kind of change; of a kind of which there are more, all are held.

    A share is one of HR's people in scope who have an active account there. The defaults let an ordinary night of a company of 20 and
    of one of 20,000 pass, and are the tighter the more a mistake costs: money and rights most, a joiner or a name least. Who becomes their
    own approver always waits.
    """

    join: KindLimit = KindLimit(count=10, share=0.05)
    """People who come in."""
    leave: KindLimit = KindLimit(count=3, share=0.015)
    """People who lose their access."""
    rejoin: KindLimit = KindLimit(count=5, share=0.02)
    """People who get it back."""
    email: KindLimit = KindLimit(count=5, share=0.02)
    """People whose address, and so their login, changes."""
    manager: KindLimit = KindLimit(count=10, share=0.10)
    """People whose approver changes."""
    self_approval: KindLimit = KindLimit(count=0, share=0)
    """People who become their own approver; of those who come in, whoever has a manager in HR's file."""
    role: KindLimit = KindLimit(count=3, share=0.01)
    """People whose rights change."""
    policy: KindLimit = KindLimit(count=10, share=0.05)
    """People whose policies or domain group change."""
    unit: KindLimit = KindLimit(count=10, share=0.10)
    """People whose organizational unit changes."""
    limit: KindLimit = KindLimit(count=5, share=0.02)
    """People whose approval limit changes, or who approves above it."""
    bank_account: KindLimit = KindLimit(count=3, share=0.005)
    """People whose expenses go to another account."""
    other: KindLimit = KindLimit(count=10, share=0.25)
    """People of whom anything else changes: a name, a phone number, a cost centre."""
    stranger: KindLimit = KindLimit(count=0, share=0)
    """Accounts that HR does not know and that are taken out: each waits for a release, and no other limit is taken."""
    things: KindLimit = KindLimit(count=10, share=0.10)
    """Units, dimensions, values and who approves them: of each kind, so many may be new or changed. A share is one of how many of that kind
    are there. Some kinds wait for a release however few they are."""
    things_removed: KindLimit = KindLimit(count=3, share=0.015)
    """Of each kind of these, so many may be taken away."""
    deletion: KindLimit = KindLimit(count=0, share=0)
    """People who left long ago and are deleted, where the settings say so: each waits for a release, and no other limit is taken."""
    per_week: float = Field(default=_PER_WEEK, ge=1)
    """So many times as many may change in seven days. What was released, and what a first sync wrote, does not count."""

    @field_validator("stranger", "deletion")
    @classmethod
    def _always_waits(cls, value: KindLimit, info: ValidationInfo) -> KindLimit:
        if value.count or value.share:
            who = "strangers are taken out" if info.field_name == "stranger" else "people are deleted"
            raise ValueError(f"{who} only once that is released: this limit is 0")
        return value

    def by_kind(self, *, first: bool) -> ByKind:
        """The limits that hold in a plan.

        Args:
            first: whether nobody has been brought there before. Joiners then have no limit, for there is nothing to measure them by.
        """
        found: dict[Kind, KindLimit] = {kind: getattr(self, kind) for kind in KINDS if not (first and kind == "join")}
        return {kind: self.weekly(limit) for kind, limit in found.items()}

    def four_eyes(self) -> FourEyes:
        """The kinds of which a release needs two people."""
        things = frozenset(THING_KINDS) - _REMOVED if self.things.four_eyes else frozenset[str]()
        return FourEyes(
            frozenset(kind for kind in KINDS if getattr(self, kind).four_eyes),
            things | (_REMOVED if self.things_removed.four_eyes else frozenset()),
        )

    def weekly(self, limit: KindLimit) -> KindLimit:
        """A limit with how many times as many may in seven days, its own or everyone's."""
        return limit if limit.per_week else limit.model_copy(update={"per_week": self.per_week})


FIGURES = ("kind", "planned", "allowed", "written", "per_week", "moved", "having", "held", "beyond")
"""A row for each kind of change that there is: people with such a change who could be written, how many may be; how many were written in
the seven days before, how many may be in seven days; of how many a value that they have changes, how many have one
(`roster.plan.few`); how many are held; the sentence that says beyond what the kind goes, if it does."""

WEEK: Final = ("person", "kinds")
"""Who was written in the seven days before, a row for each person and plan."""

LIMITED: Final = ("limit", "week_limit", "most_of_few")
"""The reasons for which a kind is held as a whole, the first that fits."""

_JUDGED = (*LIMITED, "depends_on_held")
_NOT_OURS = ("out_of_scope", "disputed", "stranger")


@dataclass(frozen=True)
class Against:
    """What a plan's changes are held against."""

    limits: ByKind
    base: int
    """See `base_of`."""
    week: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=list(WEEK), dtype="str"))
    """`WEEK`."""
    moved: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=list(few.MOVED)))
    """`roster.plan.few.MOVED`."""


def base_of(census: pd.DataFrame) -> int:
    """Of how many people a share is taken: HR's people in scope who have an active account there before anything is written.

    Whoever left or is absent counts: they are there still. So neither a short file nor many joiners change what is allowed.

    Args:
        census: everyone (`roster.people.census.CENSUS_COLUMNS`).
    """
    return int((census["present"] & census["employee_id"].notna() & ~census["standing"].isin(_NOT_OURS)).sum())


def hold_over(people: pd.DataFrame, against: Against) -> pd.DataFrame:
    """The decisions, with everyone held who has a change of a kind of which more are planned than may be.

    A kind is held as a whole: which of its people are the wrong ones, no number can tell. All kinds are judged by what was planned,
    whatever else is held. A kind without a limit is never held.

    Args:
        people: `roster.plan.decision.PEOPLE_COLUMNS`.
        against: what they are held against.
    """
    writes = people["action"].isin(WRITES)
    over = _over(people[writes], against)
    if not over:
        return people
    kinds = {text: [over[kind] for kind in text.split("|") if kind in over] for text in people["kinds"].dropna().unique()}
    reason = people["kinds"].map({text: next((one for one in LIMITED if one in dict(found)), np.nan) for text, found in kinds.items()})
    detail = people["kinds"].map({text: "; ".join(sentence for _, sentence in found) for text, found in kinds.items()})
    reason, detail = reason.astype("str"), detail.astype("str")
    held = writes & reason.notna()
    return people.assign(
        action=people["action"].mask(held, "hold"),
        intended=people["intended"].mask(held, people["action"]),
        reason=people["reason"].mask(held, reason),
        detail=people["detail"].mask(held, detail),
    )


def _over(planned: pd.DataFrame, against: Against) -> dict[Kind, tuple[str, str]]:
    """Each kind that is held: for which of `LIMITED`, and the sentence."""
    counts, used = _counts(planned["kinds"]), _counts_by_person(against.week)
    few_have = {kind: (moved, having, earlier) for kind, _, moved, having, earlier in against.moved.to_numpy().tolist()}
    found: dict[Kind, tuple[str, str]] = {}
    for kind, count in counts.items():
        if (limit := against.limits.get(kind)) is None:
            continue
        most, per_week = limit.most(against.base), limit.most_in_a_week(against.base)
        if count > most:
            found[kind] = ("limit", f"{kind}: {count} planned, {most} allowed")
        elif _together(kind, planned, against.week) > per_week:
            sentence = f"{kind}: {count} planned, {used.get(kind, 0)} of the {per_week} that may in seven days were written"
            found[kind] = ("week_limit", sentence)
        elif kind in few_have and few.is_most(*few_have[kind][:2]):
            moved, having, earlier = few_have[kind]
            before = f", as {earlier} did in seven days" if earlier else ""
            found[kind] = ("most_of_few", f"{kind}: of {having} who have one, {moved - earlier} would get another{before}")
    return found


def _together(kind: Kind, planned: pd.DataFrame, week: pd.DataFrame) -> int:
    """People with a change of that kind, planned or written in the seven days before, each once."""
    persons = pd.concat([_with(kind, planned), _with(kind, week)])
    return int(persons.nunique())


def _with(kind: Kind, people: pd.DataFrame) -> pd.Series:
    texts = [text for text in people["kinds"].dropna().unique() if kind in text.split("|")]
    return people.loc[people["kinds"].isin(texts), "person"]


def figures(people: pd.DataFrame, against: Against) -> pd.DataFrame:
    """What the limits were held against, most used kind first.

    Args:
        people: the decisions as they stand.
        against: as it was applied.

    Returns:
        `FIGURES`; ``allowed`` and ``per_week`` are missing where there is no limit, ``moved`` and ``having`` where it is not asked who has
        a value. People who are held for who they are, or as the first sync, are in ``held`` and not in ``planned``.
    """
    held = people["action"].eq("hold")
    judged = people["action"].isin(WRITES) | (held & people["reason"].isin(_JUDGED))
    planned, waiting = _counts(people.loc[judged, "kinds"]), _counts(people.loc[held, "kinds"])
    used, few_have = _counts_by_person(against.week), against.moved.set_index("kind")
    over = _over(people[judged], against)
    rows = [
        (
            kind,
            planned.get(kind, 0),
            limit.most(against.base) if (limit := against.limits.get(kind)) else pd.NA,
            used.get(kind, 0),
            limit.most_in_a_week(against.base) if limit else pd.NA,
            *(few_have.loc[kind, ["moved", "having"]] if kind in few_have.index else (pd.NA, pd.NA)),
            waiting.get(kind, 0),
            over[kind][1] if kind in over else np.nan,
        )
        for kind in sorted({*planned, *waiting}, key=lambda kind: (-waiting.get(kind, 0), -planned.get(kind, 0), kind))
    ]
    types = dict.fromkeys(("planned", "written", "held"), "int64") | dict.fromkeys(("allowed", "per_week", "moved", "having"), "Int64")
    return pd.DataFrame(rows, columns=list(FIGURES)).astype({**types, "kind": "str", "beyond": "str"})


def _counts_by_person(week: pd.DataFrame) -> dict[Kind, int]:
    """People with each kind in several plans; someone who is in more than one counts once."""
    return {kind: int(_with(kind, week).nunique()) for kind in _counts(week["kinds"])}


def _counts(kinds: pd.Series) -> dict[Kind, int]:
    """People with each kind; someone with several counts for each."""
    together = kinds.dropna().value_counts()
    each = pd.Series(together.to_numpy(), index=together.index.str.split("|")) if len(together) else together
    counted: dict[Kind, int] = {}
    for names, count in each.items():
        for name in names:  # type: ignore[attr-defined]
            counted[name] = counted.get(name, 0) + int(count)
    return counted
