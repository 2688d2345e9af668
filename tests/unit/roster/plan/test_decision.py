"""One action for everyone, what is held, and what a release lets go."""

import json
from datetime import date

import pandas as pd
import pytest

from roster.plan.decision import AbsentPeople, Circumstances, Plan, decide, from_stored, to_stored
from roster.plan.facts import DryRunReply, PlanFacts
from roster.plan.limits import FIGURES
from roster.vocabulary import ACTIONS
from tests.unit.roster.frames import Night, acknowledged, decided, let_go, member, members, person, roster, sent, stored_plan, texts

CENSUS = ("person", "employee_id", "account", "matched_by", "standing", "present", "acknowledged")


def row(standing, account="a", present=True, known=False, matched="number", number="1"):
    return dict(zip(CENSUS, (number or "~1", number, account, matched, standing, present, known), strict=True))


def decision(*rows, desired=("1",), changes=(), faults=(), **circumstances):
    census = texts(rows, CENSUS, present="bool", acknowledged="bool")
    people = decide(
        census,
        pd.Series(list(desired), dtype="str"),
        texts([{"employee_id": number, "kind": kind} for number, kind in changes], ("employee_id", "kind")),
        texts([{"employee_id": number, "reason": reason} for number, reason in faults], ("employee_id", "reason")),
        Circumstances(**{"absent_means": "unchanged", **circumstances}),
        unaddressed=census["account"].str.startswith("id:", na=False),
    )
    return people.astype(object).where(people.notna(), None)


def action(*rows, **more):
    (made,) = decision(*rows, **more).itertuples()
    return made.action, made.intended, made.reason


NO = {"account": None, "present": False, "matched": None}
CHANGED = {"changes": [("1", "email")]}
CONFLICT = {"matched": "conflict"}


@pytest.mark.parametrize(
    ("person", "more", "expected"),
    [
        (row("wanted", **NO), {}, ("create", None, None)),
        (row("wanted", **NO, known=True), {}, ("reactivate", None, None)),
        (row("wanted", present=False), {}, ("reactivate", None, None)),
        (row("wanted"), CHANGED, ("update", None, None)),
        (row("wanted"), {}, ("none", None, None)),
        (row("wanted"), {"desired": []}, ("skip", None, "no_record")),
        (row("wanted"), {"desired": [], "faults": [("1", "no_policy")]}, ("skip", None, "no_policy")),
        (row("wanted", **CONFLICT), CHANGED, ("hold", "update", "conflict")),
        (row("wanted", account=None, present=False, **CONFLICT), {}, ("hold", "update", "conflict")),
        (row("wanted", account="id:7"), CHANGED, ("hold", "update", "no_external_id")),
        (row("wanted", account="id:7"), {}, ("none", None, None)),
        (row("left"), {}, ("deactivate", None, None)),
        (row("left", present=False), {}, ("none", None, "left")),
        (row("left", **CONFLICT), {}, ("hold", "deactivate", "conflict")),
        (row("left", account="id:7"), {}, ("hold", "deactivate", "no_external_id")),
        (row("left", account="id:7", present=False), {}, ("none", None, "left")),
        (row("pending"), {}, ("skip", None, "not_started")),
        (row("out_of_scope", **CONFLICT), {}, ("skip", None, "out_of_scope")),
        (row("rejected", **CONFLICT), {}, ("skip", None, "row_rejected")),
        (row("rejected"), {"leavers_rejected": frozenset({"1"})}, ("skip", None, "still_has_access")),
        (row("rejected", present=False), {"leavers_rejected": frozenset({"1"})}, ("skip", None, "row_rejected")),
        (row("rejected"), {"leavers_rejected": frozenset({"2"})}, ("skip", None, "row_rejected")),
        (row("absent"), {}, ("skip", None, "absent")),
        (row("absent"), {"absent_means": "leaver"}, ("deactivate", None, None)),
        (row("absent", account="id:7"), {"absent_means": "leaver"}, ("hold", "deactivate", "no_external_id")),
        (row("absent", present=False), {"absent_means": "leaver"}, ("none", None, "left")),
        (row("absent", present=False), {"absent_means": "error"}, ("none", None, "left")),
        (row("absent"), {"absent_means": "leaver", "unreadable_reject": True}, ("hold", "deactivate", "reject_without_number")),
        (row("left"), {"unreadable_reject": True}, ("deactivate", None, None)),
        (row("disputed", number=None, matched=None), {}, ("skip", None, "conflict")),
        (row("stranger", number=None, matched=None), {"absent_means": "leaver"}, ("skip", None, "not_in_hr")),
        (row("absent"), {"absent_means": "leaver", "only": frozenset({"1"})}, ("skip", None, "absent")),
        (row("absent"), {"absent_means": "error", "only": frozenset({"1"})}, ("skip", None, "absent")),
        (row("left"), {"only": frozenset({"1"})}, ("deactivate", None, None)),
        (row("left"), {"only": frozenset({"2"})}, ("none", None, "not_selected")),
        (row("left"), {"only": frozenset()}, ("none", None, "not_selected")),
        (row("wanted", **NO), {"hold_all": True}, ("hold", "create", "first_sync")),
        (row("wanted", **CONFLICT), {"hold_all": True}, ("hold", "update", "conflict")),
        (row("wanted"), {"hold_all": True}, ("none", None, None)),
    ],
)
def test_each_person_has_one_action_and_a_reason_where_nothing_happens(person, more, expected):
    assert action(person, **more) == expected


