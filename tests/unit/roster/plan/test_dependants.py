"""What waits for whom: no approver who is not there, nobody left behind, and nothing else held."""

import json

import pytest
from hypothesis import given, settings

from destinations.expensify.settings import ExpensifyFeed
from roster.plan.decision import PEOPLE_COLUMNS
from roster.plan.dependants import NEEDS, held_with
from roster.plan.limits import KindLimit
from tests.soak import EXAMPLES
from tests.unit.roster.frames import Night, acknowledged, decided, member, members, person, recalled, roster, sent, texts, user, users
from tests.unit.roster.nights import sent_to_expensify, sent_to_findity
from tests.unit.roster.plan.test_limits import nights

NONE = KindLimit(count=0, share=0)
WAITS = ("hold", "depends_on_held")
OVER = ("hold", "limit")


def people(**actions):
    rows = [{"person": number[1:], "action": action} for number, action in actions.items()]
    frame = texts(rows, PEOPLE_COLUMNS)
    return frame.assign(reason=frame["reason"].mask(frame["action"].eq("hold"), "limit"))


def needs(*rows):
    return texts([dict(zip(NEEDS, (*row, True)[:3], strict=True)) for row in rows], NEEDS, always="bool")


def at(limits, *rows, **more):
    return Night(roster(*rows), circumstances={"limits": dict.fromkeys(limits, NONE)}, **more)


# Following needs


def test_what_needs_something_held_is_held_at_any_depth_and_says_so():
    after = held_with(people(p1="hold", p2="create", p3="create", p4="update", p5="update"), needs("21", "32", "43"))
    assert after["action"].tolist() == ["hold", "hold", "hold", "hold", "update"]
    assert after["intended"].dropna().tolist() == ["create", "create", "update"]
    assert set(after["reason"].dropna()) == {"limit", "depends_on_held"}
    assert after["detail"].notna().sum() == 3


def test_what_is_not_written_for_any_reason_is_no_help_to_who_needs_it():
    assert held_with(people(p1="skip", p2="deactivate"), needs("21"))["action"].tolist() == ["skip", "hold"]
    assert held_with(people(p1="none", p2="deactivate"), needs("21"))["action"].tolist() == ["none", "hold"]


def test_two_who_need_each_other_go_together_or_not_at_all():
    pair = needs("12", "21")
    assert held_with(people(p1="update", p2="deactivate"), pair)["action"].tolist() == ["update", "deactivate"]
    assert held_with(people(p1="hold", p2="deactivate"), pair)["action"].tolist() == ["hold", "hold"]


def test_a_need_of_doubt_holds_only_while_a_limit_does():
    only_in_doubt = needs(("2", "1", False))
    assert held_with(people(p1="hold", p2="update"), only_in_doubt)["action"].tolist() == ["hold", "hold"]
    assert held_with(people(p1="none", p2="update"), only_in_doubt)["action"].tolist() == ["none", "update"]


def test_without_needs_nothing_is_held_and_nobody_unknown_matters():
    before = people(p1="create", p2="hold")
    assert held_with(before, needs())["action"].tolist() == ["create", "hold"]
    assert held_with(before, needs("19", "91"))["action"].tolist() == ["create", "hold"]


# A new approver who is held


def test_approver_nobody_is_given_a_joiner_who_is_held():
    rows = person("1"), person("2", manager_id="1", start_date="2020-01-01"), person("3")
    night = at(["join"], *rows)
    plan, _ = night.expensify(members(member("2"), member("3")))
    assert decided(plan) == {"1": OVER, "2": WAITS, "3": "update"}
    plan, _ = night.findity(users(user("2"), user("3", firstName="Old")))
    assert decided(plan) == {"1": OVER, "2": WAITS, "3": "update"}


def test_approver_nobody_is_given_a_rejoiner_who_is_held():
    night = at(["rejoin"], person("1"), person("2", manager_id="1"), acknowledged=acknowledged(("1", "1@acme.example", False)))
    assert decided(night.expensify(members(member("2")))[0]) == {"1": OVER, "2": WAITS}
    night.acknowledged = acknowledged(("1", "1", False))
    assert decided(night.findity(users(user("1", active=False), user("2")))[0]) == {"1": OVER, "2": WAITS}


