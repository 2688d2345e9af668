"""The two sums: nobody is planned twice, left out, sent unplanned or left without an outcome."""

import pandas as pd
import pytest

from roster import accounting
from roster.plan.decision import Plan
from roster.plan.outcomes import outcomes
from tests.unit.roster.frames import Night, acknowledged, member, members, person, roster, texts

NONE = pd.Series(dtype="str")
ROWS = ("line", "disposition")


def rows(*pairs):
    return texts([dict(zip(ROWS, pair, strict=True)) for pair in pairs], ROWS, line="int64")


def test_accounting_every_row_of_the_file_has_one_disposition():
    assert accounting.of_rows(rows((2, "used"), (3, "rejected"), (4, "superseded"), (5, "out_of_scope")), 4) == []
    assert accounting.of_rows(rows(), 0) == []


@pytest.mark.parametrize(
    ("dispositions", "count", "fault"),
    [
        (rows((2, "used")), 2, "the file has 2 rows, 1 have a disposition"),
        (rows((2, "used"), (2, "rejected")), 2, "1 rows have more than one disposition"),
        (rows((2, "lost")), 1, "1 rows have a disposition that does not exist"),
    ],
)
def test_accounting_a_row_that_is_lost_or_counted_twice_is_told(dispositions, count, fault):
    assert accounting.of_rows(dispositions, count) == [fault]


@pytest.fixture
def plan():
    night = Night(roster(person("1"), person("2", employment="left")), absent_means="leaver")
    night.acknowledged = acknowledged(("3", "3@acme.example", True))
    night.circumstances = {"unreadable_reject": True}
    return night.expensify(members(member("2"), member("3"), member("9")))[0]


PEOPLE = roster(person("1"), person("2", employment="left"))
ACCOUNTS = pd.Series(["2@acme.example", "3@acme.example", "9@acme.example"], dtype="str")


def test_accounting_a_plan_with_everyone_once_adds_up_with_what_it_holds(plan):
    assert accounting.before_write(plan, PEOPLE, ACCOUNTS) == []
    assert accounting.before_write(Plan(plan.people.head(0), plan.changes.head(0), plan.records.head(0)), roster(), NONE) == []


def altered(plan, people=None, records=None):
    return Plan(plan.people if people is None else people, plan.changes, plan.records if records is None else records)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda plan: altered(plan, people=pd.concat([plan.people, plan.people.head(1)])), "1 people are planned twice"),
        (lambda plan: altered(plan, people=plan.people.replace({"action": {"create": "invent"}})), "action that does not exist"),
        (lambda plan: altered(plan, people=plan.people[plan.people["person"] != "1"]), "1 people of the roster are not in the plan"),
        (lambda plan: altered(plan, people=plan.people[plan.people["person"] != "3"]), "1 accounts of the destination are not in the plan"),
        (
            lambda plan: altered(plan, people=plan.people.replace({"account": {"3@acme.example": "2@acme.example"}})),
            "1 accounts are planned",
        ),
        (lambda plan: altered(plan, records=plan.records.head(0)), "2 people have an action without a record"),
        (lambda plan: altered(plan, records=plan.records.assign(apply=True)), "1 people have an action without a record, or a record"),
    ],
    ids=["twice", "unknown action", "left out", "account left out", "account twice", "no record", "held and sent"],
)
def test_accounting_a_plan_that_does_not_add_up_is_told_in_numbers(plan, change, fault):
    assert fault in "; ".join(accounting.before_write(change(plan), PEOPLE, ACCOUNTS))


def test_accounting_after_the_write_everyone_has_one_outcome_that_their_action_allows(plan):
    answers = texts([{"person": "1", "status": "accepted"}], ("person", "status", "reason"))
    table = outcomes(plan, answers, NONE)
    assert accounting.after_write(plan, table) == []
    assert "4 people were planned, 3 have an outcome" in accounting.after_write(plan, table[1:])
    assert accounting.after_write(plan, pd.concat([table, table.head(1)])) != []
    wrong = table.assign(outcome=table["outcome"].replace("held", "created"))
    assert accounting.after_write(plan, wrong) == ["1 people have an outcome that their action does not allow"]


def test_accounting_nobody_who_was_to_be_written_ends_unchanged_or_skipped_without_another_run_having_done_it(plan):
    table = outcomes(plan, texts([{"person": "1", "status": "accepted"}], ("person", "status", "reason")), NONE)
    for outcome in ("unchanged", "skipped"):
        one = table.assign(outcome=table["outcome"].mask(table["person"].eq("1"), outcome))
        assert accounting.after_write(plan, one) == ["1 people have an outcome that their action does not allow"]
