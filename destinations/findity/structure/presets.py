"""Presets of people whose dimension or value is not there: left out of the user and told, before Findity refuses the person for it.

Belongs here: which entry of a user's `dimensionPresets` may go, why another may not, and what is near it. Does not belong here: what
HR gives (``destinations.findity.records``), reading (``reading``). Pure.

A value that is created before the people are sent counts as there. Where a dimension or its values could not be read, nobody can say what
is there: Findity keeps what it has, and that is told once (``checks``) and of nobody.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final

import pandas as pd

from destinations.findity.taking_away import PRESET_KEY
from roster.plan.differences import Frames
from roster.records import TAKEN_AWAY, compact

FIELD: Final = "dimensionPresets"
FAULT_COLUMNS: Final = ["employee_id", "field", "reason", "word", "candidates"]

NO_DIMENSION, NOT_FROM_EMPLOYEE, NO_VALUE = "preset_dimension_unknown", "preset_not_from_employee", "preset_value_unknown"
NOT_YET, UNREAD = "preset_value_not_yet", "unread"


@dataclass(frozen=True)
class There:
    """What presets may name."""

    locations: Mapping[str, str | None]
    """Dimension → from where it fills itself; None where Findity does not say."""
    values: Mapping[str, Mapping[str, str]]
    """Dimension → each name of a value by which HR may give it → the name by which a preset does; dimensions that were read alone."""
    called: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Dimension → what people may take for a value's id, its name too → that id."""
    unread: Collection[str] = ()
    """Dimensions of which nothing is known; ``*``: of none."""
    not_yet: Collection[tuple[str, str]] = ()
    """Dimension and value that is created tonight and that a preset cannot name before Findity has given it an id."""

    @classmethod
    def of(cls, read: Frames, changes: pd.DataFrame, value_by: str) -> "There":
        """By what was read and what of `changes` (`roster.plan.things.THING_COLUMNS`) is written before the people are sent."""
        unread = set(read["structure_unread"]["what"])
        table = read["dimensions"].dropna(subset="externalSourceId")
        places = table["presetLocation"].astype("object").where(table["presetLocation"].notna(), None)
        locations: dict[str, str | None] = dict(zip(table["externalSourceId"], places, strict=True))
        values: dict[str, dict[str, str]] = {key: {} for key in locations}
        called: dict[str, dict[str, str]] = {}
        shown = ["dimension", "externalSourceId", "id", "name"]
        for dimension, external, own, name in read["dimension_values"][shown].itertuples(index=False):
            called.setdefault(dimension, {}).update(
                {one: external for one in (name, external) if not pd.isna(one) and not pd.isna(external)}
            )
            names = [one for one in (external, own) if not pd.isna(one)]
            as_sent = own if value_by == "id" and not pd.isna(own) else names[0]
            values[dimension] |= dict.fromkeys(names, as_sent)
        not_yet = set()
        for kind, action, text in changes[["kind", "action", "payload"]].itertuples(index=False):
            payload = json.loads(text)
            if kind == "dimension":
                locations[payload["externalSourceId"]] = payload.get("presetLocation")
                values.setdefault(payload["externalSourceId"], {})
            elif kind == "value" and action == "create":
                value = payload["record"]["externalSourceId"]
                if value_by == "id":
                    not_yet.add((payload["dimension"], value))
                else:
                    values.setdefault(payload["dimension"], {})[value] = value
        lost = {one.removeprefix("values/") for one in unread if one.startswith("values/")}
        return cls(locations, values, called, {"*"} if "dimensions" in unread else lost, not_yet)

    def reason(self, dimension: str, value: str) -> str | None:
        """Why a preset may not go; None: it may."""
        if "*" in self.unread or dimension in self.unread:
            return UNREAD
        if dimension not in self.locations:
            return NO_DIMENSION
        if (self.locations[dimension] or "EMPLOYEE").upper() != "EMPLOYEE":
            return NOT_FROM_EMPLOYEE
        if value in self.values.get(dimension, {}):
            return None
        return NOT_YET if (dimension, value) in self.not_yet else NO_VALUE

    def near(self, dimension: str, value: str, reason: str) -> str | None:
        """What may have been meant."""
        sought, known = value, self.called.get(dimension, {}) if reason == NO_VALUE else {}
        if reason == NO_DIMENSION:
            sought, known = dimension, {one: one for one in self.locations}
        folded = {one.casefold(): meant for one, meant in sorted(known.items())}
        found = get_close_matches(sought.casefold(), folded, n=3, cutoff=0.6)
        return ", ".join(dict.fromkeys(folded[one] for one in found)) or None


def checked(desired: pd.DataFrame, there: There) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The users without the presets that may not go, and these.

    Args:
        desired: the users, presets as HR gives them.
        there: what they may name.

    Returns:
        The users, and `FAULT_COLUMNS`: ``field`` is ``dimensionPresets.`` and the dimension, ``word`` HR's, ``candidates`` what was perhaps
        meant.
    """
    given = desired[FIELD]
    texts = given[given.ne(TAKEN_AWAY)].dropna().unique()
    kept: dict[str, str | None] = {TAKEN_AWAY: TAKEN_AWAY}
    rows = []
    for text in texts:
        entries: list[dict[str, Any]] = json.loads(text)
        good = []
        for entry in entries:
            if entry["dimensionValueId"] is None:  # one that is to be taken away
                good.append(entry)
                continue
            dimension, value = str(entry[PRESET_KEY]), str(entry["dimensionValueId"])
            reason = there.reason(dimension, value)
            if reason is None:
                good.append({**entry, "dimensionValueId": there.values[dimension][value]})
            elif reason != UNREAD:
                rows.append((text, f"{FIELD}.{dimension}", reason, value, there.near(dimension, value, reason)))
        kept[text] = compact(good) if good else None
    bad = pd.DataFrame(rows, columns=["text", *FAULT_COLUMNS[1:]], dtype="str")
    owners = pd.DataFrame({"employee_id": desired["employee_id"], "text": given}).merge(bad, on="text")
    return desired.assign(**{FIELD: given.map(kept).astype("str")}), owners[FAULT_COLUMNS].astype("str")


def settled(desired: pd.DataFrame, there: There) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The users without the presets of values that were to be created and wait, and these: as `checked`, which counted on them."""
    desired, faults = checked(desired, there)
    return desired, faults.assign(reason=faults["reason"].replace({NO_VALUE: NOT_YET, NO_DIMENSION: NOT_YET}), candidates=None).astype(
        "str"
    )


def without(records: pd.DataFrame, refused: Collection[str]) -> pd.DataFrame:
    """Records of which those go without any preset that have one of a value that Findity did not take: a list without it would take away
    what they have of that dimension.

    Args:
        records: on their way; a column ``dimensionPresets`` of JSON texts, if somebody has any.
        refused: things (``value/COST/4711``, ``dimension/COST``).
    """
    if FIELD not in records or not refused:
        return records

    texts = records[FIELD][records[FIELD].ne(TAKEN_AWAY)].dropna().unique()
    named = {text: {f"value/{one[PRESET_KEY]}/{one.get('dimensionValueId')}" for one in json.loads(text)} for text in texts}
    lost = [text for text, things in named.items() if things & set(refused)]
    return records.assign(**{FIELD: records[FIELD].mask(records[FIELD].isin(lost)).astype("str")})
