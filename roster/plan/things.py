"""Things at a destination that are no people, and of which ours are planned and written too: units, dimensions, values, who approves them.

Belongs here: what a destination says that should change of them, which of that is applied and which waits, the sums, what a released set
leaves of a plan drawn afresh. Does not belong here: what should be there and how it is written (each destination), sending
(``destinations.things``), people (``roster.plan.decision``).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd

from roster.digests import record_column
from roster.membership import among
from roster.plan import barred
from roster.plan.limits import KindLimit
from roster.vocabulary import THING_KINDS

THING_COLUMNS = ["thing", "kind", "name", "action", "old", "new", "order", "payload"]
"""``thing``: a key of its own, such as ``value/COST/4711``. ``kind``: one of `roster.vocabulary.THING_KINDS`. ``name``: as people read it.
``action``: create, change, remove. ``old``, ``new``: readable text, people by employee number; missing where there is none. ``order``: what
goes first, a number. ``payload``: JSON text that only the destination understands."""

PLANNED: Final = (*THING_COLUMNS, "apply", "reason", "detail")
"""A plan's things: ``apply`` says whether it is written now; else ``reason`` and ``detail`` say why it waits."""

ACTIONS: Final = ("create", "change", "remove")


@dataclass(frozen=True)
class ThingKind:
    """A kind of things."""

    word: str
    """As people write it."""
    always_waits: bool = False
    """Held until released, whatever the limits say."""


@dataclass(frozen=True, eq=False)
class Structure:
    """What of a destination's things is not as it should be."""

    changes: pd.DataFrame
    """`THING_COLUMNS`."""
    repairs: list[str] = field(default_factory=list)
    """Sentences: what was mended by rule. They name people by number alone."""
    left: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["thing", "reason"], dtype="str"))
    """``thing``, ``reason``: what cannot be done, and why."""
    there: Mapping[str, int] = field(default_factory=dict)
    """Kind → how many of it are there: what a limit's share is of. A kind that is not named has none."""
    staying: pd.DataFrame = field(default_factory=barred.nobody)
    """`roster.plan.barred.BARRED`: who is needed for a thing that nothing of `changes` gives to somebody else."""

    def to_stored(self) -> dict[str, Any]:
        """As named frames and values, for storage."""
        frames = {"things": self.changes, "things_left": self.left, "things_staying": self.staying}
        return {**frames, "things_mended": list(self.repairs), "things_there": dict(self.there)}

    @classmethod
    def from_stored(cls, value: Mapping[str, Any]) -> "Structure | None":
        """What `to_stored` made; None where there was none."""
        if "things" not in value:
            return None
        staying = value.get("things_staying", barred.nobody())
        return cls(value["things"], list(value["things_mended"]), value["things_left"], dict(value["things_there"]), staying)


