"""Findity's parts where they meet: what one of them writes or reads, and another must know."""

import pytest

from destinations.base import Request
from sandbox.server import Sandbox
from tests import syncing
from tests.contract.nights_at_findity import Company, employee
from tests.contract.test_findity_structure_nights import SETTINGS, USERS, row
from tests.syncing import in_days

further = pytest.mark.long(
    held_by="tests/contract/test_findity_meeting.py::test_approver_where_it_cannot_be_read_who_approves_no_preset_goes"
)

PEOPLE = (row("E1", "100", "E1"), row("E2", "100", "E1"), row("E3", "100", "E1"))
GONE = (PEOPLE[0], {**PEOPLE[1], "employment": "left", "end_date": "2026-11-01"}, PEOPLE[2])


@pytest.fixture(scope="module")
def box():
    with Sandbox() as running:
        yield running


@pytest.fixture
def ledger(tmp_path, monkeypatch):
    monkeypatch.setenv("FINDITY_SECRET", "demo-findity-secret")
    with syncing.fresh(tmp_path) as made:
        yield made


def released(company, night, *people, **how):
    return company.night(*people, request=Request(release=night.plan.held_digest(), released_by="Kim", reason="seen"), **how)


@pytest.fixture
def routed(box, ledger):
    """A company that approves by dimensions; E2 has left and is due to be deleted."""
    company = Company(box, ledger, USERS, syncing.UNLIMITED, **SETTINGS, leaving={"delete_after_days": 30})
    for people in (PEOPLE, PEOPLE, GONE):
        company.begin(*people, day=in_days(0))
    assert company.users_there["E2"]["active"] is False
    return company


@further
def test_approver_who_approves_for_a_value_is_not_deleted_and_it_is_told(routed):
    assert routed.night(*GONE, day=in_days(30), write=False).planned["E2"] == ("hold", "deletion")
    own, value = routed.organization["dimensionApprovers"]["COST"][0], routed.organization["dimensionValues"]["COST"][0]
    routed.organization["dimensionValues"]["COST"].append({**value, "externalSourceId": "900", "id": "v900"})
    other = {**own, "value": "900", "personId": routed.users_there["E2"]["personId"], "id": "a9", "sortOrder": 0}
    routed.organization["dimensionApprovers"]["COST"].append(other)
    night = routed.night(*GONE, day=in_days(30), write=False)
    assert night.planned["E2"] == ("none", "left")
    assert [one for one in night.facts.notices if "E2" in one] == [
        "1 person who is due to be deleted stays at Findity (E2): "
        "somebody or something there names them as approver, or may, or no call can address them, "
        "or they are active under that address"
    ]


def test_approver_where_it_cannot_be_read_who_approves_nobody_is_deleted(routed):
    routed.box.fault(api="findity", job="GET dimension approvers", body="{}", times=None)
    assert routed.night(*GONE, day=in_days(30), write=False).planned["E2"] == ("none", "left")
    routed.box.heal()


@further
def test_approver_an_empty_cell_takes_no_preset_away_by_which_alone_somebody_approves(routed):
    clear = {"users": {"clear": ["dimensionPresets"]}}
    people = (*GONE[:2], row("E3", None, "E1"))
    night = routed.night(*people, day=in_days(30), **clear)
    assert routed.users_there["E3"]["dimensionPresets"][0]["dimensionValueId"] == "100"
    assert night.facts.faults[["employee_id", "field", "reason"]].to_numpy().tolist() == [["E3", "dimensionPresets", "approver_stays"]]
    assert night.landed.without_approver == []
    assert "PUT users" not in routed.night(*people, day=in_days(30), **clear).jobs


def test_approver_where_it_cannot_be_read_who_approves_no_preset_goes(routed):
    routed.box.fault(api="findity", job="GET dimension approvers", body="{}", times=None)
    routed.night(*GONE[:2], row("E3", None, "E1"), day=in_days(30), users={"clear": ["dimensionPresets"]})
    routed.box.heal()
    assert routed.users_there["E3"]["dimensionPresets"][0]["dimensionValueId"] == "100"


@further
def test_a_preset_and_an_approver_go_where_another_approves(box, ledger):
    both = {**SETTINGS, "approval": ["approverIds", "dimensions"]}
    company = Company(box, ledger, {**USERS, "clear": ["dimensionPresets", "approverIds"]}, syncing.UNLIMITED, **both)
    for _ in range(2):
        company.night(*PEOPLE)
    night = company.night(PEOPLE[0], {**PEOPLE[1], "manager_id": None}, row("E3", None, "E1"))
    assert night.facts.faults.empty
    assert company.users_there["E2"].get("approverIds", []) == []
    assert company.users_there["E3"].get("dimensionPresets", []) == []
    assert night.landed.without_approver == []


@further
def test_approver_nobody_loses_the_last_one_by_an_empty_cell_and_whoever_comes_in_has_one(box, ledger):
    company = Company(box, ledger, {"clear": ["approverIds"]}, syncing.UNLIMITED)
    boss, lead, ann = employee("E1"), employee("E2"), employee("E3", manager_id="E2")
    company.night(boss, lead, ann)
    people = (boss, lead, {**ann, "manager_id": None}, employee("E4", manager_id=None))
    night = company.night(*people)
    ids = {number: user["personId"] for number, user in company.users_there.items()}
    assert {number: company.users_there[number]["approverIds"] for number in ("E3", "E4")} == {"E3": [ids["E2"]], "E4": [ids["E4"]]}
    assert night.facts.faults["employee_id"].tolist() == ["E3"]
    assert night.landed.without_approver == []
    assert "PUT users" not in company.night(*people).jobs
    left = company.night(boss, {**lead, "employment": "left"}, *people[2:])
    assert company.users_there["E3"]["approverIds"] == [ids["E3"]]
    assert left.landed.without_approver == []


def test_no_surprise_a_unit_that_is_merely_not_shown_tonight_is_not_created(box, ledger):
    company = Company(box, ledger, {"organizationalUnitId": "department"}, syncing.UNLIMITED, units="create")
    tree = company.organization["units"]
    names = [unit["name"] for unit in tree if unit["parentId"]]
    assert len(names) >= 3
    people = [employee(f"E{number}", department=name) for number, name in enumerate(names, 1)]
    company.night(*people)
    company.organization["units"] = [unit for unit in tree if not unit["parentId"]]
    night = company.night(*people)
    assert night.plan.things.empty
    assert [thing for thing, _ in night.facts.things.left] == ["units"]
    company.organization["units"] = tree
    assert company.night(*people).plan.things.empty


def test_approver_a_stranger_whose_external_id_is_somebodys_number_is_not_taken_for_them(box, ledger):
    company = Company(box, ledger, {"externalSourceId": "extra_more"}, syncing.UNLIMITED)
    stranger = {"firstName": "S", "lastName": "T", "email": "s@acme.example", "personId": "pS", "id": "uS", "approverIds": ["pS"]}
    company.start({"externalSourceId": "E2", **stranger})
    people = [employee(number, extra_more=f"X{number}", manager_id=boss) for number, boss in (("E1", None), ("E2", "E1"), ("E3", "E2"))]
    company.night(*people)
    lead = company.users_there["XE2"]["personId"]
    assert company.users_there["XE3"]["approverIds"] == [lead]
    company.users_there["XE3"]["approverIds"] = ["pS"]
    night = company.night(*people)
    assert (night.planned["E3"], company.users_there["XE3"]["approverIds"]) == (("update", None), [lead])
    assert "pS" not in night.plan.changes["old"].tolist()
