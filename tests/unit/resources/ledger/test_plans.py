from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from resources.failures import Permanent
from roster.plan.facts import PlanFacts

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

FACTS = PlanFacts(number=1, actions={"update": 1, "none": 1, "skip": 1})


def save(ledger, plan_run_id="p1", digest="d1", people=PEOPLE, changes=CHANGES, root_run_id="r1"):
    ledger.plans.save(
        "expensify", plan_run_id, root_run_id=root_run_id, facts=FACTS, digest=digest, accounting_passed=True, gate_passed=False,
        people=people, changes=changes,
    )  # fmt: skip


def test_a_plan_keeps_everyone_for_whom_something_is_planned_and_counts_the_rest(ledger):
    save(ledger)
    kept = ledger.plans.people("expensify", "p1")
    pd.testing.assert_frame_equal(kept, PEOPLE[PEOPLE["action"] != "none"].drop(columns="account").reset_index(drop=True))
    assert ledger.plans.verdict("expensify", "p1").facts.actions["none"] == 1


def test_a_plans_changes_come_back_as_they_were(ledger):
    save(ledger)
    pd.testing.assert_frame_equal(ledger.plans.changes("expensify", "p1"), CHANGES)


def test_the_changes_of_one_field_can_be_read_alone(ledger):
    save(ledger)
    pd.testing.assert_frame_equal(ledger.plans.changes("expensify", "p1", field="role"), CHANGES[:1])
    assert ledger.plans.changes("expensify", "p1", field="limit").empty


def test_a_verdict_says_what_a_write_must_know(ledger):
    ledger.intakes.take("a", "f", 1, modified=None, dated=None, as_of=date(2024, 3, 1), root_run_id="r1")
    save(ledger)
    verdict = ledger.plans.verdict("expensify", "p1")
    assert (verdict.digest, verdict.number, verdict.as_of, verdict.root_run_id) == ("d1", 1, date(2024, 3, 1), "r1")
    assert (verdict.accounting_passed, verdict.gate_passed, verdict.held_digest) == (True, False, None)
    assert ledger.plans.verdict("findity", "p1") is None
    assert ledger.plans.verdict("expensify", "p2") is None


def test_rerun_saving_a_plan_again_replaces_it(ledger):
    save(ledger)
    save(ledger, digest="d2", people=PEOPLE[:1], changes=CHANGES[:1])
    assert ledger.plans.verdict("expensify", "p1").digest == "d2"
    assert len(ledger.plans.people("expensify", "p1")) == len(ledger.plans.changes("expensify", "p1")) == 1


def test_the_newest_plan_of_a_root_run_is_found(ledger):
    save(ledger, "p1")
    save(ledger, "p2")
    save(ledger, "p3", root_run_id="other")
    assert ledger.plans.of_root("r1", "expensify") == "p2"
    assert ledger.plans.of_root("r1", "findity") is None


def release(ledger, digest="h1", run="w1", kinds=(), root=None, name="kim"):
    return ledger.releases.release(digest, run, root or run, kinds, name, "checked with HR")


def test_who_is_held_comes_back_with_what_tells_their_record(ledger):
    people = pd.concat(
        [PEOPLE.assign(digest=None), PEOPLE[:1].assign(person="3", action="hold", intended="create", reason="limit", digest="d")]
    )
    save(ledger, people=people.astype("str"))
    held = ledger.releases.held_people("expensify", "p1")
    why = set(held["reason"])
    assert [ledger.releases.held_but_for("expensify", "p1", some) for some in (sorted(why), ["conflict"])] == [0, len(held)]
    assert held[["person", "intended", "reason", "digest"]].to_numpy().tolist() == [["3", "create", "limit", "d"]]
    assert ledger.plans.holds("expensify", "p1", "limit")
    assert not ledger.plans.holds("expensify", "p1", "first_sync")


def test_a_held_set_is_released_by_its_digest_as_often_as_somebody_says_so(ledger):
    save(ledger)
    ledger.releases.save_held("expensify", "p1", "h1", datetime.now(UTC) + timedelta(days=3), ["join", "leave"])
    assert ledger.plans.verdict("expensify", "p1").held_digest == "h1"
    assert ledger.releases.of("h1") == []
    held = release(ledger, kinds=["leave"])
    assert (held.destination, held.plan_run_id, held.kinds) == ("expensify", "p1", ["join", "leave"])
    release(ledger, kinds=["leave"])
    release(ledger, run="w2", name="robin")
    assert [(one.root_run_id, one.kinds, one.name) for one in ledger.releases.of("h1")] == [("w1", ["leave"], "kim"), ("w2", [], "robin")]
    assert ledger.releases.held("h1").released_by == "robin"


def test_no_surprise_an_expired_or_unknown_set_is_not_released(ledger):
    ledger.releases.save_held("expensify", "p1", "h1", datetime.now(UTC) - timedelta(seconds=1))
    assert ledger.releases.held("h1").expired
    with pytest.raises(Permanent, match="expired"):
        release(ledger)
    with pytest.raises(Permanent, match="Nothing is held"):
        release(ledger, "h2")
    assert ledger.releases.of("h1") == []
    assert ledger.releases.held("h2") is None


def test_no_surprise_a_kind_that_is_not_held_is_not_released(ledger):
    ledger.releases.save_held("expensify", "p1", "h1", datetime.now(UTC) + timedelta(days=1), ["join", "leave"])
    with pytest.raises(Permanent, match=r"holds nothing of kind role\. It holds join, leave"):
        release(ledger, kinds=["role", "leave"])
    assert ledger.releases.of("h1") == []


def test_rerun_a_release_that_began_in_time_may_go_on_when_the_time_is_over_and_no_other_may(ledger):
    ledger.releases.save_held("expensify", "p1", "h1", datetime.now(UTC) + timedelta(days=1))
    release(ledger, run="w1")
    ledger.releases.save_held("expensify", "p1", "h1", datetime.now(UTC) - timedelta(seconds=1))
    release(ledger, run="w2", root="w1")
    with pytest.raises(Permanent, match="expired"):
        release(ledger, run="w3")
