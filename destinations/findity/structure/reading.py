"""Which of an organization's dimensions, values and approvers are asked for, by what a company configures.

Belongs here: paths, and what becomes of an answer that cannot be used. Does not belong here: forms of answers (``answers``).

Nothing is asked for that nothing in the settings needs. An answer that is refused or of no known form stands in the frame
``structure_unread`` and is never an empty one: nothing is planned from it. An outage ends the reading, as it does for users.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

import pandas as pd

from destinations.findity.client import Findity
from destinations.findity.replies import error_of, whole
from destinations.findity.settings import Settings
from destinations.findity.structure.answers import (
    APPROVERS,
    DIMENSIONS,
    VALUES,
    approver_table,
    dimension_table,
    unit_approver_table,
    units_show_approvers,
    value_table,
)
from resources.failures import Permanent

DEFINITIONS: Final = "/customdimensions/"
UNITS: Final = "/organizationalunits/"
UNREAD: Final = ["what", "reason"]
"""``dimensions``, ``values/COST``, ``approvers/COST`` or ``unit approvers``, and why it is not known."""


def values_path(dimension: str) -> str:
    """Where a dimension's values are, by its external id."""
    return f"{DEFINITIONS}{quote(dimension, safe='')}/list/"


def approvers_path(dimension: str) -> str:
    """Where it says who approves for these values."""
    return f"{values_path(dimension)}approvers/"


def read(client: Findity, settings: Settings) -> Mapping[str, pd.DataFrame]:
    """What the settings need of it.

    Args:
        client: which has read the units.
        settings: the company's.

    Returns:
        ``dimensions`` (`DIMENSIONS`), ``dimension_values`` (`VALUES`), ``value_approvers`` (a column ``dimension`` and `APPROVERS`),
        ``unit_approvers`` (`APPROVERS`) and ``structure_unread`` (`UNREAD`): each only where it is needed.
    """
    wanted = list(dict.fromkeys([*(settings.dimensions or {}), *(settings.users.dimensionPresets or {})]))
    if not wanted and "departments" not in settings.approval:
        return {}
    unread: list[tuple[str, str]] = []
    frames: dict[str, pd.DataFrame] = {}
    if wanted:
        frames |= _dimensions(client, settings, wanted, unread)
    if "departments" in settings.approval:
        frames["unit_approvers"] = _of_units(client.unit_answer, unread)
    return {**frames, "structure_unread": pd.DataFrame(unread, columns=UNREAD, dtype="str")}


def _dimensions(client: Findity, settings: Settings, wanted: list[str], unread: list[tuple[str, str]]) -> dict[str, pd.DataFrame]:
    definitions = _ask(client, DEFINITIONS, "dimensions", dimension_table, unread)
    if definitions is None:
        return {"dimensions": pd.DataFrame(columns=DIMENSIONS, dtype="str"), "dimension_values": pd.DataFrame(columns=VALUES, dtype="str")}
    there = [one for one in wanted if one in set(definitions["externalSourceId"].dropna())]
    values = [_ask(client, values_path(one), f"values/{one}", lambda body, one=one: value_table(one, body), unread) for one in there]  # type: ignore[misc]
    frames = {"dimensions": definitions, "dimension_values": _joined(values, VALUES)}
    if "dimensions" in settings.approval:
        routed = [one for one in there if one in (settings.dimensions or {}) and routes(settings, one)]
        lists = {one: _ask(client, approvers_path(one), f"approvers/{one}", approver_table, unread) for one in routed}
        tables = [None if table is None else table.assign(dimension=one) for one, table in lists.items()]
        frames["value_approvers"] = _joined(tables, ["dimension", *APPROVERS])
    return frames


def routes(settings: Settings, dimension: str) -> bool:
    """Whether the settings say who approves for a dimension's values."""
    one = (settings.dimensions or {})[dimension]
    return bool(one.approvers or one.approvers_of)


def _of_units(body: Any, unread: list[tuple[str, str]]) -> pd.DataFrame:
    try:
        if units_show_approvers(body):
            return unit_approver_table(body)
        unread.append(("unit approvers", "Findity's units show no approvers"))
    except Permanent as failure:
        unread.append(("unit approvers", str(failure)))
    return pd.DataFrame(columns=APPROVERS, dtype="str")


def _ask(client: Findity, path: str, what: str, table: Callable[[Any], pd.DataFrame], unread: list[tuple[str, str]]) -> pd.DataFrame | None:
    reply = client.request("GET", path)
    if reply.status >= 400:
        code, reason = error_of(reply.json, [])
        unread.append((what, f"Findity refused to show it: {reply.status} {code} {reason}".rstrip()))
        return None
    try:
        return table(whole(reply, what))
    except Permanent as failure:
        unread.append((what, str(failure)))
        return None


def _joined(tables: list[pd.DataFrame | None], columns: list[str]) -> pd.DataFrame:
    some = [table[columns] for table in tables if table is not None and len(table)]
    return pd.concat(some, ignore_index=True).astype("str") if some else pd.DataFrame(columns=columns, dtype="str")
