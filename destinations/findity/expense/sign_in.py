"""Signing in: the authorization-code grant with PKCE, the browser coming back to this machine.

Belongs here: the address to open, the answer that comes back, the exchange of its code. Does not belong here: what becomes of the tokens
(``tokens``), opening a browser (``destinations.findity.commands``).

RFC 6749, 7636 and 8252, whose wording is the library's, oauthlib; it is imported here only. It sends nothing: what goes out is `Http`'s.
"""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from destinations.findity.expense.tokens import Person, granted
from destinations.findity.settings import FindityConnection, FindityExpense
from resources.failures import Permanent
from resources.http import Http, checked_url

PATIENCE: Final = 300.0
"""Seconds for which somebody may take to sign in."""
_PATH: Final = "/signed-in"
_PAGE: Final = "<!doctype html><meta charset=utf-8><title>Rollcall</title><p>{}</p>"
_SLOW: Final = 10.0
"""Seconds after which a connection that says nothing is let go of."""


@dataclass
class Attempt:
    """One sign-in under way. Its repr shows nothing that would open anything.

    Attributes:
        url: What to open in a browser.
    """

    url: str = field(repr=False)
    _answers: "Queue[str]" = field(repr=False)
    _client: Any = field(repr=False)
    _redirect: str = field(repr=False)
    _state: str = field(repr=False)
    _verifier: str = field(repr=False)

    def finish(
        self, connection: FindityConnection, expense: FindityExpense, http: Http, person: Person, patience: float = PATIENCE
    ) -> None:
        """Wait until the browser comes back, change its code for tokens, and keep them.

        Raises:
            Permanent: It was refused, or nobody came in time.
            Transient: Findity gave no tokens at present.
        """
        from oauthlib.oauth2 import OAuth2Error  # noqa: PLC0415

        try:
            answer = self._answers.get(timeout=patience)
        except Empty:
            raise Permanent(f"Nobody has signed in within {patience:,.0f} s.", "Try again.") from None
        try:
            found = self._client.parse_request_uri_response(f"https://127.0.0.1{answer}", state=self._state)
        except OAuth2Error as error:
            code = str(error.error) if str(error.error) in _ERRORS else type(error).__name__
            raise Permanent(f"Findity did not let anybody sign in ({code}).", "Check authorize_url, client_id and scope.") from None
        body = self._client.prepare_request_body(code=found["code"], redirect_uri=self._redirect, code_verifier=self._verifier)
        form = {name: value for name, value in parse_qsl(body) if name != "client_id"}
        reply = granted(http, connection.token_url.resolve(), expense, form)
        if reply.status >= 400:
            raise Permanent(
                f"Findity gives no tokens for this sign-in (HTTP {reply.status}).", "Check client_id, client_secret and token_url."
            )
        if not person.keep(reply.json):
            raise Permanent("Findity's token address answered without a token.", "Check token_url in the settings.")


_ERRORS: Final = frozenset(
    {"access_denied", "invalid_request", "invalid_scope", "server_error", "temporarily_unavailable", "unauthorized_client"}
    | {"unsupported_response_type"}
)
"""What RFC 6749 lets an answer say. Anything else is somebody's text."""


@contextmanager
def attempt(expense: FindityExpense) -> Iterator[Attempt]:
    """A sign-in, while this machine listens for the browser.

    Raises:
        Permanent: The library is not installed, the address is none that secrets may go to, or the port is taken.
    """
    try:
        from oauthlib.oauth2 import WebApplicationClient  # noqa: PLC0415 - optional
    except ModuleNotFoundError:
        raise Permanent("The library for signing in is not installed.", "Install rollcall[login].") from None
    authorize = checked_url(expense.authorize_url.resolve(), "Findity authorize_url")
    client = WebApplicationClient(expense.client_id.resolve())
    state, verifier = secrets.token_urlsafe(32), client.create_code_verifier(64)
    answers: Queue[str] = Queue()
    with _listening(expense.redirect_port, state, answers) as port:
        redirect = f"http://127.0.0.1:{port}{_PATH}"
        # The library takes https only, and loopback by a switch for the whole process: which addresses will do was looked at above.
        scheme, _, rest = authorize.partition("://")
        url = client.prepare_request_uri(
            f"https://{rest}",
            redirect_uri=redirect,
            scope=expense.scope.resolve(),
            state=state,
            code_challenge=client.create_code_challenge(verifier, "S256"),
            code_challenge_method="S256",
        )
        yield Attempt(url.replace("https", scheme, 1), answers, client, redirect, state, verifier)


@contextmanager
def _listening(port: int, state: str, answers: "Queue[str]") -> Iterator[int]:
    """The port on which this machine listens, on loopback only, for the one answer that has our state."""

    class Handler(BaseHTTPRequestHandler):
        timeout = _SLOW

        def do_GET(self) -> None:
            target = urlsplit(self.path)
            ours = target.path == _PATH and self.headers.get("Host") == f"127.0.0.1:{self.server.server_port}"  # type: ignore[attr-defined]
            given = dict(parse_qsl(target.query))
            # What comes with another state is some other page's, and ends nothing.
            if ours and secrets.compare_digest(given.get("state", "").encode(), state.encode()):
                self._say(200, "You may close this window: the rest is said on the terminal.")
                answers.put(self.path)
            else:
                self._say(404, "This is not the sign-in that was begun.")

        def _say(self, status: int, text: str) -> None:
            body = _PAGE.format(text).encode()
            self.send_response(status)
            headers = {"Content-Type": "text/html", "Content-Length": str(len(body)), "Cache-Control": "no-store"}
            headers |= {"Referrer-Policy": "no-referrer", "Content-Security-Policy": "default-src 'none'", "Connection": "close"}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing: its address holds the code."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Nothing: a browser that hangs up is nobody's trouble."""

    try:
        server = Server(("127.0.0.1", port), Handler)
    except OSError:
        message = f"Port {port} of this machine, to which the browser would come back, is taken."
        raise Permanent(message, "End what uses it, or set another redirect_port.") from None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
