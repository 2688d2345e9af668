from datetime import UTC, date, datetime

import pandas as pd
import pytest
import sqlalchemy as sa

from resources.failures import Permanent
from resources.ledger import tables
from resources.ledger.plans import PEOPLE
from roster.plan.decision import CHANGE_COLUMNS
from roster.plan.facts import PlanFacts


def take(ledger, content, root_run_id, as_of=date(2024, 3, 1)):
    return ledger.intakes.take(content, "hr.csv", 10, modified=datetime.now(UTC), dated=None, as_of=as_of, root_run_id=root_run_id)


def bring(ledger, number, dated=None, *, run="run", everyone=True):
    ledger.applied.refuse_older("expensify", number, dated, run)
    with ledger.leases.hold("run") as lease:
        ledger.applied.mark("expensify", number, dated, run, lease, everyone=everyone)


def plan(ledger, run, number, root_run_id, as_of=None):
    empty = pd.DataFrame(columns=list(dict.fromkeys([*PEOPLE, *CHANGE_COLUMNS])))
    passed = {"accounting_passed": True, "gate_passed": True}
    ledger.plans.save(
        "expensify",
        run,
        root_run_id=root_run_id,
        facts=PlanFacts(number=number, as_of=as_of),
        digest="d",
        **passed,
        people=empty,
        changes=empty,
    )


def let_older(over):
    """What the gate keeps where somebody let an older file pass."""
    return {"accepted": {"checks": ["older"], "by": "kim", "reason": "HR sent a wrong year", "over": {"expensify": over}}}


def test_each_distinct_content_gets_the_next_number(ledger):
    assert [take(ledger, content, "r").number for content in ("a", "b", "a", "c")] == [1, 2, 1, 3]


def test_a_content_taken_by_another_run_before_is_known(ledger):
    first, again = take(ledger, "a", "r1"), take(ledger, "a", "r2")
    assert (first.seen_before, again.seen_before) == (False, True)
    assert again.first_seen == first.first_seen


def test_rerun_a_re_execution_keeps_the_day_of_its_root_run(ledger):
    take(ledger, "a", "r1", date(2024, 3, 1))
    assert take(ledger, "a", "r1", date(2024, 3, 2)).as_of == date(2024, 3, 1)


def test_a_new_run_with_known_content_has_its_own_day(ledger):
    take(ledger, "a", "r1", date(2024, 3, 1))
    assert take(ledger, "a", "r2", date(2024, 3, 2)).as_of == date(2024, 3, 2)


def test_days_in_a_row_on_which_one_content_was_taken_are_counted(ledger):
    def nights(content, run, day):
        return take(ledger, content, run, date(2024, 3, day)).nights

    assert [nights("a", "r1", 1), nights("a", "r2", 1), nights("a", "r3", 2), nights("a", "r4", 5)] == [1, 1, 2, 3]
    assert [nights("b", "r5", 5), nights("a", "r6", 6), nights("a", "r7", 7)] == [1, 1, 2]


def test_processes_that_race_for_numbers_get_different_ones(url, ledger, processes):
    code = """
import os
ledger = Ledger.open(sys.argv[1], "acme")
for count in range(20):
    name = f"{os.getpid()} {count}"
    print(ledger.intakes.take(name, "f", 1, modified=None, dated=None, as_of=date(2024, 3, 1), root_run_id=name).number)
"""
    numbers = [int(line) for ended in processes(code, url) for line in ended.stdout.split()]
    assert sorted(numbers) == list(range(1, 41))


def test_rerun_what_a_root_run_took_first_is_known_of_its_re_executions(ledger):
    assert [take(ledger, content, "r1").taken_first for content in ("a", "b", "a")] == [True, False, True]
    assert take(ledger, "b", "r2").taken_first


def test_the_gate_compares_with_the_file_that_everyone_was_last_brought_to(ledger):
    assert ledger.intakes.baseline() is None
    ledger.intakes.record_gate(1, "r1", True, {"rows": 100})
    assert ledger.intakes.baseline() is None
    bring(ledger, 1)
    assert ledger.intakes.baseline().rows == 100
    ledger.intakes.record_gate(2, "r2", True, {"rows": 60})
    bring(ledger, 2, everyone=False)
    ledger.intakes.record_gate(3, "r3", False, {"rows": 3})
    assert ledger.intakes.baseline().rows == 100
    assert ledger.applied.of("expensify").number == 2


def test_the_gate_compares_with_what_it_said_of_a_file_in_the_run_that_applied_it(ledger):
    for root, rows in (("own", 100), ("another", 60)):
        ledger.intakes.record_gate(1, root, True, {"rows": rows})
    plan(ledger, "p", 1, "own")
    bring(ledger, 1, run="p")
    assert ledger.intakes.baseline().rows == 100
    plan(ledger, "a release", 1, "a release")
    bring(ledger, 1, run="a release")
    assert ledger.intakes.baseline().rows == 60


