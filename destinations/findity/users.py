"""The users of an organization, from what a reply shows of each.

Belongs here: the columns of a user, and when one is of no known shape. Does not belong here: calling and paging (``client``), whose a user
is (``comparison``). Pure.

What is there and of another type than the vendor's page on users gives it is not what is empty: taken for nothing, an account would be
woken, an approver replaced or a bank account written over.
"""

import json
from typing import Any, Final

import pandas as pd

from destinations.findity.replies import as_texts, unreadable
from destinations.replies import Records
from roster.records import compact

TEXT_COLUMNS: Final = [
    *("id", "personId", "externalSourceId", "firstName", "lastName", "email", "personnelNumber", "organizationalUnitId", "role"),
    *("locale", "phone"),
]
JSON_COLUMNS: Final = {"approverIds": "[]", "bankAccount": "{}", "address": "{}", "dimensionPresets": "[]"}
"""Column → what null stands for: a value that is shown and empty, unlike one that is not shown."""
USER_COLUMNS: Final = [*TEXT_COLUMNS, "active", *JSON_COLUMNS]

_WHO: Final = ("id", "personId", "externalSourceId", "email")
"""By what it is told who a user is: these are texts or numbers."""
_SHAPES: Final = {
    "approverIds": r'\[(("[^"\\]*"|[0-9]+)(,("[^"\\]*"|[0-9]+))*)?\]',
    "bankAccount": r"\{.*\}",
    "address": r"\{.*\}",
    "dimensionPresets": r"\[(\{.*\})?\]",
}
"""The JSON that a nested value is. Held against whole columns: a list has a hundred thousand users."""
_ACTIVE: Final = {True: True, False: False, "true": True, "false": False, None: None}


def user_table(rows: Records) -> pd.DataFrame:
    """`USER_COLUMNS`: text, `active` boolean, and the four of `JSON_COLUMNS` as JSON text with sorted keys. NaN is what the reply did not
    hold; an object or list that it showed as null is an empty one.

    Raises:
        Permanent: Something of a user has another type than it can have.
    """
    frame = pd.DataFrame({name: _texts(rows, name) for name in TEXT_COLUMNS}, columns=TEXT_COLUMNS).astype("str")
    active = [row.get("active") for row in rows]
    plain = {type(value) for value in active} <= {bool, type(None)}
    frame["active"] = pd.array(active if plain else [_active(value) for value in active], dtype="boolean")
    for name, empty in JSON_COLUMNS.items():
        frame[name] = _nested(rows, name, empty)
    return frame[USER_COLUMNS]


def _texts(rows: Records, name: str) -> list[str | None]:
    if name in _WHO and not {type(row[name]) for row in rows if name in row}.isdisjoint({bool, list, dict}):
        raise unreadable(f"list of users ({name})")
    return as_texts(rows, name)


def _active(value: Any) -> bool | None:
    try:
        return _ACTIVE[value.casefold() if isinstance(value, str) else value]
    except (KeyError, TypeError):
        raise unreadable("list of users (active)") from None


def _nested(rows: Records, name: str, empty: str) -> pd.Series:
    try:
        cells = pd.Series([_canonical(row[name], empty) if name in row else None for row in rows], dtype="str")
    except TypeError:  # a number that is longer than any that can be sent
        raise unreadable(f"list of users ({name})") from None
    if not cells.str.fullmatch(_SHAPES[name], na=True).all():
        raise unreadable(f"list of users ({name})")
    numbers = cells[cells.str.contains(r"[\[,][0-9]", na=False)].unique() if name == "approverIds" else ()
    return cells.replace({text: compact([str(one) for one in json.loads(text)]) for text in numbers}) if len(numbers) else cells


def _canonical(value: Any, empty: str) -> str:
    return empty if value is None else compact(value)
