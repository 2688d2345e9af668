"""How many are active, on leave, left and pending: by their status, by their dates, and by both.

Belongs here: these counts, which name nobody, and how many rows contradict themselves. Does not belong here: what a person's standing is
(``roster.intake.employed``), how many contradictions are too many (``roster.intake.gate``).
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, get_args

import pandas as pd

from roster.intake.dates import no_end
from roster.vocabulary import Employment

LONG: Final = timedelta(days=90)
"""For so long HR may take to set a status, or keep somebody on after their last day of work."""
BY: Final = ("status", "dates", "both")
"""By what people are counted."""
OF_STATUS: Final[Mapping[str, Employment]] = {"Active": "active", "On Leave": "leave", "Terminated": "left", "Pending": "pending"}
STANDINGS: Final[tuple[Employment, ...]] = get_args(Employment)


def counts(roster: pd.DataFrame, as_of: date) -> dict[str, dict[str, int]]:
    """By what (`BY`) → ``vocabulary.Employment`` → people.

    Args:
        roster: The people who are counted.
        as_of: The day that counts as today.
    """
    by = {"status": roster["worker_status"].map(OF_STATUS), "dates": _by_dates(roster, as_of), "both": roster["employment"]}
    return {name: {standing: int((series == standing).sum()) for standing in STANDINGS} for name, series in by.items()}


def _by_dates(roster: pd.DataFrame, as_of: date) -> pd.Series:
    today, start, end = as_of.isoformat(), roster["start_date"], _end(roster)
    result = pd.Series("active", index=roster.index, dtype="str")
    return result.mask(start > today, "pending").mask((end < today) & ~(start > end), "left")


def contradicting(roster: pd.DataFrame, as_of: date) -> int:
    """How many are there by their status and long gone by their dates, or gone by their status and not begun, or to go in a far future."""
    today, start, end, status = as_of.isoformat(), roster["start_date"], _end(roster), roster["worker_status"]
    there = status.isin(["Active", "On Leave", "Pending"]) & (end < (as_of - LONG).isoformat()) & ~(start > end)
    early = status.eq("Terminated") & ((start > today) | (end > (as_of + 4 * LONG).isoformat()))
    begun = status.eq("Pending") & (start < (as_of - LONG).isoformat()) & ~(end < today)
    return int((there | early | begun).sum())


def _end(roster: pd.DataFrame) -> pd.Series:
    return roster["end_date"].mask(no_end(roster["end_date"]))
