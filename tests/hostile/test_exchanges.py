"""Every fault at every call of a sync in turn, without Dagster: true while it lasts, and as one clean sync once it is over.

What Dagster adds, re-execution from failure above all, is in ``test_syncs``.
"""

import json
from typing import Any

import pandas as pd
import pytest

from resources.failures import Unanswered
from roster.vocabulary import WRITES
from tests.hostile.conftest import SOON, Attempt, Exchange, is_one_clear_sentence, nth

ALWAYS: dict[str, Any] = {"times": None}
HTML = {"status": 200, "body": "<html>Down for maintenance</html>"}
PASSING: dict[str, dict[str, Any]] = {
    "429 as status": {"status": 429, "body": "Too Many Requests"},
    "503 once": {"status": 503, "body": "busy"},
    "503 for a while": {"status": 503, "body": "busy", "times": 3},
    "502 after applying": {"status": 502, "body": "<html/>", "applied": True},
    "502 after applying, always": {"status": 502, "body": "<html/>", "applied": True, **ALWAYS},
    "dropped before applying": {"drop": True},
    "dropped after applying": {"drop": True, "applied": True},
    "dropped before applying, always": {"drop": True, **ALWAYS},
    "dropped after applying, always": {"drop": True, "applied": True, **ALWAYS},
    "slow": {"delay": 0.1},
    "too slow, applied when given up": {"delay": 0.6},
    "stalled": {"stall": True},
    "no JSON": HTML,
    "no JSON, applied": {**HTML, "applied": True},
    "JSON cut short": {"status": 200, "body": '{"responseCode": 2', "applied": True},
    "401 as status": {"status": 401, "body": "no"},
    "403 always": {"status": 403, "body": "no", **ALWAYS},
    "404 always": {"status": 404, "body": "no", **ALWAYS},
}
OF_EXPENSIFY: dict[str, dict[str, Any]] = {
    "429 in the body": {"code": 429},
    "429 in both, always": {"status": 429, "code": 429, **ALWAYS},
    "200 with code 401": {"code": 401},
    "200 with code 503": {"code": 503},
}
OF_FINDITY: dict[str, dict[str, Any]] = {
    "429 with Retry-After": {"status": 429, "headers": {"Retry-After": "0"}},
    "token dead in mid-run": {"status": 401, "code": "EXPIRED_TOKEN"},
}
FAULTS = {"expensify": {**PASSING, **OF_EXPENSIFY}, "findity": {**PASSING, **OF_FINDITY}}
ASKED = {
    "expensify": {"known": 0, "dry run": 1, "read-back": 3},
    "findity": {
        **{"token to read": 0, "users": 1, "units": 2, "token to write": 3, "person ids": 5},
        **{"token to read back": 7, "users read back": 8, "units read back": 9},
    },
}
"""The calls that change nothing, by their place in a sync."""
WRITTEN = {"expensify": {"everyone": 2}, "findity": {"people": 4, "approvers": 6}}
REFUSING: dict[str, dict[str, dict[str, Any]]] = {
    "expensify": {
        "one person": {"refuse": {"E04": "Domain is not verified"}, **ALWAYS},
        "the chunk once, 410": {"code": 410},
        "the chunk once, 500": {"code": 500},
        "the chunk once, 500 after applying": {"code": 500, "applied": True},
        "everybody, 500": {"code": 500, **ALWAYS},
        "everybody, 500 after applying": {"status": 500, "code": 500, "applied": True, **ALWAYS},
        "whom it must not": {"code": 410, "person": "E04", **ALWAYS},
    },
    "findity": {
        "one person": {"refuse": {"E04": "DB_SCHEMA_VIOLATION"}, **ALWAYS},
        "the chunk once, 400": {"status": 400},
        "the chunk once, under 200": {"status": 200, "code": "INTERNAL"},
        "everybody, 400": {"status": 400, **ALWAYS},
        "everybody, under 200": {"status": 200, "code": "INTERNAL", **ALWAYS},
        "whom it must not": {"status": 400, "person": "E04", **ALWAYS},
    },
}
WHENS = ("first load", "night")
WORDS = {"created": "create", "updated": "update", "deactivated": "deactivate", "reactivated": "reactivate"}


