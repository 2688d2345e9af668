"""Of values that few people have, most may not change at once, however few that is of everybody."""

import json

import pandas as pd
import pytest

from destinations.expensify.settings import ExpensifyFeed
from destinations.findity.settings import FindityUsers
from roster.plan import few
from roster.plan.limits import Limits
from roster.reports.reasons import REASONS
from roster.vocabulary import KINDS
from tests.unit.roster.frames import Night, acknowledged, decided, let_go, member, members, person, roster, sent, user, users

ANY_NUMBER = {"count": 50, "share": 1}
LIMITS = {
    "limits": Limits.model_validate({kind: ANY_NUMBER for kind in KINDS if kind not in ("self_approval", "stranger", "deletion")}).by_kind(
        first=False
    )
}
FEED = ExpensifyFeed(policyID="extra_policy", approvalLimit="approval_limit", overLimitApprover="over_limit_approver", role="role")
OTHERS = [str(n) for n in range(30, 60)]
HAVE = [str(n) for n in range(1, 10)]


def night(limits, before=None):
    """People of whom those named have an approval limit now, or had one when Expensify was last written."""
    had = limits if before is None else before

    def everyone(amounts):
        over = dict.fromkeys(amounts, "30")
        return roster(*(person(n, approval_limit=amounts.get(n), over_limit_approver=over.get(n)) for n in [*HAVE, *OTHERS]))

    there = members(*(member(n) for n in [*HAVE, *OTHERS]))
    told = Night(everyone(had), feed=FEED).expensify(there)[1]
    return Night(everyone(limits), acknowledged=told, circumstances=LIMITS, feed=FEED), there


def limits_of(numbers, amount):
    return dict.fromkeys(numbers, amount)


def test_no_surprise_five_approval_limits_a_hundred_times_as_high_among_nine_are_held():
    before = limits_of(HAVE, "100")
    now, there = night({**before, **limits_of(HAVE[:5], "10000")}, before)
    plan = now.expensify(there)[0]
    assert {who: told for who, told in decided(plan).items() if told != "none"} == dict.fromkeys(HAVE[:5], ("hold", "most_of_few"))
    assert set(plan.people["detail"].dropna()) == {"limit: of 9 who have one, 5 would get another"}
    assert plan.figures[["kind", "moved", "having", "held"]].to_numpy().tolist() == [["limit", 5, 9, 5]]
    assert {record["person"] for record in sent(let_go(plan))} == set(HAVE[:5])


def of_the_week(field, *numbers):
    return {"had": pd.DataFrame({"employee_id": list(numbers), "field": field}, dtype="str")}


def test_no_surprise_who_got_another_in_seven_days_counts_with_those_of_today():
    before = limits_of(HAVE[:6], "100")
    now, there = night({**before, "3": "10000"}, before)
    now.circumstances = {**LIMITS, **of_the_week("approvalLimit", "1", "2", "2")}
    plan = now.expensify(there)[0]
    assert decided(plan)["3"] == ("hold", "most_of_few")
    assert set(plan.people["detail"].dropna()) == {"limit: of 6 who have one, 1 would get another, as 2 did in seven days"}
    assert plan.figures[["moved", "having", "held"]].to_numpy().tolist() == [[3, 6, 1]]
    assert plan.had == {"approvalLimit": ["3"]}
    for others in (["1"], ["1", "3"], ["1", "gone"]):
        now.circumstances = {**LIMITS, **of_the_week("approvalLimit", *others)}
        assert decided(now.expensify(there)[0])["3"] == "update"
    now.circumstances = {**LIMITS, **of_the_week("overLimitApprover", "1", "2")}
    assert decided(now.expensify(there)[0])["3"] == "update"
    now, there = night({**before, "9": "100"}, before)  # a first value moves nobody's
    now.circumstances = {**LIMITS, **of_the_week("approvalLimit", *HAVE[:6])}
    assert decided(now.expensify(there)[0])["9"] == "update"


def test_no_surprise_who_lost_a_right_in_seven_days_had_it():
    numbers = [*HAVE, *OTHERS]
    there = members(*(member(n, role="auditor" if n == "3" else "user") for n in numbers))
    known = acknowledged(*((n, f"{n}@acme.example", True) for n in numbers))
    now = Night(roster(*(person(n, role="user") for n in numbers)), acknowledged=known, feed=FEED, circumstances=LIMITS)
    assert decided(now.expensify(there)[0])["3"] == "update"
    now.circumstances = {**LIMITS, **of_the_week("role", "1", "2")}
    plan = now.expensify(there)[0]
    assert decided(plan)["3"] == ("hold", "most_of_few")
    assert {record["person"] for record in sent(let_go(plan))} == {"3"}


@pytest.mark.parametrize("count", [1, 2, 4])
def test_fewer_than_half_or_than_three_pass(count):
    before = limits_of(HAVE[:9] if count == 4 else HAVE[:count], "100")
    now, there = night({**before, **limits_of(HAVE[:count], "10000")}, before)
    assert [told for told in decided(now.expensify(there)[0]).values() if told != "none"] == ["update"] * count


