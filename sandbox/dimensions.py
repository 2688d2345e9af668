"""Findity's dimensions, their values, units being written, and who approves for them.

Belongs here: what these calls do to the state and how lists of them are shown. Does not belong here: users (`sandbox.users`), tokens and
errors (`sandbox.findity`).

The paths are [D F1]; that their bodies are arrays which are upserted, as users are, is [S] for values (one is removed with `delete: true`)
and [I] for the rest. The pages' bodies could not be read.
"""

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.box import Answer, Box
from sandbox.switches import Switches

Organization = dict[str, Any]
Item = dict[str, Any]

MOST_STEPS = 3  # [D F1]
LEVELS = ("EXPENSE", "REPORT")  # [S]
DEFINITION = ("externalSourceId", "name", "level", "controlType", "presetLocation", "userOverridable")  # [S] the names; on the wire [I]


class NotTaken(Exception):
    """A body that is refused whole: whether one bad entry costs the others is [?]."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


Change = Callable[[Box, Organization, Request, list[Item]], list[Item]]
Show = Callable[[Box, Organization, Request], list[Item]]


def handlers(error: Callable[..., Answer]) -> Iterator[tuple[str, str, str, Callable[..., Answer]]]:
    """Path below the organization, method, name in the call log, and what it does."""

    def of(box: Box, request: Request) -> Organization:
        found: Organization = box.state["findity"]["organizations"][request.path_params["organization"]]
        return found

    def get(show: Show) -> Callable[..., Answer]:
        def work(box: Box, request: Request, body: bytes, refused: dict[str, str]) -> Answer:
            try:
                return _list(box, show(box, of(box, request), request))
            except NotTaken as why:
                return error(box, why.status, why.code, why.message)

        return work

    def put(change: Change) -> Callable[..., Answer]:
        def work(box: Box, request: Request, body: bytes, refused: dict[str, str]) -> Answer:
            try:
                items = json.loads(body)
            except ValueError:
                return error(box, 400, "NO_KNOWN_JSON_PROPERTIES", "Failed to parse the JSON body")
            items = [items] if isinstance(items, dict) and "organizationalunits" in request.url.path else items  # [D F1] one root object
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                return error(box, 400, "INVALID_JSON_BODY", "An array is expected")  # [I]
            struck = next((refused[key] for item in items for key in _keys(item) if key in refused), None)
            if struck:
                return error(box, 400, struck, "Refused")
            try:
                answer = change(box, of(box, request), request, items)
            except NotTaken as why:
                return error(box, why.status, why.code, why.message)
            if box.switches.findity_structure_answer == "empty":
                return Answer(Response(status_code=200), 200, changed=True)
            return Answer(JSONResponse(answer), 200, changed=True)

        return work

    values, approvers = "/customdimensions/{dimension}/list/", "/customdimensions/{dimension}/list/approvers/"
    yield "/customdimensions/", "GET", "customdimensions", get(lambda box, organization, request: definitions(organization))
    yield "/customdimensions/", "PUT", "customdimensions", put(_put_definitions)
    yield values, "GET", "dimension list", get(lambda box, organization, request: _values(organization, request))
    yield values, "PUT", "dimension list", put(_put_values)
    yield approvers, "GET", "dimension approvers", get(_show_approvers)
    yield approvers, "PUT", "dimension approvers", put(_put_approvers)
    yield "/organizationalunits/", "PUT", "organizationalunits", put(_put_units)


def definitions(organization: Organization) -> list[Item]:
    """An organization's dimensions."""
    found: list[Item] = organization.setdefault("customDimensions", [])
    return found


def _keys(item: Item) -> list[str]:
    """By what a fault may strike an entry."""
    return [str(item[key]) for key in ("externalSourceId", "dimensionValueId") if item.get(key)]


def _list(box: Box, rows: list[Item]) -> Answer:
    if box.switches.findity_structure_list == "data":
        return Answer(JSONResponse({"meta": {"count": len(rows), "total": len(rows)}, "data": rows}), 200)  # [S] the Expense API's envelope
    return Answer(JSONResponse(rows), 200)  # [I] as users without max


