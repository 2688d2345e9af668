"""What a destination shows after the write, held against what was planned and against what should be.

Belongs here: whose change is not (yet) to be seen, and drift. Does not belong here: the comparison of fields (``roster.expensify``,
``roster.findity``), waiting and reading again (``assets``).
"""

import pandas as pd

from roster import expensify, findity
from roster.membership import among
from roster.plan.decision import Plan
from roster.vocabulary import WRITES


def differences_at_expensify(plan: Plan, feed: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """Everything in which Expensify does not show what it should, for planned people and for those left alone.

    Args:
        plan: the plan that was written.
        feed: the desired records.
        members: the members read after the write.

    Returns:
        ``employee_id``, ``field``: a leaver still in a policy has ``isTerminated``, someone without an account there ``policyID``.
    """
    concerned = _concerned(plan)
    # After the write everyone is to be found under the address that the feed gave.
    there = feed.loc[among(feed["employee_id"], concerned), ["employee_id", "employeeEmail"]]
    pairs = pd.DataFrame({"employee_id": there["employee_id"], "account": there["employeeEmail"].str.lower()})
    found = expensify.visible_changes(feed, members, pairs)
    leaving = plan.records[plan.records["apply"] & plan.records["action"].eq("deactivate")]
    gone = leaving.assign(email=leaving["employeeEmail"].str.lower()) if len(leaving) else None
    still = [] if gone is None else [gone.merge(members.assign(email=members["email"].str.lower()), on=["policyID", "email"])["person"]]
    return _together(found, still, "isTerminated")


def differences_at_findity(plan: Plan, desired: pd.DataFrame, there: pd.DataFrame, key: bytes) -> pd.DataFrame:
    """Everything in which Findity does not show what it should, for planned people and for those left alone.

    Args:
        plan: the plan that was written.
        desired: the desired users.
        there: the users read after the write.
        key: for pseudonyms.

    Returns:
        ``employee_id``, ``field``: a leaver still active has ``active``, someone who is not there ``externalSourceId``.
    """
    concerned = _concerned(plan)
    # Everyone's pair, so that an approver who was left alone is known by number too.
    everyone = plan.people[["employee_id", "account"]].dropna(subset="employee_id")
    fresh = everyone["employee_id"].map(findity.addressed(plan.records)).astype("str")
    pairs = everyone.assign(account=everyone["account"].fillna(fresh)).dropna(subset="account")
    wanted = desired[among(desired["employee_id"], concerned)]
    found = findity.visible_changes(wanted, there, pairs, key)
    here = pairs.loc[among(pairs["account"], findity.account_of(there)), "employee_id"]
    missing = wanted.loc[~among(wanted["employee_id"], here), "employee_id"]
    leaving = plan.records.loc[plan.records["apply"] & plan.records["action"].eq("deactivate"), ["person", "externalSourceId"]]
    still = leaving.merge(there[there["active"].fillna(True).astype("bool")], on="externalSourceId")["person"]
    return pd.concat([_together(found, [still], "active"), _together(found.head(0), [missing], "externalSourceId")], ignore_index=True)


def drift(plan: Plan, differences: pd.DataFrame) -> pd.DataFrame:
    """Differences of people for whom nothing was planned: something else changed them while this run went on.

    Returns:
        ``person``, ``field``.
    """
    alone = plan.people.loc[plan.people["action"].eq("none"), ["person", "employee_id"]]
    return alone.merge(differences, on="employee_id")[["person", "field"]]


def _concerned(plan: Plan) -> pd.Series:
    """Who should now be as desired: everyone written and everyone left alone, but nobody held or skipped."""
    return plan.people.loc[plan.people["action"].isin([*WRITES, "none"]) & plan.people["reason"].isna(), "employee_id"]


def _together(found: pd.DataFrame, further: list[pd.Series], field: str) -> pd.DataFrame:
    parts = [found[["employee_id", "field"]], *(pd.DataFrame({"employee_id": ids, "field": field}) for ids in further)]
    return pd.concat(parts, ignore_index=True).astype("str")