def test_approver_a_joiner_waits_for_the_joiner_above_them_whoever_else_is_there_already():
    night = at(["rejoin"], person("1"), person("2", manager_id="1"), person("3", manager_id="2"))
    night.acknowledged = acknowledged(("1", "1", False))
    assert decided(night.findity(users(user("1", active=False)))[0]) == {"1": OVER, "2": WAITS, "3": WAITS}


def test_at_expensify_nobody_is_written_an_approvers_address_that_they_do_not_have_yet():
    night = at(["email"], person("1", email="new@acme.example"), person("2", manager_id="1"), person("3"))
    night.acknowledged = recalled(night.people, n1="1@acme.example")
    there = members(member("1"), member("2", submitsTo="1@acme.example"), member("3"))
    plan, _ = night.expensify(there)
    assert decided(plan) == {"1": OVER, "2": WAITS, "3": "update"}
    night.circumstances = {}
    assert decided(night.expensify(there)[0])["2"] == "update"


@pytest.mark.parametrize("field", ["approvesTo", "overLimitApprover"])
def test_at_expensify_the_other_approvers_of_a_record_count_too(field):
    rules = ExpensifyFeed(policyID="extra_policy", approvalLimit="approval_limit", **{field: "over_limit_approver"})
    if field == "approvesTo":
        rules = rules.model_copy(update={"approvalLimit": None})
    night = at(["join"], person("1"), person("2", over_limit_approver="1", approval_limit="5"), feed=rules)
    assert decided(night.expensify(members(member("2")))[0]) == {"1": OVER, "2": WAITS}


def test_at_findity_an_approver_whose_address_is_held_is_there_all_the_same():
    night = at(["email"], person("1", email="new@acme.example"), person("2", manager_id="1"))
    assert decided(night.findity(users(user("1"), user("2")))[0]) == {"1": OVER, "2": "update"}


def test_whoever_keeps_a_held_approver_that_they_have_is_not_held():
    night = at(["email"], person("1", email="new@acme.example"), person("2", manager_id="1", first_name="New"))
    assert decided(night.findity(users(user("1"), user("2", approverIds='["p1"]')))[0]) == {"1": OVER, "2": "update"}


# Who goes


REPORTS = [member("2", submitsTo="1@acme.example"), member("3", submitsTo="1@acme.example")]


def goes(limits, **more):
    """1 leaves; 2 is given to 9 by HR, 3 still has 1 as manager and goes to 9 by rule."""
    rows = person("1", employment="left", manager_id="9"), person("2", manager_id="9"), person("3", manager_id="1"), person("9")
    return at(limits, *rows, **more)


def both(night):
    there = members(member("1", submitsTo="9@acme.example"), *REPORTS, member("9"))
    plans = [night.expensify(there)[0]]
    reports = [user(number, approverIds='["p1"]') for number in "23"]
    plans.append(night.findity(users(user("1", approverIds='["p9"]'), *reports, user("9", firstName="Old")))[0])
    return [decided(plan) for plan in plans]


def test_who_leaves_goes_with_the_move_of_their_reports():
    for plan in both(goes([])):
        assert plan == {"1": "deactivate", "2": "update", "3": "update", "9": "update"}


def test_approver_nobody_goes_while_the_move_of_their_reports_is_held():
    for plan in both(goes(["manager"])):
        assert plan == {"1": WAITS, "2": OVER, "3": OVER, "9": "update"}


def test_while_it_is_in_doubt_who_leaves_only_who_is_moved_by_hr_is_moved():
    for plan in both(goes(["leave"])):
        assert plan == {"1": OVER, "2": "update", "3": WAITS, "9": "update"}


def test_approver_nobody_goes_while_somebodys_rejected_row_keeps_them_with_that_person():
    night = goes([], rejected=["3"])
    night.people = night.people[night.people["employee_id"].ne("3")]
    for plan in both(night):
        assert plan["1"] == WAITS
        assert plan["3"] == ("skip", "row_rejected")
        assert plan["2"] == "update"


def test_approver_a_run_for_some_people_lets_nobody_go_whose_reports_it_leaves_alone():
    night = goes([])
    night.circumstances = {"only": frozenset({"1", "2"})}
    for plan in both(night):
        assert (plan["1"], plan["2"], plan["3"]) == (WAITS, "update", ("none", "not_selected"))
    night.circumstances = {"only": frozenset({"1", "2", "3"})}
    for plan in both(night):
        assert plan["1"] == "deactivate"


