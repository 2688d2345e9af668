"""A company whose folder was renamed keeps what is kept of it; one that is gone leaves nothing; both are seen in `rollcall status`."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from cli import purge
from cli.main import app
from resources.ledger import Ledger, tables
from resources.ledger.scoped import moment


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ledger that has one person of `acme`, with a stored value and a report, and the folder of `acme_nordic`."""
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ROLLCALL_PIPELINES", str(tmp_path / "pipelines"))
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    (tmp_path / "pipelines" / "acme_nordic").mkdir(parents=True)
    (tmp_path / "pipelines" / "acme_nordic" / "defs.yaml").touch()
    with Ledger.open(str(tmp_path / "home" / "ledger.db"), "acme") as ledger:
        ledger.runs.begin("run", "run", "acme_sync")
        ledger.runs.end("run", "finished")
        person = {
            "company": "acme",
            "destination": "findity",
            "employee_id": "1",
            "active": True,
            "digest": "",
            "epoch": 1,
            "run_id": "run",
        }
        with ledger.engine.begin() as connection:
            connection.execute(sa.insert(tables.acknowledged).values(**person, recorded_at=moment()))
    for place in ("data/acme/run/acme/hr/roster", "data/acme/newest/acme/hr/roster", "reports/acme/run"):
        (tmp_path / "home" / place).mkdir(parents=True)
        (tmp_path / "home" / place / "index.json").write_text('{"run_id": "run"}')
    return tmp_path / "home"


def rollcall(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_all_that_is_kept_has_the_new_name(home: Path) -> None:
    result = rollcall("rename", "acme", "acme_nordic")
    assert result.exit_code == 0, result.output
    assert "acme is acme_nordic now: 1 person in the ledger" in result.output
    for place in ("data/acme_nordic/run/acme_nordic/hr/roster", "data/acme_nordic/newest/acme_nordic/hr/roster", "reports/acme_nordic/run"):
        assert (home / place / "index.json").exists()
    assert not (home / "data" / "acme").exists()
    assert "folder is not there" not in rollcall("status").output
    assert "knows no company 'acme'" in rollcall("rename", "acme", "acme_nordic").stderr


def test_a_rename_that_was_killed_is_done_by_the_next(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as struck:
        struck.setattr("resources.ledger.companies.Companies.rename", killed)
        assert rollcall("rename", "acme", "acme_nordic").exit_code != 0
    assert rollcall("rename", "acme", "acme_nordic").exit_code == 0
    assert (home / "data" / "acme_nordic" / "run" / "acme_nordic" / "hr" / "roster" / "index.json").exists()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("acme_nordic", "acme"), "The folder of acme_nordic is still there"),
        (("acme", "acme_nordi"), "Did you mean acme_nordic?"),
        (("brick", "acme_nordic"), "knows no company 'brick'"),
    ],
)
def test_folders_and_names_that_are_not_so_are_refused(home: Path, words: tuple[str, str], why: str) -> None:
    result = rollcall("rename", *words)
    assert result.exit_code == 2
    assert why in result.stderr
    assert (home / "data" / "acme").exists()


def test_a_company_without_a_folder_is_named_in_the_status(home: Path) -> None:
    said = rollcall("status").output
    assert "Its folder is not there, and 1 person is in the ledger. Under another name now: rollcall rename acme NEW." in said
    (company,) = json.loads(rollcall("status", "--json").output)["companies"]
    assert (company["company"], company["people"], company["folder"]) == ("acme", 1, False)


def test_a_company_that_is_gone_leaves_nothing_and_one_with_a_folder_stays(home: Path) -> None:
    assert "Say which company" in rollcall("purge", "--gone").stderr
    assert "still there" in rollcall("purge", "acme_nordic", "--gone", "--yes").stderr
    assert "Nothing was deleted" in CliRunner().invoke(app, ["purge", "acme", "--gone"], input="n\n").output
    result = rollcall("purge", "acme", "--gone", "--yes")
    assert result.exit_code == 0, result.output
    assert "Deleted: 2 ledger rows, 1 runs with stored values, 1 runs with reports, 0 Dagster runs." in result.output
    assert not (home / "data" / "acme" / "run").exists()
    assert not (home / "reports" / "acme").exists()
    assert "knows no company" in rollcall("purge", "acme", "--gone", "--yes").stderr


def test_a_purge_of_all_companies_passes_over_one_without_a_folder_and_says_so(home: Path) -> None:
    result = rollcall("purge")
    assert result.exit_code == 2  # there is no other: nothing was done
    assert "acme: its folder is not there." in result.stderr


def test_a_company_without_a_folder_keeps_nobody_elses_old_runs(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(purge.names, "companies", lambda: ["other"])
    assert purge._with_folder(["acme", "other"]) == ["other"]
    assert "acme: its folder is not there." in capsys.readouterr().err
