"""Taking back what a run wrote: what was there before comes back where nothing else came since, and only once somebody releases it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from destinations import engine, releases, two_people, undoing
from destinations.base import Attempt, Request
from destinations.delivery import Write
from resources.failures import Permanent
from resources.ledger import Ledger, tables
from roster.people.approvers import NoApprover
from roster.plan.limits import FourEyes
from roster.plan.undo import WHY
from roster.settings import Approvers
from sandbox.server import Sandbox
from tests import syncing
from tests.contract import nights_at_expensify as at_expensify
from tests.contract import nights_at_findity as at_findity
from tests.syncing import UNLIMITED, Night, fresh
from tests.unit.roster.frames import roster

further = pytest.mark.long(held_by="tests/contract/test_undo.py::test_values_come_back_and_nothing_is_sent_before_a_release")

FEED = {
    "approvalLimit": "approval_limit",
    "overLimitApprover": "over_limit_approver",
    "customField2": "department",
    "extra": {"costTag": "cost_center"},
}
HAVING = {"approval_limit": "50", "over_limit_approver": "E1", "department": "Sales", "cost_center": "C1"}


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox(switches={"expensify_rate_limits": False}) as running:
        yield running


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    monkeypatch.setenv("EXPENSIFY_SECRET", "demo-secret")
    monkeypatch.setenv("FINDITY_SECRET", "demo-findity-secret")
    with fresh(tmp_path) as opened:
        yield opened


@pytest.fixture
def expensify(box: Sandbox, ledger: Ledger) -> at_expensify.Company:
    made = at_expensify.Company(box, ledger, FEED, connection={"account": "expenses-admin@acme.example"}).start()
    made.limits = UNLIMITED
    made.begin(*people(), day="2026-11-02")
    return made


@pytest.fixture
def findity(box: Sandbox, ledger: Ledger) -> at_findity.Company:
    return at_findity.Company(box, ledger, {"phone": "phone", "bankAccount": {"IBAN": "bank_account"}}, UNLIMITED)


def people(count: int = 5, **changed: dict[str, Any] | None) -> list[dict[str, Any]]:
    """E1 to so many, with values of everything; some of them otherwise, or None for not there at all."""
    rows = {
        f"E{number}": {**HAVING, **changed.get(f"E{number}", {})}
        for number in range(1, count + 1)
        if changed.get(f"E{number}", {}) is not None
    }  # type: ignore[dict-item]
    return [at_expensify.employee(number, **cells) for number, cells in rows.items()]


def drawn(
    company: syncing.Company, undone: Night, before: pd.DataFrame | None, last: Night, digest: str = "", older: Night | None = None
) -> Night:
    """The plan that takes a night back, or what a release of it comes to, by HR's file of the `last` night; `older`: its first attempt."""
    company.number += 1
    run, adapter, ledger, since = f"run-{company.number}", company.adapter(), company.ledger, len(company.box.calls)
    attempt, access, root = Attempt(run, run, "acme_undo"), company.access(adapter), undone.attempt.run_id
    request = Request(release=digest, released_by="kim", reason="wrong file") if digest else Request(undo=root)
    held = releases.requested(ledger, adapter.name, attempt, request)
    if held:
        assert undoing.undone_by(ledger, held) == root
    known = engine.read(adapter, access, ledger, last.taken.roster)
    plans, nights = undoing.plans_of(ledger, adapter.name, root), [undone, *([older] if older else [])]
    stored = {plan: undoing.Stored(one.drawn.desired, before) for plan, one in zip(plans, nights, strict=False)}
    made = undoing.draw(adapter, last.policy, ledger, attempt, last.taken, known, root, stored, request, held)
    engine.save(adapter, last.policy, ledger, attempt, made)
    assert made.faults == []
    return Night(ledger, adapter, access, last.policy, attempt, last.taken, known, made, company.box, since, until=len(company.box.calls))


def taken_back(company: syncing.Company, undone: Night, before: pd.DataFrame | None, last: Night | None = None) -> tuple[Night, Night]:
    """A night taken back, held and released."""
    last = last or undone
    held = drawn(company, undone, before, last)
    assert held.plan.records["apply"].sum() == 0
    assert held.plan.people["action"].isin(["hold", "none", "skip"]).all()
    digest = held.plan.held_digest()
    assert digest
    return held, company.written(drawn(company, undone, before, last, digest))


def left(night: Night) -> set[tuple[str, str | None, str]]:
    rows = night.facts.not_undone.astype("object").where(night.facts.not_undone.notna(), None)
    return {tuple(row) for row in rows.to_numpy().tolist()}


