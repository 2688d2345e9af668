"""Findity's token endpoint and Admin API: the wire, tokens, shapes of lists.

Belongs here: paths, headers, tokens, answers. Does not belong here: what an upsert does to users (`sandbox.users`).
"""

import json
import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox import dimensions, sign_in
from sandbox.box import Answer, Box, Call
from sandbox.faults import Fault
from sandbox.users import Upsert, UserError

# [D F1] the first and the last, on two of the vendor's pages; [O F3] the one without a slash.
TOKEN_PATHS = ("/api/oauth/token/", "/api/oauth/token", "/oauth/token")
ADMIN = "/api/admin/organizations"
ORGANIZATION = ADMIN + "/externalid/{organization}"  # [S] the external-id variants are the ones to use; the others are not served

UNIT = {"description": None, "costCenterId": None, "projectId": None, "vatType": "USE_CATEGORY"}
"""What every unit has beside its own values [D F1]."""

Work = Callable[[Box, Request, bytes, dict[str, str]], Answer]


def error_answer(box: Box, status: int, code: str, message: str, person: str | None = None) -> Answer:
    """An error in the switched shape; codes are [S] or [O F3] where `sandbox.users` says so, the shape is [?]."""
    body: Any = {box.switches.findity_error_key: code, "message": message}
    if person is not None and box.switches.findity_error_person:
        body["externalSourceId"] = person
    body = [body] if box.switches.findity_error_shape == "list" else body
    return Answer(JSONResponse(body, status_code=status), status)


