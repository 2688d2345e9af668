"""What Expensify says of itself: by policy and domain group, the dry run beside the write; and the groups, which nothing else shows."""

import json

import pandas as pd
import pytest

from resources.past.report_files import WHOLE, list_for_hr
from resources.stored.runs import StoredRuns
from roster.plan.own_account import UNANSWERED, Line, from_json, to_json, together
from roster.reports.skipped import left_out
from tests.unit.destinations.expensify.nightly import HOME, OTHER, at_home, company, sandbox

further = pytest.mark.long(
    held_by="tests/unit/destinations/expensify/test_answered.py::test_true_report_a_group_that_its_answer_shows_is_accepted_and_never_not_visible"
)

__all__ = ["company", "sandbox"]
GROUPED = {"domainGroupID": "extra_more"}
FEED = {"feed": {"additionalPolicyIDs": None, **GROUPED}}


def grouped(number, group="407184", **cells):
    return at_home(number, extra_more=group, **cells)


BOSS = grouped("E1")


def texts_of(**cells):
    return pd.DataFrame([cells]).astype("str")


@pytest.mark.long(
    held_by="tests/unit/destinations/expensify/test_answered.py::test_true_report_a_group_that_its_answer_shows_is_accepted_and_never_not_visible"
)
def test_true_report_what_it_added_and_removed_is_shown_by_policy_and_number_beside_what_it_foretold(company):
    staying = (at_home("E1"), at_home("E2", manager_id="E1", extra_policy=OTHER))
    first = company.sync(*staying, at_home("E3", manager_id="E1", extra_policy=OTHER))
    assert first.own_account == {
        ("added to policy", HOME): ("1", "1", ("E1",)),
        ("added to policy", OTHER): ("3", "3", ("E1", "E2", "E3")),  # their manager is invited there by Expensify itself
    }
    second = company.sync(*staying)
    assert second.own_account == {("removed from policy", OTHER): ("1", "1", ("E3",))}
    assert "@" not in json.dumps([second.drawn.facts.to_json(), company.ledger.deliveries.requests("expensify", "run-1")])


def test_true_report_whoever_is_invited_and_is_in_no_record_goes_by_their_number_too(company):
    company.begin(at_home("E1"))
    night = company.sync(at_home("E1"), at_home("E2", manager_id="E1", extra_policy=OTHER))
    assert set(night.drawn.plan.records["person"]) == {"E2"}
    assert night.own_account == {("added to policy", OTHER): ("2", "2", ("E1", "E2"))}


@further
def test_true_report_of_a_plan_that_was_not_sent_the_write_is_empty_and_not_nobody(company):
    preview = company.sync(at_home("E1"), write=False)
    assert preview.own_account == {("added to policy", HOME): ("1", "", ("E1",))}


def test_true_report_a_group_that_its_answer_shows_is_accepted_and_never_not_visible(company):
    company.begin(BOSS, grouped("E2", manager_id="E1"), **FEED)
    night = company.sync(BOSS, grouped("E2", "830936", manager_id="E1"), **FEED)
    assert night.outcome["E2"] == ("updated", "accepted")
    assert night.own_account == {("in domain group", "830936"): ("1", "1", ("E2",))}
    assert night.disagreements == []
    assert (night.landed.numbers["not_visible"], night.landed.numbers["answered"], night.landed.numbers["missing"]) == (0, 1, 0)


def answering(company, groups):
    """Expensify answers all, but its groups are these."""
    body = {"responseCode": 200, "updatedEmployeesCount": 1, "diff": {"diffToAdd": {}, "diffToRemove": {}}, "skippedEmployees": []}
    company.box.fault(api="expensify", job="update employees", applied=True, times=None, status=200, body=json.dumps(body | groups))


@pytest.mark.long(
    held_by="tests/unit/destinations/expensify/test_answered.py::test_true_report_a_group_that_its_answer_shows_is_accepted_and_never_not_visible"
)
@pytest.mark.parametrize("shown", [{}, {"407184": ["E2@acme.example"]}, {"830936": ["E1@acme.example"]}])
def test_true_report_a_group_without_the_person_in_it_is_missing_and_is_sent_again(company, shown):
    company.begin(BOSS, grouped("E2", manager_id="E1"), **FEED)
    moved = (BOSS, grouped("E2", "830936", manager_id="E1"))
    answering(company, {"securityGroupEmployeesMap": shown})
    night = company.sync(*moved, **FEED)
    assert night.outcome["E2"] == ("updated", "missing")
    assert any("not in the domain group that was sent" in sentence for sentence in night.disagreements)
    assert night.landed.outcomes.set_index("person").loc["E2", "reason"] == "not_in_answer"
    company.box.heal()
    assert company.sync(*moved, **FEED).outcome["E2"] == ("updated", "accepted")
    assert company.sync(*moved, **FEED).planned["E2"] == ("none", None)


