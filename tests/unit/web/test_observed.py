"""The server behind `rollcall metrics`: by which names it answers. What it shows: ``test_metrics``, ``test_health``."""

import contextlib
import http.client
import threading
from collections.abc import Iterator

import pytest

from web.health import Health
from web.observed import Observed


@contextlib.contextmanager
def served(*names: str) -> Iterator[int]:
    with Observed("127.0.0.1", 0, Health(parts={"nothing": lambda: {"alive": True}}), names) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with served("metrics:9464", "rollcall.acme.example") as listening:
        yield listening


def asked(port: int, *hosts: str, path: str = "/healthz", method: str = "GET") -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.putrequest(method, path, skip_host=True)
    for host in hosts:
        connection.putheader("Host", host)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status == 200 or b"evil" not in body
    return answer.status


OURS = """127.0.0.1 127.0.0.1:9464 localhost:4711 10.1.2.3:9464 [::1]:9464 [fd00::1] metrics:9464 Metrics:9464 rollcall.acme.example"""
THEIRS = """evil.example evil.example:9464 metrics metrics:80 localhost.evil.example 127.0.0.1.evil.example:9464 metrics:9464.evil.example
2130706433 0x7f.1 ::1 [127.0.0.1] [::1 null a@127.0.0.1"""


@pytest.mark.parametrize("host", OURS.split())
def test_an_address_or_a_name_that_it_was_given_is_answered(port: int, host: str) -> None:
    assert asked(port, host) == 200


@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/other"])
@pytest.mark.parametrize("host", [*THEIRS.split(), ""])
def test_a_name_that_a_page_could_have_lead_here_is_not(port: int, host: str, path: str) -> None:
    assert asked(port, host, path=path) == 421
    assert asked(port, host, path=path, method="HEAD") == 421


def test_two_names_or_none_are_no_name(port: int) -> None:
    assert asked(port, "127.0.0.1", "evil.example") == 421
    assert asked(port) == 421
