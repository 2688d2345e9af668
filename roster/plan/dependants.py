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

from roster.membership import among, looked_up
from roster.people.chain import last_managers
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
    acknowledged: pd.DataFrame
    """The ledger's people of the destination."""
    approver_field: str
    """The field that names who approves for a person."""

    def written(self, *actions: str) -> pd.DataFrame:
        """The desired records of whom one of these actions is for, now or once released."""
        effect = self.decided["intended"].where(self.decided["action"].eq("hold"), self.decided["action"])
        return self.desired[among(self.desired["employee_id"], self.decided.loc[effect.isin(actions), "employee_id"])]

    def leavers(self) -> pd.DataFrame:
        """Who goes, now or once released, with an account (census rows)."""
        return self.everyone[among(self.everyone["employee_id"], self._leaving())].dropna(subset="account")

    def not_moved(self) -> pd.DataFrame:
        """Who keeps the approver that they have there (census rows): leavers, and HR's people whose row or account cannot be compared, or
        whose record names no approver."""
        everyone = self.everyone
        stays = _of_hr(everyone) & ~self._compared() | among(everyone["employee_id"], self._leaving())
        return everyone[everyone["present"] & stays].dropna(subset="account")

    def not_shown(self, accounts: pd.Series) -> pd.DataFrame:
        """Leavers who by what is known otherwise approve for somebody of whom reading does not show who does: ``employee_id`` (theirs) and
        ``approver`` (the leaver). What is known is the manager whom the ledger remembers, else HR's word, or who comes after one who cannot
        approve there.

        Of whoever is not among what was read at all, though the ledger has them as active there, nothing is shown either.

        Args:
            accounts: those of which reading does not show readably who approves.
        """
        everyone, changes = self.everyone, self.changes
        moved = changes.loc[changes["field"].eq(self.approver_field), "employee_id"]
        in_step = self._compared() & ~among(everyone["employee_id"], moved)
        unread = everyone["present"] & among(everyone["account"], accounts) & ~in_step
        active = self.acknowledged.loc[self.acknowledged["active"].astype("bool"), "employee_id"]
        missed = everyone["account"].isna() & among(everyone["employee_id"], active)
        at = unread & among(everyone["employee_id"], self._leaving()) | (unread | missed) & _of_hr(everyone)
        people = everyone.loc[at, "employee_id"]
        approver = self._known_manager(people) if len(people) else people
        return approver_pairs(people, approver.where(among(approver, self.leavers()["employee_id"])))

    def _known_manager(self, people: pd.Series) -> pd.Series:
        """Each one's manager as far as the ledger, else HR, knows one who can approve there."""
        roster, everyone = self.roster, self.everyone
        by_address = roster.assign(address=roster["email"].str.lower()).dropna(subset="address").set_index("address")["employee_id"]
        named = roster["manager_id"].fillna(looked_up(roster["manager_email"].str.lower(), first_of(by_address)))
        above = pd.concat([last_managers(self.acknowledged), pd.Series(named.to_numpy(), index=roster["employee_id"])]).dropna()
        above = first_of(above)
        on_leave = roster.loc[roster["employment"].eq("leave"), "employee_id"]
        able = everyone.loc[everyone["present"] & ~among(everyone["employee_id"], on_leave), "employee_id"]
        manager = looked_up(people, above)
        while (passed := manager.notna() & ~among(manager, able)).any():
            over = manager[passed]
            manager = manager.mask(passed, looked_up(manager, above))
            above = above[~among(above.index.to_series(), over).to_numpy()]  # so that a circle ends
        return manager

    def _compared(self) -> pd.Series:
        """Who of the census is certainly who, and has a record that names who approves for them."""
        named = self.desired.loc[self.desired[self.approver_field].notna(), "employee_id"]
        return among(self.everyone["employee_id"], named) & self.everyone["matched_by"].isin(["number", "email"])

    def doubtful(self) -> pd.Series:
        """Of whom it is in doubt who they are, by number."""
        return self.decided.loc[self.decided["reason"].isin(["number_reused", "address_reused"]), "employee_id"]

    def _leaving(self) -> pd.Series:
        leaves = self.decided["action"].eq("deactivate") | self.decided["intended"].eq("deactivate")
        return self.decided.loc[leaves, "employee_id"]


def _of_hr(everyone: pd.DataFrame) -> pd.Series:
    """Who of the census is, or may be, to be there by HR's file."""
    return everyone["standing"].isin(["wanted", "rejected"])


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
