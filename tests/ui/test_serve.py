"""`rollcall serve` as whoever uses it has it, and as whoever should not would try: raw requests over a socket, and a real release."""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.ui import serving
from tests.ui.guarded import send
from tests.ui.serving import PLANTED, Stage

further = pytest.mark.long(held_by="tests/ui/test_serve.py::test_every_page_of_a_company_is_shown_to_whoever_may_and_noted")

ANNA, BERT, VERA, CARL = "anna@acme.example", "bert@acme.example", "vera@acme.example", "carl@beta.example"
NOT_YOURS = "This is not yours to see, or it is not there."
PAGES = (
    "/",
    "/nights/{run}",
    "/nights/{run}/report",
    "/faults",
    "/faults.csv",
    "/faults.xlsx",
    "/coming",
    "/people/E05",
    "/waiting",
    "/waiting/{digest}",
)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with serving.stage(tmp_path_factory.mktemp("serve")) as made:
        yield made


def paths(stage: Stage) -> list[str]:
    with stage.ledger() as ledger:
        run = str(ledger.runs.all()["root_run_id"].iloc[0])
    return [f"/acme{page.format(run=run, digest=stage.digest())}" for page in PAGES]


def test_every_page_of_a_company_is_shown_to_whoever_may_and_noted(stage: Stage) -> None:
    for path in paths(stage):
        reply = stage.asks(VERA, "GET", path)
        assert reply.status_code in (200, 303), path
    with stage.ledger() as ledger:
        noted = ledger.visits.newest(50)
        assert {one.name for one in noted} == {"vera"}
        assert {one.page for one in noted} == {"nights", "night", "report", "faults", "file for HR", "what comes", "person", "waiting"}
        assert [one.employee_id for one in noted if one.page == "person"] == ["E05"]


def test_no_page_may_be_kept_framed_or_run_anything(stage: Stage) -> None:
    for path in ("/", "/style.css", "/nowhere", *paths(stage)):
        headers = stage.asks(VERA, "GET", path).headers
        assert headers["cache-control"] == "no-store", path
        assert headers["x-frame-options"] == "DENY"
        assert (headers["referrer-policy"], headers["x-content-type-options"]) == ("same-origin", "nosniff")
        policy = headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "server" not in headers


def test_what_hr_writes_is_text_on_every_page(stage: Stage) -> None:
    for path in paths(stage):
        reply = stage.asks(VERA, "GET", path)
        if path.endswith((".csv", ".xlsx")):  # it is a file, which no browser shows as a page
            assert reply.headers["content-disposition"].startswith("attachment")
            assert not reply.headers["content-type"].startswith("text/html")
            continue
        assert "<img" not in reply.text
        assert "<b id=planted>" not in reply.text
    assert "&lt;img src=x" in stage.asks(VERA, "GET", "/acme/people/E05").text
    found = stage.asks(VERA, "POST", "/acme/find", data={"who": "img", "mark": stage.form_mark(VERA)})
    assert PLANTED.replace("<", "&lt;").replace(">", "&gt;") in found.text


def test_nobody_else_sees_a_company_nor_whether_it_is_there(stage: Stage) -> None:
    for who in (CARL, "anna@elsewhere.example", "mallory"):
        for path in ("/acme/", "/acme/people/E05", "/nobody/", "/acme/nights/x", f"/acme/waiting/{stage.digest()}", "/acme/seen"):
            reply = stage.asks(who, "GET", path)
            assert (reply.status_code, NOT_YOURS in reply.text) == (403, True), (who, path)
            assert "E05" not in reply.text
    assert "acme" not in stage.asks(CARL, "GET", "/").text
    assert stage.asks(CARL, "GET", "/beta/").status_code == 200
    assert stage.asks(ANNA, "GET", "/beta/").status_code == 403
    assert stage.asks(VERA, "GET", "/acme/seen").status_code == 403
    assert stage.asks(ANNA, "GET", "/acme/seen").status_code == 200


