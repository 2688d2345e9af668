"""Writing a plan: answer by answer, and safe to do again; with the real ledger against the sandbox."""

import copy
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest

from destinations.delivery import deliver
from resources.failures import Transient
from resources.ledger import Ledger
from sandbox.server import Sandbox
from tests.unit.destinations.delivering import (
    COMPANY,
    POLICY,
    SCALE,
    AtFindity,
    Killed,
    answered,
    box,
    killed_before_answer,
    ledger,
    next_night_is_quiet,
    planned,
    there,
    writes,
)
from tests.unit.roster.frames import Night, person, roster, stored_plan

further = pytest.mark.long(
    held_by="tests/unit/destinations/test_delivery.py::test_rerun_a_run_that_was_killed_anywhere_ends_as_a_clean_one"
)

__all__ = ["box", "ledger", "there"]  # fixtures

# What a write is


def test_true_report_everyone_who_was_sent_is_answered_and_there(there):
    write = planned(there)
    deliver(there.ledger, write, there.send(write))
    assert answered(there) == {"E1": "accepted", "E2": "accepted", "E3": "accepted"}
    assert sorted(there.shown()) == ["E1", "E2", "E3"]
    assert there.ledger.acknowledged.all(there.name)["employee_id"].tolist() == ["E1", "E2", "E3"]
    assert there.ledger.applied.of(there.name).number == 1
    assert there.ledger.leases.holder() is None
    assert next_night_is_quiet(there)


def test_approver_those_who_join_together_approve_for_each_other_at_once(box, ledger):
    there = AtFindity(box, ledger)
    write = planned(there)
    deliver(ledger, write, there.send(write))
    assert {number: user["approverIds"] for number, user in there.shown().items()} == {"E1": ["E1"], "E2": ["E1"], "E3": ["E2"]}


@pytest.mark.long(held_by="tests/unit/destinations/test_delivery.py::test_true_report_everyone_who_was_sent_is_answered_and_there")
def test_what_is_kept_of_a_request_is_counts_and_nobodys_address(there):
    write = planned(there)
    deliver(there.ledger, write, there.send(write))
    requests = there.ledger.deliveries.requests(there.name, "run-1")
    assert [request["request"] for request in requests] == list(range(1, len(requests) + 1))
    assert {request["people"] for request in requests} == {1}
    assert "@" not in str(requests)


@pytest.mark.long(held_by="tests/unit/destinations/test_delivery.py::test_true_report_everyone_who_was_sent_is_answered_and_there")
def test_a_leaver_and_a_mover_are_written_as_they_were_planned(there):
    write = planned(there)
    deliver(there.ledger, write, there.send(write))
    tonight = Night(roster(COMPANY[0], {**COMPANY[1], "employment": "left"}, {**COMPANY[2], "manager_id": "E1"}))
    write = planned(there, tonight, run="run-2", number=2)
    deliver(there.ledger, write, there.send(write))
    assert next_night_is_quiet(there, tonight)
    found = there.ledger.acknowledged.all(there.name)
    assert dict(zip(found["employee_id"], found["active"], strict=True)) == {"E1": True, "E2": False, "E3": True}


@further
def test_a_write_that_holds_everything_does_not_count_as_applied(there):
    write = planned(there, Night(roster(*COMPANY), circumstances={"hold_all": True}))
    deliver(there.ledger, write, there.send(write))
    assert writes(there) == 0
    assert there.ledger.applied.of(there.name) is None
    assert answered(there) == {}


# Safe to do again


@pytest.fixture(scope="module")
def cleanly(tmp_path_factory):
    """What a run that nobody kills leaves there, by who meets it: run once for each."""

    @cache
    def shown(kind):
        file = tmp_path_factory.mktemp("clean") / "ledger.db"
        with Sandbox(switches={"rate_scale": SCALE}) as clean, Ledger.open(str(file), "acme") as other:
            elsewhere = kind(clean, other)
            write = planned(elsewhere)
            deliver(other, write, elsewhere.send(write))
            return copy.deepcopy(elsewhere.shown())

    return shown


@pytest.mark.parametrize("number", [1, 2, 3, 4, 6])
def test_rerun_a_run_that_was_killed_anywhere_ends_as_a_clean_one(there, cleanly, number):
    write = planned(there)
    with pytest.raises(Killed):
        deliver(there.ledger, write, killed_before_answer(there.send(write), number))
        raise Killed  # the last request of Expensify was the third
    again = replace(write, run_id="run-2", plan=stored_plan(write.plan))
    deliver(there.ledger, again, there.send(again))
    assert answered(there) == {"E1": "accepted", "E2": "accepted", "E3": "accepted"}
    assert there.shown() == cleanly(type(there))
    assert there.ledger.acknowledged.all(there.name)["employee_id"].tolist() == ["E1", "E2", "E3"]
    assert next_night_is_quiet(there)


