"""What the ledger is to remember of people once a plan is written, the same way at every destination.

Belongs here: of whom something is remembered anew, and what. Does not belong here: drawing the plan (``roster.plan.builder``), digests of
what no reading shows (``roster.plan.write_only``), what only some destinations remember (``roster.plan.memory``).
"""

from types import MappingProxyType

import pandas as pd

from roster.digests import record_column
from roster.membership import among, looked_up, rows_at
from roster.people.chain import last_managers, managers_to_remember
from roster.people.identity import identities, remembered
from roster.plan import deletion, memory
from roster.plan.comparison import Comparison, HrSide
from roster.plan.decision import ENDED, Plan
from roster.plan.differences import Frames
from roster.plan.write_only import ACKNOWLEDGED_COLUMNS, MANAGER, acknowledgement, digests
from roster.records import compact
from roster.vocabulary import BROUGHT


def acknowledgements(
    comparison: Comparison, plan: Plan, desired: pd.DataFrame, people: HrSide, read: Frames = MappingProxyType({})
) -> pd.DataFrame:
    """What the ledger is to remember of everyone whom the plan brings, would bring once released, or finds in step.

    Args:
        comparison: what is particular to the destination.
        plan: the plan.
        desired: the desired records.
        people: HR's side.
        read: what reading it gave.

    Returns:
        `roster.plan.write_only.ACKNOWLEDGED_COLUMNS`, ``identity`` (`roster.people.identity.identities`) and ``record``, a keyed hash of
        all that should be there; of people for whom nothing is written, only those the ledger does not remember so already.
    """
    more = comparison.memory(plan, desired, read, people.acknowledged)
    effect = plan.people["action"].where(plan.people["action"].ne("hold"), plan.people["intended"])
    effects = plan.people.assign(effect=effect).dropna(subset="employee_id").set_index("employee_id")["effect"]
    action = looked_up(desired["employee_id"], effects)
    settled = plan.people.loc[plan.people["action"].eq("none") & plan.people["reason"].isna(), "employee_id"]
    accounts, hidden = comparison.account_after(plan, desired), comparison.write_only
    identity = identities(people.roster, people.key)
    now = pd.DataFrame({"account": accounts, "digest": digests(desired, hidden, people.key)})
    now["identity"] = remembered(desired["employee_id"], identity, people.acknowledged)
    last = last_managers(people.acknowledged)
    managers = managers_to_remember(people.roster, people.acknowledged, last)
    now["manager"] = looked_up(desired["employee_id"], managers)
    as_before = _as_remembered(desired["employee_id"], now, people.acknowledged.assign(manager=_of(people.acknowledged, last)))
    known = desired.loc[as_before & ~_other_memory(desired["employee_id"], more, people.acknowledged), "employee_id"]
    news = among(desired["employee_id"], settled) & ~among(desired["employee_id"], known)
    here = action.isin(BROUGHT) | news
    kept = acknowledgement(desired[here], hidden, people.key, people.acknowledged, managers)
    kept = kept.assign(account=accounts[here], active=True, identity=now.loc[here, "identity"])
    kept["record"] = record_column(desired[here].drop(columns="employee_id"), people.key)
    ended = plan.people.loc[effect.eq("delete"), "employee_id"]
    left = plan.people.loc[effect.isin(["deactivate", "delete"]), ["employee_id", "account"]].dropna(subset="employee_id")
    left = left.assign(identity=remembered(left["employee_id"], identity, people.acknowledged))
    manager = _of(left, managers).fillna(_of(left, last))
    fields = pd.Series([compact({MANAGER: one} if isinstance(one, str) else {}) for one in manager], index=left.index, dtype="str")
    inactive = left.assign(active=False, digest="", fields=deletion.marked(fields, left, ended), record="")
    departed = people.acknowledged[_departed(plan, people.acknowledged)]
    departed = departed[_other_memory(departed["employee_id"], more, departed)].assign(record="")
    texts = dict.fromkeys(("employee_id", "account", "digest", "fields", "identity", "record"), "str")
    rows = pd.concat([kept, inactive, departed], ignore_index=True).reindex(columns=[*ACKNOWLEDGED_COLUMNS, "identity", "record"])
    rows = rows.astype({**texts, "active": "bool"})
    return rows if more is None else rows.assign(fields=memory.put(rows["fields"], rows["employee_id"], more))


def _departed(plan: Plan, acknowledged: pd.DataFrame) -> pd.Series:
    """Whom the ledger knows to have left, and who has no account any more: a plan has nobody of them whom HR's file has not."""
    others = plan.people.loc[~(plan.people["action"].eq("none") & plan.people["reason"].isin(ENDED)), "employee_id"]
    return ~among(acknowledged["employee_id"], others) & ~acknowledged["active"].astype("bool")


def _other_memory(employee_ids: pd.Series, more: pd.DataFrame | None, acknowledged: pd.DataFrame) -> pd.Series:
    """Of whom something else is to be remembered beside their record than before."""
    other = pd.Series(False, index=employee_ids.index)
    if more is None:
        return other
    for name in more.columns:
        before, now = looked_up(employee_ids, memory.texts(acknowledged, name)), looked_up(employee_ids, more[name])
        other |= before.fillna("").ne(now.fillna(""))
    return other


def _as_remembered(employee_ids: pd.Series, now: pd.DataFrame, acknowledged: pd.DataFrame) -> pd.Series:
    """Who is in the ledger just so, and active."""
    active = acknowledged[acknowledged["active"].eq(True)]
    same = among(employee_ids, active["employee_id"])
    before = rows_at(employee_ids, active.set_index("employee_id").reindex(columns=now.columns))
    for name in now:
        same &= before[name].fillna("").eq(now[name].fillna(""))
    return same


def _of(people: pd.DataFrame, table: pd.Series) -> pd.Series:
    """What a table by employee number has of people, aligned with them."""
    return looked_up(people["employee_id"], table)
