"""Writing a plan: guarded, answer by answer, and safe to do again; with the real ledger against the sandbox."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from resources.delivery import Write, deliver, to_expensify
from resources.delivery_findity import to_findity
from resources.expensify import Expensify
from resources.failures import Permanent, Transient
from resources.findity import Findity
from resources.http import Retry
from resources.ledger import Ledger
from resources.rates import EXPENSIFY_LIMITS, ProcessWindows, RateLimit
from resources.settings import ExpensifyConnection, FindityConnection
from roster.plan.decision import Plan
from sandbox.server import Sandbox
from tests.unit.roster.frames import Night, let_go, person, roster, stored_plan

POLICY = "5E00000000000001"
SCALE = 0.002
"""Of the sandbox's rate windows: two hundredths of a second instead of ten seconds."""


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def box(monkeypatch):
    monkeypatch.setenv("EXPENSIFY_SECRET", "demo-secret")
    monkeypatch.setenv("FINDITY_SECRET", "demo-findity-secret")
    with Sandbox(switches={"rate_scale": SCALE}) as running:
        yield running


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.db", "acme") as opened:
        yield opened


class AtExpensify:
    """Expensify as one run of the company meets it; one person a request."""

    name = "expensify"

    def __init__(self, box, ledger):
        secret = {"partner_user_id": "aa_demo_partner", "partner_user_secret": {"env": "EXPENSIFY_SECRET"}}
        settings = ExpensifyConnection.model_validate({"url": box.expensify_url, **secret, "timeout": 5, "chunk_bytes": 1})
        windows = ProcessWindows([RateLimit(limit.calls, limit.seconds * SCALE) for limit in EXPENSIFY_LIMITS], margin=0.01)
        self.client, self.ledger, self.box = Expensify(settings, windows, Retry(attempts=2, first_wait=0.01)), ledger, box

    def read(self):
        return self.client.members([POLICY])

    def plan(self, night):
        return replaced(night, self.ledger, self.name).expensify(self.read())

    def send(self, write):
        return to_expensify(self.client, self.ledger, write)

    def shown(self):
        """Number → what the sandbox keeps of them."""
        found = self.box.state["expensify"]["policies"][POLICY]["members"].values()
        return {one["employeeID"]: one for one in found if "employeeID" in one}


class AtFindity:
    """Findity as one run of the company meets it; one person a request."""

    name = "findity"

    def __init__(self, box, ledger):
        urls = {"admin_url": box.findity_url, "token_url": box.findity_token_url, "chunk_size": 1, "timeout": 5}
        key = {"organization": "acme", "client_id": "demo-client", "client_secret": {"env": "FINDITY_SECRET"}}
        self.client = Findity(FindityConnection.model_validate({**urls, **key}), Retry(attempts=2, first_wait=0.01))
        self.ledger, self.box = ledger, box

    def read(self):
        return self.client.users()

    def plan(self, night):
        return replaced(night, self.ledger, self.name).findity(self.read())

    def send(self, write):
        return to_findity(self.client, self.ledger, write)

    def shown(self):
        """Number → what the sandbox keeps of them, ids by number."""
        found = {key: user for key, user in self.box.state["findity"]["organizations"]["acme"]["users"].items() if key.startswith("E")}
        names = {user["personId"]: key for key, user in found.items()}
        return {
            key: {**user, "id": "", "personId": "", "approverIds": [names[one] for one in user["approverIds"]]}
            for key, user in found.items()
        }


@pytest.fixture(params=[AtExpensify, AtFindity], ids=["expensify", "findity"])
def there(request, box, ledger):
    made = request.param(box, ledger)
    with made.client:
        yield made


def replaced(night, ledger, name):
    return replace(night, acknowledged=ledger.acknowledged(name))


COMPANY = (
    person("E1", extra_policy=POLICY),
    person("E2", extra_policy=POLICY, manager_id="E1"),
    person("E3", extra_policy=POLICY, manager_id="E2"),
)


def planned(there, night=None, *, run="run-1", number=1, dated=None, gate=True, accounting=True):
    """A plan as a run saves it, on its way."""
    epoch = there.ledger.epoch(there.name)
    plan, told = there.plan(night or Night(roster(*COMPANY)))
    there.ledger.save_plan(
        there.name, run, root_run_id=run, number=number, digest=plan.digest(), accounting_passed=accounting, gate_passed=gate,
        counts={}, people=plan.people, changes=plan.changes, epoch=epoch,
    )  # fmt: skip
    return Write(there.name, run, run, plan, told, number, dated)


def answered(there, run="run-1"):
    found = there.ledger.answers(there.name, run)
    return dict(zip(found["person"], found["status"], strict=True))


