"""When leavers lose their access at Expensify: on a day that the settings give, or never by us; and what is told meanwhile."""

import pytest

from destinations.base import Request
from roster.reports.skipped import left_out
from roster.reports.story import Visit, obstacle
from tests.unit.destinations.expensify.nightly import HOME, at_home, company, sandbox
from tests.unit.roster.frames import sent

further = pytest.mark.long(
    held_by="tests/unit/destinations/expensify/test_leaving.py::test_whoever_left_keeps_their_access_until_so_many_days_after_their_last"
)

__all__ = ["company", "sandbox"]
LATER = {"leaving": {"after_days": 3}}
BOSS = at_home("E1")
ANN = at_home("E2", manager_id="E1")
BOB = at_home("E3", manager_id="E2")
GONE = at_home("E2", manager_id="E1", employment="left", end_date="2026-11-20")
SCIM = {"scim_managed": True}


def test_whoever_left_keeps_their_access_until_so_many_days_after_their_last(company):
    company.begin(BOSS, ANN, **LATER)
    for day in ("2026-11-21", "2026-11-22"):
        night = company.sync(BOSS, GONE, day=day, **LATER)
        assert night.planned["E2"] == ("skip", "leaves_later")
        assert night.detail("E2") == "has left, and keeps their access until 2026-11-23"
        assert night.outcome["E2"] == ("skipped", None)
    night = company.sync(BOSS, GONE, day="2026-11-23", **LATER)
    assert (night.outcome["E2"], "e2@acme.example" in company.members()) == (("deactivated", "landed"), False)


def test_without_the_setting_they_lose_it_at_once(company):
    company.begin(BOSS, ANN)
    assert company.sync(BOSS, GONE, day="2026-11-21").outcome["E2"] == ("deactivated", "landed")


@further
@pytest.mark.parametrize("gone", [[], [at_home("E2", employment="left", worker_status="Terminated")]], ids=["absent", "no end date"])
def test_without_an_end_date_the_days_count_from_the_first_night_on_which_they_are_gone(company, gone):
    company.begin(BOSS, ANN, **LATER)
    actions = [company.sync(BOSS, *gone, day=f"2026-11-{day}", **LATER).planned["E2"][0] for day in (21, 22, 23, 24)]
    assert actions == ["skip", "skip", "skip", "deactivate"]


@further
def test_a_file_that_has_them_again_ends_the_waiting_and_the_next_absence_counts_anew(company):
    company.begin(BOSS, ANN, **LATER)
    assert company.sync(BOSS, day="2026-11-21", **LATER).planned["E2"][0] == "skip"
    assert company.sync(BOSS, ANN, day="2026-11-22", **LATER).planned["E2"] == ("none", None)
    night = company.sync(BOSS, day="2026-11-24", **LATER)
    assert (night.planned["E2"][0], night.detail("E2")[-10:]) == ("skip", "2026-11-27")


@further
def test_no_surprise_a_preview_and_a_night_of_doubt_do_not_begin_the_waiting(company):
    company.begin(BOSS, ANN, **LATER)
    company.sync(BOSS, day="2026-11-21", write=False, **LATER)
    assert company.sync(BOSS, day="2026-11-22", unreadable=True, **LATER).planned["E2"] == ("hold", "reject_without_number")
    assert company.sync(BOSS, day="2026-11-24", **LATER).detail("E2")[-10:] == "2026-11-27"
    # Once it has begun, a rejected row that may be anybody's does not begin it again.
    assert company.sync(BOSS, day="2026-11-25", unreadable=True, **LATER).planned["E2"] == ("skip", "leaves_later")
    assert company.sync(BOSS, day="2026-11-26", **LATER).detail("E2")[-10:] == "2026-11-27"


@pytest.mark.long(
    held_by="tests/unit/destinations/expensify/test_leaving.py::test_whoever_left_keeps_their_access_until_so_many_days_after_their_last"
)
@pytest.mark.parametrize("gone", [[GONE], []], ids=["left", "absent"])
def test_approver_whoever_left_approves_for_nobody_from_the_first_night(company, gone):
    company.begin(BOSS, ANN, BOB, **LATER)
    night = company.sync(BOSS, *gone, BOB, day="2026-11-21", **LATER)
    assert night.planned["E2"][0] == "skip"
    assert company.members()["e3@acme.example"]["submitsTo"].lower() == "e1@acme.example"
    assert night.landed.without_approver == []


@further
def test_true_report_the_day_is_told_to_whoever_asks_and_nobody_is_to_act(company):
    company.begin(BOSS, ANN, **LATER)
    night = company.sync(BOSS, GONE, day="2026-11-21", **LATER)
    row = left_out(night.report).set_index("employee_id").loc["E2"]
    assert (row["reason"], row["owner"]) == ("Has left, and keeps their access until 2026-11-23", "nobody")
    visit = Visit(destination="Expensify", action="skip", reason="leaves_later", detail=night.detail("E2"))
    assert obstacle(visit) == "has left, and keeps their access until 2026-11-23"


