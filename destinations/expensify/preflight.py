"""What is the matter with the policies and tags that a company names, by what Expensify shows of them, before anything is planned.

Belongs here: policies that are not there or that the account does not administer, tags that no policy has, whom it costs, and the check
``policies`` that says so. Does not belong here: reading (``reading``), records (``records``). Pure.

A policy that the account sees and does not administer is not one that is not there. One whose members could not be read is neither: that
stops the reading.
"""

import json
from typing import Final

import numpy as np
import pandas as pd

from destinations.abilities import Finding
from destinations.expensify import records
from destinations.expensify.policies import read_of
from destinations.expensify.reading import near
from destinations.expensify.settings import ExpensifyFeed
from roster.membership import among
from roster.plan.differences import Frames
from roster.plan.facts import FAULTS
from roster.records import compact
from roster.rules import cells

NOT_THERE, NOT_ADMINISTERED, TAG_UNKNOWN = "policy_not_there", "policy_not_administered", "tag_unknown"
WORDS: Final = {
    NOT_THERE: "is not there, or the account does not see it",
    NOT_ADMINISTERED: "is there, and the account is not its admin",
}
DESCRIPTION: Final = "Every policy that the settings or HR's file name is there, and the account is its admin."
MOST: Final = 20
"""So many employee numbers stand beside a policy; the files have everybody."""
LONGEST: Final = 80
"""So many characters of a cell are enough to find it."""
CELL: Final = "(in a cell of HR's file)"
"""What is shown of a policy that no rule names: a cell may hold anything."""


def faults_of_policies(policies: pd.Series, read: Frames) -> pd.Series:
    """The reason for which nobody can be brought into each of these policies; missing where there is none, or nothing is known."""
    if "policies" not in read:
        return pd.Series(np.nan, index=policies.index, dtype="str")
    listed = read["policies"].dropna(subset="id").drop_duplicates("id").set_index("id")
    role = policies.map(listed["role"].fillna("admin").str.lower()).astype("str")
    if role.eq("admin").all():
        return pd.Series(np.nan, index=policies.index, dtype="str", name=policies.name)
    reason = role.eq("admin").map({True: None, False: NOT_ADMINISTERED}).astype("str")
    return reason.mask(policies.notna() & role.isna(), NOT_THERE).where(policies.notna())


def unreachable(policies: pd.Series, read: Frames) -> pd.Series:
    """Which of these policies the account sees and does not administer: it refuses a whole request for one of them."""
    return faults_of_policies(policies, read).eq(NOT_ADMINISTERED)


def reached(read: Frames) -> pd.DataFrame:
    """The members of the policies from which somebody can be taken out."""
    members = read["members"]
    return members[~unreachable(members["policyID"], read)].reset_index(drop=True)


def out_of_reach(everyone: pd.DataFrame, read: Frames) -> pd.DataFrame:
    """Of the census, who is a member only of policies that the account does not administer (`roster.plan.barred.BARRED`): they cannot be
    taken out."""
    inside = among(everyone["account"], read["members"]["email"].str.lower())
    found = everyone.loc[inside & ~among(everyone["account"], reached(read)["email"].str.lower()), "person"]
    return pd.DataFrame({"person": found, "reason": NOT_ADMINISTERED, "wholly": False}).astype({"person": "str", "reason": "str"})


def reachable(feed: pd.DataFrame, faults: pd.DataFrame, read: Frames) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The records without what Expensify would refuse for their policies and tags, and the faults with those added.

    Whose policy the account does not administer has no record: they keep what they have. Of further policies and of tags only those go that
    are not to be reached.
    """
    if "policies" not in read:
        return feed, faults
    why = faults_of_policies(feed["policyID"], read)
    further, without = _pruned(feed, "additionalPolicyIDs", lambda each: faults_of_policies(each["value"], read))
    tags, tagless = _pruned(feed, "defaultTags", lambda each: _unknown_tags(each, feed, read))
    # Of one that is not there Expensify itself says so, person by person. It refuses a whole request for one that is not administered.
    why = why.where(why.eq(NOT_ADMINISTERED))
    lost = pd.DataFrame({"employee_id": feed["employee_id"], "field": "policyID", "reason": why}).dropna(subset="reason")
    found = pd.concat([faults, lost, without, tagless], ignore_index=True).astype("str")
    feed = feed.assign(additionalPolicyIDs=further, defaultTags=tags)
    feed = records.not_all_known(feed, among(feed["employee_id"], without["employee_id"]), "left_out")
    return feed[why.isna()].reset_index(drop=True), found


def with_words(faults: pd.DataFrame, roster: pd.DataFrame, rules: ExpensifyFeed) -> pd.DataFrame:
    """The faults (`roster.plan.facts.FAULTS`), those of policies with what HR's file says there; a cell that cannot be read is no word."""
    faults = faults.reset_index(drop=True)
    word = pd.Series([None] * len(faults), dtype="str")
    for name, rule in (("policyID", rules.policyID), ("additionalPolicyIDs", rules.additionalPolicyIDs)):
        mine = faults["field"].eq(name) & faults["reason"].ne("policy_unreadable")
        if rule and mine.any():
            people = roster[among(roster["employee_id"], faults.loc[mine, "employee_id"])]
            texts = pd.Series(cells(rule, people).str[:LONGEST].to_numpy(), people["employee_id"], dtype="str")
            word = word.mask(mine, faults["employee_id"].map(texts).astype("str"))
    return faults.assign(word=word).reindex(columns=list(FAULTS)).astype("str")