def writes(there):
    return sum(call["write"] for call in there.box.calls)


def killed_before_answer(send, number):
    """A send whose process ends when the destination has answered, and before anybody has kept that answer."""

    def sending(records):
        for count, answers in enumerate(send(records), 1):
            if count == number:
                raise Killed
            yield answers

    return sending


def next_night_is_quiet(there, night=None):
    plan, _ = there.plan(night or Night(roster(*COMPANY)))
    return not plan.records["apply"].any()


# What a write is


def test_true_report_everyone_who_was_sent_is_answered_and_there(there):
    write = planned(there)
    deliver(there.ledger, write, there.send(write))
    assert answered(there) == {"E1": "accepted", "E2": "accepted", "E3": "accepted"}
    assert sorted(there.shown()) == ["E1", "E2", "E3"]
    assert there.ledger.acknowledged(there.name)["employee_id"].tolist() == ["E1", "E2", "E3"]
    assert there.ledger.applied(there.name).number == 1
    assert there.ledger.holder() is None
    assert next_night_is_quiet(there)


def test_approver_those_who_join_together_approve_for_each_other_at_once(box, ledger):
    there = AtFindity(box, ledger)
    write = planned(there)
    deliver(ledger, write, there.send(write))
    assert {number: user["approverIds"] for number, user in there.shown().items()} == {"E1": ["E1"], "E2": ["E1"], "E3": ["E2"]}


def test_what_is_kept_of_a_request_is_counts_and_nobodys_address(there):
    write = planned(there)
    deliver(there.ledger, write, there.send(write))
    requests = there.ledger.requests(there.name, "run-1")
    assert [request["request"] for request in requests] == list(range(1, len(requests) + 1))
    assert {request["people"] for request in requests} == {1}
    assert "@" not in str(requests)


def test_a_leaver_and_a_mover_are_written_as_they_were_planned(there):
    write = planned(there)
    deliver(there.ledger, write, there.send(write))
    tonight = Night(roster(COMPANY[0], {**COMPANY[1], "employment": "left"}, {**COMPANY[2], "manager_id": "E1"}))
    write = planned(there, tonight, run="run-2", number=2)
    deliver(there.ledger, write, there.send(write))
    assert next_night_is_quiet(there, tonight)
    found = there.ledger.acknowledged(there.name)
    assert dict(zip(found["employee_id"], found["active"], strict=True)) == {"E1": True, "E2": False, "E3": True}


def test_a_write_that_holds_everything_does_not_count_as_applied(there):
    write = planned(there, Night(roster(*COMPANY), circumstances={"hold_all": True}))
    deliver(there.ledger, write, there.send(write))
    assert writes(there) == 0
    assert there.ledger.applied(there.name) is None
    assert answered(there) == {}


# Safe to do again


@pytest.mark.parametrize("number", [1, 2, 3, 4, 6])
def test_rerun_a_run_that_was_killed_anywhere_ends_as_a_clean_one(there, number):
    write = planned(there)
    with pytest.raises(Killed):
        deliver(there.ledger, write, killed_before_answer(there.send(write), number))
        raise Killed  # the last request of Expensify was the third
    again = replace(write, run_id="run-2", plan=stored_plan(write.plan))
    deliver(there.ledger, again, there.send(again))
    assert answered(there) == {"E1": "accepted", "E2": "accepted", "E3": "accepted"}
    with Sandbox(switches={"rate_scale": SCALE}) as clean, Ledger.open(f"{there.ledger.engine.url}-clean", "acme") as other:
        elsewhere = type(there)(clean, other)
        write = planned(elsewhere)
        deliver(other, write, elsewhere.send(write))
        assert there.shown() == elsewhere.shown()
    assert there.ledger.acknowledged(there.name)["employee_id"].tolist() == ["E1", "E2", "E3"]
    assert next_night_is_quiet(there)


def test_rerun_an_answer_whose_acknowledgement_was_lost_is_acknowledged_by_the_next(there, monkeypatch):
    write = planned(there)
    keep = there.ledger.acknowledge

    def killed(destination, people, run_id, lease):
        if len(people):
            raise Killed
        keep(destination, people, run_id, lease)

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(there.ledger, "acknowledge", killed)
        deliver(there.ledger, write, there.send(write))
    first = [name for name, status in answered(there).items() if status == "accepted"]
    assert first
    deliver(there.ledger, write, there.send(write))
    assert set(first) < set(there.ledger.acknowledged(there.name)["employee_id"])
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
    assert "E2" not in set(there.ledger.acknowledged(there.name)["employee_id"])
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
    assert "E3" not in set(there.ledger.acknowledged(there.name)["employee_id"])
    there.box.heal()
    before = len(there.box.calls)
    deliver(there.ledger, replace(write, run_id="run-2"), there.send(write))
    assert len(there.box.calls) == before
    assert answered(there)["E3"] == "refused"


