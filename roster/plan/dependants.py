"""Which changes need another one, and what is held because that one is not made.

Belongs here: the needs between people at one destination, and following them until nothing more is held. Does not belong here: why
anything is held in the first place (``roster.plan.decision``, ``roster.plan.limits``), who approves for whom (``roster.people.approvers``).

Two promises hang on this. Nobody is written an approver who is not there: not someone whose joining is held, and not under an address
that they do not have yet. And nobody goes while somebody active still reports to them there. People are named by employee number.
"""

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd

from roster.membership import among
from roster.plan.differences import Frames
from roster.plan.limits import LIMITED
from roster.vocabulary import WRITES

NEEDS = ("person", "on", "always")
"""``person`` may only be written if ``on`` is written too; without ``always``, only while ``on`` is held by a limit."""


@dataclass(frozen=True)
class Standing:
    """What the needs between people at one destination are found by."""

    everyone: pd.DataFrame
    """The census."""
    decided: pd.DataFrame
    """`roster.plan.decision.PEOPLE_COLUMNS`."""
    desired: pd.DataFrame
    """The desired records."""
    read: Frames
    """What reading the destination gave."""
    changes: pd.DataFrame
    """The differences."""
    roster: pd.DataFrame
    """The roster frame."""

    def written(self, *actions: str) -> pd.DataFrame:
        """The desired records of whom one of these actions is for, now or once released."""
        effect = self.decided["intended"].where(self.decided["action"].eq("hold"), self.decided["action"])
        return self.desired[among(self.desired["employee_id"], self.decided.loc[effect.isin(actions), "employee_id"])]

    def leavers(self) -> pd.DataFrame:
        """Who goes, now or once released, with an account (census rows)."""
        return self.everyone[among(self.everyone["employee_id"], self._leaving())].dropna(subset="account")

    def not_moved(self) -> pd.DataFrame:
        """Who keeps the approver that they have there (census rows): leavers, and HR's people whose row or account cannot be compared."""
        everyone = self.everyone
        compared = among(everyone["employee_id"], self.desired["employee_id"]) & everyone["matched_by"].isin(["number", "email"])
        unusable = everyone["standing"].isin(["wanted", "rejected"]) & ~compared
        return everyone[everyone["present"] & (unusable | among(everyone["employee_id"], self._leaving()))].dropna(subset="account")

    def doubtful(self) -> pd.Series:
        """Of whom it is in doubt who they are, by number."""
        return self.decided.loc[self.decided["reason"].isin(["number_reused", "address_reused"]), "employee_id"]

    def _leaving(self) -> pd.Series:
        leaves = self.decided["action"].eq("deactivate") | self.decided["intended"].eq("deactivate")
        return self.decided.loc[leaves, "employee_id"]


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
    in_doubt = (people["action"].eq("hold") & people["reason"].isin(LIMITED)).to_numpy(bool)
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


def needs_of(
    *,
    arriving: pd.DataFrame,
    moved: pd.DataFrame | None = None,
    by_hr: pd.Series | None = None,
    stuck: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The needs that every destination has, from pairs of ``employee_id`` and ``approver``; a missing approver is no pair.

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


def first_of(values: pd.Series) -> pd.Series:
    """The first value of each name."""
    return values[~values.index.duplicated()]


def approver_pairs(people: pd.Series, approvers: pd.Series) -> pd.DataFrame:
    """``employee_id`` and ``approver`` side by side."""
    return pd.DataFrame({"employee_id": people, "approver": approvers}).astype("str")


def each_approver(people: pd.Series, lists: pd.Series) -> pd.DataFrame:
    """A row for each name in JSON lists; people and lists side by side."""
    parsed = lists.map({text: json.loads(text) for text in lists.dropna().unique()})
    rows = pd.DataFrame({"employee_id": people.to_numpy(), "approver": parsed.to_numpy(dtype=object)})
    return rows.explode("approver", ignore_index=True).dropna().astype("str")
