"""A stage for `rollcall serve`: a company whose first night holds everyone, with planted names, and the pages on two sockets: by token, and
behind a sign-on whose proxy is the test itself.

Belongs here: the stage, and asking pages. Does not belong here: what is asserted of the answers.
"""

import contextlib
import copy
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from cli.demo import SANDBOX_CREDENTIALS
from resources import places
from resources.ledger import Ledger
from sandbox.server import Sandbox
from tests import ports
from tests.graph.conftest import Acme
from web.listening import Listening
from web.names import Names
from web.serve.app import application
from web.serve.who import Signed, Token
from web.sign_on import SignOn

SECRET = "what the proxy sends"
PLANTED = "<img src=x onerror=alert`1`>"
PEOPLE = {
    "viewers": ["vera@acme.example"],
    "releasers": ["anna@acme.example", "bert@acme.example"],
}
TWO = {"leave": {"count": 0, "share": 0, "four_eyes": True}}
CALM = [{"requests": 1000, "seconds": 1}]


@dataclass(kw_only=True)
class Pages:
    """The pages of a company, behind a sign-on whose proxy is the test."""

    signed: str
    """Where they are."""
    header: str = "x-user"
    """By which they are told who has signed on."""
    company: str = "acme"

    def there(self) -> bool:
        """Whether they are served yet."""
        try:
            return self.asks(None, "GET", "/").status_code == 403
        except httpx.TransportError:
            return False

    def asks(self, who: str | None, method: str, path: str, *, proxied: bool = True, headers: Any = None, **how: Any) -> httpx.Response:
        """As the proxy asks for somebody, a browser's headers and all; None: nobody is signed on."""
        given = {self.header: who} if who else {}
        given |= {"x-rollcall-proxy": SECRET} if proxied else {}
        given |= {"origin": self.signed} if method == "POST" else {}
        with httpx.Client(base_url=self.signed, timeout=60) as client:
            return client.request(method, path, headers={**given, **(headers or {})}, **how)

    def form(self, who: str, digest: str) -> dict[str, str]:
        """The hidden fields of the form that somebody is shown for a held set."""
        text = self.asks(who, "GET", f"/{self.company}/waiting/{digest}").text
        return dict(re.findall(r'type="hidden" name="(mark|form|digest)" value="([^"]*)"', text))

    def form_mark(self, who: str) -> str:
        """What stands in every form that somebody is shown."""
        return str(re.findall(r'name="mark" value="([^"]*)"', self.asks(who, "GET", f"/{self.company}/").text)[0])

    def ended(self, who: str, address: str) -> str:
        """The page of a decision, once it has ended."""
        deadline = time.monotonic() + 240
        while "refresh" in (reply := self.asks(who, "GET", address)).headers:
            assert time.monotonic() < deadline
            time.sleep(0.5)
        return reply.text


@dataclass(kw_only=True)
class Stage(Pages):
    """Where everything is."""

    folder: Path
    acme: Acme
    engine: Any
    """Of the ledger."""

    @contextlib.contextmanager
    def launching(self, workspace: Path) -> Iterator["Stage"]:
        """The same with the pages of a deployment, whose launcher has the releases."""
        with _listening(Signed(SignOn.by("X-User", (), SECRET)), self.engine, workspace) as where:
            yield replace(self, signed=where)

    @contextlib.contextmanager
    def own(self) -> Iterator[tuple[str, str]]:
        """Where they are on one's own machine, and the token."""
        door = Token()
        with _listening(door, self.engine) as where:
            yield where, door.token

    def ledger(self, company: str = "acme") -> Any:
        return Ledger.open(places.ledger_url(), company)

    def let_in(self, address: str) -> None:
        """Release those who wait first, unless a test before has: whoever has the address is there."""
        if address not in self.acme.members():
            chosen = {"people": ["E01", "E11"], "released_by": "anna", "reason": "looked through"}
            assert self.acme.quickly("release", digest=self.digest(), **chosen).succeeded
        assert address in self.acme.members()

    def digest(self, destination: str = "expensify") -> str:
        """Of what waits there now."""
        with self.ledger() as ledger:
            return str(ledger.plans.verdict(destination, ledger.plans.newest(destination)).held_digest)


@contextlib.contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """The stage, for as long as the block lasts."""
    with Sandbox(switches={"expensify_rate_limits": False}) as box, pytest.MonkeyPatch.context() as patch:
        (folder / "dagster").mkdir()
        (folder / "dagster" / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
        environment = {
            **SANDBOX_CREDENTIALS,
            "DAGSTER_HOME": str(folder / "dagster"),
            "ROLLCALL_HOME": str(folder / "home"),
            "ROLLCALL_PIPELINES": str(folder / "pipelines"),
            "EXPENSIFY_URL": box.expensify_url,
            "FINDITY_ADMIN_URL": box.findity_url,
            "FINDITY_TOKEN_URL": box.findity_token_url,
        }
        for name, value in environment.items():
            patch.setenv(name, value)
        yield from _served(folder, box)


def people(acme: Acme) -> dict[str, Any]:
    """HR's file, with markup for a name and a department."""
    found = acme.people()
    found["E05"] |= {"Last": PLANTED, "Dept": "<b id=planted>"}
    return found


def _served(folder: Path, box: Sandbox) -> Iterator[Stage]:
    settings = {"first_sync": "hold", "serve": PEOPLE, "expensify.connection.rate_limits": CALM, "limits": TWO}
    acme = Acme(folder / "pipelines" / "acme", box, **settings)
    elsewhere = copy.deepcopy(acme.attributes) | {"serve": {"viewers": ["carl@beta.example"]}}
    del elsewhere["expensify"]
    elsewhere["findity"]["connection"]["organization"] = "beta"
    for name, attributes in (("acme", acme.attributes), ("beta", elsewhere)):
        (folder / "pipelines" / name).mkdir(parents=True, exist_ok=True)
        text = yaml.safe_dump({"type": "assets.RosterSync", "attributes": attributes})
        (folder / "pipelines" / name / "defs.yaml").write_text(text)
    acme.file("2026-11-20", people(acme))
    assert acme.quickly("sync").succeeded
    signed = Signed(SignOn.by("X-User", (), SECRET))
    with Ledger.open(places.ledger_url(), "") as ledger, _listening(signed, ledger.engine) as where:
        yield Stage(folder=folder, acme=acme, signed=where, engine=ledger.engine)


@contextlib.contextmanager
def _listening(door: Any, engine: Any, workspace: Path | None = None) -> Iterator[str]:
    import uvicorn

    port, ready = ports.free(), threading.Event()
    config = uvicorn.Config(
        application(door, engine, Names.of(port), workspace),
        host="127.0.0.1",
        port=port,
        http="h11",
        proxy_headers=False,
        server_header=False,
        log_level="warning",
    )
    server = Listening(config, ready.set)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert ready.wait(120)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(30)
