"""Owners of policies, the account that Rollcall calls as, and people whom the settings protect.

Belongs here: who they are by what is known before planning, and what their records go without. Does not belong here: what that does to a
decision (``roster.plan.barred``), what an answer says of them (``lowered``). Pure.

Expensify lowers the role of neither a policy's owner nor the calling account (vendor's reference); that it takes neither out is inferred.
Whose account the calling one is, no getter says. So it is a setting; else it is whoever alone is, in every policy that was read, what the
list of policies says that the caller is there; else it is found out by an answer, and remembered as long as an admin is concerned.
"""

from collections.abc import Collection, Mapping
from typing import Final

import pandas as pd

from roster.membership import among, looked_up
from roster.plan.barred import BARRED, nobody
from roster.plan.differences import Frames

REASON: Final = "owner_or_caller"
PROTECTED: Final = "protected"
LOWERED: Final = ("user", "auditor")
NOT_SHOWN: Final = "owner_not_shown"
"""Why nothing is taken from an admin of a policy of which it cannot be read who owns it."""
UNNAMED: Final = ("account", "caller_not_named")
"""Setting and reason under which it is told, and remembered, that an answer seems to have shown whose the calling account is."""

SUSPECTED: Final = "suspected"
"""The frame, among what is read, of those of whom an earlier answer said that they cannot be lowered or taken out: ``employee_id``."""


def addresses(read: Frames, account: str | None) -> frozenset[str]:
    """The addresses, lower case, of the owners of policies that were read and of the calling account, as far as they are known before.

    Args:
        read: ``members``, and ``policies``, which an earlier version did not keep.
        account: the calling account's address, where the settings say it.
    """
    listed = _policies(read)
    return frozenset([*listed.loc[_readable(listed), "owner"].str.lower(), *callers(read, account)])


def perhaps(read: Frames) -> pd.DataFrame:
    """``policyID``, ``account``: who may own a policy that was read and of which no owner can be read: whoever may be its admin."""
    listed, members = _policies(read), read["members"]
    may = members[among(members["policyID"], listed.loc[~_readable(listed), "id"]) & may_be_admin(members)]
    return pd.DataFrame({"policyID": may["policyID"], "account": may["email"].str.lower()})


def owning(read: Frames) -> pd.DataFrame:
    """``policyID``, ``account``: who owns a policy that was read, or may."""
    listed = _policies(read)
    listed = listed[_readable(listed)]
    owners = pd.DataFrame({"policyID": listed["id"], "account": listed["owner"].str.lower()})
    return pd.concat([owners, perhaps(read)], ignore_index=True).astype("str")


def may_be_admin(members: pd.DataFrame) -> pd.Series:
    """Which members are admins, or have a role that cannot be read: that is not the role of a user."""
    return ~members["role"].str.lower().isin(LOWERED)


def callers(read: Frames, account: str | None) -> list[str]:
    """The address, lower case, of the calling account: by the settings, else whoever alone can be; empty if nobody can be told."""
    if account:
        return [account.lower()]
    policies = _policies(read)
    # Of a policy that nobody names any more only those are kept whom Rollcall put there: who is an admin there is not all known.
    whole = policies[among(policies["id"], read["whole"]["policyID"])] if "whole" in read else policies
    return _callers(whole, read["members"])


def numbers(read: Frames, theirs: Collection[str]) -> pd.Series:
    """The employee numbers under which Expensify shows these addresses."""
    members = read["members"]
    found: pd.Series = members.loc[among(members["email"].str.lower(), _texts(theirs)), "employeeID"].dropna().drop_duplicates()
    return found


def suspected(read: Frames, account: str | None) -> pd.Series:
    """The employee numbers of admins of whom an earlier answer said that they cannot be lowered; none where the account is known."""
    if account or SUSPECTED not in read:
        return pd.Series(dtype="str")
    members = read["members"]
    admins = members.loc[members["role"].eq("admin"), "employeeID"]
    numbers = read[SUSPECTED]["employee_id"]
    found: pd.Series = numbers[among(numbers, admins)]
    return found


