"""Nights of a company that approves by dimensions at Findity: what goes when, what waits, what is told."""

import copy

import pandas as pd
import pytest

from destinations.base import Request
from resources.ledger import Ledger
from roster.plan.limits import Limits
from sandbox.server import Sandbox
from tests import syncing
from tests.contract.nights_at_findity import Company, employee

further = pytest.mark.long(
    held_by="tests/contract/test_findity_structure_nights.py::test_a_first_load_brings_definitions_and_values_then_people_with_presets_and_approvers_the_night_after"
)

SETTINGS = {
    "approval": "dimensions",
    "dimensions": {
        "COST": {
            "name": "Cost center",
            "level": "EXPENSE",
            "presetLocation": "EMPLOYEE",
            "values": {"id": "cost_center", "name": "department"},
            "approvers": [{"rule": "approval_limit", "amountLimit": 5000}, {"employee": "E1"}],
            "delete": True,
        }
    },
}
USERS = {"dimensionPresets": {"COST": "cost_center"}}


@pytest.fixture
def company(tmp_path, monkeypatch):
    monkeypatch.setenv("FINDITY_SECRET", "demo-findity-secret")
    with Sandbox() as box, syncing.fresh(tmp_path) as ledger:
        yield Company(box, ledger, USERS, syncing.UNLIMITED, **SETTINGS)


def row(number, center, lead, name=None, **cells):
    """Somebody of a cost center, whose lead approves for it."""
    return employee(number, cost_center=center, approval_limit=lead, department=name or f"Center {center}", **cells)


PEOPLE = (row("E1", "100", "E2"), row("E2", "100", "E2"), row("E3", "200", "E3"))


def things(night):
    """Thing → whether it is applied."""
    return dict(zip(night.plan.things["thing"], night.plan.things["apply"], strict=True))


def became(night):
    return dict(zip(night.landed.things["thing"], night.landed.things["outcome"], strict=True))


def puts(night):
    return [job for job in night.jobs if job.startswith("PUT")]


def approvers(company):
    """Value → who approves, in order."""
    people = {user["personId"]: number for number, user in company.users_there.items()}
    found = {}
    for one in sorted(company.organization["dimensionApprovers"]["COST"], key=lambda one: one["sortOrder"]):
        found.setdefault(one["value"], []).append((people[one["personId"]], one["amountLimit"]))
    return found


def presets(company):
    return {number: [one["dimensionValueId"] for one in user.get("dimensionPresets", [])] for number, user in company.users_there.items()}


@pytest.fixture(scope="module")
def two_nights(tmp_path_factory):
    """What the first two nights leave: the ledger's file, and Findity."""
    folder = tmp_path_factory.mktemp("two-nights")
    with pytest.MonkeyPatch.context() as patch, Sandbox() as box:
        patch.setenv("FINDITY_SECRET", "demo-findity-secret")
        with syncing.fresh(folder) as ledger:
            company = Company(box, ledger, USERS, syncing.UNLIMITED, **SETTINGS)
            company.night(*PEOPLE)
            company.night(*PEOPLE)
        return (folder / "ledger.db").read_bytes(), copy.deepcopy(box.state["findity"])


@pytest.fixture
def settled(two_nights, tmp_path, monkeypatch):
    """The company after its first two nights."""
    monkeypatch.setenv("FINDITY_SECRET", "demo-findity-secret")
    file, state = two_nights
    (tmp_path / "ledger.db").write_bytes(file)
    with Sandbox() as box, Ledger.open(str(tmp_path / "ledger.db"), "acme") as ledger:
        company = Company(box, ledger, USERS, syncing.UNLIMITED, **SETTINGS)
        box.box.state["findity"] = copy.deepcopy(state)
        company.number = 2
        yield company


def test_a_first_load_brings_definitions_and_values_then_people_with_presets_and_approvers_the_night_after(company):
    first = company.night(*PEOPLE)
    assert things(first) == {"dimension/COST": True, "value/COST/100": True, "value/COST/200": True}
    assert set(became(first).values()) == {"accepted"}
    assert puts(first) == ["PUT customdimensions", "PUT dimension list", "PUT users"]
    assert presets(company) == {"E1": ["100"], "E2": ["100"], "E3": ["200"]}
    assert first.landed.things_drift == []
    assert dict(first.facts.things.left)["approvers/COST/100"] == "E2 cannot be named there yet, and nobody up the chain can approve"
    second = company.night(*PEOPLE)
    assert set(became(second).items()) == {("approvers/COST/100", "accepted"), ("approvers/COST/200", "accepted")}
    assert second.landed.things_drift == []
    assert approvers(company) == {"100": [("E2", 5000), ("E1", None)], "200": [("E3", 5000), ("E1", None)]}
    assert all("approverIds" not in user or not user["approverIds"] for user in company.users_there.values())
    assert second.landed.without_approver == []


