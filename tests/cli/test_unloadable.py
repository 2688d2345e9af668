"""A company whose settings cannot be loaded, on the command line: told in status, and in nobody else's way."""

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assets import mistakes, names
from assets.location import broken
from cli.main import app
from resources import places
from resources.ledger import Ledger
from tests.unit.assets.location.test_together import THEIRS, YAML, company
from web import metrics


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("companies", "dagster"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("ROLLCALL_PIPELINES", str(tmp_path / "companies"))
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    monkeypatch.setenv("COLUMNS", "300")
    # Another test may have loaded it, with other companies; set first, so that what is loaded here is gone afterwards.
    monkeypatch.setitem(sys.modules, "pipelines.definitions", sys)
    monkeypatch.delitem(sys.modules, "pipelines.definitions")
    company(tmp_path / "companies", "good")
    company(tmp_path / "companies", "muster", YAML.replace("team:people", "team:FILL-IN"))
    return tmp_path / "companies"


def ran(name: str) -> None:
    with Ledger.open(places.ledger_url(), name) as ledger:
        ledger.runs.begin("run", "run", f"{name}_sync")


def test_status_tells_of_it_although_it_never_ran(folder: Path) -> None:
    told = [
        "muster: its settings cannot be loaded, so none of its jobs can run",
        f"attributes.owners.0 at {folder}/muster/defs.yaml:4: still says FILL-IN",
    ]
    for ask in (["status"], ["status", "muster"]):
        result = CliRunner().invoke(app, ask)
        assert result.exit_code == 0
        assert [line.strip() for line in result.stdout.splitlines() if line.strip()] == told
    ran("good")
    result = CliRunner().invoke(app, ["status"])
    assert all(line in result.stdout for line in told)
    assert "good_sync" in result.stdout
    assert "muster" not in CliRunner().invoke(app, ["status", "good"]).stdout


def test_status_as_json_tells_of_it_apart_from_those_that_run(folder: Path) -> None:
    ran("good")
    said = json.loads(CliRunner().invoke(app, ["status", "--json"]).stdout)
    assert [one["company"] for one in said["companies"]] == ["good"]
    line = f"attributes.owners.0 at {folder}/muster/defs.yaml:4: still says FILL-IN"
    assert said["unloadable"] == [{"company": "muster", "mistakes": [line]}]
    assert json.loads(CliRunner().invoke(app, ["status", "good", "--json"]).stdout)["unloadable"] == []


def test_its_jobs_are_refused_in_one_sentence(folder: Path) -> None:
    result = CliRunner().invoke(app, ["run", "muster_sync"])
    assert result.exit_code == 2
    said = " ".join(result.stdout.split())
    sentence = "The settings of company 'muster' cannot be loaded, so none of its jobs can run: attributes.owners.0 at"
    assert f"muster_sync was not started. {sentence}" in said
    assert "still says FILL-IN." in said


@pytest.mark.parametrize(
    ("what", "told"), [("builds", "could not be built (RuntimeError)"), ("takes", "the job good_sync is called as one")]
)
def test_what_only_building_shows_is_told_by_check_and_status_as_by_the_location(
    folder: Path, monkeypatch: pytest.MonkeyPatch, what: str, told: str
) -> None:
    (folder.parent / f"{what}.py").write_text(THEIRS[what])
    monkeypatch.syspath_prepend(str(folder.parent))
    monkeypatch.delitem(sys.modules, what, raising=False)
    company(folder, "other", YAML.replace("assets.RosterSync", f"{what}.Sync"))
    for ask in (["check"], ["check", "other"]):
        result = CliRunner().invoke(app, ask)
        assert result.exit_code == 2
        assert told in result.stderr
        assert "other: nothing is open or wrong." not in result.stdout
    assert "good: nothing is open or wrong." in CliRunner().invoke(app, ["check"]).stdout
    assert "good" not in mistakes.of_all(names.companies())
    [red] = [one for one in json.loads(CliRunner().invoke(app, ["status", "--json"]).stdout)["unloadable"] if one["company"] == "other"]
    assert told in red["mistakes"][0]
    assert not metrics.Companies()._loads("other")
    seen = broken.build(folder / "other" / "defs.yaml", red["mistakes"])
    [check] = seen.asset_checks or []
    assert check.node_def.compute_fn.decorated_fn().passed is False  # type: ignore[union-attr]


def test_what_a_component_of_somebody_elses_does_is_told_by_its_kind_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder.parent / "quarrels.py").write_text(THEIRS["builds"])
    monkeypatch.syspath_prepend(str(folder.parent))
    file = company(folder, "other", YAML.replace("assets.RosterSync", "quarrels.Sync"))
    [line] = mistakes.of(file)
    log = folder.parent / "dagster" / "redacted_errors.log"
    assert line == f"{file}: what it stands for could not be built (RuntimeError); the error's full text is in {log}"
    assert "hunter2" in log.read_text()
    assert mistakes.of(folder / "good" / "defs.yaml") == []
    assert mistakes.of_all(["good", "other", "nobody"]).keys() == {"other"}
