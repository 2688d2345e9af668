"""What Findity's answers say of dimensions, values and approvers, from whatever form they have, as tables.

Belongs here: forms of answers, and when one is of no known form. Does not belong here: asking (``reading``). Pure.

The pages on dimensions could not be read below their openings: `dimensionValueId`, `personId`, `approverExternalId`, `sortOrder` and
`amountLimit` are from the vendor's pages, arrays and envelopes as elsewhere in its APIs. Anything else must not pass for an empty list.
"""

from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from destinations.findity.failing import delivered_in_part
from destinations.findity.replies import error_of, has_more, total, unreadable
from destinations.findity.structure.naming import limit_text
from destinations.replies import Records, text_table

DIMENSIONS: Final = ["externalSourceId", "id", "name", "level", "controlType", "presetLocation", "userOverridable"]
VALUES: Final = ["dimension", "externalSourceId", "id", "name"]
APPROVERS: Final = ["at", "id", "personId", "approverExternalId", "sortOrder", "amountLimit"]
"""Who approves: ``at`` is the value's or the unit's id as the assignment names it; the rest as Findity writes it, as text."""

_LISTS: Final = ("data", "customDimensions", "dimensions", "list", "values", "items", "approvers")
_HARMLESS: Final = frozenset({"approvers", "presetValues", "translations"})
"""Lists of objects inside of a definition or value that hold no further ones."""
_UNITS_BELOW: Final = ("subUnits", "children")


def listed(body: Any, what: str) -> Records:
    """The objects of a bare list, or of the one list in an envelope.

    Raises:
        Permanent: It is none of these, holds an error, another number of objects than it says, or says that there are more.
    """
    found = body
    if delivered_in_part(body) or has_more(body):
        raise unreadable(what)
    if isinstance(body, dict):
        lists = [key for key in _LISTS if isinstance(body.get(key), list)]
        found = body[lists[0]] if len(lists) == 1 and "id" not in body else None
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise unreadable(what)
    if any(error_of(item, [])[0] for item in found) or total(body, what) not in (None, len(found)):
        raise unreadable(what)
    return found


def dimension_table(body: Any) -> pd.DataFrame:
    """`DIMENSIONS`, one row a dimension, all text; missing is NaN."""
    rows = listed(body, "list of dimensions")
    _nothing_inside(rows, "list of dimensions", also=("values", "list"))
    table = _table(rows, DIMENSIONS, "list of dimensions")
    table["userOverridable"] = table["userOverridable"].str.lower()
    return table


def value_table(dimension: str, body: Any) -> pd.DataFrame:
    """`VALUES`, one row a value of this dimension."""
    rows = listed(body, "list of values")
    _nothing_inside(rows, "list of values")
    return _table(rows, VALUES[1:], "list of values").assign(dimension=dimension)[VALUES].astype("str")


def approver_table(body: Any) -> pd.DataFrame:
    """`APPROVERS` of values: one row an assignment, from a flat list, or from one of values with their `approvers`."""
    rows: Records = []
    for item in listed(body, "list of approvers"):
        own = item.get("approvers")
        at = item.get("dimensionValueId")
        if isinstance(own, list):
            at = at or item.get("id") or item.get("externalSourceId")
            rows += [{**each, "at": at} if isinstance(each, dict) else {} for each in own]
        else:
            rows.append({**item, "at": at})
    return _assignments(rows)


def unit_approver_table(body: Any) -> pd.DataFrame:
    """`APPROVERS` of units, by the body of the units; of a unit that shows no list of them, no row says anything."""
    rows: Records = []
    for node in _nodes(body):
        own = node.get("approvers")
        if own is not None and not isinstance(own, list):
            raise unreadable("approvers of units")
        rows += [{**each, "at": node.get("id")} if isinstance(each, dict) else {} for each in own or []]
    return _assignments(rows)


def units_show_approvers(body: Any) -> bool:
    """Whether the units show approvers at all, be it an empty list: else nothing is known of them."""
    nodes = list(_nodes(body))
    return bool(nodes) and all("approvers" in node for node in nodes)


def _nodes(body: Any) -> Iterator[dict[str, Any]]:
    if isinstance(body, dict) and "id" not in body:
        body = next((body[key] for key in ("data", "organizationalUnits") if isinstance(body.get(key), list)), [])
    for node in body if isinstance(body, list) else [body]:
        if isinstance(node, dict):
            yield node
            for key in _UNITS_BELOW:
                yield from _nodes(node.get(key) or [])


def _assignments(rows: Records) -> pd.DataFrame:
    if not all(row.get("at") and (row.get("personId") or row.get("approverExternalId")) for row in rows):
        raise unreadable("list of approvers")
    table = text_table(rows, APPROVERS)
    try:
        order = [int(row.get("sortOrder") or 0) for row in rows]
        limits = [limit_text(row.get("amountLimit")) for row in rows]
    except (ArithmeticError, TypeError, ValueError):
        raise unreadable("list of approvers") from None
    table["sortOrder"] = pd.Series([str(each) for each in order], dtype="str")
    table["amountLimit"] = pd.Series(limits, dtype="str")
    return table.iloc[sorted(range(len(order)), key=order.__getitem__)].reset_index(drop=True)


def _table(rows: Records, columns: list[str], what: str) -> pd.DataFrame:
    if not all(row.get("externalSourceId") or row.get("id") for row in rows):
        raise unreadable(what)
    table = text_table(rows, columns)
    if table["externalSourceId"].dropna().duplicated().any():
        raise unreadable(what)  # two of one id: whichever is meant
    return table


def _nothing_inside(rows: Records, what: str, also: tuple[str, ...] = ()) -> None:
    """A list of objects under a name that nobody knows may be what is looked for."""
    for row in rows:
        for key, value in row.items():
            if key not in _HARMLESS and key not in also and isinstance(value, list) and any(isinstance(item, dict) for item in value):
                raise unreadable(what)
