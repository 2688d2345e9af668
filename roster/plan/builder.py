"""From what is there and what should be to a plan, for each of the two destinations.

Belongs here: the order in which census, comparison and decision follow each other at one destination. Does not belong here: any of those
steps themselves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from roster import expensify, findity, leave
from roster.digests import record_column
from roster.membership import among
from roster.people.census import census
from roster.people.identity import identities, inherited, remembered, reused
from roster.plan import dependants
from roster.plan.decision import Circumstances, Plan, assemble, decide
from roster.plan.differences import together
from roster.plan.limits import base_of, figures, hold_over
from roster.plan.write_only import ACKNOWLEDGED_COLUMNS, acknowledgement, digests, unseen_changes
from roster.records import compact
from roster.vocabulary import Kind


@dataclass(frozen=True)
class People:
    """HR's side of a plan."""

    roster: pd.DataFrame
    rejected: pd.Series
    """Employee numbers in rejected rows, missing where they cannot be read."""
    acknowledged: pd.DataFrame
    """The ledger's people of the destination."""
    key: bytes
    """The ledger's secret for digests and pseudonyms."""


@dataclass(frozen=True)
class Unseen:
    """The fields of a destination that no reading shows."""

    fields: Sequence[str]
    shown: Sequence[str]
    """Those of them whose values the ledger may keep as they are."""


def plan_expensify(people: People, members: pd.DataFrame, feed: pd.DataFrame, faults: pd.DataFrame, circumstances: Circumstances) -> Plan:
    """What must change at Expensify.

    Args:
        people: HR's side.
        members: the policy getter's members.
        feed: the desired records (`roster.expensify.employee_feed`).
        faults: the feed's faults.
        circumstances: what else decides.

    Returns:
        The plan; a leaver has one record for each policy they are in.
    """
    accounts = expensify.accounts(members, people.acknowledged)
    everyone = census(people.roster, people.rejected, accounts, people.acknowledged, people.key)
    sure = _sure(everyone)
    differences = together(
        [
            expensify.visible_changes(feed, members, sure),
            unseen_changes(_of(feed, sure), people.acknowledged, expensify.UNSEEN, expensify.SHOWN, people.key),
        ]
    )
    addresses = accounts.set_index("account")["email"]
    others = reused(everyone, people.roster, differences, addresses, people.acknowledged, people.key)
    others = pd.concat([others, inherited(everyone, people.roster, people.acknowledged)])
    homeless = faults[faults["field"].eq("policyID")]
    decided = decide(everyone, feed["employee_id"], _with_kind(differences, expensify.KINDS), homeless, circumstances, others)
    needs = dependants.at_expensify(everyone, decided, feed, members, differences, people.roster)
    decided, told = _held(everyone, decided, needs, circumstances)
    decided = leave.in_company(decided, feed)
    leaving = expensify.removals(_leaving(decided), members)
    records = pd.concat(
        [
            feed.assign(action="create"),
            feed.assign(action="update"),
            feed.assign(action="reactivate", isTerminated="false"),
            leaving.assign(action="deactivate"),
        ],
        ignore_index=True,
    )
    ends = leaving.groupby("employee_id")["policyID"].agg(lambda ids: compact(sorted(ids))).reset_index(name="old")
    plan = assemble(decided, together([differences, _ending(ends, "isTerminated", "true")]), records, expensify.KINDS)
    return replace(plan, figures=told, needs=needs)


def plan_findity(people: People, there: pd.DataFrame, desired: pd.DataFrame, circumstances: Circumstances) -> Plan:
    """What must change at Findity.

    Args:
        people: HR's side.
        there: the users as read.
        desired: the desired users (`roster.findity.users`).
        circumstances: what else decides.

    Returns:
        The plan. An update's record holds only what changes, always with ``active``, so that no update can wake a leaver by leaving it out,
        and is addressed by the ``externalSourceId`` that the user has there. Someone who was there before and is gone is written whole,
        under the ``externalSourceId`` that they had.
    """
    ids = pd.concat([people.roster["employee_id"], people.acknowledged["employee_id"], people.rejected.dropna()], ignore_index=True)
    everyone = census(people.roster, people.rejected, findity.accounts(there, ids, people.acknowledged), people.acknowledged, people.key)
    sure = _sure(everyone)
    compared = _of(desired, sure)
    telling = findity.account_of(there)[there["bankAccount"].notna()]
    blind = compared[~among(compared["employee_id"], sure.loc[among(sure["account"], telling), "employee_id"])]
    differences = together(
        [
            findity.visible_changes(compared, there, everyone[["employee_id", "account"]].dropna(), people.key),
            unseen_changes(blind, people.acknowledged, findity.UNSEEN, (), people.key),
        ]
    )
    shown = there.set_index(findity.account_of(there))
    others = reused(everyone, people.roster, differences, shown["email"], people.acknowledged, people.key, shown["lastName"])
    none = pd.DataFrame({"employee_id": pd.Series(dtype="str"), "reason": pd.Series(dtype="str")})
    decided = decide(everyone, desired["employee_id"], _with_kind(differences, findity.KINDS), none, circumstances, others)
    needs = dependants.at_findity(everyone, decided, desired, there, differences, people.roster)
    decided, told = _held(everyone, decided, needs, circumstances)
    leaving = _leaving(decided)
    changed = _changed_fields(differences, sure)
    before = desired["employee_id"].map(people.acknowledged.set_index("employee_id")["account"]).astype("str")
    before = before.mask(before.str.startswith(findity.UNADDRESSED, na=False))
    whole = desired.assign(externalSourceId=before.fillna(desired["externalSourceId"]))
    records = pd.concat(
        [
            whole.assign(action="create"),
            changed.assign(action="update"),
            changed.assign(action="reactivate"),
            whole[~among(whole["employee_id"], sure["employee_id"])].assign(action="reactivate"),
            leaving[["employee_id"]].assign(externalSourceId=leaving["account"], active="false", action="deactivate"),
        ],
        ignore_index=True,
    )
    ends = leaving[["employee_id"]].assign(old="true")
    plan = assemble(decided, together([differences, _ending(ends, "active", "false")]), records, findity.KINDS)
    return replace(plan, figures=told, needs=needs)


