"""Who was written in the last seven days, and from which files, by what the ledger recorded and when."""

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from resources.ledger.plans import PEOPLE
from roster.intake.facts import ExportFacts
from roster.plan.decision import CHANGE_COLUMNS
from roster.plan.facts import PlanFacts
from roster.plan.outcomes import OutcomeFacts


@pytest.fixture
def lease(ledger):
    with ledger.leases.hold("r1") as held:
        yield held


def later(days):
    return datetime.now(UTC) + timedelta(days=days)


def plan(ledger, run, people, *, root=None, number=1, **facts):
    """People: number → (action, kinds)."""
    rows = [{"person": who, "employee_id": who, "action": action, "kinds": kinds} for who, (action, kinds) in people.items()]
    actions = pd.Series([action for action, _ in people.values()], dtype="str").value_counts().to_dict()
    ledger.plans.save(
        "findity",
        run,
        root_run_id=root or run,
        facts=PlanFacts(number=number, actions=actions, **facts),
        digest="d",
        accounting_passed=True,
        gate_passed=True,
        people=pd.DataFrame(rows, columns=list(PEOPLE)),
        changes=pd.DataFrame(columns=list(CHANGE_COLUMNS)),
    )


def answered(ledger, lease, run, **statuses):
    """Number, after an underscore → status."""
    persons = [name.removeprefix("_") for name in statuses]
    frame = pd.DataFrame({"person": persons, "status": list(statuses.values()), "reason": None, "request": 1})
    ledger.deliveries.record_answers("findity", run, frame, lease)


def week(ledger, days=0, destination="findity"):
    return [tuple(row) for row in ledger.week.written(destination, later(days)).people().to_numpy()]


def test_who_was_written_or_may_be_counts_and_who_was_refused_held_or_overtaken_does_not(ledger, lease):
    people = {str(n): ("update", "email|manager") for n in range(1, 6)}
    plan(ledger, "p1", {**people, "6": ("hold", "email"), "7": ("deactivate", "leave")})
    answered(ledger, lease, "p1", _1="accepted", _2="unknown", _3="refused", _4="done", _5="stale", _7="accepted")
    assert week(ledger) == [("1", "email|manager"), ("2", "email|manager"), ("7", "leave")]
    assert week(ledger, destination="expensify") == []


def test_true_report_what_was_refused_and_is_there_all_the_same_counts(ledger, lease):
    plan(ledger, "p1", {"1": ("update", "email"), "2": ("update", "email")})
    answered(ledger, lease, "p1", _1="refused", _2="refused")
    rows = {"person": ["1", "2"], "employee_id": ["1", "2"], "action": "update", "outcome": ["updated", "refused"], "reason": None}
    ledger.deliveries.record_outcomes("findity", "p1", pd.DataFrame({**rows, "landed": None}), OutcomeFacts())
    assert week(ledger) == [("1", "email")]


def test_whose_value_was_another_one_counts_as_long_as_the_person_does(ledger, lease):
    had = {"had": {"approvalLimit": ["1", "2", "3", "4"], "role": ["2"]}}
    plan(ledger, "p1", {**{str(n): ("update", "limit|role") for n in range(1, 4)}, "4": ("hold", "limit")}, **had)
    answered(ledger, lease, "p1", _1="accepted", _2="unknown", _3="refused")
    for run, facts in (("first", {"first": True}), ("release", {})):
        plan(ledger, run, {"5": ("update", "limit")}, had={"approvalLimit": ["5"]}, **facts)
        answered(ledger, lease, run, _5="accepted")
    ledger.releases.save_held("findity", "p1", "digest", later(1), ["limit"])
    ledger.releases.release("digest", "release", "release", [], "kim", "looked at")
    found = {tuple(row) for row in ledger.week.written("findity").had().to_numpy()}
    assert found == {("1", "approvalLimit"), ("2", "approvalLimit"), ("2", "role")}
    assert ledger.week.written("findity", later(7.1)).had().empty
    assert ledger.week.written("expensify").had().empty


def test_after_seven_days_by_the_clock_nothing_of_it_counts(ledger, lease):
    plan(ledger, "p1", {"1": ("deactivate", "leave")})
    answered(ledger, lease, "p1", _1="accepted")
    assert week(ledger, 6.9) == [("1", "leave")]
    assert week(ledger, 7.1) == []


