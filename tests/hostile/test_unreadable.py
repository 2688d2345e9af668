"""Answers that are JSON, and nothing that the documents know: none of them passes for nobody."""

import json
from typing import Any

import pytest

from tests.hostile.conftest import nth
from tests.hostile.exchanges import ALWAYS, ASKED, assert_as_planned, clean_again, heals
from tests.soak import chosen

pytestmark = pytest.mark.exhaustive("answers that cannot be read")

STRANGE = ("[]", "{}", "null", '"ok"', "7", '[{"errorCode": "INTERNAL"}]', '{"errorCode": "INTERNAL"}', '["x"]')
ANSWERED = [
    (name, call, body)
    for name, calls in ASKED.items()
    for call in calls
    for body in STRANGE
    if body != "[]" or name == "expensify" or "token" in call  # an empty list is how Findity says that there is nobody
]


def kinds(case: tuple[str, str, str]) -> set[object]:
    """Each body, each call."""
    name, call, body = case
    return {body, (name, call)}


@pytest.mark.parametrize(("name", "call", "body"), chosen(ANSWERED, kinds))
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
