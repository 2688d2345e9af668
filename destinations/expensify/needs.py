"""Which changes at Expensify need another one: its records name approvers by the address that they will have. Pure."""

import pandas as pd

from destinations.expensify import leave
from roster.membership import among
from roster.plan.dependants import Standing, approver_pairs, first_of, needs_of

_NAMES = ["managerEmail", "approvesTo", "overLimitApprover"]


def needs(standing: Standing) -> pd.DataFrame:
    """The needs at Expensify (`roster.plan.dependants.NEEDS`); ``members`` of what was read are the policy getter's."""
    changes, roster = standing.changes, standing.roster
    arriving = _arriving(standing)
    leavers = standing.leavers()
    if leavers.empty:
        return needs_of(arriving=arriving)
    leaving = leavers.set_index("account")["employee_id"]
    kept = standing.not_moved()
    members = standing.read["members"]
    reporting = members[among(members["submitsTo"].str.lower(), leavers["account"])]
    moved = changes[changes["field"].eq("managerEmail")]
    hr = roster[["employee_id", "manager_id", "manager_email"]].merge(moved[["employee_id"]])
    boss = hr["manager_id"].map(roster.set_index("employee_id")["email"]).astype("str").fillna(hr["manager_email"]).str.lower()
    return needs_of(
        arriving=arriving,
        moved=approver_pairs(moved["employee_id"], moved["old"].str.lower().map(leaving)),
        by_hr=moved["new"].str.lower() == moved["employee_id"].map(first_of(pd.Series(boss.to_numpy(), index=hr["employee_id"]))),
        stuck=approver_pairs(
            reporting["email"].str.lower().map(kept.set_index("account")["employee_id"]), reporting["submitsTo"].str.lower().map(leaving)
        ),
    )


def _arriving(standing: Standing) -> pd.DataFrame:
    """Whose record names somebody who is not there yet, or not under that address."""
    feed, everyone = standing.desired, standing.everyone
    going = standing.written("create", "update", "reactivate")
    names = going.assign(managerEmail=going.get(leave.SHOWN_MANAGER, going["managerEmail"]))
    named = names.melt("employee_id", _NAMES, value_name="address").dropna(subset="address")
    named = named.assign(address=named["address"].str.lower())
    approvers = feed.assign(address=feed["employeeEmail"].str.lower())[["employee_id", "address"]]
    approvers = approvers[among(approvers["address"], named["address"])].drop_duplicates("address")
    account = everyone[among(everyone["employee_id"], approvers["employee_id"])].set_index("employee_id")["account"]
    arriving = approvers[approvers["employee_id"].map(account) != approvers["address"]].set_index("address")["employee_id"]
    return approver_pairs(named["employee_id"], named["address"].map(arriving))