def test_a_name_counts_only_from_the_proxy(stage: Stage) -> None:
    for headers in ({}, {"x-rollcall-proxy": "a guess"}, {"x-forwarded-for": "127.0.0.1"}):
        reply = stage.asks(ANNA, "GET", "/acme/", proxied=False, headers=headers)
        assert reply.status_code == 403
        assert "by way of its sign-on alone" in reply.text
    assert stage.asks(None, "GET", "/acme/").status_code == 403
    assert stage.asks("an na", "GET", "/acme/").status_code == 403


def test_another_page_posts_nothing(stage: Stage) -> None:
    form = {**stage.form(ANNA, stage.digest()), "scope": "all", "reason": "looked"}
    for headers in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ):
        assert stage.asks(ANNA, "POST", "/acme/release", data=form, headers=headers).status_code == 403, headers
    assert stage.asks(ANNA, "POST", "/acme/release", data=form, headers={"host": "evil.example"}).status_code == 421
    assert stage.asks(ANNA, "POST", "/acme/release", json=form).status_code == 415
    assert stage.asks(ANNA, "GET", "/acme/release", params=form).status_code == 403
    for mark in ("", "0" * 64, stage.form(BERT, stage.digest())["mark"]):
        assert stage.asks(ANNA, "POST", "/acme/release", data={**form, "mark": mark}).status_code == 403
    with stage.ledger() as ledger:
        assert ledger.decisions.newest(9) == []


def test_whoever_may_only_look_releases_nothing_and_has_no_button(stage: Stage) -> None:
    text = stage.asks(VERA, "GET", f"/acme/waiting/{stage.digest()}").text
    assert "<button" not in text
    form = {**stage.form(ANNA, stage.digest()), "mark": stage.form_mark(VERA), "scope": "all", "reason": "looked"}
    for path in ("/acme/release", "/acme/propose", "/beta/release"):
        assert stage.asks(VERA, "POST", path, data=form).status_code == 403
    with stage.ledger() as ledger:
        assert ledger.decisions.newest(9) == []


@pytest.mark.parametrize(
    "path",
    [
        "/acme/../acme/",
        "/acme/%2e%2e/beta/",
        "/acme/nights/..%2f..%2fbeta",
        "//acme/",
        "/ACME/",
        "/acme/people/a@b.example",
        "http://x/acme/",
    ],
)
def test_no_path_leads_anywhere_else(stage: Stage, path: str) -> None:
    head = f"GET {path} HTTP/1.1\nHost: {stage.signed[7:]}\nX-User: {ANNA}\nX-Rollcall-Proxy: {serving.SECRET}\nConnection: close"
    assert send(int(stage.signed.rpartition(":")[2]), head).status in (400, 403, 404)


def test_a_token_is_good_for_one_browser_once_and_a_stolen_link_for_none(stage: Stage) -> None:
    with (
        stage.own() as (where, token),
        httpx.Client(base_url=where, timeout=60) as mine,
        httpx.Client(base_url=where, timeout=60) as stolen,
    ):
        assert stolen.get("/acme/").status_code == 403
        assert stolen.get("/", params={"token": "a guess"}).status_code == 403
        assert stolen.head("/", params={"token": token}).status_code == 403
        first = mine.get("/", params={"token": token})
        assert (first.status_code, first.headers["location"]) == (303, "/")
        said = first.headers["set-cookie"].lower()
        assert all(part in said for part in ("httponly", "samesite=strict", "path=/"))
        assert mine.get("/acme/").status_code == 200
        again = stolen.get("/", params={"token": token})
        assert (again.status_code, "set-cookie" in again.headers) == (403, False)
        assert stolen.get("/acme/", headers={"cookie": "rollcall_serve="}).status_code == 403
        assert mine.get("/nobody/").status_code == 403


