"""Destinations that answer and take nothing, from the first write on or from a later one, for good: nobody is refused for it."""

from itertools import product
from typing import Any

import pytest

from resources.failures import Outage
from tests.hostile.conftest import is_one_clear_sentence
from tests.hostile.exchanges import ALWAYS, no_harm
from tests.soak import chosen

pytestmark = [
    pytest.mark.exhaustive("outages that look like refusals"),
    pytest.mark.long(held_by="tests/hostile/test_refusals.py::test_who_is_refused_says_so_and_everybody_else_is_as_after_a_clean_sync"),
]

JOBS = {"expensify": "update employees", "findity": "PUT users"}
FAULTS: dict[str, dict[str, dict[str, Any]]] = {
    "expensify": {
        "500": {"code": 500},
        "500 under HTTP 500": {"code": 500, "status": 500},
        "666": {"code": 666},
        "a code that nobody knows": {"code": 799},
        "410": {"code": 410},
        "410 of a value": {"body": '{"responseCode": 410, "responseMessage": "Employee data is missing or malformed"}'},
        "another number each time": {"code": 500},
    },
    "findity": {
        "400": {"status": 400},
        "409": {"status": 409},
        "422": {"status": 422},
        "413": {"status": 413},
        "400 of a field": {"status": 400, "code": "REQUIRED_FIELD"},
        "422 without JSON": {"status": 422, "body": "<html>"},
        "under 200": {"status": 200, "code": "INTERNAL"},
    },
}
SIZES: dict[str, dict[str, dict[str, Any]]] = {
    "expensify": {
        "one chunk": {},
        "small": {"expensify__connection__chunk_bytes": 700},
        "alone": {"expensify__connection__chunk_bytes": 1},
    },
    "findity": {"one chunk": {}, "small": {"findity__connection__chunk_size": 2}, "alone": {"findity__connection__chunk_size": 1}},
}
CASES = [
    (when, name, fault, size, skip)
    for when, name in product(("first load", "night"), FAULTS)
    for fault, size, skip in product(FAULTS[name], SIZES[name], range(5))
]


def kinds(case: tuple[str, str, str, str, int]) -> set[object]:
    """Each fault, each size of chunks from the first and from each later write, at each destination."""
    when, name, fault, size, skip = case
    return {(name, fault), (name, size, skip), (name, when)}


@pytest.fixture
def sent(everything: Any, monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """Whom each write that reached the sandbox was about, whatever became of it."""
    found: list[set[str]] = []
    record = everything.box.box.record

    def noting(call: Any, code: int | str, applied: bool) -> None:
        if call.writes and not call.dry_run:
            found.append(set(call.people))
        record(call, code, applied)

    monkeypatch.setattr(everything.box.box, "record", noting)
    return found


def whole(kept: dict[str, Any]) -> dict[str, Any]:
    """What was sent of somebody: their own policies, without those in which they only approve."""
    own = {policy: member for policy, member in kept.get("policies", {}).items() if "employeeID" in member}
    return {**kept, "policies": own}


@pytest.mark.parametrize(("when", "name", "fault", "size", "skip"), chosen(CASES, kinds))
def test_true_report_what_a_destination_refuses_whatever_is_sent_refuses_nobody(
    exchange: Any, sent: list[set[str]], when: str, name: str, fault: str, size: str, skip: int
) -> None:
    struck = exchange(when, name, **SIZES[name][size])
    struck.box.fault(**({"api": name, "job": JOBS[name], "dry_run": False, "skip": skip} | ALWAYS | FAULTS[name][fault]))
    attempt = struck.attempt()
    refused = list(attempt.answers.index[attempt.answers["status"].eq("refused")])
    if len(sent) <= skip:  # there was no such write
        assert (attempt.failure, refused) == (None, [])
        return
    if attempt.failure is None:  # one person was left, with an error about what a record holds
        assert len(refused) == 1, refused
        assert "410" in fault or "field" in fault
        return
    assert isinstance(attempt.failure, Outage), attempt.failure
    assert refused == []
    assert len(sent) <= skip + 12
    done = set(attempt.answers.index[attempt.answers["status"].eq("accepted")])
    sent.clear()
    assert is_one_clear_sentence(str(attempt.failure)), attempt.failure
    struck.box.heal()
    last = struck.attempt()
    assert last.failure is None, last.failure
    assert last.numbers["accepted"] == last.numbers["intended"] == last.numbers["landed"] + last.numbers["not_visible"]
    # Into which further policies Expensify invites managers hangs on who came in the same request.
    there, clean = ({person: whole(kept) for person, kept in state.items()} for state in (struck.state(), struck.clean))
    assert there == clean
    no_harm(struck)
    assert not done & set().union(*sent), "a re-execution sends just those without an answer"