@further
def test_true_report_before_the_last_day_the_report_says_what_expensify_does_not_show(company):
    ending = at_home("E2", manager_id="E1", end_date="2026-11-27")
    advice = "may submit on their behalf"
    assert company.sync(BOSS, ending).report.destinations[0].warnings == []
    (sentence,) = company.sync(BOSS, ending, day="2026-11-21").report.destinations[0].warnings
    assert sentence.startswith("1 person loses their access within 7 days (E2 on 2026-11-28)") and sentence.endswith(advice)
    (sentence,) = company.sync(BOSS, GONE, day="2026-11-22", **LATER).report.destinations[0].warnings
    assert "(E2 on 2026-11-23)" in sentence
    assert company.sync(BOSS, ANN, day="2026-11-22").report.destinations[0].warnings == []


@further
@pytest.mark.parametrize(
    ("night", "people"),
    [
        ({"protected": ["E2@acme.example"]}, [at_home("E2", manager_id="E1", end_date="2026-11-22")]),
        ({"protected": ["E2@acme.example"]}, []),
        ({"absent_means": "unchanged"}, []),
        ({"request": Request(only=frozenset({"E1"}))}, [at_home("E2", manager_id="E1", end_date="2026-11-22")]),
    ],
    ids=["protected, to leave", "protected, gone", "absence is no news", "not of this run"],
)
def test_true_report_of_whoever_keeps_their_access_no_day_is_told(company, night, people):
    company.begin(BOSS, ANN, **LATER)
    assert company.sync(BOSS, *people, **LATER, **night).drawn.facts.notices == []


@pytest.mark.long(held_by="tests/unit/destinations/expensify/test_leaving.py::test_no_surprise_what_scim_does_is_in_no_held_set_either")
def test_what_scim_does_is_left_alone_and_told(company):
    company.begin(BOSS, ANN, at_home("E4", manager_id="E1"))
    night = company.sync(BOSS, GONE, day="2026-11-21", **SCIM)
    assert {number: night.planned[number] for number in ("E2", "E4")} == dict.fromkeys(("E2", "E4"), ("skip", "deactivated_elsewhere"))
    assert sent(night.drawn.plan) == []
    assert (night.landed.numbers["missing"], night.disagreements) == (0, [])
    row = left_out(night.report).set_index("employee_id").loc["E2"]
    assert (row["reason"], row["owner"]) == ("Has left, and is deactivated by another system", "IT")


def test_no_surprise_what_scim_does_is_in_no_held_set_either(company):
    company.begin(BOSS, ANN)
    night = company.sync(BOSS, day="2026-11-21", unreadable=True, **SCIM)
    assert night.planned["E2"] == ("skip", "deactivated_elsewhere")
    assert night.drawn.plan.held_digest() is None


@further
def test_whom_scim_has_deactivated_is_told_no_more(company):
    company.begin(BOSS, ANN)
    del company.box.state["expensify"]["policies"]["5E00000000000001"]["members"]["e2@acme.example"]
    assert company.sync(BOSS, day="2026-11-21", **SCIM).planned.get("E2") is None
    assert company.sync(BOSS, GONE, day="2026-11-21", **SCIM).planned["E2"] == ("none", "left")


@further
@pytest.mark.parametrize("gone", [[GONE], []], ids=["left", "absent"])
def test_true_report_of_whom_nothing_takes_out_no_day_is_told(company, gone):
    kept = {"protected": ["e2@acme.example"]}
    company.sync(BOSS, ANN, **LATER)
    night = company.sync(BOSS, *gone, day="2026-11-21", **LATER, **kept)
    assert (night.planned["E2"], night.report.destinations[0].warnings) == (("skip", "protected"), [])
    company.box.state["expensify"]["policies"][HOME]["owner"] = "E2@acme.example"
    night = company.sync(BOSS, *gone, day="2026-11-22", **LATER)
    assert (night.planned["E2"], night.report.destinations[0].warnings) == (("skip", "owner_or_caller"), [])
    assert left_out(night.report).set_index("employee_id").loc["E2", "owner"] == "Finance"


@further
def test_whoever_is_absent_and_owned_a_policy_keeps_their_access_so_many_days_after_it_is_handed_over(company):
    company.begin(BOSS, ANN, **LATER)
    policy = company.box.state["expensify"]["policies"][HOME]
    before, policy["owner"] = policy["owner"], "E2@acme.example"
    assert company.sync(BOSS, day="2026-11-21", **LATER).planned["E2"] == ("skip", "owner_or_caller")
    policy["owner"] = before
    assert company.sync(BOSS, day="2026-11-22", **LATER).detail("E2")[-10:] == "2026-11-25"
    assert company.sync(BOSS, day="2026-11-25", **LATER).planned["E2"][0] == "deactivate"