def test_no_surprise_a_form_that_does_not_say_what_and_why_releases_nothing(stage: Stage) -> None:
    form = {**stage.form(ANNA, stage.digest()), "scope": "all", "reason": "looked"}
    wrong = [
        ({"reason": ""}, 400),
        ({"reason": "for eva@acme.example"}, 400),
        ({"scope": "people"}, 400),
        ({"scope": "people", "person": "E99"}, 400),
        ({"scope": "kinds", "kind": "leave"}, 400),
        ({"scope": "none"}, 400),
        ({"form": "../x"}, 400),
        ({"digest": "0123"}, 404),
    ]
    for change, status in wrong:
        assert stage.asks(ANNA, "POST", "/acme/release", data={**form, **change}).status_code == status, change
    assert (
        stage.asks(
            ANNA, "POST", "/acme/release", content=b"x" * 1_000_001, headers={"content-type": "application/x-www-form-urlencoded"}
        ).status_code
        == 413
    )
    with stage.ledger() as ledger:
        assert ledger.decisions.newest(9) == []


def test_no_surprise_chosen_people_are_released_once_however_often_the_form_is_sent(stage: Stage) -> None:
    digest = stage.digest()
    form = {**stage.form(ANNA, digest), "scope": "people", "person": ["E01", "E11"], "reason": "looked through"}
    replies = [stage.asks(ANNA, "POST", "/acme/release", data=form) for _ in range(2)]
    assert [reply.status_code for reply in replies] == [303, 303]
    assert len({reply.headers["location"] for reply in replies}) == 1
    page = stage.ended(ANNA, replies[0].headers["location"])
    assert {"ada@acme.example", "kit@acme.example"} <= set(stage.acme.members())
    assert "eva@acme.example" not in stage.acme.members()
    assert "2 came in" in page
    assert "Quistgaard" in page, "people have their names, not their numbers alone"
    assert "E01" in page and "E05" not in page, "who waits still is a page of its own"
    with stage.ledger() as ledger:
        (release,) = ledger.releases.of(digest)
        (decision,) = ledger.decisions.newest(9)
    assert (release.name, release.reason, release.people) == ("anna", "looked through", ["E01", "E11"])
    assert (decision.name, decision.run_id) == ("anna", release.root_run_id)

    # What waits is another set now: who has the old page is told so, before the click and at it.
    assert stage.digest() != digest
    old = stage.asks(BERT, "GET", f"/acme/waiting/{digest}").text
    assert "This has changed since" in old
    assert "Release all" not in old
    late = {**form, "form": "f" * 32, "mark": stage.form_mark(BERT), "scope": "all"}
    reply = stage.asks(BERT, "POST", "/acme/release", data=late)
    assert (reply.status_code, "nothing was released" in reply.text) == (409, True)
    assert "anna" in stage.asks(ANNA, "GET", "/acme/seen").text


@further
def test_what_tonight_would_do_to_one_person_is_shown_and_nothing_is_written(stage: Stage) -> None:
    writes = stage.acme.box.writes
    asked = {"number": "E05", "mark": stage.form_mark(VERA)}
    reply = stage.asks(VERA, "POST", "/acme/tonight", data=asked)
    assert reply.status_code == 200
    assert "waits: to come in (joins)" in stage.asks(VERA, "GET", "/acme/people/E05").text
    assert "waits: to come in" in reply.text
    assert "By people_2026-11-20.csv, the newest that was taken in" in reply.text
    assert "<img" not in reply.text
    assert stage.acme.box.writes == writes
    assert stage.asks(VERA, "POST", "/acme/tonight", data={**asked, "mark": "x"}).status_code == 403
    assert stage.asks(VERA, "POST", "/acme/tonight", data={**asked, "number": "a@b.example"}).status_code == 404
    with stage.ledger() as ledger:
        assert ledger.visits.newest(1)[0].employee_id == "E05"


