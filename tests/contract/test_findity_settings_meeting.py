"""Settings of Findity that meet, each of which is tried by itself elsewhere: ids by a rule, several writes at once, things, refusals."""

import copy
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.server import Sandbox
from tests import syncing
from tests.contract.nights_at_findity import Company
from tests.contract.nights_at_organizations import BOSS, NO, RIGHT, employee, stand_in
from tests.contract.test_findity_structure_nights import SETTINGS, USERS, became, row

BY_RULE = {**USERS, "externalSourceId": {"template": "acme-{employee_id}"}}
PEOPLE = tuple(row(f"E{number}", "100" if number < 8 else "200", "E2" if number < 8 else "E9") for number in range(1, 13))
WHO = {"100": "E2", "200": "E9"}


@pytest.fixture
def there(tmp_path, monkeypatch):
    monkeypatch.setenv("FINDITY_SECRET", "demo-findity-secret")
    with Sandbox() as box, syncing.fresh(tmp_path) as ledger:
        yield lambda users=USERS, **settings: Company(box, ledger, users, syncing.UNLIMITED, **{**SETTINGS, **settings})


def first_approvers(made):
    """Value → the external id of who approves first."""
    people = {user["personId"]: key for key, user in made.users_there.items()}
    rows = sorted(made.organization["dimensionApprovers"]["COST"], key=lambda one: -one["sortOrder"])
    return {one["value"]: one.get("approverExternalId") or people[one["personId"]] for one in rows}


@pytest.mark.long(
    held_by="tests/contract/test_findity_external_ids.py::test_somebody_comes_in_under_the_id_of_the_rule_and_is_addressed_by_it_ever_after"
)
@pytest.mark.parametrize("taken", ["approverExternalId", "both"])
def test_approvers_are_named_by_the_ids_that_a_rule_gave_them_and_a_quiet_night_follows(there, taken):
    made = there(BY_RULE, approver_by="approverExternalId")
    made.box.switch(findity_approver_by=taken)
    made.night(*PEOPLE)
    assert set(became(made.night(*PEOPLE)).values()) == {"accepted"}
    assert first_approvers(made) == {center: f"acme-{lead}" for center, lead in WHO.items()}
    assert made.night(*PEOPLE).plan.things.empty
    gone = (*PEOPLE[:1], {**PEOPLE[1], "employment": "left"}, *PEOPLE[2:])
    night = made.night(*gone)
    assert night.facts.things.repairs == ("E1 approves for Cost center: 100, since E2 has left.",), "people are named by HR's number"
    assert first_approvers(made)["100"] == "acme-E1"
    assert made.users_there["acme-E2"]["active"] is False


@pytest.mark.long(held_by="tests/contract/test_findity_at_once.py::test_with_four_at_once_everybody_fares_as_with_one")
@pytest.mark.parametrize("trouble", ["none", "413", "refused"])
def test_with_several_writes_at_once_things_and_people_fare_as_with_one(there, trouble):
    connection = {"writes_at_once": 4, "chunk_size": 3}
    made = there(connection=connection)
    if trouble == "413":
        made.box.fault(api="findity", job="PUT users", status=413, times=1)
    if trouble == "refused":
        made.box.fault(api="findity", job="PUT users", refuse={"E5": "INVALID_EMAIL"}, times=None)
    first = made.night(*PEOPLE)
    assert set(became(first).values()) == {"accepted"}
    assert first.jobs.index("PUT dimension list") < first.jobs.index("PUT users"), "values go before whoever is preset to them"
    out = {"E5"} if trouble == "refused" else set()
    assert {number for number, (outcome, _) in first.outcome.items() if outcome != "created"} == out
    assert set(made.users_there) == {one["employee_id"] for one in PEOPLE} - out
    assert all(user["dimensionPresets"][0]["dimensionValueId"] in WHO for user in made.users_there.values())
    made.box.heal()
    second = made.night(*PEOPLE)
    assert set(became(second).values()) == {"accepted"}
    assert set(made.users_there) == {one["employee_id"] for one in PEOPLE}
    assert first_approvers(made) == WHO
    assert second.landed.without_approver == []


def test_quiet_who_has_an_address_for_an_id_is_not_deleted_and_is_told_by_number(there):
    today = datetime.now(UTC).date()
    made = Company(there().box, there().ledger, {}, syncing.UNLIMITED, leaving={"delete_after_days": 30})
    user = {"externalSourceId": "e2@acme.example", "id": "i2", "personId": "p2", "email": "E2@acme.example", "personnelNumber": "E2"}
    made.start({**user, "firstName": "F", "lastName": "L"})
    rows = (row("E1", None, None), row("E2", None, None))
    made.night(*rows, day=str(today))
    gone = (rows[0], {**rows[1], "employment": "left", "end_date": str(today)})
    assert made.night(*gone, day=str(today)).outcome["E2"] == ("deactivated", "landed")
    due = made.night(*gone, day=str(today + timedelta(days=31)))
    assert due.planned["E2"] == ("none", "left")
    (told,) = [one for one in due.facts.notices if "due to be deleted" in one]
    assert "(E2)" in told
    assert "@" not in told
    assert not [job for job in due.jobs if job.startswith("DELETE")]


@pytest.mark.long(
    held_by="tests/contract/test_findity_organizations.py::test_everyone_comes_into_the_organization_that_the_rule_names_and_a_person_of_both_is_one_person"
)
def test_the_repair_of_a_value_says_of_a_manager_of_another_organization_that_they_do_not_belong_there(tmp_path, monkeypatch):
    monkeypatch.setenv(RIGHT, "s")
    with stand_in() as company, company(tmp_path) as acme:
        dimension = {"name": "Cost center", "values": {"id": "cost_center"}, "approvers": [{"rule": "approval_limit"}]}
        acme.rules = {"approval": "dimensions", "dimensions": {"COST": dimension}}
        lead = employee("E2", "SE", cost_center="100", approval_limit="E2")
        people = (copy.copy(BOSS), lead, employee("E4", "NO", cost_center="200", approval_limit="E2"))
        acme.night(*people)
        night = acme.night(*people)[NO]
        assert night.facts.things.repairs == ("E1 approves for Cost center: 200, since E2 does not belong there.",)
        assert became(night) == {"approvers/COST/200": "accepted"}