@further
def test_true_report_a_joiner_who_is_there_and_not_in_their_group_is_missing(company):
    company.begin(BOSS, **FEED)
    answering(company, {"securityGroupEmployeesMap": {}})
    night = company.sync(BOSS, grouped("E2", manager_id="E1"), **FEED)
    assert night.outcome["E2"] == ("created", "missing")
    company.box.heal()
    again = company.sync(BOSS, grouped("E2", manager_id="E1"), **FEED)
    assert again.drawn.plan.changes[["person", "field", "new"]].to_numpy().tolist() == [["E2", "domainGroupID", "407184"]]


@pytest.mark.long(
    held_by="tests/unit/destinations/expensify/test_answered.py::test_true_report_a_group_that_its_answer_shows_is_accepted_and_never_not_visible"
)
def test_true_report_an_answer_without_the_block_is_unanswered_and_not_missing(company):
    company.begin(BOSS, grouped("E2", manager_id="E1"), **FEED)
    answering(company, {})
    moved = (BOSS, grouped("E2", "830936", manager_id="E1"))
    night = company.sync(*moved, **FEED)
    assert night.outcome["E2"] == ("updated", "unanswered")
    assert night.own_account == {("in domain group", ""): (UNANSWERED, UNANSWERED, ())}
    assert night.disagreements == ["1 people have a domain group of which Expensify's answer says nothing"]
    company.box.heal()
    assert company.sync(*moved, **FEED).planned["E2"] == ("none", None)


@further
def test_true_report_blocks_that_are_left_out_because_they_are_empty_take_nothing_away(company):
    company.box.switch(expensify_blocks="sparse")
    people = [at_home("E1"), at_home("E2", manager_id="E1")]
    assert company.sync(*people).outcome["E2"] == ("created", "landed")
    night = company.sync(people[0])
    assert (night.outcome["E2"], night.disagreements) == (("deactivated", "landed"), [])
    assert night.own_account == {("removed from policy", HOME): ("1", "1", ("E2",))}


@further
def test_of_somebody_who_only_got_another_name_the_groups_say_nothing(company):
    company.begin(BOSS, grouped("E2", manager_id="E1"), **FEED)
    answering(company, {"securityGroupEmployeesMap": {}})
    night = company.sync(BOSS, grouped("E2", manager_id="E1", last_name="Other"), **FEED)
    assert night.outcome["E2"] == ("updated", "not visible")


def test_accounts_of_several_answers_are_one():
    whole = together([[Line("a", "1", 2, ("x", "y")), Line("b", "", None)], [Line("a", "1", 1, ("x",)), Line("b", "", None)]])
    assert whole == (Line("a", "1", 3, ("x", "y")), Line("b", "", None, ()))
    assert from_json(to_json(whole)) == whole


def test_quiet_a_reason_is_whole_for_its_owner_in_what_was_sent_of_them_and_in_nothing_else(company):
    records = texts_of(person="E2", employeeEmail="Ann@acme.example", managerEmail="boss@acme.example ", policyID="P1")
    said = "Invalid manager email address 'boss@acme.example ', see other@acme.example, token s3cr3tzx9 or 19701212-0000"
    replies = [{"skipped": [("ann@ACME.example", said), ("nobody@acme.example", "other")]}]
    whole = company.adapter().whole_reasons(records, replies)
    assert set(whole) == {"E2"}
    assert "Invalid manager email address 'boss@acme.example '" in whole["E2"]
    assert [one for one in ("other@acme", "s3cr3tzx9", "19701212") if one in whole["E2"]] == []
    assert company.adapter().whole_reasons(records, [{"skipped": []}]) == {}


@further
def test_the_list_for_hr_has_the_whole_reason_as_long_as_it_is_stored(company, tmp_path, monkeypatch):
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path / "home"))
    company.box.fault(
        api="expensify", job="update employees", times=None, refuse={"E2": "Invalid employee email address 'E2@acme.example'"}
    )
    report = company.sync(BOSS, at_home("E2", manager_id="E1")).report
    said = {"E2": "Invalid employee email address 'E2@acme.example'"}
    asked = []
    monkeypatch.setattr(StoredRuns, "entry", lambda _, run, asset, name: (asked.append((run, asset)), said)[1] if name == WHOLE else None)
    out = left_out(report)
    assert "E2@acme.example" not in out["reason"].str.cat()
    assert "'E2@acme.example'" in list_for_hr(report, out, "csv").decode("utf-8-sig")
    assert asked == [("run-1", "expensify/sync_result")]
    monkeypatch.setattr(StoredRuns, "entry", lambda *_: None)
    assert "E2@acme.example" not in list_for_hr(report, out, "csv").decode("utf-8-sig")