def test_values_come_back_and_nothing_is_sent_before_a_release(expensify: at_expensify.Company, box: Sandbox) -> None:
    wrong = expensify.night(*people(E2={"department": "Art", "approval_limit": "70"}, E3={"department": "Art"}))
    assert expensify.of("E2")["customField2"] == "Art"
    writes = len([call for call in box.calls if call["write"]])
    held = drawn(expensify, wrong, None, wrong)
    expensify.written(held)
    assert len([call for call in box.calls if call["write"]]) == writes, "no surprise"
    assert held.planned["E2"] == ("hold", "undo")
    digest = held.plan.held_digest()
    night = expensify.written(drawn(expensify, wrong, None, wrong, digest))
    assert {person: outcome for person, (outcome, _) in night.outcome.items() if outcome != "unchanged"} == {
        "E2": "updated",
        "E3": "updated",
    }
    assert (expensify.of("E2")["customField2"], expensify.of("E2")["approvalLimit"]) == ("Sales", 7000)
    assert left(held) == {("E2", "approvalLimit", "not_seen")}
    assert expensify.of("E3")["customField2"] == "Sales"
    assert night.numbers["landed"] == 2
    again = expensify.night(*people(E2={"department": "Art", "approval_limit": "70"}, E3={"department": "Art"}))
    assert {person for person, (action, _) in again.planned.items() if action == "update"} == {"E2", "E3"}, "HR's file has not changed"


@pytest.mark.long(held_by="tests/unit/roster/plan/test_undo.py::test_no_surprise_whatever_is_not_certain_stays_and_is_told_by_person")
def test_no_surprise_what_was_written_since_or_is_otherwise_there_stays(expensify: at_expensify.Company) -> None:
    wrong = expensify.night(*people(E2={"department": "Art"}, E3={"department": "Art"}, E4={"department": "Art"}, E5={"cost_center": "C2"}))
    later = expensify.night(*people(E2={"department": "Law"}, E3={"department": "Art"}, E4={"department": "Art"}, E5={"cost_center": "C2"}))
    expensify.of("E3")["customField2"] = "By hand"
    held, _ = taken_back(expensify, wrong, None, later)
    assert left(held) == {("E2", None, "written_since"), ("E3", "customField2", "other_there"), ("E5", "costTag", "not_seen")}
    assert {expensify.of(number)["customField2"] for number in ("E2", "E3", "E4")} == {"Law", "By hand", "Sales"}
    assert all(any(WHY[code] in sentence for sentence in held.facts.notices) for _, _, code in left(held))


@further
def test_no_surprise_a_sync_between_the_plan_and_its_release_goes_before(expensify: at_expensify.Company) -> None:
    wrong = expensify.night(*people(E2={"department": "Art"}, E3={"department": "Art"}))
    held = drawn(expensify, wrong, None, wrong)
    later = expensify.night(*people(E2={"department": "Law"}, E3={"department": "Art"}))
    night = expensify.written(drawn(expensify, wrong, None, later, held.plan.held_digest() or ""))
    assert (expensify.of("E2")["customField2"], expensify.of("E3")["customField2"]) == ("Law", "Sales")
    assert {person for person, (outcome, _) in night.outcome.items() if outcome == "updated"} == {"E3"}


@pytest.mark.long(held_by="tests/unit/roster/plan/test_undo.py::test_an_approver_of_before_who_is_there_comes_back")
def test_approver_who_approved_before_comes_back_only_if_they_are_there(expensify: at_expensify.Company) -> None:
    expensify.night(*people(E4={"manager_id": "E2"}, E5={"manager_id": "E3"}))
    wrong = expensify.night(*people())
    later = expensify.night(*people(E3=None))
    held, night = taken_back(expensify, wrong, None, later)
    assert left(held) == {("E5", "managerEmail", "approver_not_there")}
    assert expensify.of("E4")["submitsTo"] == "E2@acme.example"
    assert night.landed.without_approver == []


@pytest.mark.long(held_by="tests/unit/roster/plan/test_undo.py::test_who_came_in_goes_out_and_who_went_comes_back_with_what_does_not")
def test_who_was_taken_out_comes_back_and_who_came_in_goes_out(expensify: at_expensify.Company) -> None:
    wrong = expensify.night(*people(6, E3=None))
    assert expensify.of("E3") == {}
    held, night = taken_back(expensify, wrong, roster(*people()))
    digest, eyes = held.plan.held_digest() or "", FourEyes(frozenset({"leave", "rejoin", "limit"}))
    assert two_people.kinds(expensify.ledger, digest, eyes) == ["leave", "rejoin"], "who may undo alone may not let go alone"
    assert left(held) == {("E3", None, "open_reports")}
    assert {person: outcome for person, (outcome, _) in night.outcome.items() if outcome not in ("unchanged", "skipped")} == {
        "E3": "reactivated",
        "E6": "deactivated",
    }
    assert expensify.of("E3")["customField2"] == "Sales"
    assert expensify.of("E6") == {}