@dataclass(frozen=True, eq=False)
class ThingFacts:
    """What is known of a plan's things as a whole, beside the things themselves."""

    words: Mapping[str, str] = field(default_factory=dict)
    """Kind → as people write it."""
    repairs: tuple[str, ...] = ()
    """`Structure.repairs`."""
    left: tuple[tuple[str, str], ...] = ()
    """`Structure.left`."""
    others: tuple[str, ...] = ()
    """Of a release: the things that came up since and are left for the next sync."""
    beyond: tuple[str, ...] = ()
    """Of kinds that go beyond a limit, the sentence that says how far."""

    def to_json(self) -> dict[str, Any]:
        """As JSON; empty where the destination has no such things. Sentences stand in objects of their own, so that one which names
        somebody who is to be forgotten goes whole (`resources.ledger.mentions`)."""
        if not self.words:
            return {}
        return {
            "words": dict(self.words),
            "repairs": [{"sentence": text} for text in self.repairs],
            "left": [{"thing": thing, "sentence": text} for thing, text in self.left],
            "beyond": list(self.beyond),
            **({"others": list(self.others)} if self.others else {}),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ThingFacts":
        """What `to_json` wrote."""
        return cls(
            stored.get("words", {}),
            tuple(one["sentence"] for one in stored.get("repairs", ())),
            tuple((one["thing"], one["sentence"]) for one in stored.get("left", ())),
            tuple(stored.get("others", ())),
            tuple(stored.get("beyond", ())),
        )


@dataclass(frozen=True)
class ThingLimits:
    """What decides which things wait."""

    changed: KindLimit
    """How many of a kind may be created or changed, in a run and in seven days."""
    removed: KindLimit
    """How many of a kind may be taken away."""
    hold_all: bool = False
    """The first sync waits: by the settings, or since hardly an account there is HR's."""
    first: bool = False
    """Nobody was brought there before: whatever is new has no limit, for there is nothing to measure it by."""
    week: Mapping[tuple[str, bool], frozenset[str]] = field(default_factory=dict)
    """Kind, and whether it was taken away → the things that were written in the seven days before."""


def none() -> pd.DataFrame:
    """A plan's things where there are none."""
    return pd.DataFrame(columns=list(PLANNED), dtype="str").astype({"order": "int64", "apply": "bool"})


def planned(structure: Structure, kinds: Mapping[str, ThingKind], limits: ThingLimits) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """What is applied of a destination's things and what waits.

    A kind of which more would change than may be is held as a whole, likewise what would be taken away of it; the rest goes ahead.

    Returns:
        `PLANNED`, in the order in which it is sent; and a sentence for each limit that is exceeded.
    """
    texts = dict.fromkeys((name for name in THING_COLUMNS if name != "order"), "str")
    things = structure.changes[THING_COLUMNS].astype({**texts, "order": "int64"}).sort_values(["order", "thing"], ignore_index=True)
    if things.empty:
        return none(), ()
    removed = things["action"].eq("remove")
    why: dict[str, tuple[str, str]] = {}
    beyond: list[str] = []
    for kind, away in sorted(set(zip(things["kind"], removed, strict=True))):
        mine, word = things["kind"].eq(kind) & removed.eq(away), _word(kinds, kind)
        if not away and limits.first:
            mine &= things["action"].ne("create")
        limit, week = limits.removed if away else limits.changed, limits.week.get((kind, away), frozenset())
        if found := _over(things.loc[mine, "thing"], limit, structure.there.get(kind, 0), week):
            beyond.append(f"{word}{' taken away' if away else ''}: {found[1]}")
            why |= dict.fromkeys(things.loc[mine, "thing"], (found[0], beyond[-1]))
    waiting = things["kind"].isin([kind for kind, one in kinds.items() if one.always_waits])
    why |= dict.fromkeys(things.loc[waiting, "thing"], ("always", "waits for a release, however few they are"))
    if limits.hold_all:
        why = dict.fromkeys(things["thing"], ("first_sync", "first sync: everything waits for a release")) | why
    reason, detail = (things["thing"].map({thing: pair[part] for thing, pair in why.items()}).astype("str") for part in (0, 1))
    return things.assign(apply=reason.isna(), reason=reason, detail=detail)[list(PLANNED)], tuple(beyond)


def _word(kinds: Mapping[str, ThingKind], kind: str) -> str:
    return kinds[kind].word if kind in kinds else kind


def _over(things: pd.Series, limit: KindLimit, there: int, week: Collection[str]) -> tuple[str, str] | None:
    """For which limit things of one kind are held, and what is said of it."""
    if things.empty:
        return None
    most, in_a_week = limit.most(there), limit.most_in_a_week(there)
    if len(things) > most:
        return "limit", f"{len(things):,} planned, {most:,} allowed"
    if len({*things, *week}) > in_a_week:
        return "week_limit", f"{len(things):,} planned, {len(week):,} of the {in_a_week:,} that may in seven days were written"
    return None


def before_write(things: pd.DataFrame, kinds: Mapping[str, ThingKind]) -> list[str]:
    """What does not add up in a plan's things: each once, of a known kind, and applied or held."""
    faults = []
    for what, wrong in (
        ("things are planned twice", things["thing"].duplicated()),
        ("things have no kind that there is", ~things["kind"].isin([kind for kind in kinds if kind in THING_KINDS])),
        ("things have an action that does not exist", ~things["action"].isin(ACTIONS)),
        ("things are neither applied nor held", things["apply"].eq(things["reason"].notna())),
    ):
        if count := int(wrong.sum()):
            faults.append(f"{count} {what}")
    return faults


def outcomes(things: pd.DataFrame, answers: pd.DataFrame, still: Collection[str] | None) -> pd.DataFrame:
    """One outcome for each thing of a plan.

    Args:
        things: `PLANNED`.
        answers: ``thing``, ``outcome``, ``answer``: what was sent and what came of it.
        still: What a reading after the write still wants changed; None where nothing was read.

    Returns:
        ``thing``, ``kind``, ``outcome`` (held, accepted, missing, refused, unknown). What was accepted and is still wanted is ``missing``;
        what had no answer and is not wanted any more was accepted.
    """
    answered = things["thing"].map(answers.set_index("thing")["outcome"]).astype("str").fillna("unknown")
    outcome = answered.where(things["apply"], "held")
    if still is not None:
        wanted = things["thing"].isin(list(still))
        outcome = outcome.mask(outcome.eq("accepted") & wanted, "missing").mask(outcome.eq("unknown") & ~wanted, "accepted")
    return pd.DataFrame({"thing": things["thing"], "kind": things["kind"], "outcome": outcome})


def after_write(things: pd.DataFrame, table: pd.DataFrame) -> list[str]:
    """What does not add up after a write: planned = applied + held, applied = accepted + missing + refused + unknown."""
    held, written = things["apply"].eq(False), table["outcome"].isin(["accepted", "missing", "refused", "unknown"])
    if list(table["thing"]) == list(things["thing"]) and written.eq(~held).all() and table["outcome"].eq("held").eq(held).all():
        return []
    return [
        f"{len(things)} things were planned, {int((~held).sum())} applied; {len(table)} have an outcome, {int(written.sum())} of a write"
    ]


def with_digests(things: pd.DataFrame, key: bytes) -> pd.DataFrame:
    """The things with ``digest``, a keyed hash of all that would be sent: a release knows by it what was held."""
    texts = things[["thing", "kind", "action", "new", "payload"]].astype("str")
    return things.assign(digest=record_column(texts, key) if len(things) else pd.Series(dtype="str"))


def released(
    things: pd.DataFrame, held: pd.DataFrame, kinds: Collection[str], key: bytes, *, only_people: bool = False
) -> tuple[pd.DataFrame, dict[str, int]]:
    """What a plan drawn afresh leaves of a released set: what is as it was held goes, all else waits or is left for the next sync.

    Args:
        things: `PLANNED`, as drawn afresh.
        held: ``thing``, ``digest`` of what was held.
        kinds: The kinds that are released; empty: all.
        key: Of `with_digests`.
        only_people: Some people are released by number: no thing is, then.

    Returns:
        `PLANNED`, and how many things have each of `roster.plan.releasing.VERDICTS`.
    """
    fresh = with_digests(things, key)
    was = fresh["thing"].map(held.set_index("thing")["digest"]).astype("str")
    member, same = was.notna(), (was == fresh["digest"]).fillna(False)
    of_kind = fresh["kind"].isin(list(kinds)) | (not kinds)
    waits = fresh["reason"].notna()
    let_go = member & same & of_kind & (not only_people)
    rules = [
        (let_go, "applied"),
        (member & same, "person_not_released" if only_people else "kind_not_released"),
        (member, "changed"),
        (waits, "not_in_set"),
    ]
    codes = np.select([rule.to_numpy(bool) for rule, _ in rules], [code for _, code in rules], "not_selected")
    verdict = pd.Series(codes, index=fresh.index, dtype="str")
    # What came up since is left for the next sync; what was let go needs no reason any more, what stays has one.
    stays = np.where(~let_go & things["reason"].isna(), "limit", things["reason"])
    reason = pd.Series(stays, index=things.index, dtype="str").mask(let_go)
    left = things.assign(apply=let_go, reason=reason, detail=things["detail"].mask(let_go))[verdict.ne("not_selected")]
    counts = {str(code): int(count) for code, count in verdict[verdict.ne("not_selected")].value_counts().items()}
    if done := int((~among(held["thing"], things["thing"])).sum()):
        counts["done"] = done
    return left.reset_index(drop=True), counts


def counted(things: pd.DataFrame, words: Mapping[str, str]) -> str:
    """How many things there are of each kind, in words: ``2 values, 1 dimension``."""
    counts = things["kind"].value_counts()
    return ", ".join(f"{count:,} × {words.get(str(kind), str(kind))}" for kind, count in counts.items())
