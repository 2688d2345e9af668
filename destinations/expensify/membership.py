"""Who was put into which policy, and who is in one still.

Belongs here: what the ledger remembers of that by person, and what a reading shows of people who have left. Does not belong here: which
policies are read (``reading``), who is taken out of which (``comparison``, ``movers``). Pure.

What Rollcall has put somebody into it remembers by person until a reading shows them out: the policies that today's rules and rows name are
not all that there were. Whoever's policy was not read is not out of it.
"""

from typing import Final

import pandas as pd

from destinations.expensify.records import named_policies
from roster.membership import among, looked_up
from roster.people.matching import owners
from roster.plan import memory
from roster.plan.decision import Plan
from roster.plan.differences import Frames

POLICIES: Final = "policies"
"""Under which name the policies of a person are kept in the ledger."""

SUBMITS_TO_NOBODY: Final = "submitsToNobody"
"""Column of the members: of whom an empty ``submitsTo`` is shown. Of one that is missing or no text nobody can say who approves."""

IN_COLUMNS: Final = ["employee_id", "policyID"]

_BETWEEN: Final = "\0"
"""Between a policy and a number, in which it never is."""


def remembered(acknowledged: pd.DataFrame) -> pd.DataFrame:
    """`IN_COLUMNS`: who was put into which policy, and was not seen out of it since."""
    return memory.each(acknowledged, POLICIES).rename(columns={"value": "policyID"})


def looked_at(read: Frames) -> pd.Series:
    """The policies whose members were read; an earlier version did not say, and read only what had members."""
    policies: pd.Series = read["looked"]["policyID"] if "looked" in read else read["members"]["policyID"].drop_duplicates()
    return policies


def not_in(those: pd.DataFrame, others: pd.DataFrame) -> pd.Series:
    """Which of `IN_COLUMNS` are not among others."""
    return ~among(*(one["policyID"] + _BETWEEN + one["employee_id"] for one in (those, others)))


