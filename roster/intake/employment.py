"""Where a person stands on a given day.

Belongs here: the one reading of status and dates. Does not belong here: what a destination makes of it.
"""

from datetime import date

import pandas as pd


def employment(status: pd.Series, start_date: pd.Series, end_date: pd.Series, as_of: date) -> pd.Series:
    """``vocabulary.Employment`` of each person.

    An end date before the start date is what a rejoiner brings along from last time, and ends nothing. The last day is a day of work:
    someone with an end date of today is still there, whatever the status says already.

    Args:
        status: ``vocabulary.WORKER_STATUSES``.
        start_date: ISO text, or NaN.
        end_date: ISO text, or NaN.
        as_of: The day that counts as today.
    """
    today = as_of.isoformat()
    ended = (end_date < today) & ~(start_date > end_date)
    left = ended | ((status == "Terminated") & ~(end_date >= today))
    result = pd.Series("active", index=status.index, dtype="str")
    result = result.mask(status == "On Leave", "leave")
    result = result.mask((status == "Pending") | (start_date > today), "pending")
    return result.mask(left, "left")
