"""Who was skipped, and whether a dry run was one, where Expensify's answer leaves it open."""

import json

import pytest

from destinations.expensify.client import Expensify
from resources.failures import Permanent, Unanswered

ANN = {"employeeEmail": "ann@acme.example", "managerEmail": "boss@acme.example", "employeeID": "1", "policyID": "P1"}
BO = {"employeeEmail": "bo@acme.example", "managerEmail": "boss@acme.example", "employeeID": "2", "policyID": "P1"}


@pytest.fixture
def client(connection, windows, retry):
    with Expensify(connection(), windows, retry) as opened:
        yield opened


def fates(client, **how):
    return {row.key: row.status for answer in client.deliver([ANN, BO], **how) for row in answer.statuses.itertuples()}


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize("skip", [{}, 7, None, "", {"email": None, "reason": "No"}, {"email": " "}, {"email": ["bo@acme.example"]}])
def test_true_report_a_skip_that_says_nothing_of_whom_lets_nobody_pass_for_accepted(client, script, skip, dry_run):
    script.answer = lambda seen: {"responseCode": 200, "skippedEmployees": [skip] if "bo@acme" in seen.form["data"] else []}
    assert fates(client, dry_run=dry_run) == {"1": "accepted", "2": "refused"}
    assert [len(json.loads(seen.form["data"])) for seen in script.requests] == [2, 1, 1]


@pytest.mark.parametrize("dry_run", [True, False])
def test_true_report_a_skip_under_another_address_of_somebody_refuses_them(client, script, dry_run):
    script.play({"responseCode": 200, "skippedEmployees": [{"email": "Old@acme.example ", "reason": "Account is closed"}]})
    assert fates(client, dry_run=dry_run, logins=lambda: {"old@acme.example": "2"}) == {"1": "accepted", "2": "refused"}


def test_true_report_a_skip_under_an_address_that_nobody_knows_lets_nobody_pass_for_accepted(client, script):
    skip = {"email": "who@acme.example", "reason": "Account is closed"}
    script.answer = lambda seen: {"responseCode": 200, "skippedEmployees": [skip] if "bo@acme" in seen.form["data"] else []}
    assert fates(client) == {"1": "accepted", "2": "refused"}
    assert [len(json.loads(seen.form["data"])) for seen in script.requests] == [2, 1, 1]


def test_a_skip_of_somebody_else_whom_the_ledger_knows_costs_nobody_who_was_sent(client, script):
    script.play({"responseCode": 200, "skippedEmployees": [{"email": "who@acme.example", "reason": "Not invited"}]})
    assert fates(client, logins=lambda: {"who@acme.example": "9"}) == {"1": "accepted", "2": "accepted"}


def test_true_report_an_approvers_address_costs_nobody_who_was_sent(client, script):
    script.play({"responseCode": 200, "skippedEmployees": [{"email": "boss@acme.example", "reason": "Not invited"}]})
    assert fates(client) == {"1": "accepted", "2": "accepted"}


@pytest.mark.parametrize("skips", [{"bo@acme.example": "No"}, "bo@acme.example", 1, False, ""])
def test_true_report_skips_of_another_shape_are_not_to_have_skipped_nobody(client, script, skips):
    script.answer = lambda seen: {"responseCode": 200, "skippedEmployees": skips}
    with pytest.raises(Unanswered, match="in no known shape who was skipped"):
        client.update_employees([ANN, BO], dry_run=False)
    with pytest.raises(Permanent, match="in no known shape who was skipped"):
        client.update_employees([ANN, BO], dry_run=True)


@pytest.mark.parametrize("code", [200, 207])
@pytest.mark.parametrize(
    "says",
    [
        {"failedEmployees": [{"email": "bo@acme.example", "reason": "No"}]},
        {"errors": [{"employeeEmail": "bo@acme.example"}], "failed": 1},
        {"skippedEmployees": None, "notUpdated": ["bo@acme.example"]},
    ],
)
def test_true_report_whoever_is_listed_as_failed_under_any_name_is_refused(client, script, says, code):
    script.play({"responseCode": code, **says})
    assert fates(client) == {"1": "accepted", "2": "refused"}


@pytest.mark.parametrize(
    "says",
    [
        {"responseCode": 207},
        {"responseCode": "207.0", "skippedEmployees": [], "updatedEmployeesCount": 0},
        {"failedEmployeesCount": 1},
        {"skippedEmployees": ["bo@acme.example"], "skippedEmployeesCount": 2},
        {"error": "could not be applied"},
        {"responseMessage": "Partial: some employees could not be updated"},
    ],
)
def test_true_report_that_somebody_was_left_out_who_is_not_named_is_no_answer(client, script, says):
    script.play({"responseCode": 200, **says})
    with pytest.raises(Unanswered, match=r"in no known shape|not of whom"):
        client.update_employees([ANN, BO], dry_run=False)


def test_an_answer_that_counts_no_failures_accepts_everybody(client, script):
    script.play({"responseCode": 200, "failedEmployees": [], "errors": {}, "failedEmployeesCount": 0, "error": "", "responseMessage": "OK"})
    assert fates(client) == {"1": "accepted", "2": "accepted"}


@pytest.mark.parametrize(("asked", "done", "said"), [(False, True, "nothing was written"), (True, False, "may have been written")])
@pytest.mark.parametrize("how", [bool, str])
def test_true_report_a_job_that_was_not_run_as_it_was_asked_for_accepts_nobody(client, script, asked, done, said, how):
    script.play({"responseCode": 200, "dry-run": how(done)})
    with pytest.raises(Permanent, match=said):
        client.update_employees([ANN], dry_run=asked)


@pytest.mark.parametrize("flag", [None, "", 7, "as asked"])
def test_an_answer_that_does_not_say_how_it_was_run_was_run_as_asked(client, script, flag):
    script.play(*[{"responseCode": 200, "dry-run": flag}] * 2)
    assert [client.update_employees([ANN], dry_run=asked).dry_run for asked in (True, False)] == [True, False]
