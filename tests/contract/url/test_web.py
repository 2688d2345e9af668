"""HR's file behind a web address."""

import gzip
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from resources.failures import NoFile, Permanent, Transient
from resources.hr import urls, web_file
from resources.hr.sources import UrlFiles
from resources.hr.url_settings import UrlSource
from tests import ports

CONTENT = "No;Name\n1;Åsa\n".encode()
BASIC = {"user": "hr", "password": {"env": "HR_PASSWORD"}}
DATED = {"Last-Modified": "Fri, 20 Nov 2026 05:10:00 GMT", "ETag": '"one"'}


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HR_PASSWORD", "p4ss")
    monkeypatch.setenv("HR_TOKEN", "t0ken")


class Web:
    """A web server that answers as a test says; what it saw."""

    def __init__(self) -> None:
        self.status, self.headers, self.body, self.head = 200, dict(DATED), CONTENT, True
        self.length = True
        self.seen: list[tuple[str, str, str | None]] = []
        """Method, path, Authorization of each request."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.seen.append((self.command, self.path, self.headers.get("Authorization")))
                status = 405 if self.command == "HEAD" and not outer.head else outer.status
                self.send_response(status)
                for name, value in outer.headers.items():
                    self.send_header(name, value)
                if outer.length:
                    self.send_header("Content-Length", str(len(outer.body)))
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(outer.body)

            do_HEAD = do_GET

            def log_message(self, *_: object) -> None:
                """Tests say themselves what they saw."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        self.port = self._server.server_address[1]

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def files(self, path: str = "/out/people_2026-11-20.csv", host: str = "127.0.0.1", **changes: Any) -> UrlFiles:
        return UrlFiles(UrlSource.model_validate({"url": f"http://{host}:{self.port}{path}", **(changes or BASIC)}))


@pytest.fixture
def web() -> Iterator[Callable[[], Web]]:
    with ExitStack() as running:

        def start() -> Web:
            server = Web()
            running.callback(server.stop)
            return server

        yield start


@pytest.mark.parametrize(
    ("given", "shown"),
    [(BASIC, "Basic " + b64encode(b"hr:p4ss").decode()), ({"token": {"env": "HR_TOKEN"}}, "Bearer t0ken"), ({"user": None}, None)],
)
def test_a_file_comes_as_it_is_with_its_name_its_time_and_the_login(web: Any, given: dict[str, Any], shown: str | None) -> None:
    server = web()
    files = server.files("/out/people%202026-11-20.csv?format=csv", **given)
    found = files.newest()
    assert (found.shown, found.size, f"{found.modified:%F %T}") == ("people 2026-11-20.csv", len(CONTENT), "2026-11-20 05:10:00")
    taken = files.take(files.again(found.state))
    assert (taken.content, taken.name) == (CONTENT, "people 2026-11-20.csv")
    assert {one[2] for one in server.seen} == {shown}
    assert not files.put_away(found)


@pytest.mark.parametrize("lacking", [{"head": False}, {"headers": {}}, {"length": False}, {"headers": {}, "length": False, "head": False}])
def test_a_server_that_says_little_of_the_file_is_told_its_states_by_what_it_sends(web: Any, lacking: dict[str, Any]) -> None:
    server = web()
    for name, value in lacking.items():
        setattr(server, name, value)
    files = server.files()
    found = files.newest()
    assert files.take(found).content == CONTENT
    server.body = CONTENT.replace(b"1", b"2")
    server.headers = {name: value.replace("one", "two").replace("05:10", "05:11") for name, value in server.headers.items()}
    with pytest.raises(Transient, match="changed while it was read"):
        files.take(found)
    assert files.newest().state != found.state


@pytest.mark.parametrize("length", [True, False])
def test_a_file_that_the_server_packs_on_the_way_comes_packed_and_whole(web: Any, length: bool) -> None:
    server = web()
    server.body, server.headers["Content-Encoding"], server.length = gzip.compress(CONTENT), "gzip", length
    assert gzip.decompress(server.files().take(server.files().newest()).content) == CONTENT


def test_a_file_that_changes_between_looking_and_reading_is_not_used(web: Any) -> None:
    server = web()
    files = server.files()
    for change in ({"headers": {**DATED, "ETag": '"two"'}}, {"body": CONTENT + b"2;Bo\n", "headers": dict(DATED)}):
        found = files.newest()
        for name, value in change.items():
            setattr(server, name, value)
        with pytest.raises(Transient, match="changed while it was read"):
            files.take(found)


@pytest.mark.parametrize(
    ("status", "kind", "says"),
    [
        (401, Permanent, r"does not let us in \(401\). Check `user` and `password`, or `token`"),
        (403, Permanent, r"does not let us in \(403\)"),
        (404, NoFile, "has no HR file|no HR file"),
        (410, NoFile, "has no HR file|no HR file"),
        (429, Transient, r"cannot at present \(429\)"),
        (503, Transient, r"cannot at present \(503\)"),
        (204, Permanent, "answers with 204 instead of the file"),
    ],
)
def test_quiet_each_answer_is_one_sentence_without_the_address_s_query(web: Any, status: int, kind: type[Exception], says: str) -> None:
    server = web()
    server.status = status
    with pytest.raises(kind, match=says) as refused:
        server.files("/out/x.csv?report=Meyer").newest()
    assert type(refused.value) is kind
    assert not any(word in str(refused.value) for word in ("Meyer", "p4ss"))


def test_quiet_the_login_stays_with_its_host_wherever_that_redirects(web: Any) -> None:
    there, elsewhere = web(), web()
    there.status, there.headers = 302, {"Location": f"http://127.0.0.1:{elsewhere.port}/moved.csv"}
    for given in (BASIC, {"token": {"env": "HR_TOKEN"}}):
        assert there.files(**given).take(there.files(**given).newest()).content == CONTENT
    assert {one[2] for one in elsewhere.seen} == {None}
    assert None not in {one[2] for one in there.seen}


@pytest.mark.parametrize(
    ("location", "says"), [("http://files.example/x.csv", "leads to an address without https"), ("/out/x.csv", "redirects in a circle")]
)
def test_a_redirect_that_is_not_safe_or_has_no_end_is_not_followed(web: Any, location: str, says: str) -> None:
    server = web()
    server.status, server.headers = 307, {"Location": location}
    with pytest.raises(Permanent, match=says):
        server.files("/out/x.csv").newest()


def test_more_than_is_read_is_refused(web: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    server = web()
    for module in (urls, web_file):
        monkeypatch.setattr(module, "LARGEST", 10)
    with pytest.raises(Permanent, match="no more than 10 are read"):
        server.files().take(server.files().newest())
    server.length = False
    with pytest.raises(Permanent, match="sends more than 10 bytes"):
        server.files().newest()


def test_a_server_that_is_away_or_speaks_no_tls_is_transient(web: Any) -> None:
    for url in (f"http://127.0.0.1:{ports.free()}/x.csv", f"https://127.0.0.1:{web().port}/x.csv"):
        with pytest.raises(Transient, match=r"could not be reached|broke off"):
            UrlFiles(UrlSource.model_validate({"url": url, **BASIC})).newest()
