"""The command line starts runs on an instance of its own, and says in one line what stops it."""

import os
import socket
import stat
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from cli import demo
from cli import main as cli
from resources import places
from tests import ports


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path / "kept"))
    monkeypatch.setenv("DAGSTER_HOME", "")
    return tmp_path / "kept"


def test_a_job_that_is_not_there_is_told_with_those_that_are(home: Path) -> None:
    result = CliRunner().invoke(cli.app, ["run", "demo_snyc"])
    assert result.exit_code == 2
    assert "demo_snyc" in result.output
    assert "demo_sync" in result.output
    assert "Traceback" not in result.output


def test_a_release_is_typed_in_one_line_and_says_what_is_wrong_with_it(home: Path) -> None:
    typed = ["release", "demo", "0123456789abcdef", "--by", "kim", "--reason", "looked through"]
    nothing = CliRunner().invoke(cli.app, typed)
    assert nothing.exit_code == 1
    assert "no run has produced it yet" in " ".join(nothing.output.split())  # in a home in which nothing was ever synced
    nobody = CliRunner().invoke(cli.app, ["release", "acme", "d1", "--by", "", "--reason", " "])
    assert nobody.exit_code == 2
    assert "it is empty" in nobody.output
    no_kind = CliRunner().invoke(cli.app, [*typed, "--kind", "join", "--kind", "joins"])
    assert no_kind.exit_code == 2
    assert "joins" in no_kind.output
    assert "bank_account" in no_kind.output
    nobody = CliRunner().invoke(cli.app, typed[:3])
    assert nobody.exit_code == 2
    assert "--by" in nobody.output


def test_the_instance_is_made_for_its_owner_alone_with_the_projects_configuration(home: Path) -> None:
    folder = demo.use_own_instance()
    assert os.environ["DAGSTER_HOME"] == str(folder)
    assert folder.is_relative_to(home)
    assert (folder / "dagster.yaml").read_text() == (places.PROJECT / "dagster.yaml").read_text()
    assert {stat.S_IMODE(path.stat().st_mode) for path in (home, folder)} == {0o700}


def test_an_instance_survives_that_the_project_moves(home: Path) -> None:
    (home / "dagster_home").mkdir(parents=True)
    (home / "dagster_home" / "dagster.yaml").symlink_to(home / "gone")
    assert (demo.use_own_instance() / "dagster.yaml").read_text()


def test_the_sandbox_lives_as_long_as_its_block_and_is_shared(home: Path) -> None:
    with demo.sandbox() as outer:
        address = httpx.URL(outer["EXPENSIFY_URL"]).join("/state.json")
        assert httpx.get(address).is_success
        with demo.sandbox() as inner:
            assert inner == outer
        assert httpx.get(address).is_success
    with pytest.raises(httpx.ConnectError):
        httpx.get(address)


def test_the_sandbox_opens_to_the_credentials_that_come_with_it(home: Path) -> None:
    with demo.sandbox() as given:
        form = {"grant_type": "client_credentials", "client_id": given["FINDITY_CLIENT"], "client_secret": given["FINDITY_SECRET"]}
        assert httpx.post(given["FINDITY_TOKEN_URL"], data=form).is_success


def test_the_ui_takes_another_port_if_the_usual_one_is_taken() -> None:
    with socket.socket() as taken:
        port = ports.free()
        taken.bind(("127.0.0.1", port))
        taken.listen()
        assert cli._free_port(port) not in (0, port)
    assert cli._free_port(port) == port
