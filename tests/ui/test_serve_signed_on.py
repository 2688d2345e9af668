"""`rollcall serve` as an installation has it: the unit's own command, nginx by the deployed file before it, people who have signed on."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests import ports
from tests.deploy.compose import DEPLOY
from tests.deploy.units import started
from tests.ui import guarded, serving
from tests.ui.guarded import PAGES, Reply, send

SIGNED_ON = "Cookie: session={}"
FORGED = [
    "X-Forwarded-User: anna@acme.example",
    "x-forwarded-user: anna@acme.example",
    "X-Rollcall-Proxy: guessed",
    "X-Auth-Request-Email: anna@acme.example",
    "X-Forwarded-Email: anna@acme.example",
]
SENT = "Content-Type: application/x-www-form-urlencoded"


@dataclass
class Installed:
    """Where everything is."""

    stage: serving.Stage
    nginx: int
    redirect: int
    port: int
    """Of `rollcall serve` itself, on loopback."""

    @property
    def site(self) -> str:
        return f"https://{PAGES}:{self.nginx}"

    def ask(self, first: str, *lines: str, body: str = "", who: str = "") -> Reply:
        """A request to nginx from outside."""
        signed_on = [SIGNED_ON.format(who)] if who else []
        head = "\n".join([f"{first} HTTP/1.1", f"Host: {PAGES}:{self.nginx}", *signed_on, *lines])
        return send(self.nginx, head, body, tls=True, name=PAGES)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    folder = tmp_path_factory.mktemp("installed")
    nginx, redirect, port = (ports.free() for _ in range(3))
    program, *options = started(DEPLOY / "systemd" / "rollcall-serve.service")
    here = [one.replace("--port=3080", f"--port={port}").replace(f"https://{PAGES}", f"https://{PAGES}:{nginx}") for one in options]
    command = [str(Path(sys.executable).with_name(Path(program).name)), *here]
    (folder / "stage").mkdir()
    with serving.stage(folder / "stage") as stage:
        elsewhere = guarded.Elsewhere()
        before = guarded.nginx(folder, nginx, redirect, elsewhere.port, serve=port)
        with (
            guarded.serving(before, folder / "nginx.log") as proxy,
            guarded.serving(command, folder / "serve.log", ROLLCALL_PROXY_SECRET=guarded.SECRET) as pages,
        ):
            made = Installed(stage, nginx, redirect, port)
            proxy.wait(lambda: made.ask("GET /oauth2/sign_in"))
            pages.wait(lambda: send(port, f"GET / HTTP/1.1\nHost: 127.0.0.1:{port}"))
            yield made
        elsewhere.close()


def test_whoever_has_signed_on_sees_what_they_may_and_nothing_else(installed: Installed) -> None:
    shown = installed.ask("GET /acme/", who="vera")
    assert (shown.status, shown.headers["strict-transport-security"]) == (200, "max-age=31536000")
    assert "vera, to look" in shown.text
    assert installed.ask("GET /acme/seen", who="vera").status == 403
    assert installed.ask("GET /acme/seen", who="anna").status == 200
    assert installed.ask("GET /beta/", who="vera").status == 403
    for path in ("/acme/", "/beta/", "/nobody/"):
        assert installed.ask(f"GET {path}", who="mallory").status == 403
    moved = send(installed.redirect, f"GET /acme/?x=1 HTTP/1.1\nHost: {PAGES}")
    assert (moved.status, moved.headers["location"]) == (301, f"https://{PAGES}/acme/?x=1")
    with installed.stage.ledger() as ledger:
        assert {one.name for one in ledger.visits.newest(50)} == {"vera", "anna"}


def test_a_header_from_outside_makes_nobody_anybody(installed: Installed) -> None:
    for line in ([one] for one in FORGED):
        assert (installed.ask("GET /acme/", *line).status, installed.ask("GET /acme/", *line).text) == (403, "Please sign on.")
        assert installed.ask("POST /acme/release", *line, SENT, f"Origin: {installed.site}", body="scope=all").status == 403
    assert installed.ask("GET /acme/seen", *FORGED, who="vera").status == 403, "vera, who may not, whatever she says besides"
    assert installed.ask("GET /acme/", *FORGED, who="mallory").status == 403
    for line in FORGED:  # by the port behind nginx
        assert send(installed.port, f"GET /acme/ HTTP/1.1\nHost: 127.0.0.1:{installed.port}\n{line}").status == 403
    for host in (PAGES, f"{PAGES}:1"):
        assert send(installed.nginx, f"GET /acme/ HTTP/1.1\nHost: {host}\nCookie: session=vera", tls=True, name=PAGES).status == 421
    with installed.stage.ledger() as ledger:
        assert ledger.decisions.newest(9) == []


def test_no_surprise_a_release_goes_through_by_whoever_has_signed_on(installed: Installed, chromium: Browser) -> None:
    context = chromium.new_context(ignore_https_errors=True)
    context.add_cookies([{"name": "session", "value": "anna", "url": installed.site}])
    page = context.new_page()
    page.goto(f"{installed.site}/acme/waiting/{installed.stage.digest('findity')}")
    page.get_by_role("checkbox", name="E01").check()
    page.get_by_role("textbox", name="Why (it is kept").fill("looked through")
    page.get_by_role("button", name="Release the chosen people").click()
    expect(page.get_by_text("1 came in").first).to_be_visible(timeout=120_000)
    with installed.stage.ledger() as ledger:
        (decision,) = ledger.decisions.newest(9)
        assert (decision.name, decision.people, decision.reason) == ("anna", ["E01"], "looked through")
    context.close()