@further
def test_one_proposes_and_another_releases(stage: Stage) -> None:
    stage.let_in("kit@acme.example")
    with stage.ledger() as ledger:
        assert "leave" not in ledger.releases.held(stage.digest()).kinds
    people = serving.people(stage.acme)
    people["E11"]["Status"] = "T"
    stage.acme.file("2026-11-21", people)
    assert stage.acme.quickly("sync").succeeded
    digest = stage.digest()
    assert "needs two people" in stage.asks(ANNA, "GET", f"/acme/waiting/{digest}").text

    def sends(who: str, path: str) -> httpx.Response:
        form = {**stage.form(who, digest), "scope": "people", "person": "E11", "reason": "has left"}
        return stage.asks(who, "POST", f"/acme/{path}", data=form)

    assert "nobody has proposed it" in sends(ANNA, "release").text
    assert sends(ANNA, "propose").status_code == 303
    own = stage.asks(ANNA, "GET", f"/acme/waiting/{digest}").text
    assert "Release what anna proposed" not in own
    assert "anna proposed it. Another person releases it" in sends(ANNA, "release").text
    assert "Release what anna proposed" in stage.asks(BERT, "GET", f"/acme/waiting/{digest}").text
    whole = {**stage.form(BERT, digest), "scope": "all", "reason": "has left"}
    assert "nobody has proposed it" in stage.asks(BERT, "POST", "/acme/release", data=whole).text, "more than was proposed"
    # Neither the terminal nor the launchpad is a way around it: a name that is typed is nobody's.
    typed = stage.acme.quickly("release", digest=digest, people=["E11"], released_by="bert", reason="has left")
    assert "may be anybody's" in str(typed.message)
    assert "kit@acme.example" in stage.acme.members()
    released = sends(BERT, "release")
    assert released.status_code == 303
    page = stage.ended(BERT, released.headers["location"])
    assert "1 taken out" in page
    assert "kit@acme.example" not in stage.acme.members()
    with stage.ledger() as ledger:
        assert [one.name for one in ledger.releases.of(digest)] == ["bert"]


@pytest.fixture(scope="module")
def pictures() -> Path | None:
    """Where pictures of the pages go, if somebody wants to look at them."""
    wanted = os.environ.get("SERVE_PICTURES")
    return Path(wanted) if wanted else None


def test_two_browsers_a_stolen_link_and_a_page_elsewhere(stage: Stage, chromium: Browser) -> None:
    with stage.own() as (where, token), stage.ledger() as ledger:
        mine, stolen = (chromium.new_context() for _ in range(2))
        page, other = mine.new_page(), stolen.new_page()
        page.goto(f"{where}/?token={token}")
        expect(page.get_by_role("heading", name="Companies")).to_be_visible()
        assert "token" not in page.url
        other.goto(f"{where}/?token={token}")
        expect(other.get_by_text("good for one browser, once")).to_be_visible()
        other.goto(f"{where}/acme/")
        expect(other.get_by_text("Open the address that rollcall serve has printed")).to_be_visible()
        before = [one.decision for one in ledger.decisions.newest(99)]
        fields = {"mark": "x", "form": "a" * 32, "digest": stage.digest(), "scope": "all", "reason": "looked"}
        hidden = "".join(f'<input name="{name}" value="{value}">' for name, value in fields.items())
        evil = f'<iframe src="{where}/acme/"></iframe><form method="post" action="{where}/acme/release">{hidden}</form>'
        page.route("http://evil.example/", lambda route: route.fulfill(body=evil, content_type="text/html"))
        page.goto("http://evil.example/")
        assert page.frames[1].url.startswith("chrome-error:")
        page.evaluate("document.forms[0].submit()")
        expect(page.get_by_text("This comes from a page that is not this server's.")).to_be_visible()
        assert [one.decision for one in ledger.decisions.newest(99)] == before
        mine.close()
        stolen.close()


