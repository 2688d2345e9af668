"""What an answer that is no error says of people, in whatever shape: nobody passes for accepted of whom it says that they failed, or
nothing that is known."""

import json

import pytest

from destinations.findity.partly import Partly, partly
from resources.failures import Refused, Unanswered
from resources.http import Reply

ANN = {"externalSourceId": "E1", "firstName": "Ann", "bankAccount": {"iban": "SE12 3456"}}
BO = {"externalSourceId": "E2", "firstName": "Bo", "bankAccount": {"iban": "SE77 1111"}}
BO_IS_INVALID = {"externalSourceId": "E2", "message": "Invalid IBAN"}


def read(body, *records, status=200):
    """Who of those who were sent fared how; whoever is left out was accepted."""
    found: Partly = partly(Reply(status, {}, json.dumps(body).encode()), list(records or (ANN, BO)))
    assert not found.refused.keys() & found.unknown.keys()
    return dict.fromkeys(found.refused, "refused") | dict.fromkeys(found.unknown, "unknown")


@pytest.mark.parametrize(
    "of_bo",
    [
        {"status": "400"},
        {"status": 400.0},
        {"statusCode": "422"},
        {"success": "false"},
        {"success": 0},
        {"isSuccess": False},
        {"ok": False},
        {"result": "FAILED"},
        {"result": {"status": "FAILED"}},
        {"outcome": "NOT_UPDATED"},
        {"status": "PARTIALLY_FAILED"},
        {"errorMessage": "the bank is not known"},
        {"failureReason": "too long"},
        {"validationErrors": [{"field": "iban"}]},
        {"rejected": True},
        {"severity": "BLOCKER"},
        {"message": "Invalid IBAN"},
        {"message": "could not be updated"},
        {"user": {"externalSourceId": "E2", "errors": ["INVALID"]}},
    ],
)
@pytest.mark.parametrize("envelope", [lambda rows: rows, lambda rows: {"results": rows}, lambda rows: {"id": "r1", "data": rows}])
def test_true_report_who_failed_by_an_entry_is_refused_alone(of_bo, envelope):
    assert read(envelope([{"externalSourceId": "E1", "status": "OK"}, {"externalSourceId": "E2", **of_bo}])) == {"E2": "refused"}


@pytest.mark.parametrize(
    "body",
    [
        {"failed": [BO_IS_INVALID]},
        {"updated": ["E1"], "failed": [BO_IS_INVALID]},
        {"updated": 1, "skipped": ["E2"]},
        {"status": 207, "results": [{"externalSourceId": "E1", "status": 200}, {"externalSourceId": "E2", "status": 422}]},
        {"result": {"errors": {"users": [{"externalSourceId": "E2"}]}}},
        {"status": "FAILED", "errors": [BO_IS_INVALID]},
    ],
)
def test_true_report_who_is_listed_as_failed_is_refused_alone(body):
    assert read(body) == {"E2": "refused"}


@pytest.mark.parametrize(
    "body",
    [
        {"updated": 1, "failed": 1},
        {"updated": 1, "errorCount": 100},
        {"validationErrors": [{"field": "iban"}]},
        {"failed": ["somebody"]},
        {"status": "FAILURE_INVALID"},
        {"status": "partial_success"},
        {"status": "422"},
        {"ok": False},
        {"success": "no"},
        {"message": "1 user failed"},
        {"meta": {"result": "ERROR"}, "data": []},
        {"id": "r1", "status": "FAILED"},
    ],
)
def test_true_report_where_somebody_failed_and_nobody_is_named_nobody_passes(body):
    with pytest.raises(Refused):
        read(body)


@pytest.mark.parametrize(
    "body",
    [
        {"status": "207"},
        {"status": "QUEUED"},
        {"status": "gathered"},
        {"results": {"E2": "FAILED"}},
        {"pending": ["E1", "E2"]},
        {"users": ["E1", "E2"]},
        {"updated": []},
        [{"externalSourceId": "E9"}],
        [{"id": "u1"}],
        [{"externalSourceId": "E1", "message": "the bank is odd"}, {"externalSourceId": "E2", "message": "the bank is odd"}],
    ],
)
def test_true_report_what_says_nothing_known_of_anybody_is_no_answer(body):
    with pytest.raises(Unanswered):
        read(body)


@pytest.mark.parametrize(
    "body",
    [
        [{"externalSourceId": "E1"}],
        {"updated": ["E1"]},
        {"updated": ["E1"], "created": [], "pending": [{"externalSourceId": "E2"}]},
        {"status": "207", "users": [{"externalSourceId": "E1"}]},
        [{"externalSourceId": "E1"}, {"externalSourceId": "E2", "message": "the bank is odd"}],
        [{"externalSourceId": "E1"}, {"externalSourceId": "E2", "statusCode": 207}],
        [ANN, BO | {"bankAccount": {"iban": "SE00 0000"}}],
        [ANN, {"user": BO | {"bankAccount": {"iban": "SE00 0000"}}}],
    ],
)
def test_true_report_of_whom_an_answer_says_nothing_known_while_it_names_others_nothing_is_known(body):
    assert read(body) == {"E2": "unknown"}


@pytest.mark.parametrize("status", [206, 207])
def test_true_report_a_status_that_says_in_part_accepts_those_alone_who_are_named(status):
    assert read([{"externalSourceId": "E1"}], status=status) == {"E2": "unknown"}
    assert read([ANN, BO], status=status) == {}
    with pytest.raises(Unanswered):
        read({"updated": 2}, status=status)


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"status": "OK", "updated": 2, "failed": 0, "errors": [], "skipped": None, "errorMessage": ""},
        {"success": True, "code": 0, "message": "2 users updated, no errors"},
        {"success": "true", "statusCode": "200", "failed": "0"},
        {"meta": {"code": 200, "count": 2}, "data": [ANN, BO]},
        {"created": [], "updated": ["E2", "E1"]},
        [{"externalSourceId": "E1", "status": "ACTIVE"}, {"externalSourceId": "E2", "status": "INVITED", "failedSignIns": 3}],
        [{"id": "u1"}, {"id": "u2"}],
        [{"externalSourceId": "E1", "message": "User was updated"}, {"externalSourceId": "E2", "result": "UNCHANGED"}],
        [ANN | {"bankAccount": {"iban": "se123456"}}, BO | {"bankAccount": {"iban": "****1111"}}],
        [ANN, BO | {"warnings": "phone is missing", "severity": "WARNING"}],
    ],
)
def test_an_answer_in_which_nothing_speaks_of_failing_accepts_everybody(body):
    assert read(body) == {}


def test_quiet_a_reason_quotes_nobody():
    found = partly(Reply(200, {}, json.dumps([{"externalSourceId": "E2", "errorMessage": "Bo has a bad SE77 1111"}]).encode()), [BO])
    assert found.refused == {"E2": "<value> has a bad <value>"}