def _held(
    everyone: pd.DataFrame, decided: pd.DataFrame, needs: pd.DataFrame, circumstances: Circumstances
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The decisions with what limits hold and what depends on that, and the figures."""
    base = base_of(everyone)
    held = dependants.held_with(hold_over(decided, circumstances.limits, base), needs)
    return held, figures(held, circumstances.limits, base)


def _sure(everyone: pd.DataFrame) -> pd.DataFrame:
    """Who is certainly who: only they are compared."""
    return everyone.loc[everyone["matched_by"].isin(["number", "email"]) & everyone["account"].notna(), ["employee_id", "account"]]


def _of(desired: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    return desired[among(desired["employee_id"], pairs["employee_id"])]


def _with_kind(differences: pd.DataFrame, kinds: Mapping[str, Kind]) -> pd.DataFrame:
    return differences.assign(kind=differences["field"].map(lambda field: kinds.get(field, "other")))


def _leaving(decided: pd.DataFrame) -> pd.DataFrame:
    return decided[decided["action"].eq("deactivate") | decided["intended"].eq("deactivate")]


def _ending(ends: pd.DataFrame, field: str, new: str) -> pd.DataFrame:
    return ends.assign(field=field, new=new, visible=True).reindex(columns=["employee_id", "field", "old", "new", "visible"])


def _changed_fields(differences: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """One row a person with the changed fields only, addressed as the user is there."""
    wide = differences.pivot(index="employee_id", columns="field", values="new").reset_index()
    wide = wide.merge(pairs, on="employee_id").rename(columns={"account": "externalSourceId"})
    return wide.assign(active="true").astype("str")


def acknowledgements(plan: Plan, desired: pd.DataFrame, accounts: pd.Series, people: People, unseen: Unseen) -> pd.DataFrame:
    """What the ledger is to remember of everyone whom the plan brings, would bring once released, or finds in step.

    Args:
        plan: the plan.
        desired: the desired records.
        accounts: the account that each of `desired` has afterwards, aligned with it; where the plan says under which one it writes them,
            that goes before.
        people: HR's side.
        unseen: the fields that cannot be read back.

    Returns:
        `roster.plan.write_only.ACKNOWLEDGED_COLUMNS`, ``identity`` (`roster.people.identity.identities`) and ``record``, a keyed hash of
        all that should be there; of people for whom nothing is written, only those the ledger does not remember so already.
    """
    effect = plan.people["action"].where(plan.people["action"].ne("hold"), plan.people["intended"])
    action = desired["employee_id"].map(plan.people.assign(effect=effect).dropna(subset="employee_id").set_index("employee_id")["effect"])
    settled = plan.people.loc[plan.people["action"].eq("none") & plan.people["reason"].isna(), "employee_id"]
    if "externalSourceId" in plan.records:
        accounts = desired["employee_id"].map(findity.addressed(plan.records)).astype("str").fillna(accounts)
    identity = identities(people.roster, people.key)
    now = pd.DataFrame({"account": accounts, "digest": digests(desired, unseen.fields, people.key)})
    now["identity"] = remembered(desired["employee_id"], identity, people.acknowledged)
    known = desired.loc[_as_remembered(desired["employee_id"], now, people.acknowledged), "employee_id"]
    news = among(desired["employee_id"], settled) & ~among(desired["employee_id"], known)
    here = action.isin(["create", "update", "reactivate"]) | news
    told = acknowledgement(desired[here], unseen.fields, unseen.shown, people.key)
    told = told.assign(account=accounts[here], active=True, identity=now.loc[here, "identity"])
    told["record"] = record_column(desired[here].drop(columns="employee_id"), people.key)
    left = plan.people.loc[effect.eq("deactivate"), ["employee_id", "account"]]
    left = left.assign(identity=remembered(left["employee_id"], identity, people.acknowledged))
    gone = left.assign(active=False, digest="", fields="{}", record="")
    texts = dict.fromkeys(("employee_id", "account", "digest", "fields", "identity", "record"), "str")
    return pd.concat([told, gone], ignore_index=True)[[*ACKNOWLEDGED_COLUMNS, "identity", "record"]].astype({**texts, "active": "bool"})


def _as_remembered(employee_ids: pd.Series, now: pd.DataFrame, acknowledged: pd.DataFrame) -> pd.Series:
    """Who is in the ledger just so, and active."""
    before = acknowledged.set_index("employee_id").reindex(employee_ids).reindex(columns=[*now.columns, "active"])
    same = before["active"].eq(True)
    for name in now:
        same &= before[name].astype("str").eq(pd.Series(now[name].to_numpy(), index=before.index, dtype="str"))
    return pd.Series(same.to_numpy(bool), index=employee_ids.index)
