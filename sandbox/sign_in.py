"""Signing in to Findity as a person: the page where that is done, codes for it, and the tokens of persons.

Belongs here: the authorization-code grant of RFC 6749 with PKCE of RFC 7636. That there is one is [S]; its address, parameters and page
are in no document [?]. Does not belong here: what a person's token opens (`sandbox.me`), tokens of API keys (`sandbox.findity`).
"""

import base64
import hashlib
import html
import secrets
import time
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.accounts import Accounts
from sandbox.box import Answer, Box

AUTHORIZE = "/oauth/authorize"  # [?]
USER_CLIENT = "demo-user-client"  # [?] whether it is the API key's client: here another one, without a secret


def part(box: Box) -> dict[str, Any]:
    """What is kept of persons' sign-ins; no page shows it."""
    kept: dict[str, Any] = box.state["findity"].setdefault("sign_ins", {"grants": {}, "tokens": {}, "refresh_tokens": {}})
    return kept


def routes(box: Box) -> list[Route]:
    """The page of the sign-in."""

    async def authorize(request: Request) -> Response:
        params = request.query_params
        redirect = params.get("redirect_uri", "")
        if params.get("client_id") != USER_CLIENT or not redirect.startswith(("http://127.0.0.1:", "http://localhost:")):
            return HTMLResponse("<p>No such client, or an address of its own that it may not use.</p>", status_code=400)
        wrong = params.get("response_type") != "code" or (box.switches.findity_pkce and params.get("code_challenge_method") != "S256")
        if wrong or "as" not in params:
            return _back(redirect, params, error="invalid_request") if wrong else _page(box, request)
        if params["as"] == "nobody":
            return _back(redirect, params, error="access_denied")
        code = secrets.token_urlsafe(32)
        part(box)["grants"][code] = {"person": params["as"], "redirect": redirect, "challenge": params.get("code_challenge")}
        return _back(redirect, params, code=code)

    return [Route(AUTHORIZE, authorize)]


def _back(redirect: str, params: Any, **answer: str) -> Response:
    return RedirectResponse(f"{redirect}?{urlencode(answer | ({'state': params['state']} if 'state' in params else {}))}", status_code=302)


def _page(box: Box, request: Request) -> Response:
    people = Accounts(box.state["findity"], box.switches).people()
    links = [(one["id"], f"{one['firstName']} {one['lastName']}, {one['email']}") for one in people] + [("nobody", "Refuse")]
    items = "".join(
        f'<li><a href="{html.escape(str(request.url.include_query_params(**{"as": person})))}">{html.escape(text)}</a></li>'
        for person, text in links
    )
    page = f"<!doctype html><title>Sandbox</title><h1>Sign in to the sandbox's Findity as</h1><ul>{items}</ul>"
    return HTMLResponse(page, headers={"Content-Security-Policy": "default-src 'none'"})


def is_mine(box: Box, form: dict[str, str]) -> bool:
    """Whether a request for a token is for a person's."""
    return form.get("grant_type") == "authorization_code" or form.get("client_id") == USER_CLIENT


def token(box: Box, form: dict[str, str]) -> Answer:
    """Tokens for a code, or for a refresh token, each of which works once [D F1 for refresh tokens, I for codes]."""
    kept = part(box)
    if form.get("grant_type") == "refresh_token":
        person = kept["refresh_tokens"].pop(form.get("refresh_token"), None)
    else:
        grant = kept["grants"].pop(form.get("code"), {})
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proved = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == grant.get("challenge")
        same = grant.get("redirect") == form.get("redirect_uri") and (proved or not box.switches.findity_pkce)
        person = grant.get("person") if same else None
    if person is None or form.get("client_id") != USER_CLIENT:
        return Answer(JSONResponse({"error": "invalid_grant"}, status_code=400), 400)  # [I] as OAuth writes it
    access, refresh, seconds = issue(box, person)
    answer = {"access_token": access, "token_type": "Bearer", "expires_in": seconds}  # [D F1] the keys
    return Answer(JSONResponse(answer | {"refresh_token": refresh}), 200, changed=True)


def issue(box: Box, person: str) -> tuple[str, str, int]:
    """New tokens for a person: access, refresh, seconds."""
    kept, seconds = part(box), box.switches.findity_token_seconds
    access, refresh = secrets.token_hex(64), secrets.token_hex(64)  # [O F3] opaque, about 128 characters
    kept["tokens"][access] = {"person": person, "expires": time.time() + seconds, "calls": 0}
    kept["refresh_tokens"][refresh] = person
    return access, refresh, int(seconds)


def end_all(box: Box, person: str) -> None:
    """The person's tokens work no more: so it is after a change of password [S]."""
    kept = part(box)
    kept["tokens"] = {access: one for access, one in kept["tokens"].items() if one["person"] != person}
    kept["refresh_tokens"] = {refresh: one for refresh, one in kept["refresh_tokens"].items() if one != person}


def person_of(box: Box, request: Request) -> str | None:
    """Whose token a request bears; None: nobody's, or it has ended."""
    one = part(box)["tokens"].get(request.headers.get("Authorization", "").removeprefix("Bearer "))
    if one is None:
        return None
    one["calls"] += 1
    ended = time.time() > one["expires"] or 0 < box.switches.findity_token_calls < one["calls"]
    return None if ended else str(one["person"])
