"""What people are written by, and a destination shows much less of than before: before anything is written, somebody looks.

Belongs here: when most of it is gone, and holding everything then. Does not belong here: what is counted (each destination), where the
count is kept (``destinations.sizes``).

An answer that is cut short looks like one that is whole: a tree of one unit leaves everyone without theirs.
"""

from typing import Final

import pandas as pd

from roster.vocabulary import WRITES

REASON: Final = "mostly_gone"


def mostly_missing(now: int, before: int) -> bool:
    """Whether half of what there was is gone, or more."""
    return now < before and 2 * now <= before


def hold(decided: pd.DataFrame, why: str | None) -> pd.DataFrame:
    """The decisions, with everything that would be written held, if there is a reason why.

    Args:
        decided: `roster.plan.decision.PEOPLE_COLUMNS`.
        why: What is gone, as a sentence; None: nothing is.
    """
    if why is None:
        return decided
    held = decided["action"].isin(WRITES)
    return decided.assign(
        action=decided["action"].mask(held, "hold"),
        intended=decided["intended"].mask(held, decided["action"]),
        reason=decided["reason"].mask(held, REASON),
        detail=decided["detail"].mask(held, why),
    ).astype("str")
