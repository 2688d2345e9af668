"""Values that HR no longer gives: which of them are taken away at Findity, and how that is sent.

Belongs here: what ``users.clear`` and ``clear_with`` change in the users. Does not belong here: what an empty cell is
(`roster.taking_away`), planning and holding it (``roster.plan``). Pure.

How a value is taken away, no page of Findity's says [?]: so that is a setting. Of an object (`bankAccount`, `address`) either everything is
taken away, where all cells of its keys are empty, or nothing. Of `dimensionPresets` only those go whose own cell is empty: one that no rule
gives is somebody else's, and stays.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from destinations.findity.settings import FindityUsers
from roster.membership import among
from roster.people.chain import Chain, is_unreadable
from roster.records import TAKEN_AWAY, FieldType, Record, compact, to_records
from roster.taking_away import emptied, marked, marked_fields, without_marks

PRESET_KEY: Final = "dimensionExternalSourceId"
PRESET_VALUE: Final = "dimensionValueId"
_OBJECTS: Final = ("bankAccount", "address")
_EMPTY: Final[Mapping[FieldType, Any]] = {"text": "", "json": []}


def cleared(desired: pd.DataFrame, people: pd.DataFrame, chain: Chain, rules: FindityUsers) -> pd.DataFrame:
    """The desired users with `roster.records.TAKEN_AWAY` wherever HR's cell is empty in a field that ``clear`` names.

    Args:
        desired: the users, a row for each of `people`.
        people: the rows of the roster that they come from.
        chain: who approves for whom.
        rules: where each field comes from.
    """
    for name in rules.clear:
        if name == "dimensionPresets":
            desired = desired.assign(dimensionPresets=_presets(desired["dimensionPresets"], people, rules))
        elif name == "approverIds":
            desired = desired.assign(approverIds=desired["approverIds"].mask(_without_manager(people, chain), TAKEN_AWAY))
        else:
            numbers = _emptied_numbers(name, people, rules)
            desired = desired.assign(**{name: marked(desired[name], desired["employee_id"], numbers)})
    return desired


def _emptied_numbers(name: str, people: pd.DataFrame, rules: FindityUsers) -> pd.Series:
    parts = list((getattr(rules, name) or {}).values()) if name in _OBJECTS else [getattr(rules, name)]
    at = pd.Series(bool(parts), index=people.index)
    for rule in parts:
        at &= among(people["employee_id"], emptied(rule, people))
    found: pd.Series = people.loc[at, "employee_id"]
    return found


def _without_manager(people: pd.DataFrame, chain: Chain) -> pd.Series:
    """Who has no manager by HR's own empty cell, and for whom the settings name nobody at the top: they would approve for themselves."""
    repairs = chain.repairs
    tops = repairs.loc[repairs["repair"].eq("top") & repairs["approver_id"].eq(repairs["employee_id"]), "employee_id"]
    stated = people["manager_id"].notna() | people["manager_email"].notna() | is_unreadable(people)
    return among(people["employee_id"], tops) & ~stated


def _presets(desired: pd.Series, people: pd.DataFrame, rules: FindityUsers) -> pd.Series:
    """The presets, with one without a value for each whose cell is empty."""
    removed: dict[int, list[str]] = {}
    for key, rule in (rules.dimensionPresets or {}).items():
        for position in among(people["employee_id"], emptied(rule, people)).to_numpy(bool).nonzero()[0].tolist():
            removed.setdefault(position, []).append(key)
    texts = desired.to_numpy(dtype="object")
    for position, keys in removed.items():
        given = json.loads(texts[position]) if isinstance(texts[position], str) else []
        texts[position] = compact([*given, *({PRESET_KEY: key, PRESET_VALUE: None} for key in keys)])
    return pd.Series(texts, index=desired.index, dtype="str")


def to_write_whole(desired: pd.DataFrame) -> pd.DataFrame:
    """Users who are written whole: there is nothing that could be taken away."""
    return without_marks(
        desired.drop(columns="approversNotAllKnown", errors="ignore").assign(dimensionPresets=without_gaps(desired["dimensionPresets"]))
    )


def without_gaps(presets: pd.Series) -> pd.Series:
    """Lists of presets without those that have no value; missing where none is left."""
    gaps = presets[presets.str.contains(f'"{PRESET_VALUE}":null', regex=False, na=False)].unique()
    given = {text: compact([one for one in json.loads(text) if one[PRESET_VALUE] is not None]) for text in gaps}
    found = presets.map(given).astype("str").fillna(presets) if given else presets
    return found.mask(found.eq("[]"))


def to_send(records: pd.DataFrame, fields: Mapping[str, FieldType], how: str | None) -> list[Record]:
    """Records as they are sent: a value that is to be taken away as null, or as an empty one of its type."""
    made = to_records(without_marks(records), fields)
    for name in marked_fields(records):
        empty = None if how is None else {} if name in _OBJECTS else _EMPTY[fields[name]]
        for position in records[name].eq(TAKEN_AWAY).to_numpy(bool).nonzero()[0].tolist():
            made[position][name] = empty
    return made
