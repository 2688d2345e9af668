"""The demo runs on an instance of its own, against a sandbox that lives as long as it does."""

import os
import stat
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer

from cli import demo
from resources import places


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path / "kept"))
    monkeypatch.setenv("DAGSTER_HOME", "")
    return tmp_path / "kept"


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


def test_what_is_done_meanwhile_is_done_while_the_sandbox_starts(home: Path) -> None:
    seen: list[bool] = []
    with demo.sandbox(meanwhile=lambda: seen.append((home / "sandbox" / "ready.json").exists())):
        pass
    assert seen == [False]


def test_where_only_developers_have_what_the_sandbox_needs_it_says_so(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "asyncssh.py").write_text("raise ImportError")  # as in an image
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(typer.Exit) as ended, demo.sandbox():
        pytest.fail("it is not there")
    said = capfd.readouterr().err
    assert ended.value.exit_code == 2
    assert "needs asyncssh, which is in the extra `dev`" in said
    assert "Traceback" not in said


def test_the_sandbox_has_ended_when_its_block_has(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    def start(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        started.append(real(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", start)
    with demo.sandbox():
        (child,) = started
        assert child.poll() is None
    assert child.returncode is not None, "its state is on the disk, and nothing of it goes on behind the next command"


def test_no_surprise_a_file_of_hr_that_is_there_has_not_arrived_once_more(home: Path) -> None:
    (file,) = demo.hr_folder().glob("*.csv")
    os.utime(file, (0, 0))
    demo.hr_folder()
    assert file.stat().st_mtime == 0, "the sensor of `rollcall ui` would start a sync of what `rollcall demo` has synced"
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + b"x")
    demo.hr_folder()
    assert file.read_bytes() == whole


def test_the_sandbox_opens_to_the_credentials_that_come_with_it(home: Path) -> None:
    with demo.sandbox() as given:
        form = {"grant_type": "client_credentials", "client_id": given["FINDITY_CLIENT"], "client_secret": given["FINDITY_SECRET"]}
        assert httpx.post(given["FINDITY_TOKEN_URL"], data=form).is_success
