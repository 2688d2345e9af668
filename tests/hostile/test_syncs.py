"""The same through Dagster: a sync that was struck at both destinations, re-executed from failure, ends as one clean sync."""

from itertools import product
from typing import Any

import pytest

from tests.hostile.conftest import STATES, is_one_clear_sentence, nth, tonight
from tests.hostile.exchanges import ASKED, RENEWED
from tests.soak import chosen

HARD: dict[str, dict[str, Any]] = {
    "429 always": {"status": 429, "body": "Too Many Requests"},
    "503 always": {"status": 503, "body": "busy"},
    "dropped after applying": {"drop": True, "applied": True},
    "no JSON": {"status": 200, "body": "<html>Down</html>", "applied": True},
}

further = pytest.mark.long(held_by="tests/hostile/test_syncs.py::test_rerun_from_failure_finishes_what_hostile_servers_stopped")
STAYS = ("first load", "dropped after applying")


@pytest.mark.exhaustive("outages of a whole sync")
@pytest.mark.parametrize(
    ("when", "fault"),
    [pytest.param(*case, marks=[further] if case != STAYS else []) for case in chosen(product(["first load", "night"], HARD), set)],
)
def test_rerun_from_failure_finishes_what_hostile_servers_stopped(company: Any, prepared: Any, when: str, fault: str) -> None:
    acme = company(when)
    for api, job in (("expensify", "update employees"), ("findity", "PUT users")):
        acme.box.fault(api=api, job=job, dry_run=False, times=None, **HARD[fault])
    failed = acme.run("sync")
    assert not failed.succeeded
    assert is_one_clear_sentence(failed.message), failed.message
    acme.box.heal()
    again = acme.again(failed)
    assert again.succeeded, again
    ends_as_one_clean_sync(acme, again, when, prepared)


@pytest.mark.parametrize(
    ("of_expensify", "of_findity", "fault"),
    [
        ("known", "units", "503 always"),
        pytest.param("dry run", "another token", "429 always", marks=further),
        pytest.param("known", "person ids", "no JSON", marks=further),
        pytest.param("read-back", "users read back", "503 always", marks=further),
    ],
)
def test_rerun_from_failure_begins_where_a_call_that_changes_nothing_failed(
    company: Any, prepared: Any, of_expensify: str, of_findity: str, fault: str
) -> None:
    acme = company("night")
    for api, call in (("expensify", of_expensify), ("findity", of_findity)):
        calls = [each for each in prepared["night"].calls if each["api"] == api]
        at = RENEWED if call == "another token" else nth(calls, ASKED[api][call])
        acme.box.fault(**(HARD[fault] | {"times": None} | at))
    acme.box.switch(findity_token_calls=2 if of_findity == "another token" else 0)
    failed = acme.run("sync")
    acme.box.switch(findity_token_calls=0)
    assert not failed.succeeded
    assert is_one_clear_sentence(failed.message), failed.message
    acme.box.heal()
    made = len(acme.box.calls)
    again = acme.again(failed)
    assert again.succeeded, again
    writes = [call for call in acme.box.calls[made:] if call["api"] == "expensify" and call["write"]]
    assert bool(writes) is (of_expensify != "read-back")
    ends_as_one_clean_sync(acme, again, "night", prepared)


def ends_as_one_clean_sync(acme: Any, again: Any, when: str, prepared: Any) -> None:
    """Everybody is there, is accounted for, and nobody was mailed or removed."""
    clean = prepared[when].clean
    everybody = set(acme.people() if when == "first load" else tonight(acme))
    for name, state in STATES.items():
        assert state(acme.box.state) == state(clean)
        assert everybody <= set(outcomes := acme.outcome(name, again.run_id))
        assert set(outcomes.values()) <= {"created", "updated", "deactivated", "unchanged", "skipped"}
        numbers = acme.stored(again.run_id, f"{name}/landed")["numbers"]
        assert numbers["intended"] == numbers["accepted"] == numbers["landed"] + numbers["not_visible"]
    assert (acme.box.state["findity"]["mails"], acme.box.state["findity"]["deletions"]) == ([], [])
