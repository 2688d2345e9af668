"""What is new, solved, and still open since the last night that knew it.

Belongs here: holding who is left out tonight against who was. Does not belong here: finding that night (``resources.past.last_night``),
layout.

What tonight does not know is not solved: a destination that could not be read, or a file that the gate stopped, leaves its people as they
were, *not known*.
"""

from dataclasses import dataclass
from typing import Final

import pandas as pd

from roster.plan.decision import RELEASABLE
from roster.reading.lines import line_texts
from roster.reports.model import BEFORE, HR_FILE, SKIPS, RunReport
from roster.reports.skipped import managers_not_found
from roster.reports.tables import Table, employee_numbers, table

NOT_FOLLOWED: Final = ""
"""The state of a row without an employee number whose like was there last night: whether it is the same one, nobody can say."""
_KEY: Final = ["where", "number", "code", "field"]
_COLUMNS: Final = [
    ("who", "Employee", "id"),
    ("where", "Where", "text"),
    ("what", "What is wrong", "text"),
    ("owner", "Owner", "owner"),
    ("first_seen", "Since", "nowrap"),
    ("times_seen", "Nights", "num"),
]


@dataclass(frozen=True, eq=False)
class Since:
    """Tonight beside the last night."""

    rows: pd.DataFrame
    """`roster.reports.skipped.left_out` of tonight, and `BEFORE` of who is not among them tonight, with ``state``: ``new``,
    ``open``, ``solved``, ``not known`` or `NOT_FOLLOWED`; and ``name``, where the report has it."""
    unknown: list[str]
    """The places of which tonight says nothing."""
    compared: bool
    """Whether there was an earlier night."""

    def of(self, state: str) -> pd.DataFrame:
        """The faults in a state: what somebody has to do something about."""
        return self.rows[self.rows["state"].eq(state) & self.rows["owner"].ne("nobody")]

    @property
    def sentence(self) -> str:
        """All of it in short. Names nobody."""
        new, solved, still, unclear = (len(self.of(state)) for state in ("new", "solved", "open", "not known"))
        counted = f"{new:,} new, {solved:,} solved, {still:,} still open."
        if not self.unknown:
            return counted
        places = " and ".join(filter(None, [", ".join(self.unknown[:-1]), self.unknown[-1]]))
        before = f": {unclear:,} that {'was' if unclear == 1 else 'were'} open before may be so still" if unclear else ""
        return f"{counted if new or solved or still else ''} Nothing is known tonight of {places}{before}.".strip()

    @property
    def explained(self) -> Table:
        """Who is simply not there and is so for the first time: told once."""
        rows = self.rows[self.rows["state"].eq("new") & self.rows["owner"].eq("nobody")]
        found = [[why, people.nunique(), employee_numbers(people)] for why, people in _who(rows).groupby(rows["reason"], sort=False)]
        return Table([("Why they are not there", "text"), ("People", "num"), ("Who", "ids")], found, len(found))

    @property
    def as_before(self) -> str:
        """Who is not there as on the nights before, in a line; empty where nobody is."""
        rows = self.rows[self.rows["state"].eq("open") & self.rows["owner"].eq("nobody")]
        counts = _who(rows).groupby(rows["reason"]).nunique().sort_values(ascending=False, kind="stable")
        return "; ".join(f"{reason}: {count:,}" for reason, count in counts.items())

    def table(self, state: str) -> Table:
        """The faults in a state, those that last longest first."""
        found = self.of(state).sort_values(["first_seen", "times_seen"], ascending=[True, False], kind="stable")
        named = [] if self.rows["name"].isna().all() else [("name", "Name", "text")]
        return table(found.assign(who=_who(found), what=found["reason"]), [_COLUMNS[0], *named, *_COLUMNS[1:]])


def since(report: RunReport, everyone: pd.DataFrame) -> Since:
    """Holds tonight against the nights before.

    Args:
        report: The run, with what was `before`.
        everyone: Who is left out (`roster.reports.skipped.left_out`). Whose manager in HR's file leads nowhere comes to them.
    """
    compared = bool(report.known_before)
    if len(managers := managers_not_found(report)):
        everyone = pd.concat([everyone, managers], ignore_index=True)
    before = report.before.reindex(columns=list(BEFORE)).assign(state="solved")
    known = known_places(report)
    now, past = keys(everyone), keys(before)
    kinds = alike(everyone)
    same = now.isin(set(past)) & everyone["number"].notna()
    unsure = everyone["number"].isna() & kinds.isin(set(alike(before[before["number"].isna()])))
    state = pd.Series("new", everyone.index, dtype="str").mask(same, "open").mask(unsure, NOT_FOLLOWED)
    state = state.where(everyone["where"].isin(list(report.known_before)), NOT_FOLLOWED)
    # Whether a row without a number was mended, or has moved to another line, cannot be told either.
    left = before[~past.isin(set(now)) & (before["number"].notna() | ~alike(before).isin(set(kinds)))]
    left = left.assign(state=left["state"].where(left["where"].isin(known), "not known"))
    left = left[~(left["state"].eq("not known") & left["code"].isin(RELEASABLE) & ~_lasts(left, report.skips))]
    rows = pd.concat([everyone.assign(state=state), left], ignore_index=True)
    rows["name"] = report.named(rows["number"])
    return Since(rows, sorted(set(report.known_before) - known), compared)


def known_places(report: RunReport) -> set[str]:
    """The places of which a run knows everyone: destinations that were read after the write, and a file that the gate let pass."""
    found = {one.name for one in report.destinations if one.stage == "landed" and not one.failure}
    passed = report.intake is not None and all(check.passed for check in report.gate)
    return found | ({HR_FILE} if passed else set())


def keys(rows: pd.DataFrame) -> pd.Series:
    """By what a fault is the same one."""
    return pd.Series(list(map(tuple, rows[_KEY].astype("str").fillna("").to_numpy())), rows.index, dtype="object")


def alike(rows: pd.DataFrame) -> pd.Series:
    """By what rows without a number are alike."""
    return pd.Series(list(map(tuple, rows[["where", "code", "field"]].astype("str").fillna("").to_numpy())), rows.index, dtype="object")


def _lasts(rows: pd.DataFrame, skips: pd.DataFrame) -> pd.Series:
    """Whether they stay out still, as far as any run since has told: who was released waits no more."""
    past = skips.reindex(columns=list(SKIPS))
    lasting = pd.MultiIndex.from_arrays([past["destination"].astype("str").str.casefold(), past["employee_id"], past["reason"]])
    there = pd.MultiIndex.from_arrays([rows["where"].astype("str").str.casefold(), rows["number"], rows["code"]])
    return pd.Series(there.isin(lasting), rows.index)


def _who(rows: pd.DataFrame) -> pd.Series:
    # A number that nobody has but a rejected row may be anything.
    return rows["employee_id"].astype("str").fillna("line " + line_texts(rows["line"]))