def test_no_surprise_absence_that_is_an_error_stops_with_a_number_and_no_names():
    with pytest.raises(AbsentPeople, match="^2 known people") as failure:  # noqa: RUF043
        decision(row("absent"), row("absent", number="2"), absent_means="error")
    assert "'1'" not in str(failure.value)


def test_the_kinds_are_those_of_the_changes_or_what_happens_to_the_person():
    kinds = [("1", "unit"), ("1", "email"), ("1", "unit"), ("2", "email"), ("3", "role")]
    people = decision(
        row("wanted"), row("left", number="2"), row("wanted", number="3", present=False),
        row("wanted", number="4", **NO), row("pending", number="5"),
        desired=list("1234"), changes=kinds,
    )  # fmt: skip
    assert people["kinds"].tolist() == ["email|unit", "leave", "rejoin", "join", None]


def test_nobody_needs_no_decision():
    assert decision(desired=[]).empty


# What is held


@pytest.fixture
def night():
    """1 joins, 2 left, 3 is absent, 4 is doubtful."""
    return Night(
        roster(person("1"), person("2", employment="left"), person("4", email="nine@x")),
        absent_means="leaver",
        acknowledged=acknowledged(("3", "3@acme.example", True)),
    )


THERE = members(member("2"), member("3"), member("9", "nine@x"))


def test_no_surprise_a_first_sync_holds_every_write_and_a_release_lets_go_of_all_but_the_doubtful(night):
    free = night.expensify(THERE)[0]
    night.circumstances = {"hold_all": True}
    held = night.expensify(THERE)[0]
    assert held.holds_everything() and not free.holds_everything()
    assert sent(held) == []
    let_free = let_go(held)
    assert sent(let_free) == sent(free)
    assert decided(let_free)["4"] == ("hold", "conflict")
    assert let_free.counts() == {"hold": 1, "create": 1, "deactivate": 2}


def test_no_surprise_a_release_of_part_writes_nothing_else(night):
    night.circumstances = {"unreadable_reject": True}
    held = night.expensify(THERE)[0]
    assert {record["person"] for record in sent(held)} == {"1", "2"}
    let_free = let_go(held)
    assert decided(let_free) == {
        "1": ("none", "not_selected"), "2": ("none", "not_selected"), "3": "deactivate", "4": ("hold", "conflict"),
    }  # fmt: skip
    assert {record["person"] for record in sent(let_free)} == {"3"}
    assert set(let_free.changes.loc[let_free.changes["apply"], "person"]) == {"3"}
    assert stored_plan(let_free).digest() == let_free.digest()


