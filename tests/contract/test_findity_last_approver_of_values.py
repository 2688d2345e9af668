"""Whoever approves for a value or a unit at Findity does not leave while nobody does in their place, whatever keeps another out."""

import copy

import pytest

from destinations.base import Request
from resources.ledger import Ledger
from roster.plan.limits import Limits
from roster.reports.headline import headline
from roster.reports.skipped import left_out
from sandbox.server import Sandbox
from tests import syncing
from tests.contract.nights_at_findity import Company, employee

further = pytest.mark.long(
    held_by="tests/contract/test_findity_last_approver_of_values.py::test_approver_promise_they_stay_where_hr_names_nobody_or_several"
)

DIMENSION = {
    "name": "Cost center",
    "level": "EXPENSE",
    "presetLocation": "EMPLOYEE",
    "values": {"id": "cost_center"},
    "approvers": [{"rule": "approval_limit"}],
}
BY_VALUES = {"approval": "dimensions", "dimensions": {"COST": DIMENSION}}
BY_UNITS = {"approval": "departments", "departments": {"approvers": [{"rule": "approval_limit"}]}}
USERS = {"dimensionPresets": {"COST": "cost_center"}}
IN_UNITS = {"organizationalUnitId": "department"}


def row(number, lead, center="100", unit="Sales", **cells):
    """Somebody whose cost center, and unit, one person leads."""
    return employee(number, **{"cost_center": center, "approval_limit": lead, "department": unit, "manager_id": None, **cells})


PEOPLE = (row("E1", "E9"), row("E3", "E9"), row("E9", "E9"))
GONE = (*PEOPLE[:2], {**PEOPLE[2], "employment": "left"})


def two_nights(folder, users, settings):
    """The ledger's file and Findity, once E9 approves for all."""
    with pytest.MonkeyPatch.context() as patch, Sandbox() as box:
        patch.setenv("FINDITY_SECRET", "demo-findity-secret")
        with syncing.fresh(folder) as ledger:
            company = Company(box, ledger, users, syncing.UNLIMITED, **settings)
            company.night(*PEOPLE)
            night = company.night(*PEOPLE)
            assert set(night.landed.things["outcome"]) == {"accepted"}
        return (folder / "ledger.db").read_bytes(), copy.deepcopy(box.state["findity"])


@pytest.fixture(scope="module")
def at_values(tmp_path_factory):
    return two_nights(tmp_path_factory.mktemp("values"), USERS, BY_VALUES)


@pytest.fixture(scope="module")
def at_units(tmp_path_factory):
    return two_nights(tmp_path_factory.mktemp("units"), IN_UNITS, BY_UNITS)


@pytest.fixture
def company(request, tmp_path, monkeypatch):
    """The company in which E9 approves for all, by values, or by units where a test says so."""
    monkeypatch.setenv("FINDITY_SECRET", "demo-findity-secret")
    by = getattr(request, "param", "at_values")
    file, state = request.getfixturevalue(by)
    (tmp_path / "ledger.db").write_bytes(file)
    users, settings = (USERS, BY_VALUES) if by == "at_values" else (IN_UNITS, BY_UNITS)
    with Sandbox() as box, Ledger.open(str(tmp_path / "ledger.db"), "acme") as ledger:
        company = Company(box, ledger, users, syncing.UNLIMITED, **settings)
        box.box.state["findity"] = copy.deepcopy(state)
        company.number = 2
        yield company


def is_active(company):
    return company.users_there["E9"]["active"]


def decided(night):
    return night.plan.people.set_index("employee_id").loc["E9", ["action", "reason"]].tolist()


def said(night):
    found = headline(night.report, left_out(night.report))
    return " ".join([found.sentence, *found.also])


@further
@pytest.mark.parametrize("company", ["at_values", "at_units"], indirect=True)
def test_approver_promise_who_approves_for_a_value_or_unit_stays_while_nobody_up_the_chain_can(company):
    night = company.night(*GONE)
    assert next(iter(night.facts.things.left))[1] == "E9 has left, and nobody up the chain can approve"
    assert decided(night) == ["skip", "no_other_approver"]
    assert is_active(company)
    assert night.landed.without_approver == []
    assert "1 person who has left still has access (E9) at Findity: nobody else approves there yet" in said(night)
    assert "could not be brought in" not in said(night)
    assert night.skipped.loc["E9", ["reason", "owner"]].tolist() == [
        "They approve for a value or a unit there, and nobody can in their place", "HR"
    ]  # fmt: skip
    named = (*(person | {"approval_limit": "E1"} for person in GONE[:2]), GONE[2])
    after = company.night(*named)
    assert set(after.landed.things["outcome"]) == {"accepted"}
    assert not is_active(company)


