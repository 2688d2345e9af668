"""How Findity's fields, units and dimension values are called by people who do not read its API.

Belongs here: these words, and the names as read. Does not belong here: fields and what they mean to Findity (``records``). Pure.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from destinations.findity.taking_away import PRESET_KEY, PRESET_VALUE
from roster.plan.differences import Frames
from roster.plan.entries import parsed
from roster.plan.wording import Wording

WORDING: Final = Wording(
    labels={
        "externalSourceId": "External id",
        "firstName": "Name",
        "lastName": "Name",
        "email": "E-mail",
        "personnelNumber": "Employee number",
        "organizationalUnitId": "Unit",
        "role": "Role",
        "locale": "Language",
        "active": "Access",
        "approverIds": "Approver",
        "phone": "Phone",
        "bankAccount": "Bank account",
        "address": "Address",
        "dimensionPresets": "Dimensions",
    },
    leaving=("active",),
)
"""Fields as the vendor's page on users lists them."""

IMPERSONAL: Final = ("role", "organizationalUnitId", "active")
"""What somebody may do there. Whatever else a user has, is theirs, or comes from HR's own columns, as dimensions do."""


def id_names(read: Frames, mentioned: Sequence[str]) -> Mapping[str, str]:
    """Unit → name, and entries of ``dimensionPresets`` → dimension and value, such as *Cost centre 5100*.

    Args:
        read: what reading gave.
        mentioned: ids and entries as compact JSON text, of which those that are presets are named.
    """
    units = read["units"][["id", "name"]].dropna()
    names = dict(zip(units["id"], units["name"], strict=True))
    entries = [(text, entry) for text in mentioned if isinstance(entry := parsed(text), dict) and PRESET_KEY in entry]
    if "dimensions" not in read or not entries:
        return names
    dimensions = _named(read["dimensions"], "externalSourceId")
    values = {str(key): _values(rows) for key, rows in read["dimension_values"].groupby("dimension")}
    return {**names, **{text: _preset(entry, dimensions, values) for text, entry in entries}}


def _preset(entry: Mapping[str, Any], dimensions: Mapping[str, str], values: Mapping[str, Mapping[str, str]]) -> str:
    dimension, value = str(entry[PRESET_KEY]), entry.get(PRESET_VALUE)
    shown = "" if value is None else values.get(dimension, {}).get(str(value), str(value))
    return f"{dimensions.get(dimension, dimension)} {shown}".rstrip()


def _values(rows: pd.DataFrame) -> dict[str, str]:
    """Each way in which a preset may name a value → how people know it: the number that HR gives, and the name if that says more."""
    number = rows["externalSourceId"].fillna(rows["id"])
    more = rows["name"].notna() & rows["name"].ne(number)
    shown = number.where(~more, number + " (" + rows["name"].fillna("") + ")").where(rows["externalSourceId"].notna() | ~more, rows["name"])
    return {**dict(zip(rows["id"], shown, strict=True)), **dict(zip(rows["externalSourceId"], shown, strict=True))}


def _named(table: pd.DataFrame, by: str) -> dict[str, str]:
    some = table[[by, "name"]].dropna()
    return dict(zip(some[by], some["name"], strict=True))