def shown(people: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """`IN_COLUMNS`: in which of the policies that were read people are, by address or by number.

    Args:
        people: ``employee_id`` and ``account``, an address in lower case; either may be there several times.
        members: the policy getter's.
    """
    there = members[["policyID", "employeeID"]].assign(account=members["email"].str.lower())
    by_address = people[["employee_id", "account"]].dropna().merge(there[["account", "policyID"]], on="account")
    by_number = people[["employee_id"]].merge(there[["employeeID", "policyID"]].dropna(), left_on="employee_id", right_on="employeeID")
    return pd.concat([by_address[IN_COLUMNS], by_number[IN_COLUMNS]]).drop_duplicates(ignore_index=True)


def unread_approvers(members: pd.DataFrame) -> pd.Series:
    """Of which members it is not to be seen to whom they submit: that nobody approves, only an empty text says."""
    approver, nobody = members["submitsTo"], members.reindex(columns=[SUBMITS_TO_NOBODY])[SUBMITS_TO_NOBODY]
    return ~approver.str.contains("@", regex=False, na=False) & (approver.notna() | nobody.isna())


def to_remember(plan: Plan, desired: pd.DataFrame, read: Frames, acknowledged: pd.DataFrame) -> pd.DataFrame:
    """What the ledger is to remember of everyone once the plan is written: what it knew, without those policies that were read and show
    them out; what their record names; what they are being taken out of, until a reading shows that they are."""
    before, named = remembered(acknowledged), named_policies(desired)
    before = before[not_in(before, named)]  # what their record names is remembered whatever a reading shows: on most nights that is all
    people = pd.concat([acknowledged[["employee_id", "account"]], plan.people[["employee_id", "account"]]]).dropna(subset="employee_id")
    people = people[among(people["employee_id"], before["employee_id"])]
    if len(before) and "members" in read:
        before = before[~not_in(before, shown(people, read["members"])) | ~among(before["policyID"], looked_at(read))]
    leaving = plan.records[plan.records["action"].eq("deactivate")].reindex(columns=["person", "policyID"])
    leaving = leaving.rename(columns={"person": "employee_id"}).dropna()
    entries = pd.concat([before, named, leaving])[IN_COLUMNS].rename(columns={"policyID": "value"})
    lists = {POLICIES: memory.listed(entries), memory.FORMER: memory.listed(_former(plan, desired, acknowledged))}
    return pd.DataFrame(lists).astype("str")


def _former(plan: Plan, desired: pd.DataFrame, acknowledged: pd.DataFrame) -> pd.DataFrame:
    """``employee_id``, ``value``: the addresses that people had before the one that their record gives them: logins of theirs still.

    Expensify makes a second login of the old address when the same employee number comes with another one.
    """
    had = [acknowledged[["employee_id", "account"]], plan.people[["employee_id", "account"]]]
    before = pd.concat([one.rename(columns={"account": "value"}) for one in had]).dropna()
    before = before[among(before["employee_id"], desired["employee_id"])]
    found = pd.concat([memory.each(acknowledged, memory.FORMER), before.assign(value=before["value"].str.lower())])
    now = desired["employeeEmail"].str.lower()
    # What is somebody's address now is nobody's former one.
    return found[~among(found["value"], now)].drop_duplicates(ignore_index=True)


def logins(acknowledged: pd.DataFrame, plan: Plan) -> dict[str, str]:
    """Address, in small letters → employee number, of whoever alone has or had it, as far as the ledger and a plan know."""
    had = [acknowledged[["employee_id", "account"]], plan.people[["employee_id", "account"]]]
    known = pd.concat([memory.each(acknowledged, memory.FORMER), *(one.rename(columns={"account": "value"}) for one in had)]).dropna()
    known = known.assign(value=known["value"].str.strip().str.casefold()).drop_duplicates()
    known = known.drop_duplicates("value", keep=False)
    return dict(zip(known["value"].to_numpy(), known["employee_id"].to_numpy(), strict=True))


def under_one_address(members: pd.DataFrame, acknowledged: pd.DataFrame, taken: pd.Series) -> pd.DataFrame:
    """The members with whoever is shown by a former address under the one of now, as members and as approvers; each once a policy.

    Args:
        members: the policy getter's.
        acknowledged: the ledger's people.
        taken: addresses that are somebody's now, in lower case.

    Returns:
        The same columns; where anybody was, a further one, ``shown``, with their address as it was shown.
    """
    former = memory.each(acknowledged, memory.FORMER)
    former = former[~among(former["value"], taken)].drop_duplicates("value", keep=False)
    account = acknowledged.dropna(subset="account").set_index("employee_id")["account"]
    now = former.assign(now=former["employee_id"].map(account)).dropna().set_index("value")
    if now.empty:
        return members
    address, approver = members["email"].str.lower(), members["submitsTo"].str.lower()
    number = address.map(now["employee_id"]).astype("str")
    theirs = number.notna() & (members["employeeID"].isna() | (members["employeeID"] == number))
    if not theirs.any() and not among(approver, now.index.to_series()).any():
        return members
    found = members.assign(
        email=members["email"].mask(theirs, address.map(now["now"]).astype("str")),
        submitsTo=members["submitsTo"].mask(approver.isin(now.index), approver.map(now["now"]).astype("str")),
        shown=members["email"].where(theirs),
        account=address.mask(theirs, address.map(now["now"]).astype("str")),
    )
    # Shown by both: by the one of now.
    first = found.assign(old=theirs).sort_values("old", kind="stable").drop_duplicates(["policyID", "account"])
    return first.sort_index().drop(columns=["account", "old"]).astype("str").reset_index(drop=True)


def still_in(leavers: pd.DataFrame, read: Frames, acknowledged: pd.DataFrame) -> pd.DataFrame:
    """Where people who have left are still, or may be.

    Args:
        leavers: ``employee_id`` and ``account``.
        read: what reading gave.
        acknowledged: the ledger's people.

    Returns:
        ``employee_id``, ``where`` (the policy), ``why``, in the order of the numbers.
    """
    theirs = acknowledged[among(acknowledged["employee_id"], leavers["employee_id"])]
    mine = theirs[["employee_id", "account"]]
    # An address that somebody else has by now is no leaver's any more.
    mine = mine[looked_up(mine["account"], owners(acknowledged)) == mine["employee_id"]]
    inside = shown(pd.concat([leavers[["employee_id", "account"]], mine]), read["members"])
    elsewhere = read.get("elsewhere", inside.head(0))
    elsewhere = elsewhere[among(elsewhere["employee_id"], leavers["employee_id"])]
    unread = remembered(theirs)
    unread = unread[~among(unread["policyID"], looked_at(read))]
    parts = [
        inside.assign(why="is a member still"),
        elsewhere.assign(why="is a member still, of a policy that neither the settings nor HR's file name"),
        unread.assign(why="was brought in, and who is in it now could not be read"),
    ]
    found = pd.concat(parts).drop_duplicates(IN_COLUMNS).sort_values(IN_COLUMNS, ignore_index=True)
    return found.rename(columns={"policyID": "where"})[["employee_id", "where", "why"]].astype("str")
