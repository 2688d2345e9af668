"""The page's tables and sums as plain values, cut to what a browser and a reader can take.

Belongs here: which rows and columns a table shows. Does not belong here: HTML.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from roster.plan.outcomes import PLACES
from roster.plan.own_account import Beside
from roster.reading.lines import line_texts
from roster.reports import in_words, words
from roster.reports.model import DRIFT, PEOPLE, ROWS, DestinationReport, RunReport
from roster.reports.model import REPAIRS as REPAIR_COLUMNS
from roster.reports.reasons import FIRST, NOT_EXPECTED, REPAIR_REASONS, reason
from roster.vocabulary import ACTIONS, DISPOSITIONS, OUTCOMES

BY_WORDS: Final = {"status": "by status", "dates": "by dates", "both": "by status and dates"}
"""`roster.intake.standing.BY` in words."""
STANDING_WORDS: Final = {"active": "active", "leave": "on leave", "left": "left", "pending": "pending"}
"""``vocabulary.Employment`` in words."""
MOST_ROWS: Final = 500
MOST_CHANGES: Final = 200
MOST_NUMBERS: Final = 12

Column = tuple[str, str]
"""Heading and how its cells look: text, num, id, owner, old, new."""


@dataclass(frozen=True)
class Table:
    """Rows ready to be written out, and how many more there are."""

    columns: list[Column]
    rows: list[list[Any]]
    total: int

    @property
    def more(self) -> int:
        """Rows that are not shown."""
        return self.total - len(self.rows)


@dataclass(frozen=True)
class Sum:
    """A count that must equal the sum of its parts."""

    label: str
    total: int
    parts: list[tuple[str, int]]

    @property
    def adds_up(self) -> bool:
        """Whether it does."""
        return self.total == sum(count for _, count in self.parts)


def table(frame: pd.DataFrame, columns: Sequence[tuple[str, str, str]], most: int = MOST_ROWS) -> Table:
    """The first `most` rows of `frame`; `columns` are name, heading and look."""
    shown = frame.head(most)
    cells = shown[[name for name, _, _ in columns]].astype("object")
    rows = cells.where(cells.notna(), None).to_numpy().tolist()
    return Table([(heading, look) for _, heading, look in columns], rows, len(frame))


def sums(report: RunReport) -> list[Sum]:
    """The accounting: HR's rows by disposition, and for each destination the people planned by outcome."""
    found = []
    if report.dispositions:
        parts = _ordered(report.dispositions, DISPOSITIONS, words.DISPOSITIONS)
        rows = report.intake.rows if report.intake and report.intake.rows is not None else sum(report.dispositions.values())
        found.append(Sum("Rows in HR's file", rows, parts))
    found += [Sum(f"People in scope, {by}", counted, parts) for by, counted, parts in standing_rows(report.standing)]
    for one in report.destinations:
        planned = sum(one.actions.values())
        if one.outcomes:
            found.append(Sum(f"{one.name}: people planned, by outcome", planned, _ordered(one.outcomes, OUTCOMES, words.OUTCOMES)))
        elif planned:
            found.append(Sum(f"{one.name}: people, by planned action", planned, _ordered(one.actions, ACTIONS, words.ACTIONS)))
    return found


def standing_rows(standing: Mapping[str, Mapping[str, int]]) -> list[tuple[str, int, list[tuple[str, int]]]]:
    """By what people are counted, in words, how many there are, and how many of them are active, on leave, left and pending."""
    counted = [(label, standing[by]) for by, label in BY_WORDS.items() if by in standing]
    return [
        (label, sum(counts.values()), [(STANDING_WORDS[name], counts[name]) for name in STANDING_WORDS if counts.get(name)])
        for label, counts in counted
    ]


def _ordered(counts: dict[str, int], order: Sequence[str], labels: Mapping[str, str]) -> list[tuple[str, int]]:
    return [
        (labels.get(name, name.replace("_", " ")), counts[name])
        for name in (*order, *sorted(counts.keys() - set(order)))
        if counts.get(name)
    ]


