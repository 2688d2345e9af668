"""What waits for a release, by which limits, and the words that let it go, ready to be pasted.

Belongs here: those tables and that text. Does not belong here: what is held and why (``roster.plan.limits``, ``roster.plan.dependants``),
HTML.
"""

from typing import Any

import pandas as pd

from roster.plan.adoption import WAYS
from roster.plan.limits import FIGURES
from roster.reports.model import PEOPLE, DestinationReport
from roster.reports.reasons import reason
from roster.reports.tables import Table, employee_numbers


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
    frame = people.reindex(columns=list(PEOPLE))
    held = frame[frame["outcome"].eq("held") | (frame["outcome"].isna() & frame["action"].eq("hold"))]
    kinds = held.assign(reason=held["reason"].astype("str").fillna("limit"), kind=held["kinds"].astype("str").str.split("|"))
    groups = kinds.explode("kind").groupby(["reason", "kind"], dropna=False, sort=False)["person"]
    rows: list[list[Any]] = [
        [reason(code).words, kind, persons.nunique(), employee_numbers(persons.astype("str"))] for (code, kind), persons in groups
    ]
    rows.sort(key=lambda row: -row[2])
    return Table([("Why", "text"), ("Kind", "text"), ("People", "num"), ("Who", "ids")], rows, len(rows))


def limits(destination: DestinationReport) -> Table:
    """What the limits were held against, kind by kind."""
    frame = destination.limits.reindex(columns=list(FIGURES)).astype("object")
    rows = [
        [str(kind).replace("_", " "), planned, "no limit" if pd.isna(allowed) else int(allowed), held]
        for kind, planned, allowed, held in frame.to_numpy().tolist()
    ]
    return Table([("Kind", "text"), ("Planned", "num"), ("Allowed", "num"), ("Held", "num")], rows, len(rows))


def beyond(figures: pd.DataFrame) -> pd.DataFrame:
    """Of the figures of limits, those of kinds that go beyond theirs."""
    limited = figures.reindex(columns=list(FIGURES)).dropna(subset="allowed").astype({"planned": "int64", "allowed": "int64"})
    return limited[limited["planned"] > limited["allowed"]]


def adoption(destination: DestinationReport) -> Table:
    """Who was there already, before anything was ever brought there."""
    rows = [[WAYS[way], destination.adoption[way]] for way in WAYS if way in destination.adoption]
    return Table([("Who", "text"), ("People", "num")], rows, len(rows))


def would_refuse(destination: DestinationReport) -> Table:
    """Whom the destination would refuse, in its own words."""
    rows = [[person, words] for person, words in sorted(destination.would_refuse.items())]
    return Table([("Employee", "id"), ("Why", "text")], rows, len(rows))
