"""What is the matter with the units that HR's file names, by what Findity shows of them, before anything is planned.

Belongs here: the check ``units``, and when so many units are gone that nothing may be written. Does not belong here: whose unit is which
(``placing``), what each person is told (``left_out``), holding a plan (`roster.plan.shrunk`). Pure.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd

from destinations.abilities import Finding
from destinations.findity import left_out, placing
from destinations.findity.settings import FindityUsers
from roster.plan.differences import Frames
from roster.plan.shrunk import mostly_missing
from roster.reports.reasons import reason
from roster.rules import evaluate

DESCRIPTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {"units": "Findity has every unit that HR's file names, and shows all that it had."}
)
MOST: Final = 20
"""So many employee numbers stand beside what is the matter; the files have everybody."""


def before(users: pd.DataFrame, remembered: int | None) -> int:
    """How many units there were: as many as are remembered; where nothing is, as many as users are in."""
    return users["organizationalUnitId"].nunique() if remembered is None else remembered


def units_missing(rules: FindityUsers, read: Frames) -> str | None:
    """A sentence where so many units are gone that the tree may be cut short; None where it is not, or nobody's unit is ours to say."""
    there, were = len(read["units"]), int(read["units_before"]["count"].iloc[0]) if "units_before" in read else 0
    if rules.organizationalUnitId is None or not mostly_missing(there, were):
        return None
    return f"Findity shows {there:,} {'unit' if there == 1 else 'units'}, and had {were:,}"


def findings(rules: FindityUsers, roster: pd.DataFrame, read: Frames, *, create: bool = False) -> list[Finding]:
    """The check ``units``. It names no unit that only a cell names: a cell may hold anything. The list for HR does.

    Args:
        rules: where each field comes from.
        roster: the roster frame.
        read: what was read.
        create: whether units are created that HR names and Findity has not.
    """
    if rules.organizationalUnitId is None:
        return [Finding("units", True, "The settings give nobody a unit.")]
    people = roster[roster["in_scope"] & roster["employment"].isin(["active", "leave"])].reset_index(drop=True)
    named = evaluate(rules.organizationalUnitId, people)
    unit = placing.placed(named, read["units"], rules.unit_by)
    lost = left_out.values(rules, people, unit, read["units"])
    missing = units_missing(rules, read)
    if create and not missing:
        lost = left_out.waiting(lost, read["units"], rules.unit_by)
    waits = lost["reason"].eq(left_out.WAITS)
    sentences = [one for one in (missing, left_out.nameless_units(rules, read["units"])) if one]
    many = lost.loc[lost["reason"].isin([placing.UNKNOWN, placing.AMBIGUOUS]), "word"].nunique()
    if waits.any():
        new, people_in = lost.loc[waits, "word"].nunique(), int(waits.sum())
        what = "1 unit waits" if new == 1 else f"{new:,} units wait"
        sentences.append(f"{what} to be created, for {people_in:,} {'person' if people_in == 1 else 'people'}")
    if count := int((~waits).sum()):
        costs = f"{count:,} {'person has' if count == 1 else 'people have'} no unit that is known"
        sentences.append(f"{costs}, for {many:,} {'name' if many == 1 else 'names'} that Findity has not, or has several times")
    summary = ". ".join(sentences) or f"All {named.nunique():,} units that HR's file names are there"
    figures = {"units at Findity": len(read["units"]), "people without a known unit": len(lost), "names that lead to no unit": int(many)}
    return [Finding("units", not sentences, f"{summary}.", _table(lost), figures)]


def _table(lost: pd.DataFrame) -> pd.DataFrame:
    """What is the matter, a row for each reason and what may have been meant."""
    key = lost.assign(candidates=lost["candidates"].fillna(""))
    rows = [(reason(why).words, meant, len(each), _who(each)) for (why, meant), each in key.groupby(["reason", "candidates"], sort=False)]
    return pd.DataFrame(rows, columns=["what is the matter", "did you mean", "people", "who"]).replace({"did you mean": {"": np.nan}})


def _who(each: pd.DataFrame) -> str:
    numbers = sorted(each["employee_id"])
    return ", ".join(numbers[:MOST]) + (" …" if len(numbers) > MOST else "")
