"""The first sync of a destination: whom it is of, and when it is rather the wrong destination.

Belongs here: the rules for people and plans. Does not belong here: how far a destination was brought (``destinations.first``), what a limit
is (``roster.plan.limits``).
"""

from collections.abc import Collection
from typing import Final

import pandas as pd

from roster.membership import among
from roster.plan.adoption import adoption
from roster.vocabulary import WRITES

HARDLY_ANY: Final = "hardly_any_match"
"""The reason for which a first sync waits where hardly any account is HR's."""

WAITING: Final = ("first_sync", HARDLY_ANY)
"""Reasons for which a first sync is held as a whole. Who waits for one of them was not let go with it."""

ENOUGH: Final = 5
"""So many accounts say something: fewer may be an administrator's, an auditor's and a consultant's."""

HARDLY: Final = 0.1
"""A smaller share of those who could match is hardly any."""

_COUNTED: Final = ("leave", "rejoin", "self_approval")
"""What counts whenever it is: nobody of a first sync goes with it, or becomes their own approver unseen."""


def joiners(people: pd.DataFrame) -> list[str]:
    """Whom a plan would have come in, but for who is still to be looked at: the employee numbers that are of this first sync.

    Args:
        people: `roster.plan.decision.PEOPLE_COLUMNS`.
    """
    effect = people["intended"].where(people["action"].eq("hold"), people["action"])
    waits = people["action"].eq("hold") & people["reason"].isin([*WAITING, "limit"])
    return sorted(people.loc[effect.eq("create") & ~waits, "employee_id"].dropna())


def uncounted(people: pd.DataFrame, of_first: Collection[str]) -> pd.DataFrame:
    """The decisions as the limits are to count them: whoever is of the first sync still is none of today's joiners, nor one of
    today's who change, where only a part of their record was taken.

    Args:
        people: `roster.plan.decision.PEOPLE_COLUMNS`.
        of_first: employee numbers.
    """
    if not of_first:
        return people
    at = people["employee_id"].isin(of_first) & people["kinds"].notna()
    kinds = people["kinds"].where(~at)
    without = {text: "|".join(kind for kind in text.split("|") if kind in _COUNTED) for text in people.loc[at, "kinds"].unique()}
    rest = people.loc[at, "kinds"].map(without).astype("str")
    kinds = kinds.fillna(rest.where(rest.ne("")))
    return people.assign(kinds=kinds.astype("str"))


def held_if_hardly_any_match(people: pd.DataFrame) -> pd.DataFrame:
    """The decisions before a first sync, all of them held where hardly an account there is anybody's of HR.

    Then it is probably another company's organization or account, or another column of HR's that has the employee numbers, and everyone
    would get a second account. Asked of a destination with `ENOUGH` accounts; what could match is the smaller of all accounts there and all
    of HR's people who have one or are to get one. Found is who was found beyond doubt: by a number whose address does not speak against it,
    or by address.

    Args:
        people: `roster.plan.decision.PEOPLE_COLUMNS`.
    """
    ways = adoption(people)
    found, there = ways["number"] + ways["email"], int(people["account"].notna().sum())
    possible = min(there, found + ways["conflict"] + ways["only_here"])
    if there < ENOUGH or found >= HARDLY * possible:
        return people
    held = people["action"].isin(WRITES)
    why = f"of {there} accounts there {found or 'none'} {'is' if found < 2 else 'are'} anybody's of HR's file"
    return people.assign(
        action=people["action"].mask(held, "hold"),
        intended=people["intended"].mask(held, people["action"]),
        reason=people["reason"].mask(held, HARDLY_ANY),
        detail=people["detail"].mask(held, why),
    ).astype("str")


def still_of_first(before: Collection[str], acknowledged: pd.Series) -> list[str]:
    """Of the people of a first sync, whoever the destination has not taken since.

    Args:
        before: employee numbers.
        acknowledged: those that the ledger knows there.
    """
    numbers = pd.Series(sorted(before), dtype="str")
    return [str(number) for number in numbers[~among(numbers, acknowledged)]]
