"""What a destination shows after the write, held against what was planned and against what should be.

Belongs here: whose change is not (yet) to be seen, and drift. Does not belong here: the comparison of fields (each destination's
``comparison``), waiting and reading again (``destinations.engine``).
"""

from typing import Final

import pandas as pd

from roster.membership import among
from roster.plan.comparison import Comparison
from roster.plan.decision import Plan
from roster.plan.differences import Frames
from roster.vocabulary import WRITES

NOTHING: Final = pd.DataFrame(columns=["employee_id", "field"], dtype="str")
"""What `not_as_wanted` finds where everybody is as they should be."""


def not_as_wanted(comparison: Comparison, plan: Plan, desired: pd.DataFrame, read: Frames, key: bytes) -> pd.DataFrame:
    """Everything in which a destination does not show what it should, for planned people and for those left alone.

    Args:
        comparison: what is particular to it.
        plan: the plan that was written.
        desired: the desired records.
        read: what was read after the write.
        key: for pseudonyms.

    Returns:
        ``employee_id``, ``field``.
    """
    wanted = desired[among(desired["employee_id"], _concerned(plan))]
    found = comparison.differences(wanted, read, comparison.pairs_after(plan, wanted), key)
    parts = [found[["employee_id", "field"]], comparison.not_as_left(plan, wanted, read)]
    return pd.concat(parts, ignore_index=True).astype("str")


def drift(plan: Plan, differences: pd.DataFrame) -> pd.DataFrame:
    """Differences of people for whom nothing was planned: something else changed them while this run went on.

    Returns:
        ``person``, ``field``.
    """
    alone = plan.people.loc[plan.people["action"].eq("none"), ["person", "employee_id"]]
    return alone.merge(differences, on="employee_id")[["person", "field"]]


def here(plan: Plan, desired: pd.DataFrame) -> pd.Series:
    """HR's people who should be there, or stay there since their row was rejected: employee numbers."""
    stay = plan.people.loc[plan.people["reason"].eq("row_rejected"), "employee_id"]
    return pd.concat([desired["employee_id"], stay.dropna()], ignore_index=True)


def without_approver(accounts: pd.DataFrame, employee_ids: pd.Series) -> list[str]:
    """Which of these people are active at a destination, and nobody active approves for them there: employee numbers, in order.

    Args:
        accounts: everyone there after the write (`roster.people.matching.ACCOUNT_COLUMNS`).
        employee_ids: HR's people there (`here`).
    """
    active = accounts[accounts["active"]]
    ours = active[among(active["number"], employee_ids)]
    return sorted(ours.loc[~among(ours["approver"], active["account"]), "number"].unique())


def _concerned(plan: Plan) -> pd.Series:
    """Who should now be as desired: everyone written and everyone left alone, but nobody held or skipped."""
    return plan.people.loc[plan.people["action"].isin([*WRITES, "none"]) & plan.people["reason"].isna(), "employee_id"]
