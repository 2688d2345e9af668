"""Nobody launches a run who should not: every way that a page elsewhere, or another program, could try, at the real webserver.

What is looked at in the end is the instance: which runs there are, and who asked for them.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.ui import guarded
from tests.ui.guarded import LAUNCH, SELECTOR, Stage, graphql, send
from tests.ui.listening import listening


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with guarded.stage(tmp_path_factory.mktemp("guarded")) as made:
        yield made


@pytest.fixture
def unharmed(stage: Stage) -> Iterator[Stage]:
    """The stage, for a test after which there is no other run than before."""
    before = [run.run_id for run in stage.runs()]
    yield stage
    assert [run.run_id for run in stage.runs()] == before


# Written by hand, over a socket

JSON = "Content-Type: application/json"
BODY = graphql(LAUNCH)
ENCODED = LAUNCH.replace(" ", "%20").replace('"', "%22").replace("{", "%7B").replace("}", "%7D")
UPGRADE = "Upgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Version: 13\nSec-WebSocket-Protocol: graphql-ws"
UPGRADE += "\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
OUR = "127.0.0.1:{port}"


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (f"GET /graphql?query={ENCODED} HTTP/1.1\nHost: {OUR}", 405),
        (f"GET /%67raphql?query={ENCODED} HTTP/1.1\nHost: {OUR}", 405),
        (f"GET /graphql/?query={ENCODED} HTTP/1.1\nHost: {OUR}", 405),
        (f"HEAD /graphql?query={ENCODED} HTTP/1.1\nHost: {OUR}", 405),
        (f"GET /graphql?query={ENCODED} HTTP/1.0\nHost: {OUR}", 405),
        (f"GET http://{OUR}/graphql?query={ENCODED} HTTP/1.1\nHost: {OUR}", 400),
        (f"POST http://evil.example/graphql HTTP/1.1\nHost: {OUR}\n{JSON}", 400),
        (f"CONNECT {OUR} HTTP/1.1\nHost: {OUR}", 400),
        (f"OPTIONS /graphql HTTP/1.1\nHost: {OUR}\nOrigin: http://evil.example\nAccess-Control-Request-Method: POST", 403),
        (f"OPTIONS /graphql HTTP/1.1\nHost: {OUR}", 405),
        (f"PUT /graphql HTTP/1.1\nHost: {OUR}\n{JSON}", 405),
        (f"POST /graphql?query={ENCODED} HTTP/1.1\nHost: {OUR}", 415),
        (f"POST /graphql?query={ENCODED} HTTP/1.1\nHost: {OUR}\nContent-Type: Application/JSON", 415),
        (f"POST /graphql HTTP/1.1\nHost: {OUR}\nContent-Type: text/plain; x=application/json", 415),
        (f"POST /graphql HTTP/1.1\nHost: {OUR}\nContent-Type: multipart/form-data; boundary=application/json", 415),
        (f"POST /graphql HTTP/1.1\nHost: {OUR}\nContent-Type: application/graphql", 415),
        (f"POST /graphql HTTP/1.1\nHost: {OUR}\nContent-Type: application/json; charset=utf-8", 415),
        (f"POST /graphql HTTP/1.1\nHost: {OUR}\n{JSON}\nContent-Type: text/plain", 400),
        (f"POST /graphql HTTP/1.1\nHost: {OUR}\nContent-Type: text/plain;\n application/json", 415),
        (f"POST /graphql HTTP/1.1\nHost: {OUR}\n{JSON}\nOrigin: null", 403),
        (f"POST /graphql HTTP/1.1\nHost: {OUR}\n{JSON}\nOrigin: http://evil.example", 403),
        (f"POST /graphql HTTP/1.1\nHost: {OUR}\n{JSON}\nOrigin: http://127.0.0.1:1", 403),
        (f"POST /graphql HTTP/1.1\nHost: {OUR}\n{JSON}\nOrigin: http://{OUR}\n evil.example", 403),
        (f"POST /graphql HTTP/1.1\nHost: {OUR}\n{JSON}\nOrigin: http://{OUR}\nOrigin: http://evil.example", 400),
        (f"POST /graphql HTTP/1.1\nHost: {OUR}\n{JSON}\nSec-Fetch-Site: same-site", 403),
        (f"POST /graphql HTTP/1.1\nHost: evil.example\n{JSON}", 421),
        (f"POST /graphql HTTP/1.1\nHost: evil.example:{{port}}\n{JSON}\nX-Forwarded-Host: {OUR}", 421),
        (f"POST /graphql HTTP/1.1\nHost: localhost.:{{port}}\n{JSON}", 421),
        (f"POST /graphql HTTP/1.1\nHost: evil@{OUR}\n{JSON}", 421),
        (f"POST /graphql HTTP/1.1\nHost: 127.0.0.1\n{JSON}", 421),
        (f"POST /graphql HTTP/1.1\nHost: {OUR}\nHost: evil.example\n{JSON}", 400),
        (f"POST /graphql HTTP/1.1\nHost: {OUR}\n evil.example\n{JSON}", 421),
        (f"POST /graphql HTTP/1.1\n{JSON}", 400),
        (f"POST /graphql HTTP/1.0\n{JSON}", 421),
        (f"POST /graphql HTTP/1.0\nHost: evil.example\n{JSON}", 421),
        (f"POST /report_asset_materialization/acme/hr/export?data_version=1 HTTP/1.1\nHost: {OUR}", 415),
        (f"POST /report_asset_check/acme/hr/roster?check_name=gate&passed=true HTTP/1.1\nHost: {OUR}\nContent-Type: text/plain", 415),
        (f"POST /report_asset_observation/acme HTTP/1.1\nHost: {OUR}\n{JSON}\nOrigin: http://evil.example", 403),
        (f"GET /report_asset_materialization/acme/hr/export?data_version=1 HTTP/1.1\nHost: {OUR}\nSec-Fetch-Site: cross-site", 403),
        ("GET /logs/run/compute_logs/step.out HTTP/1.1\nHost: evil.example", 421),
        (f"GET /notebook?repoLocName=rollcall&path=/etc/x.ipynb HTTP/1.1\nHost: {OUR}\nOrigin: null", 403),
        (f"GET /download_debug/1 HTTP/1.1\nHost: {OUR}\nSec-Fetch-Site: cross-site\nSec-Fetch-Mode: no-cors", 403),
        (f"GET /graphql HTTP/1.1\nHost: {OUR}\n{UPGRADE}\nOrigin: http://evil.example", 403),
        (f"GET /graphql HTTP/1.1\nHost: {OUR}\n{UPGRADE}\nOrigin: null", 403),
        (f"GET /graphql HTTP/1.1\nHost: {OUR}\n{UPGRADE}\nSec-Fetch-Site: cross-site", 403),
        (f"GET /graphql HTTP/1.1\nHost: evil.example\n{UPGRADE}\nOrigin: http://evil.example", 421),
        (f"GET http://evil.example/graphql HTTP/1.1\nHost: {OUR}\n{UPGRADE}", 400),
        (f"GET /graphql HTTP/1.1\nHost: {OUR}\nUpgrade: h2c\nConnection: Upgrade, HTTP2-Settings\nHTTP2-Settings: AAMAAABkAARAAAAA", 405),
    ],
)
def test_what_no_page_of_ours_sends_is_refused_in_a_sentence(unharmed: Stage, head: str, status: int) -> None:
    reply = send(unharmed.plain, head.format(port=unharmed.plain), BODY if head.startswith("POST") else "")
    assert reply.status == status
    assert "access-control-allow-origin" not in reply.headers
    assert len(reply.text) < 120 and "Traceback" not in reply.text and "evil" not in reply.text


@pytest.mark.parametrize("body", ["[" + BODY + "]", "[]", '"x"', "{", "null"])
def test_several_launches_in_a_list_are_refused_in_a_sentence(unharmed: Stage, body: str) -> None:
    reply = send(unharmed.plain, f"POST /graphql HTTP/1.1\nHost: {OUR}\n{JSON}".format(port=unharmed.plain), body)
    assert (reply.status, reply.text) == (400, "A request of GraphQL is one JSON object.")


def test_a_page_is_in_nobodys_frame_and_nothing_is_said_to_other_origins(stage: Stage) -> None:
    for path in ("/", "/runs", "/server_info", "/favicon.png"):
        headers = send(stage.plain, f"GET {path} HTTP/1.1\nHost: {OUR}".format(port=stage.plain)).headers
        assert "frame-ancestors 'self'" in headers["content-security-policy"]
        assert (headers["x-frame-options"], headers["x-content-type-options"]) == ("SAMEORIGIN", "nosniff")
        assert not [name for name in headers if name.startswith("access-control-")]


# From a page elsewhere, in a browser

ATTACKS = Path(__file__).with_name("elsewhere.html").read_text(encoding="utf-8")
REFUSED = ("image", "favicon", "script", "json", "reading", "opaque", "websocket")
NO_CORS = {"opaque", "refused"}


@pytest.mark.parametrize("page", ["http://evil.example:{port}/", "http://127.0.0.1:{port}/", "http://localhost:{port}/"])
def test_no_page_elsewhere_gets_a_run_launched_or_reads_anything(unharmed: Stage, chromium: Browser, page: str) -> None:
    to = f"http://127.0.0.1:{unharmed.plain}"
    unharmed.elsewhere.page = ATTACKS.replace("TO", to).replace("QUERY", json.dumps(LAUNCH))
    tab = chromium.new_page()
    answers: list[tuple[str, int]] = []
    tab.on("response", lambda response: answers.append((response.request.method, response.status)) if response.url.startswith(to) else None)
    tab.goto(page.format(port=unharmed.elsewhere.port))
    tab.wait_for_function("document.title.startsWith('[')", timeout=30_000)
    came = dict(one.split(": ", 1) for one in json.loads(tab.title()))
    assert {name: came[name] for name in REFUSED} == dict.fromkeys(REFUSED, "refused")
    assert {said for name, said in came.items() if name.startswith(("fetch", "no-cors"))} <= NO_CORS
    assert [status for _, status in answers if status < 400] == []
    assert {method for method, _ in answers} >= {"GET", "POST"}  # they did arrive
    tab.close()


def test_a_name_of_theirs_that_points_here_shows_nothing(unharmed: Stage, chromium: Browser) -> None:
    """DNS rebinding: the page's origin is theirs, and so is every request's."""
    tab = chromium.new_page()
    shown = tab.goto(f"http://evil.example:{unharmed.plain}/")
    assert shown is not None and shown.status == 421
    launch = 'body => fetch("/graphql", {method: "POST", headers: {"Content-Type": "application/json"}, body}).then(r => r.status)'
    assert tab.evaluate(launch, BODY) == 421
    tab.close()


# The UI itself


def launched_from_the_launchpad(page: Page, at: str, stage: Stage) -> Any:
    """A run that is launched as people do it, and followed to its end on its page, without that being loaded again."""
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page.goto(f"{at}/locations/rollcall/jobs/acme_sync/playground")
    with page.expect_response(lambda response: "/graphql" in response.url and "LaunchRun" in (response.request.post_data or "")):
        page.get_by_role("button", name="Launch Run").click(timeout=20_000)
    page.wait_for_url("**/runs/**", timeout=20_000)
    page.evaluate("window.stays = true")
    expect(page.get_by_text("RUN_SUCCESS").first).to_be_visible(timeout=30_000)
    assert page.evaluate("window.stays") is True
    assert [url for url in sockets if url.endswith("/graphql")]
    return stage.ended()


def test_nothing_that_the_ui_itself_asks_for_is_refused(unharmed: Stage, chromium: Browser) -> None:
    at = f"http://localhost:{unharmed.plain}"
    page = chromium.new_page()
    refused: list[str] = []
    sockets: list[str] = []
    page.on("response", lambda response: refused.append(response.url) if response.status >= 400 else None)
    page.on("websocket", lambda socket: sockets.append(socket.url))
    for path, shows in (("/runs", "Runs"), ("/locations/rollcall/jobs/acme_sync/playground", "Launch Run"), ("/deployment", "rollcall")):
        page.goto(at + path)
        expect(page.get_by_text(shows).locator("visible=true").first).to_be_visible(timeout=20_000)
    assert refused == []
    assert set(sockets) == {f"ws://localhost:{unharmed.plain}/graphql"}
    page.close()


def test_a_link_in_a_mail_opens_the_ui(stage: Stage, chromium: Browser) -> None:
    stage.elsewhere.page = f'<a href="http://127.0.0.1:{stage.plain}/runs">runs</a>'
    page = chromium.new_page()
    page.goto(f"http://evil.example:{stage.elsewhere.port}/")
    with page.expect_navigation() as opened:
        page.get_by_text("runs").click()
    assert opened.value.status == 200
    page.close()


# Behind nginx, with a sign-on


@pytest.fixture
def kims(stage: Stage, chromium: Browser) -> Iterator[BrowserContext]:
    """The browser of somebody who has signed on."""
    context = chromium.new_context(ignore_https_errors=True)
    context.add_cookies([{"name": "session", "value": "kim", "url": stage.site}])
    yield context
    context.close()


def ask(stage: Stage, first: str, body: str = "", *lines: str) -> guarded.Reply:
    """A request to nginx, of whoever its lines say."""
    head = "\n".join([f"{first} HTTP/1.1", f"Host: {guarded.NAME}:{stage.nginx}", *lines])
    return send(stage.nginx, head, body, tls=True)


def test_nginx_brings_everybody_to_the_one_name_by_tls(unharmed: Stage) -> None:
    moved = send(unharmed.redirect, f"GET /runs?x=1 HTTP/1.1\nHost: {guarded.NAME}")
    assert (moved.status, moved.headers["location"]) == (301, f"https://{guarded.NAME}/runs?x=1")
    shown = ask(unharmed, "GET /runs", "", KIM)
    assert (shown.status, shown.headers["strict-transport-security"]) == (200, "max-age=31536000")
    for host in ("evil.example", guarded.NAME, f"{guarded.NAME}:1"):
        reply = send(unharmed.nginx, f"POST /graphql HTTP/1.1\nHost: {host}\n{KIM}\n{JSON}", BODY, tls=True)
        assert reply.status == 421


KIM = "Cookie: session=kim"
FORGED = ("X-Forwarded-User: anna", "x-forwarded-user: anna", "X-Rollcall-Proxy: guessed", "X-Auth-Request-Email: anna@acme.example")


def test_nobody_gets_by_without_signing_on(unharmed: Stage) -> None:
    for lines in ([], FORGED):
        shown = ask(unharmed, "GET /runs", "", *lines)
        assert (shown.status, shown.text) == (403, "Please sign on.")
        assert ask(unharmed, "POST /graphql", BODY, JSON, *lines).status == 403
        assert ask(unharmed, "GET /graphql", "", *UPGRADE.splitlines(), f"Origin: {unharmed.site}", *lines).status == 403
    head = f"POST /graphql HTTP/1.1\nHost: 127.0.0.1:{unharmed.signed}\n{JSON}\n"
    for lines in ("", *FORGED, "X-Forwarded-User: kim\nX-Forwarded-For: 127.0.0.1"):  # by the port behind nginx
        assert send(unharmed.signed, head + lines, BODY).status == 401


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["Origin: http://evil.example"], 403),
        (["Origin: null"], 403),
        ([f"Origin: http://{guarded.NAME}:NGINX"], 403),
        (["Sec-Fetch-Site: cross-site"], 403),
        (["Content-Type: text/plain"], 400),
    ],
)
def test_whoever_has_signed_on_is_no_tool_of_another_page(unharmed: Stage, lines: list[str], status: int) -> None:
    given = [line.replace("NGINX", str(unharmed.nginx)) for line in lines]
    assert ask(unharmed, "POST /graphql", BODY, KIM, JSON, *given).status == status
    if "Content-Type" not in lines[0]:
        assert ask(unharmed, "GET /graphql", "", KIM, *UPGRADE.splitlines(), *given).status == status
    assert ask(unharmed, f"GET /graphql?query={ENCODED}", "", KIM).status == 405


def test_events_come_by_websocket_through_nginx(stage: Stage) -> None:
    for origin in (f"Origin: {stage.site}", "X-None: 1"):
        assert ask(stage, "GET /graphql", "", KIM, *UPGRADE.splitlines(), origin).status == 101


def test_who_asked_is_who_has_signed_on_whatever_else_is_typed(stage: Stage) -> None:
    tags = [{"key": "rollcall/user", "value": "anna"}, {"key": "ticket", "value": "7"}]
    params = {"selector": SELECTOR, "runConfigData": "{}", "executionMetadata": {"tags": tags}}
    launch = "mutation($p: ExecutionParams!) { launchRun(executionParams: $p) { __typename ... on PythonError { message } } }"
    reply = ask(stage, "POST /graphql", graphql(launch, p=params), KIM, JSON, *FORGED)
    assert "LaunchRunSuccess" in reply.text
    first = stage.runs()[0]
    assert (first.tags["rollcall/user"], first.tags["ticket"]) == ("kim", "7")

    again = {"parentRunId": first.run_id, "strategy": "ALL_STEPS", "useParentRunTags": False, "extraTags": tags[:1]}
    document = "mutation($r: ReexecutionParams) { launchRunReexecution(reexecutionParams: $r) { __typename } }"
    reply = ask(stage, "POST /graphql", graphql(document, r=again), "Cookie: session=anna", JSON)
    assert "LaunchRunSuccess" in reply.text
    second = stage.runs()[0]
    assert second.parent_run_id == first.run_id
    assert (second.tags["rollcall/user"], second.tags["rollcall/reexecuted_by"]) == ("kim", "anna")


def test_a_run_is_launched_and_followed_in_the_ui_behind_the_sign_on(stage: Stage, kims: BrowserContext) -> None:
    run = launched_from_the_launchpad(kims.new_page(), stage.site, stage)
    assert run.is_success
    assert run.tags["rollcall/user"] == "kim"


def test_there_is_no_port_behind_the_guard(stage: Stage) -> None:
    assert {port: listening(process) for port, process in stage.processes.items()} == {
        stage.plain: {stage.plain},
        stage.signed: {stage.signed},
    }


def test_a_mutation_by_websocket_launches_nothing(unharmed: Stage, chromium: Browser) -> None:
    page = chromium.new_page()
    page.goto(f"http://127.0.0.1:{unharmed.plain}/server_info")
    said = page.evaluate(
        """query => new Promise(done => {
            const socket = new WebSocket(`ws://${location.host}/graphql`, "graphql-ws");
            socket.onopen = () => { socket.send('{"type":"connection_init"}');
                socket.send(JSON.stringify({id: "1", type: "start", payload: {query}})); };
            socket.onmessage = message => { const said = JSON.parse(message.data); if (said.id) done(said.type); };
            socket.onclose = () => done("closed");
        })""",
        LAUNCH,
    )
    assert said in ("error", "closed")
    page.close()
