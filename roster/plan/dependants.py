"""Which changes need another one, and what is held because that one is not made.

Belongs here: the needs between people at one destination, and following them until nothing more is held. Does not belong here: why
anything is held in the first place (``roster.plan.decision``, ``roster.plan.limits``), who approves for whom (``roster.people.approvers``).

Two promises hang on this. Nobody is written an approver who is not there: not someone whose joining is held, and not under an address
that they do not have yet. And nobody goes while somebody active still reports to them there. People are named by employee number.
"""

import json

import numpy as np
import pandas as pd

from roster import findity, leave
from roster.membership import among
from roster.vocabulary import WRITES

NEEDS = ("person", "on", "always")
"""``person`` may only be written if ``on`` is written too; without ``always``, only while ``on`` is held by a limit."""

_NAMES = ["managerEmail", "approvesTo", "overLimitApprover"]

DETAIL = "needs a change of somebody else, which is held or not made in this run"


def held_with(people: pd.DataFrame, needs: pd.DataFrame) -> pd.DataFrame:
    """The decisions, with everyone held who needs a write that is not made, at any depth.

    Args:
        people: `roster.plan.decision.PEOPLE_COLUMNS`; whatever is to be held for itself is held already.
        needs: `NEEDS`.
    """
    at = pd.Index(people["person"])
    who, on = at.get_indexer(pd.Index(needs["person"])), at.get_indexer(pd.Index(needs["on"]))
    known = (who >= 0) & (on >= 0) & (who != on)
    who, on, always = who[known], on[known], needs["always"].to_numpy(bool)[known]
    going = people["action"].isin(WRITES).to_numpy(bool)
    in_doubt = (people["action"].eq("hold") & people["reason"].eq("limit")).to_numpy(bool)
    free = going.copy()
    while (stopped := free[who] & np.where(always, ~free[on], in_doubt[on])).any():
        free[who[stopped]] = False
    held = pd.Series(going & ~free, index=people.index)
    return people.assign(
        action=people["action"].mask(held, "hold"),
        intended=people["intended"].mask(held, people["action"]),
        reason=people["reason"].mask(held, "depends_on_held"),
        detail=people["detail"].mask(held, DETAIL),
    )


def at_expensify(
    everyone: pd.DataFrame, decided: pd.DataFrame, feed: pd.DataFrame, members: pd.DataFrame, changes: pd.DataFrame, roster: pd.DataFrame
) -> pd.DataFrame:
    """The needs at Expensify, where a record names approvers by the address that they will have.

    Args:
        everyone: the census.
        decided: `roster.plan.decision.PEOPLE_COLUMNS`.
        feed: the desired records.
        members: the policy getter's members.
        changes: the visible differences.
        roster: the roster frame.

    Returns:
        `NEEDS`.
    """
    going = feed[among(feed["employee_id"], decided.loc[_effect(decided).isin(["create", "update", "reactivate"]), "employee_id"])]
    names = going.assign(managerEmail=going.get(leave.SHOWN_MANAGER, going["managerEmail"]))
    named = names.melt("employee_id", _NAMES, value_name="address").dropna(subset="address")
    named = named.assign(address=named["address"].str.lower())
    approvers = feed.assign(address=feed["employeeEmail"].str.lower())[["employee_id", "address"]]
    approvers = approvers[among(approvers["address"], named["address"])].drop_duplicates("address")
    account = everyone[among(everyone["employee_id"], approvers["employee_id"])].set_index("employee_id")["account"]
    arriving = approvers[approvers["employee_id"].map(account) != approvers["address"]].set_index("address")["employee_id"]
    found = _pairs(named["employee_id"], named["address"].map(arriving))
    leavers = everyone[among(everyone["employee_id"], _leaving(decided))].dropna(subset="account")
    if leavers.empty:
        return _needs(arriving=found)
    leaving = leavers.set_index("account")["employee_id"]
    kept = everyone[among(everyone["employee_id"], _not_moved(everyone, decided, feed["employee_id"]))].dropna(subset="account")
    reporting = members[among(members["submitsTo"].str.lower(), leavers["account"])]
    moved = changes[changes["field"].eq("managerEmail")]
    hr = roster[["employee_id", "manager_id", "manager_email"]].merge(moved[["employee_id"]])
    boss = hr["manager_id"].map(roster.set_index("employee_id")["email"]).astype("str").fillna(hr["manager_email"]).str.lower()
    return _needs(
        arriving=found,
        moved=_pairs(moved["employee_id"], moved["old"].str.lower().map(leaving)),
        by_hr=moved["new"].str.lower() == moved["employee_id"].map(_first_of(pd.Series(boss.to_numpy(), index=hr["employee_id"]))),
        stuck=_pairs(
            reporting["email"].str.lower().map(kept.set_index("account")["employee_id"]), reporting["submitsTo"].str.lower().map(leaving)
        ),
    )


