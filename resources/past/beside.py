"""What a run stored that its owner-only pages and files show beside what the ledger knows: names, HR's words, what comes.

Belongs here: reading that from stored values. Does not belong here: what is made of it (``roster.reports``). None of it goes into an event,
metadata or an error: whoever calls this writes an owner-only file, or a page behind a sign-on.

What is not stored any more is not known: the reports then go without it.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

import pandas as pd

from resources.stored.runs import StoredRuns
from roster.plan import in_common
from roster.reports.list_for_hr import NOTHING_BESIDE, Beside
from roster.reports.look_ahead import look_ahead
from roster.reports.model import HR_FILE, RunReport
from roster.reports.parity import parity
from roster.reports.skipped import managers_not_found

EARLIER: Final = 3
"""Nights before this one in which the name of somebody is looked for who is in the file no more."""
SEPARATOR: Final = "separator"
"""Under which name the intake stores what separates the fields of the list for HR."""
NAMES: Final = "names"
"""Under which name it stores those in rejected rows: ``line``, ``employee_id``, ``name``."""


@dataclass(frozen=True)
class Stored:
    """What a run's file holds beside the ledger."""

    beside: Beside
    separator: str


def stored(report: RunReport) -> Stored:
    """What the rejected rows and cells of a run's file say; nothing where it is not stored any more."""
    rejects = _Rejects.of(report)
    if rejects is None or rejects.run_id not in report.attempts:  # lines of another night's file are none of this one's
        return Stored(NOTHING_BESIDE, report.separator or (rejects.separator() if rejects else ","))
    return Stored(rejects.beside(), rejects.separator())


def with_names(report: RunReport, everyone: pd.DataFrame | None = None) -> RunReport:
    """The report with the names of people, and with who joins, leaves and changes approver in the next days.

    For what is its owner's alone: see this module.

    Args:
        report: The run.
        everyone: Who is left out (`roster.reports.skipped.left_out`), of whom names are looked for in earlier files too.

    Raises:
        Failed: An object store does not answer.
    """
    runs, rejects = StoredRuns(report.company), _Rejects.of(report)
    names = rejects.numbered() if rejects else {}
    coming = None
    mine = next(_takers(runs, report, "hr/roster"), None)
    roster = runs.entry(mine, "hr/roster", "value") if mine else None
    if roster is not None:
        names |= _names(roster)
        coming = look_ahead(roster, report.as_of or report.started.date())
    sought = [] if everyone is None else [*everyone["number"].dropna(), *report.before.get("number", pd.Series(dtype="str")).dropna()]
    if set(sought) - names.keys():
        for earlier in _earlier(runs, {*report.attempts, mine}):
            names = {**_names(earlier), **names}
    return replace(report, names=names, coming=coming, shown=_shown(runs, report, roster))


@dataclass(frozen=True)
class _Rejects:
    """The stored value of ``hr/rejects`` of the run that took the file in."""

    runs: StoredRuns
    run_id: str

    @classmethod
    def of(cls, report: RunReport) -> "_Rejects | None":
        runs = StoredRuns(report.company)
        run_id = next((run_id for run_id in _takers(runs, report, "hr/rejects")), None)
        return cls(runs, run_id) if run_id else None

    def entry(self, name: str) -> Any:
        return self.runs.entry(self.run_id, "hr/rejects", name)

    def beside(self) -> Beside:
        names = self.entry(NAMES)
        cells = [part for name in ("rejects", "notes") if (part := self.entry(name)) is not None]
        words = [
            pd.DataFrame({"line": part["line"], "field": part["source"].fillna(part["column"]), "word": part["value"]}) for part in cells
        ]
        return Beside(
            NOTHING_BESIDE.names if names is None else names.drop_duplicates("line").set_index("line")["name"],
            pd.concat(words, ignore_index=True) if words else NOTHING_BESIDE.words,
            self.lines(),
        )

    def lines(self) -> pd.Series:
        """Of whoever has a row that is used, its line by their number."""
        rows = self.entry("dispositions")
        if rows is None:
            return NOTHING_BESIDE.lines
        used = rows[rows["disposition"].eq("used")].drop_duplicates("employee_id")
        return pd.Series(used["line"].to_numpy(), used["employee_id"], dtype="Int64")

    def separator(self) -> str:
        return str(self.entry(SEPARATOR) or ",")

    def numbered(self) -> dict[str, str]:
        """Of rejected rows by their number, where it is known as one."""
        names, rejects = self.entry(NAMES), self.entry("rejects")
        if names is None or rejects is None:
            return {}
        known = rejects.loc[rejects["employee_id"].notna(), "line"]
        mine = names[names["line"].isin(known) & names["employee_id"].notna() & names["name"].notna()]
        return dict(zip(mine["employee_id"], mine["name"], strict=True))


def _takers(runs: StoredRuns, report: RunReport, asset: str) -> Iterator[str]:
    """The runs that may have stored an asset of a run's file: its own attempts, newest first; else, of a release, whoever did last."""
    own = [run_id for run_id in reversed(report.attempts) if runs.stored(run_id, asset)]
    yield from own
    if not own and report.intake is None and (newest := runs.newest_of(asset)):
        yield newest


def _shown(runs: StoredRuns, report: RunReport, roster: pd.DataFrame | None) -> dict[tuple[str, str, str], str]:
    """What stands at the destinations and in HR's file of people in whom the destinations differ, or whose approver was found by rule."""
    found: dict[tuple[str, str, str], str] = {}
    for one in report.destinations:
        places = [(run_id, f"{one.key}/{asset}") for asset in ("landed", "plan") for run_id in reversed(report.attempts)]
        frames = (runs.entry(run_id, asset, in_common.STORED) for run_id, asset in places)
        if (shown := next((frame for frame in frames if frame is not None), None)) is not None:
            found |= {(one.name, number, name): value for number, name, value in shown.itertuples(index=False)}
    differ = {*parity(report).differences["employee_id"], *managers_not_found(report)["number"]}
    if roster is not None and differ:
        for row in roster[roster["employee_id"].isin(differ)].itertuples():
            whole = " ".join(part for part in (row.first_name, row.last_name) if isinstance(part, str))
            for name, value in (("email", row.email), ("name", whole), ("approver", row.manager_id)):
                if isinstance(value, str) and value:
                    found[HR_FILE, str(row.employee_id), name] = value
    return found


def _earlier(runs: StoredRuns, but: Set[str | None]) -> Iterator[pd.DataFrame]:
    """The people of the nights before."""
    written = sorted(runs.last_written().items(), key=lambda one: one[1], reverse=True)
    others = (run_id for run_id, _ in written if run_id not in but)
    found = (runs.entry(run_id, "hr/roster", "value") for run_id in others)
    yield from islice((roster for roster in found if roster is not None), EARLIER)


def _names(roster: pd.DataFrame) -> dict[str, str]:
    whole = (roster["first_name"].fillna("") + " " + roster["last_name"].fillna("")).str.strip()
    return {number: name for number, name in zip(roster["employee_id"].tolist(), whole.tolist(), strict=True) if name}
