"""The sync report as a page."""

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser

import pandas as pd
import pytest

from roster.intake.gate import GateCheck
from roster.plan.limits import FIGURES
from roster.reports.page import render
from roster.reports.tables import outcome_rows
from tests.unit.roster.reports.conftest import CHANGES, frame


class Balance(HTMLParser):
    """Raises where a tag is closed that is not open."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "input"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def words(page):
    """The page as read: without styles, script and tags."""
    return re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<script>.*?</script>|<[^>]+>", " ", page, flags=re.DOTALL))


@pytest.mark.parametrize("which", ["full_run", "clean_run", "stopped_run", "empty_run"])
def test_every_run_gets_a_well_formed_page_that_loads_nothing(which, request):
    page = render(request.getfixturevalue(which))
    balance = Balance()
    balance.feed(page)
    assert balance.open == []
    assert page.startswith("<!doctype html>")
    assert not re.search(r"<script .|<link|<img|url\(|@import|\ssrc=|data:", page)
    (script,) = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    source = b64encode(sha256(script.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{source}'" in unescape(page)
    assert not re.search(r"fetch|XMLHttp|import|eval|innerHTML|https?:", script)


def test_names_stand_beside_numbers_wherever_people_are_listed_one_by_one(full_run):
    people = full_run.destinations[0].people.replace({"reason": {"row_rejected": "still_has_access"}})
    one = replace(full_run.destinations[0], people=people)
    numbers = {"E1042": "Ada Quist", "E1900": "Bo Berg", "E1701": "Cai Lind"}
    page = words(render(replace(full_run, destinations=[one], names=numbers)))
    access, rest = page.split("Have left, and still have access", 1)[1].split("Expensify", 1)
    assert "E1042 Ada Quist" in access
    assert "E1900 Bo Berg" in rest.split("What waits, old → new", 1)[1]
    assert "E1701 Cai Lind" in rest.split("What did not land first, then by person", 1)[1]
    assert "E1042 Ada Quist" in rest.split("Person by person", 1)[1]
    assert "Name" not in re.findall(r"<th[^>]*>([^<]*)", render(full_run)), "no column for nothing"


def test_true_report_nothing_accepted_is_not_confirmed(full_run, clean_run):
    says = "Reading back confirms every accepted change."
    nothing = {"accepted": 0, "landed": 0, "missing": 0, "not_visible": 0}
    assert says in render(clean_run)
    assert says not in render(replace(clean_run, destinations=[replace(one, **nothing) for one in clean_run.destinations]))


def test_both_sums_are_shown_adding_up(full_run):
    page = words(render(full_run))
    assert "1,041 = 1,030 used + 5 superseded + 3 out of scope + 3 rejected" in page
    assert "1,035 = 24 came in + 61 changed + 941 unchanged + 9 left out" in page
    assert "does not add up" not in page


def test_people_are_told_by_status_and_by_dates(full_run):
    standing = {"status": {"active": 1020, "leave": 10, "left": 0, "pending": 0}, "dates": {"active": 1029, "left": 1}}
    page = words(render(replace(full_run, standing=standing)))
    assert "People in scope, by status 1,030 = 1,020 active + 10 on leave" in page
    assert "People in scope, by dates 1,030 = 1,029 active + 1 left" in page


def test_a_sum_that_does_not_add_up_is_shown_so(full_run):
    page = words(render(replace(full_run, dispositions={"used": 1000})))
    assert "1,041 ≠ 1,000 used does not add up" in page


def test_the_three_numbers_stand_side_by_side_for_each_destination(full_run):
    page = words(render(full_run))
    assert "Expensify intended 211 accepted 209 landed 152 56 accepted, in fields that cannot be read back" in page
    assert "1 accepted, not seen when read back" in page
    assert "Findity intended 85 accepted 85 landed 85" in page


def test_beyond_which_limit_a_kind_goes_and_how_much_of_the_week_is_used_is_on_the_page(full_run):
    rows = [
        ("leave", 3, 3, 9, 9, None, None, 3, "leave: 3 planned, 9 of the 9 that may in seven days were written"),
        ("limit", 5, 5, 0, 15, 5, 9, 5, "limit: of 9 who have one, 5 would get another"),
        ("join", 2, None, 0, None, None, None, 0, None),
    ]
    first, *others = full_run.destinations
    limits = pd.DataFrame(rows, columns=list(FIGURES), dtype="object")
    page = words(render(replace(full_run, destinations=[replace(first, limits=limits), *others])))
    assert "leaves 3 3 9 of 9 3 leave: 3 planned, 9 of the 9 that may in seven days were written" in page
    assert "limit 5 5 0 of 15 5 of 9 5 limit: of 9 who have one, 5 would get another" in page
    assert "joins 2 no limit 0" in page


def test_the_chart_has_words_and_a_table_with_headings(full_run):
    page = render(full_run)
    assert 'role="img" aria-label="Findity, 1,035 people: 24 came in, 61 changed, 941 unchanged, 9 left out"' in page
    assert '<th scope="row"' in page
    assert outcome_rows(full_run)[:2] == [("created", 24, 24), ("updated", 175, 61)]


def test_reasons_say_who_must_do_what(full_run):
    page = words(render(full_run))
    assert "No usable e-mail address 1 HR file Enter a working e-mail address. HR 2026-11-19 E1042" in page
    assert "Has not started yet 6 Expensify, Findity Nothing: they come in on their start date. nobody" in page


def test_rejects_repairs_and_drift_are_listed(full_run):
    page = words(render(full_run))
    assert "17 E1042 Work e-mail The address has no domain." in page
    assert "HR's manager is on leave 2 E1104, E1105" in page.replace("&#39;", "'")
    assert "submitsTo 2 E1301, E1302" in page


def test_approver_that_nobody_is_without_an_active_one_is_said_only_where_it_was_looked_at(full_run):
    first, second = full_run.destinations
    looked = [replace(first, without_approver=["E7"]), replace(second, without_approver=[])]
    page = words(render(replace(full_run, destinations=looked)))
    assert f"Active at {first.name} without an active approver: E7. Nobody active is without an active approver at {second.name}." in page
    assert "active approver" not in words(render(replace(full_run, destinations=[replace(one, without_approver=None) for one in looked])))


def test_the_held_set_is_shown_with_its_digest_and_kinds(full_run):
    page = words(render(full_run))
    assert "b1c7e7d0a4f94e6f8c2d0f6a1b3e5d77c9a8" in page
    assert "bank account 21 E1900" in page and "bank_account" not in page


def test_values_of_the_file_are_text_and_never_markup(full_run):
    page = render(full_run)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert page.count("<script>") == 1, "the page's own"


def test_a_link_that_is_no_web_address_is_not_a_link(full_run):
    assert "javascript:" not in render(replace(full_run, ui_url="javascript:alert(1)"))
    assert 'href="http://127.0.0.1:3000/runs/0c5a9b7e"' in render(full_run)


def test_changes_are_cut_to_200_with_the_held_ones_first_and_the_count_said(full_run):
    first, *others = full_run.destinations
    rows = [[f"E{1100 + n}", f"customField{n}", "other", "1", "2", True, True] for n in range(242)]
    changes = frame([*rows, ["E1900", "approvalLimit", "limit", "50000", "90000", False, False]], CHANGES)
    page = render(replace(full_run, destinations=[replace(first, changes=changes), *others]))
    assert (
        page.index("What waits, old → new")
        < page.index("E1900", page.index("What waits"))
        < page.index("Expensify: 277 changes, old → new")
    )
    assert "77 more of 277 in all: see the stored plan." in words(page[page.index("Expensify: 277 changes, old → new (first 200)") :])


def test_long_tables_stop_at_500_rows_and_say_where_the_rest_is(full_run):
    rejects = pd.concat([full_run.rejects] * 400, ignore_index=True)
    page = render(replace(full_run, rejects=rejects))
    assert "700 more of 1,200 in all: see the skipped-employees CSV." in words(page)
    assert page.count("<tr>") < 1600


def test_a_stopped_run_leads_with_what_the_gate_saw_and_what_to_do(stopped_run):
    page = words(render(stopped_run))
    assert "Stopped at the gate: 211 rows, 1,042 last time" in page
    assert "Ask HR for a complete export." in page
    assert "Not reached in this run" in page


def test_what_to_do_about_several_checks_is_said_once(stopped_run):
    broken = stopped_run.gate[1]
    page = words(render(replace(stopped_run, gate=[broken, replace(broken, name="Departments")])))
    assert page.count("Ask HR for a complete export.") == 1


def test_a_check_that_did_not_simply_pass_is_shown_as_what_it_is(full_run):
    let, noted = (GateCheck(name, "", "", verdict) for name, verdict in (("rows", "let pass"), ("header", "warning")))
    page = words(render(replace(full_run, gate=[let, noted])))
    assert "rows let pass" in page
    assert "header warning" in page


def test_a_run_with_one_destination_shows_that_one_alone(clean_run):
    page = words(render(clean_run))
    assert "All 236 planned changes landed" in page
    assert "Findity" not in page


def test_a_preview_does_not_show_a_zero_where_nothing_was_tried(full_run):
    planned = replace(full_run.destinations[1], stage="planned", accepted=0, landed=0, outcomes={})
    page = words(render(replace(full_run, destinations=[planned])))
    assert "intended 85 accepted – landed – Planned only: nothing was sent." in page


def test_the_held_people_of_a_first_sync_do_not_flood_the_reasons(full_run):
    page = render(full_run)
    assert "E1900" not in page[page.index('id="left-out"') : page.index('id="held-1"')]
