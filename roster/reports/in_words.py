"""What changed at a destination in people's words: labels for fields, names for ids, one row for what somebody would call one change.

Belongs here: turning planned changes into such rows, and the words for what became of them. Does not belong here: a destination's own words
(`roster.plan.wording`), words for kinds and outcomes (``roster.reports.words``), HTML.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from roster.plan.decision import CHANGE_COLUMNS
from roster.plan.entries import entries, parsed
from roster.records import compact
from roster.reports.model import PEOPLE, DestinationReport, RunReport

COLUMNS: Final = ("employee_id", "action", "kind", "label", "field", "old", "new", "state", "added", "removed", "old_id", "new_id")
UNREAD: Final = "cannot be read there"
"""In place of an old value that no reading shows and nobody remembers: it is not an empty one."""
STATES: Final[Mapping[str, str]] = {
    "held": "waits",
    "refused": "refused",
    "unknown": "no answer",
    "skipped": "left for the next run",
    "unchanged": "done already",
    "missing": "accepted, not seen",
    "landed": "landed",
    "not visible": "accepted",
    "accepted": "accepted",
    "unanswered": "accepted",
    "sent": "sent",
    "planned": "planned",
}
"""What became of a change: in this order they are shown, since the first ones are somebody's to look at."""

WHOLE: Final[Mapping[str, str]] = {
    "join": "Joins",
    "rejoin": "Comes back",
    "leave": "Leaves",
    "stranger": "Is taken out",
    "deletion": "Is deleted",
}
"""Kinds that are about a whole person, as a label."""
ENDS: Final = ("leave", "stranger", "deletion")
"""Kinds that end somebody's access: one change, whatever fields say so."""
_BETWEEN, _PARTS = "\x1e", "\x1f"
_YES_NO: Final = {"true": "yes", "false": "no"}


def changes(report: RunReport, one: DestinationReport) -> pd.DataFrame:
    """What the run changed, or was to change, of people at one destination.

    Args:
        report: The run.
        one: What it did there.

    Returns:
        `COLUMNS`, one row for each thing that a finance person would call one change. ``employee_id`` is the person's number, or what names
        an account without one; ``kind`` is the code (`roster.vocabulary.Kind`); ``label`` what the field is called, ``field`` the API's
        name, of several with commas; ``old`` and ``new`` are in words and missing where there is nothing, or nothing is left. Of a list
        ``added`` and ``removed`` say what is different, ``old_id`` and ``new_id`` the ids where ``old`` and ``new`` have names for them.
        Whoever leaves has one row with what they lose as ``old``, whoever comes in one without values. ``state`` is of `STATES`.
    """
    return of(one)


def of(one: DestinationReport) -> pd.DataFrame:
    """As `changes`, of what one destination's part of a run says by itself."""
    people = one.people.reindex(columns=list(PEOPLE)).set_index("person")
    if one.changes.empty and not people["kinds"].isin(list(WHOLE)).any():
        return pd.DataFrame(columns=list(COLUMNS), dtype="str")
    planned = one.changes.reindex(columns=list(CHANGE_COLUMNS))
    planned = planned.assign(person_kind=planned["person"].map(people["kinds"]).astype("str"))
    ends = planned["person_kind"].isin(ENDS)
    values = planned[~ends]
    there = values["field"].isin(list(one.leaving)) & values["new"].eq("true") & values["old"].eq("false")
    found = [_whole(people, planned[ends], one), _values(values[~there], one)]
    table = pd.concat([part for part in found if len(part)] or found, ignore_index=True)
    table["action"] = table["person"].map(people["action"]).astype("str")
    table["state"] = _state(table, people, one)
    table["employee_id"] = table["person"].map(people["employee_id"]).astype("str").fillna(table["person"])
    order = table["state"].map({state: at for at, state in enumerate(dict.fromkeys(STATES.values()))}).fillna(0)
    order = order.where(order < 6, 6)  # those that need nobody go by person
    return table.assign(order=order).sort_values(["order", "employee_id"], kind="stable").reset_index(drop=True)[list(COLUMNS)]


