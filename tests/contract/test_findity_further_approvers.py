"""More than one approver at Findity, and people whom its list shows only if asked."""

import pytest

from sandbox.server import Sandbox
from tests import syncing
from tests.contract.nights_at_findity import Company, employee

further = pytest.mark.long(
    held_by="tests/contract/test_findity_further_approvers.py::test_further_approvers_come_behind_the_first_in_the_order_of_the_rules_and_once"
)

RULES = {"furtherApprovers": ["over_limit_approver", "extra_more"]}


@pytest.fixture(scope="module")
def box():
    with Sandbox() as running:
        yield running


@pytest.fixture
def acme(box, tmp_path, monkeypatch):
    monkeypatch.setenv("FINDITY_SECRET", "demo-findity-secret")
    with syncing.fresh(tmp_path) as ledger:
        yield Company(box, ledger, RULES, limits=syncing.UNLIMITED)


def people(*more, **cells):
    return [employee("E1"), employee("E2"), employee("E3"), employee("E9", **cells), *more]


def approvers(acme, number="E9"):
    names = {user["personId"]: key for key, user in acme.users_there.items()}
    return [names[person] for person in acme.users_there[number]["approverIds"]]


def test_further_approvers_come_behind_the_first_in_the_order_of_the_rules_and_once(acme):
    rows = people(over_limit_approver="E3", extra_more="e2@ACME.example")
    assert acme.night(*rows).outcome["E9"] == ("created", "landed")
    assert approvers(acme) == ["E1", "E3", "E2"]
    assert "PUT users" not in acme.night(*rows).jobs
    acme.night(*people(over_limit_approver="E2", extra_more="E3"))
    assert approvers(acme) == ["E1", "E2", "E3"]
    acme.night(*people(over_limit_approver="E1", extra_more="E9"))
    assert approvers(acme) == ["E1"]


@further
@pytest.mark.parametrize("cells", [{"over_limit_approver": None}, {"over_limit_approver": None, "unread": "over_limit_approver"}])
def test_no_surprise_a_further_approver_does_not_go_by_silence(acme, cells):
    acme.night(*people(over_limit_approver="E3"))
    assert "PUT users" not in acme.night(*people(**cells)).jobs
    assert approvers(acme) == ["E1", "E3"]


@further
def test_a_further_approver_goes_where_the_settings_say_so(acme):
    acme.night(*people(over_limit_approver="E3"))
    acme.night(*people(over_limit_approver=None), users={"clear": ["approverIds"]})
    assert approvers(acme) == ["E1"]


def test_approver_one_who_may_not_approve_is_replaced_by_who_approves_for_them_or_told(acme):
    away = employee("E4", employment="leave", manager_id="E2")
    night = acme.night(*people(away, over_limit_approver="E4", extra_more="E77"))
    assert approvers(acme) == ["E1", "E2"]
    assert night.facts.faults[["employee_id", "field", "reason"]].values.tolist() == [["E9", "approverIds", "approver_not_active"]]


@pytest.mark.long(
    held_by="tests/contract/test_findity_meeting.py::test_approver_a_stranger_whose_external_id_is_somebodys_number_is_not_taken_for_them"
)
def test_accounting_people_whom_only_a_parameter_shows_are_strangers_and_stay_as_they_are(acme):
    partner = {"externalSourceId": "P1", "id": "i1", "personId": "p1", "email": "partner@other.example", "shownWith": "partnerAdmins"}
    acme.night(*people())
    acme.users_there["P1"] = dict(partner, active=True)
    assert "P1" not in set(acme.night(*people()).plan.people["account"])
    night = acme.night(*people(), connection={"list_also": ["partnerAdmins"]})
    assert night.plan.people.set_index("account").loc["P1", ["action", "reason"]].tolist() == ["skip", "not_in_hr"]
    assert (night.facts.more_like_hrs, "PUT users" in night.jobs) == (0, False)
