"""What became of everyone: intended from the plan, accepted from the answers, landed from reading back."""

import pandas as pd
import pytest

from roster import accounting
from roster.plan.decision import Plan
from roster.plan.outcomes import OUTCOME_COLUMNS, numbers, outcomes
from tests.unit.roster.frames import Night, acknowledged, member, members, person, roster, stored_plan, texts

NOBODY = pd.Series(dtype="str")


def answers(*rows):
    columns = ("person", "status", "reason")
    return texts([dict(zip(columns, (*row, None)[:3], strict=True)) for row in rows], columns)


@pytest.fixture
def plan():
    """1 joins, 2 moves, 3 leaves, 4 comes back, 5 changes their name only, 6 waits, 7 is out of scope, 8 is as they should be."""
    night = Night(
        roster(
            person("1"), person("2", manager_id="1"), person("3", employment="left"), person("4"), person("5"),
            person("6", email="nine@x"), person("7", in_scope=False), person("8"),
        ),
        acknowledged=acknowledged(("4", "4@acme.example", False)),
    )  # fmt: skip
    there = members(*(member(number) for number in "23578"), member("9", "nine@x"))
    _, told = night.expensify(there)
    night.acknowledged = pd.concat([night.acknowledged, told[told["employee_id"].isin(["2", "8"])]], ignore_index=True)
    made, _ = night.expensify(there)
    return made


def fates(plan, given, differing=NOBODY):
    table = outcomes(plan, given, pd.Series(differing, dtype="str"))
    assert table.columns.tolist() == list(OUTCOME_COLUMNS)
    blank = table.astype(object).where(table.notna(), None)
    return {row.person: (row.outcome, row.reason, row.landed) for row in blank.itertuples()}


ALL = answers(*((number, "accepted") for number in "12345"))


def test_what_was_accepted_and_is_seen_has_landed(plan):
    assert fates(plan, ALL) == {
        "1": ("created", None, "landed"),
        "2": ("updated", None, "landed"),
        "3": ("deactivated", None, "landed"),
        "4": ("reactivated", None, "landed"),
        "5": ("updated", None, "not visible"),
        "6": ("held", "conflict", None),
        "7": ("skipped", "out_of_scope", None),
        "8": ("unchanged", None, None),
    }


def test_true_report_what_was_accepted_but_is_read_back_otherwise_is_missing(plan):
    fate = fates(plan, ALL, ["1", "3", "8"])
    assert fate["1"] == ("created", "not_seen_yet", "missing")
    assert fate["3"] == ("deactivated", "not_seen_yet", "missing")
    assert fate["8"] == ("unchanged", None, None)


def test_true_report_fields_that_nothing_shows_are_never_counted_as_landed(plan):
    assert fates(plan, ALL, ["5"])["5"] == ("updated", None, "not visible")


def test_a_refusal_gives_the_destinations_reason():
    night = Night(roster(person("1")))
    made, _ = night.expensify(members())
    table = outcomes(made, answers(("1", "refused", "No policy found")), pd.Series(["1"], dtype="str"))
    assert table[["outcome", "reason", "detail"]].values.tolist() == [["refused", "refused", "No policy found"]]
    assert table["landed"].isna().all()


def test_true_report_what_is_there_although_it_was_refused_has_landed(plan):
    given = answers(("1", "refused", "500"), ("2", "refused", "500"), ("5", "refused", "500"))
    fate = fates(plan, given, ["2"])
    assert fate["1"] == ("created", None, "landed")
    assert fate["2"] == ("refused", "refused", None)
    assert fate["5"] == ("refused", "refused", None)


def test_a_lost_answer_is_settled_by_what_is_seen_and_else_stays_unknown(plan):
    given = answers(("1", "unknown", "no answer came"), ("2", "unknown"), ("5", "unknown"))
    fate = fates(plan, given, ["2"])
    assert fate["1"] == ("created", None, "landed")
    assert fate["2"] == ("unknown", "unanswered", None)
    assert fate["5"] == ("unknown", "unanswered", None)


def test_what_was_planned_and_never_sent_is_unknown_and_says_so(plan):
    assert fates(plan, answers())["1"] == ("unknown", "not_sent", None)


def test_what_a_destination_left_out_of_an_accepted_person_is_the_reason(plan):
    given = answers(("1", "accepted", "no_approver_there"))
    assert fates(plan, given, ["1"])["1"] == ("created", "no_approver_there", "missing")


def test_the_numbers_are_of_people_and_none_is_taken_from_what_was_sent(plan):
    given = answers(("1", "accepted"), ("2", "unknown"), ("3", "refused", "no"), ("5", "accepted"))
    table = outcomes(plan, given, pd.Series(["1", "3"], dtype="str"))
    assert numbers(plan, table, given) == {
        "intended": 5, "accepted": 2, "landed": 1, "not_visible": 1, "missing": 1, "refused": 1, "unknown": 1, "held": 1,
    }  # fmt: skip


def test_a_plan_from_storage_and_an_empty_one_have_outcomes_too(plan):
    assert fates(stored_plan(plan), ALL) == fates(plan, ALL)
    nothing = Plan(plan.people.head(0), plan.changes.head(0), plan.records.head(0))
    assert outcomes(stored_plan(nothing), answers(), NOBODY).empty
    assert set(numbers(nothing, outcomes(nothing, answers(), NOBODY), answers()).values()) == {0}


def test_true_report_what_another_run_did_meanwhile_is_no_change_of_this_one_and_is_there(plan):
    given = answers(("1", "done", "done_meanwhile"), ("5", "done", "done_meanwhile"), *((number, "accepted") for number in "234"))
    fate = fates(plan, given)
    assert fate["1"] == ("unchanged", "done_meanwhile", "landed")
    assert fate["5"] == ("unchanged", "done_meanwhile", "not visible")
    assert fates(plan, given, ["1"])["1"] == ("unchanged", "done_meanwhile", "missing")
    assert accounting.after_write(plan, outcomes(plan, given, NOBODY)) == []
    count = numbers(plan, outcomes(plan, given, NOBODY), given)
    assert (count["intended"], count["accepted"], count["landed"], count["not_visible"], count["unknown"]) == (5, 3, 4, 1, 0)


@pytest.mark.parametrize("differing", [[], ["2"]], ids=["looks the same", "looks different"])
def test_true_report_what_another_run_made_otherwise_meanwhile_is_skipped_and_never_landed(plan, differing):
    given = answers(("2", "stale", "stale"), *((number, "accepted") for number in "1345"))
    assert fates(plan, given, differing)["2"] == ("skipped", "stale", None)
    table = outcomes(plan, given, pd.Series(differing, dtype="str"))
    assert accounting.after_write(plan, table) == []
    count = numbers(plan, table, given)
    assert (count["intended"], count["accepted"], count["landed"], count["not_visible"], count["missing"]) == (5, 4, 3, 1, 0)
