"""A field that nobody has a value of any more: before the values there are taken away, somebody looks.

Belongs here: holding whoever would lose a value of such a field. Does not belong here: which empty cells take a value away (each
destination's ``records``), how many may change at once (``roster.plan.limits``), of how many who have a value it changes
(``roster.plan.few``).

HR's system may leave a column empty for everyone, and two people are too few for a share of those who have one.
"""

from typing import Final

import pandas as pd

from roster.membership import among
from roster.records import TAKEN_AWAY
from roster.vocabulary import WRITES

REASON: Final = "column_emptied"


def hold(decided: pd.DataFrame, changes: pd.DataFrame, desired: pd.DataFrame) -> pd.DataFrame:
    """The decisions, with whoever would lose a value held where no record has one of that field any more.

    Args:
        decided: `roster.plan.decision.PEOPLE_COLUMNS`.
        changes: the differences; ``new`` is missing where a value is to be taken away.
        desired: the desired records.
    """
    away = changes[changes["new"].isna()]
    wanted = desired.reindex(columns=away["field"].unique())
    emptied = [str(field) for field in wanted if not (wanted[field].notna() & wanted[field].ne(TAKEN_AWAY)).any()]
    losing = away.loc[away["field"].isin(emptied), "employee_id"]
    held = decided["action"].isin(WRITES) & among(decided["employee_id"], losing)
    return decided.assign(
        action=decided["action"].mask(held, "hold"),
        intended=decided["intended"].mask(held, decided["action"]),
        reason=decided["reason"].mask(held, REASON),
        detail=decided["detail"].mask(held, f"nobody in HR's file has a value any more: {', '.join(sorted(emptied))}"),
    )
