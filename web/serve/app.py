"""The application: which pages there are, and what each request comes by before any of them is made.

In this order: the head as the guard wants it (name, origin, method), who asks, what they may in that company, whether a form is from a page
of ours, a line in the ledger of who was shown what; then the page. No page can do without one of these, since none of them does it itself.

Belongs here: that order, the table of pages, the headers of every answer. Does not belong here: any page.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs

import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from resources.failures import PRIVATE, Failed
from resources.ledger import Ledger
from web.guard import Refused, check
from web.names import Names
from web.serve import nights, people, releasing, shown, tonight, waiting
from web.serve.page_request import PageRequest, Stop
from web.serve.who import COOKIE, Door, Forms, Right, Token, User
from web.sign_on import Unknown

FORM: Final = "application/x-www-form-urlencoded"
LARGEST: Final = 1_000_000
"""Bytes of a form."""
NOT_YOURS: Final = "This is not yours to see, or it is not there."
_HEADERS: Final = {
    "cache-control": "no-store",
    "content-security-policy": shown.POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "same-origin",  # with none at all browsers send `Origin: null` with a form of our own
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


@dataclass(frozen=True)
class Page:
    """One page of a company."""

    path: str
    make: Callable[[PageRequest], Response]
    name: str = ""
    """What the ledger calls it, if it shows people."""
    right: Right = "view"
    post: bool = False


PAGES: Final[Sequence[Page]] = (
    Page("/", nights.company, "nights"),
    Page("/nights/{run}", nights.night, "night"),
    Page("/nights/{run}/report", nights.report, "report"),
    Page("/faults", nights.faults, "faults"),
    Page("/faults.csv", nights.file_for_hr, "file for HR"),
    Page("/faults.xlsx", nights.workbook, "file for HR"),
    Page("/coming", nights.coming, "what comes"),
    Page("/seen", nights.seen, "who was shown what", right="release"),
    Page("/find", people.find, "search", post=True),
    Page("/people/{number:path}", people.person, "person"),
    Page("/tonight", tonight.tonight, "tonight", post=True),
    Page("/waiting", waiting.waiting, "waiting"),
    Page("/waiting/{digest}", waiting.one, "waiting"),
    Page("/release", releasing.release, "release", right="release", post=True),
    Page("/propose", releasing.propose, "propose", right="release", post=True),
    Page("/decisions/{decision}", releasing.decision, right="release"),
)


@dataclass(frozen=True)
class Served:
    """What pages are made from."""

    door: Door
    engine: sa.Engine
    """Of the ledger."""
    forms: Forms
    workspace: Path | None


def application(door: Door, engine: sa.Engine, names: Names, workspace: Path | None = None) -> ASGIApp:
    """The whole application.

    Args:
        door: By which people come in.
        engine: Of a ledger that is up to date.
        names: By which it is asked.
        workspace: The workspace file by whose deployment releases are launched; without it they are processes of this machine.
    """
    served = Served(door, engine, Forms(), workspace)
    inner = Starlette(
        routes=[
            Route("/", _first(served), methods=["GET"]),
            Route("/style.css", _style, methods=["GET"]),
            *(Route(f"/{{company}}{page.path}", _of_company(served, page), methods=["POST" if page.post else "GET"]) for page in PAGES),
        ],
        exception_handlers={404: _nothing, 405: _nothing},
    )
    inner.router.redirect_slashes = False
    return _Shell(inner, names)


@dataclass(frozen=True)
class _Shell:
    """What every request and every answer comes by."""

    inner: ASGIApp
    names: Names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.inner(scope, receive, send)
            return
        if scope["type"] != "http":
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.decode().lower() for name, _ in message["headers"]}
                more = [(name.encode(), value.encode()) for name, value in _HEADERS.items() if name not in own]
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        try:
            check(scope, self.names, FORM)
        except Refused as refused:
            await PlainTextResponse(refused.sentence, refused.status, headers={"connection": "close"})(scope, receive, sending)
            return
        try:
            await self.inner(scope, receive, sending)
        except Exception:  # it is answered as an error already; its text may quote what was being worked on
            logging.getLogger(PRIVATE).exception("not foreseen, in rollcall serve")


def _of_company(served: Served, page: Page) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            sent = await _form(request) if page.post else {}
            return await run_in_threadpool(_answered, served, page, request, sent)
        except Unknown as unknown:
            return shown.stop(str(unknown), 403)
        except Stop as stop:
            return shown.stop(str(stop), stop.status)
        except Failed as failure:
            return shown.stop(str(failure), 503)
        except Exception:
            logging.getLogger(PRIVATE).exception("not foreseen, in rollcall serve")
            return shown.stop("Something went wrong that nobody foresaw. Its text is in the server's own log.", 500)

    return answer


def _answered(served: Served, page: Page, request: Request, sent: dict[str, list[str]]) -> Response:
    user = served.door.user(request.scope, request.cookies)
    company = request.path_params.pop("company")
    right = served.door.right(user, company)
    if right == "none" or (page.right == "release" and right != "release"):
        raise Stop(403, NOT_YOURS)
    page_request = PageRequest(
        user, company, right, Ledger(served.engine, company), served.forms.mark(user), dict(request.path_params), sent, served.workspace
    )
    if page.post and not served.forms.genuine(user, page_request.one("mark")):
        raise Stop(403, "This form is not from a page that was shown to you since the server started. Open the page again.")
    if page.name:
        number = page_request.path.get("number") or page_request.one("number")
        page_request.ledger.visits.note(
            user.name, page.name, people.known(page_request, number) if number else None, waiting.digest(page_request)
        )
    return page.make(page_request)


async def _form(request: Request) -> dict[str, list[str]]:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise Stop(413, "That is more than any form here sends.")
    try:
        return parse_qs(body.decode("ascii"), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=50_000)
    except ValueError:
        raise Stop(400, "That is no form.") from None


def _first(served: Served) -> Callable[[Request], Awaitable[Response]]:
    """The companies that somebody may see; on one's own machine also where the token is given for a cookie."""

    def made(request: Request, user: User) -> Response:
        return nights.companies(user, lambda company: served.door.right(user, company))

    async def answer(request: Request) -> Response:
        door, token = served.door, request.query_params.get("token")
        if isinstance(door, Token) and token is not None and request.method == "GET":
            if cookie := door.exchanged(token):
                reply = RedirectResponse("/", 303)
                reply.set_cookie(COOKIE, cookie, httponly=True, samesite="strict", path="/")
                return reply
            return shown.stop("This address was good for one browser, once.", 403)
        try:
            return await run_in_threadpool(made, request, door.user(request.scope, request.cookies))
        except Unknown as unknown:
            return shown.stop(str(unknown), 403)

    return answer


async def _style(request: Request) -> Response:
    return Response(shown.style(), media_type="text/css")


async def _nothing(request: Request, error: Exception) -> Response:
    return shown.stop(NOT_YOURS, 403)
