"""First and last name, where HR writes both into one cell.

Belongs here: which part of a whole name is which. Does not belong here: what a name may hold (``roster.intake.validation``).
"""

import pandas as pd

PARTICLES = "von|van|vom|zu|zum|zur|de|der|den|del|della|di|da|dos|du|la|le|af|av|ter|ten|bin|ibn|al|el|st\\."
"""Small words that begin a last name."""


def part(names: pd.Series, which: str) -> pd.Series:
    """The first or the last name of each whole name; NaN where it has only one word.

    ``Strömberg, Alva`` is told apart by its comma. Without one the last name is the last word, with the small words before it.

    Args:
        names: Whole names.
        which: ``first`` or ``last``.
    """
    with_comma = names.str.extract(r"^(?P<last>[^,]+),\s*(?P<first>[^,]+)$")[which]
    parts = names.str.extract(rf"^(?P<first>[^,]+?)\s+(?P<last>(?:(?i:{PARTICLES})\s+)*[^\s,]+)$")[which]
    return with_comma.fillna(parts).str.strip().astype("str")