def is_true(attempt: Attempt, exchange: Exchange) -> None:
    """Each answer, outcome and number holds against the sandbox's own state."""
    now, before, clean = exchange.state(), exchange.before, exchange.clean
    for person, status in attempt.answers["status"].items():
        if status == "accepted" and attempt.table is None:
            assert now.get(person) == clean.get(person), (person, status)
    if attempt.table is None:
        return
    planned = attempt.table[attempt.table["action"].isin(WRITES)]
    for person, row in planned.iterrows():
        if row["outcome"] in WORDS and row["landed"] != "missing":
            assert now.get(person) == clean.get(person), (person, row["outcome"])
        if row["outcome"] in ("refused", "unknown"):
            assert now.get(person) == before.get(person), (person, row["outcome"])
        assert row["outcome"] != "unknown" or attempt.answers["status"][person] == "unknown"
    there = [person for person in planned.index if now.get(person) == clean.get(person)]
    numbers = attempt.numbers
    done = int(planned["outcome"].isin(WORDS).sum())
    assert numbers["intended"] == len(planned) == done + numbers["refused"] + numbers["unknown"]
    assert numbers["accepted"] == int(attempt.answers["status"].eq("accepted").sum())
    assert numbers["landed"] + numbers["not_visible"] == len(there)


def no_harm(exchange: Exchange) -> None:
    """Nobody was mailed or removed, and nobody is there twice."""
    findity = exchange.box.state["findity"]
    assert (findity["mails"], findity["deletions"]) == ([], [])
    users = findity["organizations"]["acme"]["users"]
    assert len({user["email"].lower() for user in users.values()}) == len(users)
    assert len(exchange.state()) <= len(exchange.clean | exchange.before)


def heals(exchange: Exchange, attempt: Attempt) -> Attempt:
    """What a re-execution does once the fault is over, if the first attempt failed."""
    is_true(attempt, exchange)
    if attempt.failure is not None:
        assert is_one_clear_sentence(str(attempt.failure)), attempt.failure
    exchange.box.heal()
    last = exchange.attempt() if attempt.failure else attempt
    assert last.failure is None, last.failure
    is_true(last, exchange)
    no_harm(exchange)
    return last


def patience(fault: str) -> dict[str, float]:
    return SOON if fault in ("stalled", "too slow, applied when given up") else {}


def writes(exchange: Exchange) -> list[int]:
    return [at for at, call in enumerate(exchange.calls) if call["write"]]


def of_reading(name: str) -> list[str]:
    """The faults of a destination, but of two that only differ in what is applied just the one."""
    found = {json.dumps(fault | {"applied": None}, sort_keys=True): title for title, fault in reversed(FAULTS[name].items())}
    return [title for title in found.values() if title != "slow"]


def clean_again(exchange: Exchange, last: Attempt) -> None:
    assert exchange.state() == exchange.clean
    assert last.numbers["accepted"] == last.numbers["intended"] == last.numbers["landed"] + last.numbers["not_visible"]
    assert set(last.table.loc[last.table["action"].isin(WRITES), "outcome"]) <= set(WORDS)


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("when", WHENS)
def test_no_call_of_a_sync_is_left_out_here(prepared: Any, when: str, name: str) -> None:
    calls = [call for call in prepared[when].calls if call["api"] == name]
    assert sorted((*ASKED[name].values(), *WRITTEN[name].values())) == list(range(len(calls)))
    assert [at for at, call in enumerate(calls) if call["write"]] == [*WRITTEN[name].values()]