def outcome_rows(report: RunReport) -> list[tuple[Any, ...]]:
    """Outcome and, for each destination in turn, how many people: also for a page in the terminal."""
    reached = [one for one in report.destinations if one.outcomes]
    return [(name, *(one.outcomes.get(name, 0) for one in reached)) for name in OUTCOMES if any(one.outcomes.get(name) for one in reached)]


def planned_rows(report: RunReport) -> list[tuple[Any, ...]]:
    """Action and, for each destination that nothing was sent to, how many people."""
    waiting = [one for one in report.destinations if one.stage == "planned"]
    return [(name, *(one.actions.get(name, 0) for one in waiting)) for name in ACTIONS if any(one.actions.get(name) for one in waiting)]


def causes(left_out: pd.DataFrame) -> Table:
    """Why people were left out: one row a reason, the ones that somebody must act on first."""
    groups = [(str(code), group) for code, group in left_out.groupby("code", sort=False)]
    groups.sort(key=lambda one: (one[0] not in FIRST, reason(one[0]).owner == "nobody", one[0] in NOT_EXPECTED, -len(one[1])))
    rows = [_cause(code, group) for code, group in groups]
    columns = [("Reason", "text"), ("People", "num"), ("Where", "text"), ("What to do", "text"), ("Owner", "owner")]
    columns += [("Since", "nowrap"), ("Who", "ids")]
    return Table(columns, rows, len(rows))


def _cause(code: str, group: pd.DataFrame) -> list[Any]:
    known = reason(code)
    people = int(group["employee_id"].nunique() + group["employee_id"].isna().sum())
    places = group["where"].value_counts(sort=False)
    where = ", ".join(str(place) if places.nunique() == 1 else f"{place} {count:,}" for place, count in places.items())
    return [known.words, people, where, known.what_to_do, known.owner, group["first_seen"].min(), employee_numbers(_person_or_line(group))]


def _person_or_line(group: pd.DataFrame) -> "pd.Series[str]":
    return group["employee_id"].fillna("line " + line_texts(group["line"]))


def employee_numbers(people: "pd.Series[str]") -> str:
    """The first few employee numbers, and how many more."""
    distinct = people.dropna().unique().tolist()
    more = f" and {len(distinct) - MOST_NUMBERS:,} more" if len(distinct) > MOST_NUMBERS else ""
    return ", ".join(distinct[:MOST_NUMBERS]) + more


def left_out_people(left_out: pd.DataFrame) -> Table:
    """Person by person, as in the CSV; with names where `with_names` has given them."""
    named = [("name", "Name", "text")] if "name" in left_out else []
    columns = [
        ("employee_id", "Employee", "id"),
        *named,
        ("where", "Where", "text"),
        ("reason", "Reason", "text"),
        ("owner", "Owner", "owner"),
    ]
    columns += [("first_seen", "Since", "nowrap"), ("times_seen", "Times", "num")]
    return table(left_out.assign(employee_id=_person_or_line), columns)


def with_names(left_out: pd.DataFrame, report: RunReport) -> pd.DataFrame:
    """Who was left out, each with a name where it is known; for a page that is its owner's alone, or behind a sign-on."""
    return left_out.assign(name=report.named(left_out["number"]))


def faults(frame: pd.DataFrame) -> Table:
    """Rejected rows, or dropped values, by line."""
    rows = frame.reindex(columns=list(ROWS)).sort_values("line", kind="stable")
    rows = rows.assign(source=rows["source"].astype("str").fillna(rows["column"].astype("str")))
    rows["message"] = rows["message"].astype("str").fillna(rows["code"].map(lambda code: reason(code).words).astype("str"))
    columns = [
        ("line", "Line", "num"),
        ("employee_id", "Employee", "id"),
        ("source", "Field", "text"),
        ("message", "What is wrong", "text"),
    ]
    return table(rows.assign(line=line_texts(rows["line"])), columns)


