"""What a refused feed costs: the stand-in refuses all of it for one bad record, and says why or not."""

import pytest

from sandbox.server import Sandbox
from tests.syncing import fresh
from tests.unit.destinations.expensify.companies import Company, joiners

further = pytest.mark.long(
    held_by="tests/unit/destinations/expensify/test_refused.py::test_true_report_what_the_dry_run_found_costs_the_write_one_call_for_each_and_nobody_else_anything"
)

BAD = ("E00003", "E00041", "E00042", "E00077")


@pytest.fixture
def company(tmp_path):
    switches = {"expensify_rate_limits": False, "expensify_invalid_record": "reject"}
    with Sandbox(switches=switches) as box, fresh(tmp_path) as ledger:
        yield Company(box, ledger)


def refusing(company, bad, reason="Something is wrong", **which):
    company.box.fault(api="expensify", job="update employees", times=None, refuse=dict.fromkeys(bad, reason), **which)


def writes(company, since=0):
    """How many people there were in each write call, and its code."""
    calls = [call for call in company.box.calls[since:] if call["job"] == "update employees" and not call["dry_run"]]
    return [(call["people"], call["code"]) for call in calls]


def fates(*refused):
    return {f"E{n:05}": "refused" if f"E{n:05}" in refused else "accepted" for n in range(80)}


def test_true_report_what_the_dry_run_found_costs_the_write_one_call_for_each_and_nobody_else_anything(company):
    refusing(company, BAD)
    asked, ended = company.night(joiners(80))
    assert (set(asked.alone), asked.in_doubt, ended) == (set(BAD), [], None)
    assert company.answered() == fates(*BAD)
    assert writes(company) == [(76, 200), *[(1, 410)] * 4]


@further
def test_whom_the_dry_run_left_in_doubt_are_narrowed_down_by_the_write_while_all_others_land_at_once(company, monkeypatch):
    monkeypatch.setattr("destinations.expensify.client.NARROWING_CALLS", 12)
    refusing(company, BAD)
    asked, _ = company.night(joiners(80))
    settled = 80 - len(asked.in_doubt) - len(asked.alone)
    assert 0 < settled < 76
    assert writes(company)[0] == (len(asked.in_doubt), 410)
    assert {(settled, 200), (settled - 1, 200)} & set(writes(company)), "all of them, or all but one who was tried alone"


@further
def test_a_second_night_begins_where_the_first_one_ended(company, monkeypatch):
    monkeypatch.setattr("destinations.expensify.client.NARROWING_CALLS", 18)
    refusing(company, BAD, dry_run=False)
    company.night(joiners(80))
    doubtful = [person for person, status in company.answered().items() if status == "unknown"]
    assert 4 < len(doubtful) < 40
    since = len(company.box.calls)
    company.night(joiners(80))
    assert writes(company, since)[0] == (len(doubtful), 410)
    assert company.there() >= set(fates()) - set(BAD)
    assert {company.answered()[person] for person in BAD} == {"refused"}


@further
def test_a_policy_that_is_not_there_costs_those_who_are_to_be_in_it_a_call_each_and_nobody_else_any(company):
    people = [one | {"extra_policy": "Marketing"} if one["employee_id"] in BAD else one for one in joiners(80)]
    _, ended = company.night(people)
    assert (company.answered(), ended) == (fates(*BAD), None)
    assert company.updates()[0] <= 2 + len(BAD) + 1
    assert writes(company) == [(76, 200), *[(1, 410)] * 4]
