"""What the book shows, held against the desired lines: accounts, differences, who is still there.

Belongs here: the comparison with the lines that were read. Does not belong here: what is done about a difference (``roster.plan``). Pure.
"""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from roster.membership import among
from roster.plan.comparison import Removal
from roster.plan.decision import Plan
from roster.plan.differences import compare, together
from roster.plan.write_only import WriteOnly
from roster.vocabulary import Kind

WRITE_ONLY: Final = WriteOnly(fields=("bank",))
"""What the book takes and does not show."""

KINDS: Final[Mapping[str, Kind]] = {"mail": "email", "approver_no": "manager", "desk": "unit", "bank": "bank_account"}
"""The kind of change of each field; any other is ``other``."""

UNNUMBERED: Final = "line:"
"""What the account of a line without a number begins with."""

_PLAIN: Final = ("given", "family", "approver_no", "desk", "active")


def account_of(staff: pd.DataFrame) -> pd.Series:
    """The number, which names a line in every write; of a line without one, which can only be looked at, where it stands."""
    return staff["staff_no"].fillna(UNNUMBERED + staff.index.astype("str").to_series(index=staff.index))


def accounts(staff: pd.DataFrame) -> pd.DataFrame:
    """Everyone in the book in the common form of `roster.people.matching`."""
    account = account_of(staff)
    common = {"account": account, "number": staff["staff_no"], "email": staff["mail"], "active": staff["active"]}
    return pd.DataFrame({**common, "approver": staff["approver_no"].where(staff["approver_no"].isin(account))})


def visible_changes(desired: pd.DataFrame, staff: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """In what the lines that were read differ from what they should be (`roster.plan.differences.CHANGE_COLUMNS`)."""
    there = staff.assign(account=account_of(staff), active=staff["active"].map({True: "true", False: "false"}).astype("str"))
    both = desired.merge(pairs[["employee_id", "account"]].dropna(), on="employee_id").merge(there, on="account", suffixes=("", "_there"))
    parts = [compare(both["employee_id"], name, both[name], both[f"{name}_there"]) for name in _PLAIN]
    return together([*parts, compare(both["employee_id"], "mail", both["mail"], both["mail_there"], fold=True)])


def removal(leavers: pd.DataFrame) -> Removal:
    """What takes leavers (``employee_id``, ``account``) out: their line stays, and is not active."""
    records = leavers[["employee_id"]].assign(staff_no=leavers["account"], active="false")
    return Removal(records, leavers[["employee_id"]].assign(field="active", old="true", new="false"))


def pairs_after(plan: Plan) -> pd.DataFrame:
    """``employee_id`` → ``account`` of everyone once the plan is written."""
    everyone = plan.people[["employee_id", "account"]].dropna(subset="employee_id")
    written = everyone["employee_id"].where(among(everyone["employee_id"], plan.records["person"]))
    return everyone.assign(account=everyone["account"].fillna(written)).dropna(subset="account")


def not_as_left(plan: Plan, desired: pd.DataFrame, staff: pd.DataFrame) -> pd.DataFrame:
    """``employee_id``, ``field``: leavers of a plan who are active all the same, and of `desired` who have no line."""
    leaving = plan.records.loc[plan.records["apply"] & plan.records["action"].eq("deactivate"), "person"]
    still = leaving[among(leaving, staff.loc[staff["active"], "staff_no"])]
    pairs = pairs_after(plan)
    here = pairs.loc[among(pairs["account"], account_of(staff)), "employee_id"]
    missing = desired.loc[~among(desired["employee_id"], here), "employee_id"]
    parts = [pd.DataFrame({"employee_id": still, "field": "active"}), pd.DataFrame({"employee_id": missing, "field": "staff_no"})]
    return pd.concat(parts, ignore_index=True)
