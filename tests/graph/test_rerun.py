"""Whatever stops a run, re-executing it from failure ends where one clean run would have ended, and never moves a destination backwards."""

import json
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest

from assets.asker import REEXECUTED_TAG, USER_TAG
from assets.graph import intake
from resources import places

further = pytest.mark.long(held_by="tests/graph/test_rerun.py::test_rerun_after_a_failed_push_pushes_the_data_of_the_first_file")


def with_department(acme: Any, department: str) -> dict[str, dict[str, str]]:
    people = acme.people()
    people["E09"]["Dept"] = department
    return people


def test_rerun_after_a_failed_push_pushes_the_data_of_the_first_file(synced: Any) -> None:
    acme = synced()
    acme.file("2026-11-21", with_department(acme, "Sales"))
    acme.box.fault(api="expensify", job="update employees", dry_run=False, code=401, times=None)
    failed = acme.run("sync", tags={USER_TAG: "kim", REEXECUTED_TAG: "anna"})
    assert failed.step == "acme__expensify__sync_result"
    assert "401" in failed.message
    assert acme.outcome("findity", failed.run_id)["E09"] == "updated"

    acme.box.heal()
    acme.file("2026-11-22", with_department(acme, "Finance"))
    again = acme.again(failed)
    assert again.succeeded, again
    assert acme.members()["ida@acme.example"]["customField2"] == "Sales"
    assert acme.outcome("expensify", again.run_id)["E09"] == "updated"
    with acme.ledger() as ledger:
        assert ledger.applied.of("expensify").number == 2
        runs = ledger.runs.all().set_index("run_id")
        assert runs.loc[again.run_id, "status"] == "finished"
        assert runs.loc[again.run_id, "root_run_id"] == failed.run_id
    with dg.DagsterInstance.get() as instance:
        tags = instance.get_run_by_id(again.run_id).tags
    assert tags[USER_TAG] == "kim"  # who asked for it stays who did
    assert REEXECUTED_TAG not in tags  # and who had gone on with it before has no part in this
    assert "landed" in acme.stored(again.run_id, "reports/sync_report")["headline"]


@further
def test_rerun_goes_on_from_values_that_an_earlier_version_stored(synced: Any) -> None:
    """It stored the desired records without the accounts, and of a plan the facts of the export with what limits held below ``holds``."""
    acme = synced(findity=None)
    acme.file("2026-11-21", with_department(acme, "Sales"))
    acme.box.fault(api="expensify", job="update employees", dry_run=True, code=401, times=1)
    failed = acme.run("sync")
    assert failed.step == "acme__expensify__plan"
    without_entry(failed.run_id, "employee_feed", "accounts")
    acme.box.fault(api="expensify", job="update employees", dry_run=False, code=401, times=1)
    again = acme.again(failed)
    assert again.step == "acme__expensify__sync_result", again
    facts = acme.stored(again.run_id, "expensify/plan")["facts"]
    holds = {name: facts.pop(name) for name in ("limits", "first", "everyone", "adoption")}
    earlier = {**facts, "everyone": facts.pop("whole"), "holds": holds, "rows": 12, "file": "people.csv"}
    place(again.run_id, "plan").joinpath("facts.json").write_text(json.dumps(earlier), "utf-8")
    last = acme.again(again)
    assert last.succeeded, last
    assert acme.members()["ida@acme.example"]["customField2"] == "Sales"


def place(run_id: str, asset: str) -> Path:
    """Where a run stored an asset of Expensify."""
    return Path(places.storage()) / "acme" / run_id / "acme" / "expensify" / asset


def without_entry(run_id: str, asset: str, entry: str) -> None:
    """A stored value as one that never had the entry."""
    index = place(run_id, asset) / "index.json"
    kept = json.loads(index.read_text("utf-8"))
    (place(run_id, asset) / kept["files"].pop(entry)).unlink()
    index.write_text(json.dumps(kept), "utf-8")


@pytest.mark.long(
    held_by="tests/unit/destinations/test_delivery_refused.py::test_rerun_an_older_export_is_not_written_over_a_newer_one_without_a_reason"
)
def test_rerun_refuses_to_write_what_is_older_than_another_run_has_applied_meanwhile(synced: Any) -> None:
    acme = synced(findity=None)
    acme.file("2026-11-21", with_department(acme, "Sales"))
    acme.box.fault(api="expensify", job="update employees", dry_run=False, code=401, times=1)
    failed = acme.run("sync")
    assert failed.step == "acme__expensify__sync_result"
    acme.file("2026-11-22", with_department(acme, "Finance"))
    assert acme.quickly("sync").succeeded

    writes = acme.box.writes
    again = acme.again(failed)
    assert again.step == "acme__expensify__sync_result"
    assert "Intake 2 is older" in again.message
    assert "accept: [older]" in again.message
    assert acme.box.writes == writes
    assert acme.members()["ida@acme.example"]["customField2"] == "Finance"


