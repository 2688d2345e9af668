"""What is held waits for a release by its digest; exactly that is applied then, once somebody has said who and why."""

from datetime import UTC, datetime, timedelta
from typing import Any

WHO = {"released_by": "finance", "reason": "checked by hand"}


def digest(acme: Any, destination: str, run: Any = None) -> str:
    with acme.ledger() as ledger:
        return str(ledger.plan_verdict(destination, (run or acme.first).run_id).held_digest)


def test_no_surprise_a_first_sync_holds_everything_until_it_is_released(held: Any) -> None:
    acme = held()
    assert acme.box.writes == 0
    for destination in ("expensify", "findity"):
        assert {acme.outcome(destination, acme.first.run_id)[number] for number in acme.people()} == {"held"}
        with acme.ledger() as ledger:
            assert ledger.applied(destination) is None
    assert "wait for a release" in acme.stored(acme.first.run_id, "reports/sync_report")["headline"]

    # One after the other, each by its own digest; the other destination stays as it is.
    findity = acme.quickly("release", digest=digest(acme, "findity"), **WHO)
    assert findity.succeeded, findity
    assert len(acme.users()) == 13
    assert "ada@acme.example" not in acme.members()
    with acme.ledger() as ledger:
        assert ledger.applied("expensify") is None
        assert ledger.newest_plan("expensify") == acme.first.run_id
    report = acme.reports()["sync_report.html"]
    assert findity.run_id in str(report)
    assert "Expensify" not in acme.stored(findity.run_id, "reports/sync_report")["headline"]

    expensify = acme.quickly("release", digest=digest(acme, "expensify"), **WHO)
    assert expensify.succeeded, expensify
    assert "ada@acme.example" in acme.members()
    writes = acme.box.writes
    after = acme.quickly("sync")
    assert after.succeeded, after
    assert acme.box.writes == writes
    assert set(acme.outcome("findity", after.run_id).values()) == {"unchanged", "skipped"}


def test_no_surprise_one_destination_released_does_not_let_the_other_go(held: Any) -> None:
    acme = held()
    assert acme.quickly("release", digest=digest(acme, "findity"), **WHO).succeeded
    after = acme.quickly("preview")
    assert after.succeeded, after
    assert acme.planned("expensify", after.run_id)["action"]["E04"] == "hold"
    assert acme.planned("findity", after.run_id)["action"]["E04"] == "none"


def test_no_surprise_some_people_are_no_way_around_the_first_release(held: Any) -> None:
    acme = held(expensify=None)
    result = acme.quickly("one", employee_ids=["E04"])
    assert "the first sync is of everyone" in result.message
    assert acme.box.writes == 0
    later = acme.quickly("preview")
    assert acme.planned("findity", later.run_id)["action"]["E04"] == "hold"


def test_no_surprise_a_wrong_digest_and_one_that_has_expired_release_nothing(held: Any) -> None:
    acme = held(expensify=None)
    old = digest(acme, "findity")
    wrong = acme.quickly("release", digest="0123456789abcdef", **WHO)
    assert "Nothing is held under 0123456789abcdef" in wrong.message
    nobody = acme.quickly("release", digest=old, released_by="", reason="")
    assert "who releases and why" in nobody.message

    with acme.ledger() as ledger:
        ledger.save_held("findity", acme.first.run_id, old, datetime.now(UTC) - timedelta(minutes=1), ["join"])
    late = acme.quickly("release", digest=old, **WHO)
    assert "expired" in late.message
    assert "Run the preview" in late.message
    assert acme.box.writes == 0


def test_no_surprise_what_a_preview_without_gate_holds_cannot_be_released(held: Any) -> None:
    acme = held(expensify=None)
    people = acme.people()
    people["E09"]["Dept"] = "Sales"
    acme.file("2026-11-21", people)
    assert acme.quickly("preview").succeeded
    clicked = acme.clicked("findity/plan")
    result = acme.quickly("release", digest=digest(acme, "findity", clicked), **WHO)
    assert "did not pass its gate" in result.message
    assert acme.box.writes == 0


def test_rerun_a_release_that_failed_goes_on_with_the_same_set(held: Any) -> None:
    acme = held(expensify=None)
    acme.box.fault(api="findity", job="PUT users", status=403, times=None)
    failed = acme.run("release", digest=digest(acme, "findity"), **WHO)
    assert failed.step == "acme__findity__sync_result"
    acme.box.heal()
    again = acme.again(failed)
    assert again.succeeded, again
    assert acme.outcome("findity", again.run_id)["E04"] == "created"
    assert len(acme.users()) == 13


def test_a_leaver_by_absence_waits_while_a_rejected_row_could_be_theirs_and_goes_with_the_release(synced: Any) -> None:
    acme = synced(expensify=None)
    people = acme.people()
    people["E05"]["No"] = ""
    people["E04"]["Dept"] = "Engineering"
    acme.file("2026-11-21", people)
    result = acme.quickly("sync")
    assert result.succeeded, result
    outcomes = acme.outcome("findity", result.run_id)
    assert (outcomes["E05"], outcomes["E04"]) == ("held", "updated")
    assert acme.users()["E05"]["active"]
    released = acme.quickly("release", digest=digest(acme, "findity", result), **WHO)
    assert released.succeeded, released
    assert not acme.users()["E05"]["active"]
