"""The report creator as Expensify documents it, and a storm of refused calls. Tags as in `sandbox`."""

import pytest

SE = "5E00000000000001"
TAXI = {"merchant": "Taxi", "currency": "SEK", "date": "2026-03-14", "amount": 24900}


def create(expensify, **changes):
    settings = {"type": "report", "policyID": SE, "employeeEmail": "ann@acme.example", "report": {"title": "March"}, "expenses": [TAXI]}
    return expensify.post({"type": "create", "inputSettings": {**settings, **changes}}).json()


def test_a_report_is_created_with_a_number_and_its_name_and_once_more_is_another_one(box, expensify):  # [D E1]; [I]
    first, second = create(expensify, report={"title": "March", "fields": {"Cost_center": "CC-1"}}), create(expensify)
    assert (first["responseCode"], first["reportName"]) == (200, "March")
    assert first["reportID"].startswith("R00") and second["reportID"] != first["reportID"]
    assert box.state["expensify"]["reports"][first["reportID"]]["fields"] == {"Cost_center": "CC-1"}
    assert [call["write"] for call in box.calls if call["job"] == "create report"] == [True, True]


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"employeeEmail": ""}, 410, "employeeEmail"),
        ({"expenses": []}, 410, "expenses"),
        ({"expenses": "taxi"}, 410, "expenses"),
        ({"expenses": [{**TAXI, "merchant": ""}]}, 410, "merchant"),
        ({"expenses": [{**TAXI, "date": "16-01-01"}]}, 410, "Malformed date '16-01-01'. Expected format is yyyy-MM-dd"),
        ({"expenses": [{**TAXI, "amount": 12.5}]}, 410, "amount"),
        ({"report": {}}, 410, "report"),
        ({"report": {"title": "x", "fields": {"Cost center": "1"}}}, 410, "Cost center"),
        ({"policyID": "NOPE"}, 404, "Policy not found"),
    ],
)
def test_what_is_missing_or_malformed_is_refused(expensify, changes, code, words):
    answer = create(expensify, **changes)
    assert answer["responseCode"] == code and words in answer["responseMessage"]


def test_where_concierge_has_not_enabled_it_nobody_is_authorized(box, expensify):  # [D E1]
    box.switch(expensify_create_report="not_enabled")
    assert create(expensify) == {"responseCode": 500, "responseMessage": "Not authorized to authenticate as user ann@acme.example"}


def test_a_fault_strikes_every_second_call_and_only_for_so_long(box, expensify):
    box.fault(api="expensify", times=None, every=2, code=429)
    assert [create(expensify)["responseCode"] for _ in range(5)] == [200, 429, 200, 429, 200]
    box.heal()
    box.fault(api="expensify", times=None, seconds=0, code=429)
    create(expensify)
    assert create(expensify)["responseCode"] == 200
