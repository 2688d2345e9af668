"""The destinations held against each other, by what each shows after the write: who differs in what, and what explains it.

Belongs here: comparing what the ledger keeps of each (`roster.plan.in_common`), and its sentences and table. Does not belong here: reading
it (``resources.past.run_report``), HTML.

People are compared only where the rules of both destinations want them. A destination that was not read back tonight is not compared:
nothing is known of it, which is neither that it is the same nor that nobody is there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations
from typing import Final

import pandas as pd

from roster.plan.in_common import InCommon
from roster.reports.model import HR_FILE, DestinationReport, RunReport
from roster.reports.tables import Table, table

COLUMNS: Final = ("employee_id", "what", "one", "shows", "other", "other_shows", "why")
"""Who, in what they differ, at which two destinations, what each shows, and what explains it; missing where nothing does."""
_OUT: Final = ("held", "skipped", "refused", "unknown")
_WORDS: Final = {"approver": "approver", "email": "e-mail address", "name": "name"}
_FIELDS: Final = {words: name for name, words in _WORDS.items()}
AS_HR: Final = "as in HR's file"
PRESENCE: Final = "is in one only"
BY_RULE: Final = "by the rules of each"


@dataclass(frozen=True, eq=False)
class Parity:
    """What came of the comparison."""

    differences: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=list(COLUMNS)))
    """`COLUMNS`, those that nothing explains first."""
    compared: Sequence[str] = ()
    """The destinations that were."""
    unknown: Sequence[str] = ()
    """A sentence for each that was not."""

    @property
    def comparable(self) -> bool:
        """Whether the run had two destinations to compare, and read at least one back."""
        return bool(self.compared) and len(self.compared) + len(self.unknown) > 1

    @property
    def unexplained(self) -> pd.DataFrame:
        """The differences that nothing explains."""
        return self.differences[self.differences["why"].isna()]

    @property
    def same(self) -> bool:
        """Whether all destinations are known, and nothing unexplained differs."""
        return self.unexplained.empty and not self.unknown

    @property
    def sentence(self) -> str:
        """All of it in short. Names nobody."""
        odd, explained = self.unexplained["employee_id"].nunique(), self.differences["why"].notna().sum()
        parts = list(self.unknown)
        if len(self.compared) > 1:
            where = " and ".join(self.compared)
            what = ", ".join(f"{what} {count:,}" for what, count in self.unexplained["what"].value_counts().items())
            parts.append(f"{where} differ for {_people(odd)} ({what})." if odd else f"{where} show the same of everyone whom both want.")
            parts += [f"Explained: {explained:,} {'difference' if explained == 1 else 'differences'}."] if explained else []
        return " ".join(parts)

    def table(self, report: RunReport) -> Table:
        """The differences, person by person, with what stands there as far as the report has it."""
        columns = [
            ("employee_id", "Employee", "id"),
            ("name", "Name", "text"),
            ("what", "Differs", "text"),
            ("one", "At", "text"),
            ("shows", "Shows", "text"),
        ]
        columns += [("other", "At", "text"), ("other_shows", "Shows", "text"), ("why", "Explained by", "text")]
        rows = self.differences
        named = rows.assign(
            name=report.named(rows["employee_id"]),
            shows=_values(report, rows, "one", "shows"),
            other_shows=_values(report, rows, "other", "other_shows"),
        )
        return table(named, columns)


def parity(report: RunReport) -> Parity:
    """Compares a run's destinations, each two of them."""
    read = [one for one in report.destinations if one.in_common is not None]
    rows = [_pair(one, other) for one, other in combinations(read, 2)]
    found = pd.concat([pd.DataFrame(columns=list(COLUMNS), dtype="str"), *rows], ignore_index=True)
    found = found.sort_values("why", na_position="first", kind="stable", ignore_index=True)
    unread = [f"Nothing is known of {one.name} tonight: {_unread(one)}." for one in report.destinations if one.in_common is None]
    unread += [f"Nothing is known of {name} tonight: it could not be read." for name in report.unread]
    return Parity(found, [one.name for one in read], unread)


