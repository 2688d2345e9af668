"""Which requests reach Dagster's webserver.

By itself it answers GraphQL by GET, whatever its `Host`, `Origin` and content type are: a page that somebody has open elsewhere, or an
``<img>`` on it, could launch a run. The guard is in the same process, so that there is no port behind it that lacks it.

Belongs here: what of a request is looked at, and the headers of every answer. Does not belong here: which names a server has
(``web.names``), who has signed on (``web.sign_on``), what a launch is (``web.launches``). The body is not read here.

What browsers send of `Origin` and `Sec-Fetch-…`: https://fetch.spec.whatwg.org/#origin-header, https://www.w3.org/TR/fetch-metadata/.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from resources.failures import PRIVATE
from web.names import Names
from web.sign_on import SignOn, Unknown

_READING: Final = ("GET", "HEAD")
JSON: Final = "application/json"
_OPEN: Final = "/server_info"
"""What a health check asks: versions, and nothing else."""
_OURS: Final = (
    (b"content-security-policy", b"frame-ancestors 'self'"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
"""No page elsewhere shows ours in a frame, takes one of our answers for a script or picture of its own, or holds our window."""
_NOT_OURS: Final = b"access-control-"


class Refused(Exception):
    """A request that goes no further: the status, and one sentence that repeats nothing of it."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


@dataclass(frozen=True)
class Guard:
    """An ASGI application that hands on what may pass, and answers the rest itself."""

    inner: ASGIApp
    """Dagster's webserver."""
    names: Names
    sign_on: SignOn | None = None
    """The proxy that people sign on at; None: nobody does."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or one websocket's life."""
        if scope["type"] not in ("http", "websocket"):
            await self.inner(scope, receive, send)
            return
        try:
            check(scope, self.names)
            user = self._user(scope)
        except Refused as refused:
            await PlainTextResponse(refused.sentence, refused.status, headers={"connection": "close"})(scope, receive, _with_headers(send))
            return
        try:
            await self.inner({**scope, "rollcall.user": user}, receive, _with_headers(send))
        except Exception:  # it is answered as an error already; its text may quote what was being worked on
            logging.getLogger(PRIVATE).exception("not foreseen, in the webserver")

    def _user(self, scope: Scope) -> str | None:
        if self.sign_on is None:
            return None
        try:
            return self.sign_on.user(scope)
        except Unknown as unknown:
            if scope["type"] == "http" and scope["method"] in _READING and scope["path"] == _OPEN:
                return None
            raise Refused(401, str(unknown)) from None


def check(scope: Scope, names: Names, posts: str = JSON) -> None:
    """Whether a request may pass, by its head alone.

    Args:
        scope: The request.
        names: By which names the server is asked.
        posts: The content type of what is posted.

    Raises:
        Refused: it is for another server, from another page, or of a kind that nothing here needs.
    """
    if not scope["path"].startswith("/"):  # `GET http://…/` and `CONNECT host:443`, which are for proxies
        raise Refused(400, "This is no proxy.")
    if ".." in scope["path"].split("/"):
        raise Refused(400, "No path here leads upwards.")
    if (_one(scope, b"host") or "").lower() not in names.hosts:
        raise Refused(421, "This server is not known by that name: --allow-host adds one.")
    origin = _one(scope, b"origin")
    if origin is not None and origin not in names.origins:
        raise Refused(403, "This comes from a page that is not this server's.")
    _check_site(scope)
    if scope["type"] == "http":
        _check_method(scope, posts)


def _check_site(scope: Scope) -> None:
    """What a browser says of a request where it sends no `Origin`: pictures, scripts, frames, links.

    ``same-site`` is no better than ``cross-site``: every port of this machine is the same site.
    """
    site = _one(scope, b"sec-fetch-site")
    if site in (None, "same-origin", "none"):
        return
    opened = (_one(scope, b"sec-fetch-mode"), _one(scope, b"sec-fetch-dest")) == ("navigate", "document")
    if not (opened and scope["type"] == "http" and scope["method"] in _READING):  # a link in a mail opens a page, and does nothing
        raise Refused(403, "This comes from a page that is not this server's.")


def _check_method(scope: Scope, posts: str) -> None:
    method = scope["method"]
    if method in _READING:
        if scope["path"].rstrip("/").lower().endswith("/graphql"):  # a mutation runs by GET too
            raise Refused(405, "GraphQL is answered by POST alone.")
    elif method != "POST":
        raise Refused(405, "Only GET, HEAD and POST are answered here.")
    # Exactly this one: no form and no page elsewhere can send it unasked, and Dagster looks for it anywhere in the header.
    elif _one(scope, b"content-type") != posts:
        raise Refused(415, f"A POST has the content type {posts}, exactly.")


def _one(scope: Scope, name: bytes) -> str | None:
    """A header's value; None where there is none.

    Raises:
        Refused: it is there more than once, so that two readers could see two values.
    """
    found = [value for key, value in scope["headers"] if key.lower() == name]
    if len(found) > 1:
        raise Refused(400, f"The header {name.decode()} is there more than once.")
    return found[0].decode("latin-1") if found else None


def _with_headers(send: Send) -> Send:
    """Sends on, with our headers at the beginning of an answer."""

    async def sending(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            message = {**message, "headers": [*_without(message.get("headers", ())), *_OURS]}
        await send(message)

    return sending


def _without(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Those that we do not say ourselves; a policy of Dagster's own stays beside ours, and both hold."""
    own = {name for name, _ in _OURS} - {b"content-security-policy"}
    return [(name, value) for name, value in headers if name.lower() not in own and not name.lower().startswith(_NOT_OURS)]