def _pruned(feed: pd.DataFrame, field: str, reasons: object) -> tuple[pd.Series, pd.DataFrame]:
    """A field that holds JSON lists without the values that have a reason, and those reasons as faults."""
    given = feed[field].dropna()
    rows = given.map({text: json.loads(text) for text in given.unique()}).explode().dropna()
    each = pd.DataFrame({"value": rows.astype("str"), "at": rows.index}).reset_index(drop=True)
    reason = reasons(each) if callable(reasons) and len(each) else pd.Series([], dtype="str")
    bad = each.assign(reason=reason).dropna(subset="reason")
    if bad.empty:
        return feed[field], pd.DataFrame({"employee_id": [], "field": [], "reason": []}, dtype="str")
    left = each[each["at"].isin(bad["at"]) & ~each.index.isin(bad.index)].groupby("at")["value"].agg(list).map(compact)
    pruned = feed[field].mask(feed.index.isin(bad["at"]), pd.Series(left, index=feed.index, dtype="str"))
    numbers = feed["employee_id"].loc[bad["at"]].to_numpy()
    faults = pd.DataFrame({"employee_id": numbers, "field": field, "reason": bad["reason"].to_numpy()})
    return pruned.astype("str"), faults.drop_duplicates()


def _unknown_tags(each: pd.DataFrame, feed: pd.DataFrame, read: Frames) -> pd.Series:
    """Of each tag that no policy of its person has, why; where tags could not be read, nothing is said."""
    unknown = pd.Series(np.nan, index=each.index, dtype="str")
    if "tags" not in read:
        return unknown
    there = read["tags"]
    named = records.named_policies(feed)
    mine = each.assign(employee_id=feed["employee_id"].loc[each["at"]].to_numpy()).reset_index(names="row").merge(named, on="employee_id")
    unread = mine.loc[~among(mine["policyID"], pd.Series(read_of(there), dtype="str")), "row"]
    known = mine.merge(there[["policyID", "name"]].dropna(), left_on=["policyID", "value"], right_on=["policyID", "name"])["row"]
    return unknown.mask(~each.index.isin(pd.concat([unread, known])), TAG_UNKNOWN)


def findings(rules: ExpensifyFeed, roster: pd.DataFrame, read: Frames) -> list[Finding]:
    """The check ``policies``: every policy at fault that a rule or a cell names, near names, and the people it costs by number."""
    if "policies" not in read:
        return []
    given = records.given_policies(rules, roster)
    stated = pd.Series(records.stated_policies(rules), dtype="str")
    names = pd.concat([stated, given["policyID"]]).drop_duplicates().reset_index(drop=True)
    reason = faults_of_policies(names, read)
    at_fault = pd.DataFrame({"policyID": names, "reason": reason}).dropna(subset="reason")
    rows = [_row(policy, why, policy in set(stated), given, read["policies"]) for policy, why in at_fault.itertuples(index=False)]
    table = pd.DataFrame(rows, columns=["policy", "what is the matter", "did you mean", "people", "who"])
    costs = given.loc[among(given["policyID"], at_fault["policyID"]), "employee_id"].nunique()
    people = f"{costs:,} {'person' if costs == 1 else 'people'}"
    sentence = f"All {len(names):,} policies that the settings and HR's file name are there, and the account is their admin."
    if rows:
        sentence = f"{len(rows):,} of {len(names):,} policies that the settings and HR's file name cannot be reached: that costs {people}."
    return [Finding("policies", not rows, sentence, table, {"policies": len(names), "people concerned": int(costs)})]


def _row(policy: str, why: str, stated: bool, given: pd.DataFrame, listed: pd.DataFrame) -> tuple[str, str, str, int, str]:
    who = sorted(given.loc[given["policyID"].eq(policy), "employee_id"].unique())
    shown = ", ".join(who[:MOST]) + (" …" if len(who) > MOST else "")
    meant = ", ".join(near(policy, listed)) if why == NOT_THERE else ""
    return policy if stated or why != NOT_THERE else CELL, WORDS[why], meant, len(who), shown
