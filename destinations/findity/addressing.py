"""Approvers who are there and of whom Findity does not show by which id they are named.

Belongs here: what becomes of a user whose approver is one of them. Does not belong here: ids of who comes in tonight (``delivery``), who
replaces whoever approves for values and units (``structure.approvers``). Pure.

Nobody becomes active without an approver because of that: who is not there, or not active, waits. Who is there keeps the approver that they
have.
"""

import json
from typing import Final

import pandas as pd

from roster.membership import among
from roster.plan.facts import FAULTS

REASON: Final = "approver_without_id"
FIELD: Final = "personId"
"""Which field of their approver's those lack who wait."""


def all_shown(users: pd.DataFrame) -> bool:
    """Whether every user has an id of their own."""
    return bool(users["personId"].notna().all()) and not users["personId"].duplicated().any()


def settled(desired: pd.DataFrame, faults: pd.DataFrame, users: pd.DataFrame, there: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The users without those whose approver cannot be named and who are not active there, and without the approvers of those who are; and
    the faults, with these.

    Args:
        desired: the users.
        faults: `roster.plan.facts.FAULTS`.
        users: Findity's.
        there: the same in the common form (`roster.people.matching.ACCOUNT_COLUMNS`), aligned.
    """
    person, number = users["personId"], there["number"]
    ours = among(number, desired["employee_id"])
    shown = person.notna() & ~(ours & among(person, person[ours & person.notna()].loc[lambda one: one.duplicated()]))
    lost = set(number[~shown].dropna()) - set(number[shown].dropna())
    texts = [text for text in desired["approverIds"].dropna().unique() if _names(text) & lost]
    at = desired["approverIds"].isin(texts)
    active = among(desired["employee_id"], number[there["active"]])
    field = active[at].map({True: "approverIds", False: FIELD})
    lacking = pd.DataFrame({"employee_id": desired.loc[at, "employee_id"], "field": field, "reason": REASON}).reindex(columns=list(FAULTS))
    desired = desired.assign(approverIds=desired["approverIds"].mask(at))[~at | active].reset_index(drop=True)
    return desired, pd.concat([faults, lacking], ignore_index=True).astype("str")


def _names(text: str) -> set[str]:
    names = json.loads(text) if text.startswith("[") else []  # else it is a mark that they are taken away
    return set(names)
