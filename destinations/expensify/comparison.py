"""What Expensify shows, held against the feed: accounts, differences, who is taken out of which policy, whose change needs whose.

Belongs here: the comparison with the policy getter's members. Does not belong here: what is done about a difference (``roster.plan``).
Pure.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import pandas as pd

from destinations.expensify import leave, membership
from destinations.expensify.owners import may_be_admin
from destinations.expensify.records import named_policies
from destinations.expensify.settings import ExpensifyFeed
from roster.digests import record_column
from roster.membership import among, looked_up
from roster.people.matching import owners
from roster.plan.comparison import Removal
from roster.plan.decision import Plan
from roster.plan.dependants import Standing, approver_pairs, first_of, needs_of
from roster.plan.differences import Frames, compare, together
from roster.plan.write_only import WriteOnly
from roster.records import compact
from roster.vocabulary import BROUGHT, Kind

WRITE_ONLY: Final = WriteOnly(
    fields=(
        "firstName",
        "lastName",
        "workerStatus",
        "approvalLimit",
        "overLimitApprover",
        "approvesTo",
        "domainGroupID",
        "defaultTags",
    ),
    kept=("workerStatus", "approvalLimit", "overLimitApprover", "approvesTo", "domainGroupID", "defaultTags"),
    addresses=("overLimitApprover", "approvesTo"),
    in_answer=("domainGroupID",),
)
"""What the policy getter does not show. Names belong to the user there: they are sent when HR changes them, never as drift, and of them
only digests are kept."""


def write_only(rules: ExpensifyFeed) -> WriteOnly:
    """`WRITE_ONLY`, and the fields that the settings add: nothing is known of what they hold, so only digests are kept."""
    return replace(WRITE_ONLY, fields=(*WRITE_ONLY.fields, *rules.extra)) if rules.extra else WRITE_ONLY


KINDS: Final[Mapping[str, Kind]] = {
    "employeeEmail": "email",
    "managerEmail": "manager",
    "approvesTo": "manager",
    "role": "role",
    "policyID": "policy",
    "additionalPolicyIDs": "policy",
    "domainGroupID": "policy",
    "approvalLimit": "limit",
    "overLimitApprover": "limit",
    "isTerminated": "policy",
    "shouldRemoveFromUnassignedPolicies": "policy",
}
"""The kind of change of each field; any other is ``other``."""

DELETION: Final = "delete"
"""The column of a record that is sent by the dialect, and is no field of the official job."""

_APPROVERS = ["managerEmail", "approvesTo", "overLimitApprover"]


def accounts(members: pd.DataFrame, acknowledged: pd.DataFrame) -> pd.DataFrame:
    """Expensify's people, one row an address, in the common form of `roster.people.matching`.

    An account without an employee number there has the one that the ledger knows for that address.
    """
    numbered = members.assign(account=members["email"].str.lower()).sort_values("employeeID", kind="stable")
    people = numbered.drop_duplicates("account")
    return pd.DataFrame(
        {
            "account": people["account"],
            "number": people["employeeID"].fillna(looked_up(people["account"], owners(acknowledged))),
            "email": people["email"],
            "active": True,
            "approver": people["submitsTo"].str.lower(),
        }
    ).reset_index(drop=True)


def visible_changes(feed: pd.DataFrame, members: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """In what the members that were read differ from the feed, for people who have an account.

    Args:
        feed: desired records.
        members: the policy getter's members, one row a policy and member.
        pairs: ``employee_id`` → ``account`` (lower-case address).

    Returns:
        `roster.plan.differences.CHANGE_COLUMNS`.
    """
    there = members.assign(account=members["email"].str.lower()).drop_duplicates(["account", "policyID"])
    wanted = feed.merge(pairs[["employee_id", "account"]].dropna(), on="employee_id")
    both = wanted.merge(there, on=["account", "policyID"], how="left", suffixes=("", "_there"))
    member = both["email"].notna()
    outside = both[~member]
    elsewhere = outside[among(outside["account"], there["account"])]
    inside = both[member]
    ids = inside["employee_id"]
    return together(
        [
            compare(outside["employee_id"], "policyID", outside["policyID"], _policies_held(outside["account"], there)),
            compare(
                elsewhere["employee_id"], "managerEmail", shown_manager(elsewhere), _submitting(elsewhere["account"], there), fold=True
            ),
            compare(both["employee_id"], "employeeEmail", both["employeeEmail"], both["account"], fold=True),
            compare(ids, "managerEmail", shown_manager(inside), inside["submitsTo"], fold=True),
            compare(ids, "employeeID", inside["employeeID"], inside["employeeID_there"]),
            compare(ids, "role", inside["role"], inside["role_there"]),
            compare(ids, "customField1", inside["customField1"], inside["customField1_there"]),
            compare(ids, "customField2", inside["customField2"], inside["customField2_there"]),
            _missing_policies(wanted, there),
            _unassigned_policies(wanted, there),
        ]
    )


def further_changes(feed: pd.DataFrame, members: pd.DataFrame, pairs: pd.DataFrame, sent: pd.DataFrame, key: bytes) -> pd.DataFrame:
    """In what the members of further policies differ from the feed, of people whose record is not the one that was last taken.

    The whole record counts for each policy that it names, so one that changed is to be sent although the person's own policy shows it
    already. That it counts for further policies is not documented: whoever's record was taken just so is not compared there again, lest
    they be written every night.

    Args:
        feed: desired records.
        members: the policy getter's.
        pairs: ``employee_id`` → ``account``.
        sent: ``employee_id`` → ``record``, the keyed hash of the record that was last taken.
        key: that of the hash.
    """
    some = feed[feed["additionalPolicyIDs"].notna()]
    if some.empty:
        return together([])
    hashed = record_column(some.drop(columns="employee_id"), key)
    some = some[(hashed != looked_up(some["employee_id"], first_of(sent.set_index("employee_id")["record"]))).to_numpy(bool)]
    if some.empty:
        return together([])
    there = members.assign(account=members["email"].str.lower()).drop_duplicates(["account", "policyID"])
    further = named_policies(some).rename(columns={"policyID": "further"}).merge(some, on="employee_id")
    inside = further[further["further"] != further["policyID"]].merge(pairs[["employee_id", "account"]].dropna(), on="employee_id")
    both = inside.merge(there, left_on=["account", "further"], right_on=["account", "policyID"], suffixes=("", "_there"))
    ids = both["employee_id"]
    found = [compare(ids, "managerEmail", shown_manager(both), both["submitsTo"], fold=True)]
    found += [compare(ids, field, both[field], both[f"{field}_there"]) for field in ("employeeID", "role", "customField1", "customField2")]
    return together(found).drop_duplicates(["employee_id", "field"])


def shown_manager(records: pd.DataFrame) -> pd.Series:
    """Whom Expensify is to show as each person's manager."""
    return records.get(leave.SHOWN_MANAGER, records["managerEmail"])


