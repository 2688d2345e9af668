"""Which changes in the book need another one: it takes no line whose approver is not active there. Pure."""

import pandas as pd

from roster.membership import among
from roster.plan.dependants import Standing, approver_pairs, needs_of
from tests.destinations.ledgerbook.comparison import account_of


def needs(standing: Standing) -> pd.DataFrame:
    """The needs in the book (`roster.plan.dependants.NEEDS`); ``staff`` of what was read are its lines."""
    everyone, staff = standing.everyone, standing.read["staff"]
    going = standing.written("create", "update", "reactivate")
    away = everyone.loc[~everyone["present"] | among(everyone["employee_id"], standing.doubtful()), "employee_id"]
    arriving = approver_pairs(going["employee_id"], going["approver_no"].where(among(going["approver_no"], away)))
    leaving = standing.leavers()
    moved = standing.changes[standing.changes["field"].eq("approver_no")]
    stuck = staff.assign(account=account_of(staff)).merge(standing.not_moved()[["employee_id", "account"]], on="account")
    return needs_of(
        arriving=arriving,
        moved=approver_pairs(moved["employee_id"], moved["old"].where(among(moved["old"], leaving["account"]))),
        by_hr=moved["new"] == moved["employee_id"].map(standing.roster.set_index("employee_id")["manager_id"]),
        stuck=approver_pairs(stuck["employee_id"], stuck["approver_no"].where(among(stuck["approver_no"], leaving["account"]))),
    )
