"""Findity's Expense API, as far as it is a person's own account: `/me`, and searching for whom one may act.

Paths, methods, parameters, bodies and codes are [S] (the vendor's page on users, kept as text) unless a comment says otherwise. They have
no slash at their end, and need no version header [S by the examples].

Belongs here: the wire. Does not belong here: an account's rules (`sandbox.accounts`), signing in (`sandbox.sign_in`).
"""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox import setting_fields, sign_in
from sandbox.accounts import MEANING, AccountError, Accounts
from sandbox.box import Answer, Box, Call
from sandbox.faults import Fault
from sandbox.findity import error_answer

EXPENSE = "/api/v1/expense"
OPTIONAL: Final = ("preferences", "extraRecipients", "temporaryApprovers")
SHOWN: Final = (
    *("id", "email", "firstName", "lastName", "mobilePhone", "defaultCurrency", "language", "bankAccountNumber", "IBAN", "BIC"),
    *("formattingRegion", "address"),
)


@dataclass
class PersonCall:
    """One request of one person."""

    box: Box
    request: Request
    body: bytes
    accounts: Accounts
    account: dict[str, Any]

    @property
    def json(self) -> Any:
        """The body.

        Raises:
            AccountError: It is no JSON.
        """
        try:
            return json.loads(self.body)
        except ValueError:
            swapped = self.box.switches.findity_swapped_codes
            raise AccountError("NO_KNOWN_JSON_PROPERTIES" if swapped else "INVALID_JSON_BODY") from None

    def value(self, name: str) -> Any:
        """One value of a body that is an object."""
        body = self.json
        return body.get(name) if isinstance(body, dict) else None

    @property
    def action(self) -> str:
        """The query parameter."""
        return self.request.query_params.get("action", "")


Work = Callable[[PersonCall], Answer]


def routes(box: Box) -> list[Route]:
    """All of `/me` and the search."""

    def serve(path: str, name: str, **works: Work) -> Route:
        async def endpoint(request: Request) -> Response:
            body = await request.body()
            call = Call("findity", f"{request.method} {name}", writes=request.method != "GET")

            def work(_: dict[str, str]) -> Answer:
                person = sign_in.person_of(box, request)
                if person is None:
                    return error_answer(box, 401, "INVALID_TOKEN", "No valid access token")  # [O F3] 401; the code [?]
                accounts = Accounts(box.state["findity"], box.switches)
                try:
                    return works[request.method](PersonCall(box, request, body, accounts, accounts.of(person)))
                except AccountError as error:
                    return error_answer(box, error.status, error.code, MEANING.get(error.code, "An error occurred"))

            return await box.answer(call, work, lambda fault: _fault_body(box, fault))

        return Route(EXPENSE + path, endpoint, methods=list(works))

    return [
        serve("/me", "me", GET=_me, PUT=_put_me),
        serve("/me/settings/fields", "me settings", GET=_settings),
        serve("/me/counters", "me counters", GET=_counters),
        serve("/me/profileimage", "me profileimage", GET=_image, PUT=_put_image, DELETE=_delete_image),
        serve("/me/email", "me email", POST=_email),
        serve("/me/phone", "me phone", POST=_phone, DELETE=_delete_phone),
        serve("/me/password", "me password", POST=_password),
        serve("/me/extrarecipients", "me extrarecipients", GET=_recipients, POST=_post_recipients),
        serve("/me/extrarecipients/{recipient}", "me extrarecipients", DELETE=_delete_recipient),
        serve("/impersonation/users/search", "impersonation", GET=_search),
    ]


def _fault_body(box: Box, fault: Fault) -> Response:
    return error_answer(box, fault.status or 400, str(fault.code or "UNEXPECTED_ERROR"), "An unexpected error occurred").response


def _profile(call: PersonCall) -> Answer:
    wanted = call.request.query_params.get("include", "").split(",")
    shown = {name: call.account.get(name) for name in (*SHOWN, *(name for name in OPTIONAL if name in wanted))}
    if "meta.capabilities" in wanted:
        shown["meta"] = {"capabilities": call.account["capabilities"]}
    return Answer(JSONResponse(shown), 200)


def _done(call: PersonCall, body: Any = None) -> Answer:
    """[?] what a change that needs no answer is answered with."""
    answer = Response(status_code=204) if body is None or call.box.switches.findity_me_answer == "empty" else JSONResponse(body)
    return Answer(answer, answer.status_code, changed=True)


def _me(call: PersonCall) -> Answer:
    return _profile(call)


def _put_me(call: PersonCall) -> Answer:
    query = call.request.query_params
    if query.get("format") == "fields":
        setting_fields.take(call.account, call.json)
        return _done(call, setting_fields.shown(call.account, call.box.switches.findity_fields))  # [I] the structure anew
    if call.action:
        if call.action not in ("enableSupportAccess", "disableSupportAccess") or call.body:
            raise AccountError("INVALID_ACTION")  # [?] the code; [S] instead of a body
        call.account["supportAccess"] = call.action == "enableSupportAccess"
        return _done(call)
    call.accounts.update(call.account, call.json)
    return _done(call, json.loads(_profile(call).response.body))  # [I] the profile