def _unread(one: DestinationReport) -> str:
    if one.stage == "landed":
        return "this run compared nobody there"
    return "it was not read back after the write" if one.stage == "sent" else "nothing was written there and it was not read back"


def _pair(one: DestinationReport, other: DestinationReport) -> pd.DataFrame:
    """`COLUMNS` of two destinations."""
    sides = [_common(one), _common(other)]
    nobodys = {*sides[0].not_wanted, *sides[1].not_wanted}
    absent = [set(side.not_there) - nobodys for side in sides]
    rows = [
        {"employee_id": number, "what": PRESENCE, "shows": _there(number, absent[0]), "other_shows": _there(number, absent[1])}
        for number in sorted(absent[0] ^ absent[1])
    ]
    departs = [_by_person(side) for side in sides]
    for number, what in sorted({*departs[0], *departs[1]}):
        if number in nobodys | absent[0] | absent[1] or not all(what in side.fields for side in sides):
            continue
        shown = [each.get((number, what)) for each in departs]
        if shown[0] != shown[1] and (what == "approver" or all(value is None or value[1] for value in shown)):
            words = [AS_HR if value is None else value[0] for value in shown]
            rows.append({"employee_id": number, "what": _WORDS[what], "shows": words[0], "other_shows": words[1]})
    found = pd.DataFrame(rows, columns=list(COLUMNS)).assign(one=one.name, other=other.name)
    return found.assign(why=_why(found, one, other)).astype("str")


def _values(report: RunReport, rows: pd.DataFrame, place: str, shows: str) -> list[str]:
    """What stands at a place: the value where it is known, and whether it is HR's."""
    found = []
    for number, what, where, text in zip(rows["employee_id"], rows["what"], rows[place], rows[shows], strict=True):
        field_name = _FIELDS.get(what, "")
        value = report.shown.get((HR_FILE if text == AS_HR else where, number, field_name))
        person = str(value if text == AS_HR else text)
        if field_name == "approver" and person in report.names:
            value = f"{person} {report.names[person]}"
        found.append(text if value is None else f"{value} ({text})" if text == AS_HR else value)
    return found


def _common(one: DestinationReport) -> InCommon:
    assert one.in_common is not None, "only these are compared"  # noqa: S101
    return one.in_common


def _there(number: str, absent: set[str]) -> str:
    return "is not there" if number in absent else "is there"


def _by_person(side: InCommon) -> dict[tuple[str, str], tuple[str, str]]:
    """Who and field → what is said of it, and what it is compared by; empty where nothing is shown."""
    rows = side.departs.fillna("")
    found = {}
    for number, what, approver, value in zip(rows["employee_id"], rows["field"], rows["approver_id"], rows["value"], strict=True):
        text = "another one" if what != "approver" else approver or ("somebody whom HR does not know" if value else "nobody to be seen")
        found[number, what] = (text, approver or value)
    return found


def _why(found: pd.DataFrame, one: DestinationReport, other: DestinationReport) -> pd.Series:
    """What explains each difference: an outcome of tonight, a value that was left out, or that each shows what its own rules want."""
    why = pd.Series(pd.NA, found.index, dtype="str")
    if found.empty:
        return why
    off = {*_common(one).not_as_wanted, *_common(other).not_as_wanted}
    why = why.mask(found["what"].ne(PRESENCE) & ~found["employee_id"].isin(off), BY_RULE)
    for side in (one, other):
        left_out = found["employee_id"].isin(side.values["employee_id"]) & found["what"].ne(PRESENCE)
        why = why.mask(left_out, f"a value was left out at {side.name}")
    for side in (one, other):
        outs = side.people[side.people["outcome"].isin(_OUT)].drop_duplicates("employee_id").set_index("employee_id")["outcome"]
        outcome = found["employee_id"].map(outs)
        why = why.mask(outcome.notna(), outcome.astype("str") + f" at {side.name}")
    return why


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"