@pytest.mark.parametrize("named", [{"fallback": "E6"}, {"top": "E6"}])
def test_approver_whom_the_settings_name_may_go_out_again_with_those_who_came_in(expensify: at_expensify.Company, named: Any) -> None:
    wrong = expensify.night(*people(7, E6={"manager_id": None}, E7={"manager_id": "E6"}))
    wrong.policy = replace(wrong.policy, approvers=Approvers(**named))
    held, night = taken_back(expensify, wrong, roster(*people()))
    assert {person for person, (action, _) in held.planned.items() if action == "hold"} == {"E6", "E7"}
    assert {person: outcome for person, (outcome, _) in night.outcome.items() if outcome not in ("unchanged", "skipped")} == {
        "E6": "deactivated",
        "E7": "deactivated",
    }
    assert night.landed.without_approver == []


def test_approver_whom_the_settings_name_is_needed_where_somebody_comes_back(expensify: at_expensify.Company) -> None:
    wrong = expensify.night(*people(6, E3=None, E6={"manager_id": None}))
    wrong.policy = replace(wrong.policy, approvers=Approvers(fallback="E6"))
    with pytest.raises(NoApprover, match="names E6"):
        drawn(expensify, wrong, roster(*people()), wrong)


@pytest.mark.long(held_by="tests/unit/roster/plan/test_undo.py::test_no_surprise_whatever_is_not_certain_stays_and_is_told_by_person")
def test_a_run_that_wrote_nothing_or_of_which_nothing_is_left_is_not_taken_back(expensify: at_expensify.Company) -> None:
    nothing = expensify.night(*people())
    with pytest.raises(Permanent, match="has written nothing"):
        drawn(expensify, nothing, None, nothing)
    wrong = expensify.night(*people(E5={"cost_center": "C2"}))
    with pytest.raises(Permanent, match=r"Nothing of run run-4 can be taken back at Expensify.*no reading shows it.*E5"):
        drawn(expensify, wrong, None, wrong)


def test_rerun_a_release_of_it_that_was_killed_goes_on_and_writes_nobody_twice(expensify: at_expensify.Company) -> None:
    wrong = expensify.night(*people(E2={"department": "Art"}, E3={"department": "Art"}))
    held = drawn(expensify, wrong, None, wrong)
    going = drawn(expensify, wrong, None, wrong, held.plan.held_digest() or "")
    expensify.of("E2")["customField2"] = "Sales"  # it arrived, and whoever sent it was killed before the answer
    night = expensify.written(going)
    assert {expensify.of(number)["customField2"] for number in ("E2", "E3")} == {"Sales"}
    assert night.numbers["landed"] == 2


@pytest.mark.long(held_by="tests/contract/test_undo.py::test_values_come_back_and_nothing_is_sent_before_a_release")
def test_at_findity_values_come_back_whoever_was_taken_out_too(findity: at_findity.Company) -> None:
    def rows(**changed: Any) -> list[dict[str, Any]]:
        kept = {
            number: {"phone": f"+4670174000{number[1]}", **changed.get(number, {})}
            for number in ("E1", "E2", "E3", "E4")
            if changed.get(number, {}) is not None
        }
        return [at_findity.employee(number, **cells) for number, cells in kept.items()]

    first = findity.night(*rows(E4={"manager_id": "E2"}))
    wrong = findity.night(*rows(E2={"phone": "+46701749999", "last_name": "Other"}, E3=None))
    assert not findity.users_there["E3"]["active"]
    held, night = taken_back(findity, wrong, first.taken.roster)
    assert left(held) == {("E3", None, "open_reports")}
    there = findity.users_there
    assert (there["E2"]["phone"], there["E2"]["lastName"], there["E3"]["active"]) == ("+46701740002", "LE2", True)
    assert (night.numbers["refused"], night.numbers["missing"], night.landed.without_approver) == (0, 0, [])


def kept(*nights: Night) -> Any:
    """HR's people as nights took them in."""
    return {one.attempt.run_id: one.taken.roster for one in nights}.get


