"""The day that an export says it is of: in its name or its trailer.

Belongs here: finding that day. Does not belong here: when the file was modified, and what an older day means (the ledger refuses it).
"""

import re
from datetime import date

from roster.unfit import Unfit


def day_in_name(name: str, pattern: str | None) -> date | None:
    """The day in a file's name, by a pattern with a group ``date`` (YYYY-MM-DD or YYYYMMDD); None without a pattern.

    Raises:
        Unfit: the name has no such day, so that an older file could not be told from a newer one.
    """
    if pattern is None:
        return None
    found = re.search(pattern, name)
    try:
        return date.fromisoformat(found["date"]) if found else _no_day(name)
    except (ValueError, IndexError, TypeError):  # no day of any calendar, no such group, a group that took no part
        return _no_day(name)


def _no_day(name: str) -> date:
    raise Unfit(
        "name",
        f"The name of the file, {name}, holds no date where `date_in_name` looks for one.",
        "Ask HR for the usual name, or correct the pattern.",
    )