def test_true_report_a_person_whom_an_answer_leaves_out_makes_the_write_fail(there):
    write = planned(there)

    def forgetful(records):
        yield pd.DataFrame({"person": ["E1", "E2"], "status": "accepted", "reason": None, "request": 1})

    with pytest.raises(Transient, match="1 people"):
        deliver(there.ledger, write, forgetful)


def test_an_approver_who_is_not_there_is_told_and_the_rest_of_the_person_is_written(box, ledger):
    there = AtFindity(box, ledger)
    box.fault(times=None, refuse={"E1": "NO_SUCH_THING"})
    write = planned(there)
    deliver(ledger, write, there.send(write))
    answers = ledger.answers("findity", "run-1").set_index("person")
    assert answers["status"].to_dict() == {"E1": "refused", "E2": "accepted", "E3": "accepted"}
    assert answers.loc["E2", "reason"] == "no_approver_there"
    assert there.shown()["E2"]["approverIds"] == []
    box.heal()
    write = planned(there, run="run-2", number=2)
    deliver(ledger, write, there.send(write))
    assert there.shown()["E2"]["approverIds"] == ["E1"]


# What a write refuses


def refused(there, write, match):
    before = writes(there)
    with pytest.raises(Permanent, match=match):
        deliver(there.ledger, write, there.send(write))
    assert writes(there) == before
    assert answered(there, write.plan_run_id) == {}
    assert there.ledger.acknowledged(there.name).empty or before
    assert there.ledger.holder() is None


def test_no_surprise_a_plan_that_the_ledger_does_not_know_is_not_written(there):
    write = planned(there)
    refused(there, replace(write, plan_run_id="another"), "knows no plan")


def test_no_surprise_a_plan_that_was_altered_is_not_written(there):
    write = planned(there)
    plan = write.plan
    name = "employeeEmail" if there.name == "expensify" else "email"
    forged = Plan(plan.people, plan.changes, plan.records.assign(**{name: "mallory@acme.example"}))
    refused(there, replace(write, plan=forged), "not the one")
    more = Plan(plan.people, plan.changes, pd.concat([plan.records, plan.records.tail(1)], ignore_index=True))
    refused(there, replace(write, plan=more), "not the one")


def test_no_surprise_a_plan_of_another_export_is_not_written(there):
    refused(there, replace(planned(there), intake=2), "not the one")


@pytest.mark.parametrize(("failed", "match"), [({"gate": False}, "its gate"), ({"accounting": False}, "its accounting")])
def test_no_surprise_a_plan_that_failed_its_gate_or_accounting_is_not_written(there, failed, match):
    refused(there, planned(there, **failed), match)


def test_rerun_an_older_export_is_not_written_over_a_newer_one_without_a_reason(there):
    older = planned(there, run="older", number=1)
    newer = planned(there, Night(roster(*COMPANY[:2])), run="newer", number=2)
    deliver(there.ledger, newer, there.send(newer))
    refused(there, older, "older than")
    let = {"checks": ["older"], "by": "kim", "reason": "agreed with payroll", "over": {there.name: 2}}
    there.ledger.record_gate(1, "older", True, {"accepted": let})
    deliver(there.ledger, older, there.send(older))
    assert sorted(there.shown()) == ["E1", "E2", "E3"]


def test_rerun_an_export_with_an_older_day_is_not_written_even_if_it_was_seen_later(there):
    newer = planned(there, Night(roster(*COMPANY[:2])), run="newer", number=1, dated=date(2026, 11, 2))
    deliver(there.ledger, newer, there.send(newer))
    refused(there, planned(there, run="older", number=2, dated=date(2026, 11, 1)), "older than")


def test_rerun_a_newer_export_that_is_written_while_a_run_waits_for_the_lease_stops_that_run(there, monkeypatch):
    older = planned(there, run="older", number=1)
    newer = planned(there, Night(roster(*COMPANY[:2])), run="newer", number=2)
    take = there.ledger._take

    def overtaken(run_id, expires_after):
        monkeypatch.setattr(there.ledger, "_take", take)
        deliver(there.ledger, newer, there.send(newer))
        return take(run_id, expires_after)

    monkeypatch.setattr(there.ledger, "_take", overtaken)
    with pytest.raises(Permanent, match="older than"):
        deliver(there.ledger, older, there.send(older))
    assert sorted(there.shown()) == ["E1", "E2"]