def _submitting(accounts: pd.Series, there: pd.DataFrame) -> pd.Series:
    """Whom each account submits to, in the policy from which its number is taken."""
    if accounts.empty:
        return accounts.astype("str")
    first = there.sort_values("employeeID", kind="stable").drop_duplicates("account")
    return accounts.map(first.set_index("account")["submitsTo"]).astype("str")


def _missing_policies(wanted: pd.DataFrame, there: pd.DataFrame) -> pd.DataFrame:
    """People who are not in every one of their additional policies."""
    further = wanted.dropna(subset="additionalPolicyIDs")
    if further.empty:
        return together([])
    each = further[["employee_id", "account", "additionalPolicyIDs"]].assign(
        policyID=further["additionalPolicyIDs"].map({text: json.loads(text) for text in further["additionalPolicyIDs"].unique()})
    )
    each = each.explode("policyID").dropna(subset="policyID").astype("str").merge(there[["account", "policyID", "email"]], how="left")
    lacking = each[each["email"].isna()].drop_duplicates("employee_id")
    return compare(lacking["employee_id"], "additionalPolicyIDs", lacking["additionalPolicyIDs"], _policies_held(lacking["account"], there))


def _unassigned_policies(wanted: pd.DataFrame, there: pd.DataFrame) -> pd.DataFrame:
    """People in policies that their record does not name, where the record asks Expensify to take them out.

    Expensify keeps whoever is someone's manager in a policy, so a manager in one is no difference.
    """
    if "shouldRemoveFromUnassignedPolicies" not in wanted:
        return together([])
    named = wanted[["account", "policyID", "additionalPolicyIDs"]].assign(
        further=wanted["additionalPolicyIDs"].map({text: json.loads(text) for text in wanted["additionalPolicyIDs"].dropna().unique()})
    )
    submitting = there[there["submitsTo"].str.lower() != there["account"]].dropna(subset="submitsTo")
    assigned = pd.concat(
        [
            named[["account", "policyID"]],
            named[["account", "further"]].explode("further").dropna().rename(columns={"further": "policyID"}),
            wanted[["policyID"]].assign(account=wanted["managerEmail"].str.lower()),
            submitting[["policyID"]].assign(account=submitting["submitsTo"].str.lower()),
        ]
    ).astype("str")
    held = there[["account", "policyID"]].merge(assigned.drop_duplicates().assign(assigned=True), how="left")
    asking = wanted[wanted["shouldRemoveFromUnassignedPolicies"].eq("true")]
    extra = (
        held[held["assigned"].isna()]
        .drop_duplicates("account")
        .merge(asking[["account", "employee_id", "policyID"]], on="account", suffixes=("_extra", ""))
    )
    return compare(extra["employee_id"], "policyID", extra["policyID"], _policies_held(extra["account"], there))


