"""A run's report in a browser: what is visible, searched, read on a phone, on paper, by keyboard and by a screen reader."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from roster.reports.page import render
from tests.unit.roster.reports import conftest as runs

LABELS = {"policyID": "Policies", "isTerminated": "Policies", "approvalLimit": "Limit", "lastName": "Name"}
LEAVERS = [
    runs.person("E3001", "deactivate", "leave", "refused", "refused", "Owns a policy"),
    runs.person("E3002", "hold", "leave", "held", "limit"),
    runs.person("E3003", "deactivate", "leave", "deactivated", landed="landed"),
]
CHANGES = [
    ["E3001", "isTerminated", "other", '["P1","P2"]', "true", True, True],
    ["E3002", "isTerminated", "other", '["P1"]', "true", True, False],
    ["E3003", "isTerminated", "other", '["P1","P2"]', "true", True, True],
    ["E1400", "approvalLimit", "limit", None, "90000", False, True],
    ["E1401", "lastName", "other", "Berg", "Lind", False, True],
    *[[f"E{1100 + n}", "policyID", "policy", '["P1"]', "P2", True, True] for n in range(40)],
]
TAGS = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}, "resultTypes": ["violations"]}
WIDE, PHONE, PAPER = {"width": 1200, "height": 900}, {"width": 390, "height": 844}, {"width": 700, "height": 990}
CUT = """() => [...document.querySelectorAll('td, tbody th, p, li, dd')]
    .filter(one => one.getBoundingClientRect().right > innerWidth + 1).map(one => one.textContent)"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    run = runs.everything()
    first = run.destinations[0]
    told = replace(
        first,
        people=runs.frame([*first.people.to_numpy().tolist(), *LEAVERS], runs.PEOPLE),
        changes=runs.frame(CHANGES, runs.CHANGES),
        labels=LABELS,
        id_names={"P1": "Main policy", "P2": "Travel"},
        hundredths=("approvalLimit",),
        only_added=("policyID",),
        leaving=("isTerminated",),
        held=22,
    )
    file = tmp_path_factory.mktemp("report") / "sync_report.html"
    file.write_text(render(replace(run, destinations=[told, run.destinations[1]])), "utf-8")
    return file.as_uri()


@pytest.fixture
def opened(chromium: Browser, report: str) -> Iterator[Any]:
    """Opens the report; whatever it loads besides, or complains of, fails the test."""
    contexts, wrong = [], []

    def show(viewport: dict[str, int] = WIDE, **how: Any) -> Page:
        contexts.append(chromium.new_context(viewport=viewport, **how))
        page = contexts[-1].new_page()
        page.on("request", lambda request: wrong.append(request.url) if request.url != report else None)
        page.on("console", lambda message: wrong.append(message.text))
        page.goto(report)
        return page

    yield show
    for context in contexts:
        context.close()
    assert wrong == []


def test_true_report_the_first_that_is_seen_is_who_has_left_and_still_has_access(opened: Any) -> None:
    page = opened()
    first = page.get_by_role("heading", level=1)
    expect(first).to_have_text("2 people who have left still have access (E3002, E3001) at Expensify: waits for a release (1), refused (1);"
                               " 294 of 296 planned changes accepted")  # fmt: skip
    expect(page.get_by_role("listitem").first).to_have_text(
        "22 people wait for a release at Expensify: look through the changes, then release the held set"
    )
    rows = page.get_by_role("region", name="Have left, and still have access").get_by_role("row").all_inner_texts()
    assert [row.split("\t")[0] for row in rows] == ["Employee", "E3002", "E3001"]
    assert "Refused: Owns a policy" in rows[2]


