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
class Asked:
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


Work = Callable[[Asked], Answer]


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
                    return works[request.method](Asked(box, request, body, accounts, accounts.of(person)))
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


def _profile(asked: Asked) -> Answer:
    wanted = asked.request.query_params.get("include", "").split(",")
    shown = {name: asked.account.get(name) for name in (*SHOWN, *(name for name in OPTIONAL if name in wanted))}
    if "meta.capabilities" in wanted:
        shown["meta"] = {"capabilities": asked.account["capabilities"]}
    return Answer(JSONResponse(shown), 200)


def _done(asked: Asked, body: Any = None) -> Answer:
    """[?] what a change that needs no answer is answered with."""
    answer = Response(status_code=204) if body is None or asked.box.switches.findity_me_answer == "empty" else JSONResponse(body)
    return Answer(answer, answer.status_code, changed=True)


def _me(asked: Asked) -> Answer:
    return _profile(asked)


def _put_me(asked: Asked) -> Answer:
    query = asked.request.query_params
    if query.get("format") == "fields":
        setting_fields.take(asked.account, asked.json)
        return _done(asked, setting_fields.shown(asked.account, asked.box.switches.findity_fields))  # [I] the structure anew
    if asked.action:
        if asked.action not in ("enableSupportAccess", "disableSupportAccess") or asked.body:
            raise AccountError("INVALID_ACTION")  # [?] the code; [S] instead of a body
        asked.account["supportAccess"] = asked.action == "enableSupportAccess"
        return _done(asked)
    asked.accounts.update(asked.account, asked.json)
    return _done(asked, json.loads(_profile(asked).response.body))  # [I] the profile


def _settings(asked: Asked) -> Answer:
    return Answer(JSONResponse(setting_fields.shown(asked.account, asked.box.switches.findity_fields)), 200)


def _counters(asked: Asked) -> Answer:
    organizations = asked.accounts.organizations(asked.account["id"])
    if not organizations:
        raise AccountError("ORGANIZATION_NOT_FOUND", 404)
    counts = {"expenses": 0, "approvals": 0, "rejections": 0, "notifications": 0, "transactions": 0, "inbox": 0}
    rows = [{"organizationId": one["id"]} | counts | one.get("counters", {}) for one in organizations]
    return Answer(JSONResponse({"meta": {"count": len(rows), "total": len(rows)}, "data": rows}), 200)


def _image(asked: Asked) -> Answer:
    image = asked.account["image"]
    if image is None:
        return error_answer(asked.box, 404, "NOT_FOUND", "No profile image")  # [?]
    return Answer(Response(base64.b64decode(image["data"]), media_type=image["type"]), 200)


def _put_image(asked: Asked) -> Answer:
    kind = asked.request.headers.get("Content-Type", "")
    if not kind.startswith("image/") or not asked.body:
        raise AccountError("INVALID_IMAGE")  # [?]
    asked.account["image"] = {"type": kind, "data": base64.b64encode(asked.body).decode()}
    return _done(asked)


def _delete_image(asked: Asked) -> Answer:
    asked.account["image"] = None
    return _done(asked)


def _two_steps(asked: Asked, what: str, given: str, field: str) -> Answer:
    if asked.action == "change":
        asked.accounts.ask(asked.account, what, asked.value(given))
    elif asked.action == "verify":
        asked.account[field] = asked.accounts.verify(asked.account, what, asked.value("verificationCode"))
    else:
        raise AccountError("INVALID_ACTION")  # [?]
    return _done(asked)


def _email(asked: Asked) -> Answer:
    return _two_steps(asked, "email", "email", "email")


def _phone(asked: Asked) -> Answer:
    return _two_steps(asked, "phone", "phoneNumber", "mobilePhone")


def _delete_phone(asked: Asked) -> Answer:
    asked.account["mobilePhone"] = None
    return _done(asked)


def _password(asked: Asked) -> Answer:
    asked.accounts.change_password(asked.account, asked.value("oldPassword"), asked.value("newPassword"))
    sign_in.end_all(asked.box, asked.account["id"])
    access, refresh, seconds = sign_in.issue(asked.box, asked.account["id"])
    # [S] camelCase here, where OAuth's own answers are not
    return Answer(JSONResponse({"expiresIn": seconds, "accessToken": access, "refreshToken": refresh}), 200, changed=True)


def _recipients(asked: Asked) -> Answer:
    rows = asked.account["extraRecipients"]
    if asked.box.switches.findity_recipients == "array":
        return Answer(JSONResponse(rows), 200)
    return Answer(JSONResponse({"meta": {"count": len(rows), "total": len(rows)}, "data": rows}), 200)  # [I] as the other lists


def _post_recipients(asked: Asked) -> Answer:
    if asked.action == "add":
        return _done(asked, asked.accounts.add_recipient(asked.account, asked.value("email")))  # [?] the body's key
    if asked.action == "verify":
        return _done(asked, asked.accounts.confirm_recipient(asked.account, asked.value("verificationCode")))
    raise AccountError("INVALID_ACTION")  # [?]


def _delete_recipient(asked: Asked) -> Answer:
    kept = [one for one in asked.account["extraRecipients"] if one["id"] != asked.request.path_params["recipient"]]
    if len(kept) == len(asked.account["extraRecipients"]):
        return error_answer(asked.box, 404, "NOT_FOUND", "No such recipient")  # [?]
    asked.account["extraRecipients"] = kept
    return _done(asked)


def _search(asked: Asked) -> Answer:
    if not asked.account["capabilities"]["canImpersonate"]:
        return error_answer(asked.box, 403, "ACCESS_DENIED", "No permission to impersonate")  # [S] that it needs one; the answer [?]
    query = asked.request.query_params
    text = query.get("searchText", "").casefold()
    names = ("firstName", "lastName", "email")
    found = [one for one in asked.accounts.people() if any(text in str(one[name]).casefold() for name in names)]  # [I] in which fields
    for part in reversed([part for part in query.get("sort", "").split(",") if part]):
        field, _, order = part.partition(":")
        found.sort(key=lambda one, field=field: str(one.get(field) or ""), reverse=order == "desc")  # type: ignore[misc]
    most = asked.box.switches.findity_search_page
    start, size = int(query.get("offset", 0)), min(int(query.get("max", most)), most)  # [I] a largest page
    picture = f"{asked.request.url.scheme}://{asked.request.url.netloc}{EXPENSE}/profileimage/"
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
