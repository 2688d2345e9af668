"""The same through Dagster: a sync that was struck at both destinations, re-executed from failure, ends as one clean sync."""

from typing import Any

import pytest

from tests.hostile.conftest import STATES, is_one_clear_sentence, tonight

HARD: dict[str, dict[str, Any]] = {
    "429 always": {"status": 429, "body": "Too Many Requests"},
    "503 always": {"status": 503, "body": "busy"},
    "dropped after applying": {"drop": True, "applied": True},
    "no JSON": {"status": 200, "body": "<html>Down</html>", "applied": True},
}


@pytest.mark.parametrize("when", ["first load", "night"])
@pytest.mark.parametrize("fault", HARD)
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
    clean = prepared[when].clean
    everybody = set(acme.people() if when == "first load" else tonight(acme))
    for name, state in STATES.items():
        assert state(acme.box.state) == state(clean)
        assert everybody <= set(outcomes := acme.outcome(name, again.run_id))
        assert set(outcomes.values()) <= {"created", "updated", "deactivated", "unchanged", "skipped"}
        numbers = acme.stored(again.run_id, f"{name}/landed")["numbers"]
        assert numbers["intended"] == numbers["accepted"] == numbers["landed"] + numbers["not_visible"]
    assert (acme.box.state["findity"]["mails"], acme.box.state["findity"]["deletions"]) == ([], [])