def test_what_waits_is_seen_at_once_and_all_changes_are_in_words(opened: Any) -> None:
    page = opened()
    waits = page.get_by_role("region", name="Waiting for a release at Expensify").locator("table.changes tbody tr")
    assert [row.split("\t") for row in waits.all_inner_texts()[-1:]] == [["E3002", "Leaves: Main policy P1", "leaves", "waits"]]
    page.locator("summary", has_text="Expensify:").click()
    lines = {row.split("\t")[0]: row.split("\t")[1:] for row in page.locator("details table.changes tbody tr").all_inner_texts()}
    assert lines["E3001"] == ["Leaves: Main policy, Travel P1, P2", "leaves", "refused"]
    assert lines["E1400"] == ["Limit", "cannot be read there", "900.00", "limit", "accepted"]
    assert lines["E1401"] == ["Name", "Berg", "Lind", "other", "accepted"]
    assert [part for cell in lines["E1100"] for part in cell.splitlines()] == [
        "Policies", "Main policy P1", "Main policy, Travel P1, P2", "added: Travel", "policy", "landed"
    ]  # fmt: skip
    assert page.get_by_title("approvalLimit").first.inner_text() == "Limit"


def test_it_is_searched_without_a_network_and_says_how_many_rows_there_are(opened: Any) -> None:
    page = opened()
    everyone = page.locator("main .scroll tbody tr:visible").count()
    page.get_by_role("searchbox").fill("travel e1105")
    expect(page.get_by_role("status")).to_have_text("1 row")
    assert page.locator("main .scroll tbody tr:visible").all_inner_texts()[0].startswith("E1105")
    page.get_by_role("searchbox").fill("approvallimit")  # the API's name, which is seen on hover
    expect(page.get_by_role("status")).to_have_text("1 row")
    page.get_by_role("searchbox").fill("nobody has this")
    expect(page.get_by_role("status")).to_have_text("0 rows")
    page.get_by_role("searchbox").fill("")
    expect(page.get_by_role("status")).to_have_text("")
    assert page.locator("main .scroll tbody tr:visible").count() == everyone, "what was folded is folded again"
    page.get_by_role("combobox").select_option("refused")
    # Of everybody who was refused: E1801 who was to come in, and the leaver.
    assert sorted(row.split("\t")[0] for row in page.locator("main .scroll tbody tr:visible").all_inner_texts()) == ["E1801", "E3001"]


def test_without_its_script_it_is_whole_and_has_no_search(opened: Any) -> None:
    page = opened(java_script_enabled=False)
    expect(page.locator("#filter")).to_be_hidden()
    expect(page.get_by_text("Refused: Owns a policy")).to_be_visible()


def test_on_a_phone_nothing_goes_beyond_the_edge(opened: Any) -> None:
    page = opened(PHONE)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert page.evaluate(CUT) == []
    assert page.get_by_role("table", name="Who, where, why, and what to do").get_by_role("row").count() == 3, "a table still"


def test_on_paper_all_is_there_and_no_table_is_cut(opened: Any) -> None:
    page = opened(PAPER)
    page.emulate_media(media="print")
    expect(page.locator("#filter")).to_be_hidden()
    expect(page.get_by_text("900.00")).to_be_visible()  # folded on the screen
    assert page.evaluate(CUT) == []
    assert page.evaluate("getComputedStyle(document.querySelector('main thead')).display") == "table-header-group"
    assert len(page.pdf(format="A4")) > 10_000


def test_by_keyboard_the_report_is_one_step_away_and_what_has_the_focus_is_marked(opened: Any) -> None:
    page = opened()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the report"
    seen = []
    for _ in range(8):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("[document.activeElement.tagName, getComputedStyle(document.activeElement).outlineStyle]"))
    assert {"INPUT", "SELECT", "DIV"} <= {tag for tag, _ in seen}
    assert all(style != "none" for _, style in seen)


@pytest.mark.parametrize(("scheme", "viewport"), [("light", WIDE), ("dark", WIDE), ("light", PHONE)], ids=["light", "dark", "phone"])
def test_an_accessibility_checker_finds_nothing_serious(opened: Any, scheme: str, viewport: dict[str, int]) -> None:
    page = opened(viewport, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    found = Axe().run(page, options=TAGS).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"][:3]]) for one in found if one["impact"] in ("serious", "critical")] == []


def test_the_scripts_hash_is_the_only_source_that_the_page_allows(report: str) -> None:
    text = Path(report.removeprefix("file://")).read_text("utf-8")
    assert text.count("<script>") == 1
    assert "script-src &#39;sha256-" in text or "script-src 'sha256-" in text