def test_rerun_the_newest_verdict_of_a_root_run_counts(ledger):
    ledger.intakes.record_gate(1, "r1", False, {"rows": 3})
    ledger.intakes.record_gate(2, "r1", True, {"rows": 100})
    gate = ledger.intakes.gate("r1")
    assert (gate.number, gate.passed) == (2, True)
    assert ledger.intakes.gate("r2") is None


def test_quiet_rejects_are_kept_without_the_offending_value_and_give_way_to_the_corrected_file(ledger):
    rejects = pd.DataFrame(
        {"line": [3, 9], "employee_id": ["7", None], "column": ["email", "employee_id"], "source": ["Mail", "No"]}
        | {"code": ["bad_email", "empty"], "message": ["m1", "m2"], "value": ["secret@", ""]}
    )
    ledger.intakes.record_rejects(1, "r1", rejects, {"used": 5, "rejected": 2})
    pd.testing.assert_frame_equal(ledger.intakes.rejects("r1"), rejects.drop(columns="value"))
    ledger.intakes.record_rejects(2, "r1", rejects[:1], {"used": 6, "rejected": 1})
    assert ledger.intakes.rejects("r1")["line"].tolist() == [3]
    assert ledger.intakes.disposition_counts("r1") == {"used": 6, "rejected": 1}


def test_nothing_is_applied_before_the_first_write(ledger):
    assert ledger.applied.of("expensify") is None
    ledger.applied.refuse_older("expensify", 1, None, "run")


def test_rerun_a_plan_for_an_earlier_day_than_the_last_applied_is_refused_unless_somebody_let_it_pass(ledger):
    plan(ledger, "r5", 5, "r5", date(2026, 11, 20))
    bring(ledger, 5, run="r5")
    plan(ledger, "run", 5, "run", date(2026, 11, 19))
    assert ledger.applied.of("expensify").as_of == date(2026, 11, 20)
    for day in (20, 21):
        ledger.applied.refuse_older("expensify", 5, None, "run", date(2026, 11, day))
    with pytest.raises(Permanent, match=r"2026-11-19 counts as today, which is before 2026-11-20.*Nothing was written"):
        ledger.applied.refuse_older("expensify", 5, None, "run", date(2026, 11, 19))
    ledger.applied.refuse_older("findity", 5, None, "run", date(2026, 11, 19))
    let = {"checks": ["as_of"], "by": "kim", "reason": "the clock was wrong", "over": {}, "days": {"expensify": "2026-11-20"}}
    ledger.intakes.record_gate(5, "run", True, {"accepted": let})
    ledger.applied.refuse_older("expensify", 5, None, "run", date(2026, 11, 19))
    plan(ledger, "r6", 5, "r6", date(2026, 11, 21))
    bring(ledger, 5, run="r6")  # let pass over one day, and over no later one
    with pytest.raises(Permanent, match="before 2026-11-21"):
        ledger.applied.refuse_older("expensify", 5, None, "run", date(2026, 11, 19))
    assert ledger.applied.of("findity") is None


def test_rerun_a_lower_number_than_the_last_applied_is_refused(ledger):
    bring(ledger, 5)
    bring(ledger, 5)
    bring(ledger, 6)
    with pytest.raises(Permanent, match=r"Intake 5 is older.*accept: \[older\]"):
        ledger.applied.refuse_older("expensify", 5, None, "run")
    ledger.applied.refuse_older("findity", 5, None, "run")


def test_rerun_an_older_day_is_refused_even_if_the_file_was_seen_later(ledger):
    bring(ledger, 5, date(2024, 3, 2))
    with pytest.raises(Permanent, match="2024-03-01, is before 2024-03-02"):
        ledger.applied.refuse_older("expensify", 6, date(2024, 3, 1), "run")


def test_rerun_a_file_without_a_day_does_not_wipe_out_the_last_day(ledger):
    bring(ledger, 5, date(2024, 3, 2))
    bring(ledger, 6)
    with pytest.raises(Permanent):
        ledger.applied.refuse_older("expensify", 7, date(2024, 3, 1), "run")


def test_an_older_export_that_somebody_let_pass_is_then_what_the_next_is_compared_with(ledger):
    bring(ledger, 5, date(2099, 1, 1))
    ledger.intakes.record_gate(4, "r4", True, let_older(over=5))
    bring(ledger, 4, date(2024, 3, 1))
    ledger.applied.refuse_older("expensify", 6, date(2024, 3, 2), "run")
    assert ledger.applied.of("expensify").dated == date(2024, 3, 1)
    with ledger.engine.connect() as connection:
        [kept] = connection.execute(sa.select(tables.accepted_older))
    assert (kept.number, kept.last_number, kept.accepted_by, kept.reason) == (4, 5, "kim", "HR sent a wrong year")


def test_rerun_an_older_export_goes_over_no_newer_one_than_it_was_let_pass_over(ledger):
    bring(ledger, 5)
    ledger.intakes.record_gate(4, "r4", True, let_older(over=5))
    bring(ledger, 6)
    with pytest.raises(Permanent, match="Intake 4 is older"):
        ledger.applied.refuse_older("expensify", 4, None, "run")
