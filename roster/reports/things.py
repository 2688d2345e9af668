"""What a report says of things that are no people: units, dimensions, values, who approves them.

Belongs here: their tables, sums and sentences. Does not belong here: what is planned and held of them (``roster.plan.things``), HTML.
"""

import pandas as pd

from roster.plan.things import counted as by_kind
from roster.reports.model import DestinationReport
from roster.reports.tables import MOST_ROWS, Sum, Table

_WRITTEN = ("accepted", "missing", "refused", "unknown")
_NOT_LANDED = {"refused": "refused", "missing": "accepted and not seen when read back", "unknown": "without an answer"}


def state(one: DestinationReport) -> pd.Series:
    """What became of each, as far as the run came: held, planned, accepted, missing, refused, unknown."""
    held = ~one.things["apply"].astype("bool")
    return one.things["outcome"].astype("str").fillna("planned").mask(held, "held").astype("str")


def applied(one: DestinationReport) -> int:
    """How many were to be written."""
    return int(one.things["apply"].astype("bool").sum())


def waiting(one: DestinationReport) -> str:
    """How many wait for a release, by kind; empty where none does."""
    held = one.things[~one.things["apply"].astype("bool")]
    return by_kind(held, one.about_things.words) if len(held) else ""


def table(one: DestinationReport) -> Table:
    """All of them, those first that wait or did not land."""
    words, where = one.about_things.words, state(one)
    shown = one.things.assign(
        kind=one.things["kind"].replace(dict(words)),
        state=where,
        why=one.things["answer"].fillna(one.things["detail"]),
        later=where.isin(["accepted", "planned"]),
    ).sort_values("later", kind="stable")
    shown = shown.assign(people=shown["people"].replace("", pd.NA))
    cells = shown[["thing", "kind", "name", "action", "old", "new", "state", "why", "people"]].head(MOST_ROWS).astype("object")
    rows = cells.where(cells.notna(), None).to_numpy().tolist()
    columns = [("Thing", "field"), ("Kind", "text"), ("Name", "text"), ("Action", "text"), ("Old", "old"), ("New", "new")]
    return Table([*columns, ("", "state"), ("Why", "text"), ("Who depended on it", "ids")], rows, len(shown))


def left(one: DestinationReport) -> Table:
    """What cannot be done, and why."""
    rows = [list(pair) for pair in one.about_things.left[:MOST_ROWS]]
    return Table([("Thing", "field"), ("Why", "text")], rows, len(one.about_things.left))


def sums(one: DestinationReport) -> list[Sum]:
    """Planned = applied and held; applied by outcome, once there is one."""
    if one.things.empty:
        return []
    counts = state(one).value_counts()
    parts = [(name, int(counts[name])) for name in ("held", "planned", *_WRITTEN) if name in counts]
    return [Sum(f"{one.name}: things that are no people", len(one.things), parts)]


def attention(one: DestinationReport) -> list[str]:
    """What somebody should know at once."""
    where, words = state(one), one.about_things.words
    found = [
        f"{by_kind(one.things[where.eq(name)], words)} {what} at {one.name}" for name, what in _NOT_LANDED.items() if name in set(where)
    ]
    if one.about_things.left:
        found.append(f"{_things(len(one.about_things.left))} cannot be brought to {one.name} as HR has them")
    if one.things_drift:
        found.append(f"{_things(len(one.things_drift))} changed by hand at {one.name}")
    return found


def held(one: DestinationReport) -> list[str]:
    """What waits for a release."""
    count = state(one).eq("held").sum()
    return [f"{waiting(one)} {'waits' if count == 1 else 'wait'} for a release at {one.name}"] if count else []


def progress(one: DestinationReport) -> list[str]:
    """What was done, or planned."""
    written = one.things[one.things["apply"].astype("bool")]
    if written.empty:
        return []
    done = "planned, nothing sent" if one.stage == "planned" else f"written, {int(state(one).eq('accepted').sum()):,} accepted"
    return [f"{by_kind(written, one.about_things.words)} at {one.name} {done}"]


def _things(count: int) -> str:
    return "1 thing that is no person" if count == 1 else f"{count:,} things that are no people"
