"""The book's desks, which are no people: who keeps each, what of them is not as it should be. Only where the settings ask for them.

Belongs here: the comparison. Does not belong here: the file (``client``), what waits (``roster.plan.things``). Pure.
"""

import json
from typing import Any, Final

import pandas as pd

from roster.people.chain import Chain
from roster.plan.things import THING_COLUMNS, Structure, ThingKind
from roster.rules import evaluate
from tests.destinations.ledgerbook.settings import LedgerbookLines

KINDS: Final = {
    "value": ThingKind("desk"),
    "value_removed": ThingKind("desk that nobody needs"),
    "approvers": ThingKind("keeper of a desk", always_waits=True),
}
LONGEST: Final = 12


def desks(roster: pd.DataFrame, chain: Chain, rules: LedgerbookLines, there: pd.DataFrame) -> Structure:
    """What of the desks should change.

    Args:
        roster: the roster frame.
        chain: who approves for whom: the approver of whoever sits there first keeps the desk.
        rules: where each person's desk comes from.
        there: ``desk``, ``keeper``.
    """
    people = roster[roster["in_scope"] & roster["employment"].isin(["active", "leave"])].reset_index(drop=True)
    found = pd.DataFrame({"desk": evaluate(rules.desk, people), "keeper": chain.approver_of(people["employee_id"])}).dropna()
    found = found.sort_values(["desk", "keeper"]).drop_duplicates("desk")
    long = found["desk"].str.len() > LONGEST
    both = found[~long].merge(there, on="desk", how="outer", suffixes=("", "_there"), indicator=True)
    rows: list[dict[str, Any]] = []
    for desk, keeper, kept, side in both[["desk", "keeper", "keeper_there", "_merge"]].to_numpy().tolist():
        rows += _of(desk, keeper, None if pd.isna(kept) else kept, side)
    left = pd.DataFrame({"thing": "value/" + found.loc[long, "desk"], "reason": "the book has no room for a name as long as this"})
    repairs = [f"{one} keeps {desk} in place of nobody" for one, desk in zip(both["keeper"], both["desk"], strict=True) if desk == "Cellar"]
    return Structure(pd.DataFrame(rows, columns=THING_COLUMNS), repairs, left, {"value": len(there), "value_removed": len(there)})


def _of(desk: str, keeper: str, kept: str | None, side: str) -> list[dict[str, Any]]:
    def row(kind: str, action: str, old: str | None, new: str | None, order: int) -> dict[str, Any]:
        word = "approvers" if kind == "approvers" else "value"
        payload = json.dumps({"desk": desk, "keeper": new if word == "approvers" else None, "gone": action == "remove"})
        names = {"thing": f"{word}/{desk}", "kind": kind, "name": desk, "action": action}
        return {**names, "old": old, "new": new, "order": order, "payload": payload}

    if side == "right_only":
        return [row("value_removed", "remove", desk, None, 3)]
    new = [row("value", "create", None, desk, 1)] if side == "left_only" else []
    return [*new, *([row("approvers", "change", kept, keeper, 2)] if kept != keeper else [])]
