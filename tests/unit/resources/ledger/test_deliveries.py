import pandas as pd
import pytest

from roster.plan.outcomes import OutcomeFacts


@pytest.fixture
def lease(ledger):
    with ledger.leases.hold("r1") as held:
        yield held


def answer(ledger, lease, status, person="1"):
    frame = pd.DataFrame({"person": [person], "status": [status], "reason": [None], "request": [1]})
    ledger.deliveries.record_answers("expensify", "p1", frame, lease)
    return ledger.deliveries.answers("expensify", "p1").set_index("person").loc[person, "status"]


@pytest.mark.parametrize("final", ["accepted", "refused"])
def test_true_report_an_answer_replaces_unknown_and_never_the_other_way_round(ledger, lease, final):
    assert answer(ledger, lease, "unknown") == "unknown"
    assert answer(ledger, lease, final) == final
    assert answer(ledger, lease, "unknown") == final


def test_answers_are_kept_by_plan(ledger, lease):
    answer(ledger, lease, "accepted")
    assert ledger.deliveries.answers("expensify", "p2").empty
    assert ledger.deliveries.answers("findity", "p1").empty


def test_exceptions_are_all_answers_but_those_that_somebody_was_simply_accepted(ledger, lease):
    rows = [
        ("1", "accepted", None),
        ("2", "accepted", "not_in_answer"),
        ("3", "refused", "bad"),
        ("4", "unknown", None),
        ("5", "stale", None),
    ]
    frame = pd.DataFrame(rows, columns=["person", "status", "reason"]).assign(request=1)
    ledger.deliveries.record_answers("expensify", "p1", frame, lease)
    everyone = ledger.deliveries.answers("expensify", "p1")
    pd.testing.assert_frame_equal(ledger.deliveries.exceptions("expensify", "p1"), everyone[1:].reset_index(drop=True))
    assert ledger.deliveries.answer_counts("expensify", "p1") == {"accepted": 2, "refused": 1, "unknown": 1, "stale": 1}
    assert ledger.deliveries.exceptions("expensify", "p2").empty
    assert ledger.deliveries.answer_counts("findity", "p1") == {}


@pytest.mark.parametrize("status", ["unknown", "accepted"])
def test_whether_anything_was_sent_of_a_plan_is_known_from_the_first_answer(ledger, lease, status):
    assert not ledger.deliveries.answered("expensify", "p1")
    answer(ledger, lease, status)
    assert ledger.deliveries.answered("expensify", "p1")
    assert not ledger.deliveries.answered("expensify", "p2")
    assert not ledger.deliveries.answered("findity", "p1")


def test_an_empty_answer_frame_has_the_types_of_a_full_one(ledger, lease):
    empty = ledger.deliveries.answers("expensify", "p1")
    answer(ledger, lease, "accepted")
    assert empty.dtypes.equals(ledger.deliveries.answers("expensify", "p1").dtypes)


def test_requests_come_back_in_order(ledger):
    ledger.deliveries.record_request("expensify", "p1", 2, {"bytes": 20})
    ledger.deliveries.record_request("expensify", "p1", 1, {"bytes": 10})
    ledger.deliveries.record_request("expensify", "p1", 1, {"bytes": 10, "seconds": 0.5})
    assert ledger.deliveries.requests("expensify", "p1") == [{"bytes": 10, "seconds": 0.5, "request": 1}, {"bytes": 20, "request": 2}]


def test_acknowledged_people_are_replaced_one_by_one_and_each_time_the_epoch_rises(ledger, lease):
    people = pd.DataFrame(
        {"employee_id": ["1", "2"], "account": ["a", "b"], "active": [True, False], "digest": ["x", "y"], "fields": ['{"limit":1}', None]}
    )
    ledger.acknowledged.record("expensify", people, "r1", lease)
    assert ledger.acknowledged.epoch("expensify") == 1
    ledger.acknowledged.record("expensify", people[:1].assign(active=False, digest="z"), "r1", lease)
    assert ledger.acknowledged.epoch("expensify") == 2
    known = ledger.acknowledged.all("expensify")
    assert known["digest"].tolist() == ["z", "y"]
    assert known["active"].tolist() == [False, False]
    assert known["fields"].isna().tolist() == [False, True]
    assert ledger.acknowledged.all("findity").empty
    assert ledger.acknowledged.epoch("findity") == 0


