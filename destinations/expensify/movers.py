"""Who is in a policy that their record does not name any more, and what the settings do about it.

Belongs here: finding them, their changes and records. Does not belong here: people who have left (``comparison.removal``), what Rollcall
remembers of who was put where (``membership``). Pure.

Expensify removes nobody from a policy because a record does not name it. A mover is whoever Rollcall itself put into a policy; whoever
somebody else brought in there is left alone, and so is who is the policy's owner, or approves there for somebody else, or may, since that
is not shown: Expensify keeps, or invites, approvers wherever they approve.
"""

import json
from typing import Final

import pandas as pd

from destinations.expensify import membership, owners
from destinations.expensify.records import FURTHER_UNKNOWN, named_policies
from destinations.expensify.settings import Movers
from roster.membership import among
from roster.plan import memory
from roster.plan.differences import Frames, together

FIELD: Final[dict[Movers, str]] = {"terminate": "isTerminated", "unassigned": "shouldRemoveFromUnassignedPolicies"}
"""The field by which a mover leaves, by what the settings say."""


def leaving(desired: pd.DataFrame, read: Frames, pairs: pd.DataFrame, put: pd.DataFrame) -> pd.DataFrame:
    """Who is in a policy of which Rollcall made them a member and that their record does not name.

    Args:
        desired: the desired records.
        read: what reading gave.
        pairs: ``employee_id`` → ``account``.
        put: `membership.IN_COLUMNS`: who was put where.

    Returns:
        `membership.IN_COLUMNS`.
    """
    named = named_policies(desired)
    # First of all, for most nights nobody is left then: whom their record does not name where they were put.
    left = put[membership.not_in(put, named)].drop_duplicates()
    if left.empty:
        return left[membership.IN_COLUMNS].reset_index(drop=True)
    there = read["members"].assign(account=read["members"]["email"].str.lower())
    due = among(pairs["employee_id"], left["employee_id"]) & among(pairs["employee_id"], desired["employee_id"])
    people = pairs.loc[due, ["employee_id", "account"]].dropna()
    inside = there[["account", "policyID"]].merge(people, on="account").merge(left, on=["employee_id", "policyID"])
    extra = inside.drop_duplicates(membership.IN_COLUMNS)
    if extra.empty:
        return extra[membership.IN_COLUMNS].reset_index(drop=True)
    there, named = (one[among(one["policyID"], extra["policyID"])] for one in (there, named))
    submitting = there[there["submitsTo"].str.lower() != there["account"]].dropna(subset="submitsTo")
    wanted = named.merge(desired[["employee_id", "employeeEmail", "managerEmail"]], on="employee_id")
    wanted = wanted[wanted["managerEmail"].str.lower() != wanted["employeeEmail"].str.lower()]
    approving = pd.concat(
        [
            submitting[["policyID"]].assign(account=submitting["submitsTo"].str.lower()),
            wanted[["policyID"]].assign(account=wanted["managerEmail"].str.lower()),
            owners.owning(read),
        ]
    )
    kept = extra.merge(approving.drop_duplicates().assign(kept=True), on=["policyID", "account"], how="left")["kept"].notna().to_numpy()
    # Of whoever is written tonight the record says who approves; of others it may be anybody who is there.
    written = pairs.loc[among(pairs["employee_id"], desired["employee_id"]), "account"]
    unread = there[membership.unread_approvers(there) & ~among(there["account"], written)]
    free = ~kept & ~among(extra["policyID"], unread["policyID"]).to_numpy()
    found: pd.DataFrame = extra.loc[free, membership.IN_COLUMNS].sort_values(membership.IN_COLUMNS, ignore_index=True)
    return found


def unknown(desired: pd.DataFrame, how: Movers) -> pd.Series:
    """The employee numbers of those who leave no policy: not all that their record should name is known. Where Expensify itself removes
    them from what is not named, that is so too of whoever cannot be reached in some."""
    if FURTHER_UNKNOWN not in desired:
        return desired["employee_id"].head(0)
    mark = desired[FURTHER_UNKNOWN]
    found: pd.Series = desired.loc[mark.notna() if how == "unassigned" else mark.eq("unread"), "employee_id"]
    return found


def changes(extra: pd.DataFrame, how: Movers) -> pd.DataFrame:
    """What movers lose, as changes: the policies as the old value of the field by which they leave, one of `FIELD`."""
    if extra.empty:
        return together([])
    lists = memory.listed(extra.rename(columns={"policyID": "value"}))
    found = pd.DataFrame({"employee_id": lists.index, "field": FIELD[how], "old": lists.to_numpy(), "new": "true", "visible": True})
    return together([found])


def steps(planned: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A plan's records in two parts, the second with those by which movers leave: nobody leaves a policy before they are in the new one,
    and whoever is refused there keeps what they have. Nor is there a domain group in these, without which a request assigns none."""
    if "isTerminated" not in planned:
        return planned, planned.head(0)
    out = planned["action"].eq("update") & planned["isTerminated"].eq("true")
    return planned[~out], planned[out]


def records(feed: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """The records by which movers leave, for a feed's updates: the same records, told to leave what they do not name; or a further one for
    each policy that they leave.

    Args:
        feed: desired records with ``action``.
        found: all changes.

    Returns:
        The feed with them. A further record stands after the person's own: they are in the new policy before they leave the old one.
    """
    asking = found.loc[found["field"].eq(FIELD["unassigned"]), "employee_id"]
    if len(asking):
        name = FIELD["unassigned"]
        old = feed.get(name, pd.Series(index=feed.index, dtype="str"))
        feed = feed.assign(**{name: old.mask(feed["action"].eq("update") & among(feed["employee_id"], asking), "true")})
    going = found[found["field"].eq(FIELD["terminate"])]
    if going.empty:
        return feed
    lists = going["old"].map({text: json.loads(text) for text in going["old"].unique()})
    each = going[["employee_id"]].assign(policyID=lists).explode("policyID").astype("str")
    own = feed.loc[feed["action"].eq("update"), ["employee_id", "action", "employeeEmail", "managerEmail", "employeeID"]]
    return pd.concat([feed, own.merge(each, on="employee_id").assign(isTerminated="true")], ignore_index=True)