def test_approver_promise_they_stay_where_hr_names_nobody_or_several(company):
    nobody = company.night(*({**person, "approval_limit": None} for person in GONE))
    assert decided(nobody) == ["skip", "no_other_approver"]
    several = company.night({**GONE[0], "approval_limit": "E1"}, {**GONE[1], "approval_limit": "E3"}, GONE[2])
    assert decided(several) == ["skip", "no_other_approver"]
    absent = company.night(*({**person, "approval_limit": None} for person in GONE[:2]))
    assert decided(absent) == ["skip", "no_other_approver"]
    assert is_active(company)


@further
def test_who_approved_for_what_nobody_has_any_more_leaves(company):
    moved = (row("E1", "E1", "200"), row("E3", "E1", "200"), GONE[2])
    company.night(*moved)
    company.night(*moved)
    assert not is_active(company), "the only one who is preset to it is they themself"


@further
def test_approver_promise_they_stay_while_somebody_is_still_preset_to_what_hr_does_not_name(company):
    moved = (row("E1", "E1", "200"), row("E3", "E1", None), GONE[2])
    assert decided(company.night(*moved)) == ["skip", "no_other_approver"]


def test_approver_promise_they_stay_in_a_night_in_which_nobody_could_read_who_approves(company):
    company.box.fault(api="findity", job="GET dimension approvers", body="{}", times=None)
    night = company.night(*GONE)
    assert decided(night) == ["skip", "approvers_unread"]
    assert is_active(company)


@further
def test_approver_promise_they_stay_where_findity_does_not_take_that_another_approves(company):
    company.box.fault(api="findity", job="PUT dimension approvers", status=400, times=None)
    named = (*(person | {"approval_limit": "E1"} for person in GONE[:2]), GONE[2])
    night = company.night(*named)
    assert set(night.landed.things["outcome"]) == {"refused"}
    outcome = night.landed.outcomes.set_index("employee_id").loc["E9", ["outcome", "reason"]].tolist()
    assert outcome == ["skipped", "still_needed"]
    assert is_active(company)
    assert "1 person who has left still has access (E9) at Findity" in said(night)
    company.box.heal()
    company.night(*named)
    assert not is_active(company)


@pytest.mark.parametrize("body", ["<html>maintenance</html>", '{"status": "FAILED", "message": "not now"}'])
def test_approver_promise_they_stay_where_an_answer_does_not_say_that_another_approves(company, body):
    company.box.fault(api="findity", job="PUT dimension approvers", body=body, times=None)
    named = (*(person | {"approval_limit": "E1"} for person in GONE[:2]), GONE[2])
    night = company.night(*named)
    assert night.landed.outcomes.set_index("employee_id").loc["E9", ["outcome", "reason"]].tolist() == ["skipped", "still_needed"]
    assert is_active(company)
    company.box.heal()
    company.night(*named)
    assert not is_active(company)


def test_approver_promise_a_run_for_the_leaver_alone_takes_nobody_out_who_approves(company):
    named = (*(person | {"approval_limit": "E1"} for person in GONE[:2]), GONE[2])
    night = company.night(*named, request=Request(only=["E9"]))
    assert night.plan.things.empty
    assert decided(night) == ["skip", "still_approves"]
    assert is_active(company)


@pytest.mark.long(
    held_by="tests/contract/test_findity_last_approver_of_values.py::test_approver_promise_they_stay_where_hr_names_nobody_or_several"
)
def test_approver_promise_a_release_takes_nobody_out_whose_place_it_gives_to_nobody(company):
    """The change of who approves was applied and refused; the leaver alone was held, and is let go in the night after."""
    named = (*(person | {"approval_limit": "E1"} for person in GONE[:2]), GONE[2])
    company.limits = Limits.model_validate({**syncing.UNLIMITED.model_dump(), "leave": {"count": 0, "share": 0}})
    company.box.fault(api="findity", job="PUT dimension approvers", status=400, times=None)
    held = company.night(*named)
    assert decided(held) == ["hold", "limit"]
    assert held.plan.things["apply"].all()
    with pytest.raises(Exception, match="is left to apply"):
        company.night(*named, request=Request(release=held.plan.held_digest(), released_by="me", reason="they did leave"))
    assert is_active(company)
