"""Expensify's employee feed: what each person's record should be, and in what it differs from what is there.

Belongs here: the fields of the advanced employee updater, the desired records, the comparison with the policy getter's members. Does not
belong here: what is done about a difference (``roster.plan.decision``) and the wire (``resources.expensify``).
"""

import json
from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from roster import leave
from roster.membership import among
from roster.people.chain import Chain
from roster.people.matching import owners
from roster.plan.differences import compare, together
from roster.records import FieldType, compact
from roster.rules import evaluate
from roster.settings import ExpensifyFeed, Rule, Value
from roster.vocabulary import Kind

FIELDS: Final[Mapping[str, FieldType]] = {
    "employeeEmail": "text",
    "managerEmail": "text",
    "employeeID": "text",
    "policyID": "text",
    "firstName": "text",
    "lastName": "text",
    "customField1": "text",
    "customField2": "text",
    "approvalLimit": "integer",
    "overLimitApprover": "text",
    "approvesTo": "text",
    "isTerminated": "boolean",
    "workerStatus": "text",
    "role": "text",
    "domainGroupID": "text",
    "additionalPolicyIDs": "json",
    "defaultTags": "json",
    "shouldRemoveFromUnassignedPolicies": "boolean",
}
"""A record of the advanced employee updater with its JSON types, by the vendor's reference as of December 2025."""

UNSEEN: Final = (
    "firstName",
    "lastName",
    "workerStatus",
    "approvalLimit",
    "overLimitApprover",
    "approvesTo",
    "domainGroupID",
    "defaultTags",
)
"""The fields that the policy getter does not show. Names belong to the user there: they are sent when HR changes them, never as drift."""

SHOWN: Final = ("workerStatus", "approvalLimit", "overLimitApprover", "approvesTo", "domainGroupID", "defaultTags")
"""Those of `UNSEEN` whose acknowledged values the ledger may keep as they are."""

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
}
"""The kind of change of each field; any other is ``other``."""

_ROLES = ("user", "auditor", "admin")
_UNREADABLE = "?"


def accounts(members: pd.DataFrame, acknowledged: pd.DataFrame) -> pd.DataFrame:
    """Expensify's people, one row an address, in the common form of `roster.people.matching`.

    An account without an employee number there has the one that the ledger knows for that address.
    """
    numbered = members.assign(account=members["email"].str.lower()).sort_values("employeeID", kind="stable")
    people = numbered.drop_duplicates("account")
    return pd.DataFrame(
        {
            "account": people["account"],
            "number": people["employeeID"].fillna(people["account"].map(owners(acknowledged)).astype("str")),
            "email": people["email"],
            "active": True,
        }
    ).reset_index(drop=True)


def employee_feed(roster: pd.DataFrame, chain: Chain, rules: ExpensifyFeed) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The record that each person in scope should have.

    Args:
        roster: the roster frame.
        chain: who approves for whom.
        rules: where each field comes from.

    Returns:
        The feed (``employee_id`` and `FIELDS`), and the faults (``employee_id``, ``field``, ``reason``): a person without a policy has no
        record; any other value at fault is left out of the record.
    """
    people = roster[roster["in_scope"] & roster["employment"].isin(["active", "leave"])].reset_index(drop=True)

    def given(rule: Rule | None) -> pd.Series:
        return evaluate(rule, people) if rule else pd.Series(np.nan, index=people.index, dtype="str")

    feed = pd.DataFrame(
        {
            "employee_id": people["employee_id"],
            "employeeEmail": people["email"],
            "managerEmail": chain.address_of(chain.approver_of(people["employee_id"])),
            "employeeID": people["employee_id"],
            "policyID": given(rules.policyID),
            "firstName": people["first_name"],
            "lastName": people["last_name"],
            "customField1": given(rules.customField1),
            "customField2": given(rules.customField2),
            "approvalLimit": _cents(given(rules.approvalLimit)),
            "overLimitApprover": given(rules.overLimitApprover),
            "approvesTo": given(rules.approvesTo),
            "workerStatus": people["employment"].map({"active": "Active", "leave": "On Leave"}),
            "role": given(rules.role),
            "domainGroupID": given(rules.domainGroupID),
            "additionalPolicyIDs": _lists(given(rules.additionalPolicyIDs)),
            "defaultTags": _lists(given(rules.defaultTags)),
        }
    ).astype("str")
    if rules.shouldRemoveFromUnassignedPolicies:
        feed["shouldRemoveFromUnassignedPolicies"] = "true"
    feed, faults = _without_faults(feed, chain)
    return (leave.left_to_expensify(feed, chain) if chain.leave_to_vendor else feed), faults


def _without_faults(feed: pd.DataFrame, chain: Chain) -> tuple[pd.DataFrame, pd.DataFrame]:
    faults = []

    def fault(at: pd.Series, field: str, reason: str) -> None:
        faults.append(pd.DataFrame({"employee_id": feed.loc[at, "employee_id"], "field": field, "reason": reason}))

    def drop(at: pd.Series, field: str, reason: str) -> None:
        fault(at, field, reason)
        feed[field] = feed[field].mask(at)

    drop(feed["role"].notna() & ~feed["role"].isin(_ROLES), "role", "role_unknown")
    for field in ("overLimitApprover", "approvesTo"):
        drop(feed[field].notna() & ~chain.may_approve(feed[field]), field, "approver_not_active")
        feed[field] = chain.address_of(feed[field])
    drop(feed["approvalLimit"].eq(_UNREADABLE), "approvalLimit", "limit_unreadable")
    drop(feed["approvalLimit"].notna() & feed["overLimitApprover"].isna(), "approvalLimit", "no_over_limit_approver")
    feed["overLimitApprover"] = feed["overLimitApprover"].mask(feed["approvalLimit"].isna())
    homeless = feed["policyID"].isna()
    fault(homeless, "policyID", "no_policy")
    return feed[~homeless].reset_index(drop=True), pd.concat(faults, ignore_index=True).astype("str")


def _cents(amounts: pd.Series) -> pd.Series:
    """Whole currency units as text to cents as text. Cents are what one guide says; the vendor's page names no unit."""
    cents = (pd.to_numeric(amounts, errors="coerce") * 100).round()
    cents = cents.where(cents.between(0, 2**53))
    return cents.astype("Int64").astype("str").mask(cents.isna()).mask(cents.isna() & amounts.notna(), _UNREADABLE)