def _put_definitions(box: Box, organization: Organization, request: Request, items: list[Item]) -> list[Item]:
    there = {one["externalSourceId"]: one for one in definitions(organization)}
    for item in items:
        key = _required(item, "externalSourceId")
        given = {name: item[name] for name in DEFINITION if name in item}
        if key not in there:
            _required(item, "name")
        if given.get("level") not in (None, *LEVELS):
            raise NotTaken("INVALID_JSON_BODY", "level is EXPENSE or REPORT")  # [?] the answer
        there[key] = there.get(key, {"id": uuid.uuid4().hex}) | given
    organization["customDimensions"] = list(there.values())
    return [there[item["externalSourceId"]] for item in items]


def _values(organization: Organization, request: Request) -> list[Item]:
    dimension = request.path_params["dimension"]
    if dimension not in {one["externalSourceId"] for one in definitions(organization)}:
        raise NotTaken("DIMENSION_NOT_FOUND", "No such dimension", 404)  # [?]
    found: list[Item] = organization.setdefault("dimensionValues", {}).setdefault(dimension, [])
    return found


def _put_values(box: Box, organization: Organization, request: Request, items: list[Item]) -> list[Item]:
    there = {one["externalSourceId"]: one for one in _values(organization, request)}
    for item in items:
        key = _required(item, "externalSourceId")
        if item.get("delete") is True:  # [S]
            removed = there.pop(key, None)
            if removed is not None:  # [I] that who approves for it goes with it
                kept = [one for one in _assignments(organization, request) if one["value"] != key]
                organization["dimensionApprovers"][request.path_params["dimension"]] = kept
            continue
        if key not in there:
            _required(item, "name")
        own = {"id": uuid.uuid4().hex}
        there[key] = there.get(key, own) | {name: item[name] for name in ("externalSourceId", "name") if name in item}
    organization["dimensionValues"][request.path_params["dimension"]] = list(there.values())
    return [there.get(item["externalSourceId"], item) for item in items]


def value_named(switches: Switches, values: list[Item], name: Any) -> Item | None:
    """The value that a preset or an assignment names: by its external id or by Findity's own, [?] which."""
    by = {"external": ("externalSourceId",), "own": ("id",), "both": ("externalSourceId", "id")}[switches.findity_value_ids]
    return next((one for one in values if name in [one.get(key) for key in by]), None)


def unknown_presets(switches: Switches, organization: Organization, presets: Any) -> list[Any]:
    """The presets of a user whose dimension or value is not there."""
    values = organization.get("dimensionValues", {})
    names = [one["externalSourceId"] for one in definitions(organization)]

    def known(preset: Any) -> bool:
        dimension = preset.get("dimensionExternalSourceId") if isinstance(preset, dict) else None
        return dimension in names and value_named(switches, values.get(dimension, []), preset.get("dimensionValueId")) is not None

    return [preset for preset in presets or [] if not known(preset)]


def _assignments(organization: Organization, request: Request) -> list[Item]:
    found: list[Item] = organization.setdefault("dimensionApprovers", {}).setdefault(request.path_params["dimension"], [])
    return found


def _show_approvers(box: Box, organization: Organization, request: Request) -> list[Item]:
    values = {one["externalSourceId"]: one for one in _values(organization, request)}
    rows = []
    for one in _assignments(organization, request):
        value = values[one["value"]]
        named = value["id"] if box.switches.findity_value_ids == "own" else value["externalSourceId"]
        rows.append({"id": one["id"], "dimensionValueId": named} | _shown(box, organization, one))
    if box.switches.findity_approver_list == "flat":
        return rows
    grouped: dict[str, Item] = {}
    for row in rows:
        mine = grouped.setdefault(row["dimensionValueId"], {"dimensionValueId": row["dimensionValueId"], "approvers": []})
        mine["approvers"].append({name: value for name, value in row.items() if name != "dimensionValueId"})
    return list(grouped.values())


def _shown(box: Box, organization: Organization, one: Item) -> Item:
    shown = {"sortOrder": one["sortOrder"], "amountLimit": one["amountLimit"]}
    if box.switches.findity_approver_by != "approverExternalId":  # [D F1] one page has this
        shown["personId"] = one["personId"]
    if box.switches.findity_approver_by != "personId":  # [D F1] another has that
        users = organization["users"].items()
        shown["approverExternalId"] = next((key for key, user in users if user["personId"] == one["personId"]), None)
    return shown


