"""Every fault, every call of a sync, and what must be true while a fault lasts and once it is over; without Dagster.

What Dagster adds, re-execution from failure above all, is in ``test_syncs``.
"""

import json
from typing import Any

import pandas as pd

from roster.vocabulary import WRITES
from tests.hostile.conftest import SOON, Attempt, Exchange, is_one_clear_sentence

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
    "expensify": {"policies": 0, "known": 1, "dry run": 2, "policies read back": 4, "read-back": 5},
    "findity": {
        **{"token": 0, "users": 1, "units": 2, "person ids": 4},
        **{"users read back": 6, "units read back": 7},
    },
}
"""The calls that change nothing, by their place in a sync."""
RENEWED: dict[str, Any] = {"api": "findity", "job": "POST token", "skip": 1}
"""The call for another token, where the switch `findity_token_calls` ends the first one after the two readings: before anything is sent."""
WRITTEN = {"expensify": {"everyone": 3}, "findity": {"people": 3, "approvers": 5}}
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


def assert_as_planned(struck: Exchange) -> None:
    """What was read and asked is what the plan was drawn from."""
    for frame, content in (struck.known.read if struck.known else {}).items():
        pd.testing.assert_frame_equal(content, struck.stored["known"][frame])
    assert (struck.asked.to_json() if struck.asked else {}) == struck.stored["plan"]["facts"]["dry_run"]
