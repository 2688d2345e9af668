"""The commands that start runs say in one line what is wrong with what was typed, before anything is started."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from typer.testing import CliRunner, Result

from assets.runs.launch import RunResult
from cli import running
from cli.main import app
from resources import places


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path / "kept"))
    monkeypatch.setenv("DAGSTER_HOME", "")
    return tmp_path / "kept"


@pytest.fixture
def companies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("acme", "acme_us", "brick"):
        (tmp_path / "companies" / name).mkdir(parents=True)
        (tmp_path / "companies" / name / "defs.yaml").touch()
    monkeypatch.setenv("ROLLCALL_PIPELINES", str(tmp_path / "companies"))


def asked(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_a_run_that_follows_another_does_not_begin_with_the_step_that_the_other_ended_with() -> None:
    running._at_work.update("demo/reports …")
    seen: list[object] = []
    assert running._watched("demo_sync", lambda: cast("RunResult", seen.append(running._at_work.status))) is None
    assert seen == ["starting"]


def test_a_job_that_is_not_there_is_told_with_those_that_are(home: Path) -> None:
    result = CliRunner().invoke(app, ["run", "demo_snyc"])
    assert result.exit_code == 2
    assert "demo_snyc" in result.output
    assert "demo_sync" in result.output
    assert "Traceback" not in result.output


def test_a_release_is_typed_in_one_line_and_says_what_is_wrong_with_it(home: Path) -> None:
    typed = ["release", "demo", "0123456789abcdef", "--by", "kim", "--reason", "looked through"]
    nothing = CliRunner().invoke(app, typed)
    assert nothing.exit_code == 1
    assert "no run has produced it yet" in " ".join(nothing.output.split())  # in a home in which nothing was ever synced
    nobody = CliRunner().invoke(app, ["release", "acme", "d1", "--by", "", "--reason", " "])
    assert nobody.exit_code == 2
    assert "it is empty" in nobody.output
    no_kind = CliRunner().invoke(app, [*typed, "--kind", "join", "--kind", "joins"])
    assert no_kind.exit_code == 2
    assert "joins" in no_kind.output
    assert "bank_account" in no_kind.output
    nobody = CliRunner().invoke(app, typed[:3])
    assert nobody.exit_code == 2
    assert "--by" in nobody.output


@pytest.mark.usefixtures("companies")
def test_an_unknown_job_is_told_with_its_neighbours_and_all_that_there_are(home: Path) -> None:
    result = asked("run", "acme_snyc")
    assert result.exit_code == 2
    assert result.output.startswith("There is no job 'acme_snyc'. Did you mean acme_sync")
    assert "There are: acme_sync, acme_preview, " in result.output
    assert not home.exists()


@pytest.mark.usefixtures("companies")
def test_the_demo_starts_nothing_where_there_is_no_demo_company(home: Path) -> None:
    result = asked("demo")
    assert result.exit_code == 2
    assert result.output.startswith("There is no job 'demo_sync'. ")
    assert not home.exists()


@pytest.mark.usefixtures("companies")
@pytest.mark.parametrize(
    "arguments",
    [
        ["release", "acne", "0123456789abcdef", "--by", "kim", "--reason", "looked through"],
        ["recover", "acne"],
        ["status", "acne"],
        ["why", "acne", "E1042"],
        ["export", "acne", "E1042", "--to", "e1042.json"],
        ["forget", "acne", "E1042", "--yes"],
        ["purge", "acne"],
        ["check", "acne", __file__],
    ],
    ids=lambda arguments: arguments[0],
)
def test_an_unknown_company_is_told_with_its_neighbours_by_every_command(home: Path, arguments: list[str]) -> None:
    result = asked(*arguments)
    assert result.exit_code == 2
    assert "There is no company 'acne'. Did you mean acme" in result.output
    assert "There are: acme, acme_us, brick." in result.output
    assert not list(home.rglob("runs.db"))


def test_that_there_is_no_such_job_is_told_without_dagster(home: Path) -> None:
    code = """
import sys
from cli.main import app
try:
    app(["run", "demo_snyc"])
except SystemExit as ended:
    print(ended.code, [name for name in ("dagster", "pandas", "sqlalchemy") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=places.PROJECT, check=False, capture_output=True, text=True)
    assert done.stdout == "2 []\n", done.stderr


@pytest.mark.parametrize(
    ("config", "told"), [("{", "cannot be read as YAML"), ("@nowhere.yaml", "cannot be read as YAML"), ("[1]", "it is no mapping")]
)
def test_config_that_is_no_mapping_is_told(home: Path, config: str, told: str) -> None:
    result = asked("run", "demo_one", "--config", config)
    assert result.exit_code == 2
    assert told in " ".join(result.output.split())


def test_config_that_fits_no_job_starts_nothing(home: Path) -> None:
    result = asked("run", "demo_one", "--config", "{employee_id: E1042}")
    assert result.exit_code == 2
    assert "demo_one was not started." in result.output


def test_a_run_that_is_not_there_is_told(home: Path) -> None:
    result = asked("reexecute", "3f2a")
    assert result.exit_code == 2
    assert result.output == "There is no run whose id begins with '3f2a'. There is none yet.\n"


def test_a_window_shows_the_step_that_is_under_way() -> None:
    from cli import running

    running._show(SimpleNamespace(is_step_start=True, step_key="demo__expensify__known"))  # type: ignore[arg-type]
    assert str(running._at_work.status) == "demo/expensify/known …"
