"""Where Expensify's own account of a feed is not what was planned."""

import pytest

from destinations.expensify import replies as agreement
from tests.unit.roster.frames import texts

FIELDS = ("action", "employeeEmail", "managerEmail", "policyID", "additionalPolicyIDs", "shouldRemoveFromUnassignedPolicies")


def records(*rows):
    usual = {"action": "create", "managerEmail": "boss@x", "policyID": "P1"}
    return texts([{**usual, **row} for row in rows], FIELDS)


def reply(count, add=None, remove=None, skipped=()):
    return {"updated_count": count, "diff_to_add": add or {}, "diff_to_remove": remove or {}, "skipped": list(skipped)}


def disagreements(feed, replies, *, invites=False, again=False):
    return agreement.disagreements(feed, replies, again, invites=invites)


ANN = {"employeeEmail": "Ann@x"}
LEAVER = {"action": "deactivate", "employeeEmail": "bob@x"}


def test_an_account_of_exactly_what_was_planned_is_agreement():
    assert disagreements(records(ANN, LEAVER), [reply(2, {"P1": ["ann@X"]}, {"P1": ["Bob@x"]})]) == []


def test_replies_to_several_requests_count_together():
    assert disagreements(records(ANN, LEAVER), [reply(1), reply(1, remove={"P1": ["bob@x"]})]) == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (reply(1, {"P1": ["boss@x"]}), "1 additions are managers"),
        (reply(1, {"P9": ["ann@x"]}), "1 additions to policies are not in the plan"),
        (reply(1, {"P1": ["zoe@x"]}), "1 additions to policies are not in the plan"),
        (reply(1, remove={"P1": ["ann@x"]}), "1 removals from policies are not in the plan"),
        (reply(3), "counts 3 updated people, the plan has 1"),
        (reply(1, skipped=[("zoe@x", "no"), ("", "no")]), "1 people whom Expensify skipped have an address that was not sent"),
    ],
)
def test_whatever_else_it_says_is_told_in_numbers_and_without_addresses(answer, said):
    (sentence,) = disagreements(records(ANN), [answer])
    assert said in sentence
    assert "@" not in sentence


def test_managers_whom_expensify_was_asked_to_invite_are_no_disagreement():
    assert disagreements(records(ANN), [reply(1, {"P1": ["boss@x"]})], invites=True) == []


def test_a_planned_removal_that_it_does_not_mention_is_told_unless_the_person_was_skipped():
    assert "1 planned removals" in disagreements(records(LEAVER), [reply(1)])[0]
    assert disagreements(records(LEAVER), [reply(0, skipped=[("BOB@x ", "no")])]) == []


def test_someone_in_several_policies_is_one_person():
    assert disagreements(records(LEAVER, {**LEAVER, "policyID": "P2"}), [reply(1, remove={"P1": ["bob@x"], "P2": ["bob@x"]})]) == []


def test_further_policies_are_in_the_plan():
    assert disagreements(records({**ANN, "additionalPolicyIDs": '["P2"]'}), [reply(1, {"P1": ["ann@x"], "P2": ["ann@x"]})]) == []


def test_a_removal_that_the_record_asked_for_is_in_the_plan():
    asking = records({**ANN, "shouldRemoveFromUnassignedPolicies": "true"})
    assert disagreements(asking, [reply(1, remove={"P7": ["ann@x"]})]) == []


def test_without_a_count_or_a_reply_there_is_nothing_to_compare():
    assert disagreements(records(ANN), [reply(None)]) == []
    assert disagreements(records(ANN), []) == []
    assert disagreements(records()[["action", "employeeEmail", "managerEmail", "policyID"]], [reply(0)]) == []


def test_true_report_a_removal_that_a_killed_attempt_was_told_of_is_not_missed_in_the_next_ones_answer():
    feed, answer = records(ANN, LEAVER), [reply(2, {"P1": ["ann@x"]})]
    assert disagreements(feed, answer) == ["1 planned removals are not in Expensify's answer"]
    assert disagreements(feed, answer, again=True) == []
