"""Who approves is there and is not to be read tonight: whoever is known to approve for somebody who keeps them stays until they can go."""

import pytest

from roster.plan.limits import Limits
from tests.unit.roster.frames import Night, decided, member, members, person, roster, user, users
from tests.unit.roster.nights import at_expensify, at_findity

BOSS, LEAVER, OTHER = person("1"), person("2", manager_id="1"), person("4", manager_id="2")
KEPT = ("hold", "depends_on_held")
NO_MOVES = {"limits": Limits.model_validate({"manager": {"count": 0, "share": 0}, "leave": {"count": 9, "share": 1}}).by_kind(first=False)}


def night_after(brought_in, *rows, rejected=(), **circumstances):
    """The night after these three were brought in, of which 2 is not in the file any more."""
    before = Night(roster(BOSS, LEAVER, OTHER))
    brought_in(before)
    return Night(
        roster(BOSS, *rows), rejected=list(rejected), acknowledged=before.acknowledged, absent_means="leaver", circumstances=circumstances
    )


def from_expensify(**cells):
    """The leaver's plan there, where the member 4 is shown with these cells."""

    def plan(*rows, **how):
        night = night_after(lambda before: at_expensify(before, members()), *rows, **how)
        four = [] if cells.get("email") == "" else [member("4", **{"submitsTo": "2@acme.example", **cells})]
        there = members(member("1"), member("2", submitsTo="1@acme.example"), *four)
        return decided(night.expensify(there.assign(submitsToNobody=there["employeeID"].map({"4": cells.get("nobody")}).astype("str")))[0])

    return plan


def from_findity(two=(), **cells):
    """The leaver's plan there, where the users 2 and 4 are shown with these cells."""

    def plan(*rows, **how):
        night = night_after(lambda before: at_findity(before, users()), *rows, **how)
        four = [] if cells.get("email") == "" else [user("4", **{"approverIds": '["p2"]', **cells})]
        return decided(night.findity(users(user("1"), user("2", **{"approverIds": '["p1"]', **dict(two)}), *four))[0])

    return plan


NOT_SHOWN = {
    "no address": from_expensify(submitsTo=None),
    "what is no address": from_expensify(submitsTo="The Boss"),
    "no member": from_expensify(email=""),
    "no list": from_findity(approverIds=None),
    "an id that no user has": from_findity(two={"personId": None}),
    "an id that two users have": from_findity(two={"personId": "p1"}, approverIds='["p1"]'),
    "no user": from_findity(email=""),
}


@pytest.mark.parametrize("shown", NOT_SHOWN)
def test_approver_a_leaver_stays_for_whom_the_ledger_knows_to_report_to_them_and_whose_row_was_rejected(shown):
    assert NOT_SHOWN[shown](rejected=["4"])["2"] == KEPT


@pytest.mark.parametrize("shown", NOT_SHOWN)
def test_approver_a_leaver_stays_while_the_move_to_another_approver_is_held(shown):
    if shown not in ("no member", "no user"):
        assert NOT_SHOWN[shown](OTHER, **NO_MOVES)["2"] == KEPT


@pytest.mark.parametrize("shown", NOT_SHOWN)
def test_a_leaver_leaves_where_whoever_reports_to_them_moves_in_the_same_plan(shown):
    assert NOT_SHOWN[shown](OTHER)["2"] == "deactivate"


@pytest.mark.parametrize(
    "plan", [from_expensify(submitsTo=None, nobody="true"), from_findity(approverIds="[]"), from_findity(approverIds='["p1"]')]
)
def test_a_leaver_leaves_where_it_is_shown_that_nobody_or_another_one_approves(plan):
    assert plan(rejected=["4"])["2"] == "deactivate"


@pytest.mark.parametrize("plan", [from_expensify(submitsTo=None), from_findity(approverIds=None)])
def test_a_leaver_leaves_whom_nobody_that_is_not_shown_is_known_to_report_to(plan):
    before = person("4", manager_id="1")
    night = plan(before, rejected=["5"])
    assert night["2"] == "deactivate"


@pytest.mark.parametrize("leave", ["left", "on leave"])
def test_approver_whoever_comes_after_a_manager_who_cannot_approve_stays_for_whom_reports_to_that_one(leave):
    between = person("3", manager_id="2", employment="leave" if leave == "on leave" else "active")
    before = Night(roster(BOSS, LEAVER, between, person("4", manager_id="3")))
    at_findity(before, users())
    people = roster(BOSS, between) if leave == "on leave" else roster(BOSS)
    night = Night(people, rejected=["4"], acknowledged=before.acknowledged, absent_means="leaver")
    there = [user("3", approverIds='["p2"]', active=leave == "on leave"), user("4", approverIds=None)]
    assert decided(night.findity(users(user("1"), user("2", approverIds='["p1"]'), *there))[0])["2"] == KEPT


def test_managers_in_a_circle_who_are_not_there_keep_nobody():
    before = Night(roster(BOSS, LEAVER, person("3", manager_id="5"), person("5", manager_id="3"), person("4", manager_id="3")))
    at_findity(before, users())
    night = Night(roster(BOSS), rejected=["4"], acknowledged=before.acknowledged, absent_means="leaver")
    there = users(user("1"), user("2", approverIds='["p1"]'), user("4", approverIds=None))
    assert decided(night.findity(there)[0])["2"] == "deactivate"