@pytest.mark.parametrize(
    ("name", "call", "fault"), [(name, call, fault) for name, calls in WRITTEN.items() for call in calls for fault in FAULTS[name]]
)
@pytest.mark.parametrize("when", WHENS)
def test_a_sync_ends_as_one_clean_sync_whatever_befell_a_write(exchange: Any, when: str, name: str, call: str, fault: str) -> None:
    struck = exchange(when, name, **patience(fault))
    struck.box.fault(**(FAULTS[name][fault] | nth(struck.calls, WRITTEN[name][call])))
    clean_again(struck, heals(struck, struck.attempt()))


@pytest.mark.parametrize(
    ("name", "call", "fault"), [(name, call, fault) for name, calls in ASKED.items() for call in calls for fault in of_reading(name)]
)
def test_a_call_that_changes_nothing_leaves_nothing_in_doubt_and_is_simply_made_again(
    exchange: Any, name: str, call: str, fault: str
) -> None:
    struck = exchange("night", name, **patience(fault))
    struck.box.fault(**(FAULTS[name][fault] | nth(struck.calls, ASKED[name][call])))
    attempt = struck.attempt()
    assert not isinstance(attempt.failure, Unanswered)
    assert not attempt.answers["status"].eq("unknown").any()
    # A write for which there is no token stands for one chunk; the others go on.
    if attempt.failure and ASKED[name][call] < min(WRITTEN[name].values()) and call != "token to write":
        assert attempt.answers.empty
        assert struck.state() == struck.before
    clean_again(struck, heals(struck, attempt))
    assert_as_planned(struck)


def assert_as_planned(struck: Exchange) -> None:
    """What was read and asked is what the plan was drawn from."""
    for frame, content in (struck.known or {}).items():
        pd.testing.assert_frame_equal(content, struck.stored["known"][frame])
    assert (struck.said or {}) == struck.stored["plan"]["facts"]["dry_run"]


@pytest.mark.parametrize("fault", ["503 once", "dropped after applying, always", "429 as status", "no JSON, applied", "403 always"])
@pytest.mark.parametrize("skip", range(3))
@pytest.mark.parametrize(
    ("name", "job", "settings"),
    [
        ("expensify", "update employees", {"expensify__connection__chunk_bytes": 700}),
        ("findity", "PUT users", {"findity__connection__chunk_size": 2}),
    ],
    ids=["expensify", "findity"],
)
def test_a_chunk_in_the_midst_of_others_is_as_safe(exchange: Any, name: str, job: str, settings: Any, skip: int, fault: str) -> None:
    struck = exchange("night", name, **settings)
    struck.box.fault(**({"api": name, "job": job, "dry_run": False, "skip": skip} | FAULTS[name][fault]))
    attempt = struck.attempt()
    assert struck.box.box.faults[0].seen > skip  # there was such a chunk
    clean_again(struck, heals(struck, attempt))


@pytest.mark.parametrize(
    ("name", "call", "body"),
    [
        (name, call, body)
        for name, calls in ASKED.items()
        for call in calls
        for body in ("[]", "{}", "null", '"ok"', "7", '[{"errorCode": "INTERNAL"}]', '{"errorCode": "INTERNAL"}', '["x"]')
        if body != "[]" or name == "expensify" or "token" in call  # an empty list is how Findity says that there is nobody
    ],
)
def test_json_that_is_no_list_of_people_never_passes_for_nobody(exchange: Any, name: str, call: str, body: str) -> None:
    struck = exchange("night", name)
    at = ASKED[name][call]
    struck.box.fault(**({"status": 200, "body": body} | nth(struck.calls, at)))
    clean_again(struck, heals(struck, struck.attempt()))
    assert_as_planned(struck)