@further
def test_rerun_an_answer_whose_acknowledgement_was_lost_is_acknowledged_by_the_next(there, monkeypatch):
    write = planned(there)
    keep = there.ledger.acknowledged.record

    def killed(destination, people, run_id, lease):
        if len(people):
            raise Killed
        keep(destination, people, run_id, lease)

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(there.ledger.acknowledged, "record", killed)
        deliver(there.ledger, write, there.send(write))
    first = [name for name, status in answered(there).items() if status == "accepted"]
    assert first
    deliver(there.ledger, write, there.send(write))
    assert set(first) < set(there.ledger.acknowledged.all(there.name)["employee_id"])
    assert next_night_is_quiet(there)


def test_rerun_when_all_is_answered_nothing_is_sent(there):
    write = planned(there)
    deliver(there.ledger, write, there.send(write))
    before = len(there.box.calls)
    deliver(there.ledger, replace(write, run_id="run-2"), there.send(write))
    assert len(there.box.calls) == before


def test_rerun_whoever_got_no_answer_is_sent_again_and_nobody_else(there):
    job = "update employees" if there.name == "expensify" else "PUT users"
    there.box.fault(api=there.name, job=job, person="E2", times=None, drop=True)
    write = planned(there)
    with pytest.raises(Transient):
        deliver(there.ledger, write, there.send(write))
    assert answered(there)["E2"] == "unknown"
    assert "E2" not in set(there.ledger.acknowledged.all(there.name)["employee_id"])
    there.box.heal()
    done = {name for name, status in answered(there).items() if status == "accepted"}
    sent = []

    def noting(records):
        sent.extend(records["person"])
        return there.send(write)(records)

    deliver(there.ledger, replace(write, run_id="run-2"), noting)
    assert set(sent) == {"E1", "E2", "E3"} - done
    assert answered(there) == {"E1": "accepted", "E2": "accepted", "E3": "accepted"}
    assert next_night_is_quiet(there)


def test_rerun_whoever_was_refused_stays_refused_and_is_no_reason_to_fail(there):
    there.box.fault(times=None, refuse={"E3": "NO_SUCH_THING"})
    write = planned(there)
    deliver(there.ledger, write, there.send(write))
    assert answered(there) == {"E1": "accepted", "E2": "accepted", "E3": "refused"}
    assert "E3" not in set(there.ledger.acknowledged.all(there.name)["employee_id"])
    there.box.heal()
    before = len(there.box.calls)
    deliver(there.ledger, replace(write, run_id="run-2"), there.send(write))
    assert len(there.box.calls) == before
    assert answered(there)["E3"] == "refused"


AT_FAULT = {"expensify": {"job": "update employees", "code": 500}, "findity": {"job": "PUT users", "status": 409}}


@further
@pytest.mark.parametrize("since", ["a run for somebody else", "an outage"])
def test_true_report_whoever_was_refused_alone_stays_so_whatever_came_since_and_a_quiet_night_is_quiet(there, since):
    def fault():
        there.box.fault(api=there.name, person="E3", times=None, **AT_FAULT[there.name])

    def night(run, *people, **more):
        write = planned(there, Night(roster(*people), **more), run=run)
        deliver(there.ledger, write, there.send(write))
        return answered(there, run)

    fault()
    assert night("run-1", *COMPANY)["E3"] == "refused"
    people = COMPANY
    if since == "an outage":
        there.box.heal()
        there.box.fault(api=there.name, job=AT_FAULT[there.name]["job"], times=None, status=503)
        with pytest.raises(Transient):
            night("run-2", *people)
        there.box.heal()
        fault()
    else:
        people = [person("E1", extra_policy=POLICY, email="e1.new@acme.example"), *COMPANY[1:]]
        assert night("run-2", *people, circumstances={"only": frozenset(["E1"])})["E1"] == "accepted"
        assert night("run-3", *people).keys() <= {"E2", "E3"}
    assert night("run-4", *people) == {"E3": "refused"}


def test_true_report_a_person_whom_an_answer_leaves_out_makes_the_write_fail(there):
    write = planned(there)

    def forgetful(records):
        yield pd.DataFrame({"person": ["E1", "E2"], "status": "accepted", "reason": None, "request": 1})

    with pytest.raises(Transient, match="1 people"):
        deliver(there.ledger, write, forgetful)


@further
def test_an_approver_who_is_not_there_is_told_and_the_rest_of_the_person_is_written(box, ledger):
    there = AtFindity(box, ledger)
    box.fault(times=None, refuse={"E1": "NO_SUCH_THING"})
    write = planned(there)
    deliver(ledger, write, there.send(write))
    answers = ledger.deliveries.answers("findity", "run-1").set_index("person")
    assert answers["status"].to_dict() == {"E1": "refused", "E2": "accepted", "E3": "accepted"}
    assert answers.loc["E2", "reason"] == "no_approver_there"
    assert there.shown()["E2"]["approverIds"] == []
    box.heal()
    write = planned(there, run="run-2", number=2)
    deliver(ledger, write, there.send(write))
    assert there.shown()["E2"]["approverIds"] == ["E1"]
