"""Every fault at every call that changes nothing: nothing is in doubt, and the call is simply made again."""

from typing import Any

import pytest

from resources.failures import Unanswered
from tests.hostile.conftest import nth
from tests.hostile.exchanges import (
    ALWAYS,
    ASKED,
    FAULTS,
    HTML,
    RENEWED,
    WHENS,
    WRITTEN,
    assert_as_planned,
    clean_again,
    heals,
    of_reading,
    patience,
)
from tests.soak import chosen

pytestmark = pytest.mark.exhaustive("faults at a reading")

STRUCK = [(name, call, fault) for name, calls in ASKED.items() for call in calls for fault in of_reading(name)]


def kinds(case: tuple[str, str, str]) -> set[object]:
    """Each fault, each call."""
    name, call, fault = case
    return {fault, (name, call)}


@pytest.mark.long(held_by="tests/hostile/test_unreadable.py::test_json_that_is_no_list_of_people_never_passes_for_nobody")
@pytest.mark.parametrize(("name", "call", "fault"), chosen(STRUCK, kinds))
def test_a_call_that_changes_nothing_leaves_nothing_in_doubt_and_is_simply_made_again(
    exchange: Any, name: str, call: str, fault: str
) -> None:
    struck = exchange("night", name, **patience(fault))
    struck.box.fault(**(FAULTS[name][fault] | nth(struck.calls, ASKED[name][call])))
    attempt = struck.attempt()
    assert not isinstance(attempt.failure, Unanswered)
    assert not attempt.answers["status"].eq("unknown").any()
    if attempt.failure and ASKED[name][call] < min(WRITTEN[name].values()):
        assert attempt.answers.empty
        assert struck.state() == struck.before
    clean_again(struck, heals(struck, attempt))
    assert_as_planned(struck)


@pytest.mark.long(held_by="tests/hostile/test_unreadable.py::test_json_that_is_no_list_of_people_never_passes_for_nobody")
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


@pytest.mark.long(held_by="tests/hostile/test_unreadable.py::test_json_that_is_no_list_of_people_never_passes_for_nobody")
@pytest.mark.parametrize("fault", chosen(of_reading("findity"), lambda fault: FAULTS["findity"][fault]))
def test_a_token_that_ends_before_the_write_and_is_not_renewed_leaves_nothing_in_doubt(exchange: Any, fault: str) -> None:
    struck = exchange("night", "findity", **patience(fault))
    struck.box.switch(findity_token_calls=2)
    struck.box.fault(**(FAULTS["findity"][fault] | RENEWED))
    attempt = struck.attempt()
    struck.box.switch(findity_token_calls=0)
    assert not isinstance(attempt.failure, Unanswered)
    assert not attempt.answers["status"].eq("unknown").any()
    clean_again(struck, heals(struck, attempt))


@pytest.mark.long(held_by="tests/hostile/test_unreadable.py::test_json_that_is_no_list_of_people_never_passes_for_nobody")
@pytest.mark.parametrize("switches", [{"findity_token_calls": 1}, {"findity_token_calls": 1, "findity_refresh_token": False}])
@pytest.mark.parametrize("when", WHENS)
def test_findity_tokens_that_die_after_each_call_stop_nothing(exchange: Any, when: str, switches: dict[str, Any]) -> None:
    struck = exchange(when, "findity")
    struck.box.switch(**switches)
    attempt = struck.attempt()
    struck.box.switch(findity_token_calls=0, findity_refresh_token=True)
    assert attempt.failure is None
    clean_again(struck, heals(struck, attempt))
