"""The small server behind `rollcall metrics`: ``/metrics`` for Prometheus and ``/healthz`` for whoever starts and watches processes.

Belongs here: the two paths. Does not belong here: what they show (``web.metrics``, ``web.health``).

It only reads. It has no login, as Prometheus' exporters have none: it is for loopback or a network of machines. A page that somebody
there has open elsewhere is kept out all the same: it could have its own name lead here (DNS rebinding), and would then ask by that name,
as no browser does otherwise. An address in numbers is nobody's to lead anywhere, so whichever it is, it may be asked by.
"""

import ipaddress
import json
import re
import threading
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from web.health import Health
from web.metrics import Companies
from web.names import Names

METRICS, HEALTH = "/metrics", "/healthz"
_PLAIN: Final = "text/plain; charset=utf-8"
_IDLE: Final = 30
"""Seconds after which a connection on which nothing comes is let go."""
_PATIENCE: Final = 5.0
"""Seconds to wait for the scrape before; Prometheus itself waits for ten."""


class Observed(ThreadingHTTPServer):
    """The server; `serve_forever` serves.

    Args:
        host: Where it listens.
        port: Where; 0 for any that is free.
        health: What ``/healthz`` asks.
        given: Names that it is asked by, besides addresses and ``localhost`` (`web.names.Names.of`).

    Raises:
        ValueError: one of the names is none.
    """

    daemon_threads = True

    def __init__(self, host: str, port: int, health: Health, given: Iterable[str] = ()) -> None:
        self.health = health
        self.names = Names.of(port, given)
        self.registry = CollectorRegistry(auto_describe=False)
        self.registry.register(Companies())
        self.scraping = threading.Lock()
        super().__init__((host, port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: whoever hung up is no matter, and the traceback would go to stderr."""


class _Handler(BaseHTTPRequestHandler):
    server: Observed
    timeout = _IDLE
    server_version, sys_version = "rollcall", ""

    def do_GET(self) -> None:
        """One of the two paths."""
        if not self._is_for_us():
            self._answer(421, _PLAIN, b"This server is not known by that name: rollcall metrics --allow-host adds one.\n")
            return
        path = urlsplit(self.path).path
        if path == METRICS:
            self._metrics()
        elif path == HEALTH:
            alive, parts = self.server.health.look()
            self._answer(200 if alive else 503, "application/json", json.dumps({"alive": alive, "parts": parts}).encode() + b"\n")
        else:
            self._answer(404, _PLAIN, f"There are {METRICS} and {HEALTH}.\n".encode())

    do_HEAD = do_GET

    def _is_for_us(self) -> bool:
        hosts = [value.strip().lower() for value in self.headers.get_all("Host", [])]
        if len(hosts) != 1:  # HTTP/1.0 may have none, and no browser speaks it
            return not hosts and self.request_version == "HTTP/1.0"
        name = re.sub(r":[0-9]*$", "", hosts[0])
        return hosts[0] in self.server.names.hosts or name == "localhost" or _is_address(name)

    def _metrics(self) -> None:
        encode, kind = choose_encoder(self.headers.get("Accept", ""))
        # One at a time: a ledger that is slow is not asked by all at once.
        if not self.server.scraping.acquire(timeout=_PATIENCE):
            self._answer(503, _PLAIN, b"The ledger does not answer.\n")
            return
        try:
            body = encode(self.server.registry)
        finally:
            self.server.scraping.release()
        self._answer(200, kind, body)

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: who asks every fifteen seconds is no news."""


def _is_address(name: str) -> bool:
    try:
        address = ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return name.startswith("[") == (address.version == 6)