def _put_approvers(box: Box, organization: Organization, request: Request, items: list[Item]) -> list[Item]:
    values = _values(organization, request)
    before = {one["id"]: one for one in _assignments(organization, request)}
    after: dict[str, Item] = {} if box.switches.findity_approvers_put == "replace" else dict(before)  # [?] which
    for item in items:
        if item.get("delete") is True:  # [I] as for values
            after.pop(str(item.get("id")), None)
            continue
        value = value_named(box.switches, values, item.get("dimensionValueId"))
        if value is None:
            raise NotTaken("DIMENSION_VALUE_NOT_FOUND", "No such value")  # [?]
        own = str(item.get("id") or uuid.uuid4().hex)
        if item.get("id") and own not in before:
            raise NotTaken("NOT_FOUND", "No such approver")  # [?]
        after[own] = {"id": own, "value": value["externalSourceId"]} | _assignment(box, organization, item)
    _counted([one["value"] for one in after.values()])
    organization["dimensionApprovers"][request.path_params["dimension"]] = list(after.values())
    return _show_approvers(box, organization, request)


def _assignment(box: Box, organization: Organization, item: Item, *, of_unit: bool = False) -> Item:
    by = "personId" if of_unit else box.switches.findity_approver_by
    people = {user["personId"]: user["personId"] for user in organization["users"].values()}
    if by == "approverExternalId" or (by == "both" and item.get("approverExternalId")):
        people = {key: user["personId"] for key, user in organization["users"].items()}
        person = item.get("approverExternalId")
    else:
        person = item.get("personId")
    if person is None:
        raise NotTaken("REQUIRED_FIELD", f"{by} is required")  # [O F3] the code
    if person not in people:
        raise NotTaken("PERSON_NOT_FOUND", "No such person")  # [?]
    order, limit = item.get("sortOrder", 0), item.get("amountLimit")
    if not isinstance(order, int) or not 0 <= order < MOST_STEPS or not (limit is None or isinstance(limit, int | float)):
        raise NotTaken("INVALID_JSON_BODY", "sortOrder is 0, 1 or 2, amountLimit a number or null")  # [D F1]; the answer [?]
    return {"personId": people[person], "sortOrder": order, "amountLimit": limit}


def _counted(where: list[str]) -> None:
    if any(where.count(one) > MOST_STEPS for one in set(where)):
        raise NotTaken("TOO_MANY_APPROVERS", "At most three steps")  # [D F1]; the code [?]


def _put_units(box: Box, organization: Organization, request: Request, items: list[Item]) -> list[Item]:
    units = [dict(unit) for unit in organization["units"]]  # [D F1] the full structure or parts of it; what is not sent stays [I]
    for item in items:
        _put_unit(box, organization, units, item, None)
    organization["units"] = units
    return items


def _put_unit(box: Box, organization: Organization, units: list[Item], item: Item, above: str | None) -> None:
    given: Item = {name: item[name] for name in ("name", "externalSourceId") if name in item}
    if "approvers" in item:
        steps = [one for one in item["approvers"] or [] if one.get("delete") is not True]
        _counted([str(item.get("id"))] * len(steps))
        made = [{"id": one.get("id") or uuid.uuid4().hex} | _assignment(box, organization, one, of_unit=True) for one in steps]
        given["approvers"] = made  # [I] that a unit's list becomes what is sent
    unit = next((one for one in units if one["id"] == item.get("id")), None)
    if unit is None:
        nested = above is not None
        if item.get("id") or box.switches.findity_unit_parts not in ("both", "nested" if nested else "owner"):
            raise NotTaken("ORGANIZATIONAL_UNIT_NOT_FOUND", "No such unit")  # [?]
        owner = above or item.get("ownerId")
        if owner not in {one["id"] for one in units}:
            raise NotTaken("ORGANIZATIONAL_UNIT_NOT_FOUND", "No such owner")  # [?]
        _required(item, "name")
        unit = {"id": f"unit-{uuid.uuid4().hex[:12]}", "externalSourceId": None, "parentId": owner}
        units.append(unit)
    unit.update(given)
    for below in item.get("subUnits") or []:
        _put_unit(box, organization, units, below, unit["id"])


def _required(item: Item, name: str) -> str:
    value = item.get(name)
    if not isinstance(value, str) or not value:
        raise NotTaken("REQUIRED_FIELD", f"{name} is required")  # [O F3] the code
    return value
