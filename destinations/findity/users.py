"""The users of an organization, from what a reply shows of each.

Belongs here: the columns of a user, and when one is of no known shape. Does not belong here: calling and paging (``client``), whose a user
is (``comparison``). Pure.

What is there and of another type than the vendor's page on users gives it is not what is empty: taken for nothing, an account would be
woken, an approver replaced or a bank account written over.
"""

from typing import Any, Final

import pandas as pd

from destinations.findity.replies import unreadable
from destinations.replies import Records, text_table
from roster.records import compact

TEXT_COLUMNS: Final = [
    *("id", "personId", "externalSourceId", "firstName", "lastName", "email", "personnelNumber", "organizationalUnitId", "role"),
    *("locale", "phone"),
]
JSON_COLUMNS: Final = {"approverIds": None, "bankAccount": "{}", "address": "{}", "dimensionPresets": "[]"}
"""Column → what null stands for: a value that is shown and empty, unlike one that is not shown. That nobody approves, only a list says."""
USER_COLUMNS: Final = [*TEXT_COLUMNS, "active", *JSON_COLUMNS]

_WHO: Final = ("id", "personId", "externalSourceId", "email")
"""By what it is told who a user is: these are texts or whole numbers."""
_INSIDE: Final[dict[str, set[type]]] = {"approverIds": {str, int}, "dimensionPresets": {dict}}
"""Of what a list is."""
_ACTIVE: Final = {True: True, False: False, "true": True, "false": False, None: None}


def user_table(rows: Records) -> pd.DataFrame:
    """`USER_COLUMNS`: text, `active` boolean, and the four of `JSON_COLUMNS` as JSON text with sorted keys. NaN is what the reply did not
    hold; an object or list that it showed as null is an empty one, but for `approverIds`: null does not say that nobody approves.

    Raises:
        Permanent: Something of a user has another type than it can have.
    """
    for name in _WHO:
        _check(name, _types(rows, name).isdisjoint({bool, list, dict}))
    frame = text_table(rows, TEXT_COLUMNS)
    active = [row.get("active") for row in rows]
    plain = _types(rows, "active") <= {bool, type(None)}
    frame["active"] = pd.array(active if plain else [_active(one) for one in active], dtype="boolean")
    for name, empty in JSON_COLUMNS.items():
        frame[name] = _nested(rows, name, empty)
    return frame[USER_COLUMNS]


def _nested(rows: Records, name: str, empty: str | None) -> pd.Series:
    shape, write = list if name in _INSIDE else dict, compact
    _check(name, _types(rows, name) <= {shape, type(None)})
    if shape is list:
        inside = {type(one) for row in rows if name in row for one in row[name] or ()}
        _check(name, inside <= _INSIDE[name])
        if int in inside:  # a server may write ids as numbers
            write = _as_ids
    try:
        cells = [(empty if row[name] is None else write(row[name])) if name in row else None for row in rows]
    except TypeError:  # a number that is longer than any that can be sent
        raise unreadable(f"list of users ({name})") from None
    return pd.Series(cells, dtype="str")


def _as_ids(value: Any) -> str:
    return compact([str(one) for one in value])


def _types(rows: Records, name: str) -> set[type]:
    return {type(row[name]) for row in rows if name in row}


def _check(name: str, known: bool) -> None:
    if not known:
        raise unreadable(f"list of users ({name})")


def _active(value: Any) -> bool | None:
    try:
        return _ACTIVE[value.casefold() if isinstance(value, str) else value]
    except (KeyError, TypeError):
        raise unreadable("list of users (active)") from None
