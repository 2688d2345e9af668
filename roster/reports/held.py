"""What waits for a release, by which limits, and the words that let it go, ready to be pasted.

Belongs here: those tables and that text. Does not belong here: what is held and why (``roster.plan.limits``, ``roster.plan.dependants``),
HTML.
"""

from typing import Any, Final

import pandas as pd

from roster.plan.adoption import WAYS
from roster.plan.decision import RELEASABLE
from roster.plan.limits import FIGURES
from roster.reports import words
from roster.reports.model import PEOPLE, DestinationReport
from roster.reports.reasons import reason
from roster.reports.tables import Table, employee_numbers

WEEK: Final = "last 7 days, of allowed"
"""The heading of how many were written in the week before, of how many a week may have."""
HAVING: Final = "changing, of those with one"
"""The heading of how many who have such a value get another or lose it, of all who have one."""


def paste(company: str, digest: str) -> tuple[str, str]:
    """The command that releases a held set, and the same as run config for the launchpad.

    The name and the reason are left empty: a release without them is refused.
    """
    command = f'rollcall release {company} {digest} --by "" --reason ""'
    config = f'digest: "{digest}"\nreleased_by: ""\nreason: ""\nkinds: []  # all of them, or only some: [join, leave]\n'
    return command, config


def waiting(people: pd.DataFrame) -> Table:
    """Who waits, by reason and kind of change.

    Args:
        people: ``person``, ``action``, ``kinds``, ``reason`` and, once there is one, ``outcome``.
    """
    held = _held(people)
    kinds = held.assign(reason=held["reason"].astype("str").fillna("limit"), kind=held["kinds"].astype("str").str.split("|"))
    groups = kinds.explode("kind").groupby(["reason", "kind"], dropna=False, sort=False)["person"]
    rows: list[list[Any]] = [
        [reason(code).words, words.kinds(kind), persons.nunique(), employee_numbers(persons.astype("str"))]
        for (code, kind), persons in groups
    ]
    rows.sort(key=lambda row: -row[2])
    return Table([("Why", "text"), ("Kind", "text"), ("People", "num"), ("Who", "ids")], rows, len(rows))


def barred(people: pd.DataFrame) -> int:
    """How many of them no release lets go: somebody has to settle first who they are, or who approves for them.

    Args:
        people: As for `waiting`.
    """
    why = _held(people)["reason"]
    return int((why.notna() & ~why.isin(RELEASABLE)).sum())


def _held(people: pd.DataFrame) -> pd.DataFrame:
    frame = people.reindex(columns=list(PEOPLE))
    return frame[frame["outcome"].eq("held") | (frame["outcome"].isna() & frame["action"].eq("hold"))]


def limits(destination: DestinationReport) -> Table:
    """What the limits were held against, kind by kind."""
    frame = against(destination.limits)
    beyond = destination.limits.reindex(columns=list(FIGURES))["beyond"].astype("str").fillna("")
    rows = [[words.kinds(kind), *row, why] for (kind, *row), why in zip(frame.to_numpy().tolist(), beyond, strict=True)]
    figures = [(str(name).capitalize(), "num") for name in frame.columns[1:]]
    return Table([("Kind", "text"), *figures, ("Goes beyond", "text")], rows, len(rows))


def against(figures: pd.DataFrame) -> pd.DataFrame:
    """The figures of limits for a page: ``kind``, ``planned``, ``allowed``; `WEEK` and `HAVING`, so many of so many (empty where that is
    not asked, and in a plan of an earlier version); ``held``."""
    frame = figures.reindex(columns=list(FIGURES)).astype("object")

    def of(some: str, all_: str) -> list[str]:
        pairs = zip(frame[some], frame[all_], strict=True)
        return [f"{int(one):,} of {int(most):,}" if not (pd.isna(one) or pd.isna(most)) else "" for one, most in pairs]

    allowed = ["no limit" if pd.isna(most) else int(most) for most in frame["allowed"]]
    more = {WEEK: of("written", "per_week"), HAVING: of("moved", "having")}
    shown = frame[["kind", "planned"]].assign(allowed=pd.Series(allowed, index=frame.index, dtype="object"), **more)
    return shown.assign(held=frame["held"])


def beyond(figures: pd.DataFrame) -> list[str]:
    """Of kinds that go beyond a limit, the sentence that says which and how far; an earlier version kept numbers alone."""
    frame = figures.reindex(columns=list(FIGURES))
    more = pd.to_numeric(frame["planned"]) > pd.to_numeric(frame["allowed"])
    earlier = frame["beyond"].isna() & more.fillna(False)
    made = frame["kind"].astype("str") + ": " + frame["planned"].astype("str") + " planned, " + frame["allowed"].astype("str") + " allowed"
    return list(frame["beyond"].mask(earlier, made).dropna())


def adoption(destination: DestinationReport) -> Table:
    """Who was there already, before anything was ever brought there."""
    rows = [[WAYS[way], destination.adoption[way]] for way in WAYS if way in destination.adoption]
    return Table([("Who", "text"), ("People", "num")], rows, len(rows))


def would_refuse(destination: DestinationReport) -> Table:
    """Whom the destination would refuse, in its own words."""
    rows = [[person, words] for person, words in sorted(destination.would_refuse.items())]
    return Table([("Employee", "id"), ("Why", "text")], rows, len(rows))