def at_findity(
    everyone: pd.DataFrame, decided: pd.DataFrame, desired: pd.DataFrame, there: pd.DataFrame, changes: pd.DataFrame, roster: pd.DataFrame
) -> pd.DataFrame:
    """The needs at Findity, where a record names approvers by a person id that only somebody who is there has.

    Args:
        everyone: the census.
        decided: `roster.plan.decision.PEOPLE_COLUMNS`.
        desired: the desired users.
        there: the users as read.
        changes: the visible differences.
        roster: the roster frame.

    Returns:
        `NEEDS`.
    """
    whole = desired[among(desired["employee_id"], decided.loc[_effect(decided).isin(["create", "reactivate"]), "employee_id"])]
    away = everyone.loc[~everyone["present"] | among(everyone["employee_id"], _doubtful(decided)), "employee_id"]
    moved = changes[changes["field"].eq("approverIds")]
    named = pd.concat([_each(whole["employee_id"], whole["approverIds"]), _each(moved["employee_id"], moved["new"])])
    arriving = named[among(named["approver"], away)]
    leavers = everyone[among(everyone["employee_id"], _leaving(decided))].dropna(subset="account")
    if leavers.empty:
        return _needs(arriving=arriving)
    account = findity.account_of(there)
    leaving = account.map(leavers.set_index("account")["employee_id"])
    leaving = pd.Series(leaving.to_numpy(), index=there["personId"])[leaving.notna().to_numpy() & there["personId"].notna().to_numpy()]
    kept = everyone[among(everyone["employee_id"], _not_moved(everyone, decided, desired["employee_id"]))].dropna(subset="account")
    stuck = account.map(kept.set_index("account")["employee_id"])
    before = _each(moved["employee_id"], moved["old"])
    after = _each(moved["employee_id"], moved["new"]).drop_duplicates("employee_id").set_index("employee_id")["approver"]
    reporting = _each(stuck[stuck.notna()], there.loc[stuck.notna(), "approverIds"])
    return _needs(
        arriving=arriving,
        moved=before.assign(approver=before["approver"].where(among(before["approver"], leaving))),
        by_hr=before["employee_id"].map(after) == before["employee_id"].map(roster.set_index("employee_id")["manager_id"]),
        stuck=reporting.assign(approver=reporting["approver"].map(_first_of(leaving))),
    )


def _needs(
    *,
    arriving: pd.DataFrame,
    moved: pd.DataFrame | None = None,
    by_hr: pd.Series | None = None,
    stuck: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The needs that both destinations share, from pairs of ``employee_id`` and ``approver``; a missing approver is no pair.

    Args:
        arriving: whose record names somebody who is not there yet, or not under that name.
        moved: who would be moved from whom that leaves.
        by_hr: whether HR itself says who comes after them; else a rule found somebody.
        stuck: who reports to somebody that leaves, and is not moved.
    """

    def needed(pairs: pd.DataFrame, person: str, on: str, always: bool) -> pd.DataFrame:
        return pd.DataFrame({"person": pairs[person], "on": pairs[on], "always": always})

    found = [needed(arriving, "employee_id", "approver", True)]
    found += [needed(pairs, "approver", "employee_id", True) for pairs in (moved, stuck) if pairs is not None]
    if moved is not None and by_hr is not None:
        # Whoever is moved only because their manager goes stays with them while it is in doubt whether they go.
        found.append(needed(moved[~by_hr], "employee_id", "approver", False))
    needs = pd.concat(found, ignore_index=True).dropna().astype({"person": "str", "on": "str", "always": "bool"})
    return needs[needs["person"] != needs["on"]].drop_duplicates(ignore_index=True)


def _effect(decided: pd.DataFrame) -> pd.Series:
    return decided["intended"].where(decided["action"].eq("hold"), decided["action"])


def _leaving(decided: pd.DataFrame) -> pd.Series:
    """Who goes, now or once released."""
    return decided.loc[decided["action"].eq("deactivate") | decided["intended"].eq("deactivate"), "employee_id"]


def _doubtful(decided: pd.DataFrame) -> pd.Series:
    return decided.loc[decided["reason"].isin(["number_reused", "address_reused"]), "employee_id"]


def _not_moved(everyone: pd.DataFrame, decided: pd.DataFrame, desired: pd.Series) -> pd.Series:
    """Who keeps the approver that they have there: leavers, and people of HR's whose row or account cannot be compared."""
    compared = among(everyone["employee_id"], desired) & everyone["matched_by"].isin(["number", "email"])
    unusable = everyone["standing"].isin(["wanted", "rejected"]) & ~compared
    return everyone.loc[everyone["present"] & (unusable | among(everyone["employee_id"], _leaving(decided))), "employee_id"]


def _first_of(values: pd.Series) -> pd.Series:
    return values[~values.index.duplicated()]


def _pairs(people: pd.Series, approvers: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({"employee_id": people, "approver": approvers}).astype("str")


def _each(people: pd.Series, lists: pd.Series) -> pd.DataFrame:
    """A row for each name in JSON lists; people and lists side by side."""
    parsed = lists.map({text: json.loads(text) for text in lists.dropna().unique()})
    rows = pd.DataFrame({"employee_id": people.to_numpy(), "approver": parsed.to_numpy(dtype=object)})
    return rows.explode("approver", ignore_index=True).dropna().astype("str")