def before(company: syncing.Company, undone: Night, *nights: Night) -> pd.DataFrame | None:
    return undoing.rows_before(company.ledger, "expensify", undone.attempt.run_id, kept(*nights))


@further
def test_who_was_taken_out_by_a_release_or_after_a_preview_of_the_same_file_comes_back_too(expensify: at_expensify.Company) -> None:
    whole = expensify.night(*people())
    one = expensify.sync(*people(E3=None), day="2026-11-05", write=False)
    two = expensify.sync(*people(E3=None), day="2026-11-06", write=False)
    wrong = expensify.sync(*people(E3=None), day="2026-11-06")
    assert expensify.of("E3") == {}
    rows = before(expensify, wrong, whole, one, two, wrong)
    assert rows is not None
    assert rows["employee_id"].tolist() == ["E3"]
    _, night = taken_back(expensify, wrong, rows)
    assert night.outcome["E3"][0] == "reactivated"
    assert before(expensify, wrong, one, two, wrong).empty  # type: ignore[union-attr]
    assert before(expensify, wrong, wrong) is None


@further
@pytest.mark.parametrize(
    ("row", "reason"), [({"employment": "left"}, "not_wanted"), ({"first_name": "Somebody", "last_name": "Else"}, "newer_row")]
)
def test_no_surprise_nobody_comes_back_against_a_newer_row_of_their_number(
    expensify: at_expensify.Company, row: dict[str, Any], reason: str
) -> None:
    wrong = expensify.night(*people(E2={"department": "Art"}, E3=None))
    later = expensify.sync(*people(E2={"department": "Art"}, E3=row), day="2026-11-09", write=False)
    held, _ = taken_back(expensify, wrong, roster(*people()), later)
    assert left(held) == {("E3", None, reason)}
    assert expensify.of("E3") == {}


@further
def test_approver_who_came_in_with_their_people_goes_out_with_them(expensify: at_expensify.Company) -> None:
    wrong = expensify.night(*people(7, E6={"manager_id": None}, E7={"manager_id": "E6"}))
    assert expensify.of("E7")["submitsTo"] == "E6@acme.example"
    held, night = taken_back(expensify, wrong, None)
    assert left(held) == set()
    assert (expensify.of("E6"), expensify.of("E7"), night.landed.without_approver) == ({}, {}, [])


@further
def test_an_undo_is_taken_back_like_any_other_run(expensify: at_expensify.Company) -> None:
    wrong = expensify.night(*people(6, E2={"department": "Art"}, E3=None))
    _, undone = taken_back(expensify, wrong, roster(*people()))
    assert (expensify.of("E2")["customField2"], expensify.of("E6")) == ("Sales", {})
    rows = before(expensify, undone, wrong, undone)
    held, _ = taken_back(expensify, undone, rows, wrong)
    assert left(held) == {("E6", None, "open_reports")}
    assert expensify.of("E2")["customField2"] == "Art"
    assert expensify.of("E6") != {}
    assert expensify.of("E3") == {}


@further
def test_true_report_a_run_that_died_before_it_read_back_is_taken_back_by_its_answers(expensify: at_expensify.Company) -> None:
    wrong = expensify.planned(*people(6, E2={"department": "Art"}, E3=None), day="2026-11-05")
    on_its_way = Write("expensify", "run-2", "run-2", wrong.plan, wrong.drawn.acknowledgements, wrong.taken.number, wrong.taken.dated)
    engine.write(wrong.adapter, wrong.access, expensify.ledger, on_its_way)
    assert expensify.of("E2")["customField2"] == "Art"
    _, night = taken_back(expensify, wrong, roster(*people()))
    assert {person: outcome for person, (outcome, _) in night.outcome.items() if outcome not in ("unchanged", "skipped")} == {
        "E2": "updated",
        "E3": "reactivated",
        "E6": "deactivated",
    }


def of_one_run(company: at_expensify.Company, first: Night, again: Night) -> None:
    """As if the first had been re-executed as a whole, which made the second's plan."""
    root, table = first.attempt.run_id, tables.plan
    with company.ledger.engine.begin() as connection:
        connection.execute(sa.update(table).where(table.c.plan_run_id == again.attempt.run_id).values(root_run_id=root))
    again.attempt = Attempt(root, root, "acme_sync")


