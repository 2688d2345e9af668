"""Leave that is left to Expensify: HR's manager stands in the record, and Expensify passes over whoever is on leave.

Belongs here: what ``approvers.resolve_leave: vendor`` changes in the records and in who is sent together. Does not belong here: who then
approves (``roster.people.approvers``), requests (``client``).

The vendor says that someone whose record says "On Leave" is nobody's manager and that their own manager takes the place. Whether Expensify
remembers that from one request to the next it does not say, so nothing here hangs on it: a manager on leave and all who report to them
go in one call, or none of them does; and what Expensify must then show is what Rollcall itself would have resolved.
"""

from typing import Final

import pandas as pd

from roster.membership import among
from roster.people.chain import Chain
from roster.vocabulary import WRITES

SHOWN_MANAGER: Final = "shown_manager"
"""The feed's column, with ``vendor`` alone, that says whom Expensify must show as ``submitsTo``. It is not sent."""

IN_COMPANY: Final = "nothing of theirs changes: they go in one call with a manager on leave and everyone who reports to them"


def left_to_expensify(feed: pd.DataFrame, chain: Chain) -> pd.DataFrame:
    """The feed with HR's manager wherever that manager is on leave, is in the feed too, and leads to the same approver."""
    via = chain.via(feed["employee_id"])
    here = among(via, feed["employee_id"])
    return feed.assign(
        managerEmail=feed["managerEmail"].mask(here, chain.address_of(via)),
        **{SHOWN_MANAGER: feed["managerEmail"]},
    )


def in_company(decided: pd.DataFrame, feed: pd.DataFrame) -> pd.DataFrame:
    """The decisions, with everyone added who must go along: the others under a manager on leave of whom somebody is written.

    Args:
        decided: `roster.plan.decision.PEOPLE_COLUMNS`.
        feed: the desired records.

    Returns:
        The same, where people for whom nothing was to be done are updated all the same, with `IN_COMPANY` as detail.
    """
    if SHOWN_MANAGER not in feed:
        return decided
    free = decided["action"].eq("none") & decided["reason"].isna()
    written = decided["action"].isin(WRITES)
    going = feed[among(feed["employee_id"], decided.loc[free | written, "employee_id"])]
    company = _company(going)
    touched = company[among(going["employee_id"], decided.loc[written, "employee_id"]).to_numpy()]
    along = free & among(decided["employee_id"], company.index[company.isin(touched)].to_series())
    return decided.assign(action=decided["action"].mask(along, "update"), detail=decided["detail"].mask(along, IN_COMPANY))


def self_contained(records: pd.DataFrame) -> pd.DataFrame:
    """Records as they may go in one delivery: who goes without their manager on leave names the approver instead.

    Such is a person whose manager's record is held, or was accepted before a rerun.
    """
    if SHOWN_MANAGER not in records:
        return records
    away = records.loc[records["workerStatus"].eq("On Leave"), "employeeEmail"].str.lower()
    alone = records[SHOWN_MANAGER].notna() & ~among(records["managerEmail"].str.lower(), away)
    return records.assign(managerEmail=records["managerEmail"].mask(alone, records[SHOWN_MANAGER]))


def _company(feed: pd.DataFrame) -> pd.Series:
    """Employee number → who is at the top of those whom one call must hold: themself, for those who may go alone."""
    number = feed.set_index(feed["employeeEmail"].str.lower())["employee_id"]
    manager = feed["managerEmail"].where(feed["managerEmail"] != feed[SHOWN_MANAGER]).str.lower().map(number)
    above = pd.Series(manager.fillna(feed["employee_id"]).to_numpy(), index=feed["employee_id"])
    top = above
    while not (further := top.map(above)).equals(top):
        top = further
    return top