def test_everyone_who_was_ever_taken_over_is_known_by_number_and_account(ledger, lease):
    people = pd.DataFrame({"employee_id": ["1", "2"], "account": ["a", None], "active": [True, False], "digest": "x", "fields": None})
    ledger.acknowledged.record("expensify", people, "r1", lease)
    ledger.acknowledged.record("findity", people.assign(employee_id=["2", "3"], account=["b", "a"]), "r1", lease)
    assert sorted(ledger.acknowledged.known(["expensify", "findity"])) == ["1", "2", "3", "a", "b"]
    assert sorted(ledger.acknowledged.known({"expensify": None})) == ["1", "2", "a"], "also who has left; of the others nobody"
    assert ledger.acknowledged.known([]).empty


def test_whoever_has_another_number_has_the_account_and_what_is_remembered_of_it(ledger, lease):
    people = pd.DataFrame({"employee_id": ["1", "2", "3"], "account": ["a", "b", "c"], "active": True, "digest": "x", "fields": None})
    ledger.acknowledged.record("expensify", people, "r1", lease)
    ledger.acknowledged.record("findity", people[:1], "r1", lease)
    for _ in range(2):  # once more, nothing is left to do
        ledger.acknowledged.renumber({"1": "11", "2": "3", "9": "19"})
        known = ledger.acknowledged.all("expensify").set_index("employee_id")["account"].to_dict()
        assert known == {"11": "a", "2": "b", "3": "c"}, "whose new number somebody has already stays who they are"
        assert ledger.acknowledged.all("findity")["employee_id"].tolist() == ["11"]
        assert (ledger.acknowledged.epoch("expensify"), ledger.acknowledged.epoch("findity")) == (2, 2)


def test_what_was_acknowledged_after_an_epoch_is_told_apart(ledger, lease):
    people = pd.DataFrame(
        {"employee_id": ["1", "2"], "account": ["a", "b"], "active": True, "digest": "x", "fields": None, "record": ["r", None]}
    )
    ledger.acknowledged.record("expensify", people, "r1", lease)
    ledger.acknowledged.record("expensify", people[1:].assign(active=False, record="s"), "r2", lease)
    assert ledger.acknowledged.since("expensify", 0)[["employee_id", "record"]].to_numpy().tolist() == [["1", "r"], ["2", "s"]]
    later = ledger.acknowledged.since("expensify", 1)
    assert later.to_numpy().tolist() == [["2", "b", False, "s"]]
    assert ledger.acknowledged.since("expensify", 2).empty
    assert ledger.acknowledged.since("findity", 0).empty


def test_true_report_outcomes_keep_everyone_who_changed_and_count_the_rest(ledger):
    outcomes = pd.DataFrame(
        {"person": ["1", "2"], "employee_id": ["1", "2"], "action": ["create", "none"], "outcome": ["created", "unchanged"]}
        | {"reason": [None, None], "landed": ["landed", None]}
    )
    for _ in range(2):
        ledger.deliveries.record_outcomes("expensify", "p1", outcomes, OutcomeFacts({"created": 1, "unchanged": 1}))
    assert ledger.deliveries.outcomes("expensify", "p1")["person"].tolist() == ["1"]
    assert ledger.deliveries.outcome_facts("expensify", "p1").outcomes == {"created": 1, "unchanged": 1}
    assert ledger.deliveries.outcome_facts("expensify", "p2") is None


def test_who_was_left_out_is_found_by_what_was_planned_what_came_of_it_and_what_was_read_back(ledger):
    rows = [("1", "update", "updated", None, "yes"), ("2", "update", "refused", "bad", None), ("3", "hold", "held", "limit", None)]
    rows += [
        ("4", "create", "created", None, "missing"),
        ("5", "skip", "skipped", "not_in_hr", None),
        ("6", "hold", "updated", None, "yes"),
    ]
    frame = pd.DataFrame(rows, columns=["person", "action", "outcome", "reason", "landed"])
    frame["employee_id"] = frame["person"]
    ledger.deliveries.record_outcomes("expensify", "p1", frame, OutcomeFacts())
    assert ledger.deliveries.left_out("expensify", "p1", ["refused", "unknown"])["person"].tolist() == ["2", "3", "4", "5", "6"]
    assert ledger.deliveries.not_landed("expensify", "p1")["person"].tolist() == ["4"]
    assert ledger.deliveries.not_landed("expensify", "p2").empty
