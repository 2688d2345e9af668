"""Values that HR no longer gives, where the settings say that an empty cell takes them away: the mark for them, and when it stands.

Belongs here: what every destination shares of that. Does not belong here: which fields there are and how it is sent (each destination's
``taking_away``), planning it (``roster.plan.differences``, ``roster.plan.write_only``), holding it (``roster.plan.few``,
``roster.plan.emptied``).

Only a cell that is there and empty takes a value away: not one that could not be used, one that no line of the rule fits, one of a row that
was rejected, or one of a column that is not there.
"""

import pandas as pd

from roster.membership import among
from roster.records import TAKEN_AWAY
from roster.rules import empty
from roster.settings import Rule


def emptied(rule: Rule | None, people: pd.DataFrame) -> pd.Series:
    """The employee numbers of whom HR's cells for a rule are there and empty, and no default stands in for them."""
    if rule is None or rule.default not in (None, ""):
        return people["employee_id"].head(0)
    found: pd.Series = people.loc[empty(rule, people), "employee_id"]
    return found


def marked(values: pd.Series, employee_ids: pd.Series, chosen: pd.Series) -> pd.Series:
    """The values with the mark wherever there is none and HR's cell is empty."""
    return values.mask(values.isna() & among(employee_ids, chosen), TAKEN_AWAY)


def marked_fields(records: pd.DataFrame) -> list[str]:
    """The fields in which a value of somebody's is to be taken away."""
    return [str(name) for name in records.select_dtypes(include=["str", "object"]) if records[name].eq(TAKEN_AWAY).any()]


def without_marks(records: pd.DataFrame) -> pd.DataFrame:
    """The records without what stands for a value to be taken away."""
    return records.assign(**{name: records[name].mask(records[name].eq(TAKEN_AWAY)) for name in marked_fields(records)})
