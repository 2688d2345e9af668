"""A machine's clock that went back stops the run, since leavers would be brought back; one that stood in the future is let pass once."""

from datetime import date
from typing import Any

import pytest

from assets.graph import intake

pytestmark = pytest.mark.long(
    held_by="tests/unit/destinations/test_delivery_refused.py::test_rerun_an_export_with_an_older_day_is_not_written_even_if_it_was_seen_later"
)

WHO = {"accepted_by": "kim", "reason": "the clock stood in 2027"}


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets the clock."""
    return lambda day: monkeypatch.setattr(intake, "today", lambda timezone: date.fromisoformat(day))


def leaving(acme: Any, day: str) -> None:
    people = acme.people()
    people["E12"]["End"] = day
    acme.file("2026-11-21", people)


def accept(*checks: str) -> dict[str, Any]:
    return {"ops": {"acme__hr__intake": {"config": {"accept": list(checks), **WHO}}}}


def test_no_surprise_nobody_who_has_left_comes_back_when_the_clock_goes_back(synced: Any, on: Any) -> None:
    acme = synced(expensify=None)
    leaving(acme, "2026-12-05")
    on("2027-03-02")
    first = acme.run("sync")
    assert first.succeeded, first
    assert not acme.users()["E12"]["active"]
    writes = acme.box.writes
    on("2026-12-01")
    for job, config in (("sync", {}), ("preview", {}), ("one", {"employee_ids": ["E12"]})):
        result = acme.quickly(job, **config)
        assert result.step == "acme__hr__intake", result
        assert "Findity: 2026-12-01 counts as today, which is before 2027-03-02" in result.message
        assert "Set this machine's clock right" in result.message
        assert "accept: [as_of]" in result.message
    assert acme.box.writes == writes
    on("2027-03-02")  # the same day is fine
    assert acme.quickly("sync").succeeded


def test_a_clock_that_stood_in_the_future_is_let_pass_once_by_somebody_with_a_reason(synced: Any, on: Any) -> None:
    acme = synced()
    on("2027-03-02")
    assert acme.quickly("sync").succeeded
    on("2026-12-01")
    leaving(acme, "2026-11-30")
    assert acme.quickly("sync", **accept("rows")).step == "acme__hr__intake"
    let = acme.quickly("sync", **accept("as_of"))
    assert let.succeeded, let
    assert not acme.users()["E12"]["active"]
    with acme.ledger() as ledger:
        kept = ledger.intakes.gate(let.run_id).export.accepted
        assert (kept.checks, kept.by, kept.days) == (["as_of"], "kim", {"expensify": "2027-03-02", "findity": "2027-03-02"})
        assert ledger.applied.of("findity").as_of == date(2026, 12, 1)
    on("2026-12-02")
    assert acme.quickly("sync").succeeded


def test_rerun_a_run_of_an_earlier_day_writes_nothing_after_one_of_a_later_day(synced: Any, on: Any) -> None:
    acme = synced(expensify=None)
    on("2027-03-01")
    acme.box.fault(api="findity", job="PUT users", times=None, status=403)
    people = acme.people()
    people["E12"].update(End="2027-03-02", Mobile="+46701740999")  # the same file: still here on the first day, gone on the second
    acme.file("2026-11-21", people)
    failed = acme.run("sync")
    assert failed.step == "acme__findity__sync_result", failed
    acme.box.heal()
    on("2027-03-03")
    assert acme.quickly("sync").succeeded
    assert not acme.users()["E12"]["active"]
    again = acme.again(failed)
    assert "The plan for Findity is for an earlier day than what is there" in again.message
    assert not acme.users()["E12"]["active"]