def _policies_held(accounts: pd.Series, there: pd.DataFrame) -> pd.Series:
    """The policies that each account is in, as a JSON list; missing where it is in none."""
    if accounts.empty:
        return accounts.astype("str")
    held = there[among(there["account"], accounts)].sort_values("policyID").groupby("account")["policyID"].agg(list).map(compact)
    return accounts.map(held).astype("str")


def writes(due: pd.DataFrame) -> pd.DataFrame:
    """What is sent for whoever is created, updated or reactivated (``action``): always the whole record."""
    back = due["action"].eq("reactivate")
    return due.assign(isTerminated=back.map({True: "false"}).astype("str"))


def removal(leavers: pd.DataFrame, members: pd.DataFrame) -> Removal:
    """What takes leavers out: a record for each policy they are in, for ``isTerminated`` removes from that policy only.

    Args:
        leavers: ``employee_id``, ``account``.
        members: the policy getter's members.

    Returns:
        Records with the four required fields, which removal needs too, and ``isTerminated``; as the change, the policies they lose.
    """
    there = members.assign(account=members["email"].str.lower()).drop_duplicates(["account", "policyID"])
    rows = leavers[["employee_id", "account"]].dropna().merge(there, on="account")
    records = pd.DataFrame(
        {
            "employee_id": rows["employee_id"],
            # By the login that is shown, if it is a former one: it is certain that Expensify knows it.
            "employeeEmail": rows["shown"].fillna(rows["email"]) if "shown" in rows else rows["email"],
            "managerEmail": rows["submitsTo"].fillna(rows["email"]),
            "employeeID": rows["employee_id"],
            "policyID": rows["policyID"],
            "isTerminated": "true",
        }
    ).astype("str")
    policies = records.groupby("employee_id")["policyID"].agg(lambda ids: compact(sorted(ids))).reset_index(name="old")
    return Removal(records, policies.assign(field="isTerminated", new="true", kind="other"))


def strangers(unknown: pd.DataFrame, feed: pd.DataFrame, members: pd.DataFrame, *, by_dialect: bool) -> Removal:
    """What takes out the strangers who can be: a record for each policy they are in, with the number that the getter shows there.

    Left alone are those whose role is, or may be, that of an admin (the policies' owners and the calling account are among them), whoever
    approves for somebody there or is to, or may, since to whom somebody submits is not shown in a policy of theirs, and whoever has no
    number in a policy, unless the dialect is there to delete them: a record with another number would be somebody else's.

    Args:
        unknown: ``employee_id`` (what names them in the plan) and ``account``.
        feed: the desired records.
        members: the policy getter's members.
        by_dialect: whether members may be deleted by the dialect.
    """
    there = members.assign(account=members["email"].str.lower()).drop_duplicates(["account", "policyID"])
    submitting = there["submitsTo"].str.lower()[lambda to: to != there["account"]]
    approving = pd.concat([submitting, *(feed[name].str.lower() for name in _APPROVERS if name in feed)])
    admins = there.loc[may_be_admin(there), "account"]
    unclear = _without_number_of_their_own(there)
    numberless = there["account"].head(0) if by_dialect else there.loc[unclear, "account"]
    unread = among(there["policyID"], there.loc[membership.unread_approvers(there), "policyID"])  # who approves there nobody knows
    kept = pd.concat([approving, admins, numberless, there.loc[unread, "account"]])
    out = unknown[~among(unknown["account"], kept)]
    records = out.merge(there, on="account")
    found = removal(out, members)
    number = pd.Series(records["employeeID"].to_numpy(), index=found.records.index, dtype="str")
    by_hand = among(records["account"], there.loc[unclear, "account"]).set_axis(found.records.index)
    return Removal(by_deletion(found.records.assign(employeeID=number), by_hand), found.changes)


