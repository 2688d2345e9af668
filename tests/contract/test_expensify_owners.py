"""Owners of policies, the calling account and protected people: whom nobody lowers or takes out, and how that is told."""

import pytest

from roster.reports.headline import headline
from roster.reports.story import remedy, sentence
from sandbox.server import Sandbox
from tests.contract.nights_at_expensify import CALLER, POLICY, Company, employee
from tests.syncing import fresh

USER = {"role": {"constant": "user"}}


@pytest.fixture(scope="module")
def box():
    with Sandbox(switches={"expensify_rate_limits": False}) as running:
        yield running


@pytest.fixture
def company(box, tmp_path, monkeypatch):
    monkeypatch.setenv("EXPENSIFY_SECRET", "demo-secret")
    box.switch(expensify_demotion="skip", expensify_invalid_record="skip")
    with fresh(tmp_path) as ledger:

        def make(feed=USER, owner=CALLER, **settings):
            made = Company(box, ledger, feed, **settings).start()
            made.box.state["expensify"]["policies"][POLICY]["owner"] = owner
            return made

        yield make


def admin(company, address):
    company.members()[address] = {"email": address, "role": "admin", "submitsTo": address}
    company.box.state["expensify"]["accounts"][address] = {"email": address, "secondary": [], "primaryPolicy": None}


@pytest.mark.long(held_by="tests/contract/test_expensify_owners.py::test_why_says_which_value_was_left_out_since_when_and_who_can_mend_it")
@pytest.mark.parametrize("demotion", ["skip", "ignore"])
@pytest.mark.parametrize("who", ["owner", "caller by the settings", "caller by what is shown"])
def test_true_report_the_role_of_an_owner_and_of_the_caller_is_left_out_the_rest_written_and_that_told(company, box, demotion, who):
    mine = "boss@acme.example" if who == "owner" else CALLER
    settings = {"connection": {"account": CALLER}} if who == "caller by the settings" else {}
    made = company(owner="boss@acme.example", **settings)
    admin(made, "boss@acme.example")
    if who == "caller by what is shown":
        made.members()["boss@acme.example"]["role"] = "user"
    box.switch(expensify_demotion=demotion)
    night = made.night(employee("E1", email=mine), employee("E2"))
    assert made.of("E1")["role"] == "admin" or who == "caller by what is shown"
    assert made.of("E1")["employeeID"] == "E1"
    assert night.numbers["missing"] == night.numbers["refused"] == 0
    told = night.skipped.loc["E1"]
    assert (told["field"], told["code"], told["owner"]) == ("role", "owner_or_caller", "Finance")
    again = made.night(employee("E1", email=mine), employee("E2"))
    assert set(again.decided["action"].drop(again.decided.index[again.decided["reason"].eq("not_in_hr")])) == {"none"}
    assert (again.skipped.loc["E1", "field"], again.skipped.loc["E1", "times_seen"]) == ("role", 2)


@pytest.mark.long(
    held_by="tests/contract/test_expensify_owners.py::test_no_surprise_a_protected_account_is_neither_created_nor_changed_nor_taken_out"
)
@pytest.mark.parametrize("invalid", ["skip", "reject"])
def test_a_caller_whom_nothing_shows_is_found_out_by_the_refusal_and_remembered(company, box, invalid):
    made = company(owner="somebody@else.example")
    admin(made, "second@acme.example")  # two admins: which of them calls, nothing shows
    box.switch(expensify_invalid_record=invalid)
    rows = (employee("E1", email=CALLER), employee("E2", email="second@acme.example"), employee("E3"))
    night = made.night(*rows)
    assert made.of("E1")["role"] == "admin" and made.of("E2")["role"] == "user"
    assert night.outcomes.loc["E1", ["landed", "reason"]].tolist() == ["missing", "owner_or_caller"]
    admin(made, "third@acme.example")
    for _ in range(2):
        later = made.night(*rows)
        assert (later.decided.loc["E1", "action"], later.numbers["missing"]) == ("none", 0)
        assert set(later.skipped.loc["E1", "code"]) == {"owner_or_caller", "caller_not_named"}


