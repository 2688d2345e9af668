"""Letting go of what a plan held: what of it is applied now, and what stays held.

Belongs here: holding a plan that was drawn afresh against the set that somebody looked at and released. Does not belong here: what is held
in the first place (``roster.plan.decision``), finding the set and reading what is there (``destinations.releases``).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from roster.digests import record_column
from roster.membership import among, looked_up
from roster.plan import dependants, pilot
from roster.plan.decision import DETAILS, ENDED, RELEASABLE, Plan
from roster.vocabulary import WRITES

VERDICTS: Final[Mapping[str, str]] = {
    "applied": "applied now",
    "done": "there already",
    "no_longer_wanted": "no longer wanted",
    "changed": "other than it was when it was held",
    "kind_not_released": "of a kind that is not released",
    "person_not_released": "not among the people who are released",
    "pilot": "waiting until somebody has looked what came of the first",
    "depends_on_held": "in need of another change that is not made",
    "not_in_set": "held now, but not part of what is released",
}
"""What becomes of everyone whom a released set names, and of everyone else who is held: code → words."""


@dataclass(frozen=True)
class HeldSet:
    """What a plan held, as the ledger keeps it: what was looked at before it was released."""

    people: pd.DataFrame
    """``person``, ``intended``, ``kinds``, ``reason``, ``digest`` (see `with_digests`)."""
    changes: pd.DataFrame
    """``person``, ``field``, ``new``, also of others."""


def with_digests(plan: Plan, key: bytes) -> pd.DataFrame:
    """The plan's people with ``digest``: of whoever is held and has no change to tell it, a keyed hash of their whole record."""
    silent = plan.people["action"].eq("hold") & ~among(plan.people["person"], plan.changes["person"])
    return plan.people.assign(digest=looked_up(plan.people["person"], _digests(plan, plan.people.loc[silent, "person"], key)))


def _digests(plan: Plan, people: pd.Series, key: bytes) -> pd.Series:
    records = plan.records[among(plan.records["person"], people)].drop_duplicates("person")
    hashed = record_column(records.drop(columns=["person", "action", "apply"]), key)
    return pd.Series(hashed.to_numpy(), index=records["person"], dtype="str")


def in_words(counts: Mapping[str, int]) -> str:
    """In words, how many people have each of `VERDICTS`."""
    return ", ".join(f"{count:,} {VERDICTS[code]}" for code, count in counts.items())


def released(plan: Plan, held: HeldSet, kinds: Collection[str], key: bytes, chosen: Collection[str] = ()) -> tuple[Plan, dict[str, int]]:
    """The plan that applies what is still as it was held, and nothing else.

    Doubtful people stay held: a release cannot tell who somebody is.

    Args:
        plan: what should change by what is there now.
        held: the released set.
        kinds: the kinds of change that are released; someone with a change of another kind stays held. Empty: all.
        key: the key of `with_digests`.
        chosen: the people who are released; everybody else stays held. Empty: everyone.

    Returns:
        The plan, and how many people have each of `VERDICTS`.
    """
    verdict = _verdicts(plan, held, kinds, key)
    if chosen:
        verdict = verdict.mask(verdict.eq("applied") & ~plan.people["person"].isin(list(chosen)), "person_not_released")
    free = verdict.eq("applied")
    other = plan.people["action"].isin(WRITES) & ~free
    narrowed = plan.people.assign(
        action=plan.people["action"].mask(free, plan.people["intended"].fillna(plan.people["action"])).mask(other, "none"),
        intended=plan.people["intended"].mask(free),
        reason=plan.people["reason"].mask(free).mask(other, "not_selected"),
        detail=plan.people["detail"].mask(free).mask(other, DETAILS["not_selected"]),
    )
    tried_first = held.people.loc[held.people["reason"].eq(pilot.HELD), "person"]
    going = pilot.hold(narrowed, plan.needs, plan.pilot, seen=tried_first)
    people = dependants.held_with(going, plan.needs)
    stays = people["action"].eq("hold")
    verdict = verdict.mask(free & stays, "depends_on_held").mask(free & going["action"].eq("hold"), "pilot")
    people = people.assign(detail=people["detail"].mask(stays & verdict.notna(), verdict.map(VERDICTS))).astype("str")
    now, left = people.loc[people["action"].isin(WRITES), "person"], people.loc[other, "person"]
    changes, records = (part[~among(part["person"], left)].reset_index(drop=True) for part in (plan.changes, plan.records))
    let_go = replace(
        plan,
        people=people,
        changes=changes.assign(apply=among(changes["person"], now)),
        records=records.assign(apply=among(records["person"], now)),
        figures=plan.figures.head(0),  # they are of what was drawn, not of what is let go
    )
    departed = held.people[held.people["reason"].isin(RELEASABLE) & ~among(held.people["person"], plan.people["person"])]
    counted = pd.concat([verdict.dropna(), departed["intended"].map(_without_them)])
    return let_go, {code: int(count) for code in VERDICTS if (count := counted.eq(code).sum())}