def _without_number_of_their_own(there: pd.DataFrame) -> pd.Series:
    """Which members no record can name: one with a number that another account has as well would make one account of the two."""
    accounts = there.dropna(subset="employeeID").groupby("employeeID")["account"].nunique()
    return there["employeeID"].isna() | there["employeeID"].map(accounts).gt(1)


def by_deletion(records: pd.DataFrame, at: pd.Series | None = None) -> pd.DataFrame:
    """Removal records, those at `at` (all, where none is given) to be sent by the dialect."""
    every = pd.Series(True, index=records.index) if at is None else at
    return records.assign(**{DELETION: pd.Series("true", index=records.index, dtype="str").where(every)})


def still_members(plan: Plan, read: Frames) -> pd.Series:
    """The leavers, by number, whom a policy that was read shows all the same, by address or number: also one that none of their records
    was for; and those whom nothing shows to be out, since the members of a policy that they were to leave were not read."""
    leaving = plan.records[plan.records["apply"] & plan.records["action"].eq("deactivate")]
    if leaving.empty:  # it may have no column of the API's then
        return leaving["person"]
    left = pd.DataFrame({"employee_id": leaving["person"], "account": leaving["employeeEmail"].str.lower()})
    unread = leaving.loc[~among(leaving["policyID"], membership.looked_at(read)), "person"]
    still: pd.Series = pd.concat([membership.shown(left, read["members"])["employee_id"], unread]).drop_duplicates()
    return still


def needs(standing: Standing) -> pd.DataFrame:
    """Whose change needs whose (`roster.plan.dependants.NEEDS`): a record names approvers by the address that they will have.

    ``members`` of what was read are the policy getter's.
    """
    changes, roster = standing.changes, standing.roster
    arriving = _arriving(standing)
    leavers = standing.leavers()
    if leavers.empty:
        return needs_of(arriving=arriving)
    leaving = leavers.set_index("account")["employee_id"]
    kept = standing.not_moved()
    members = standing.read["members"]
    reporting = members[among(members["submitsTo"].str.lower(), leavers["account"])]
    unread = members["email"].str.lower()[membership.unread_approvers(members)]
    moved = changes[changes["field"].eq("managerEmail")]
    hr = roster[["employee_id", "manager_id", "manager_email"]].merge(moved[["employee_id"]])
    boss = hr["manager_id"].map(roster.set_index("employee_id")["email"]).astype("str").fillna(hr["manager_email"]).str.lower()
    stuck = approver_pairs(
        reporting["email"].str.lower().map(kept.set_index("account")["employee_id"]), reporting["submitsTo"].str.lower().map(leaving)
    )
    return needs_of(
        arriving=arriving,
        moved=approver_pairs(moved["employee_id"], moved["old"].str.lower().map(leaving)),
        by_hr=moved["new"].str.lower() == moved["employee_id"].map(first_of(pd.Series(boss.to_numpy(), index=hr["employee_id"]))),
        stuck=pd.concat([stuck, _given_on(standing.desired, reporting, leaving), standing.not_shown(unread)]),
    )


def _given_on(feed: pd.DataFrame, reporting: pd.DataFrame, leaving: pd.Series) -> pd.DataFrame:
    """Who is to have a leaver's address, and approve under it whoever reports to it, beside that leaver: until they do, the leaver
    approves, and no record of these changes."""
    own, named = feed["employeeEmail"].str.lower(), shown_manager(feed).str.lower()
    below = reporting["submitsTo"].str.lower()[reporting["submitsTo"].str.lower().ne(reporting["email"].str.lower())]
    heirs = own[among(own, below) & among(own, named[named.ne(own)])]
    return approver_pairs(feed["employee_id"][heirs.index], heirs.map(leaving))


def _arriving(standing: Standing) -> pd.DataFrame:
    """Whose record names somebody who is not there yet, or not under that address."""
    feed, everyone = standing.desired, standing.everyone
    going = standing.written(*BROUGHT)
    names = going.assign(managerEmail=going.get(leave.SHOWN_MANAGER, going["managerEmail"]))
    named = names.melt("employee_id", _APPROVERS, value_name="address").dropna(subset="address")
    named = named.assign(address=named["address"].str.lower())
    approvers = feed.assign(address=feed["employeeEmail"].str.lower())[["employee_id", "address"]]
    approvers = approvers[among(approvers["address"], named["address"])].drop_duplicates("address")
    account = everyone[among(everyone["employee_id"], approvers["employee_id"])].set_index("employee_id")["account"]
    arriving = approvers[approvers["employee_id"].map(account) != approvers["address"]].set_index("address")["employee_id"]
    return approver_pairs(named["employee_id"], named["address"].map(arriving))
