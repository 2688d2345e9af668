"""`rollcall why` and `rollcall status` tell the runs of a company as they were, and nothing of it reaches Dagster."""

import functools
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from typer.testing import CliRunner, Result

from assets.runs import launch
from cli import main as cli
from resources import places
from tests.graph.test_release import digest


def asked(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments))


def said(*arguments: str) -> str:
    result = asked(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def kept_by_dagster() -> dict[Path, bytes]:
    with dg.DagsterInstance.get() as instance:
        return {path: path.read_bytes() for path in Path(instance.root_directory).rglob("*") if path.is_file()}


def test_why_tells_one_person_across_runs_and_destinations(synced: Any) -> None:
    acme = synced()
    people = acme.people()
    people["E04"]["Dept"] = "Finance"
    acme.file("2026-11-21", people)
    assert acme.quickly("sync").succeeded
    told = said("why", "E04")
    lines = [line for line in told.splitlines() if line.strip()]
    assert lines[0] == "E04 was updated at Expensify and Findity, and reading back shows it."
    assert told.index("people_2026-11-21.csv") < told.index("people_2026-11-20.csv"), "newest first"
    assert "line 5: used" in told
    assert "active, in scope" in told
    assert "matched by number" in told
    assert "customField2: Sales → Finance" in told
    assert "request 1: accepted" in told
    assert "landed" in told
    assert "create (join)" in told


def test_why_says_that_nothing_had_to_change_only_where_it_knows(synced: Any) -> None:
    acme = synced()
    assert acme.quickly("sync").succeeded
    assert said("why", "E04").strip().startswith("E04 is in step at Expensify and Findity: nothing had to change.")
    for folder in (places.home() / "data" / "acme").iterdir():
        folder.rename(places.home() / f"away-{folder.name}")
    told = said("why", "E04").strip()
    assert told.startswith("The newest run planned nothing for E04: nothing had to change, or nobody has this number.")
    assert "earlier" in told.splitlines()[0]


def test_why_tells_a_rejected_row_and_what_hr_does(synced: Any) -> None:
    acme = synced()
    people = acme.people()
    people["E04"]["Mail"] = "not an address"
    acme.file("2026-11-21", people)
    assert acme.quickly("sync").succeeded
    first, second, *_ = [line for line in said("why", "E04").splitlines() if line.strip()]
    assert first == "E04 was left as they were: line 5 of people_2026-11-21.csv was rejected. Mail: This is no e-mail address."
    assert second == "HR: Enter a working e-mail address."


def test_why_shows_what_waits_under_which_digest(held: Any) -> None:
    acme = held()
    told = said("why", "E04")
    assert "E04 waits for a release at Expensify and Findity (to be created)" in told
    assert digest(acme, "expensify") in told
    assert digest(acme, "findity") in told


def test_why_of_a_number_that_nobody_has_says_so(synced: Any) -> None:
    synced()
    told = said("why", "E99")
    assert "E99 is in no row of people_2026-11-20.csv, and no plan has them." in told
    assert "unchanged" not in told


def test_why_shows_as_many_runs_as_asked_for(synced: Any) -> None:
    acme = synced()
    people = acme.people()
    for day in (21, 22, 23):
        people["E04"]["Mobile"] = f"+467017406{day}"
        acme.file(f"2026-11-{day}", people)
        assert acme.quickly("sync").succeeded
    told = said("why", "E04", "--last", "2")
    assert told.count("acme_sync") == 2
    assert "people_2026-11-23.csv" in told
    assert "people_2026-11-21.csv" not in told


def test_quiet_why_takes_no_address_and_repeats_none(synced: Any) -> None:
    synced()
    result = asked("why", "dag@acme.example")
    assert result.exit_code == 2
    assert "employee number" in result.output
    assert "dag@" not in result.output


def test_quiet_what_why_and_status_show_leaves_nothing_in_dagster(synced: Any) -> None:
    synced()
    before = kept_by_dagster()
    said("why", "E04")
    said("status")
    assert kept_by_dagster() == before


def test_a_company_has_to_be_named_only_where_there_are_several(synced: Any) -> None:
    acme = synced()
    with acme.ledger() as ledger:
        other = type(ledger)(ledger.engine, "beta")
        other.runs.begin("b1", "b1", "beta_sync")
    unclear = asked("why", "E04")
    assert unclear.exit_code == 2
    assert "acme, beta" in unclear.output
    assert "E04 was created" in said("why", "E04", "--company", "acme")
    unknown = asked("why", "E04", "--company", "gamma")
    assert unknown.exit_code == 2
    assert "no run of 'gamma'" in unknown.output


def test_status_shows_runs_numbers_files_and_who_stays_out(synced: Any) -> None:
    acme = synced()
    people = acme.people()
    people["E04"]["Mail"] = "not an address"
    acme.file("2026-11-21", people)
    assert acme.quickly("sync").succeeded
    told = said("status")
    assert "No run is under way." in told
    assert "Expensify was last brought to people_2026-11-21.csv of 2026-11-21 (intake 2), 0 min ago." in told
    assert "12 / 12 / 12" in told
    assert "0 / 0 / 0" in told
    assert any("Their row in HR's file was rejected" in line and line.rstrip().endswith("E04") for line in told.splitlines())
    assert "not an address" not in told


def test_status_shows_nobody_under_way_once_a_run_without_a_file_has_ended(synced: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = synced()
    monkeypatch.setattr(launch, "run_job", functools.partial(launch.run_job, location=acme.location))
    assert CliRunner().invoke(cli.app, ["run", "acme_report"]).exit_code == 0
    assert "No run is under way." in said("status")


def test_status_says_what_stopped_the_newest_run(synced: Any) -> None:
    acme = synced()
    assert "The newest run stopped" not in said("status")
    acme.file("2026-11-21", dict(list(acme.people().items())[:6]))
    stopped = acme.quickly("sync")
    with acme.ledger() as ledger:  # as whatever follows a run does
        ledger.runs.end(stopped.run_id, "stopped", {stopped.step: stopped.message})
    line = next(line for line in said("status").splitlines() if "The newest run stopped" in line)
    assert "rows: 6 rows, " in line and "let it pass for one run" in line


def test_status_shows_what_waits_until_when_and_how_to_release_it(held: Any) -> None:
    acme = held()
    told = said("status", "--company", "acme")
    assert "12 people wait for a release at Expensify (join), until" in told
    assert digest(acme, "expensify") in told
    released = acme.quickly("release", digest=digest(acme, "findity"), released_by="finance", reason="looked through")
    assert released.succeeded, released
    assert "wait for a release at Findity" not in said("status")


def test_status_shows_a_run_that_is_under_way_and_not_as_stopped(synced: Any) -> None:
    acme = synced()
    with acme.ledger() as ledger:
        ledger.runs.begin("now", "now", "acme_sync")
        ledger.heartbeats.beat("now")
        with ledger.leases.hold("now"):
            told = said("status")
            assert "acme_sync is under way, for 0 min, and may write: now" in told
        assert next(line for line in told.splitlines() if line.endswith("now")).count("stopped") == 0
        ledger.runs.end("now", "finished")
        assert "No run is under way." in said("status")


@pytest.mark.usefixtures("empty")
def test_before_the_first_run_there_is_nothing_to_tell() -> None:
    for arguments in (["why", "E04"], ["status"]):
        result = asked(*arguments)
        assert result.exit_code == 2
        assert "knows no run yet" in result.output
