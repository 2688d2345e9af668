"""Taking back what a run wrote, as far as it is still there and what was there before is known.

Belongs here: who and which values can be taken back, by what the ledger kept of that run and what is there now; why the rest cannot. Does
not belong here: reading either (``destinations.undoing``), drawing the plan (``roster.plan.builder``), letting it go
(``roster.plan.releasing``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import orjson
import pandas as pd

from roster.membership import among
from roster.plan.comparison import Comparison
from roster.plan.differences import Frames
from roster.plan.facts import LEFT

WHY: Final[Mapping[str, str]] = {
    "written_since": "something has been written there since, which is newer",
    "other_there": "another value is there now than the run wrote",
    "other_attempt": "several attempts of the run wrote them, each by a plan of its own, and what the newest wrote is taken back",
    "not_seen": "no reading shows it, so nobody knows what was there before",
    "had_none": "there was no value before, and none is taken away here",
    "approver_not_there": "who approved before has no active account there",
    "approves": "others have them as their approver there now",
    "deleted": "a deletion is for good",
    "open_reports": "access comes back; what became of open reports when it ended does not",
    "not_wanted": "HR's file has them working here no more",
    "newer_row": "HR's file has a newer row for the number, and the sync goes by that",
    "not_there": "no account there is certainly theirs",
    "not_stored": "what the run sent, or HR's row of the time before, is not stored any more",
    "cannot_be_written": "what was there before cannot be written alone",
}
"""Why something is not taken back: code → words."""
WRITTEN: Final = ("created", "updated", "reactivated", "deactivated", "deleted", "unknown")
"""Outcomes of people of whom something was sent, and is there or may be."""
_NOTHING: Final = pd.DataFrame(columns=list(LEFT), dtype="str")


@dataclass(frozen=True)
class Past:
    """What is kept of a run at one destination."""

    outcomes: pd.DataFrame
    """``employee_id``, ``action``, ``outcome``: of strangers there is no number."""
    changes: pd.DataFrame
    """``person``, ``field``, ``old``, ``new``, ``visible``, ``apply``."""
    desired: pd.DataFrame | None
    """The records that it wanted there, by ``employee_id``; None where they are not stored any more."""
    since: pd.Series
    """The people whom anything wrote there since."""


@dataclass(frozen=True)
class Undo:
    """What can be taken back."""

    records: pd.DataFrame
    """The records that should be there of whoever was updated: as the run left them, with the values of before."""
    back_out: pd.Series
    """The employee numbers of those who had come in, and go out again."""
    back_in: pd.Series
    """The employee numbers of those who had been taken out, and come back."""
    left: pd.DataFrame
    """`roster.plan.facts.LEFT`: what cannot be taken back."""

    def people(self) -> list[str]:
        """Everyone of whom something is taken back, by employee number."""
        return sorted({*self.records["employee_id"], *self.back_out, *self.back_in})

    def without(self, people: Sequence[str], reason: str) -> "Undo":
        """The same but for these people, of whom nothing can be taken back after all."""
        dropped = pd.Series(sorted(set(people)), dtype="str")
        out, back_in = (part[~among(part, dropped)] for part in (self.back_out, self.back_in))
        left = self.left[~among(self.left["employee_id"], dropped)]
        return Undo(self.records[~among(self.records["employee_id"], dropped)], out, back_in, _and(left, all_of(dropped, reason)))


def undo(
    comparison: Comparison, past: Past, read: Frames, accounts: pd.DataFrame, pairs: pd.DataFrame, working: pd.Series, key: bytes
) -> Undo:
    """What of a run can be taken back.

    Args:
        comparison: What is particular to the destination.
        past: What is kept of the run.
        read: What is there now.
        accounts: Everyone there (`roster.people.matching.ACCOUNT_COLUMNS`).
        pairs: ``employee_id`` → ``account`` of whoever is certainly who.
        working: The employee numbers of those who work here by HR's file.
        key: The ledger's secret for pseudonyms.
    """
    done = past.outcomes[past.outcomes["outcome"].isin(WRITTEN)].dropna(subset="employee_id")
    late = among(done["employee_id"], past.since)
    left, done = all_of(done.loc[late, "employee_id"], "written_since"), done[~late]
    active = accounts.loc[accounts["active"], "account"]
    account = done["employee_id"].map(pairs.set_index("employee_id")["account"])
    there = among(account, active)
    came, went = done["action"].isin(["create", "reactivate"]), done["action"].eq("deactivate")
    approves = among(account, _approvers_of_others(accounts, account[came & there]))
    left = _and(left, all_of(done.loc[done["action"].eq("delete"), "employee_id"], "deleted"))
    left = _and(left, all_of(done.loc[came & there & approves, "employee_id"], "approves"))
    left = _and(left, all_of(done.loc[(came & ~there) | (went & there), "employee_id"], "other_there"))
    left = _and(left, all_of(done.loc[went & ~there, "employee_id"], "open_reports"))
    changed = done.loc[done["action"].eq("update"), "employee_id"]
    lost = ~among(changed, pairs.loc[among(pairs["account"], active), "employee_id"])
    idle = ~among(changed, working)
    left = _and(left, all_of(changed[lost], "not_there"), all_of(changed[~lost & idle], "not_wanted"))
    records, more = _values(comparison, past, changed[~lost & ~idle], read, accounts, pairs, key)
    back_out, back_in = (done.loc[some, "employee_id"].reset_index(drop=True) for some in (came & there & ~approves, went & ~there))
    return Undo(records, back_out, back_in, _and(left, more))


def _approvers_of_others(accounts: pd.DataFrame, leaving: pd.Series) -> pd.Series:
    """Those who have to stay: approvers of whoever stays. Who goes out as well needs none, unless they have to stay themselves."""
    others = accounts[accounts["active"] & (accounts["approver"] != accounts["account"])]
    while True:
        needed = others.loc[~among(others["account"], leaving), "approver"].dropna()
        stay = among(leaving, needed)
        if not stay.any():
            return needed
        leaving = leaving[~stay]


def _values(
    comparison: Comparison, past: Past, people: pd.Series, read: Frames, accounts: pd.DataFrame, pairs: pd.DataFrame, key: bytes
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The records of people who were updated, with the values of before; and what of them stays."""
    if past.desired is None:
        return pd.DataFrame(columns=["employee_id"], dtype="str"), all_of(people, "not_stored")
    records = past.desired[among(past.desired["employee_id"], people)].reset_index(drop=True)
    unknown = all_of(people[~among(people, records["employee_id"])], "not_stored")
    wrote = past.changes[past.changes["apply"] & among(past.changes["person"], records["employee_id"])].rename(
        columns={"person": "employee_id"}
    )
    drift = comparison.differences(records, read, pairs, key)[["employee_id", "field", "old"]]
    wrote = wrote.merge(drift[["employee_id", "field"]].assign(drifted=True), on=["employee_id", "field"], how="left")
    why = _stays(comparison, wrote, records, accounts, pairs)
    # What goes along with another field, as the places that a mover leaves do, has no value of its own to go back to.
    stays = wrote.assign(reason=why).loc[~why.isin(["", "beside"]), list(LEFT)]
    back = wrote[why.eq("")]
    # Whatever else of somebody is other than the run wanted it is not this run's: as it is there, it stays.
    records = _put(records, drift, "old")
    beside = comparison.differences(records, read, pairs, key)["employee_id"]  # a place that they are in by now, say
    records = _put(records, back, "old")
    records = records[among(records["employee_id"], back["employee_id"])].reset_index(drop=True)
    wanted = comparison.differences(records, read, pairs, key)
    allowed = wrote[["employee_id", "field"]].drop_duplicates().assign(ours=True)
    found = wanted.merge(allowed, on=["employee_id", "field"], how="left")
    right = found.merge(
        back[["employee_id", "field", "old"]], left_on=["employee_id", "field", "new"], right_on=["employee_id", "field", "old"]
    )
    other = pd.concat(
        [
            found.loc[found["ours"].isna() & found["field"].isin(list(records.columns)), "employee_id"],
            _missing(back, right),
            beside,
        ]
    )
    wrong = among(records["employee_id"], other)
    return records[~wrong].reset_index(drop=True), _and(unknown, stays, all_of(records.loc[wrong, "employee_id"], "cannot_be_written"))