def test_what_every_attempt_of_a_run_wrote_by_a_plan_of_its_own_is_taken_back(expensify: at_expensify.Company) -> None:
    first = expensify.night(*people(6, E2={"department": "Art"}, E3=None))
    again = expensify.night(*people(6, E2={"department": "Art"}, E3=None, E4={"department": "Art"}))
    of_one_run(expensify, first, again)
    held = drawn(expensify, again, roster(*people()), again, older=first)
    assert {number: held.planned[number] for number in ("E2", "E3", "E4", "E6")} == dict.fromkeys(
        ("E2", "E3", "E4", "E6"), ("hold", "undo")
    )
    assert left(held) == {("E3", None, "open_reports")}
    expensify.written(drawn(expensify, again, roster(*people()), again, held.plan.held_digest() or "", older=first))
    assert [expensify.of(number)["customField2"] for number in ("E2", "E4")] == ["Sales", "Sales"]
    assert (expensify.of("E3") != {}, expensify.of("E6")) == (True, {})


def test_whom_several_attempts_wrote_is_told_and_gets_back_what_the_newest_changed(expensify: at_expensify.Company) -> None:
    first = expensify.night(*people(E2={"department": "Art"}))
    again = expensify.night(*people(E2={"department": "Law"}, E4={"department": "Art"}))
    of_one_run(expensify, first, again)
    held = drawn(expensify, again, None, again, older=first)
    assert left(held) == {("E2", None, "other_attempt")}
    assert (held.planned["E2"], held.planned["E4"]) == (("hold", "undo"), ("hold", "undo"))
    expensify.written(drawn(expensify, again, None, again, held.plan.held_digest() or "", older=first))
    assert [expensify.of(number)["customField2"] for number in ("E2", "E4")] == ["Art", "Sales"]


def test_true_report_things_that_are_no_people_and_strangers_stay_and_are_counted(expensify: at_expensify.Company) -> None:
    first = expensify.night(*people(E2={"department": "Art"}))
    again = expensify.night(*people(E2={"department": "Art"}, E4={"department": "Art"}))
    for number, night in enumerate((first, again)):  # as runs that brought units there, and took out whom HR's file does not know
        of_plan = {"company": expensify.ledger.company, "destination": "expensify", "plan_run_id": night.attempt.run_id}
        unit = {"thing": f"unit/{number}", "position": 0, "kind": "unit", "action": "create", "words": {}, "apply": True, "digest": "d"}
        gone = {"person": f"~{number}", "action": "deactivate", "outcome": "deactivated"}
        with expensify.ledger.engine.begin() as connection:
            connection.execute(sa.insert(tables.plan_thing).values(**of_plan, **unit, outcome="accepted"))
            connection.execute(sa.insert(tables.outcome).values(**of_plan, **gone))
    of_one_run(expensify, first, again)
    held = drawn(expensify, again, None, again, older=first)
    assert "Not taken back: 2 units, dimensions or values, which are no people" in held.drawn.facts.notices
    assert "Not taken back: 2 accounts that HR's file does not know" in held.drawn.facts.notices
    assert {person for person, (action, _) in held.planned.items() if action == "hold"} == {"E2", "E4"}


@further
def test_a_first_load_and_a_run_for_some_people_are_taken_back_too(box: Sandbox, ledger: Ledger) -> None:
    company = at_expensify.Company(box, ledger, FEED, connection={"account": "expenses-admin@acme.example"}).start()
    company.limits = UNLIMITED
    first = company.night(*people())
    some = company.sync(*people(E2={"department": "Art"}, E3={"department": "Art"}), day="2026-11-05", request=Request(only=["E2"]))
    _, night = taken_back(company, some, None)
    assert {person: outcome for person, (outcome, _) in night.outcome.items() if outcome == "updated"} == {"E2": "updated"}
    held, night = taken_back(company, first, None, some)
    assert left(held) == {("E2", None, "written_since"), ("E1", None, "approves")}, "E2 stays, and needs an approver"
    assert (company.of("E3"), company.of("E2")["submitsTo"], night.landed.without_approver) == ({}, "E1@acme.example", [])


@further
def test_no_surprise_who_has_a_number_that_came_in_and_was_given_to_somebody_else_since_is_left_alone(
    expensify: at_expensify.Company,
) -> None:
    wrong = expensify.night(*people(6, E2={"department": "Art"}))
    other = {"first_name": "Somebody", "last_name": "Else", "email": "somebody.else@acme.example", "start_date": date(2026, 11, 1)}
    later = expensify.sync(*people(6, E2={"department": "Art"}, E6=other), day="2026-11-09", write=False)
    held, night = taken_back(expensify, wrong, None, later)
    assert held.planned["E6"] == ("hold", "number_reused")
    assert (expensify.of("E6")["email"], expensify.of("E2")["customField2"]) == ("E6@acme.example", "Sales")
    assert night.outcome["E6"][0] == "held"
