"""In what an organization's dimensions and their values differ from what HR and the YAML want.

Belongs here: new and changed definitions, new, renamed and superfluous values. Does not belong here: who approves for a value
(``planning``). Pure.

A value whose name somebody changed is called by HR's name again where a rule gives one. A value that HR does not have is told, and
taken away only where the settings say so, never while somebody active there is still preset to it.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from destinations.findity.structure.settings import Dimension
from destinations.findity.structure.wanted import WantedValues
from destinations.findity.taking_away import PRESET_KEY
from roster.plan.differences import Frames
from roster.records import compact

Row = dict[str, Any]

ATTRIBUTES: Final = ("name", "level", "controlType", "presetLocation", "userOverridable")
DIMENSION, VALUE, REMOVED = "dimension", "value", "value_removed"


def row(thing: str, kind: str, name: str, action: str, old: str | None, new: str | None, order: int, payload: object) -> Row:
    """One of `roster.plan.things.THING_COLUMNS`."""
    return {
        "thing": thing, "kind": kind, "name": name, "action": action, "old": old, "new": new, "order": order, "payload": compact(payload)
    }  # fmt: skip


def definition(key: str, wanted: Dimension, there: pd.DataFrame, order: int) -> Row | None:
    """The change of one dimension, if it needs one."""
    given = {name: value for name in ATTRIBUTES if (value := getattr(wanted, name)) is not None}
    mine = there[there["externalSourceId"].eq(key)]
    if mine.empty:
        return row(f"dimension/{key}", DIMENSION, wanted.name, "create", None, _as_text(given), order, {"externalSourceId": key, **given})
    first: Row = {str(name): value for name, value in mine.iloc[0].items()}
    known: Row = {name: first[name] for name in ATTRIBUTES if not pd.isna(first[name])}
    if "userOverridable" in known:
        known["userOverridable"] = known["userOverridable"] == "true"
    differs = {name: value for name, value in given.items() if known.get(name) != value}
    if not differs:
        return None
    old = _as_text({name: known[name] for name in differs if name in known}) or None
    # Whole: whether a definition that lacks an attribute keeps it is written nowhere.
    return row(
        f"dimension/{key}", DIMENSION, wanted.name, "change", old, _as_text(differs), order, {"externalSourceId": key, **known, **given}
    )


def _as_text(given: Row) -> str:
    return ", ".join(f"{name}: {str(value).lower() if isinstance(value, bool) else value}" for name, value in given.items())


def values(key: str, title: str, wanted: WantedValues, there: pd.DataFrame, order: int, left: dict[str, str]) -> Iterator[Row]:
    """New values and those whose name changes; what cannot be written is added to `left`.

    Args:
        key: The dimension's external id.
        title: Its name.
        wanted: What should be there.
        there: The values of this dimension as read.
        order: When they go.
        left: Thing → why it is left.
    """
    names = there.dropna(subset="externalSourceId").set_index("externalSourceId")["name"]
    folded = {one.strip().casefold(): one for one in names.index}
    table = wanted.table.assign(old=wanted.table["value"].map(names).astype("str"), known=wanted.table["value"].isin(names.index))
    for value, name, old, known in table.itertuples(index=False):
        thing, given = f"value/{key}/{value}", None if pd.isna(name) else name
        if value in wanted.disagreeing:
            left[thing] = "its rows in HR's file give it several names"
        elif not known and value.strip().casefold() in folded:
            left[thing] = f"a value that differs from it only in capitals or blanks is there: {folded[value.strip().casefold()]}"
        elif not known or (given is not None and given != old):
            record = {"externalSourceId": value, "name": given or value}
            before = None if pd.isna(old) else old
            action = "change" if known else "create"
            yield row(thing, VALUE, f"{title}: {value}", action, before, given or value, order, {"dimension": key, "record": record})


def superfluous(
    key: str, wanted: Dimension, values: WantedValues, there: pd.DataFrame, read: Frames, order: int, left: dict[str, str]
) -> Iterator[Row]:
    """Values that HR does not have: removals where the settings say so, else added to `left`."""
    surplus = there[~there["externalSourceId"].isin(list(values.has))]
    used = used_values(key, read["users"]) if len(surplus) else set()
    for external, own, name in surplus[["externalSourceId", "id", "name"]].itertuples(index=False):
        thing = f"value/{key}/{own if pd.isna(external) else external}"
        if pd.isna(external):
            left[thing] = "is there and has no external id: no call can address it"
        elif not values.whole:
            left[thing] = "is in no row that can be read, and not every row of HR's file gives a value that can be"
        elif not wanted.delete:
            left[thing] = "is there, and HR does not have it: it is taken away only with `delete: true`"
        elif external in used or own in used:
            left[thing] = "is there, and HR does not have it: somebody active there is still preset to it"
        else:
            payload = {"dimension": key, "record": {"externalSourceId": external, "delete": True}}
            yield row(thing, REMOVED, f"{wanted.name}: {external}", "remove", None if pd.isna(name) else name, None, order, payload)


def used_values(key: str, users: pd.DataFrame) -> set[str]:
    """The values of a dimension that somebody active is preset to."""
    texts = users.loc[users["active"].fillna(True).astype("bool"), "dimensionPresets"].dropna().unique()
    entries = [entry for text in texts for entry in json.loads(text) if isinstance(entry, dict)]
    return {str(entry.get("dimensionValueId")) for entry in entries if entry.get(PRESET_KEY) == key}