def _stays(comparison: Comparison, wrote: pd.DataFrame, records: pd.DataFrame, accounts: pd.DataFrame, pairs: pd.DataFrame) -> pd.Series:
    """For each value that was written why it stays; empty: it goes back; ``beside``: it is no field of the records."""
    codes = np.select(
        [
            ~wrote["visible"].astype("bool"),
            wrote["drifted"].notna(),
            wrote["old"].isna(),
            wrote["field"].eq(comparison.approver_field) & ~_able(wrote["old"], accounts, pairs),
            ~wrote["field"].isin(list(records.columns)),
        ],
        ["not_seen", "other_there", "had_none", "approver_not_there", "beside"],
        "",
    )
    return pd.Series(codes, index=wrote.index, dtype="str")


def _able(approvers: pd.Series, accounts: pd.DataFrame, pairs: pd.DataFrame) -> pd.Series:
    """Whether all who are named as approvers, one as a text or several as a JSON list, are active there."""
    active = accounts[accounts["active"]]
    named = [active[name] for name in ("account", "email", "number")]
    there = pd.concat([*named, pairs.loc[among(pairs["account"], active["account"]), "employee_id"]]).dropna().str.lower()
    texts = approvers.dropna().str.lower()
    each = texts.map({text: orjson.loads(text) if text.startswith("[") else [text] for text in texts.unique()})
    able = among(each.explode().astype("str"), there).groupby(level=0).all()
    return able.reindex(approvers.index, fill_value=False)


