"""Who of HR's people is at a destination already, when nothing was ever brought there: the first thing that a new company asks.

Belongs here: counting that. Does not belong here: how people and accounts are paired (``roster.people.matching``), what then happens to
them (``roster.plan.decision``).
"""

from typing import Final

import pandas as pd

WAYS: Final = {
    "number": "found by employee number",
    "email": "found by e-mail address",
    "conflict": "in conflict: held",
    "only_there": "only there: left alone",
    "only_here": "only in HR's file: to be created",
}
"""How a person or an account stands before a first sync: code → words."""


def adoption(people: pd.DataFrame) -> dict[str, int]:
    """How many people each of `WAYS` has.

    People of HR's who have no account and are to get none (not started, left, out of scope, rejected) are in none of them.

    Args:
        people: `roster.plan.decision.PEOPLE_COLUMNS`.
    """
    return {way: int(at.sum()) for way, at in _at(people).items()}


def who(people: pd.DataFrame) -> dict[str, pd.Series]:
    """Each of `WAYS` → its people by number, or by pseudonym."""
    return {way: people.loc[at, "person"] for way, at in _at(people).items()}


def _at(people: pd.DataFrame) -> dict[str, pd.Series]:
    how = people["matched_by"]
    effect = people["intended"].where(people["action"].eq("hold"), people["action"])
    conflict = how.eq("conflict") | people["reason"].isin(["conflict", "number_reused", "address_reused"])
    found = people["account"].notna() & ~conflict
    return {
        "number": found & how.eq("number"),
        "email": found & how.eq("email"),
        "conflict": conflict,
        "only_there": found & ~how.isin(["number", "email"]),
        "only_here": ~people["account"].notna() & ~conflict & effect.isin(["create", "reactivate"]),
    }
