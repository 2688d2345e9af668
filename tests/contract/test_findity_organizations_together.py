"""Several organizations of one company together with what else a night does: dimensions, units, waiting leavers, releases, the way back."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from destinations import engine
from destinations.base import Request
from resources.failures import Transient
from resources.past.story import story_of
from sandbox.faults import Fault
from tests.contract.nights_at_organizations import BOSS, NO, NOBODY_JOINS, RIGHT, SE, Make, Organizations, employee, stand_in

further = pytest.mark.long(
    held_by="tests/contract/test_findity_organizations.py::test_everyone_comes_into_the_organization_that_the_rule_names_and_a_person_of_both_is_one_person"
)

STEP = {"approvers": [{"rule": {"column": "manager_id"}}], "values": {"id": "cost_center"}}
RULES = {"approval": ["approverIds", "dimensions"], "dimensions": {"COST": {"name": "Cost center", "presetLocation": "EMPLOYEE", **STEP}}}
STAFF = (BOSS, employee("E2"), employee("E3"), employee("E4", "NO"))


@pytest.fixture(scope="module")
def company() -> Iterator[Make]:
    with stand_in() as made:
        yield made


@pytest.fixture
def acme(company: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Organizations]:
    monkeypatch.setenv(RIGHT, "s")
    with company(tmp_path) as made:
        yield made


@further
def test_each_organization_has_the_values_of_its_own_people_alone_and_lands_them(acme: Organizations) -> None:
    acme.rules = RULES
    people = BOSS, employee("E2", cost_center="100"), employee("E4", "NO", cost_center="200")
    acme.night(*people)
    came = acme.night(*people)  # now there is whoever approves
    for name, word, own in ((SE, "se", "100"), (NO, "no", "200")):
        there = acme.box.box.state["findity"]["organizations"][f"acme-{word}"]["dimensionValues"]["COST"]
        assert {one["externalSourceId"] for one in there} == {own}
        assert came[name].landed.things[["thing", "outcome"]].to_numpy().tolist() == [[f"approvers/COST/{own}", "accepted"]]
        assert came[name].landed.things_drift == []
    assert [len(night.drawn.plan.things) for night in acme.night(*people).values()] == [0, 0]


@further
def test_whoever_belongs_to_one_alone_is_not_held_against_the_other(acme: Organizations) -> None:
    came = acme.night(BOSS, employee("E2"), employee("E4", "NO", manager_id="E2"))
    shown = {name: night.landed.in_common for name, night in came.items()}
    assert {name: list(one.not_wanted) for name, one in shown.items()} == {SE: ["E4"], NO: ["E2"]}
    assert "E4" in set(shown[NO].departs["employee_id"])


@further
def test_units_are_looked_for_of_its_own_people_alone(acme: Organizations) -> None:
    acme.users_rules = {"organizationalUnitId": "department"}
    came = acme.night(BOSS, employee("E2", department="se"), employee("E4", "NO", department="no"))
    assert all(finding.passed for night in came.values() for finding in night.findings.values())


@further
def test_whoever_leaves_while_moving_leaves_both_at_once(acme: Organizations) -> None:
    acme.begin(*STAFF)
    acme.night(BOSS, employee("E2", "NO"), *STAFF[2:])
    came = acme.night(BOSS, employee("E2", "NO", employment="left"), *STAFF[2:])
    assert came[SE].outcome["E2"][0] == came[NO].outcome["E2"][0] == "deactivated"


@further
def test_no_surprise_whom_the_new_one_accepts_and_does_not_show_is_not_there(acme: Organizations) -> None:
    acme.begin(*STAFF)
    moved = BOSS, employee("E2", "NO"), *STAFF[2:]
    acme.box.box.faults.append(Fault(api="findity", job="PUT users", person="E2", times=2, status=200, body="[]"))
    for _ in range(2):
        came = acme.night(*moved)
        assert "E2" not in acme.active("no")
        assert came[SE].planned["E2"] == ("skip", "joins_elsewhere_first")
    acme.box.box.faults.clear()
    assert acme.night(*moved)[SE].planned["E2"] == ("skip", "joins_elsewhere_first")
    assert acme.night(*moved)[SE].outcome["E2"][0] == "deactivated"


@further
def test_no_surprise_whom_no_reading_has_shown_yet_since_the_run_ended_before_is_not_there(acme: Organizations, monkeypatch: Any) -> None:
    acme.begin(*STAFF)
    moved = BOSS, employee("E2", "NO"), *STAFF[2:]
    with monkeypatch.context() as dying:
        dying.setattr(engine, "landed", lost)
        acme.night(*moved)
    assert acme.ledger.acknowledged.all(NO)["employee_id"].eq("E2").any()
    assert acme.night(*moved)[SE].planned["E2"] == ("skip", "joins_elsewhere_first")
    assert acme.night(*moved)[SE].outcome["E2"][0] == "deactivated"


def lost(*_: Any, **__: Any) -> Any:
    raise Transient("The connection was lost.", "Run again.")


@further
def test_a_mover_who_is_sent_back_before_the_old_one_let_go_stays_there_and_leaves_the_other(acme: Organizations) -> None:
    acme.begin(*STAFF)
    acme.night(BOSS, employee("E2", "NO"), *STAFF[2:])
    came = acme.night(*STAFF)
    assert came[SE].planned["E2"] == ("none", None)
    assert came[NO].outcome["E2"][0] == "deactivated"
    assert acme.active("no") == {"E1", "E4"}


@further
def test_a_mover_keeps_the_old_for_the_days_that_the_settings_give_leavers_counted_from_when_the_new_has_them(acme: Organizations) -> None:
    moved = BOSS, employee("E2", "NO"), *STAFF[2:]
    acme.begin(*STAFF, day="2026-11-01")
    assert acme.night(*moved, day="2026-11-02", leaving_days=3)[SE].planned["E2"] == ("skip", "joins_elsewhere_first")
    waits = acme.night(*moved, day="2026-11-03", leaving_days=3)[SE]
    assert waits.planned["E2"] == ("skip", "leaves_later")
    assert "has left" not in waits.detail("E2")
    assert acme.night(*moved, day="2026-11-06", leaving_days=3)[SE].outcome["E2"][0] == "deactivated"


@pytest.mark.long(
    held_by="tests/contract/test_findity_organizations.py::test_everyone_comes_into_the_organization_that_the_rule_names_and_a_person_of_both_is_one_person"
)
def test_a_release_in_one_organization_changes_nothing_in_the_other(acme: Organizations) -> None:
    acme.begin(*STAFF)
    acme.limits["no"] = NOBODY_JOINS
    people = BOSS, employee("E2", "NO"), employee("E3"), employee("E4", "NO")
    held = acme.night(*people)[NO]
    assert held.planned["E2"][0] == "hold"
    request = Request(release=held.drawn.plan.held_digest(), released_by="Ada", reason="looked")
    came: dict[str, Any] = acme.night(*people, request=request)
    assert came[NO].outcome["E2"][0] == "created"
    assert came[SE].drawn.facts.idle
    assert "E2" in acme.active("se")
    assert acme.night(*people)[SE].outcome["E2"][0] == "deactivated"


def test_why_tells_of_each_organization_by_its_own_name(acme: Organizations) -> None:
    acme.begin(*STAFF)
    acme.night(BOSS, employee("E2", "XX"), *STAFF[2:])
    stored = SimpleNamespace(entry=lambda *_: None)
    story = str(story_of(acme.ledger, stored, "E2", 5, {"findity": "Findity"}))  # type: ignore[arg-type]
    assert "Findity se" in story
    assert "organization_unknown" in story or "not known" in story