def _state(table: pd.DataFrame, people: pd.DataFrame, one: DestinationReport) -> pd.Series:
    outcome, landed = (table["person"].map(people[name]).astype("str") for name in ("outcome", "landed"))
    stage = "planned" if one.stage in ("none", "planned") else "sent"
    plain = outcome.isin(["held", "refused", "unknown", "skipped", "unchanged"])
    code = landed.where(~plain & landed.notna(), outcome.where(plain)).fillna(stage)
    code = code.mask(table["waits"].to_numpy(bool) | table["person"].map(people["action"]).eq("hold"), "held")
    return code.map(STATES).astype("str")


def _whole(people: pd.DataFrame, ends: pd.DataFrame, one: DestinationReport) -> pd.DataFrame:
    """Who comes in, comes back, leaves or is taken out: a row each, of the last ones with what they lose."""
    some = people[people["kinds"].isin(list(WHOLE))].rename_axis("person").reset_index()
    lost, going = _lost(ends, one), some["kinds"].isin(ENDS)
    fields = ends.groupby("person")["field"].agg(_names)
    nothing = pd.Series(np.nan, index=some.index, dtype="str")
    return pd.DataFrame(
        {
            "person": some["person"],
            "kind": some["kinds"],
            "label": some["kinds"].map(dict(WHOLE)),
            "field": some["person"].map(fields),
            "old": some["person"].map(lost["names"]).astype("str").fillna(one.name).where(going),
            **dict.fromkeys(("new", "added", "removed", "new_id"), nothing),
            "old_id": some["person"].map(lost["ids"]),
            "waits": some["action"].eq("hold"),
        }
    ).astype(dict.fromkeys(("person", "kind", "label", "field", "old", "old_id"), "str"))


def _lost(ends: pd.DataFrame, one: DestinationReport) -> pd.DataFrame:
    """What people who leave lose, by person: the names of the places, and the ids where these are others."""
    lists = ends[ends["old"].str.startswith("[", na=False)].drop_duplicates("person").set_index("person")["old"]
    parts = {text: entries(text) or [] for text in lists.unique()}
    names = lists.map({text: ", ".join(one.id_names.get(item, item) for item in items) or None for text, items in parts.items()})
    ids = lists.map({text: ", ".join(items) for text, items in parts.items()})
    return pd.DataFrame({"names": names, "ids": ids.where(ids != names)}).astype("str")


def _values(values: pd.DataFrame, one: DestinationReport) -> pd.DataFrame:
    """A row for each person and label."""
    rows = values.assign(label=values["field"].map(one.labels).astype("str").fillna(values["field"]))
    rows = rows.assign(waits=~rows["apply"].astype("boolean").fillna(True).astype("bool"))
    several = rows.duplicated(["person", "label"], keep=False)
    special = rows["field"].isin([*one.hundredths, *one.only_added, *one.leaving])
    listed = rows["old"].str.startswith(("[", "{", '"'), na=False) | rows["new"].str.startswith(("[", "{", '"'), na=False)
    slow = several | special | listed
    return pd.concat([_plain(rows[~slow], one), _joined(rows[slow], one)], ignore_index=True)


def _plain(rows: pd.DataFrame, one: DestinationReport) -> pd.DataFrame:
    """Single values, column by column."""
    found = rows[["person", "kind", "label", "field", "waits"]].assign(added=None, removed=None)
    for side in ("old", "new"):
        value = rows[side].astype("str")
        named = value.map(one.id_names).astype("str").fillna(value.map(_YES_NO).astype("str"))
        found = found.assign(**{side: named.fillna(value), f"{side}_id": value.where(value.isin(list(one.id_names)) & named.ne(value))})
    unread = rows["old"].isna() & ~rows["visible"].astype("boolean").fillna(True).astype("bool")
    return found.assign(old=found["old"].mask(unread, UNREAD)).astype({"added": "str", "removed": "str"})