def test_a_quiet_night_writes_nothing_and_asks_for_each_list_once(settled):
    quiet = settled.night(*PEOPLE)
    assert things(quiet) == {}
    jobs = [job for job in quiet.jobs if "token" not in job]
    assert sorted(jobs[:2]) == ["GET organizationalunits", "GET users"], "at once, in any order"
    assert jobs[2:] == ["GET customdimensions", "GET dimension list", "GET dimension approvers"]


@further
def test_a_value_that_somebody_renamed_is_called_by_hrs_name_again(settled):
    settled.organization["dimensionValues"]["COST"][0]["name"] = "Changed"
    night = settled.night(*PEOPLE)
    assert became(night) == {"value/COST/100": "accepted"}
    assert settled.organization["dimensionValues"]["COST"][0]["name"] == "Center 100"
    assert settled.night(*PEOPLE).plan.things.empty


def test_approver_promise_an_approver_who_leaves_is_replaced_for_their_values_and_it_is_told(settled):
    gone = (PEOPLE[0], {**PEOPLE[1], "employment": "left"}, PEOPLE[2])
    night = settled.night(*gone)
    assert became(night) == {"approvers/COST/100": "accepted"}
    assert night.facts.things.repairs == ("E1 approves for Cost center: 100, since E2 has left.",)
    assert approvers(settled)["100"] == [("E1", None)]
    assert settled.users_there["E2"]["active"] is False
    assert night.landed.without_approver == []


@further
def test_approver_promise_whoever_approves_does_not_leave_while_it_waits_that_another_does(settled):
    settled.limits = Limits.model_validate({**syncing.UNLIMITED.model_dump(), "things": {"count": 0, "share": 0}})
    gone = (PEOPLE[0], {**PEOPLE[1], "employment": "left"}, PEOPLE[2])
    night = settled.night(*gone)
    assert things(night) == {"approvers/COST/100": False}
    rows = night.plan.people.set_index("employee_id")
    assert rows.loc["E2", ["action", "reason"]].tolist() == ["skip", "still_approves"]
    assert settled.users_there["E2"]["active"] is True
    assert night.landed.without_approver == []
    settled.night(*gone, request=Request(release=night.plan.held_digest(), released_by="me", reason="they did leave"))
    assert approvers(settled)["100"] == [("E1", None)]
    settled.night(*gone)
    assert settled.users_there["E2"]["active"] is False


@further
def test_a_value_that_hr_has_no_longer_waits_until_it_is_released_and_goes_when_nobody_is_preset_to_it(settled):
    moved = (*PEOPLE[:2], row("E3", "100", "E2"))
    first = settled.night(*moved)
    assert things(first) == {}
    assert "still preset" in dict(first.facts.things.left)["value/COST/200"]
    assert first.landed.things_drift == []
    held = settled.night(*moved)
    assert things(held) == {"value/COST/200": False}
    assert [one["externalSourceId"] for one in settled.organization["dimensionValues"]["COST"]] == ["100", "200"]
    released = settled.night(*moved, request=Request(release=held.plan.held_digest(), released_by="me", reason="gone"))
    assert became(released) == {"value/COST/200": "accepted"}
    assert [one["externalSourceId"] for one in settled.organization["dimensionValues"]["COST"]] == ["100"]
    assert things(settled.night(*moved)) == {}


@further
def test_a_preset_of_a_value_that_waits_is_left_out_and_told_and_follows_the_value(settled):
    settled.limits = Limits.model_validate({**syncing.UNLIMITED.model_dump(), "things": {"count": 0, "share": 0}})
    moved = (*PEOPLE[:2], row("E3", "300", "E3"))
    held = settled.night(*moved)
    assert things(held)["value/COST/300"] is False
    assert presets(settled)["E3"] == ["200"]
    assert held.facts.faults[["employee_id", "field", "reason"]].to_numpy().tolist() == [
        ["E3", "dimensionPresets.COST", "preset_value_not_yet"]
    ]
    settled.night(*moved, request=Request(release=held.plan.held_digest(), released_by="me", reason="new"))
    after = settled.night(*moved)
    assert presets(settled)["E3"] == ["300"]
    assert after.facts.faults.empty


