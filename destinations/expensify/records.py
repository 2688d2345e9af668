"""Expensify's employee feed: what each person's record should be.

Belongs here: the fields of the advanced employee updater, the desired records. Does not belong here: what of them is different there
(``comparison``) and the wire (``client``). Pure.
"""

import json
from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from destinations.expensify import leave, taking_away
from destinations.expensify.settings import ExpensifyFeed
from roster.arrow import changed
from roster.membership import among, looked_up
from roster.people.chain import Chain
from roster.records import FieldType, Record, compact, to_records
from roster.rules import UNREAD, as_text, evaluate, unread
from roster.settings import Rule, Value
from roster.taking_away import without_marks

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

FURTHER_UNKNOWN: Final = "further_unknown"
"""The feed's column, where anybody has it, of whom not all further policies are known: ``unread``, a cell of theirs could not be read, or
``left_out``, some cannot be reached. They are taken out of none for it. It is not sent."""

_ROLES = ("user", "auditor", "admin")
_UNREADABLE = "?"


def employee_feed(roster: pd.DataFrame, chain: Chain, rules: ExpensifyFeed) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The record that each person in scope should have.

    Args:
        roster: the roster frame.
        chain: who approves for whom.
        rules: where each field comes from.

    Returns:
        The feed (``employee_id`` and `FIELDS`), and the faults (``employee_id``, ``field``, ``reason``): a person whom neither HR nor the
        settings give a policy has no record; any other value at fault is left out of the record.
    """
    people = roster[roster["in_scope"] & roster["employment"].isin(["active", "leave"])].reset_index(drop=True)

    def given(rule: Rule | None) -> pd.Series:
        return evaluate(rule, people) if rule else pd.Series(np.nan, index=people.index, dtype="str")

    over = rules.rule("overLimitApprover")

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
            "approvalLimit": _cents(given(rules.approvalLimit), rules.limit_unit),
            "overLimitApprover": given(over),
            "approvesTo": given(rules.approvesTo),
            "workerStatus": changed(people["employment"], {"active": "Active", "leave": "On Leave"}.get),
            "role": given(rules.role),
            "domainGroupID": given(rules.domainGroupID),
            "additionalPolicyIDs": as_lists(given(rules.additionalPolicyIDs)),
            "defaultTags": as_lists(given(rules.defaultTags)),
            **{name: _as_json(given(rule), rule) for name, rule in rules.extra.items()},
        }
    ).astype("str")
    if rules.shouldRemoveFromUnassignedPolicies:
        feed["shouldRemoveFromUnassignedPolicies"] = "true"
    feed, faults = _without_faults(feed, chain, stated_by(rules.policyID, people), unread(rules.policyID, people))
    feed = taking_away.marked(feed, people, rules)
    feed, faults = _further_unread(feed, faults, people, rules.additionalPolicyIDs)
    return (leave.left_to_expensify(feed, chain) if chain.leave_to_vendor else feed), faults


def _further_unread(feed: pd.DataFrame, faults: pd.DataFrame, people: pd.DataFrame, rule: Rule | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The feed and the faults with whoever has further policies that could not be read: that is not to have none."""
    lost = people.loc[unread(rule, people), "employee_id"] if rule else people["employee_id"].head(0)
    lost = lost[among(lost, feed["employee_id"])]
    if lost.empty:
        return feed, faults
    unreadable = pd.DataFrame({"employee_id": lost, "field": "additionalPolicyIDs", "reason": "policy_unreadable"})
    return not_all_known(feed, among(feed["employee_id"], lost), "unread"), pd.concat([faults, unreadable], ignore_index=True).astype("str")


def not_all_known(feed: pd.DataFrame, at: pd.Series, why: str) -> pd.DataFrame:
    """The feed with `FURTHER_UNKNOWN` of these people, who do not ask then to be taken out of what their record does not name."""
    if not at.any():
        return feed
    nobody = pd.Series(np.nan, index=feed.index, dtype="str")
    marks = feed.get(FURTHER_UNKNOWN, nobody).mask(at & feed.get(FURTHER_UNKNOWN, nobody).isna(), why)
    feed = feed.assign(**{FURTHER_UNKNOWN: marks})
    asks = "shouldRemoveFromUnassignedPolicies"
    return feed.assign(**{asks: feed[asks].mask(at)}) if asks in feed else feed


def stated_by(rule: Rule, people: pd.DataFrame) -> pd.Series:
    """Of whom HR's file says something from which the rule could give a value."""
    read = [people[column].notna() for column in sorted(rule.reads()) if column in people]
    found: pd.Series = pd.concat(read, axis=1).any(axis=1) if read else pd.Series(False, index=people.index)
    return found & (rule.template is None)


def _without_faults(feed: pd.DataFrame, chain: Chain, stated: pd.Series, unread: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame]:
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
    fault(homeless & unread, "policyID", "policy_unreadable")
    fault(homeless & ~stated & ~unread, "policyID", "no_policy")
    fault(homeless & stated & ~unread, "policyID", "policy_not_mapped")
    return feed[~homeless].reset_index(drop=True), pd.concat(faults, ignore_index=True).astype("str")