def test_what_a_release_let_go_and_what_a_first_sync_wrote_does_not_count(ledger, lease):
    for run, facts in (("first", {"first": True}), ("nightly", {}), ("release", {})):
        plan(ledger, run, {run: ("create", "join")}, **facts)
        answered(ledger, lease, run, **{run: "accepted"})
    ledger.releases.save_held("findity", "nightly", "digest", later(1), ["join"])
    ledger.releases.release("digest", "release", "release", [], "kim", "looked at")
    assert week(ledger) == [("nightly", "join")]


def test_rerun_what_an_earlier_attempt_wrote_is_there_once_for_each_plan(ledger, lease):
    plan(ledger, "p1", {"1": ("deactivate", "leave"), "2": ("deactivate", "leave")})
    answered(ledger, lease, "p1", _1="accepted")
    plan(ledger, "p2", {"2": ("deactivate", "leave")}, root="p1")
    answered(ledger, lease, "p2", _2="accepted")
    answered(ledger, lease, "p2", _2="accepted")
    assert sorted(week(ledger)) == [("1", "leave"), ("2", "leave")]


def test_a_week_is_no_longer_than_runs_are_kept(ledger, lease):
    ledger.runs.begin("p1", "p1", "acme_sync")
    plan(ledger, "p1", {"1": ("deactivate", "leave")})
    answered(ledger, lease, "p1", _1="accepted")
    ledger.retention.purge(ledger.retention.over(later(1), set()), later(1))
    assert week(ledger) == []


def test_nobody_of_another_company_counts(ledger, lease, url):
    plan(ledger, "p1", {"1": ("deactivate", "leave")})
    answered(ledger, lease, "p1", _1="accepted")
    with type(ledger).open(url, "other") as other:
        assert other.week.written("findity").people().empty
        assert other.week.files() == []


# The files


def passed(ledger, number, root, rows=10):
    own = {"file": "f", "path": "f", "size": 1, "modified": None, "sha256": "0", "seen_before": False, "as_of": date(2026, 11, 20)}
    ledger.intakes.record_gate(number, root, True, ExportFacts(rows=rows, number=number, **own).to_json())


def numbers(ledger, days=0):
    return [file.number for file in ledger.week.files(later(days))]


def test_who_came_in_late_of_a_first_sync_does_not_count_and_todays_joiners_do(ledger, lease):
    people = {"1": ("create", "join|self_approval"), "2": ("create", "join"), "3": ("create", "join")}
    plan(ledger, "second", people, of_first=("1", "2"))
    answered(ledger, lease, "second", _1="accepted", _2="accepted", _3="accepted")
    assert week(ledger) == [("1", "self_approval"), ("3", "join")]


def test_files_that_everyone_was_brought_to_come_back_newest_first_for_seven_days(ledger, lease):
    for number in (1, 2):
        passed(ledger, number, f"r{number}", rows=number)
        plan(ledger, f"r{number}", {"1": ("update", "email")}, number=number)
        answered(ledger, lease, f"r{number}", _1="accepted")
    assert [(file.number, file.rows) for file in ledger.week.files()] == [(2, 2), (1, 1)]
    assert (numbers(ledger, 6.9), numbers(ledger, 7.1)) == ([2, 1], [])


def test_a_file_that_changed_nothing_was_applied_and_a_preview_was_not(ledger):
    for number in (1, 2):
        passed(ledger, number, f"r{number}")
        plan(ledger, f"r{number}", {}, number=number)
    ledger.deliveries.record_outcomes(
        "findity", "r1", pd.DataFrame(columns=["person", "employee_id", "action", "outcome", "reason", "landed"]), OutcomeFacts()
    )
    assert numbers(ledger) == [1]


@pytest.mark.parametrize(("action", "facts"), [("hold", {}), ("update", {"whole": False}), ("update", {"idle": True})])
def test_a_file_of_which_all_was_held_or_that_was_for_some_people_was_not_applied(ledger, lease, action, facts):
    passed(ledger, 1, "r1")
    plan(ledger, "r1", {"1": (action, "email")}, **facts)
    answered(ledger, lease, "r1", _1="accepted")
    assert numbers(ledger) == []


def test_a_release_brings_everyone_to_the_file_that_another_run_took_in(ledger, lease):
    passed(ledger, 1, "earlier", rows=7)
    plan(ledger, "release", {"1": ("update", "email")}, number=1)
    answered(ledger, lease, "release", _1="accepted")
    assert [file.rows for file in ledger.week.files()] == [7]
