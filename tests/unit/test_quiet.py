"""Quiet about people: what an error says goes into a file for its owner, and nowhere else."""

import logging
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from assets.quiet import REDACTED, OwnerOnlyFile, quieten

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "above" / "home"
    monkeypatch.setenv("DAGSTER_HOME", str(folder))
    logger = logging.getLogger(REDACTED)
    before = list(logger.handlers)
    logger.handlers.clear()
    quieten()
    yield folder
    for handler in logger.handlers:
        handler.close()
    logger.handlers[:] = before


def fail_with(text: str) -> dg.ExecuteInProcessResult:
    @dg.op
    def stumble() -> None:
        raise ValueError(text)

    @dg.job
    def stumbling() -> None:
        stumble()

    return stumbling.execute_in_process(raise_on_error=False)


def test_quiet_an_error_keeps_its_text_out_of_the_event_log_and_of_stderr(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    result = fail_with("Ada Lovelace <ada@acme.example>")
    assert not result.success
    assert "Lovelace" not in repr(result.all_events)
    captured = capfd.readouterr()
    assert "Lovelace" not in captured.out + captured.err
    assert "Ada Lovelace <ada@acme.example>" in (home / "redacted_errors.log").read_text()


def test_quiet_a_failure_meant_for_people_keeps_its_description(home: Path) -> None:
    @dg.op
    def stumble() -> None:
        raise dg.Failure("E1042 has no row", allow_retries=False)

    @dg.job
    def stumbling() -> None:
        stumble()

    result = stumbling.execute_in_process(raise_on_error=False)
    assert "E1042 has no row" in repr(result.all_events)


def test_quiet_the_file_and_its_folder_are_for_the_owner_alone(home: Path) -> None:
    fail_with("x")
    assert stat.S_IMODE((home / "redacted_errors.log").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE(home.parent.stat().st_mode) == 0o700


def test_quiet_a_file_that_others_could_read_is_closed_to_them(home: Path) -> None:
    home.mkdir(parents=True)
    (home / "redacted_errors.log").touch(mode=0o644)
    fail_with("x")
    assert stat.S_IMODE((home / "redacted_errors.log").stat().st_mode) == 0o600


def test_quiet_nothing_is_created_before_the_first_error(home: Path) -> None:
    assert not home.exists()


def test_quiet_an_error_that_cannot_be_filed_is_still_not_shown(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    home.parent.mkdir()
    home.write_text("in the way")
    assert not fail_with("Ada Lovelace").success
    captured = capfd.readouterr()
    assert "Lovelace" not in captured.out + captured.err
    assert "could not be written" in captured.err


def test_quiet_the_file_does_not_grow_for_ever(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    handler = next(one for one in logging.getLogger(REDACTED).handlers if isinstance(one, OwnerOnlyFile))
    monkeypatch.setattr(handler, "maxBytes", 2000)
    for number in range(40):
        logging.getLogger(REDACTED).error("%s %s", number, "x" * 100)
    kept = sorted(home.iterdir())
    assert [path.name for path in kept] == ["redacted_errors.log", "redacted_errors.log.1"]
    assert all(path.stat().st_size < 2000 and stat.S_IMODE(path.stat().st_mode) == 0o600 for path in kept)
    assert " 39 xxx" in kept[0].read_text()


def test_quiet_a_process_goes_on_in_the_file_that_another_has_begun(home: Path) -> None:
    logging.getLogger(REDACTED).error("before")
    (home / "redacted_errors.log").rename(home / "redacted_errors.log.1")
    logging.getLogger(REDACTED).error("after")
    assert "after" in (home / "redacted_errors.log").read_text()
    assert "after" not in (home / "redacted_errors.log.1").read_text()


def test_quiet_twice_is_as_quiet_as_once(home: Path) -> None:
    quieten()
    assert sum(isinstance(handler, OwnerOnlyFile) for handler in logging.getLogger(REDACTED).handlers) == 1


@pytest.mark.parametrize("package", ["assets", "pipelines"])
def test_quiet_every_package_that_a_process_of_dagster_imports_switches_it_on(package: str) -> None:
    code = f"import {package}, logging, os; print(os.environ['DAGSTER_REDACT_USER_CODE_ERRORS'], logging.getLogger('{REDACTED}').propagate)"
    environment = {**os.environ, "DAGSTER_REDACT_USER_CODE_ERRORS": "0", "PYTHONPATH": str(PROJECT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "False"]


@pytest.mark.parametrize(
    ("logger", "level"),
    [("httpx", logging.INFO), ("paramiko.transport", logging.ERROR), ("alembic.runtime", logging.INFO), ("oauthlib.oauth2", logging.INFO)],
)
def test_quiet_libraries_do_not_log_addresses(home: Path, logger: str, level: int) -> None:
    assert not logging.getLogger(logger).isEnabledFor(level)
