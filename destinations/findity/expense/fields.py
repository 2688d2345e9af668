"""Settings in the Expense API's fields format: finding fields in it, changing them, and sending it back until it stands.

Belongs here: what is known of the format, without the wire. Does not belong here: calling (``client``).

Known is that fields come in groups, that the whole structure is sent back with other values, and that a field with ``requiresUpdate: true``
lets the server work out others anew. How a field is written is in a guide that could not be had, so a field is whatever object has a
``value`` or a ``requiresUpdate``: named by its ``id``, ``key``, ``name`` or ``fieldName``, else by the key under which it stands.
"""

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from resources.failures import Permanent

MOST_ROUNDS: Final = 10
"""How often a structure is sent back before it counts as one that never stands still."""
_NAMES: Final = ("id", "key", "name", "fieldName")


class NotSettled(Permanent):
    """Some settings do not take the values that they were given.

    Attributes:
        names: Which.
    """

    def __init__(self, names: set[str]) -> None:
        self.names = frozenset(names)
        super().__init__(
            f"Findity does not keep what was set for {', '.join(sorted(names))}.",
            "Others may have been changed: look at the settings before trying again.",
        )


def fields(structure: Any) -> dict[str, dict[str, Any]]:
    """Name → field, wherever in the structure it stands.

    Raises:
        Permanent: There is none, or two of one name: what is meant by it cannot be told.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, field in _found(structure, ""):
        if name in found:
            raise Permanent("Findity's settings have two fields of one name.", "They cannot be changed from here.")
        found[name] = field
    if not found:
        raise Permanent("Findity's settings have no known shape.", "Check expense_url in the settings.")
    return found


def changed(structure: Any, values: Mapping[str, Any]) -> Any:
    """A copy of the whole structure with other values in some fields."""
    whole = copy.deepcopy(structure)
    there = fields(whole)
    for name, value in values.items():
        there[name]["value"] = value
    return whole


def settle(values: Mapping[str, Any], read: Callable[[], Any], send: Callable[[Any], Any]) -> Any:
    """Set fields, and go on while what they change changes others.

    Fields that let the server work out others go first, alone, since what is worked out may be one of those that are to be set too, or a
    field that was not there before.

    Args:
        values: Name → what it is to be.
        read: Gives the structure as it is.
        send: Sends a structure, and gives what has become of it; None where the answer does not say.

    Returns:
        The structure that stands.

    Raises:
        NotSettled: A value was not kept, or the structure was sent back `MOST_ROUNDS` times and is not as wanted.
        Permanent: There is no such field, and none that is changed could bring it.
    """
    structure = read()
    before: dict[str, Any] = {}
    due: dict[str, Any] = {}
    for _ in range(MOST_ROUNDS + 1):
        there = fields(structure)
        due = {name: value for name, value in values.items() if name in there and there[name].get("value") != value}
        first = {name: value for name, value in due.items() if there[name].get("requiresUpdate") is True}
        missing = values.keys() - there.keys()
        if missing and not first:
            raise Permanent(f"Findity's settings have no field {', '.join(sorted(missing))}.", "It was not set.")
        if not due:
            return structure
        if due == before:
            break
        before = due
        answer = send(changed(structure, first or due))
        structure = read() if answer is None else answer
    raise NotSettled(set(due))


def _found(value: Any, key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, list):
        for each in value:
            yield from _found(each, "")
    elif isinstance(value, dict):
        holds = any(isinstance(value.get(inner), list | dict) for inner in ("fields", "groups"))
        if not holds and ("value" in value or "requiresUpdate" in value):
            name = next((value[one] for one in _NAMES if isinstance(value.get(one), str)), key)
            if name:
                yield name, value
            return
        for inner, each in value.items():
            yield from _found(each, inner)
