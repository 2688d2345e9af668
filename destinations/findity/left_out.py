"""Units that a rule could not give: whose, why, and HR's word for them, for whoever can mend it.

Belongs here: telling an empty cell, one that could not be read, one that the settings translate into nothing, and one that is not there or
stands for several units from each other. Does not belong here: whose unit is which (``placing``), the sentences for the reasons
(``REASONS`` of this package, `roster.reports.reasons`). Pure.

HR's word is told where it is the name of a unit, in the list for HR and to `rollcall why`, never to Dagster: a cell may hold anything. Of a
telephone number, an account or an address that could not be read HR's own list tells the field and the reason alone.
"""

from typing import Final

import pandas as pd

from destinations.findity.placing import UNKNOWN, By, nameless
from destinations.findity.settings import FindityUsers
from destinations.findity.structure import units as new_units
from roster.plan.facts import FAULTS
from roster.rules import empty, evaluate, unread

UNIT: Final = "organizationalUnitId"
WAITS: Final = "unit_waits"
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
    word = named
    for column in columns:  # not `bfill` over rows, which makes an object of Python of every cell
        word = word.fillna(people[column])
    word = word.mask(reason.eq(UNREADABLE)).astype("str").str[:LONGEST]
    values = (people["employee_id"], UNIT, reason, word, unit["candidates"])
    found = pd.DataFrame(dict(zip(FAULTS, values, strict=True)), index=people.index)
    return found[reason.notna()].astype("str")


def waiting(faults: pd.DataFrame, units: pd.DataFrame, by: By) -> pd.DataFrame:
    """The faults, with another reason where `units: create` has the unit created that HR names: it waits, and is not unknown.

    Args:
        faults: `roster.plan.facts.FAULTS`.
        units: all that are there.
        by: what names a unit.
    """
    words = faults.loc[faults["reason"].eq(UNKNOWN), "word"].dropna().unique()
    if not len(words):
        return faults
    made = [f"/{one['name']}" for one in new_units.changes(words, units, by, {})]
    coming = [word for word in words if any(name.endswith("/" + "/".join(part.strip() for part in word.split("/"))) for name in made)]
    return faults.assign(reason=faults["reason"].mask(faults["reason"].eq(UNKNOWN) & faults["word"].isin(coming), WAITS))


def nameless_units(rules: FindityUsers, units: pd.DataFrame) -> str | None:
    """A sentence where no unit has what the settings name units by, so that nobody's can be told; None where that is not so."""
    if rules.organizationalUnitId is None or not nameless(units, rules.unit_by):
        return None
    if units.empty:
        return "Findity shows no units: nobody's unit is written"
    what: dict[By, str] = {"name": "a name", "externalSourceId": "an external id", "id": "an id"}
    mend = "Give them one there, or let unit_by name units by something else"
    return f"None of the {len(units):,} units at Findity has {what[rules.unit_by]}: nobody's unit is written. {mend}"
