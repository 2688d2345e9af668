"""Which earlier night a run is held against: for each place the newest sync that knew it."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from resources.ledger.deliveries import Deliveries
from resources.ledger.plans import Plans
from resources.past.last_night import with_nights
from resources.past.run_report import assemble
from roster.plan.decision import CHANGE_COLUMNS
from roster.reports.nights import charts
from roster.reports.since import since
from roster.reports.skipped import left_out
from roster.vocabulary import BROUGHT, LEFT_ALONE, OUTCOMES
from sandbox.server import Sandbox
from tests.syncing import TITLES, Company, fresh
from tests.unit.roster.frames import person

POLICY = "5E00000000000001"
FINE = tuple(person(f"E{number}", manager_id="E1", extra_policy=POLICY) for number in (1, 2))
LACKING = person("E3", manager_id="E1", extra_policy=None)
MENDED = person("E3", manager_id="E1", extra_policy=POLICY)


@pytest.fixture
def acme(tmp_path, monkeypatch):
    monkeypatch.setenv("EXPENSIFY_SECRET", "demo-secret")
    with Sandbox(switches={"expensify_rate_limits": False}) as box, fresh(tmp_path) as ledger:
        yield Company(box, ledger)


def told(acme, night):
    report = with_nights(acme.ledger, assemble(acme.ledger, night.attempt.run_id, TITLES), TITLES)
    found = since(report, left_out(report)).rows
    # The stand-in has accounts of its own, which HR's file does not know.
    return report, {row.number: row.state for row in found.itertuples() if not row.number.startswith("~")}


def test_a_night_that_came_no_further_than_its_plan_is_passed_over(acme):
    first = acme.sync(*FINE, LACKING)
    stopped = acme.sync(*FINE, LACKING, day="2026-11-21", write=False)
    last = acme.sync(*FINE, MENDED, day="2026-11-22")

    assert told(acme, first)[1] == {"E3": ""}, "nothing was known before"
    assert told(acme, stopped)[1] == {"E3": "open"}
    report, states = told(acme, last)
    assert states == {"E3": "solved"}
    assert report.known_before == {"Expensify": assemble(acme.ledger, first.attempt.run_id, TITLES).started}


def test_true_report_an_older_night_says_later_what_it_said_then(acme):
    nights = [acme.sync(*FINE, LACKING, day=day) for day in ("2026-11-20", "2026-11-21")]
    acme.sync(*FINE, MENDED, day="2026-11-22")
    later = [left_out(assemble(acme.ledger, night.attempt.run_id, TITLES)).set_index("number").loc["E3"] for night in nights]
    assert [(row["first_seen"], row["times_seen"]) for row in later] == [("2026-11-20", 1), ("2026-11-20", 2)]


@pytest.mark.parametrize("recorded", [True, False])
def test_of_a_night_that_is_read_for_who_was_left_out_exactly_those_are_told(acme, recorded):
    run = acme.sync(*FINE, LACKING).attempt.run_id
    cases = [
        {"action": action, "reason": reason, "outcome": outcome, "landed": landed}
        for action in (*BROUGHT, "deactivate", *LEFT_ALONE)
        for reason in (None, "limit", "row_rejected", "manager_missing")
        for outcome in OUTCOMES
        for landed in (None, "yes", "missing")
    ]
    people = pd.DataFrame(cases).assign(person=[f"{number:04}" for number in range(len(cases))], detail=None, kinds="new")
    people = people.assign(employee_id=people["person"], matched_by="number", account=None, intended=None)
    verdict = acme.ledger.plans.verdict("expensify", run)
    acme.ledger.plans.save(
        "expensify", run, root_run_id=run, facts=verdict.facts, digest="d", accounting_passed=True, gate_passed=True, people=people,
        changes=pd.DataFrame([["0001", "role", "role", None, '"admin"', True, True]], columns=list(CHANGE_COLUMNS)),
    )  # fmt: skip
    facts = acme.ledger.deliveries.outcome_facts("expensify", run)
    acme.ledger.deliveries.record_outcomes("expensify", run, people if recorded else people.head(0), facts)
    whole, narrow = (assemble(acme.ledger, run, TITLES, left_out_only=only) for only in (False, True))
    pd.testing.assert_frame_equal(left_out(narrow), left_out(whole))
    assert len(left_out(whole)) > 200
    assert len(narrow.destinations[0].people) < len(whole.destinations[0].people)
    assert narrow.destinations[0].changes.empty
    assert not whole.destinations[0].changes.empty


def test_of_the_nights_before_nobody_is_read_who_was_not_left_out(acme, monkeypatch):
    acme.sync(*FINE, LACKING)
    last = acme.sync(*FINE, MENDED, day="2026-11-21").attempt.run_id
    report = assemble(acme.ledger, last, TITLES)
    for part, name in ((Plans, "people"), (Plans, "changes"), (Deliveries, "outcomes"), (Deliveries, "answers")):
        monkeypatch.delattr(part, name)
    assert "E3" in with_nights(acme.ledger, report, TITLES).before["number"].tolist()


@pytest.mark.long(held_by="tests/unit/resources/past/test_last_night.py::test_a_night_that_came_no_further_than_its_plan_is_passed_over")
@pytest.mark.parametrize("job", ["release", "one"])
def test_what_is_not_a_night_of_everyone_is_held_against_none(acme, job):
    acme.sync(*FINE, LACKING)
    last = acme.sync(*FINE, MENDED, day="2026-11-21")
    report = replace(assemble(acme.ledger, last.attempt.run_id, TITLES), job=f"acme_{job}")
    assert with_nights(acme.ledger, report, TITLES).known_before == {}


@pytest.mark.long(held_by="tests/unit/resources/past/test_last_night.py::test_a_night_that_came_no_further_than_its_plan_is_passed_over")
def test_a_night_that_does_not_write_solves_nobody(acme):
    acme.sync(*FINE, LACKING)
    assert told(acme, acme.sync(*FINE, MENDED, day="2026-11-21", write=False))[1] == {"E3": "not known"}


@pytest.mark.long(held_by="tests/unit/roster/reports/test_chart.py::test_the_bars_share_one_scale_and_fill_their_width")
def test_each_day_has_its_last_sync_in_the_chart(acme):
    for day, people in (("2026-11-20", (LACKING,)), ("2026-11-22", (LACKING,)), ("2026-11-22", (MENDED,))):
        night = acme.sync(*FINE, *people, day=day)
        own = {"as_of": date.fromisoformat(day), "root_run_id": night.attempt.run_id}
        acme.ledger.intakes.take(f"{night.taken.number:064}", "people.csv", 1, modified=None, dated=None, **own)
    report = replace(told(acme, night)[0], as_of=date(2026, 11, 22))
    report = with_nights(acme.ledger, report, TITLES)
    seen = [(one.day.day, one.destination, one.outcomes.get("created"), one.leavers_active) for one in report.nights]
    assert seen == [(20, "Expensify", 2, 0), (22, "Expensify", 1, 0)], "of two syncs of a day the last counts"
    bars = charts(report)[0].bars
    assert [bar.gap for bar in bars[-3:]] == [False, True, False]