@further
def test_the_pages_are_seen_by_everybody_on_every_screen(stage: Stage, chromium: Browser, pictures: Path | None) -> None:
    with stage.own() as (where, token):
        page = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.goto(f"{where}/?token={token}")
        shows(page, "companies", pictures)
        page.get_by_role("link", name="acme", exact=True).click()
        shows(page, "company", pictures)
        page.get_by_role("listitem").get_by_role("link").filter(has_text="people at").first.click()
        expect(page.get_by_role("button", name="Release all")).to_be_visible()
        expect(page.get_by_text(PLANTED).first).to_be_visible()
        row = page.get_by_role("row").filter(has_text="E04").inner_text()
        assert "Policies: ACME-SE" in row, "what a joiner would be, in people's words"
        assert "policyID" not in row
        assert "_" not in row
        expect(page.locator("b[title~=policyID]").first).to_be_attached()
        shows(page, "held", pictures)
        page.get_by_role("link", name=PLANTED).first.click()
        shows(page, "person", pictures)
        page.get_by_role("button", name="What would HR's last file change now?").click()
        expect(page.get_by_text("Nothing was written for this.")).to_be_visible()
        shows(page, "tonight", pictures)
        page.get_by_role("link", name="acme", exact=True).click()
        page.get_by_label("Employee number, name or address").fill("zetterlund")
        page.get_by_role("button", name="Find").click()
        expect(page.get_by_text("E06")).to_be_visible()
        shows(page, "found", pictures)
        page.get_by_role("link", name="Open faults").click()
        shows(page, "faults", pictures)
        page.get_by_role("link", name="What comes").click()
        expect(page.get_by_role("heading", name="The next 14 days")).to_be_visible()
        shows(page, "coming", pictures)
        page.get_by_role("link", name="Who saw what").click()
        expect(page.get_by_text("tonight").first).to_be_visible()
        shows(page, "seen", pictures)
        page.get_by_role("link", name="acme", exact=True).click()
        page.locator("section[aria-labelledby=nights] a").first.click()
        shows(page, "night", pictures)
        page.get_by_role("link", name="The whole report").click()
        expect(page.locator("h1")).to_be_visible()
        assert page.evaluate("getComputedStyle(document.querySelector('article')).borderTopStyle") == "solid", "its style is taken"
        page.get_by_role("searchbox").fill("E05")
        expect(page.locator("#filter-found")).to_contain_text("row")
        page.get_by_role("searchbox").fill("nobody of that name")
        expect(page.locator("#filter-found")).to_have_text("0 rows")
        expect(page.locator("main .scroll table:visible")).to_have_count(0)
        assert said == []


@further
def test_true_report_what_the_gate_stopped_is_not_nobody_left_out(stage: Stage) -> None:
    stage.acme.file("2026-11-22", serving.people(stage.acme), rows=99)
    stopped = stage.acme.quickly("sync")
    assert not stopped.succeeded
    with stage.ledger() as ledger:
        ledger.runs.end(stopped.run_id, "stopped")  # as whoever starts a run does
    assert "Have HR send the whole file again." in stage.asks(VERA, "GET", "/acme/").text
    for page in ("faults", "coming"):
        assert "a file that came later" in stage.asks(VERA, "GET", f"/acme/{page}").text
    assert "Nobody was left out" not in stage.asks(VERA, "GET", "/acme/faults").text
    whole = stage.asks(VERA, "GET", "/acme/faults.csv").content.decode("utf-8-sig")
    assert whole.split(whole[len("employee_id")])[:3] == ["employee_id", "name", "line"]
    assert "Fia Zetterlund" in whole, "the name beside the number"
    assert "not known tonight" not in whole
    assert stage.asks(VERA, "GET", "/acme/faults.xlsx").content.startswith(b"PK")
    faulty = {number: row | {"Mail": f"none of {number}"} for number, row in serving.people(stage.acme).items() if number > "E06"}
    stage.acme.file("2026-11-23", serving.people(stage.acme) | faulty)
    rejected = stage.acme.quickly("sync")
    assert "rejects: " in rejected.message
    night = stage.asks(VERA, "GET", f"/acme/nights/{rejected.run_id}").text
    assert "Rows of the file to be mended" in night
    assert night.count("This is no e-mail address.") == len(faulty)


def shows(page: Page, name: str, pictures: Path | None) -> None:
    """A page that whoever cannot see it well can use, that fits on a phone, and nothing of which is markup of HR's."""
    assert page.locator("img, #planted").count() == 0
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], name
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        if pictures:
            page.screenshot(path=pictures / f"{name}-{width}.png", full_page=True)
