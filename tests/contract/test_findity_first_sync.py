"""A first sync is used up person by person, and does not begin where hardly an account is anybody's of HR's file."""

import pytest

from destinations import first
from destinations.base import Request
from resources.failures import Failed
from roster.plan.limits import Limits
from sandbox.server import Sandbox
from tests import syncing
from tests.contract.nights_at_findity import Company, employee

NOBODY = {"count": 0, "share": 0}
NONE = Limits.model_validate({"join": NOBODY})
WAITING = {"E07", "E09", "E12"}
MANAGERS = {"E01": None, "E02": "E01", "E03": "E01", "E04": "E02", "E05": "E02", "E06": "E02"} | dict.fromkeys(
    ("E07", "E08", "E09", "E10"), "E03"
)
PEOPLE = {
    number: employee(number, manager_id=MANAGERS.get(number, "E01"), department="Sales") for number in map("E{:02}".format, range(1, 13))
}
UNITS = {"organizationalUnitId": "department"}
TWO_MORE = {number: employee(number, manager_id="E03", department="Sales") for number in ("E13", "E14")}


@pytest.fixture(scope="module")
def box():
    with Sandbox() as running:
        yield running


@pytest.fixture
def company(box, tmp_path, monkeypatch):
    monkeypatch.setenv("FINDITY_SECRET", "demo-findity-secret")
    with syncing.fresh(tmp_path) as ledger:

        def make(limits=NONE, **connection):
            return Company(box, ledger, UNITS, limits, connection=connection)

        yield make


def went(company, *people, **how):
    """Whether a night came to its end, and none failed in the midst of its writing."""
    try:
        company.night(*people, **how)
    except Failed:
        return False
    return True


def released(company, night, *people):
    return company.night(*people, request=Request(release=night.plan.held_digest(), released_by="finance", reason="looked through"))


def still(company):
    """Who is of the first sync still, by the ledger."""
    return set(first.stage(company.ledger, "findity", company.ledger.acknowledged.all("findity")).people)


REFUSED = {"refuse": dict.fromkeys(WAITING, "DB_SCHEMA_VIOLATION")}
OUTAGE = {"drop": True, "skip": 1}


@pytest.mark.long(held_by="tests/unit/roster/plan/test_first.py::test_whoever_was_taken_since_is_no_longer_of_it")
@pytest.mark.parametrize(("fault", "succeeds"), [(REFUSED, True), (OUTAGE, False)], ids=["refused", "unanswered"])
def test_no_surprise_a_first_sync_is_used_up_only_by_whom_the_destination_took(company, fault, succeeds):
    acme = company(chunk_size=5)
    acme.box.fault(api="findity", job="PUT users", times=None, **fault)
    assert went(acme, *PEOPLE.values()) == succeeds
    open_ = PEOPLE.keys() - {number for number, user in acme.users_there.items() if user["active"]}
    assert still(acme) >= WAITING and open_ <= still(acme) | {"E08", "E11"}
    # One of them by itself in between, and a second bad night: it changes nothing for the others.
    assert went(acme, *PEOPLE.values(), request=Request(only=["E09"])) == succeeds
    went(acme, *PEOPLE.values())
    acme.box.heal()
    night = acme.night(*PEOPLE.values(), *TWO_MORE.values())
    assert {night.outcome[number][0] for number in WAITING} == {"created"}
    assert (night.outcome["E13"][0], night.outcome["E14"][0]) == ("held", "held")
    assert night.planned["E13"] == night.planned["E14"] == ("hold", "limit")
    assert still(acme) & WAITING == set()


@pytest.mark.long(
    held_by="tests/unit/roster/plan/test_first.py::test_of_the_first_sync_still_only_coming_in_and_what_lacked_of_it_does_not_count"
)
@pytest.mark.parametrize("skip", [1, 2])
def test_no_surprise_whoever_is_there_without_their_approver_after_an_outage_is_of_the_first_sync_still(company, skip):
    acme = company(Limits.model_validate(dict.fromkeys(("join", "manager", "other", "unit"), NOBODY)), chunk_size=2)
    acme.box.fault(api="findity", job="PUT users", times=None, skip=skip, status=400)
    assert not went(acme, *PEOPLE.values())
    assert {number for number, user in acme.users_there.items() if user["active"] and not user["approverIds"]} >= {"E01"}
    acme.box.heal()
    night = acme.night(*PEOPLE.values())
    assert {outcome for outcome, _ in night.outcome.values()} <= {"created", "updated", "skipped"}
    assert all(acme.users_there[number]["approverIds"] for number in PEOPLE)


@pytest.mark.long(
    held_by="tests/contract/test_findity_first_sync.py::test_no_surprise_a_first_sync_at_somebody_elses_organization_waits_whatever_the_settings"
)
def test_no_surprise_whom_a_release_let_go_and_the_destination_refused_needs_no_other_release(company):
    acme = company()
    acme.first_sync = "hold"
    held = acme.night(*PEOPLE.values())
    assert set(held.planned.values()) == {("hold", "first_sync")}
    acme.box.fault(api="findity", job="PUT users", times=None, **REFUSED)
    released(acme, held, *PEOPLE.values())
    acme.box.heal()
    night = acme.night(*PEOPLE.values(), *TWO_MORE.values())
    assert {night.outcome[number][0] for number in WAITING} == {"created"}
    assert (night.outcome["E13"][0], night.outcome["E14"][0]) == ("held", "held")


@pytest.fixture
def elsewhere(company):
    """A company that points at an organization of somebody else's."""

    def make(limits=None):
        theirs = {"firstName": "F", "lastName": "L", "active": True}
        numbers = [f"X{number}" for number in range(1, 7)]
        return company(limits).start(
            *(
                {**theirs, "id": f"i{key}", "personId": f"p{key}", "externalSourceId": key, "personnelNumber": key}
                | {"email": f"{key.lower()}@other.example", "approverIds": [f"p{key}"]}
                for key in numbers
            )
        )

    return make


def test_no_surprise_a_first_sync_at_somebody_elses_organization_waits_whatever_the_settings(elsewhere):
    acme = elsewhere()
    writes = acme.box.writes
    for request in (Request(), Request(only=["E05"])):
        assert acme.night(*PEOPLE.values(), request=request).planned["E05"][1] == "hardly_any_match"
    assert acme.box.writes == writes
    released(acme, acme.night(*PEOPLE.values()), *PEOPLE.values())
    assert acme.users_there["E05"]["active"]
    assert acme.users_there["X1"]["active"]
    after = acme.night(*PEOPLE.values())
    assert {outcome for outcome, _ in after.outcome.values()} == {"unchanged", "skipped"}


@pytest.mark.long(
    held_by="tests/contract/test_findity_first_sync.py::test_no_surprise_a_first_sync_at_somebody_elses_organization_waits_whatever_the_settings"
)
def test_no_surprise_what_of_it_was_not_released_goes_on_waiting(elsewhere):
    acme = elsewhere(NONE)
    held = acme.night(*PEOPLE.values())
    more = (*PEOPLE.values(), *TWO_MORE.values())
    acme.night(*more, write=False)
    released(acme, held, *more)
    after = acme.night(*more)
    assert after.planned["E13"] == after.planned["E14"] == ("hold", "limit")
    assert after.outcome["E13"][0] == "held"
