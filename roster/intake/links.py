"""From HR's reference to a manager to that manager's employee number.

Belongs here: finding the person that an address or a key stands for. Does not belong here: who approves (``roster.people.approvers``).
"""

from dataclasses import dataclass

import pandas as pd

from roster.intake.faults import fault_rows
from roster.settings import People


@dataclass(frozen=True)
class Linked:
    """Managers by number, and the references that lead nowhere."""

    manager_id: pd.Series
    manager_email: pd.Series
    dropped: list[pd.DataFrame]


def link(frame: pd.DataFrame, raw: pd.DataFrame, current: pd.Series, people: People) -> Linked:
    """Resolve the references of all rows.

    A person is found by every row of theirs, superseded or rejected ones too: a manager whose row HR got wrong is still the manager.
    Rows that count go first, since an old address may be somebody else's by now.

    Args:
        frame: All canonical rows by line number; an unreadable employee number is NaN.
        raw: The file's columns for the same rows.
        current: Which rows are not superseded.
        people: The settings.
    """
    source = people.columns.get("manager_id")
    if source is not None and source.refers_to is not None and source.refers_to != people.columns["employee_id"].column:
        found, ambiguous = _resolve(frame["manager_id"], raw[source.refers_to], frame["employee_id"], current)
        # A key of HR's own that leads nowhere must not stay: it could pass for an employee number.
        unknown = frame["manager_id"].notna() & found.isna() & ~ambiguous
        dropped = [
            fault_rows(frame.index[ambiguous], "manager_id", "ambiguous"),
            fault_rows(frame.index[unknown], "manager_id", "unknown"),
        ]
        return Linked(found, frame["manager_email"], dropped)
    if "manager_email" in people.columns:
        found, ambiguous = _resolve(frame["manager_email"].str.lower(), frame["email"].str.lower(), frame["employee_id"], current)
        outside = frame["manager_email"].mask(found.notna() | ambiguous)
        return Linked(found, outside, [fault_rows(frame.index[ambiguous], "manager_email", "ambiguous")])
    return Linked(frame["manager_id"], frame["manager_email"], [])


def _resolve(reference: pd.Series, key: pd.Series, number: pd.Series, current: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The number that each reference stands for, and which references stand for more than one person."""
    known = pd.DataFrame({"key": key, "number": number})
    found, ambiguous = _looked_up(reference, known[current])
    rest = reference[reference.notna() & found.isna() & ~ambiguous]
    if len(rest) and not current.all():
        found_in_old, ambiguous_in_old = _looked_up(rest, known[~current])
        found = found.fillna(found_in_old.reindex(found.index))
        ambiguous |= ambiguous_in_old.reindex(ambiguous.index, fill_value=False)
    return found, ambiguous


def _looked_up(reference: pd.Series, known: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    people = known.dropna().drop_duplicates()
    ambiguous = people["key"].duplicated(keep=False)
    unique = people[~ambiguous].set_index("key")["number"]
    found = unique.reindex(reference).set_axis(reference.index).astype("str")
    return found, reference.isin(people.loc[ambiguous, "key"].drop_duplicates())