def test_the_digest_of_what_is_held_is_that_set_and_no_other(night):
    night.circumstances = {"unreadable_reject": True}
    held = night.expensify(THERE)[0]
    night.people = roster(person("1", first_name="Other"), person("2", employment="left"), person("4", email="nine@x"))
    assert night.expensify(THERE)[0].held_digest() == held.held_digest()
    assert night.expensify(THERE)[0].digest() != held.digest()
    more = night.expensify(members(*THERE.to_dict("records"), member("3", policy="P2")))[0]
    assert more.held_digest() != held.held_digest()
    night.circumstances = {}
    night.people = roster(person("1"))
    assert night.expensify(THERE)[0].held_digest() is None


@pytest.mark.parametrize("part", ["action", "intended", "reason"])
def test_a_digest_changes_with_what_is_decided_and_with_what_is_sent(night, part):
    plan = night.expensify(THERE)[0]
    assert Plan(plan.people.assign(**{part: "other"}), plan.changes, plan.records).digest() != plan.digest()
    assert Plan(plan.people, plan.changes, plan.records.assign(lastName="Other")).digest() != plan.digest()
    assert Plan(plan.people, plan.changes, plan.records.iloc[::-1]).digest() == plan.digest()


def test_leavers_records_come_last_so_that_nobodys_approver_goes_first():
    night = Night(roster(person("1", employment="left"), person("2")))
    assert [record["person"] for record in sent(night.expensify(members(member("1"), member("2", submitsTo="1@acme.example")))[0])] == [
        "2",
        "1",
    ]


def test_changes_are_told_of_those_who_are_written_or_held_and_of_nobody_else(night):
    plan = night.expensify(THERE)[0]
    assert set(plan.changes["person"]) == {"2", "3"}
    assert plan.changes.set_index("person").loc["2", ["field", "kind", "old", "new"]].tolist() == [
        "isTerminated",
        "other",
        '["P1"]',
        "true",
    ]
    assert set(plan.people["action"]) <= set(ACTIONS)


def test_a_plan_survives_being_stored(night):
    plan = night.expensify(THERE)[0]
    assert from_stored(to_stored(plan)).digest() == plan.digest()


def test_what_is_known_of_a_plan_survives_being_stored():
    facts = PlanFacts(
        number=7, as_of=date(2026, 11, 2), taken_in="run", epoch=3, actions={"update": 2}, first=True, whole=False,
        limits=pd.DataFrame([("join", 2, pd.NA, 0, pd.NA, 2, 3, 0, "join: …")], columns=list(FIGURES)),
        repairs=pd.DataFrame([("1", "cycle")], columns=["employee_id", "repair"]),
        dry_run=DryRunReply(requests=1, bytes=10, would_refuse={"1": "no"}),
    )  # fmt: skip
    stored = json.loads(json.dumps(facts.to_json()))
    assert PlanFacts.from_json(stored).to_json() == facts.to_json()
    assert PlanFacts.from_json(stored).dry_run == facts.dry_run


def test_what_an_earlier_version_stored_of_a_plan_is_read():
    limits = {"kind": "join", "planned": 1, "allowed": 3, "held": 0}
    holds = {"limits": [limits], "first": True, "everyone": True, "adoption": {"number": 2}}
    stored = {"number": 7, "as_of": "2026-11-02", "dated": None, "everyone": False, "taken_in": "run", "epoch": 3, "holds": holds}
    facts = PlanFacts.from_json({**stored, "rows": 2, "dry_run": {}, "idle": False, "matched": {"number": 2}, "accounts": 2})
    assert (facts.number, facts.as_of, facts.whole, facts.everyone, facts.first) == (7, date(2026, 11, 2), False, True, True)
    assert facts.limits[list(limits)].to_dict("records") == [limits] and facts.adoption == {"number": 2}
    kept = PlanFacts.from_json({"actions": {"none": 2}, "people": 2, "everyone": True, "first": False, "dated": "2026-11-01"})
    assert (kept.actions, kept.dated, kept.everyone, kept.limits.empty) == ({"none": 2}, date(2026, 11, 1), True, True)
