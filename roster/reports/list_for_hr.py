"""The list for HR: everyone and every value that was left out, beside the name, HR's own word, and whether it is new.

Belongs here: its rows and columns. Does not belong here: who is left out, and the CSV (``skipped``), the workbook (``workbook``), where
it is put (``resources.past.report_files``). It names people, so it is its owner's alone.
"""

from dataclasses import dataclass, field
from functools import partial
from typing import Final

import pandas as pd

from roster.reading.lines import EACH, line_texts
from roster.reports.model import HR_FILE, RunReport
from roster.reports.since import NOT_FOLLOWED, Since

COLUMNS: Final = (
    "employee_id",
    "name",
    "line",
    "where",
    "field",
    "word",
    "reason",
    "what_to_do",
    "candidates",
    "owner",
    "state",
    "first_seen",
    "times_seen",
)
"""Of each row of the list: who, at which line of HR's file, what HR's cell has, what is wrong, what would be right, and since when."""
STATES: Final = {"new": "new", "open": "still open", "solved": "solved", "not known": "not known tonight", NOT_FOLLOWED: ""}


@dataclass(frozen=True)
class Beside:
    """What is known of a run's file that the ledger does not keep."""

    names: pd.Series
    """Line → the name in a rejected row."""
    words: pd.DataFrame
    """``line``, ``field``, ``word``: what HR's cells have where a value could not be used."""
    lines: pd.Series = field(default_factory=partial(pd.Series, dtype="Int64"))
    """Employee number → the line of the row that is used."""


NOTHING_BESIDE: Final = Beside(pd.Series(dtype="str"), pd.DataFrame(columns=["line", "field", "word"]))


def rows(report: RunReport, changed: Since, beside: Beside = NOTHING_BESIDE) -> pd.DataFrame:
    """The list.

    Args:
        report: The run, with `names`.
        changed: Who is left out, held against the nights before.
        beside: What the rejected rows and cells say.

    Returns:
        `COLUMNS`: tonight's, with what was solved since last night, once, and what tonight says nothing of. ``word`` is empty where it is
        not known.
    """
    found = changed.rows.reindex(columns=[*COLUMNS, "number"])
    # Only tonight's lines are lines of tonight's file.
    tonight = ~found["state"].isin(["solved", "not known"])
    line = found["line"].astype("Int64").fillna(found["number"].map(beside.lines).astype("Int64")).where(tonight)
    cells = beside.words.drop_duplicates(["line", "field"])
    in_file = line.where(found["where"].eq(HR_FILE)).fillna(-1).astype("int64")
    at = pd.MultiIndex.from_frame(pd.DataFrame({"line": in_file, "field": found["field"].fillna("")}))
    word = pd.Series(cells["word"].to_numpy(), pd.MultiIndex.from_frame(cells[["line", "field"]]), dtype="str")
    found["word"] = found["word"].astype("str").fillna(pd.Series(word.reindex(at).to_numpy(), found.index, dtype="str"))
    by_line = line.map(beside.names).astype("str")
    managers = found["number"].map({number: value for (_, number, what), value in report.shown.items() if what == "approver"})
    found["word"] = found["word"].fillna(managers.astype("str").where(found["field"].eq("manager") & found["where"].eq(HR_FILE)))
    found["name"] = report.named(found["number"]).fillna(by_line)
    # A number that nobody else has stands here as HR's row has it: by what else would they find the row in their system?
    found["employee_id"] = found["employee_id"].astype("str").fillna(found["number"].astype("str"))
    _called(found, report)
    found["line"], found["times_seen"] = line, pd.to_numeric(found["times_seen"]).astype("Int64")
    if line.ge(EACH).any():
        found["line"] = line_texts(line)
    first = not changed.compared and report.job == f"{report.company}_sync"
    found["state"] = STATES["new"] if first else found["state"].map(STATES).astype("str")
    return found[list(COLUMNS)]


def _called(found: pd.DataFrame, report: RunReport) -> None:
    """Fields of a destination as people call them, and where columns of HR's file give them as HR calls these, in place."""
    for one in report.destinations:
        there = found["where"].eq(one.name)
        for name in set(found.loc[there, "field"].dropna()) & {*one.labels, *one.headings}:
            mine, label = there & found["field"].eq(name), one.labels.get(name, name)
            found.loc[mine, "reason"] = found.loc[mine, "reason"].str.replace(f"{name}: ", f"{label}: ", n=1, regex=False)
            found.loc[mine, "field"] = one.headings.get(name, label)