def _missing(back: pd.DataFrame, right: pd.DataFrame) -> pd.Series:
    """Whose value of before would not be a difference to what is there."""
    both = back[["employee_id", "field"]].merge(right[["employee_id", "field"]].assign(there=True), on=["employee_id", "field"], how="left")
    return both.loc[both["there"].isna(), "employee_id"]


def _put(records: pd.DataFrame, values: pd.DataFrame, name: str) -> pd.DataFrame:
    """The records with these values in their fields, of fields that records have."""
    records = records.copy()
    for field, of in values.groupby("field"):
        if field in records.columns:
            new = of.drop_duplicates("employee_id").set_index("employee_id")[name]
            at = among(records["employee_id"], of["employee_id"])
            records[field] = records[field].mask(at, records["employee_id"].map(new)).astype("str")
    return records


def all_of(people: pd.Series, reason: str) -> pd.DataFrame:
    """Nothing of these people, for one reason."""
    return pd.DataFrame({"employee_id": people, "field": np.nan, "reason": reason}).astype("str").reset_index(drop=True)


def _and(*parts: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([_NOTHING, *parts], ignore_index=True).astype("str")


def sentences(left: pd.DataFrame) -> list[str]:
    """What cannot be taken back, a sentence for each reason and field, people by employee number."""
    each = left.assign(field=left["field"].fillna("")).drop_duplicates()
    groups = {pair: sorted(of["employee_id"]) for pair, of in each.groupby(["reason", "field"])}
    order = list(WHY)
    return [
        f"Not taken back{f', {field}' if field else ''}: {WHY[str(reason)]} ({', '.join(people)})"
        for (reason, field), people in sorted(groups.items(), key=lambda pair: (order.index(str(pair[0][0])), pair[0][1]))
    ]
