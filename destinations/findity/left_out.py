"""Units that a rule could not give: whose, why, and HR's word for them, for whoever can mend it.

Belongs here: telling an empty cell, one that could not be read, one that the settings translate into nothing, and one that is not there or
stands for several units from each other. Does not belong here: whose unit is which (``placing``), the sentences for the reasons
(``REASONS`` of this package, `roster.reports.reasons`). Pure.

HR's word is told where it is the name of a unit, in the list for HR and to `rollcall why`, never to Dagster: a cell may hold anything. Of a
telephone number, an account or an address that could not be read HR's own list tells the field and the reason alone.
"""

from typing import Final

import numpy as np
import pandas as pd

from destinations.findity.placing import By, nameless
from destinations.findity.settings import FindityUsers
from roster.plan.facts import FAULTS
from roster.rules import empty, evaluate, unread

UNIT: Final = "organizationalUnitId"
NOT_MAPPED: Final = "unit_not_mapped"
UNREADABLE: Final = "unit_unreadable"
LONGEST: Final = 80
"""So many characters of a cell are enough to find it."""


def values(rules: FindityUsers, people: pd.DataFrame, unit: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """The units that the users go without (`roster.plan.facts.FAULTS`). An empty cell is no fault.

    Args:
        rules: where each field comes from.
        people: the rows of the roster.
        unit: their units (`destinations.findity.placing.PLACED`).
        units: all of them. Where none can be told from another, that is said once (`nameless_units`), and not of each person.
    """
    rule = rules.organizationalUnitId
    if rule is None:
        return people.head(0).reindex(columns=list(FAULTS)).astype("str")
    named, columns = evaluate(rule, people), sorted(rule.reads())
    reason = unit["reason"]
    if nameless(units, rules.unit_by):
        reason = reason.mask(named.notna())
    if columns:
        reason = reason.mask(named.isna() & ~empty(rule, people), NOT_MAPPED).mask(unread(rule, people), UNREADABLE)
    cells = people[columns].bfill(axis=1).iloc[:, 0] if columns else pd.Series(np.nan, index=people.index, dtype="str")
    word = named.fillna(cells).mask(reason.eq(UNREADABLE)).astype("str").str[:LONGEST]
    columns_told = (people["employee_id"], UNIT, reason, word, unit["candidates"])
    found = pd.DataFrame(dict(zip(FAULTS, columns_told, strict=True)), index=people.index)
    return found[reason.notna()].astype("str")


def nameless_units(rules: FindityUsers, units: pd.DataFrame) -> str | None:
    """A sentence where no unit has what the settings name units by, so that nobody's can be told; None where that is not so."""
    if rules.organizationalUnitId is None or not nameless(units, rules.unit_by):
        return None
    if units.empty:
        return "Findity shows no units: nobody's unit is written"
    what: dict[By, str] = {"name": "a name", "externalSourceId": "an external id", "id": "an id"}
    mend = "Give them one there, or let unit_by name units by something else"
    return f"None of the {len(units):,} units at Findity has {what[rules.unit_by]}: nobody's unit is written. {mend}"