def _lists(texts: pd.Series) -> pd.Series:
    """Text with commas, or JSON lists, to JSON lists without repetition in a fixed order."""

    def listed(text: str) -> str:
        items = json.loads(text) if text.startswith("[") else text.split(",")
        return compact(sorted({str(item).strip() for item in items if str(item).strip()}))

    return texts.map({text: listed(text) for text in texts.dropna().unique()}).replace("[]", np.nan).astype("str")


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
    inside = both[member]
    ids = inside["employee_id"]
    return together(
        [
            compare(outside["employee_id"], "policyID", outside["policyID"], _policies_held(outside["account"], there)),
            compare(both["employee_id"], "employeeEmail", both["employeeEmail"], both["account"], fold=True),
            compare(ids, "managerEmail", inside.get(leave.SHOWN_MANAGER, inside["managerEmail"]), inside["submitsTo"], fold=True),
            compare(ids, "employeeID", inside["employeeID"], inside["employeeID_there"]),
            compare(ids, "role", inside["role"], inside["role_there"]),
            compare(ids, "customField1", inside["customField1"], inside["customField1_there"]),
            compare(ids, "customField2", inside["customField2"], inside["customField2_there"]),
            _missing_policies(wanted, there),
            _unassigned_policies(wanted, there),
        ]
    )


def _missing_policies(wanted: pd.DataFrame, there: pd.DataFrame) -> pd.DataFrame:
    """People who are not in every one of their additional policies."""
    further = wanted.dropna(subset="additionalPolicyIDs")
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
    extra = (
        held[held["assigned"].isna()]
        .drop_duplicates("account")
        .merge(wanted[["account", "employee_id", "policyID"]], on="account", suffixes=("_extra", ""))
    )
    return compare(extra["employee_id"], "policyID", extra["policyID"], _policies_held(extra["account"], there))


def _policies_held(accounts: pd.Series, there: pd.DataFrame) -> pd.Series:
    """The policies that each account is in, as a JSON list; missing where it is in none."""
    held = there[among(there["account"], accounts)].sort_values("policyID").groupby("account")["policyID"].agg(list).map(compact)
    return accounts.map(held).astype("str")


def removals(leavers: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """The records that take leavers out: one for each policy they are in, for ``isTerminated`` removes from that policy only.

    Args:
        leavers: ``employee_id``, ``account``.
        members: the policy getter's members.

    Returns:
        ``employee_id`` and the four required fields, which removal needs too, with ``isTerminated``.
    """
    there = members.assign(account=members["email"].str.lower()).drop_duplicates(["account", "policyID"])
    rows = leavers[["employee_id", "account"]].dropna().merge(there, on="account")
    return pd.DataFrame(
        {
            "employee_id": rows["employee_id"],
            "employeeEmail": rows["email"],
            "managerEmail": rows["submitsTo"].fillna(rows["email"]),
            "employeeID": rows["employee_id"],
            "policyID": rows["policyID"],
            "isTerminated": "true",
        }
    ).astype("str")


def policies_of(rules: ExpensifyFeed, roster: pd.DataFrame) -> list[str]:
    """Every policy that the rules name, or give anyone in the roster: the ones to read."""
    named = [rule for rule in (rules.policyID, rules.additionalPolicyIDs) if rule]
    given = [pd.Series([_text(value) for rule in named for value in _stated(rule)], dtype="str")]
    given += [evaluate(rule, roster[roster["in_scope"]]) for rule in named]
    listed = _lists(pd.concat(given, ignore_index=True)).dropna()
    return sorted({policy for text in listed.unique() for policy in json.loads(text)})


def _stated(rule: Rule) -> list[Value]:
    """The values that stand in a rule itself: a policy whose last member is gone from HR's file is read all the same."""
    cases = [case.value for case in rule.cases or []]
    return [value for value in (rule.constant, rule.default, *(rule.lookup or {}).values(), *(rule.values or {}).values(), *cases) if value]


def _text(value: Value) -> str:
    return compact(value) if isinstance(value, list) else str(value)
