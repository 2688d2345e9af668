"""What is held waits for a release by its digest; exactly that is applied then, once somebody has said who and why."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assets.asker import USER_TAG

further = pytest.mark.long(held_by="tests/graph/test_release.py::test_no_surprise_a_first_sync_holds_everything_until_it_is_released")

WHO = {"released_by": "finance", "reason": "checked by hand"}


def digest(acme: Any, destination: str, run: Any = None) -> str:
    with acme.ledger() as ledger:
        return str(ledger.plans.verdict(destination, (run or acme.first).run_id).held_digest)


def test_no_surprise_a_first_sync_holds_everything_until_it_is_released(held: Any) -> None:
    acme = held()
    assert acme.box.writes == 0
    for destination in ("expensify", "findity"):
        assert {acme.outcome(destination, acme.first.run_id)[number] for number in acme.people()} == {"held"}
        with acme.ledger() as ledger:
            assert ledger.applied.of(destination) is None
    assert "wait for a release" in acme.stored(acme.first.run_id, "reports/sync_report")["headline"]

    # One after the other, each by its own digest; the other destination stays as it is.
    findity = acme.quickly("release", digest=digest(acme, "findity"), **WHO)
    assert findity.succeeded, findity
    assert len(acme.users()) == 13
    assert "ada@acme.example" not in acme.members()
    with acme.ledger() as ledger:
        assert ledger.applied.of("expensify") is None
        assert ledger.plans.newest("expensify") == acme.first.run_id
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


@pytest.mark.long(held_by="tests/destinations/test_third_syncs.py::test_no_surprise_a_first_sync_is_held_and_its_release_brings_everyone")
def test_no_surprise_one_destination_released_does_not_let_the_other_go(held: Any) -> None:
    acme = held()
    assert acme.quickly("release", digest=digest(acme, "findity"), **WHO).succeeded
    after = acme.quickly("preview")
    assert after.succeeded, after
    assert acme.planned("expensify", after.run_id)["action"]["E04"] == "hold"
    assert acme.planned("findity", after.run_id)["action"]["E04"] == "none"


@further
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
    for left_out in ({"released_by": ""}, {}):
        nobody = acme.quickly("release", digest=old, reason="", **left_out)
        assert "who releases and why" in nobody.message

    with acme.ledger() as ledger:
        ledger.releases.save_held("findity", acme.first.run_id, old, datetime.now(UTC) - timedelta(minutes=1), ["join"])
    late = acme.quickly("release", digest=old, **WHO)
    assert "expired" in late.message
    assert "Run the preview" in late.message
    assert acme.box.writes == 0


def test_who_releases_is_who_has_signed_on_and_cannot_be_typed_over(held: Any) -> None:
    acme = held(expensify=None)
    kims = {"tags": {USER_TAG: "kim"}, "digest": digest(acme, "findity"), "reason": "checked by hand"}
    released = acme.quickly("release", **kims, released_by="anna")
    assert released.succeeded, released
    with acme.ledger() as ledger:
        assert ledger.releases.held(kims["digest"]).released_by == "kim"
    assert "Released by kim: checked by hand" in acme.reports()["sync_report.html"].read_text("utf-8")


def moved(acme: Any, day: str = "2026-11-21") -> None:
    """A newer file, in which E09 is elsewhere."""
    people = acme.people()
    people["E09"]["Dept"] = "Sales"
    acme.file(day, people)


@pytest.mark.long(held_by="tests/unit/roster/plan/test_releasing.py::test_no_surprise_a_further_change_of_somebody_makes_them_wait")
def test_no_surprise_a_newer_file_narrows_a_release_to_what_is_still_the_same(held: Any) -> None:
    acme = held(expensify=None)
    old = digest(acme, "findity")
    moved(acme)
    newer = acme.quickly("preview")
    assert digest(acme, "findity", newer) != old
    released = acme.quickly("release", digest=old, **WHO)
    assert released.succeeded, released
    assert "E09" not in acme.users()
    assert acme.users()["E04"]["active"]
    outcomes = acme.outcome("findity", released.run_id)
    assert (outcomes["E04"], outcomes["E09"]) == ("created", "held")
    assert acme.stored(released.run_id, "findity/plan")["facts"]["released"] == {"applied": 11, "changed": 1}
    assert "held" in acme.planned("findity", released.run_id)["detail"]["E09"]
    said = "Of what was released: 11 applied now, 1 other than it was when it was held"
    assert said in acme.reports()["sync_report.html"].read_text(encoding="utf-8")

    # What was left has a name of its own, and is the first sync's still.
    after = acme.quickly("preview")
    assert acme.planned("findity", after.run_id)["reason"]["E09"] == "first_sync"
    rest = acme.quickly("release", digest=digest(acme, "findity", after), **WHO)
    assert rest.succeeded, rest
    assert acme.outcome("findity", rest.run_id)["E09"] == "created"
    ended = acme.quickly("sync")
    assert "hold" not in set(acme.planned("findity", ended.run_id)["action"])


@pytest.mark.long(held_by="tests/unit/roster/plan/test_releasing.py::test_no_surprise_someone_employed_again_is_not_taken_out")
def test_no_surprise_a_leaver_whom_a_newer_file_has_again_is_not_taken_out(synced: Any) -> None:
    acme = synced(expensify=None)
    people = acme.people()
    del people["E05"], people["E06"]
    people["E12"]["No"] = ""
    acme.file("2026-11-21", people)
    assert acme.quickly("preview").succeeded
    waiting = digest(acme, "findity", acme.quickly("preview"))
    people["E05"] = acme.people()["E05"]
    acme.file("2026-11-22", people)
    assert acme.quickly("preview").succeeded
    released = acme.quickly("release", digest=waiting, **WHO)
    assert released.succeeded, released
    assert acme.users()["E05"]["active"]
    assert not acme.users()["E06"]["active"]
    assert acme.stored(released.run_id, "findity/plan")["facts"]["released"]["no_longer_wanted"] == 1


@pytest.mark.long(held_by="tests/unit/roster/plan/test_releasing.py::test_no_surprise_only_the_kinds_that_are_named_are_let_go")
def test_no_surprise_one_kind_can_be_let_go_and_the_rest_of_the_first_sync_goes_on_waiting(held: Any) -> None:
    acme = held(expensify=None)
    acme.users()["E04"] = {
        "id": "there", "personId": "person", "externalSourceId": "E04", "firstName": "Dag", "lastName": "Ytterberg",
        "email": "dag@acme.example", "active": True, "approverIds": [],
    }  # fmt: skip
    waiting = digest(acme, "findity", acme.quickly("preview"))
    before = dict(acme.users()["E04"])
    wrong = acme.quickly("release", digest=waiting, kinds=["leave"], **WHO)
    assert "holds nothing of kind leave" in wrong.message
    joined = acme.quickly("release", digest=waiting, kinds=["join"], **WHO)
    assert joined.succeeded, joined
    assert len(acme.users()) == 13
    assert acme.users()["E04"] == before
    assert acme.outcome("findity", joined.run_id)["E04"] == "held"
    nightly = acme.quickly("sync")
    assert nightly.succeeded, nightly
    assert acme.users()["E04"] == before
    rest = acme.quickly("release", digest=digest(acme, "findity", nightly), **WHO)
    assert rest.succeeded, rest
    assert acme.outcome("findity", rest.run_id)["E04"] == "updated"


@pytest.mark.long(held_by="tests/unit/roster/plan/test_releasing.py::test_approver_nobody_is_let_go_whose_approver_waits")
def test_approver_one_kind_let_go_takes_nobody_from_those_who_still_report_to_them(synced: Any) -> None:
    acme = synced(expensify=None, limits={"leave": {"count": 1, "share": 0}})
    people = acme.people()
    for number in ("E03", "E05", "E06"):
        people[number].update(Status="T", End="2026-11-01")
    acme.file("2026-11-21", people)
    waiting = digest(acme, "findity", acme.quickly("sync"))
    gone = acme.quickly("release", digest=waiting, kinds=["leave"], **WHO)
    assert gone.succeeded, gone
    assert [number for number in ("E03", "E05", "E06") if acme.users()[number]["active"]] == ["E03"]
    counts = acme.stored(gone.run_id, "findity/plan")["facts"]["released"]
    assert counts == {"applied": 2, "kind_not_released": 4, "depends_on_held": 1}
    rest = acme.quickly("release", digest=digest(acme, "findity", gone), **WHO)
    assert rest.succeeded, rest
    assert not acme.users()["E03"]["active"]
    assert acme.users()["E07"]["approverIds"] == [acme.users()["E01"]["personId"]]


@pytest.mark.long(held_by="tests/unit/roster/plan/test_releasing.py::test_what_was_done_meanwhile_is_not_written_again")
def test_no_surprise_what_was_released_and_is_there_is_not_released_twice(held: Any) -> None:
    acme = held(expensify=None)
    waiting = digest(acme, "findity")
    assert acme.quickly("release", digest=waiting, **WHO).succeeded
    writes = acme.box.writes
    for asks in ("finance", "somebody who came too late", "and one more"):  # none of them has released anything
        again = acme.quickly("release", digest=waiting, **WHO | {"released_by": asks})
        assert f"Nothing of {waiting} is left to apply: 12 there already. It was released by finance on " in again.message
        assert "Run the preview" in again.message
    assert acme.box.writes == writes


@further
def test_a_release_of_one_destination_asks_nothing_of_the_other(held: Any) -> None:
    acme = held()
    since = len(acme.box.calls)
    acme.box.fault(api="expensify", status=503, times=None)
    released = acme.run("release", digest=digest(acme, "findity"), **WHO)
    assert released.succeeded, released
    assert {call["api"] for call in acme.box.calls[since:]} == {"findity"}
    checks = acme.checks(released)
    assert checks["findity/plan: held"].passed
    assert not checks["expensify/plan: held"].passed


@pytest.mark.long(
    held_by="tests/unit/destinations/test_two_people.py::test_one_proposes_and_another_releases_and_the_run_may_go_on_when_the_proposal_is_over"
)
def test_rerun_a_release_that_began_in_time_may_end_when_the_time_is_over(held: Any) -> None:
    acme = held(expensify=None)
    waiting = digest(acme, "findity")
    acme.box.fault(api="findity", job="GET users", status=403, times=None)
    failed = acme.run("release", digest=waiting, **WHO)
    assert failed.step == "acme__findity__known"
    acme.box.heal()
    with acme.ledger() as ledger:
        ledger.releases.save_held("findity", acme.first.run_id, waiting, datetime.now(UTC) - timedelta(minutes=1), ["join"])
    assert "expired" in acme.quickly("release", digest=waiting, **WHO).message
    again = acme.again(failed)
    assert again.succeeded, again
    assert acme.outcome("findity", again.run_id)["E04"] == "created"


def test_how_long_a_release_is_possible_is_a_setting(empty: Any) -> None:
    acme = empty(first_sync="hold", expensify=None, release_hours=2)
    begun = datetime.now(UTC)
    with acme.ledger() as ledger:
        waiting = ledger.releases.held(digest(acme, "findity", acme.quickly("preview")))
    assert timedelta(hours=2) <= waiting.expires_at - begun < timedelta(hours=2, minutes=5)


@further
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


@pytest.mark.long(
    held_by="tests/unit/roster/plan/test_planning.py::test_without_a_readable_number_on_a_reject_every_leaver_by_absence_waits_and_no_other"
)
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
