"""Accounts that HR does not know and that the settings have taken out: always only once somebody has released it.

Belongs here: the decision about them. Does not belong here: who is a stranger (``roster.people.census``), which of them a destination can
take out and how (`roster.plan.comparison.Comparison.strangers`).
"""

from typing import Final

import pandas as pd

from roster.membership import among

NOT_IN_HR: Final = "not_in_hr"
"""Why a stranger is left alone."""
HELD: Final = "stranger"
"""Why a stranger waits, and the kind of that change: no limit lets it go."""
DETAIL: Final = "HR does not know this account, and the settings say to take it out"


def of(people: pd.DataFrame) -> pd.DataFrame:
    """``employee_id`` (what names them in this plan: they have no employee number) and ``account`` of the strangers.

    Args:
        people: `roster.plan.decision.PEOPLE_COLUMNS`.
    """
    found = people[people["reason"].eq(NOT_IN_HR) & people["account"].notna()]
    return found[["person", "account"]].rename(columns={"person": "employee_id"})


def held(people: pd.DataFrame, removable: pd.Series) -> pd.DataFrame:
    """The decisions, with the strangers held who would be taken out.

    Args:
        people: `roster.plan.decision.PEOPLE_COLUMNS`.
        removable: who can be, as `of` names them.
    """
    at = people["reason"].eq(NOT_IN_HR) & among(people["person"], removable)
    if not at.any():
        return people
    return people.assign(
        action=people["action"].mask(at, "hold"),
        intended=people["intended"].mask(at, "deactivate"),
        kinds=people["kinds"].mask(at, HELD),
        reason=people["reason"].mask(at, HELD),
        detail=people["detail"].mask(at, DETAIL),
    ).astype("str")
