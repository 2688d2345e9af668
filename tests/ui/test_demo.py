"""What somebody sees of the demo: in the Dagster UI, and on the two pages beside it, the run's report and the sandbox's own."""

import json
import re
from typing import Any

import httpx
import pytest

from tests.ui.listening import listening

pytestmark = pytest.mark.long(held_by="tests/ui/test_serve.py::test_every_page_of_a_company_is_shown_to_whoever_may_and_noted")

HEADLINE = "5 new faults in HR's file (lines 27, 37, 103, 156, 247); all 432 planned changes landed"
# Whoever was left out of the demo, and what is wrong in HR's file.
WHO, REASON, REMEDY = "line 37", "This is no e-mail address.", "Enter a working e-mail address."


def test_the_graph_runs_from_hr_over_both_destinations_to_the_reports(screen: Any) -> None:
    screen.open("/asset-groups", "Global asset lineage")
    screen.shows("hr", "expensify", "findity", "reports")
    with screen.wide():
        screen.page.keyboard.press("Alt+E")  # all groups, opened
        screen.shows("employee_feed", "skipped_employees")
        screen.picture("lineage")


def test_the_last_run_is_a_sync_that_succeeded(screen: Any) -> None:
    screen.open("/runs", "demo_sync")
    screen.shows("Success")


def test_the_plan_says_what_will_be_done_and_who_is_left_out(screen: Any) -> None:
    screen.asset("expensify/plan", "kinds of change")
    assert [line[:2] for line in screen.rows("actions")] == [["create", "216"], ["skip", "23"], ["none", "11"]]
    assert [WHO, "their row in the HR file was rejected"] in screen.rows("skipped")
    screen.picture("plan")


def test_the_sync_result_says_what_was_answered_in_units_of_its_own(screen: Any) -> None:
    screen.asset("expensify/sync_result", "payload (bytes)")
    assert [line[:2] for line in screen.rows("answers")] == [["accepted", "216"]]
    screen.shows("waited (s)", "person by person")
    people = screen.rows("person by person")
    assert len(people) == 51
    assert people[-1] == ["… and 166 more", "", "in the run's report"]
    assert {line[2] for line in people[:-1]} == {"accepted"}
    assert all(line[1].startswith("create: ") for line in people[:-1])
    screen.picture("sync_result")


def test_what_landed_is_told_from_what_was_intended_and_accepted(screen: Any) -> None:
    screen.asset("findity/landed", "not brought in")
    assert [screen.metadata(name).inner_text() for name in ("intended", "accepted", "missing")] == ["216", "216", "0"]
    assert [line[:2] for line in screen.rows("outcomes")] == [["created", "216"], ["skipped", "22"], ["unchanged", "11"]]


def test_the_sync_report_has_both_destinations_side_by_side(screen: Any) -> None:
    screen.asset("reports/sync_report", HEADLINE)
    assert [["".join(re.findall(r"[a-z\d]", cell)) for cell in line] for line in screen.rows("people")] == [
        ["created", "216", "216"],
        ["unchanged", "11", "11"],
        ["skipped", "23", "22"],
    ]
    assert (place := screen.metadata("the page, to open").inner_text()).endswith("/sync_report.html")
    assert list(screen.demo.reports.parent.glob(place)) == [screen.demo.reports / "sync_report.html"]
    assert "file://" not in screen.text()  # no browser follows one from there
    screen.picture("sync_report")


def test_why_a_person_was_skipped_is_three_clicks_away(screen: Any) -> None:
    screen.open("/", "demo_sync")
    screen.page.get_by_role("link", name="Catalog").click()
    screen.page.get_by_role("link", name="skipped_employees").click()
    screen.shows("who and why")
    assert [WHO, f"Work e-mail: {REASON}"] in screen.rows("who and why")
    screen.picture("skipped_employees")
    screen.page.get_by_text("[Show Markdown]").click()
    screen.shows(REMEDY)
    line = screen.page.locator("tr").filter(has_text=WHO).filter(has_text=REMEDY)
    cells = line.last.locator("td").all_inner_texts()
    assert cells[:5] == [WHO, "HR file", f"Work e-mail: {REASON}", REMEDY, "HR"]


@pytest.mark.parametrize(
    ("asset", "check", "says"),
    [
        ("hr/roster", "gate", "The file is fit to be used: 256 rows, all accounted for."),
        ("expensify/plan", "accounting", "250 people, each in the plan exactly once."),
        ("expensify/plan", "held", "Nothing is held."),
        ("expensify/plan", "dry_run", "Expensify would refuse nobody."),
        ("findity/landed", "landed", "216 intended, 216 accepted, 216 landed, 0 not visible."),
    ],
)
def test_a_check_says_its_figures_in_a_sentence(screen: Any, asset: str, check: str, says: str) -> None:
    screen.open(f"/assets/demo/{asset}?view=checks&checkDetail={check}", says)
    screen.shows("Passed")
    if check == "landed":
        screen.picture("checks")


PAGES = ["hr/export", "hr/roster", "hr/rejects", "expensify/known", "expensify/employee_feed", "expensify/plan", "expensify/sync_result"]
PAGES += ["findity/users", "findity/sync_result", "findity/landed", "reports/skipped_employees", "reports/sync_report"]


@pytest.mark.parametrize("asset", PAGES)
def test_an_assets_page_shows_tables_whole_and_names_nobody(screen: Any, asset: str, names: re.Pattern[str]) -> None:
    screen.whole(asset)
    names_nobody(screen.text(), names)


def test_the_last_runs_page_names_nobody(screen: Any, names: re.Pattern[str]) -> None:
    screen.open("/runs", "demo_sync")
    screen.page.locator("a[href^='/runs/']").first.click()
    screen.shows("STEP_SUCCESS")
    names_nobody(screen.text(), names)


def names_nobody(text: str, names: re.Pattern[str]) -> None:
    assert not names.search(text)
    assert not re.search(r"\w@\w", text)


def test_the_ui_is_behind_the_guard_and_has_no_other_port(screen: Any) -> None:
    at = screen.demo.dagster
    assert httpx.get(at + "/graphql", params={"query": "{ version }"}).status_code == 405
    assert httpx.get(at + "/runs", headers={"Host": "evil.example"}).status_code == 421
    assert httpx.post(at + "/graphql", json={"query": "{ version }"}, headers={"Origin": screen.demo.sandbox}).status_code == 403
    addresses = json.loads((screen.demo.home / "sandbox" / "ready.json").read_text())
    known = {int(address.rpartition(":")[2]) for address in (at, screen.demo.sandbox)} | {addresses["sftp"]["port"]}
    assert listening(screen.demo.process) == known


# Beside the Dagster UI


def test_the_report_begins_with_the_headline_and_its_sums_add_up(screen: Any) -> None:
    screen.open((screen.demo.reports / "sync_report.html").as_uri(), HEADLINE)
    screen.shows("256 = 231 used + 6 superseded + 14 out of scope + 5 rejected")
    screen.shows("250 = 216 came in + 11 unchanged + 23 left out", "249 = 216 came in + 11 unchanged + 22 left out")
    screen.picture("report")


def test_the_sandbox_shows_who_is_there_and_what_was_called(screen: Any) -> None:
    screen.open(screen.demo.sandbox, "Expensify policies")
    screen.shows("ACME-SE", "Findity organisations", "Latest calls")
    assert screen.page.locator("dt", has_text="Findity users").locator("xpath=../dd").inner_text() == "217"