def _without_them(action: str) -> str:
    """What became of a held action whose person is not there any more."""
    return "done" if action in ("deactivate", "delete") else "no_longer_wanted"


def _verdicts(plan: Plan, held: HeldSet, kinds: Collection[str], key: bytes) -> pd.Series:
    """For everyone of the plan one of `VERDICTS`, missing for whoever is not concerned."""
    people, person = plan.people, plan.people["person"]
    members = held.people[held.people["reason"].isin(RELEASABLE)].set_index("person")
    waits = people["action"].eq("hold") & people["reason"].isin(RELEASABLE)
    effect = people["action"].where(people["action"].isin(WRITES)).fillna(people["intended"].where(waits))
    promised = person.map(members["intended"]).astype("str")
    member = promised.notna()
    same = (effect == promised).fillna(False) & ~among(person, _unheard(plan.changes, held.changes))
    silent = same & ~among(person, plan.changes["person"])
    digests = person.map(_digests(plan, person[silent], key)).astype("str")
    same &= ~silent | (digests == person.map(members["digest"]).astype("str")).fillna(False)
    in_step = people["action"].eq("none") & people["reason"].isna()
    ended = people["action"].eq("none") & people["reason"].isin(ENDED)
    leaves = promised.isin(["deactivate", "delete"])
    turned = effect.isna() | (effect.isin(["deactivate", "delete"]) != leaves)
    ended &= promised.ne("delete") | people["account"].isna()
    rules: list[tuple[pd.Series, str]] = [
        (member & same & ~_all_of(people["kinds"], kinds), "kind_not_released"),
        (member & same, "applied"),
        (member & ((~leaves & in_step) | (leaves & ended)), "done"),
        (member & people["action"].eq("hold") & ~waits, "changed"),
        (member & turned, "no_longer_wanted"),
        (member, "changed"),
        (waits, "not_in_set"),
    ]
    codes = np.select([condition.to_numpy(bool) for condition, _ in rules], [code for _, code in rules], "")
    return pd.Series(codes, index=people.index, dtype="str").replace("", np.nan)


def _unheard(changes: pd.DataFrame, held: pd.DataFrame) -> pd.Series:
    """Whoever would get a value now that the held set did not name for them."""
    same = ["person", "field", "new"]
    found = changes[same].merge(held[same].drop_duplicates().assign(known=True), on=same, how="left")
    return found.loc[found["known"].isna(), "person"]


def _all_of(kinds: pd.Series, released: Collection[str]) -> pd.Series:
    """Whether all kinds of each person's changes are released."""
    if not released:
        return pd.Series(True, index=kinds.index)
    return (
        kinds.map({text: set(text.split("|")) <= set(released) for text in kinds.dropna().unique()})
        .astype("boolean")
        .fillna(False)
        .astype("bool")
    )
