"""`rollcall serve` answers what finance asks within three clicks, and says of a set whose time is over that nothing can be released."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, expect

from resources import places
from resources.ledger import tables
from tests.ui import serving
from tests.ui.serving import Stage

ANNA = "anna@acme.example"
QUESTIONS: Final = {
    "Who left and still has access?": ([], "Have left, and still have access"),
    "What changed for 1042, and why?": (["find E01"], "E01"),
    "What am I about to release?": (["link What waits", "link at Expensify"], "Old → new"),
    "Who released it?": (["link Who saw what"], "looked through"),
    "What does HR owe us?": (["link Open faults"], "Who was left out, by who can mend it"),
    "What comes next week?": (["link What comes"], "The next 14 days"),
    "What would HR's last file change for 1042 now?": (
        ["find E05", "button What would HR's last file change now?"],
        "Nothing was written for this.",
    ),
}
"""Each question of the guide for finance → the clicks from the company's page, and what stands there then."""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with serving.stage(tmp_path_factory.mktemp("serve")) as made:
        yield made


def test_no_surprise_a_set_whose_time_is_over_says_so_before_the_click_and_at_it(stage: Stage) -> None:
    digest, held = stage.digest(), tables.held

    def until(moment: datetime) -> None:
        with stage.engine.begin() as connection:
            connection.execute(sa.update(held).where(held.c.digest == digest).values(expires_at=moment))

    form = {**stage.form(ANNA, digest), "scope": "all", "reason": "looked through"}
    with stage.ledger() as ledger:
        before = ledger.releases.held(digest).expires_at
    until(datetime.now(UTC) - timedelta(minutes=1))
    try:
        page = stage.asks(ANNA, "GET", f"/acme/waiting/{digest}").text
        assert "The time for this release is over" in page
        assert "<button" not in page
        late = stage.asks(ANNA, "POST", "/acme/release", data=form)
        assert (late.status_code, "The time for this release is over: nothing was released" in late.text) == (409, True)
    finally:
        until(before)
    assert "Release all" in stage.asks(ANNA, "GET", f"/acme/waiting/{digest}").text


@pytest.mark.long(held_by="tests/ui/test_serve.py::test_every_page_of_a_company_is_shown_to_whoever_may_and_noted")
def test_each_question_of_the_guide_for_finance_is_answered_in_three_clicks_or_fewer(stage: Stage, chromium: Browser) -> None:
    guide = (places.PROJECT / "docs" / "finance.md").read_text("utf-8")
    assert re.findall(r"(?m)^\| ([A-Z][^|]+\?) \|", guide) == [*QUESTIONS]
    # Anna has let everybody in at Expensify; Kit left the day after, and waits.
    form = {**stage.form(ANNA, stage.digest()), "scope": "all", "reason": "looked through"}
    stage.ended(ANNA, stage.asks(ANNA, "POST", "/acme/release", data=form).headers["location"])
    people = serving.people(stage.acme)
    people["E11"] |= {"Status": "T", "End": "2026-11-20"}
    stage.acme.file("2026-11-21", people)
    assert stage.acme.quickly("sync").succeeded
    with stage.own() as (where, token):
        page = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
        page.goto(f"{where}/?token={token}")
        for clicks, answer in QUESTIONS.values():
            assert len(clicks) <= 3
            page.goto(f"{where}/acme/")
            for click in clicks:
                what, _, name = click.partition(" ")
                if what == "find":
                    page.get_by_label("Employee number, name or address").fill(name)
                role: Any = "link" if what == "link" else "button"
                page.get_by_role(role, name="Find" if what == "find" else name).first.click()
            expect(page.locator("main")).to_contain_text(answer)
        page.goto(f"{where}/acme/")
        expect(page.get_by_role("region", name="Have left, and still have access")).to_contain_text("E11")
