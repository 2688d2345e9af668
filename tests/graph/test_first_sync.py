"""A first sync is used up person by person, and does not begin where hardly an account is anybody's of HR's file."""

import copy
from typing import Any

import pytest

from destinations import first

NONE = {"join": {"count": 0, "share": 0}}
WHO = {"released_by": "finance", "reason": "looked through"}
WAITING = {"E07", "E09", "E12"}


def with_two_more(acme: Any) -> dict[str, dict[str, str]]:
    people = acme.people()
    return people | {number: {**people["E09"], "No": number, "Mail": f"{number}@acme.example"} for number in ("E13", "E14")}


def digest(acme: Any, run: Any) -> str:
    with acme.ledger() as ledger:
        return str(ledger.plans.verdict("findity", run.run_id).held_digest)


def still(acme: Any) -> set[str]:
    """Who is of the first sync still, by the ledger."""
    with acme.ledger() as ledger:
        return set(first.people(ledger, "findity", ledger.acknowledged.all("findity")))


REFUSED = {"refuse": dict.fromkeys(WAITING, "DB_SCHEMA_VIOLATION")}
OUTAGE = {"drop": True, "skip": 1}


@pytest.mark.parametrize(("fault", "succeeds"), [(REFUSED, True), (OUTAGE, False)], ids=["refused", "unanswered"])
def test_no_surprise_a_first_sync_is_used_up_only_by_whom_the_destination_took(empty: Any, fault: dict[str, Any], succeeds: bool) -> None:
    acme = empty(limits=NONE, expensify=None, findity__connection__chunk_size=5)
    acme.box.fault(api="findity", job="PUT users", times=None, **fault)
    assert acme.quickly("sync").succeeded == succeeds
    open_ = acme.people().keys() - {number for number, user in acme.users().items() if user["active"]}
    assert still(acme) >= WAITING and open_ <= still(acme) | {"E08", "E11"}
    # One of them by itself in between, and a second bad night: it changes nothing for the others.
    assert acme.quickly("one", employee_ids=["E09"]).succeeded == succeeds
    acme.quickly("sync")
    acme.box.heal()
    acme.file("2026-11-21", with_two_more(acme))
    result = acme.quickly("sync")
    assert result.succeeded, result
    outcomes = acme.outcome("findity", result.run_id)
    assert {outcomes[number] for number in WAITING} == {"created"}
    assert (outcomes["E13"], outcomes["E14"]) == ("held", "held")
    assert acme.planned("findity", result.run_id)["reason"].loc[["E13", "E14"]].tolist() == ["limit", "limit"]
    assert still(acme) & WAITING == set()


@pytest.mark.parametrize("skip", [1, 2])
def test_no_surprise_whoever_is_there_without_their_approver_after_an_outage_is_of_the_first_sync_still(empty: Any, skip: int) -> None:
    none = {kind: {"count": 0, "share": 0} for kind in ("join", "manager", "other", "unit")}
    acme = empty(limits=none, expensify=None, findity__connection__chunk_size=2)
    acme.box.fault(api="findity", job="PUT users", times=None, skip=skip, status=400)
    assert not acme.quickly("sync").succeeded
    assert {number for number, user in acme.users().items() if user["active"] and not user["approverIds"]} >= {"E01"}
    acme.box.heal()
    result = acme.quickly("sync")
    assert result.succeeded, result
    assert set(acme.outcome("findity", result.run_id).values()) <= {"created", "updated", "skipped"}
    assert all(acme.users()[number]["approverIds"] for number in acme.people())


def test_no_surprise_whom_a_release_let_go_and_the_destination_refused_needs_no_other_release(held: Any) -> None:
    acme = held(limits=NONE, expensify=None)
    acme.box.fault(api="findity", job="PUT users", times=None, **REFUSED)
    assert acme.quickly("release", digest=digest(acme, acme.first), **WHO).succeeded
    acme.box.heal()
    acme.file("2026-11-21", with_two_more(acme))
    outcomes = acme.outcome("findity", acme.quickly("sync").run_id)
    assert {outcomes[number] for number in WAITING} == {"created"}
    assert (outcomes["E13"], outcomes["E14"]) == ("held", "held")


@pytest.fixture
def elsewhere(empty: Any) -> Any:
    """A company that points at an organization of somebody else's."""

    def make(**settings: Any) -> Any:
        acme = empty(expensify=None, **settings)
        state = copy.deepcopy(acme.box.state)
        users = state["findity"]["organizations"]["acme"]["users"]
        pattern = next(iter(users.values()))
        for number in range(1, 7):
            own = {"id": f"x{number}", "personId": f"y{number}", "externalSourceId": f"X{number}", "personnelNumber": f"X{number}"}
            users[f"X{number}"] = {**pattern, **own, "email": f"x{number}@other.example", "active": True, "approverIds": [f"y{number}"]}
        acme.box.box.state = state
        return acme

    return make


def test_no_surprise_a_first_sync_at_somebody_elses_organization_waits_whatever_the_settings(elsewhere: Any) -> None:
    acme = elsewhere()
    writes = acme.box.writes
    for job, config in (("sync", {}), ("one", {"employee_ids": ["E05"]})):
        result = acme.quickly(job, **config)
        assert result.succeeded, result
        assert acme.planned("findity", result.run_id)["reason"]["E05"] == "hardly_any_match"
    assert acme.box.writes == writes
    synced = acme.quickly("sync")
    released = acme.quickly("release", digest=digest(acme, synced), **WHO)
    assert released.succeeded, released
    assert acme.users()["E05"]["active"]
    assert acme.users()["X1"]["active"]
    after = acme.quickly("sync")
    assert set(acme.outcome("findity", after.run_id).values()) == {"unchanged", "skipped"}


def test_no_surprise_what_of_it_was_not_released_goes_on_waiting(elsewhere: Any) -> None:
    acme = elsewhere(limits=NONE)
    synced = acme.quickly("sync")
    acme.file("2026-11-21", with_two_more(acme))
    assert acme.quickly("preview").succeeded
    assert acme.quickly("release", digest=digest(acme, synced), **WHO).succeeded
    after = acme.quickly("sync")
    reasons = acme.planned("findity", after.run_id)["reason"]
    assert (reasons["E13"], reasons["E14"]) == ("limit", "limit")
    assert acme.outcome("findity", after.run_id)["E13"] == "held"
