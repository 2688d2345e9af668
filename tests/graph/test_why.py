"""`rollcall why` and `rollcall status` tell the runs of a company as they were, and nothing of it reaches Dagster."""

import functools
import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from typer.testing import CliRunner, Result

from assets import names
from assets.runs import launch, summary
from cli import main as cli
from resources import places
from tests.graph.test_release import digest

further = pytest.mark.long(held_by="tests/graph/test_why.py::test_why_tells_one_person_across_runs_and_destinations")


def asked(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments))


def said(*arguments: str) -> str:
    result = asked(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def day_of(run: dict[str, Any]) -> date:
    """The company's day on which a run began: midnight may have come since."""
    return datetime.fromisoformat(run["began"]).astimezone(ZoneInfo("Europe/Stockholm")).date()


def kept_by_dagster() -> dict[Path, bytes]:
    with dg.DagsterInstance.get() as instance:
        return {path: path.read_bytes() for path in Path(instance.root_directory).rglob("*") if path.is_file()}


def test_why_tells_one_person_across_runs_and_destinations(synced: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = synced()
    people = acme.people()
    people["E04"]["Dept"] = "Finance"
    acme.file("2026-11-21", people)
    acme.begin()
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
    monkeypatch.setattr("cli.terminal._IN_A_FILE", 60)
    assert "\N{HORIZONTAL ELLIPSIS}" not in said("why", "E04"), "nothing is cut off in a narrow window"


@further
def test_why_says_that_nothing_had_to_change_only_where_it_knows(synced: Any) -> None:
    acme = synced()
    assert acme.quickly("sync").succeeded
    assert said("why", "E04").strip().startswith("E04 is in step at Expensify and Findity: nothing had to change.")
    for folder in (places.home() / "data" / "acme").iterdir():
        folder.rename(places.home() / f"away-{folder.name}")
    told = said("why", "E04").strip()
    assert told.startswith("The newest run planned nothing for E04: nothing had to change, or nobody has this number.")
    assert "earlier" in told.splitlines()[0]


@further
def test_why_tells_a_rejected_row_and_what_hr_does(synced: Any) -> None:
    acme = synced()
    people = acme.people()
    people["E04"]["Mail"] = "not an address"
    acme.file("2026-11-21", people)
    acme.begin()
    first, second, *_ = [line for line in said("why", "E04").splitlines() if line.strip()]
    assert first == "E04 was left as they were: line 5 of people_2026-11-21.csv was rejected. Mail: This is no e-mail address."
    assert second == "HR: Enter a working e-mail address."


@further
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


@further
def test_why_shows_as_many_runs_as_asked_for(synced: Any) -> None:
    acme = synced(expensify=None)
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
    nobody = asked("why", "beta")
    assert (nobody.exit_code, nobody.output) == (2, "Whom of beta? Give an employee number, too.\n")
    assert asked("why", "acme", "beta", "E04").exit_code == 2
    assert "E04 was created" in said("why", "acme", "E04")
    unknown = asked("why", "gamma", "E04")
    assert unknown.exit_code == 2
    assert "no run of 'gamma'" in unknown.output
    near = asked("status", "betta")
    assert near.exit_code == 2
    assert "There is no company 'betta'. Did you mean beta? There are: acme, beta" in near.output


def test_status_shows_runs_numbers_files_and_who_stays_out(synced: Any) -> None:
    acme = synced()
    people = acme.people()
    people["E04"]["Mail"] = "not an address"
    acme.file("2026-11-21", people)
    assert acme.quickly("sync").succeeded
    told = said("status")
    assert "No run is under way." in told
    assert "Expensify was last written to from people_2026-11-21.csv of 2026-11-21 (intake 2), 0 min ago." in told
    assert "12 / 12 / 12" in told
    assert "0 / 0 / 0" in told
    assert any("Their row in HR's file was rejected" in line and line.rstrip().endswith("E04") for line in told.splitlines())
    assert "not an address" not in told


@pytest.mark.long(held_by="tests/graph/test_why.py::test_status_shows_a_run_that_is_under_way_and_not_as_stopped")
def test_status_shows_nobody_under_way_once_a_run_without_a_file_has_ended(synced: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = synced()
    monkeypatch.setattr(launch, "run_job", functools.partial(launch.run_job, location=acme.location))
    monkeypatch.setattr(names, "companies", lambda: ["acme"])
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


@pytest.mark.long(held_by="tests/graph/test_why.py::test_status_shows_runs_numbers_files_and_who_stays_out")
def test_status_shows_what_waits_until_when_and_how_to_release_it(held: Any) -> None:
    acme = held()
    told = said("status", "acme")
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


def test_a_company_that_has_not_been_synced_yet_is_told_from_one_that_is_not_there(synced: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    synced()
    monkeypatch.setattr(names, "companies", lambda: ["acme", "newcomer"])
    result = asked("status", "newcomer")
    assert (result.exit_code, result.output) == (2, "The ledger knows no run yet of newcomer: run newcomer_sync first.\n")


@further
def test_one_run_has_one_id_wherever_it_is_named_and_however_often_it_is_re_executed(synced: Any) -> None:
    acme = synced(expensify=None)
    people = acme.people()
    people["E04"]["Dept"] = "Finance"
    acme.file("2026-11-21", people)
    acme.box.fault(api="findity", job="GET users", times=None, status=403)
    first = acme.run("sync")
    assert not first.succeeded
    with dg.DagsterInstance.get() as instance:
        summary.close(instance, first.run_id)
    assert json.loads(said("status", "--json"))["companies"][0]["runs"][0]["run"] == first.run_id
    acme.box.heal()
    second = acme.again(first)
    assert second.succeeded
    with dg.DagsterInstance.get() as instance:
        _, written = summary.close(instance, second.run_id) or pytest.fail("no report")
        group = instance.get_run_group(second.run_id)
    name = first.run_id
    assert group is not None
    assert group[0] == name, "the UI's group of re-executions"
    assert {run.run_id for run in group[1]} == {name, second.run_id}
    status = json.loads(said("status", "--json"))["companies"][0]["runs"]
    assert (status[0]["run"], status[0]["attempts"], status[0]["status"]) == (name, 2, "finished")
    assert [run["run"] for run in status].count(name) == 1
    assert sum(line.rstrip().endswith(name) for line in said("status").splitlines()) == 1
    assert json.loads(said("why", "E04", "--json"))["runs"][0]["run"] == name
    assert f"acme_sync  finished  {name}" in said("why", "E04")
    page = written.page.read_text(encoding="utf-8")
    assert written.page.parent.name == name
    assert f"<div><dt>Run</dt><dd><code>{name}</code></dd></div>" in page
    assert f"run <code>{name[:8]}</code>, re-executed as <code>{second.run_id[:8]}</code>" in page
    assert second.run_id not in said("status") + said("why", "E04")
    for typed in (name, second.run_id, name[:13], second.run_id[:13].upper()):
        nothing_left = asked("reexecute", typed)
        assert nothing_left.exit_code == 2
        assert nothing_left.output == f"Run {name} has nothing left to do: its re-execution {second.run_id} succeeded.\n"


def test_a_run_that_is_under_way_again_has_the_id_of_its_first_attempt(synced: Any) -> None:
    acme = synced()
    with acme.ledger() as ledger:
        ledger.runs.begin("first", "first", "acme_sync")
        ledger.runs.end("first", "stopped", {"hr/export": "There is no file."})
        ledger.runs.begin("again", "first", "acme_sync")
        ledger.heartbeats.beat("again")
    assert "acme_sync is under way, for 0 min: first" in said("status")
    told = json.loads(said("status", "--json"))["companies"][0]
    assert [run["run"] for run in told["under_way"]] == ["first"]
    assert (told["runs"][0]["run"], told["runs"][0]["status"], told["runs"][0]["failure"]) == ("first", "under way", None)


def test_status_as_json_is_what_the_terminal_shows(synced: Any) -> None:
    acme = synced()
    people = acme.people()
    people["E04"]["Mail"] = "not an address"
    acme.file("2026-11-21", people)
    acme.begin()
    (told,) = json.loads(said("status", "--json", "--last", "1"))["companies"]
    assert (told["company"], told["under_way"], told["waiting"]) == ("acme", [], [])
    taken = next(one for one in told["applied"] if one["destination"] == "Expensify")
    assert (taken["file"], taken["dated"], taken["intake"]) == ("people_2026-11-21.csv", "2026-11-21", 2)
    (run,) = told["runs"]
    assert (run["job"], run["status"], run["failure"]) == ("acme_sync", "finished", None)
    for moment in (taken["at"], run["began"], run["ended"]):
        assert datetime.fromisoformat(moment).utcoffset() == timedelta(0)
    assert [one["name"] for one in run["destinations"]] == ["Expensify", "Findity"]
    assert run["destinations"][0] == {
        "name": "Expensify",
        "stage": "landed",
        **dict.fromkeys(("intended", "accepted", "landed", "not_visible", "missing", "held"), 0),
    }
    out = [one for one in told["stays_out"] if one["employee_id"] == "E04"]
    assert {one["at"] for one in out} == {"HR file", "Expensify", "Findity"}
    assert {(date.fromisoformat(one["since"]), one["syncs"]) for one in out} == {(day_of(run), 1)}


@pytest.mark.long(held_by="tests/graph/test_why.py::test_status_as_json_is_what_the_terminal_shows")
def test_status_as_json_has_what_waits(held: Any) -> None:
    acme = held()
    (told,) = json.loads(said("status", "acme", "--json"))["companies"]
    waiting = {one["destination"]: one for one in told["waiting"]}
    assert waiting["Expensify"].keys() == {"destination", "people", "kinds", "digest", "until", "released_by"}
    assert (waiting["Expensify"]["people"], waiting["Expensify"]["kinds"]) == (12, ["join"])
    assert waiting["Findity"]["digest"] == digest(acme, "findity")
    assert datetime.fromisoformat(waiting["Findity"]["until"]).utcoffset() == timedelta(0)


def test_why_as_json_tells_the_same_and_values_only_when_asked(synced: Any) -> None:
    acme = synced()
    people = acme.people()
    people["E04"]["Dept"] = "Finance"
    acme.file("2026-11-21", people)
    acme.begin()
    text = said("why", "acme", "E04", "--json")
    told = json.loads(text)
    assert (told["company"], told["employee_id"], told["other_runs"], told["acknowledged_at"]) == (
        "acme",
        "E04",
        0,
        ["Expensify", "Findity"],
    )
    assert told["in_short"] == "E04 was updated at Expensify and Findity, and reading back shows it."
    newest, first = told["runs"]
    assert (newest["file"], newest["intake"], newest["standing"]) == ("people_2026-11-21.csv", 2, "active, in scope")
    assert newest["lines"] == [{"line": 5, "disposition": "used", "code": None, "message": None}]
    expensify = newest["destinations"][0]
    assert (expensify["name"], expensify["action"], expensify["matched_by"]) == ("Expensify", "update", "number")
    assert (expensify["request"], expensify["answer"], expensify["outcome"], expensify["read_back"]) == (1, "accepted", "updated", "landed")
    assert {"field": "customField2"} in expensify["changes"]
    assert first["destinations"][0]["kinds"] == ["join"]
    assert not any(each in text for each in ("Ytterberg", "dag@", "+4670", "SE56", "Finance"))
    shown = json.loads(said("why", "acme", "E04", "--json", "--show-values"))
    assert {"field": "customField2", "old": "Sales", "new": "Finance"} in shown["runs"][0]["destinations"][0]["changes"]


def test_why_as_json_tells_since_when_somebody_stays_out_and_what_is_to_be_done(synced: Any) -> None:
    acme = synced()
    people = acme.people()
    people["E04"]["Mail"] = "not an address"
    acme.file("2026-11-21", people)
    acme.begin()
    told = json.loads(said("why", "E04", "--json"))
    assert told["what_to_do"] == "HR: Enter a working e-mail address."
    since = {one["at"]: (date.fromisoformat(one["since"]), one["syncs"], one["ended"]) for one in told["stays_out"]}
    assert since["HR file"] == (day_of(told["runs"][0]), 1, None)
    assert told["runs"][0]["lines"][0]["disposition"] == "rejected"


@pytest.mark.usefixtures("empty")
def test_before_the_first_run_there_is_nothing_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAGSTER_HOME")  # other tests' runs are there, and `status` tells of runs that the ledger does not know
    for arguments in (["why", "E04"], ["status"]):
        result = asked(*arguments)
        assert result.exit_code == 2
        assert "knows no run yet" in result.output
