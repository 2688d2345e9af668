"""Which changes at Findity need another one: its records name approvers by a person id that only somebody who is there has. Pure."""

import pandas as pd

from destinations.findity.comparison import account_of
from roster.membership import among
from roster.plan.dependants import Standing, each_approver, first_of, needs_of


def needs(standing: Standing) -> pd.DataFrame:
    """The needs at Findity (`roster.plan.dependants.NEEDS`); ``users`` of what was read are its users."""
    everyone, users = standing.everyone, standing.read["users"]
    whole = standing.written("create", "reactivate")
    away = everyone.loc[~everyone["present"] | among(everyone["employee_id"], standing.doubtful()), "employee_id"]
    moved = standing.changes[standing.changes["field"].eq("approverIds")]
    named = pd.concat([each_approver(whole["employee_id"], whole["approverIds"]), each_approver(moved["employee_id"], moved["new"])])
    arriving = named[among(named["approver"], away)]
    leavers = standing.leavers()
    if leavers.empty:
        return needs_of(arriving=arriving)
    account = account_of(users)
    leaving = account.map(leavers.set_index("account")["employee_id"])
    leaving = pd.Series(leaving.to_numpy(), index=users["personId"])[leaving.notna().to_numpy() & users["personId"].notna().to_numpy()]
    stuck = account.map(standing.not_moved().set_index("account")["employee_id"])
    before = each_approver(moved["employee_id"], moved["old"])
    after = each_approver(moved["employee_id"], moved["new"]).drop_duplicates("employee_id").set_index("employee_id")["approver"]
    reporting = each_approver(stuck[stuck.notna()], users.loc[stuck.notna(), "approverIds"])
    return needs_of(
        arriving=arriving,
        moved=before.assign(approver=before["approver"].where(among(before["approver"], leaving))),
        by_hr=before["employee_id"].map(after) == before["employee_id"].map(standing.roster.set_index("employee_id")["manager_id"]),
        stuck=reporting.assign(approver=reporting["approver"].map(first_of(leaving))),
    )
