"""The two pages beside the Dagster UI: the run's report, and the sandbox's own."""

from typing import Any


def test_the_report_begins_with_the_headline_and_its_sums_add_up(screen: Any) -> None:
    screen.open((screen.demo.reports / "sync_report.html").as_uri(), "All 432 planned changes landed; 4 people could not be brought in")
    screen.shows("256 = 231 used + 6 superseded + 14 out of scope + 5 rejected")
    screen.shows("250 = 216 created + 11 unchanged + 23 skipped", "249 = 216 created + 11 unchanged + 22 skipped")
    screen.picture("report")


def test_the_sandbox_shows_who_is_there_and_what_was_called(screen: Any) -> None:
    screen.open(screen.demo.sandbox, "Expensify policies")
    screen.shows("ACME-SE", "Findity organisations", "Latest calls")
    assert screen.page.locator("dt", has_text="Findity users").locator("xpath=../dd").inner_text() == "217"
