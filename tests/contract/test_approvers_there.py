"""Who approves there, from night to night: whom HR names from the day on that they are there, and whoever is above them until then."""

import pytest

from roster.plan.limits import Limits
from sandbox.server import Sandbox
from tests import syncing
from tests.contract import nights_at_expensify, nights_at_findity

REFUSALS = {"expensify": "No policy found", "findity": "REQUIRED_FIELD"}


@pytest.fixture(scope="module")
def box():
    with Sandbox(switches={"expensify_rate_limits": False}) as running:
        yield running


@pytest.fixture(params=["expensify", "findity"])
def company(request, box, tmp_path, monkeypatch):
    """The company at one of the two, which E1 and E9 have been brought to."""
    monkeypatch.setenv("EXPENSIFY_SECRET", "demo-secret")
    monkeypatch.setenv("FINDITY_SECRET", "demo-findity-secret")
    with syncing.fresh(tmp_path) as ledger:
        if request.param == "expensify":
            made = nights_at_expensify.Company(box, ledger, {}).start()
            made.employee = nights_at_expensify.employee
        else:
            made = nights_at_findity.Company(box, ledger)
            made.employee = nights_at_findity.employee
        made.limits = Limits.model_validate({"join": {"count": 99, "share": 1}})
        made.first = [made.employee("E1"), made.employee("E9")]
        made.night(*made.first)
        yield made
    box.heal()


def approver(company, number):
    """The employee number of who approves there; None for whom nobody has brought in."""
    if isinstance(company, nights_at_expensify.Company):
        return company.of(number).get("submitsTo", "").partition("@")[0] or None
    there = company.users_there
    people = {user["personId"]: name for name, user in there.items()}
    return next((people[one] for one in there.get(number, {}).get("approverIds", [])), None)


def test_approver_a_manager_approves_from_the_first_day_that_they_are_there(company):
    company.night(*company.first, company.employee("E20", employment="pending"))
    assert approver(company, "E20") is None
    company.night(*company.first, company.employee("E20"), company.employee("E21", manager_id="E20"))
    assert approver(company, "E21") == "E20"
    assert approver(company, "E20") == "E1"


@pytest.mark.long(held_by="tests/contract/test_approvers_there.py::test_approver_a_manager_approves_from_the_first_day_that_they_are_there")
def test_approver_who_was_refused_approves_for_nobody_until_they_are_there(company, box):
    first, e20, e21 = company.first, company.employee("E20"), company.employee("E21", manager_id="E20")
    name = company.adapter().name
    box.fault(api=name, refuse={"E20": REFUSALS[name]}, times=None)
    company.night(*first, e20)
    assert approver(company, "E20") is None
    second = company.night(*first, e20, e21)
    assert (approver(company, "E20"), approver(company, "E21")) == (None, "E1")
    assert {tuple(row) for row in second.report.repairs.to_numpy()} >= {("E21", "not_here")}
    box.heal()
    for _ in range(2):  # they come in, and approve from then on
        company.night(*first, e20, e21)
    assert approver(company, "E21") == "E20"