def test_first_values_are_no_such_change_and_do_not_count_as_had():
    now, there = night(limits_of(HAVE, "100"), {})
    assert {told for told in decided(now.expensify(there)[0]).values() if told != "none"} == {"update"}
    before = limits_of(HAVE[:2], "100")
    now, there = night({**limits_of(HAVE, "7"), **limits_of(HAVE[:2], "10000")}, before)
    plan = now.expensify(there)[0]
    assert {told for told in decided(plan).values() if told != "none"} == {"update"}


def test_whose_value_hr_no_longer_gives_still_has_it():
    before = limits_of(HAVE, "100")
    now, there = night(limits_of(HAVE[:4], "10000"), before)
    assert {told for told in decided(now.expensify(there)[0]).values() if told != "none"} == {"update"}


def test_an_approver_whose_own_address_changes_is_no_other_approver():
    before = limits_of(HAVE[:5], "100")
    now, there = night(before)
    now.people.loc[now.people["employee_id"].eq("30"), "email"] = "new.30@acme.example"
    told = decided(now.expensify(there)[0])
    assert {told[number] for number in [*HAVE[:5], "30"]} == {"update"}


def at_findity(before, now, shown):
    """Three of thirty-odd people have a bank account, which a reply shows or leaves out."""
    rules = FindityUsers(bankAccount={"IBAN": "bank_account"})
    numbers = [*HAVE, *OTHERS]
    read = [
        user(n, **({"bankAccount": json.dumps({"IBAN": before[n]}, separators=(",", ":"))} if shown and n in before else {}))
        for n in numbers
    ]
    past = Night(roster(*(person(n, bank_account=before.get(n)) for n in numbers)), users=rules)
    told = past.findity(users(*read))[1]
    people = roster(*(person(n, bank_account=now.get(n)) for n in numbers))
    return Night(people, acknowledged=told, users=rules, circumstances=LIMITS).findity(users(*read))[0]


@pytest.mark.parametrize("shown", [True, False])
def test_no_surprise_three_bank_accounts_exchanged_among_three_are_held(shown):
    before = {"1": "SE1", "2": "SE2", "3": "SE3"}
    plan = at_findity(before, {"1": "SE2", "2": "SE3", "3": "SE1"}, shown)
    assert {decided(plan)[number] for number in "123"} == {("hold", "most_of_few")}
    assert decided(at_findity(before, {**before, "1": "SE2", "2": "SE1"}, shown))["1"] == "update"
    seven = {str(n): f"SE{n}" for n in range(1, 8)}
    assert decided(at_findity(seven, {**seven, "1": "SE2", "2": "SE3", "3": "SE1"}, shown))["1"] == "update"
    first = {**before, "4": "SE4", "5": "SE5", "6": "SE6"}
    assert decided(at_findity(before, first, shown))["4"] == "update"


def test_no_surprise_of_roles_those_beyond_the_commonest_one_are_few():
    numbers = [*HAVE, *OTHERS]
    there = members(*(member(n, role="auditor" if n in HAVE[:3] else "user") for n in numbers))
    known = acknowledged(*((n, f"{n}@acme.example", True) for n in numbers))
    people = roster(*(person(n, role="user") for n in numbers))
    plan = Night(people, acknowledged=known, feed=FEED, circumstances=LIMITS).expensify(there)[0]
    assert {decided(plan)[number] for number in HAVE[:3]} == {("hold", "most_of_few")}
    people = roster(*(person(n, role="auditor" if n in HAVE[:6] else "user") for n in numbers))
    told = decided(Night(people, acknowledged=known, feed=FEED, circumstances=LIMITS).expensify(there)[0])
    assert {told[number] for number in HAVE[3:6]} == {"update"}


def test_what_everybody_has_is_asked_by_the_share_of_everybody_alone():
    numbers = [*HAVE, *OTHERS]
    there = members(*(member(n, submitsTo="2@acme.example") for n in HAVE))
    people = roster(*(person(n, manager_id="1") for n in HAVE))
    known = acknowledged(*((n, f"{n}@acme.example", True) for n in numbers))
    told = decided(Night(people, acknowledged=known, circumstances=LIMITS).expensify(there)[0])
    assert "most_of_few" not in {one[1] for one in told.values() if one[0] == "hold"}


def test_no_surprise_a_second_policy_that_few_have_is_asked():
    numbers = [*HAVE, *OTHERS]
    both = [member(n, policy=policy) for n in HAVE[:4] for policy in ("P1", "P2")]
    there = members(*both, *(member(n) for n in numbers if n not in HAVE[:4]))
    people = roster(*(person(n, extra_more="P3" if n in HAVE[:3] else "P2" if n == HAVE[3] else None) for n in numbers))
    known = acknowledged(*((n, f"{n}@acme.example", True) for n in numbers))
    plan = Night(people, acknowledged=known, circumstances=LIMITS).expensify(there)[0]
    assert {decided(plan)[number] for number in HAVE[:3]} == {("hold", "most_of_few")}


def test_half_and_three_is_most():
    found = {(moved, having) for having in range(1, 12) for moved in range(1, having + 1) if few.is_most(moved, having)}
    assert (3, 6) in found and (3, 7) not in found and (2, 2) not in found and (3, 3) in found
    assert "most_of_few" in REASONS