def repairs(frame: pd.DataFrame) -> Table:
    """Approver repairs by kind."""
    groups = frame.reindex(columns=list(REPAIR_COLUMNS)).groupby("repair", sort=False)["employee_id"]
    rows: list[list[Any]] = [
        [REPAIR_REASONS.get(str(kind), str(kind)), len(people), employee_numbers(people.astype("str"))] for kind, people in groups
    ]
    rows.sort(key=lambda row: -row[1])
    return Table([("Repair", "text"), ("People", "num"), ("Who", "ids")], rows, len(rows))


def approvers_checked(report: RunReport) -> str:
    """Whether anybody active is left without an active approver, as far as reading back showed; empty where it was not looked at."""
    seen = [one for one in report.destinations if one.without_approver is not None]
    left = [
        f"Active at {one.name} without an active approver: {employee_numbers(pd.Series(one.without_approver, dtype='str'))}."
        for one in seen
        if one.without_approver
    ]
    fine = [one.name for one in seen if not one.without_approver]
    return " ".join([*left, *([f"Nobody active is without an active approver at {' or '.join(fine)}."] if fine else [])])


def own_account(lines: Sequence[Beside]) -> Table:
    """What a destination says that it would do and did, with people by number."""
    rows = [
        [line.part, line.name or None, line.dry_run or None, line.write or None, employee_numbers(pd.Series(line.numbers, dtype="str"))]
        for line in lines
    ]
    columns = [("By its own account", "text"), ("Which", "text"), ("Dry run", "text"), ("Write", "text"), ("Who", "ids")]
    return Table(columns, rows[:MOST_ROWS], len(rows))


def not_landed(destination: DestinationReport) -> Table:
    """People whom the destination accepted and does not show."""
    people = destination.people.reindex(columns=list(PEOPLE))
    people = people.assign(action=people["action"].map(words.ACTIONS), kinds=people["kinds"].map(words.kinds, na_action="ignore"))
    columns = [("person", "Employee", "id"), ("action", "Planned", "text"), ("kinds", "Kinds", "text")]
    return table(people[people["landed"].eq("missing")], columns)


def changes(destination: DestinationReport) -> Table:
    """What changed, old → new, in people's words; what waits and what did not land first."""
    found = in_words.of(destination)
    found = found.assign(kind=found["kind"].map(words.kinds))
    columns = [("employee_id", "Employee", "id"), ("label", "What", "text"), ("kind", "Kind", "text"), ("old", "Old", "old")]
    return table(found, [*columns, ("new", "New", "new"), ("state", "", "state")], MOST_CHANGES)


def drift(destination: DestinationReport) -> Table:
    """Fields that somebody changed there since Rollcall wrote them."""
    frame = destination.drift.reindex(columns=list(DRIFT))
    frame = frame.assign(field=frame["field"].map(destination.labels).astype("str").fillna(frame["field"].astype("str")))
    groups = frame.groupby("field", sort=False)["person"]
    rows = [[field, people.nunique(), employee_numbers(people.astype("str"))] for field, people in groups]
    return Table([("Field", "field"), ("People", "num"), ("Who", "ids")], rows, len(rows))


def places(people: pd.DataFrame, names: Mapping[str, str]) -> Table:
    """Who is where: a row for each place, by name where it has one, and what is known of it."""
    frame = people.reindex(columns=list(PLACES))
    where = frame["where"].astype("str")
    named = where.map(names).astype("str")
    frame = frame.assign(where=(named + " (" + where + ")").fillna(where))
    groups = frame.groupby(["where", "why"])["employee_id"]
    rows = [[where, why, ids.nunique(), employee_numbers(ids.astype("str"))] for (where, why), ids in groups]
    return Table([("Where", "field"), ("", "text"), ("People", "num"), ("Who", "ids")], rows, len(rows))