def _settings(call: PersonCall) -> Answer:
    return Answer(JSONResponse(setting_fields.shown(call.account, call.box.switches.findity_fields)), 200)


def _counters(call: PersonCall) -> Answer:
    organizations = call.accounts.organizations(call.account["id"])
    if not organizations:
        raise AccountError("ORGANIZATION_NOT_FOUND", 404)
    counts = {"expenses": 0, "approvals": 0, "rejections": 0, "notifications": 0, "transactions": 0, "inbox": 0}
    rows = [{"organizationId": one["id"]} | counts | one.get("counters", {}) for one in organizations]
    return Answer(JSONResponse({"meta": {"count": len(rows), "total": len(rows)}, "data": rows}), 200)


def _image(call: PersonCall) -> Answer:
    image = call.account["image"]
    if image is None:
        return error_answer(call.box, 404, "NOT_FOUND", "No profile image")  # [?]
    return Answer(Response(base64.b64decode(image["data"]), media_type=image["type"]), 200)


def _put_image(call: PersonCall) -> Answer:
    kind = call.request.headers.get("Content-Type", "")
    if not kind.startswith("image/") or not call.body:
        raise AccountError("INVALID_IMAGE")  # [?]
    call.account["image"] = {"type": kind, "data": base64.b64encode(call.body).decode()}
    return _done(call)


def _delete_image(call: PersonCall) -> Answer:
    call.account["image"] = None
    return _done(call)


def _two_steps(call: PersonCall, what: str, given: str, field: str) -> Answer:
    if call.action == "change":
        call.accounts.ask(call.account, what, call.value(given))
    elif call.action == "verify":
        call.account[field] = call.accounts.verify(call.account, what, call.value("verificationCode"))
    else:
        raise AccountError("INVALID_ACTION")  # [?]
    return _done(call)


def _email(call: PersonCall) -> Answer:
    return _two_steps(call, "email", "email", "email")


def _phone(call: PersonCall) -> Answer:
    return _two_steps(call, "phone", "phoneNumber", "mobilePhone")


def _delete_phone(call: PersonCall) -> Answer:
    call.account["mobilePhone"] = None
    return _done(call)


def _password(call: PersonCall) -> Answer:
    call.accounts.change_password(call.account, call.value("oldPassword"), call.value("newPassword"))
    sign_in.end_all(call.box, call.account["id"])
    access, refresh, seconds = sign_in.issue(call.box, call.account["id"])
    # [S] camelCase here, where OAuth's own answers are not
    return Answer(JSONResponse({"expiresIn": seconds, "accessToken": access, "refreshToken": refresh}), 200, changed=True)


def _recipients(call: PersonCall) -> Answer:
    rows = call.account["extraRecipients"]
    if call.box.switches.findity_recipients == "array":
        return Answer(JSONResponse(rows), 200)
    return Answer(JSONResponse({"meta": {"count": len(rows), "total": len(rows)}, "data": rows}), 200)  # [I] as the other lists


def _post_recipients(call: PersonCall) -> Answer:
    if call.action == "add":
        return _done(call, call.accounts.add_recipient(call.account, call.value("email")))  # [?] the body's key
    if call.action == "verify":
        return _done(call, call.accounts.confirm_recipient(call.account, call.value("verificationCode")))
    raise AccountError("INVALID_ACTION")  # [?]


def _delete_recipient(call: PersonCall) -> Answer:
    kept = [one for one in call.account["extraRecipients"] if one["id"] != call.request.path_params["recipient"]]
    if len(kept) == len(call.account["extraRecipients"]):
        return error_answer(call.box, 404, "NOT_FOUND", "No such recipient")  # [?]
    call.account["extraRecipients"] = kept
    return _done(call)


def _search(call: PersonCall) -> Answer:
    if not call.account["capabilities"]["canImpersonate"]:
        return error_answer(call.box, 403, "ACCESS_DENIED", "No permission to impersonate")  # [S] that it needs one; the answer [?]
    query = call.request.query_params
    text = query.get("searchText", "").casefold()
    names = ("firstName", "lastName", "email")
    found = [one for one in call.accounts.people() if any(text in str(one[name]).casefold() for name in names)]  # [I] in which fields
    for part in reversed([part for part in query.get("sort", "").split(",") if part]):
        field, _, order = part.partition(":")
        found.sort(key=lambda one, field=field: str(one.get(field) or ""), reverse=order == "desc")  # type: ignore[misc]
    most = call.box.switches.findity_search_page
    start, size = int(query.get("offset", 0)), min(int(query.get("max", most)), most)  # [I] a largest page
    picture = f"{call.request.url.scheme}://{call.request.url.netloc}{EXPENSE}/profileimage/"
    rows = [
        {
            "personId": one["id"],
            **{name: one[name] for name in names},
            "impersonatorType": "PERSON",
            "profilePictureUrl": picture + one["id"],
        }
        for one in found[start : start + size]
    ]
    return Answer(JSONResponse({"meta": {"total": len(found), "count": len(rows)}, "data": rows}), 200)