def routes(box: Box) -> list[Route]:
    """The routes of the token endpoint and of the Admin API."""

    def serve(path: str, method: str, name: str, work: Work) -> Route:
        async def endpoint(request: Request) -> Response:
            body = await request.body()
            call = Call("findity", f"{method} {name}", writes=method in ("PUT", "DELETE"), people=_people(request, body))

            def guarded(refused: dict[str, str]) -> Answer:
                return _refused_at_the_door(box, request) or work(box, request, body, refused)

            return await box.answer(call, guarded, lambda fault: _fault_body(box, fault))

        return Route(path, endpoint, methods=[method])

    async def token(request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        call = Call("findity", "POST token")
        issue = sign_in.token if sign_in.is_mine(box, form) else _token
        return await box.answer(call, lambda _: issue(box, form), lambda fault: _fault_body(box, fault))

    async def elsewhere(request: Request) -> Response:
        # Trailing slashes are part of every admin path [D F1]; without one: a redirect or 404 [I].
        if not request.url.path.endswith("/") and box.switches.findity_slash == "redirect":
            return RedirectResponse(str(request.url.replace(path=request.url.path + "/")), status_code=307)
        return error_answer(box, 404, "NOT_FOUND", "No such resource").response

    user = ORGANIZATION + "/users/externalid/{user}/"
    return [
        *(Route(path, token, methods=["POST"]) for path in TOKEN_PATHS),
        serve(ADMIN + "/", "GET", "organizations", _organizations),
        serve(ORGANIZATION + "/", "GET", "organization", _organization),
        serve(ORGANIZATION + "/users/", "GET", "users", _list_users),
        serve(ORGANIZATION + "/users/", "PUT", "users", _put_users),
        serve(user, "GET", "user", _get_user),
        serve(user, "DELETE", "user", _delete_user),
        serve(ORGANIZATION + "/organizationalunits/", "GET", "organizationalunits", _units),
        *(serve(ORGANIZATION + path, method, name, work) for path, method, name, work in dimensions.handlers(error_answer)),
        Route("/api/admin/{rest:path}", elsewhere, methods=["GET", "PUT", "POST", "DELETE"]),
    ]


def _people(request: Request, body: bytes) -> list[str]:
    if "user" in request.path_params:
        return [request.path_params["user"]]
    try:
        items = json.loads(body)
    except ValueError:
        return []
    return [str(item.get("externalSourceId")) for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _fault_body(box: Box, fault: Fault) -> Response:
    return error_answer(box, fault.status or 400, str(fault.code or "UNEXPECTED_ERROR"), "An unexpected error occurred").response


# --- tokens


def _token(box: Box, form: dict[str, str]) -> Answer:
    state = box.state["findity"]
    client = form.get("client_id", "")
    if form.get("grant_type") == "refresh_token":
        # [D F1] a refresh token works once; client_id goes with it, no secret.
        if state["refresh_tokens"].pop(form.get("refresh_token"), None) != client:
            return Answer(JSONResponse({"error": "invalid_grant"}, status_code=400), 400)  # [I] as OAuth writes it
    elif form.get("grant_type") != "client_credentials":
        return Answer(JSONResponse({"error": "unsupported_grant_type"}, status_code=400), 400)  # [I]
    elif state["clients"].get(client, {}).get("secret") != form.get("client_secret") or not client:
        return Answer(JSONResponse({"error": "invalid_client"}, status_code=401), 401)  # [I]
    # [O F3] opaque, about 128 characters. [D F1] the answer's keys.
    access, seconds = secrets.token_hex(64), box.switches.findity_token_seconds
    state["tokens"][access] = {"client": client, "expires": time.time() + seconds, "calls": 0}
    answer = {"access_token": access, "token_type": "Bearer", "expires_in": int(seconds)}
    if box.switches.findity_refresh_token:
        answer["refresh_token"] = secrets.token_hex(64)
        state["refresh_tokens"][answer["refresh_token"]] = client
    return Answer(JSONResponse(answer), 200, changed=True)


def _refused_at_the_door(box: Box, request: Request) -> Answer | None:
    state = box.state["findity"]
    token = state["tokens"].get(request.headers.get("Authorization", "").removeprefix("Bearer "))
    if token is None:
        return error_answer(box, 401, "INVALID_TOKEN", "No valid access token")  # [O F3] 401; the code [?]
    token["calls"] += 1
    if time.time() > token["expires"] or 0 < box.switches.findity_token_calls < token["calls"]:
        return error_answer(box, 401, "EXPIRED_TOKEN", "The access token has expired")  # [O F3] 401; the code [?]
    if box.switches.findity_version_header and request.headers.get("X-Findity-ApiVersion") != "3":
        return error_answer(box, 400, "API_VERSION_REQUIRED", "Header X-Findity-ApiVersion: 3 is required")  # [D F1]; the answer [?]
    organization = request.path_params.get("organization")
    known = state["clients"][token["client"]].get("organizations", [])  # [D F1] a key is for organizations
    if organization is not None and (organization not in known or organization not in state["organizations"]):
        return error_answer(box, 404, "ORGANIZATION_NOT_FOUND", "No such organization")  # [S] the code
    return None


# --- resources


def _of(box: Box, request: Request) -> dict[str, Any]:
    found: dict[str, Any] = box.state["findity"]["organizations"][request.path_params["organization"]]
    return found


def _read(box: Box, request: Request) -> dict[str, Any]:
    view = box.lag["findity"].on_read(box.state["findity"])
    found: dict[str, Any] = view["organizations"][request.path_params["organization"]]
    return found


def _shown(box: Box, user: dict[str, Any]) -> dict[str, Any]:
    unset = {"phone": None, "bankAccount": None, "address": None, "role": None, "locale": None, "organizationalUnitId": None}
    return (unset | user) if box.switches.findity_unset == "null" else user


def _about(organization: dict[str, Any]) -> dict[str, Any]:
    # [D F2] keys and date format of the sample; `name` is [I].
    about = {name: organization[name] for name in ("id", "externalSourceId", "name")}
    dates = {"dateCreated": "2026-01-05T08:00:00Z", "lastUpdated": "2026-01-05T08:00:00Z"}
    return about | {"className": "com.findity.consumer.Company"} | dates


def _organizations(box: Box, request: Request, body: bytes, refused: dict[str, str]) -> Answer:
    return Answer(JSONResponse([_about(organization) for organization in box.state["findity"]["organizations"].values()]), 200)


def _organization(box: Box, request: Request, body: bytes, refused: dict[str, str]) -> Answer:
    return Answer(JSONResponse(_about(_of(box, request))), 200)


def _list_users(box: Box, request: Request, body: bytes, refused: dict[str, str]) -> Answer:
    # [D F2] a plain list may leave some people out, whom a query parameter adds; its names are not known: here by the user's `shownWith`.
    everyone = _read(box, request)["users"].values()
    query = request.query_params
    listed = [user for user in everyone if "shownWith" not in user or query.get(user["shownWith"]) == "true"]
    users = [_shown(box, {name: value for name, value in user.items() if name != "shownWith"}) for user in listed]
    if not box.switches.findity_person_id:
        users = [{name: value for name, value in user.items() if name != "personId"} for user in users]
    total, shape = len(users), box.switches.findity_list
    if "max" in query and shape != "array":
        start = int(query.get("offset", 0))  # [D F2] max and offset
        users = users[start : start + int(query["max"])]
    if shape == "meta":
        return Answer(JSONResponse({"meta": {"count": len(users), "total": total}, "data": users}), 200)  # [S] seed of the Expense API
    # [D F2] a flat array without max, an envelope with `userList` with it; its other keys are not known.
    enveloped = shape == "userList" or (shape == "documented" and "max" in query)
    return Answer(JSONResponse({"userList": users} if enveloped else users), 200)


def _put_users(box: Box, request: Request, body: bytes, refused: dict[str, str]) -> Answer:
    try:
        items = json.loads(body)
    except ValueError:
        return error_answer(box, 400, "NO_KNOWN_JSON_PROPERTIES", "Failed to parse the JSON body")  # [S] though it looks swapped with
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return error_answer(box, 400, "INVALID_JSON_BODY", "An array of users is expected")  # this one, as the reference page warns
    box.lag["findity"].before_write(box.state["findity"], box.switches.findity_lag_reads, box.switches.findity_lag_seconds)
    # [D F2] sendInvitationMail is true unless it says false.
    mails = request.query_params.get("sendInvitationMail", "true").lower() != "false" or box.switches.findity_invitation_mail == "always"
    upsert = Upsert(box.state["findity"], request.path_params["organization"], box.switches)
    try:
        answers = upsert.run(items, refused)
    except UserError as error:
        return error_answer(box, 400, error.code, error.message, error.person)  # [?] one bad user fails the whole batch
    upsert.commit(mails)
    if box.switches.findity_put_answer == "empty":
        return Answer(Response(status_code=200), 200, changed=True)
    shown = [_shown(box, answer) if "id" in answer else answer for answer in answers]
    return Answer(JSONResponse(shown), 200, changed=True)


def _get_user(box: Box, request: Request, body: bytes, refused: dict[str, str]) -> Answer:
    user = _read(box, request)["users"].get(request.path_params["user"])
    if user is None:
        return error_answer(box, 404, "USER_NOT_FOUND", "No such user")  # [?]
    return Answer(JSONResponse(_shown(box, user)), 200)


def _delete_user(box: Box, request: Request, body: bytes, refused: dict[str, str]) -> Answer:
    user = request.path_params["user"]
    if user not in _of(box, request)["users"]:
        return error_answer(box, 404, "USER_NOT_FOUND", "No such user")  # [?]
    box.lag["findity"].before_write(box.state["findity"], box.switches.findity_lag_reads, box.switches.findity_lag_seconds)
    del _of(box, request)["users"][user]  # [S] access ends; reports are retained and not modelled
    box.state["findity"]["deletions"].append({"organization": request.path_params["organization"], "externalSourceId": user})
    return Answer(Response(status_code=204), 204, changed=True)  # [?] the status


def _units(box: Box, request: Request, body: bytes, refused: dict[str, str]) -> Answer:
    units = _of(box, request)["units"]
    if box.switches.findity_units == "flat":
        return Answer(JSONResponse(units), 200)  # [I] parentId
    documented = box.switches.findity_units == "documented"
    inner = "subUnits" if documented else "children"  # [D F1] the first, [I] the second
    nodes = {unit["id"]: {name: unit[name] for name in ("id", "name", "externalSourceId")} | {inner: []} for unit in units}
    roots: list[dict[str, Any]] = []
    for unit in units:  # a unit comes after the one above it
        above = nodes.get(unit.get("parentId"))
        if documented:  # [D F1] all of these on every unit
            level = above["level"] + 1 if above else 0
            nodes[unit["id"]] |= UNIT | {"level": level, "ownerId": unit.get("parentId"), "presetValues": []}
            nodes[unit["id"]] |= {"approvers": unit.get("approvers", [])}
        (above[inner] if above else roots).append(nodes[unit["id"]])
    return Answer(JSONResponse(roots if box.switches.findity_units == "nested" or not roots else roots[0]), 200)