@pytest.mark.long(
    held_by="tests/unit/destinations/test_delivery_after_another.py::test_rerun_what_another_run_has_brought_just_so_is_not_sent_again"
)
def test_rerun_what_another_run_of_the_same_file_has_brought_meanwhile_is_not_written_again(synced: Any) -> None:
    acme = synced()
    acme.file("2026-11-21", with_department(acme, "Sales"))
    for api, job in (("expensify", "update employees"), ("findity", "PUT users")):
        acme.box.fault(api=api, job=job, dry_run=False, status=403, times=None)
    failed = acme.run("sync")
    acme.box.heal()
    assert acme.quickly("sync").succeeded
    writes = acme.box.writes

    again = acme.again(failed)
    assert again.succeeded, again
    assert acme.box.writes == writes
    for destination in ("expensify", "findity"):
        landed = acme.stored(again.run_id, f"{destination}/landed")
        fate = landed["outcomes"].set_index("person").loc["E09"]
        assert (fate["outcome"], fate["reason"], fate["landed"]) == ("unchanged", "done_meanwhile", "landed")
        assert (landed["numbers"]["intended"], landed["numbers"]["accepted"], landed["numbers"]["landed"]) == (1, 0, 1)


@pytest.mark.long(
    held_by="tests/unit/destinations/test_delivery_after_another.py::test_no_surprise_an_old_plan_never_overwrites_what_a_newer_run_has_written"
)
def test_no_surprise_an_old_plan_does_not_overwrite_what_a_newer_run_has_written(synced: Any) -> None:
    acme = synced()
    acme.file("2026-11-21", with_department(acme, "Sales"))
    for api, job in (("expensify", "update employees"), ("findity", "PUT users")):
        acme.box.fault(api=api, job=job, dry_run=False, status=403, times=None)
    failed = acme.run("sync")
    acme.box.heal()
    # The same file, by rules that have changed since: where E09 is in Sales, everyone is in Finance now.
    other = type(acme)(
        acme.folder, acme.box, expensify__feed__customField2={"constant": "Finance"},
        findity__users__organizationalUnitId={"constant": "Finance"},
    )  # fmt: skip
    newer = other.quickly("sync")
    assert newer.succeeded, newer
    writes, unit = acme.box.writes, acme.users()["E09"]["organizationalUnitId"]

    again = acme.again(failed)
    assert again.succeeded, again
    assert acme.box.writes == writes
    assert acme.members()["ida@acme.example"]["customField2"] == "Finance"
    assert acme.users()["E09"]["organizationalUnitId"] == unit
    for destination in ("expensify", "findity"):
        landed = acme.stored(again.run_id, f"{destination}/landed")
        fate = landed["outcomes"].set_index("person").loc["E09"]
        assert (fate["outcome"], fate["reason"]) == ("skipped", "stale")
        assert (landed["numbers"]["intended"], landed["numbers"]["landed"]) == (1, 0)
        assert not acme.checks(again)[f"{destination}/landed: landed"].passed
    assert "could not be brought in" in acme.stored(again.run_id, "reports/sync_report")["headline"]


def wrong_header(acme: Any, people: Any) -> Path:
    path = acme.file("2026-11-21", people)
    path.write_text(path.read_text("utf-8").replace(";Mail;", ";Post;", 1), "utf-8")
    return path


def wrong_delimiter(acme: Any, people: Any) -> Path:
    return acme.file("2026-11-21", people, by=",")


def short_of_rows(acme: Any, people: Any) -> Path:
    return acme.file("2026-11-21", people, rows=13)


@pytest.mark.parametrize(
    ("spoil", "seen", "do"),
    [
        (wrong_header, "wanted and not there: Mail", "Have HR put them back"),
        (wrong_delimiter, "looks separated by ','", "Correct `delimiter`"),
        (short_of_rows, "counts 13 rows, the file has 12", "send the whole file again"),
    ],
)
def test_rerun_after_the_gate_reads_the_corrected_file(synced: Any, spoil: Any, seen: str, do: str) -> None:
    acme = synced(findity=None)
    writes = acme.box.writes
    spoil(acme, with_department(acme, "Sales"))
    newest = (places.storage(), "acme", "newest", "acme", "hr", "roster", "index.json")
    before = Path(*newest).read_text()
    failed = acme.run("preview")
    assert failed.step == "acme__hr__intake"
    assert seen in failed.message
    assert do in failed.message
    gate = acme.checks(failed)["hr/roster: gate"]
    assert not gate.passed
    assert seen in gate.metadata["seen"].value
    assert do in gate.metadata["do"].value
    assert Path(*newest).read_text() == before
    assert acme.box.writes == writes

    acme.file("2026-11-21", with_department(acme, "Sales"))
    again = acme.again(failed)
    assert again.succeeded, again
    assert acme.planned("expensify", again.run_id)["action"]["E09"] == "update"
    assert acme.stored(again.run_id, "hr/export")["facts"]["rows"] == 12


