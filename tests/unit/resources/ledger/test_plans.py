from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from resources.failures import Permanent

PEOPLE = pd.DataFrame(
    {"person": ["1", "2", "~ab12cd34"], "employee_id": ["1", "2", None], "account": ["a@x.example", "b@x.example", "c@x.example"]}
    | {"matched_by": ["number", "email", None], "action": ["update", "none", "skip"], "intended": [None, None, None]}
    | {"kinds": ["email|role", None, None], "reason": [None, None, "not_in_hr"], "detail": [None, None, None]}
).astype("str")
CHANGES = pd.DataFrame(
    {
        "person": ["1", "1"],
        "field": ["role", "email"],
        "kind": ["role", "email"],
        "old": ['"user"', None],
        "new": ['"admin"', '"a@x.example"'],
    }
    | {"visible": [True, False], "apply": [True, True]}
).astype({"old": "str", "new": "str", "person": "str", "field": "str", "kind": "str"})


def save(ledger, plan_run_id="p1", digest="d1", people=PEOPLE, changes=CHANGES, root_run_id="r1"):
    ledger.save_plan(
        "expensify", plan_run_id, root_run_id=root_run_id, number=1, digest=digest, accounting_passed=True, gate_passed=False,
        counts={"update": 1, "none": 1, "skip": 1}, people=people, changes=changes,
    )  # fmt: skip


def test_a_plan_keeps_everyone_for_whom_something_is_planned_and_counts_the_rest(ledger):
    save(ledger)
    kept = ledger.planned("expensify", "p1")
    pd.testing.assert_frame_equal(kept, PEOPLE[PEOPLE["action"] != "none"].drop(columns="account").reset_index(drop=True))
    assert ledger.plan_verdict("expensify", "p1").counts["none"] == 1


def test_a_plans_changes_come_back_as_they_were(ledger):
    save(ledger)
    pd.testing.assert_frame_equal(ledger.planned_changes("expensify", "p1"), CHANGES)


def test_a_verdict_says_what_a_write_must_know(ledger):
    ledger.take_intake("a", "f", 1, modified=None, dated=None, as_of=date(2024, 3, 1), root_run_id="r1")
    save(ledger)
    verdict = ledger.plan_verdict("expensify", "p1")
    assert (verdict.digest, verdict.number, verdict.as_of, verdict.root_run_id) == ("d1", 1, date(2024, 3, 1), "r1")
    assert (verdict.accounting_passed, verdict.gate_passed, verdict.held_digest) == (True, False, None)
    assert ledger.plan_verdict("findity", "p1") is None
    assert ledger.plan_verdict("expensify", "p2") is None


def test_rerun_saving_a_plan_again_replaces_it(ledger):
    save(ledger)
    save(ledger, digest="d2", people=PEOPLE[:1], changes=CHANGES[:1])
    assert ledger.plan_verdict("expensify", "p1").digest == "d2"
    assert len(ledger.planned("expensify", "p1")) == len(ledger.planned_changes("expensify", "p1")) == 1


def test_the_newest_plan_of_a_root_run_is_found(ledger):
    save(ledger, "p1")
    save(ledger, "p2")
    save(ledger, "p3", root_run_id="other")
    assert ledger.plan_for("r1", "expensify") == "p2"
    assert ledger.plan_for("r1", "findity") is None


def test_a_held_set_is_released_by_its_digest_once(ledger):
    save(ledger)
    ledger.save_held("expensify", "p1", "h1", datetime.now(UTC) + timedelta(days=3), ["leave"])
    assert ledger.plan_verdict("expensify", "p1").held_digest == "h1"
    assert ledger.held("h1").released_by is None
    first = ledger.release("h1", "kim", "checked with HR")
    assert (first.destination, first.plan_run_id, first.kinds, first.released_by) == ("expensify", "p1", ["leave"], "kim")
    assert ledger.release("h1", "robin", "again").released_by == "kim"


def test_no_surprise_an_expired_or_unknown_set_is_not_released(ledger):
    ledger.save_held("expensify", "p1", "h1", datetime.now(UTC) - timedelta(seconds=1))
    assert ledger.held("h1").expired
    with pytest.raises(Permanent, match="expired"):
        ledger.release("h1", "kim", "late")
    with pytest.raises(Permanent, match="Nothing is held"):
        ledger.release("h2", "kim", "wrong")
    assert ledger.held("h1").released_by is None
    assert ledger.held("h2") is None
