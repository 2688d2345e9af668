"""People whom a destination, or the settings, let nobody take out, or write at all.

Belongs here: what that does to the decisions. Does not belong here: who they are (each destination's ``barred``).
"""

from typing import Final

import pandas as pd

from roster.membership import among
from roster.plan.leaving import WAITING
from roster.vocabulary import WRITES

BARRED: Final = ("person", "reason", "wholly")
"""Who; why; whether nothing of theirs may be written, or only that they may not be taken out."""


def nobody() -> pd.DataFrame:
    """`BARRED` without a row."""
    return pd.DataFrame({"person": pd.Series(dtype="str"), "reason": pd.Series(dtype="str"), "wholly": pd.Series(dtype="bool")})


def together(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Both; the first counts of whoever is in both."""
    if first.empty or second.empty:
        return second if first.empty else first
    return pd.concat([first, second[~among(second["person"], first["person"])]], ignore_index=True)


def skip(decided: pd.DataFrame, barred: pd.DataFrame) -> pd.DataFrame:
    """The decisions, with everyone skipped for whom something was meant that may not be.

    Args:
        decided: `roster.plan.decision.PEOPLE_COLUMNS`.
        barred: `BARRED`, ``person`` unique.
    """
    if barred.empty:
        return decided
    rows = barred.set_index("person")
    reason, wholly = decided["person"].map(rows["reason"]).astype("str"), decided["person"].map(rows["wholly"]).eq(True)
    effect = decided["intended"].where(decided["action"].eq("hold"), decided["action"])
    # Nor does it end on a day to come.
    meant = effect.eq("deactivate") | decided["reason"].eq(WAITING)
    stopped = reason.notna() & (meant | (wholly & (effect.isin(WRITES) | decided["reason"].eq("not_in_hr"))))
    return decided.assign(
        action=decided["action"].mask(stopped, "skip"),
        intended=decided["intended"].mask(stopped),
        kinds=decided["kinds"].mask(stopped),
        reason=decided["reason"].mask(stopped, reason),
        detail=decided["detail"].mask(stopped),
    )
