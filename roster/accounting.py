"""The two sums that must add up: rows and planned actions before the write, outcomes after it.

Belongs here: counting everyone once. Does not belong here: what is done when a sum fails (the step that knows raises).
"""

import pandas as pd

from roster.membership import among
from roster.plan.decision import Plan
from roster.plan.outcomes import NOT_SENT
from roster.vocabulary import ACTIONS, DISPOSITIONS, OUTCOME_OF, OUTCOMES, WRITES


def of_rows(dispositions: pd.DataFrame, rows: int) -> list[str]:
    """What does not add up in the HR file: every one of its `rows` has exactly one disposition. Empty when all is well."""
    faults = []
    if len(dispositions) != rows:
        faults.append(f"the file has {rows} rows, {len(dispositions)} have a disposition")
    if (twice := int(dispositions["line"].duplicated().sum())) > 0:
        faults.append(f"{twice} rows have more than one disposition")
    if (other := int((~dispositions["disposition"].isin(DISPOSITIONS)).sum())) > 0:
        faults.append(f"{other} rows have a disposition that does not exist")
    return faults


def before_write(plan: Plan, roster: pd.DataFrame, accounts: pd.Series) -> list[str]:
    """What does not add up in a plan: everyone of HR's and of the destination's is in it once, and what is sent is what was decided.

    Args:
        plan: the plan.
        roster: the roster frame.
        accounts: the destination's accounts.
    """
    people, faults = plan.people, []
    for name, missing in (
        ("people are planned twice", people["person"].duplicated()),
        ("people have an action that does not exist", ~people["action"].isin(ACTIONS)),
        ("people of the roster are not in the plan", ~among(roster["employee_id"], people["employee_id"])),
        ("accounts of the destination are not in the plan", ~among(accounts, people["account"])),
        ("accounts are planned twice", people["account"].dropna().duplicated()),
    ):
        if (count := int(missing.sum())) > 0:
            faults.append(f"{count} {name}")
    writes = people.loc[people["action"].isin(WRITES), "person"]
    sent = plan.records.loc[plan.records["apply"], "person"]
    if set(writes) != set(sent):
        faults.append(f"{len(set(writes) ^ set(sent))} people have an action without a record, or a record without an action")
    return faults


def after_write(plan: Plan, table: pd.DataFrame) -> list[str]:
    """What does not add up after a write: everyone planned has one outcome that their action allows."""
    faults = []
    if not table["person"].is_unique or set(table["person"].to_numpy()) != set(plan.people["person"].to_numpy()):
        faults.append(f"{len(plan.people)} people were planned, {table['person'].nunique()} have an outcome")
    written = table["action"].isin(WRITES)
    overtaken = (table["outcome"] + ": " + table["reason"]).isin(["unchanged: done_meanwhile", *(f"skipped: {one}" for one in NOT_SENT)])
    otherwise = written & (table["outcome"].isin(["refused", "unknown"]) | overtaken)
    allowed = table["outcome"].eq(table["action"].map(OUTCOME_OF)) | otherwise
    if (wrong := int((~allowed | ~table["outcome"].isin(OUTCOMES)).sum())) > 0:
        faults.append(f"{wrong} people have an outcome that their action does not allow")
    return faults
