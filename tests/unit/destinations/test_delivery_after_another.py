"""Writing a plan when another run has written since it was drawn, or holds the lease."""

from dataclasses import replace

import pandas as pd
import pytest

from destinations.delivery import deliver
from resources.failures import Permanent
from roster.plan.facts import PlanFacts
from tests.unit.destinations.delivering import (
    COMPANY,
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
from tests.unit.roster.frames import Night, let_go, roster, stored_plan

further = pytest.mark.long(
    held_by="tests/unit/destinations/test_delivery_after_another.py::test_no_surprise_an_old_plan_never_overwrites_what_a_newer_run_has_written"
)

__all__ = ["box", "ledger", "there"]  # fixtures


def moved(**cells):
    """A night on which E2 has changed and the others have not."""
    return Night(roster(COMPANY[0], {**COMPANY[1], **cells}, COMPANY[2]))


def sending(there, write, sent):
    """A send that notes who is sent."""

    def send(records):
        sent.extend(records["person"])
        yield from there.send(write)(records)

    return send


def test_rerun_what_another_run_has_brought_just_so_is_not_sent_again(there):
    late = planned(there, run="late")
    first = planned(there, Night(roster(*COMPANY[:2])), run="first")
    deliver(there.ledger, first, there.send(first))
    epoch, sent = there.ledger.acknowledged.epoch(there.name), []
    deliver(there.ledger, late, sending(there, late, sent))
    assert sent == ["E3"]
    assert answered(there, "late") == {"E1": "done", "E2": "done", "E3": "accepted"}
    assert there.ledger.acknowledged.epoch(there.name) == epoch + 1
    assert next_night_is_quiet(there)


def test_no_surprise_an_old_plan_never_overwrites_what_a_newer_run_has_written(there):
    everyone = planned(there)
    deliver(there.ledger, everyone, there.send(everyone))
    old = planned(there, moved(first_name="Old"), run="old", number=2)
    new = planned(there, moved(first_name="New"), run="new", number=2)
    deliver(there.ledger, new, there.send(new))
    state, told, sent = there.shown(), there.ledger.acknowledged.all(there.name), []
    deliver(there.ledger, old, sending(there, old, sent))
    assert sent == []
    assert answered(there, "old") == {"E2": "stale"}
    assert there.shown() == state
    pd.testing.assert_frame_equal(there.ledger.acknowledged.all(there.name), told)
    assert next_night_is_quiet(there, moved(first_name="New"))


@further
def test_approver_nobody_goes_by_an_old_plan_while_whoever_reports_to_them_was_written_otherwise(there):
    everyone = planned(there)
    deliver(there.ledger, everyone, there.send(everyone))
    leaving = Night(roster(COMPANY[0], {**COMPANY[1], "employment": "left"}, COMPANY[2]))
    old = planned(there, leaving, run="old", number=2)
    new = planned(there, Night(roster(*COMPANY[:2], {**COMPANY[2], "first_name": "New"})), run="new", number=2)
    deliver(there.ledger, new, there.send(new))
    state = there.shown()
    again = replace(old, plan=stored_plan(old.plan))
    deliver(there.ledger, again, there.send(again))
    assert answered(there, "old") == {"E2": "stale", "E3": "stale"}
    assert there.shown() == state


@pytest.mark.long(
    held_by="tests/unit/destinations/test_delivery_after_another.py::test_rerun_what_another_run_has_brought_just_so_is_not_sent_again"
)
def test_rerun_a_leaver_whom_another_run_has_taken_out_is_done(there):
    everyone = planned(there)
    deliver(there.ledger, everyone, there.send(everyone))
    gone = Night(roster(*COMPANY[:2], {**COMPANY[2], "employment": "left"}))
    late, first = (planned(there, gone, run=run, number=2) for run in ("late", "first"))
    deliver(there.ledger, first, there.send(first))
    before = writes(there)
    deliver(there.ledger, late, there.send(late))
    assert (answered(there, "late"), writes(there)) == ({"E3": "done"}, before)


@further
def test_no_surprise_what_an_old_plan_found_in_step_does_not_pass_for_what_is_there_now(there):
    joining = planned(there, Night(roster(*COMPANY[:2])))
    deliver(there.ledger, joining, there.send(joining))
    night = Night(roster(*COMPANY))
    old = planned(there, night, run="old", number=2)
    # What the ledger forgot is told anew by the plan that found it in step.
    with there.ledger.acknowledged._writing() as connection:
        connection.exec_driver_sql("DELETE FROM acknowledged WHERE employee_id = 'E2'")
    new = planned(there, moved(first_name="New"), run="new", number=2)
    deliver(there.ledger, new, there.send(new))
    told = there.ledger.acknowledged.all(there.name)
    again = replace(old, acknowledgements=joining.acknowledgements)
    deliver(there.ledger, again, there.send(again))
    pd.testing.assert_frame_equal(there.ledger.acknowledged.all(there.name), told)


@further
def test_rerun_what_a_plan_wrote_itself_is_no_other_runs(there):
    """Killed after the first answer and gone on with: its own acknowledgements are newer than the plan, and hold nobody up."""
    write = planned(there)
    with pytest.raises(Killed):
        deliver(there.ledger, write, killed_before_answer(there.send(write), 2))
    again = replace(write, run_id="run-2", plan=stored_plan(write.plan))
    deliver(there.ledger, again, there.send(again))
    assert set(answered(there).values()) == {"accepted"}


def test_a_run_that_lost_its_lease_records_nothing_more_and_stops(there):
    write = planned(there)
    calls = []

    def overtaken(records):
        for answers in there.send(write)(records):
            calls.append(answers)
            fence = there.ledger.leases.holder().fence
            with there.ledger.leases._writing() as connection:
                connection.exec_driver_sql(f"UPDATE lease SET fence = {fence + 1}, run_id = 'other'")
            yield answers

    with pytest.raises(Permanent, match="no longer holds the lease"):
        deliver(there.ledger, write, overtaken)
    assert len(calls) == 1
    assert answered(there) == {}
    assert there.ledger.acknowledged.all(there.name).empty
    assert there.ledger.leases.holder().run_id == "other"


@further
def test_a_release_acknowledges_nobody_whose_own_change_it_does_not_write(there):
    first = planned(there, Night(roster(COMPANY[0], COMPANY[1])))
    deliver(there.ledger, first, there.send(first))
    before = there.ledger.acknowledged.all(there.name).set_index("employee_id")
    tonight = Night(
        roster({**COMPANY[0], "first_name": "New"}), absent_means="leaver", circumstances={"unreadable_reject": True},
    )  # fmt: skip
    write = planned(there, tonight, run="run-2", number=2)
    released = let_go(write.plan)
    assert released.people.set_index("person")["action"].to_dict()["E2"] == "deactivate"
    there.ledger.plans.save(
        there.name, "run-3", root_run_id="run-3", facts=PlanFacts(number=2, epoch=there.ledger.acknowledged.epoch(there.name)),
        digest=released.digest(), accounting_passed=True, gate_passed=True, people=released.people, changes=released.changes,
    )  # fmt: skip
    letting_go = replace(write, plan=released, plan_run_id="run-3", run_id="run-3")
    deliver(there.ledger, letting_go, there.send(letting_go))
    after = there.ledger.acknowledged.all(there.name).set_index("employee_id")
    assert after.loc["E1", "digest"] == before.loc["E1", "digest"]
    assert not after.loc["E2", "active"]


def test_nobody_in_the_plan_is_a_write_of_nothing(there):
    write = planned(there, Night(roster()))
    deliver(there.ledger, write, there.send(write))
    assert writes(there) == 0
    assert there.ledger.applied.of(there.name).number == 1
