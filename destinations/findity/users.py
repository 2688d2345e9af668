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
JSON_COLUMNS: Final = {"approverIds": "[]", "bankAccount": "{}", "address": "{}", "dimensionPresets": "[]"}
"""Column → what null stands for: a value that is shown and empty, unlike one that is not shown."""
USER_COLUMNS: Final = [*TEXT_COLUMNS, "active", *JSON_COLUMNS]

_WHO: Final = ("id", "personId", "externalSourceId", "email")
"""By what it is told who a user is: these are texts or whole numbers."""
_ACTIVE: Final = {True: True, False: False, "true": True, "false": False, None: None}


def user_table(rows: Records) -> pd.DataFrame:
    """`USER_COLUMNS`: text, `active` boolean, and the four of `JSON_COLUMNS` as JSON text with sorted keys. NaN is what the reply did not
    hold; an object or list that it showed as null is an empty one.

    Raises:
        Permanent: Something of a user has another type than it can have.
    """
    if strange := next((name for row in rows for name in _WHO if isinstance(row.get(name), bool | list | dict)), None):
        raise unreadable(f"list of users ({strange})")
    frame = text_table(rows, TEXT_COLUMNS)
    frame["active"] = pd.array([_active(row.get("active")) for row in rows], dtype="boolean")
    for name, empty in JSON_COLUMNS.items():
        cells = [_nested(name, row[name], empty) if name in row else None for row in rows]
        frame[name] = pd.Series(cells, dtype="str")
    return frame[USER_COLUMNS]


def _active(value: Any) -> bool | None:
    try:
        return _ACTIVE[value.casefold() if isinstance(value, str) else value]
    except (KeyError, TypeError):
        raise unreadable("list of users (active)") from None


def _nested(name: str, value: Any, empty: str) -> str:
    if value is None:
        return empty
    if name == "approverIds" and isinstance(value, list) and all(isinstance(one, str | int) for one in value):
        return compact([str(one) for one in value])
    known = isinstance(value, dict) if empty == "{}" else isinstance(value, list) and all(isinstance(one, dict) for one in value)
    if (name == "approverIds" and value) or not known:
        raise unreadable(f"list of users ({name})")
    try:
        return compact(value)
    except TypeError:  # a number that is longer than any that can be sent
        raise unreadable(f"list of users ({name})") from None
