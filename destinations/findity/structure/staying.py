"""Who goes on approving for a value or a unit, since nobody is put in their place: they may not be taken out, though they have left.

Belongs here: finding them, among what is planned and waits, what nobody can be found for, what could not be read, what was not taken. Does
not belong here: who approves in whose place (``approvers``), what it does to the decision about them (`roster.plan.barred`). Pure.
"""

import json
from collections.abc import Collection, Iterable
from typing import Final

import pandas as pd

from destinations.findity.structure.naming import THEN, UP_TO, Approving
from roster.membership import among
from roster.people.chain import Chain
from roster.plan.decision import Plan

WAITS: Final = "still_approves"
"""That another approves in their place waits for a release."""
NOBODY: Final = "no_other_approver"
"""Nobody else can approve in their place, or nobody knows who should."""
UNREAD: Final = "approvers_unread"
"""Who approves there could not be read, and by the rules they do."""


def table(numbers: Iterable[str], reason: str) -> pd.DataFrame:
    """`roster.plan.barred.BARRED` of these, each once."""
    people = pd.Series(sorted(set(numbers)), dtype="str")
    return pd.DataFrame({"person": people, "reason": reason, "wholly": False}).astype({"person": "str", "reason": "str", "wholly": "bool"})


def waiting(things: pd.DataFrame) -> pd.DataFrame:
    """Who approves now where a planned change says that another does, and it is not applied.

    Args:
        things: the planned changes that are not applied (`roster.plan.things.THING_COLUMNS`).
    """
    return table(_approve_now(things), WAITS)


def unreplaced(there: pd.Series, settled: Collection[str], used: Collection[str]) -> pd.DataFrame:
    """Who approves now where nothing is planned: nobody can in their place, or HR names nobody.

    Args:
        there: Value or unit → who approves there now (`destinations.findity.structure.approvers.there`).
        settled: Those of which it is known who should: they stay or change as planned.
        used: Those that HR or the settings name, or that somebody has there who works here. Nobody misses who approves for any other.
    """
    open = there[~there.index.isin(list(settled)) & there.index.isin(list(used))].dropna()
    return table((number for text in open for number, _ in json.loads(text)), NOBODY)


def named(steps: pd.DataFrame, chain: Chain) -> pd.DataFrame:
    """Whom the rules name and who cannot approve any more, where it could not be read whether they do.

    Args:
        steps: `destinations.findity.structure.wanted.STEP_COLUMNS`.
        chain: who approves for whom.
    """
    return table(steps.loc[~among(steps["number"], chain.able.to_series()), "number"], UNREAD)


def in_use(users: pd.DataFrame, approving: Approving, employed: pd.Series) -> pd.DataFrame:
    """The rows of the users who work here and are active: what they have there is in use.

    Args:
        users: as read.
        approving: who is who among them.
        employed: the employee numbers of those who should be users.
    """
    return users.loc[approving.people.index[among(approving.people["number"], employed)]]


def not_taken(records: pd.DataFrame, plan: Plan, refused: Collection[str]) -> pd.DataFrame:
    """Those of the records on their way that would take out who approves now, since Findity did not take that another does.

    Args:
        records: on their way.
        plan: the plan that they are of.
        refused: things of it that were not accepted.
    """
    if not refused or plan.things.empty:
        return records.head(0)
    people = pd.Series(sorted(_approve_now(plan.things[plan.things["thing"].isin(list(refused))])), dtype="str")
    person = plan.people.loc[among(plan.people["employee_id"], people), "person"]
    return records[records["action"].eq("deactivate") & among(records["person"], person)]


def _approve_now(things: pd.DataFrame) -> set[str]:
    """The employee numbers in the readable steps (`destinations.findity.structure.approvers.readable`)."""
    if things.empty:
        return set()
    now = things.loc[things["kind"].eq("approvers"), "old"].dropna()
    return set(now.str.split(THEN, regex=False).explode().str.split(UP_TO, n=1, regex=False).str[0].dropna())