def without(
    feed: pd.DataFrame, faults: pd.DataFrame, read: Frames, account: str | None, protected: Collection[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The feed without records of protected people and lowered roles of owners and the caller; and the faults, with these.

    Args:
        feed: desired records.
        faults: ``employee_id``, ``field``, ``reason``.
        read: what Expensify shows.
        account: the calling account's address, where the settings say it.
        protected: addresses, lower case.
    """
    kept = _named(feed, read, protected)
    theirs = addresses(read, account)
    suspects = suspected(read, account)
    known = _named(feed, read, theirs) | among(feed["employee_id"], suspects)
    guarded = known | _named(feed, read, set(perhaps(read)["account"]))
    lowered = guarded & ~kept & feed["role"].isin(LOWERED)
    reason = known[lowered].map({True: REASON, False: NOT_SHOWN})
    more = [
        pd.DataFrame({"employee_id": feed.loc[kept, "employee_id"], "field": "policyID", "reason": PROTECTED}),
        pd.DataFrame({"employee_id": feed.loc[lowered, "employee_id"], "field": "role", "reason": reason}),
        pd.DataFrame({"employee_id": suspects, "field": UNNAMED[0], "reason": UNNAMED[1]}),
    ]
    feed = feed.assign(role=feed["role"].mask(lowered))
    if "shouldRemoveFromUnassignedPolicies" in feed:  # they are taken out of none
        column = feed["shouldRemoveFromUnassignedPolicies"].mask(guarded)
        feed = feed.assign(shouldRemoveFromUnassignedPolicies=column)
    return feed[~kept].reset_index(drop=True), pd.concat([faults, *more], ignore_index=True).astype("str")


def barred(everyone: pd.DataFrame, roster: pd.DataFrame, read: Frames, account: str | None, protected: Collection[str]) -> pd.DataFrame:
    """Of the census, who cannot be taken out, or is not written at all (`roster.plan.barred.BARRED`).

    Args:
        everyone: the census; accounts are addresses in lower case.
        roster: the roster frame.
        read: what Expensify shows.
        account: the calling account's address, where the settings say it.
        protected: addresses, lower case.
    """
    by_row = looked_up(everyone["employee_id"], roster.drop_duplicates("employee_id").set_index("employee_id")["email"]).str.lower()
    kept = among(everyone["account"], _texts(protected)) | among(by_row, _texts(protected))
    theirs = _texts(addresses(read, account))
    guarded = among(everyone["account"], theirs) | among(everyone["employee_id"], suspected(read, account))
    found = everyone[kept | guarded | among(everyone["account"], perhaps(read)["account"])]
    if found.empty:
        return nobody()
    wholly = kept[found.index]
    reason = guarded[found.index].map({True: REASON, False: NOT_SHOWN}).mask(wholly, PROTECTED)
    return pd.DataFrame({"person": found["person"], "reason": reason, "wholly": wholly})[list(BARRED)]


def named_by_answers(answers: pd.DataFrame, outcomes: pd.DataFrame, changes: pd.DataFrame, followed: pd.Series) -> pd.DataFrame:
    """`SUSPECTED`, by what came of the last plan and what has been left out since.

    Args:
        answers: ``person``, ``status``, ``reason`` of the last plan.
        outcomes: ``person``, ``landed`` of it.
        changes: ``person``, ``field``, ``new`` of it.
        followed: employee numbers of whom that was told last time (`UNNAMED`).
    """
    refused = answers.loc[answers["status"].eq("refused") & speaks_of_them(answers["reason"]), "person"]
    # A role may be passed over without a word: accepted, and read back as it was.
    lowered = changes.loc[changes["field"].eq("role") & changes["new"].isin(LOWERED), "person"]
    passed_over = outcomes.loc[outcomes["landed"].eq("missing") & among(outcomes["person"], lowered), "person"]
    named = answers.loc[answers["reason"].eq(REASON), "person"]
    found = pd.concat([refused, passed_over, named, followed]).drop_duplicates()
    return pd.DataFrame({"employee_id": found.to_numpy()}).astype("str")


def speaks_of_them(messages: pd.Series) -> pd.Series:
    """Which of Expensify's messages are about an owner or the calling account. In which words they are is not documented [?]."""
    return messages.str.contains(r"\bdemot|\bowners?\b|calling account", case=False, regex=True, na=False)


def _named(feed: pd.DataFrame, read: Frames, theirs: Collection[str]) -> pd.Series:
    """Whose record, or whose account there, has one of these addresses."""
    return among(feed["employeeEmail"].str.lower(), _texts(theirs)) | among(feed["employee_id"], numbers(read, theirs))


def _readable(listed: pd.DataFrame) -> pd.Series:
    """Of which policies an owner is shown: an address."""
    return listed["owner"].str.contains("@", regex=False, na=False)


def _policies(read: Frames) -> pd.DataFrame:
    """The policies whose members were read: an account may serve several companies, whose owners are none of this one's business."""
    policies = read.get("policies", pd.DataFrame()).reindex(columns=["id", "owner", "role"]).astype("str")
    found: pd.DataFrame = policies[among(policies["id"], read["members"]["policyID"].drop_duplicates())]
    return found


def _callers(policies: pd.DataFrame, members: pd.DataFrame) -> list[str]:
    """The one person who, in each policy that was read, is what the caller is there; nobody where several are, or none is."""
    roles: Mapping[str, str] = dict(zip(policies["id"], policies["role"].str.strip().str.lower(), strict=True))
    seen = members[members["policyID"].isin(list(roles))]
    like = seen[seen["role"].eq(seen["policyID"].map(roles))]
    counts = like.assign(email=like["email"].str.lower()).groupby("email")["policyID"].nunique()
    everywhere = counts[counts.eq(seen["policyID"].nunique())].index.tolist()
    return everywhere if len(everywhere) == 1 else []


def _texts(values: Collection[str]) -> pd.Series:
    return pd.Series(sorted(values), dtype="str")