def _cents(amounts: pd.Series, unit: str) -> pd.Series:
    """Amounts as text to cents as text. Cents are what one guide says; the vendor's page names no unit. No cent has a part."""
    distinct = amounts.dropna().drop_duplicates()
    cents = pd.to_numeric(distinct, errors="coerce")
    cents = (cents * 100).round() if unit == "whole" else cents.where(cents.round() == cents)
    cents = cents.where(cents.between(0, 2**53))
    return looked_up(amounts, cents.astype("Int64").astype("str").mask(cents.isna(), _UNREADABLE).set_axis(distinct))


def _as_json(texts: pd.Series, rule: Rule) -> pd.Series:
    """Values of a field that Rollcall does not know, as JSON: a value that the rule itself gives is of the type that it has there."""
    cases = [case.value for case in rule.cases or []]
    stated = [rule.constant, rule.default, *(rule.lookup or {}).values(), *(rule.values or {}).values(), *cases]
    typed = {as_text(value): value for value in stated if value is not None and not isinstance(value, str)}
    return texts.map({text: compact(typed.get(text, text)) for text in texts.dropna().unique()}).astype("str")


def to_send(records: pd.DataFrame, rules: ExpensifyFeed | None = None) -> list[Record]:
    """A plan's records as they are sent: with the fields that the settings add, a value that is to be taken away as they say."""
    if rules is None:
        return to_records(records, FIELDS)
    fields: dict[str, FieldType] = {**FIELDS, **dict.fromkeys(rules.extra, "json")}
    return taking_away.sent(records, to_records(without_marks(records), fields), fields, rules)


def as_lists(texts: pd.Series) -> pd.Series:
    """Text with commas, or JSON lists, to JSON lists without repetition in a fixed order."""

    def listed(text: str) -> str | None:
        items = json.loads(text) if text.startswith("[") else text.split(",")
        given = sorted({str(item).strip() for item in items if str(item).strip()})
        return compact(given) if given else None

    return changed(texts, listed)


def policies_of(rules: ExpensifyFeed, roster: pd.DataFrame) -> list[str]:
    """Every policy that the rules name, or give anyone in the roster: the ones to read."""
    named = _naming_policies(rules)
    read = {UNREAD, *(column for rule in named for column in rule.reads())}
    people = roster.loc[roster["in_scope"], [column for column in roster if column in read]]
    given = [evaluate(rule, people) for rule in named]
    return sorted({*stated_policies(rules), *_listed(pd.concat(given, ignore_index=True))})


def given_policies(rules: ExpensifyFeed, roster: pd.DataFrame) -> pd.DataFrame:
    """``employee_id``, ``policyID``: into which policies the rules want each person in scope who has not left."""
    people = roster[roster["in_scope"] & roster["employment"].isin(["active", "leave"])].reset_index(drop=True)
    given = [as_lists(evaluate(rule, people)) for rule in _naming_policies(rules)]
    return pd.concat([_exploded(people["employee_id"], lists) for lists in given], ignore_index=True).drop_duplicates(ignore_index=True)


def named_policies(feed: pd.DataFrame) -> pd.DataFrame:
    """The same of desired records."""
    further = feed.reindex(columns=["additionalPolicyIDs"])["additionalPolicyIDs"].astype("str")
    parts = [feed[["employee_id", "policyID"]], _exploded(feed["employee_id"], further)]
    return pd.concat(parts, ignore_index=True).dropna().astype("str").drop_duplicates(ignore_index=True)


def _exploded(employee_ids: pd.Series, lists: pd.Series) -> pd.DataFrame:
    each = lists.dropna()
    if each.empty:
        return pd.DataFrame({"employee_id": [], "policyID": []}, dtype="str")
    each = each.map({text: json.loads(text) for text in each.unique()}).explode().dropna()
    return pd.DataFrame({"employee_id": employee_ids.loc[each.index].to_numpy(), "policyID": each.to_numpy()}).astype("str")


def stated_policies(rules: ExpensifyFeed) -> list[str]:
    """Every policy that the rules name by themselves."""
    return _listed(pd.Series([_text(value) for rule in _naming_policies(rules) for value in _stated(rule)], dtype="str"))


def _naming_policies(rules: ExpensifyFeed) -> list[Rule]:
    return [rule for rule in (rules.policyID, rules.additionalPolicyIDs) if rule]


def _listed(texts: pd.Series) -> list[str]:
    return sorted({policy for text in as_lists(texts).dropna().unique() for policy in json.loads(text)})


def _stated(rule: Rule) -> list[Value]:
    """The values that stand in a rule itself: a policy whose last member is gone from HR's file is read all the same."""
    cases = [case.value for case in rule.cases or []]
    return [value for value in (rule.constant, rule.default, *(rule.lookup or {}).values(), *(rule.values or {}).values(), *cases) if value]


def _text(value: Value) -> str:
    return compact(value) if isinstance(value, list) else str(value)