def test_approver_a_run_for_some_people_gives_nobody_an_approver_who_is_still_to_come():
    night = at([], person("1"), person("2", manager_id="1"))
    night.circumstances = {"only": frozenset({"2"})}
    assert decided(night.findity(users(user("2")))[0]) == {"1": ("none", "not_selected"), "2": WAITS}


def test_approver_nobody_goes_whose_address_and_reports_are_given_to_somebody_who_is_held():
    gone = person("1", employment="left", email=None)
    heir, report = person("4", email="1@acme.example", manager_id="9"), person("2", manager_id="4")
    there = [member("1"), member("2", submitsTo="1@acme.example"), member("9")]
    plan = decided(at([], gone, report, heir, person("9")).expensify(members(*there))[0])
    assert (plan["1"], plan["4"]) == (WAITS, ("hold", "conflict"))
    moved = person("2", manager_id="9")
    assert decided(at([], gone, moved, heir, person("9")).expensify(members(*there))[0])["1"] == "deactivate"


def test_a_leaver_above_a_leaver_waits_for_nobody():
    night = at([], person("1", employment="left"), person("2", employment="left", manager_id="1"))
    assert set(decided(night.expensify(members(member("1"), member("2", submitsTo="1@acme.example")))[0]).values()) == {"deactivate"}
    assert set(decided(night.findity(users(user("1"), user("2", approverIds='["p1"]')))[0]).values()) == {"deactivate"}


def test_strangers_and_people_out_of_scope_keep_nobody_from_leaving():
    rows = person("1", employment="left"), person("2", in_scope=False, manager_id="1")
    under = [member("2", submitsTo="1@acme.example"), member("77", "x@x.example", submitsTo="1@acme.example")]
    assert decided(at([], *rows).expensify(members(member("1"), *under))[0])["1"] == "deactivate"
    under = [user("2", approverIds='["p1"]'), user("77", approverIds='["p1"]')]
    assert decided(at([], *rows).findity(users(user("1"), *under))[0])["1"] == "deactivate"


def test_a_person_to_whom_the_leaver_was_never_approver_is_moved_as_ever():
    night = at(["leave"], person("1", employment="left"), person("2", manager_id="9"), person("9"))
    assert decided(night.findity(users(user("1"), user("2"), user("9")))[0])["2"] == "update"


# Whatever is held


def inactive_approvers(there, ours):
    """Our active people at Findity with an approver there who is not active."""
    active = dict(zip(there["personId"], there["active"], strict=True))
    rows = there[there["active"] & there["externalSourceId"].isin(ours)]
    told = zip(rows["externalSourceId"], rows["approverIds"].dropna(), strict=True)
    return {number for number, names in told if not all(active.get(name, True) for name in json.loads(names))}


@settings(max_examples=EXAMPLES)
@given(nights())
def test_approver_whatever_is_held_at_findity_nobody_is_left_with_an_approver_who_goes(drawn):
    night, _, there, _ = drawn
    night.acknowledged = night.acknowledged.assign(account=night.acknowledged["employee_id"])
    plan, _ = night.findity(there)
    after = sent_to_findity(there, plan)
    ours = set(night.people.loc[night.people["employment"].eq("active"), "employee_id"]) | set(night.rejected)
    assert inactive_approvers(after, ours) <= inactive_approvers(there, ours)
    everyone = set(after["externalSourceId"])
    assert all(set(json.loads(record.get("approverIds", "[]"))) <= everyone for record in sent(plan))


@settings(max_examples=EXAMPLES)
@given(nights())
def test_approver_whatever_is_held_at_expensify_nobody_is_written_or_left_with_one_who_is_not_there(drawn):
    night, there, _, _ = drawn
    plan, _ = night.expensify(there)
    after = sent_to_expensify(there, plan)
    here = set(after["email"].str.lower())
    kept = [record for record in sent(plan) if record["action"] != "deactivate"]
    assert {record["managerEmail"].lower() for record in kept} <= here
    # In a policy that is no longer theirs, they are left as they are.
    policy = night.people.loc[night.people["employment"].eq("active")].set_index("employee_id")["extra_policy"]
    rejected = after["employeeID"].isin(night.rejected)
    ours = after[rejected | after["policyID"].eq(after["employeeID"].map(policy))]
    gone = there.loc[~there["employeeID"].isin(after["employeeID"]), "email"]
    assert not set(ours["submitsTo"].str.lower()) & set(gone.str.lower())
