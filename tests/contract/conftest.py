"""A loopback server that plays replies written out by hand from the vendors' documents, over real sockets."""

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from destinations.expensify.settings import ExpensifyConnection
from destinations.findity.settings import FindityConnection
from resources.http import Retry

SECRET = "s3cret+with&signs%41"


@dataclass
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: str
    raw_target: str

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body, keep_blank_values=True, strict_parsing=True).items()}

    @property
    def job(self) -> dict[str, Any]:
        return json.loads(self.form["requestJobDescription"])

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Script:
    """What the server will answer, in turn, and what it has seen. Token requests are answered apart, unless `tokens` runs dry."""

    url: str = ""
    replies: list[Any] = field(default_factory=list)
    tokens: list[Any] = field(default_factory=list)
    answer: Callable[[Seen], Any] | None = None
    requests: list[Seen] = field(default_factory=list)
    token_requests: list[Seen] = field(default_factory=list)

    def play(self, *replies: Any) -> None:
        self.replies += replies

    def next(self, seen: Seen) -> Any:
        if seen.path.startswith("/token"):
            self.token_requests.append(seen)
            default = {"access_token": f"token-{len(self.token_requests)}", "token_type": "Bearer", "expires_in": 3600}
            return self.tokens.pop(0) if self.tokens else default
        self.requests.append(seen)
        return self.answer(seen) if self.answer else self.replies.pop(0)


DROP = object()
"""A reply that never comes: the connection is closed once the request was read."""


def reply(body: Any = "", status: int = 200, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """One scripted reply; anything but text is written as JSON."""
    content = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, content


@pytest.fixture
def script() -> Iterator[Script]:
    played = Script()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # headers and body in one packet: in two, each reply waits 40 ms for an acknowledgement

        def _play(self) -> None:
            target = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode(errors="surrogateescape")  # a picture is no text
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = played.next(Seen(self.command, target.path, parse_qs(target.query), headers, body, self.path))
            if answer is DROP:
                self.close_connection = True
                return
            status, headers, content = answer if isinstance(answer, tuple) else reply(answer)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = _play

        def log_message(self, *_: object) -> None:
            """Tests say themselves what they saw."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    played.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield played
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def waited() -> list[float]:
    """The seconds for which a client would have slept."""
    return []


@pytest.fixture
def retry(waited: list[float]) -> Retry:
    return Retry(attempts=3, first_wait=1.0, sleep=waited.append)


class FreeWindows:
    """Windows that are always open, and count."""

    calls = 0

    def acquire(self) -> None:
        self.calls += 1


@pytest.fixture
def windows() -> FreeWindows:
    return FreeWindows()


@pytest.fixture
def wire() -> SimpleNamespace:
    """The words of this conftest, for tests that cannot import it."""
    return SimpleNamespace(DROP=DROP, SECRET=SECRET, reply=reply)


@pytest.fixture
def connection(script: Script, monkeypatch: pytest.MonkeyPatch) -> Callable[..., ExpensifyConnection]:
    monkeypatch.setenv("PARTNER", "aa_api_acme")
    monkeypatch.setenv("PARTNER_SECRET", SECRET)

    def build(**settings: Any) -> ExpensifyConnection:
        given = {"url": f"{script.url}/expensify", "partner_user_id": {"env": "PARTNER"}, "partner_user_secret": {"env": "PARTNER_SECRET"}}
        return ExpensifyConnection.model_validate({**given, "timeout": 5, **settings})

    return build


@pytest.fixture
def organization(script: Script, monkeypatch: pytest.MonkeyPatch) -> Callable[..., FindityConnection]:
    monkeypatch.setenv("CLIENT_SECRET", SECRET)

    def build(**settings: Any) -> FindityConnection:
        given = {"admin_url": f"{script.url}/admin", "token_url": f"{script.url}/token/", "organization": "acme/se"}
        return FindityConnection.model_validate(
            {**given, "client_id": "acme", "client_secret": {"env": "CLIENT_SECRET"}, "timeout": 5, **settings}
        )

    return build


@pytest.fixture
def hanging_up():
    """The port of a server that reads the head of a request and closes the connection with a reset."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                connection.recv(100)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.close()

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
