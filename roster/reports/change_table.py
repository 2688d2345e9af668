"""The page's tables of what changed, and of who has left and still has access: rows ready to be written out.

Belongs here: which changes a page shows, and in which order. Does not belong here: putting them into words (``in_words``), who has access
(``access``), HTML.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from roster.reports.access import CAUSES, still_there
from roster.reports.in_words import ENDS, STATES, changes
from roster.reports.model import DestinationReport, RunReport
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
    """What waits at a destination, and all else, old → new."""
    found = changes(report, one)
    waits = found["state"].eq(STATES["held"])
    return _of(found[waits]), _of(found[~waits])


def table(report: RunReport, one: DestinationReport) -> Table:
    """The same as one plain table, for pages that are no report."""
    found = changes(report, one)
    columns = {"employee_id": ("Employee", "id"), "kind": ("Kind", "text"), "label": ("What", "text")}
    columns |= {"old": ("Old", "value"), "new": ("New", "value"), "state": ("State", "state")}
    cells = found.assign(kind=found["kind"].map(kinds))[list(columns)].head(MOST_CHANGES).astype("object")
    return Table(list(columns.values()), cells.where(cells.notna(), None).to_numpy().tolist(), len(found))


def _of(found: pd.DataFrame) -> Changes:
    shown = found.head(MOST_CHANGES)
    shown = shown.assign(whole=shown["label"].where(shown["field"].isna() | shown["kind"].isin(ENDS)), kind=shown["kind"].map(kinds))
    cells = shown.astype("object")
    rows = cells.where(cells.notna(), None).to_dict("records")
    return Changes([{str(name): value for name, value in row.items()} for row in rows], len(found))


def states(parts: Sequence[Changes]) -> list[str]:
    """The states that a page shows, in their order."""
    there = {row["state"] for part in parts for row in part.rows}
    return [state for state in dict.fromkeys(STATES.values()) if state in there]


def access(report: RunReport, left_out: pd.DataFrame) -> Table:
    """Who has left and still has access: where, why, and what to do."""
    found = still_there(report, left_out)
    do = found["code"].map({code: reason(code).what_to_do for code in found["code"].unique()})
    why = (found["cause"].map(CAUSES) + (": " + found["detail"].astype("str")).fillna("")).astype("str")
    shown = found.assign(why=why.str[:1].str.upper() + why.str[1:], do=found["cause"].map(_DO).fillna(do))
    columns = [("person", "Employee", "id"), ("where", "Where", "text"), ("why", "Why", "text"), ("do", "What to do", "text")]
    cells = shown[[name for name, *_ in columns]].head(MOST_ROWS).astype("object")
    rows = cells.where(cells.notna(), None).to_numpy().tolist()
    return Table([(heading, look) for _, heading, look in columns], rows, len(shown))