@pytest.mark.long(held_by="tests/contract/test_expensify_owners.py::test_why_says_which_value_was_left_out_since_when_and_who_can_mend_it")
def test_a_role_that_is_passed_over_without_a_word_is_missing_once_and_not_every_night(company, box):
    made = company(owner="somebody@else.example")
    box.switch(expensify_demotion="ignore")
    rows = (employee("E1", email=CALLER), employee("E3"))
    admin(made, "second@acme.example")
    assert made.night(*rows).outcomes.loc["E1", "landed"] == "missing"
    assert [made.night(*rows).numbers["missing"] for _ in range(3)] == [0, 0, 0]


@pytest.mark.long(held_by="tests/contract/test_expensify_owners.py::test_why_says_which_value_was_left_out_since_when_and_who_can_mend_it")
@pytest.mark.parametrize("gone", ["by their row", "by absence"])
def test_true_report_an_owner_who_has_left_is_not_taken_out_and_told_every_night_with_what_to_do(company, gone):
    made = company(owner="boss@acme.example", feed={})
    admin(made, "boss@acme.example")
    stay = [employee("E2", manager_id=None), employee("E3", manager_id="E2")]
    made.night(employee("E1", email="boss@acme.example", manager_id="E2"), *stay)
    left = [employee("E1", email="boss@acme.example", manager_id="E2", employment="left")] if gone == "by their row" else []
    for times in (1, 2):
        night = made.night(*left, *stay)
        assert made.of("E1")
        assert night.outcomes.loc["E1", ["outcome", "reason"]].tolist() == ["skipped", "owner_or_caller"]
        assert night.numbers["refused"] == night.numbers["missing"] == 0
        assert "hand the policy over" in night.skipped.loc["E1", "what_to_do"]
        assert night.skipped.loc["E1", "times_seen"] == times
    assert "Finance" in (remedy(made.why("E1")) or "")
    made.box.state["expensify"]["policies"][POLICY]["owner"] = CALLER  # handed over
    night = made.night(*left, *stay)
    assert night.outcomes.loc["E1", "outcome"] == "deactivated" and not made.of("E1")


def test_no_surprise_a_protected_account_is_neither_created_nor_changed_nor_taken_out(company):
    made = company(protected=["E2@acme.example", "e4@acme.example", "AUDITOR@revision.example"])
    rows = [employee("E1"), employee("E2"), employee("E3", manager_id="E2")]
    night = made.night(*rows, employee("E4"))
    assert not made.of("E2") and not made.of("E4")
    assert night.outcomes.loc[["E2", "E4"], "reason"].tolist() == ["protected", "protected"]
    assert made.of("E3")["submitsTo"] == "E1@acme.example", "nobody may name an approver who is not there"
    assert night.report.destinations[0].strangers == 1, "the auditor is there on purpose"
    assert night.skipped.loc["E2", "what_to_do"] == "Nothing."
    made.members()["e4@acme.example"] = {"email": "e4@acme.example", "role": "admin", "employeeID": "E4", "submitsTo": CALLER}
    before = dict(made.members()["e4@acme.example"])
    made.night(*rows, employee("E4", email="new@acme.example", role="user"))
    made.night(*rows)
    assert made.members()["e4@acme.example"] == before


def test_why_says_which_value_was_left_out_since_when_and_who_can_mend_it(company):
    made = company(owner=CALLER, feed={"role": "role", "approvalLimit": "approval_limit", "overLimitApprover": "over_limit_approver"})
    rows = [employee("E1", approval_limit="100"), employee("E2", role="king")]
    made.night(*rows)
    night = made.night(*rows)
    assert set(night.skipped["code"]) >= {"no_over_limit_approver", "role_unknown"}
    assert night.skipped.loc["E1", "reason"] == "approvalLimit: A limit without an approver above it"
    story = made.why("E2")
    assert "At Expensify role was left out: their role is not one that the destination has." in sentence(story)
    assert remedy(story) == "Finance: Correct the role, or its mapping."
    (value,) = story.chapters[0].visits[0].lacking
    assert (value.field, value.reason, value.times) == ("role", "role_unknown", 2)
    assert story.skips == []
    head = headline(night.report, night.skipped.reset_index())
    assert "2 values were left out of the records of 2 people: the list for HR says which and why" in head.also
    assert made.night(employee("E1"), employee("E2", role="user")).skipped["code"].eq("role_unknown").sum() == 0
