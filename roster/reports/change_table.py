"""The page's tables of what changed, and of who has left and still has access: rows ready to be written out.

Belongs here: which changes a page shows, and in which order. Does not belong here: putting them into words (``in_words``), who has access
(``access``), HTML.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from roster.plan.wording import Wording
from roster.reports.access import CAUSES, still_there
from roster.reports.in_words import ENDS, STATES, WHOLE, changes, of
from roster.reports.model import PEOPLE, DestinationReport, RunReport
from roster.reports.reasons import reason
from roster.reports.tables import MOST_CHANGES, MOST_ROWS, Table
from roster.reports.words import kinds

_DO: Final = {
    "held": "Release it, or have HR mend the row if they have not left.",
    "unknown": reason("unanswered").what_to_do,
    "missing": reason("not_seen_yet").what_to_do,
    "not sent": reason("not_sent").what_to_do,
    "refused": reason("refused").what_to_do,
    "still in": "Close these by hand if they do not go by themselves.",
}
"""What to do where the reason code says nothing that fits."""


@dataclass(frozen=True)
class Changes:
    """Some changes at a destination, and how many more there are."""

    rows: list[dict[str, Any]]
    total: int

    @property
    def more(self) -> int:
        """Changes that are not shown."""
        return self.total - len(self.rows)


def split(report: RunReport, one: DestinationReport) -> tuple[Changes, Changes]:
    """What waits at a destination, and all else, old → new; with names where the report has them."""
    if one.changes.empty and not one.people.reindex(columns=["kinds"])["kinds"].isin(list(WHOLE)).any():
        return Changes([], 0), Changes([], 0)  # of most destinations on most nights
    found = changes(report, one)
    waits = found["state"].eq(STATES["held"])
    return _of(report, found[waits]), _of(report, found[~waits])


def table(report: RunReport, one: DestinationReport, *, waits: bool = True) -> Table:
    """The same as one plain table, for pages that are no report, with what waits or without; with names where the report has them."""
    found = changes(report, one)
    found = found[waits | found["state"].ne(STATES["held"])]
    first = found.head(MOST_CHANGES)
    columns = {
        "employee_id": ("Employee", "id"),
        **({"name": ("Name", "text")} if report.names else {}),
        "kind": ("Kind", "text"),
        "label": ("What", "text"),
    }
    columns |= {"old": ("Old", "value"), "new": ("New", "value"), "state": ("State", "state")}
    cells = first.assign(kind=first["kind"].map(kinds), name=report.named(first["employee_id"]))[list(columns)].astype("object")
    return Table(list(columns.values()), cells.where(cells.notna(), None).to_numpy().tolist(), len(found))


def by_person(title: str, wording: Wording, people: pd.DataFrame, planned: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """The same of a plan and some of its people, for pages that are about people: person → their rows.

    Args:
        title: The destination, as people write it.
        wording: Its words, as they are kept with the plan.
        people: ``person``, ``action``, ``kinds``.
        planned: `roster.plan.decision.CHANGE_COLUMNS`, of these people.
    """
    shown = people.assign(employee_id=people["person"]).reindex(columns=list(PEOPLE)).astype("str")
    planned = planned.astype(dict.fromkeys(("person", "field", "kind", "old", "new"), "str"))
    words = {name: getattr(wording, name) for name in ("labels", "id_names", "hundredths", "only_added", "leaving")}
    found: dict[str, list[dict[str, Any]]] = {}
    for row in _rows(of(DestinationReport(name=title, stage="planned", people=shown, changes=planned, **words))):
        found.setdefault(row["employee_id"], []).append(row)
    return found


def _of(report: RunReport, found: pd.DataFrame) -> Changes:
    first = found.head(MOST_CHANGES)
    return Changes(_rows(first.assign(name=report.named(first["employee_id"]))), len(found))


def _rows(shown: pd.DataFrame) -> list[dict[str, Any]]:
    shown = shown.assign(whole=shown["label"].where(shown["field"].isna() | shown["kind"].isin(ENDS)), kind=shown["kind"].map(kinds))
    cells = shown.astype("object")
    rows = cells.where(cells.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def states(parts: Sequence[Changes]) -> list[str]:
    """The states that a page shows, in their order."""
    there = {row["state"] for part in parts for row in part.rows}
    return [state for state in dict.fromkeys(STATES.values()) if state in there]


def access(report: RunReport, left_out: pd.DataFrame) -> Table:
    """Who has left and still has access: where, why, and what to do; with names where the report has them."""
    found = still_there(report, left_out)
    found = found.assign(name=report.named(found["employee_id"]))
    do = found["code"].map({code: reason(code).what_to_do for code in found["code"].unique()})
    why = (found["cause"].map(CAUSES) + (": " + found["detail"].astype("str")).fillna("")).astype("str")
    shown = found.assign(why=why.str[:1].str.upper() + why.str[1:], do=found["cause"].map(_DO).fillna(do))
    columns = [("person", "Employee", "id"), *([("name", "Name", "text")] if report.names else []), ("where", "Where", "text")]
    columns += [("why", "Why", "text"), ("do", "What to do", "text")]
    cells = shown[[name for name, *_ in columns]].head(MOST_ROWS).astype("object")
    rows = cells.where(cells.notna(), None).to_numpy().tolist()
    return Table([(heading, look) for _, heading, look in columns], rows, len(shown))