def _joined(rows: pd.DataFrame, one: DestinationReport) -> pd.DataFrame:
    """Lists, amounts, and what several fields say together: equal changes are put into words once."""
    if rows.empty:
        return rows.reindex(columns=[*COLUMNS, "person", "waits"])
    texts = [rows[name].astype("str").fillna("\0") for name in ("field", "old", "new")]
    key = texts[0] + _PARTS + texts[1] + _PARTS + texts[2] + _PARTS + rows["visible"].astype("str")
    groups = rows.assign(key=key).groupby(["person", "label"], sort=False)
    together = groups.agg(kind=("kind", "first"), waits=("waits", "any"), key=("key", _BETWEEN.join), field=("field", _names)).reset_index()
    worded = {text: _in_words(text, one) for text in together["key"].unique()}
    for name in ("old", "new", "added", "removed", "old_id", "new_id"):
        together[name] = together["key"].map({text: getattr(words, name) for text, words in worded.items()}).astype("str")
    return together.drop(columns="key")


def _names(fields: "pd.Series[str]") -> str:
    return ", ".join(dict.fromkeys(fields))


@dataclass
class _Words:
    """One change in words; None where there is nothing."""

    old: str | None = None
    new: str | None = None
    added: str | None = None
    removed: str | None = None
    old_id: str | None = None
    new_id: str | None = None


def _in_words(key: str, one: DestinationReport) -> _Words:
    parts = [text.split(_PARTS) for text in key.split(_BETWEEN)]
    rows = [(field, None if old == "\0" else old, None if new == "\0" else new, seen != "False") for field, old, new, seen in parts]
    if any(isinstance(parsed(value), list) for _, *both, _ in rows for value in both if value is not None):
        return _lists(rows, one)
    found = _Words()
    olds = [_value(field, old, new, one) if old is not None else None if seen else UNREAD for field, old, new, seen in rows]
    news = [_value(field, new, old, one) for field, old, new, _ in rows if new is not None]
    found.old = " ".join(dict.fromkeys(one for one in olds if one)) or None
    found.new = " ".join(one for one in news if one) or None
    return found


def _value(field: str, text: str, other: str | None, one: DestinationReport) -> str | None:
    """A single value; of an object only what the other one has otherwise."""
    value = parsed(text)
    if isinstance(value, dict):
        beside = parsed(other) if other is not None else {}
        differing = {name: part for name, part in value.items() if not isinstance(beside, dict) or beside.get(name) != part}
        return ", ".join(f"{one.labels.get(name, name)} {part}" for name, part in differing.items()) or None
    if field in one.hundredths and text.lstrip("-").isdigit():
        return f"{int(text) / 100:,.2f}"
    shown = value if isinstance(value, str) else compact(value)
    return one.id_names.get(shown) or _YES_NO.get(shown, shown)


def _lists(rows: Sequence[tuple[str, str | None, str | None, bool]], one: DestinationReport) -> _Words:
    """What somebody was in and is in now, of all the fields that say so together."""
    before, added, removed = [], [], []
    unread = all(old is None and not seen for _, old, _, seen in rows)
    for field, old, new, _ in rows:
        had, gets = _items(old), _items(new)
        before += had
        if field in one.leaving:  # the old value is what is left
            removed += had
            continue
        added += [item for item in gets if item not in had]
        if field not in one.only_added:
            removed += [item for item in had if item not in gets]
    before = list(dict.fromkeys(before))
    added = [item for item in dict.fromkeys(added) if item not in before]
    removed = list(dict.fromkeys(removed))
    after = [item for item in before if item not in removed] + added
    if not added and not removed:  # what the record names is all that stays, and only a part of it is told here
        after = list(dict.fromkeys(item for _, _, new, _ in rows for item in _items(new)))
    both = [[one.id_names.get(item) or _entry(item) for item in items] for items in (before, after, added, removed)]
    words = [", ".join(items) or None for items in both]
    ids = [", ".join(items) if items != names else None for items, names in zip((before, after), both[:2], strict=True)]
    return _Words(UNREAD if unread else words[0], words[1], None if unread else words[2], words[3], *ids)


def _items(text: str | None) -> list[str]:
    if text is None:
        return []
    found = entries(text)
    return found if found is not None else [text]


def _entry(item: str) -> str:
    """An entry that nobody has a name for: an object by its values, without JSON around them."""
    found: Any = parsed(item)
    return " ".join(str(part) for part in found.values() if part is not None) if isinstance(found, dict) else item