@further
def test_a_preset_of_a_value_that_findity_refuses_is_not_sent(settled):
    settled.box.switch(findity_preset_unknown="refuse")
    settled.box.fault(api="findity", job="PUT dimension list", refuse={"300": "INVALID"}, times=None)
    night = settled.night(*PEOPLE[:2], row("E3", "300", "E3", last_name="New"))
    assert became(night)["value/COST/300"] == "refused"
    assert settled.users_there["E3"]["lastName"] == "New"
    assert presets(settled)["E3"] == ["200"]
    assert night.outcome["E3"] == ("updated", "missing")
    settled.box.heal()
    assert became(settled.night(*PEOPLE[:2], row("E3", "300", "E3", last_name="New")))["value/COST/300"] == "accepted"
    assert presets(settled)["E3"] == ["300"]


@further
def test_a_preset_of_no_value_is_told_to_whoever_mends_it_and_the_rest_of_the_person_goes(settled):
    without = {
        "dimensions": {
            "COST": {**SETTINGS["dimensions"]["COST"], "values": {"named": {"100": "A", "200": "B"}}, "approvers": [{"employee": "E1"}]}
        }
    }
    night = settled.night(*PEOPLE[:2], row("E3", "2OO", "E3", last_name="New"), **without)
    assert settled.users_there["E3"]["lastName"] == "New"
    assert presets(settled)["E3"] == ["200"]
    told = night.skipped.loc["E3"]
    assert told["reason"].startswith("dimensionPresets.COST: The dimension has no such value")
    assert told["owner"] == "HR"


@further
def test_a_run_for_one_person_touches_no_value_and_counts_on_none(company):
    company.night(*PEOPLE)
    night = company.night(*PEOPLE[:2], row("E3", "900", "E3"), request=Request(only=["E3"]))
    assert things(night) == {}
    assert presets(company)["E3"] == ["200"]
    assert night.facts.faults["reason"].tolist() == ["preset_value_not_yet"]


@further
def test_units_wait_and_whoever_is_to_be_in_them_follows_once_they_are_released(tmp_path, monkeypatch):
    monkeypatch.setenv("FINDITY_SECRET", "demo-findity-secret")
    users = {"organizationalUnitId": "department"}
    with Sandbox() as box, syncing.fresh(tmp_path) as ledger:
        company = Company(box, ledger, users, syncing.UNLIMITED, units="create")
        people = (employee("E1", department="Legal/Patents"), employee("E2", department="Legal"))
        held = company.night(*people)
        assert things(held) == {"unit/Legal/Patents": False}
        assert held.facts.faults[["employee_id", "reason", "word"]].to_numpy().tolist() == [["E1", "unit_waits", "Legal/Patents"]]
        assert held.findings["units"].description == "1 unit waits to be created, for 1 person."
        assert "waits for a release" in held.skipped.loc["E1", "reason"]
        company.night(*people, request=Request(release=held.plan.held_digest(), released_by="me", reason="new"))
        company.night(*people)
        unit = next(one for one in company.organization["units"] if one["name"] == "Patents")
        assert company.users_there["E1"]["organizationalUnitId"] == unit["id"]
        quiet = company.night(*people)
        assert things(quiet) == {}
        assert quiet.facts.faults.empty


@further
def test_a_name_that_no_unit_is_created_for_is_unknown_also_where_others_wait(tmp_path, monkeypatch):
    monkeypatch.setenv("FINDITY_SECRET", "demo-findity-secret")
    with Sandbox() as box, syncing.fresh(tmp_path) as ledger:
        company = Company(box, ledger, {"organizationalUnitId": "department"}, syncing.UNLIMITED, units="create")
        held = company.night(employee("E1", department="Patents"), employee("E2", department="Legal//Patents"))
        assert dict(held.facts.faults[["employee_id", "reason"]].to_numpy()) == {"E1": "unit_waits", "E2": "unit_unknown"}
        assert held.findings["units"].description.startswith("1 unit waits to be created, for 1 person. 1 person has no unit that is known")


def test_what_cannot_be_read_changes_nothing_and_keeps_the_presets_that_are_there(settled):
    settled.box.fault(api="findity", job="GET dimension list", body="{}", times=None)
    night = settled.night(*PEOPLE[:2], row("E3", "900", "E3"), row("E4", "100", "E2"))
    assert things(night) == {}
    assert [one for one, _ in night.facts.things.left] == ["values/COST"]
    assert presets(settled)["E3"] == ["200"]
    assert presets(settled)["E4"] == []
    assert not pd.Series(night.facts.faults["field"]).str.startswith("dimensionPresets").any()
    assert night.findings["structure_read"].passed is False