@pytest.mark.parametrize(
    "answer",
    [
        {"policyInfo": {"5E00000000000001": {"employees": ["x"]}}},
        {"policyInfo": [], "policyList": []},
        {"policyInfo": {}, "policyList": [7]},
        {"policyInfo": {"5E00000000000001": {"employees": [{"errorCode": 1}]}}},
    ],
)
def test_expensify_members_that_cannot_be_read_never_pass_for_an_empty_policy(exchange: Any, answer: dict[str, Any]) -> None:
    struck = exchange("night", "expensify")
    struck.box.fault(job="get *", body=json.dumps({"responseCode": 200, **answer}), **ALWAYS)
    attempt = struck.attempt()
    assert attempt.failure is not None
    clean_again(struck, heals(struck, attempt))


@pytest.mark.parametrize(("name", "fault"), [(name, fault) for name, faults in REFUSING.items() for fault in faults])
@pytest.mark.parametrize("when", WHENS)
def test_who_is_refused_says_so_and_everybody_else_is_as_after_a_clean_sync(exchange: Any, when: str, name: str, fault: str) -> None:
    struck = exchange(when, name)
    job = {"expensify": "update employees", "findity": "PUT users"}[name]
    # Of one person alone, a chunk that is refused says that they are: it is the one with most people that is struck once.
    skip = {"skip": nth(struck.calls, writes(struck)[-1])["skip"]} if "once" in fault else {}
    struck.box.fault(**({"api": name, "job": job, "dry_run": False} | skip | REFUSING[name][fault]))
    last = heals(struck, struck.attempt())
    out = set(last.table.index[last.table["outcome"].eq("refused")])
    planned = set(last.table.index[last.table["action"].isin(WRITES)])
    assert out == (set() if "once" in fault or "after applying" in fault else planned if "everybody" in fault else {"E04"})
    if not out:
        assert struck.state() == struck.clean
    for person in planned - out:
        assert last.table.loc[person, "landed"] in ("landed", "not visible") or last.table.loc[person, "reason"] == "no_approver_there"


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 503, "body": "busy", **ALWAYS},
        {"drop": True, **ALWAYS},
        {"status": 401, "body": '{"error": "invalid_client"}'},
        HTML,
        {"status": 429, "body": "", **ALWAYS},
    ],
)
def test_findity_without_a_token_leaves_nothing_in_doubt(exchange: Any, fault: dict[str, Any]) -> None:
    struck = exchange("night", "findity")
    struck.box.fault(api="findity", job="POST token", **fault)
    attempt = struck.attempt()
    assert attempt.answers.empty
    assert not isinstance(attempt.failure, Unanswered)
    clean_again(struck, heals(struck, attempt))


@pytest.mark.parametrize("switches", [{"findity_token_calls": 1}, {"findity_token_calls": 1, "findity_refresh_token": False}])
@pytest.mark.parametrize("when", WHENS)
def test_findity_tokens_that_die_after_each_call_stop_nothing(exchange: Any, when: str, switches: dict[str, Any]) -> None:
    struck = exchange(when, "findity")
    struck.box.switch(**switches)
    attempt = struck.attempt()
    struck.box.switch(findity_token_calls=0, findity_refresh_token=True)
    assert attempt.failure is None
    clean_again(struck, heals(struck, attempt))


@pytest.mark.parametrize("reads", [1, 3])
def test_findity_that_shows_new_people_late_is_asked_again_before_anyone_gets_an_approver(exchange: Any, reads: int) -> None:
    struck = exchange("first load", "findity", findity__connection__read_back_seconds=1.2)
    struck.box.switch(findity_lag_reads=reads)
    attempt = struck.attempt()
    assert (attempt.failure is None) is (reads == 1)
    struck.box.switch(findity_lag_reads=0)
    clean_again(struck, heals(struck, attempt))


def test_what_expensify_shows_late_is_missing_and_not_landed(exchange: Any) -> None:
    struck = exchange("first load", "expensify")
    struck.box.switch(expensify_lag_reads=1)
    attempt = struck.attempt()
    assert (attempt.numbers["accepted"], attempt.numbers["landed"], attempt.numbers["missing"]) == (12, 0, 12)
    assert struck.state() == struck.clean
