"""The organization's units, from whatever form the answer has.

Belongs here: trees and lists of units to a table, and when they are of no known shape. Does not belong here: calling (``client``), whose
unit is which (``records``). Pure.

The vendor's page on departments and organization structure shows one root object with its units in `subUnits`, each with its parent's id in
`ownerId`, and further lists (`approvers`, `presetValues`) that hold no units. `children`, `parentId` and `parent` are guesses from other
APIs. Where a list of objects stands under any other name, it may be the units: such a tree must not pass for the part that was understood.
"""

from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from destinations.findity.replies import has_more, items, total, unreadable
from destinations.replies import Records, text_table
from resources.failures import Transient

UNIT_COLUMNS: Final = ["id", "name", "externalSourceId", "parentId"]

_CHILDREN: Final = ("subUnits", "children")
_PARENTS: Final = ("ownerId", "parentId")
_OTHERS: Final = frozenset({"approvers", "presetValues"})
"""Lists of a unit that the vendor's page shows and that hold no units."""


def unit_table(body: Any) -> pd.DataFrame:
    """One row a unit.

    Args:
        body: The answer: a root object, a list of roots or of all units, or such a list in an envelope.

    Returns:
        `UNIT_COLUMNS`, all text; missing is NaN, and so is the parent of a root.

    Raises:
        Permanent: It is none of the known shapes, in whole or in part.
        Transient: It holds fewer units than it says, or says that there are more.
    """
    nodes = [body] if isinstance(body, dict) and "id" in body else items(body)
    count = total(body, "list of units") if nodes is not None else None
    if nodes is None or (count is not None and count < len(nodes)):
        raise unreadable("list of units")
    rows = list(_flat(nodes, None))
    if len(rows) < (count or 0) or has_more(body):
        raise Transient("Findity's list of units is shorter than it says.", "Run again; nothing was planned from the incomplete list.")
    table = text_table(rows, UNIT_COLUMNS).drop_duplicates(ignore_index=True)
    if table["id"].duplicated().any():
        raise unreadable("list of units")
    return table


def _flat(nodes: Records, above: str | None) -> Iterator[dict[str, Any]]:
    for node in nodes:
        if node.get("id") in (None, ""):
            raise unreadable("list of units")
        yield {**node, "parentId": _parent(node) or above}
        yield from _flat(_children(node), node["id"])


def _parent(node: dict[str, Any]) -> Any:
    around = node.get("parent")
    named = (node.get(key) for key in _PARENTS)
    return next((value for value in named if value), around.get("id") if isinstance(around, dict) else None)


def _children(node: dict[str, Any]) -> Records:
    found: Records = []
    for key, value in node.items():
        if key in _CHILDREN:
            if value is not None and not (isinstance(value, list) and all(isinstance(item, dict) for item in value)):
                raise unreadable("tree of units")
            found += value or []
        elif key not in _OTHERS and isinstance(value, list) and any(isinstance(item, dict) for item in value):
            raise unreadable("tree of units")
    return found