# What another run has written since the plan was drawn


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
    epoch, sent = there.ledger.epoch(there.name), []
    deliver(there.ledger, late, sending(there, late, sent))
    assert sent == ["E3"]
    assert answered(there, "late") == {"E1": "done", "E2": "done", "E3": "accepted"}
    assert there.ledger.epoch(there.name) == epoch + 1
    assert next_night_is_quiet(there)


def test_no_surprise_an_old_plan_never_overwrites_what_a_newer_run_has_written(there):
    everyone = planned(there)
    deliver(there.ledger, everyone, there.send(everyone))
    old = planned(there, moved(first_name="Old"), run="old", number=2)
    new = planned(there, moved(first_name="New"), run="new", number=2)
    deliver(there.ledger, new, there.send(new))
    state, told, sent = there.shown(), there.ledger.acknowledged(there.name), []
    deliver(there.ledger, old, sending(there, old, sent))
    assert sent == []
    assert answered(there, "old") == {"E2": "stale"}
    assert there.shown() == state
    pd.testing.assert_frame_equal(there.ledger.acknowledged(there.name), told)
    assert next_night_is_quiet(there, moved(first_name="New"))


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


def test_rerun_a_leaver_whom_another_run_has_taken_out_is_done(there):
    everyone = planned(there)
    deliver(there.ledger, everyone, there.send(everyone))
    gone = Night(roster(*COMPANY[:2], {**COMPANY[2], "employment": "left"}))
    late, first = (planned(there, gone, run=run, number=2) for run in ("late", "first"))
    deliver(there.ledger, first, there.send(first))
    before = writes(there)
    deliver(there.ledger, late, there.send(late))
    assert (answered(there, "late"), writes(there)) == ({"E3": "done"}, before)


def test_no_surprise_what_an_old_plan_found_in_step_does_not_pass_for_what_is_there_now(there):
    joining = planned(there, Night(roster(*COMPANY[:2])))
    deliver(there.ledger, joining, there.send(joining))
    night = Night(roster(*COMPANY))
    old = planned(there, night, run="old", number=2)
    # What the ledger forgot is told anew by the plan that found it in step.
    with there.ledger._writing() as connection:
        connection.exec_driver_sql("DELETE FROM acknowledged WHERE employee_id = 'E2'")
    new = planned(there, moved(first_name="New"), run="new", number=2)
    deliver(there.ledger, new, there.send(new))
    told = there.ledger.acknowledged(there.name)
    again = replace(old, acknowledgements=joining.acknowledgements)
    deliver(there.ledger, again, there.send(again))
    pd.testing.assert_frame_equal(there.ledger.acknowledged(there.name), told)


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
            fence = there.ledger.holder().fence
            with there.ledger._writing() as connection:
                connection.exec_driver_sql(f"UPDATE lease SET fence = {fence + 1}, run_id = 'other'")
            yield answers

    with pytest.raises(Permanent, match="no longer holds the lease"):
        deliver(there.ledger, write, overtaken)
    assert len(calls) == 1
    assert answered(there) == {}
    assert there.ledger.acknowledged(there.name).empty
    assert there.ledger.holder().run_id == "other"


def test_a_release_acknowledges_nobody_whose_own_change_it_does_not_write(there):
    first = planned(there, Night(roster(COMPANY[0], COMPANY[1])))
    deliver(there.ledger, first, there.send(first))
    before = there.ledger.acknowledged(there.name).set_index("employee_id")
    tonight = Night(
        roster({**COMPANY[0], "first_name": "New"}), absent_means="leaver", circumstances={"unreadable_reject": True},
    )  # fmt: skip
    write = planned(there, tonight, run="run-2", number=2)
    released = let_go(write.plan)
    assert released.people.set_index("person")["action"].to_dict()["E2"] == "deactivate"
    there.ledger.save_plan(
        there.name, "run-3", root_run_id="run-3", number=2, digest=released.digest(), accounting_passed=True, gate_passed=True,
        counts={}, people=released.people, changes=released.changes, epoch=there.ledger.epoch(there.name),
    )  # fmt: skip
    letting_go = replace(write, plan=released, plan_run_id="run-3", run_id="run-3")
    deliver(there.ledger, letting_go, there.send(letting_go))
    after = there.ledger.acknowledged(there.name).set_index("employee_id")
    assert after.loc["E1", "digest"] == before.loc["E1", "digest"]
    assert not after.loc["E2", "active"]


def test_nobody_in_the_plan_is_a_write_of_nothing(there):
    write = planned(there, Night(roster()))
    deliver(there.ledger, write, there.send(write))
    assert writes(there) == 0
    assert there.ledger.applied(there.name).number == 1
