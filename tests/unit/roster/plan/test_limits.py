"""How many people may change at once, kind by kind, and what becomes of those of a kind that goes beyond."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roster import accounting
from roster.plan.decision import PEOPLE_COLUMNS
from roster.plan.limits import FIGURES, Against, KindLimit, Limits, base_of, figures, hold_over
from roster.vocabulary import KINDS, WRITES
from tests.soak import EXAMPLES
from tests.unit.roster.frames import Night, acknowledged, decided, member, members, person, roster, sent, stored_plan, texts, user, users

CENSUS = ("person", "employee_id", "account", "matched_by", "standing", "present", "acknowledged")


def people(*rows):
    """Each row: person, action, kinds, reason."""
    cells = [dict(zip(("person", "action", "kinds", "reason"), row, strict=False)) for row in rows]
    return texts([{**row, "employee_id": row["person"]} for row in cells], PEOPLE_COLUMNS)


def held(frame):
    return dict(frame.loc[frame["action"].eq("hold"), ["person", "detail"]].itertuples(index=False))


def of(count, share=0.0):
    return KindLimit(count=count, share=share)


def over(frame, limits, base, **more):
    return hold_over(frame, Against(limits, base, **more))


def test_no_surprise_a_kind_beyond_its_limit_is_held_whole_and_the_rest_goes_ahead():
    before = people(("1", "update", "email"), ("2", "update", "email"), ("3", "update", "unit"), ("4", "create", "join"), ("5", "none"))
    after = over(before, {"email": of(1), "unit": of(1), "join": of(1)}, 100)
    assert after["action"].tolist() == ["hold", "hold", "update", "create", "none"]
    assert after["intended"].dropna().tolist() == ["update", "update"]
    assert set(after.loc[after["action"].eq("hold"), "reason"]) == {"limit"}
    assert held(after) == dict.fromkeys("12", "email: 2 planned, 1 allowed")


def test_exactly_as_many_as_are_allowed_pass():
    before = people(("1", "update", "role"), ("2", "update", "role"))
    assert held(over(before, {"role": of(2)}, 0)) == {}
    assert held(over(before, {"role": of(0, 0.02)}, 100)) == {}
    assert set(held(over(before, {"role": of(0, 0.02)}, 99))) == {"1", "2"}


def test_someone_of_several_kinds_waits_for_the_one_that_goes_beyond_and_counts_for_each():
    before = people(("1", "update", "email|manager"), ("2", "update", "manager"), ("3", "update", "email"))
    assert set(held(over(before, {"manager": of(1), "email": of(2)}, 0))) == {"1", "2"}
    told = held(over(before, {"manager": of(1), "email": of(1)}, 0))
    assert told["1"] == "email: 2 planned, 1 allowed; manager: 2 planned, 1 allowed"


def test_whoever_is_held_for_another_reason_is_not_counted():
    before = people(("1", "hold", "leave", "reject_without_number"), ("2", "deactivate", "leave"))
    assert over(before, {"leave": of(1)}, 0)["reason"].tolist()[0] == "reject_without_number"
    assert set(held(over(before, {"leave": of(1)}, 0))) == {"1"}


def test_a_kind_without_a_limit_is_never_held():
    assert held(over(people(*((str(n), "update", "other") for n in range(50))), {}, 1)) == {}


def test_the_figures_say_how_many_were_planned_may_be_and_are_held():
    limits = {"email": of(1), "unit": of(5)}
    after = over(people(("1", "update", "email"), ("2", "update", "email|unit"), ("3", "create", "join")), limits, 100)
    told = figures(after, Against(limits, 100)).astype(object)
    told = told.where(told.notna(), None).set_index("kind")
    assert told[["planned", "allowed", "held"]].reset_index().to_numpy().tolist() == [
        ["email", 2, 1, 2],
        ["unit", 1, 5, 1],
        ["join", 1, None, 0],
    ]
    assert told["beyond"].tolist() == ["email: 2 planned, 1 allowed", None, None]
    assert told["per_week"].tolist() == [3, 15, None]
    assert list(told.reset_index().columns) == list(FIGURES)
    assert figures(people(), Against(limits, 0)).empty


def test_a_share_is_one_of_hrs_people_in_scope_who_are_there_now():
    rows = [
        ("wanted", True),
        ("wanted", False),
        ("left", True),
        ("absent", True),
        ("rejected", True),
        ("out_of_scope", True),
        ("disputed", True),
    ]
    cells = [{"person": str(n), "employee_id": str(n), "standing": standing, "present": there} for n, (standing, there) in enumerate(rows)]
    stranger = {"person": "~1", "standing": "stranger", "present": True}
    assert base_of(texts([*cells, stranger], CENSUS, present="bool", acknowledged="bool")) == 4


def test_no_surprise_a_file_that_makes_many_leave_does_not_lower_or_raise_what_may_leave():
    everyone = [person(str(n)) for n in range(100)]
    there = members(*(member(str(n)) for n in range(100)))
    known = acknowledged(*((str(n), f"{n}@acme.example", True) for n in range(100)))
    night = Night(roster(*everyone[:95]), absent_means="leaver", acknowledged=known, circumstances={"limits": {"leave": of(0, 0.05)}})
    assert "hold" not in night.expensify(there)[0].counts()
    night.people = roster(*everyone[:94], *(person(f"N{n}") for n in range(500)))
    assert night.expensify(there)[0].counts()["hold"] == 6


# The defaults


def allowed(kind, base):
    return Limits().by_kind(first=False)[kind].most(base)


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [
        ("join", (10, 10, 100, 1000)),
        ("leave", (3, 3, 30, 300)),
        ("rejoin", (5, 5, 40, 400)),
        ("email", (5, 5, 40, 400)),
        ("manager", (10, 20, 200, 2000)),
        ("role", (3, 3, 20, 200)),
        ("policy", (10, 10, 100, 1000)),
        ("unit", (10, 20, 200, 2000)),
        ("limit", (5, 5, 40, 400)),
        ("bank_account", (3, 3, 10, 100)),
        ("other", (10, 50, 500, 5000)),
    ],
)
def test_the_defaults_are_those_of_the_guide(kind, numbers):
    assert tuple(allowed(kind, base) for base in (20, 200, 2000, 20_000)) == numbers


def test_every_kind_of_change_has_a_limit_unless_settings_say_more():
    assert set(Limits.model_fields) - {"per_week", "things", "things_removed"} == set(KINDS) == set(Limits().by_kind(first=False))
    one = Limits.model_validate({"leave": {"count": 50, "share": 0.5}})
    assert (one.leave.most(20), one.role) == (50, Limits().role)


def test_only_joiners_of_a_first_sync_have_no_limit():
    assert set(KINDS) - set(Limits().by_kind(first=True)) == {"join"}


# Whatever changes


@st.composite
def nights(draw):
    """Any changes of up to eight people, and any limits."""
    one_of = st.sampled_from
    rows, there, users_there, known = [], [], [], []
    for number in map(str, range(8)):
        state = draw(one_of(["joins", "stays", "stays", "leaves", "absent", "rejoins", "rejected"]))
        known_address = draw(one_of([f"{number}@acme.example", f"old.{number}@acme.example"]))
        boss = draw(one_of([None, *map(str, range(8))]))
        if state not in ("absent", "rejected"):
            rows.append(
                person(
                    number,
                    employment="left" if state == "leaves" else "active",
                    manager_id=boss,
                    role=draw(one_of([None, "user", "admin"])),
                    extra_policy=draw(one_of(["P1", "P2"])),
                )
            )
        if state != "joins":
            above = draw(one_of([number, *map(str, range(8))]))
            there.append(member(number, known_address, submitsTo=f"{above}@acme.example")) if state != "rejoins" else None
            users_there.append(user(number, email=known_address, active=state != "rejoins", approverIds=f'["p{above}"]'))
            known.append((number, known_address, state != "rejoins", state == "rejected"))
    limits = {kind: of(draw(st.integers(0, 4))) for kind in draw(st.lists(one_of(KINDS), unique=True, min_size=3))}
    night = Night(
        roster(*rows),
        absent_means="leaver",
        acknowledged=acknowledged(*(row[:3] for row in known)),
        rejected=[number for number, *_, rejected in known if rejected],
        circumstances={"limits": limits},
    )
    return night, members(*there), users(*users_there), limits


@settings(max_examples=EXAMPLES)
@given(nights())
def test_no_surprise_never_are_more_people_of_a_kind_applied_than_may_be(drawn):
    night, there, users_there, limits = drawn
    by_account = night.acknowledged
    plans = [night.expensify(there)[0]]
    night.acknowledged = by_account.assign(account=by_account["employee_id"])
    plans.append(night.findity(users_there)[0])
    for plan in plans:
        applied = plan.people[plan.people["action"].isin(WRITES)]
        counts = applied["kinds"].dropna().str.split("|").explode().value_counts()
        assert all(counts.get(kind, 0) <= limit.most(0) for kind, limit in limits.items())
        written = {record["person"] for record in sent(plan)}
        assert written == set(applied["person"])
        assert not written & {record["person"] for record in sent(plan, applied=False)}
        assert stored_plan(plan).digest() == plan.digest()
        assert accounting.before_write(plan, night.people, plan.people["account"].dropna()) == []
        assert decided(plan).keys() >= set(night.people["employee_id"])
        needs = plan.needs[plan.needs["always"]]
        assert set(needs.loc[needs["person"].isin(written), "on"]) <= written
