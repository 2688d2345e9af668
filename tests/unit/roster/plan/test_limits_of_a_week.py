"""What was written in the seven days before counts too, kind by kind and by person."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.plan.decision import PEOPLE_COLUMNS
from roster.plan.facts import PlanFacts
from roster.plan.limits import Against, KindLimit, Limits, figures, hold_over
from roster.reports.held import against, beyond
from tests.unit.roster.frames import Night, acknowledged, decided, let_go, member, members, person, roster, sent, texts


def people(*rows):
    """Each row: person, action, kinds."""
    cells = [dict(zip(("person", "action", "kinds"), row, strict=True)) for row in rows]
    return texts([{**row, "employee_id": row["person"]} for row in cells], PEOPLE_COLUMNS)


def leavers(*numbers):
    return people(*((number, "deactivate", "leave") for number in numbers))


def written(*rows):
    """Each row: person, kinds."""
    return pd.DataFrame(list(rows), columns=["person", "kinds"], dtype="str")


def of(count, per_week=3.0):
    return KindLimit(count=count, share=0, per_week=per_week)


def over(frame, limits, *week):
    return hold_over(frame, Against(limits, 0, written(*week)))


def test_no_surprise_a_kind_beyond_its_limit_of_a_week_is_held_whole_and_says_how_much_is_used():
    before = [(str(n), "leave") for n in range(9)]
    after = over(pd.concat([leavers("20", "21"), people(("22", "create", "join"))]), {"leave": of(3), "join": of(3)}, *before)
    assert after["action"].tolist() == ["hold", "hold", "create"]
    assert after["reason"].tolist()[:2] == ["week_limit"] * 2
    assert set(after["detail"].dropna()) == {"leave: 2 planned, 9 of the 9 that may in seven days were written"}
    assert set(over(leavers("20", "21"), {"leave": of(3)}, *before[:7])["action"]) == {"deactivate"}


def test_somebody_who_was_written_twice_or_is_written_again_counts_once():
    week = [*((str(n), "leave") for n in range(8)), *((str(n), "leave") for n in range(8))]
    assert set(over(leavers("0", "1", "8"), {"leave": of(3)}, *week)["action"]) == {"deactivate"}
    assert set(over(leavers("0", "8", "9"), {"leave": of(3)}, *week)["reason"]) == {"week_limit"}


def test_someone_of_several_kinds_counts_for_each_and_other_kinds_do_not_count():
    week = [("1", "email|manager"), ("2", "manager")]
    assert set(over(people(("3", "update", "email")), {"email": of(1, 2)}, *week)["action"]) == {"update"}
    assert set(over(people(("3", "update", "manager")), {"manager": of(1, 2)}, *week)["reason"]) == {"week_limit"}


def test_more_than_a_run_may_is_told_as_that():
    after = over(leavers("1", "2"), {"leave": of(1)}, ("8", "leave"), ("9", "leave"))
    assert (set(after["reason"]), set(after["detail"])) == ({"limit"}, {"leave: 2 planned, 1 allowed"})


SOME = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(["leave", "email", "email|manager", "manager"])), max_size=9)


@given(planned=SOME, week=SOME, count=st.integers(0, 3), per_week=st.sampled_from([1.0, 1.5, 3.0]))
def test_no_surprise_never_do_more_people_of_a_kind_change_in_a_week_than_may(planned, week, count, per_week):
    frame = people(*((who, "update", kinds) for who, kinds in dict(planned).items()))
    after = over(frame, {kind: of(count, per_week) for kind in ("leave", "email", "manager")}, *week)
    going = list(after.loc[after["action"].eq("update"), ["person", "kinds"]].itertuples(index=False, name=None))
    for kind in ("leave", "email", "manager"):
        now, before = ({who for who, kinds in rows if kind in kinds.split("|")} for rows in (going, week))
        assert len(now) <= count
        assert not now or len(now | before) <= int(per_week * count)


def test_a_kind_without_a_limit_has_none_for_a_week_either():
    week = [(str(n), "join") for n in range(50)]
    limits = Limits().by_kind(first=True)
    assert set(over(people(*((f"N{n}", "create", "join") for n in range(50))), limits, *week)["action"]) == {"create"}


@pytest.mark.parametrize(
    ("given", "most"),
    [
        ({}, 9),
        ({"per_week": 2}, 6),
        ({"leave": {"count": 4, "share": 0}, "per_week": 1.5}, 6),
        ({"leave": {"count": 3, "share": 0, "per_week": 4}}, 12),
        ({"leave": {"count": 3, "share": 0, "per_week": 4}, "per_week": 2}, 12),
    ],
)
def test_a_week_has_three_times_a_runs_allowance_unless_settings_say_more_or_less(given, most):
    assert Limits.model_validate(given).by_kind(first=False)["leave"].most_in_a_week(20) == most


@pytest.mark.parametrize("given", [{"per_week": 0.5}, {"leave": {"count": 3, "share": 0, "per_week": 0}}])
def test_a_week_never_has_less_than_a_run(given):
    with pytest.raises(ValueError, match="per_week"):
        Limits.model_validate(given)


def test_the_figures_and_the_pages_say_what_is_used_and_which_limit_it_is():
    limits, week = {"leave": of(3)}, written(*((str(n), "leave") for n in range(8)), ("7", "leave"))
    after = hold_over(leavers("20", "21"), Against(limits, 0, week))
    told = figures(after, Against(limits, 0, week))
    assert told[["planned", "allowed", "written", "per_week", "held"]].to_numpy().tolist() == [[2, 3, 8, 9, 2]]
    assert beyond(told) == ["leave: 2 planned, 8 of the 9 that may in seven days were written"]
    assert against(told).to_numpy().tolist() == [["leave", 2, 3, "8 of 9", "", 2]]
    kept = PlanFacts.from_json(PlanFacts(limits=told).to_json()).limits
    assert beyond(kept) == beyond(told)
    assert against(kept).to_numpy().tolist() == against(told).to_numpy().tolist()


def test_figures_of_an_earlier_version_are_told_as_they_were():
    kept = PlanFacts.from_json({"limits": [{"kind": "leave", "planned": 3, "allowed": 1, "held": 3}]}).limits
    assert beyond(kept) == ["leave: 3 planned, 1 allowed"]
    assert against(kept).to_numpy().tolist() == [["leave", 3, 1, "", "", 3]]
    open_ = PlanFacts.from_json({"limits": [{"kind": "join", "planned": 3, "allowed": None, "held": 0}]}).limits
    assert beyond(open_) == []


@pytest.fixture
def drip():
    """Two of eight leave, one of whom approves for another; six have left in the seven days before, where six may."""
    rows = [person(str(n), manager_id="0") for n in range(1, 8)]
    rows[2] = person("3", manager_id="1")
    for n in (0, 1):
        rows[n] = person(str(n + 1), employment="left")
    week = written(*((f"9{n}", "leave") for n in range(6)))
    return Night(
        roster(person("0"), *rows),
        acknowledged=acknowledged(*((str(n), f"{n}@acme.example", True) for n in range(8))),
        circumstances={"limits": {"leave": of(2)}, "week": week},
    ), members(*(member(str(n), submitsTo="1@acme.example" if n == 3 else "0@acme.example") for n in range(8)))


def test_no_surprise_whoever_is_moved_only_because_a_manager_leaves_waits_with_them(drip):
    night, there = drip
    plan = night.expensify(there)[0]
    held = {person: told for person, told in decided(plan).items() if told[0] == "hold"}
    assert held["1"] == held["2"] == ("hold", "week_limit")
    night.circumstances["week"] = written()
    assert decided(night.expensify(there)[0])["1"] == "deactivate"


def test_a_release_lets_go_of_what_the_weeks_limit_holds(drip):
    night, there = drip
    plan = night.expensify(there)[0]
    assert {record["person"] for record in sent(let_go(plan))} >= {"1", "2"}