@pytest.mark.long(held_by="tests/unit/destinations/test_delivery.py::test_rerun_whoever_got_no_answer_is_sent_again_and_nobody_else")
def test_rerun_of_a_write_whose_answers_were_lost_ends_in_true_outcomes(synced: Any) -> None:
    acme = synced()
    acme.file("2026-11-21", with_department(acme, "Sales"))
    for api, job in (("expensify", "update employees"), ("findity", "PUT users")):
        acme.box.fault(api=api, job=job, dry_run=False, drop=True, applied=True, times=None)
    failed = acme.run("sync")
    assert not failed.succeeded
    assert "E09" not in failed.message
    with acme.ledger() as ledger:
        assert ledger.deliveries.answers("expensify", failed.run_id)["status"].tolist() == ["unknown"]
    acme.box.heal()
    again = acme.again(failed)
    assert again.succeeded, again
    for destination in ("expensify", "findity"):
        assert acme.outcome(destination, again.run_id)["E09"] == "updated"
        assert acme.stored(again.run_id, f"{destination}/landed")["numbers"]["landed"] == 1


@further
def test_rerun_on_another_day_keeps_the_day_of_the_first_attempt(synced: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = synced(findity=None)
    people = acme.people()
    people["E09"]["End"] = "2027-03-01"
    acme.file("2026-11-21", people)
    monkeypatch.setattr(intake, "datetime", SimpleNamespace(now=lambda zone: datetime(2027, 3, 1, 12, tzinfo=zone)))
    acme.box.fault(api="*", job="get policy", code=401, times=None)
    failed = acme.run("preview")
    monkeypatch.setattr(intake, "datetime", SimpleNamespace(now=lambda zone: datetime(2027, 3, 2, 12, tzinfo=zone)))
    acme.box.heal()
    again = acme.again(failed)
    assert again.succeeded, again
    assert acme.planned("expensify", again.run_id)["action"]["E09"] == "none"
    anew = acme.quickly("preview")
    assert acme.planned("expensify", anew.run_id)["action"]["E09"] == "deactivate"


@pytest.mark.long(held_by="tests/unit/roster/plan/test_outcomes.py::test_a_refusal_gives_the_destinations_reason")
def test_a_person_whom_a_destination_refuses_fails_nothing_and_is_reported_with_the_reason(synced: Any) -> None:
    acme = synced()
    people = with_department(acme, "Sales")
    people["E04"]["Dept"] = "Engineering"
    acme.file("2026-11-21", people)
    acme.box.fault(api="expensify", job="update employees", dry_run=False, times=None, refuse={"E09": "Domain is not verified"})
    acme.box.fault(api="findity", job="PUT users", times=None, refuse={"E09": "DB_SCHEMA_VIOLATION"})
    result = acme.quickly("sync")
    assert result.succeeded, result
    for destination, reason in (("expensify", "Domain is not verified"), ("findity", "DB_SCHEMA_VIOLATION")):
        outcomes = acme.outcome(destination, result.run_id)
        assert (outcomes["E09"], outcomes["E04"]) == ("refused", "updated")
        told = acme.stored(result.run_id, "reports/skipped_employees").set_index(["employee_id", "where"])["reason"]
        assert reason in told["E09", destination.capitalize()]
    assert acme.members()["dag@acme.example"]["customField2"] == "Engineering"


@further
def test_true_report_a_re_execution_is_held_against_what_it_sent_itself(empty: Any) -> None:
    acme = empty(findity=None, expensify__connection__chunk_bytes=1500)
    acme.box.fault(api="expensify", job="update employees", dry_run=False, skip=1, times=None, status=503)
    failed = acme.run("sync")
    assert not failed.succeeded
    with acme.ledger() as ledger:
        before = ledger.deliveries.answers("expensify", failed.run_id)
    assert 0 < before["status"].eq("accepted").sum() < len(acme.people())
    acme.box.heal()
    again = acme.again(failed)
    assert again.succeeded, again
    assert acme.checks(again)["expensify/sync_result: agreement"].passed
