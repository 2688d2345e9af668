"""With ``ROLLCALL_LOGS=json`` each line of a log is a JSON object, which names run and company and nobody else."""

import io
import json
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster._core.definitions.instigation_logger as of_ticks
import dagster._loggers as of_runs
import pytest
from celery.utils.log import LoggingProxy

from assets import console, quiet
from assets.location.together import Location
from assets.runs import launch
from resources import logs
from tests.quiet.canaries import PEOPLE, given_away
from tests.unit.assets.location.test_together import company


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Whoever builds a company where JSON is wanted changes the loggers of this process: other tests' are as they were."""
    root, theirs = logging.getLogger(), [logging.getLogger(name) for name in logs._DAGSTERS]
    before = root.handlers[:], of_runs.create_console_logger, of_ticks.create_console_logger, [one.propagate for one in theirs]
    yield
    root.handlers[:], of_runs.create_console_logger, of_ticks.create_console_logger, propagate = before
    for one, does in zip(theirs, propagate, strict=True):
        one.propagate = does
    logging.captureWarnings(False)


@pytest.fixture(scope="module")
def written(acme: Any) -> Iterator[SimpleNamespace]:
    """What a run that succeeds, one whose file is unfit, and loggers write to stderr."""
    kept = logging.getLogger().handlers[:]
    made = of_runs.create_console_logger, of_ticks.create_console_logger
    own, folder = os.dup(2), acme.root / "stderr"
    sink = os.open(folder, os.O_WRONLY | os.O_CREAT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ROLLCALL_LOGS", "json")
        patch.setattr("sys.stderr", os.fdopen(os.dup(sink), "w", buffering=1, encoding="utf-8"))
        os.dup2(sink, 2)
        try:
            quiet.quieten()
            console.show()
            good = acme.run()
            acme.file(PEOPLE, trailer="#END;rows=99")
            bad = acme.run()
            try:
                raise ValueError("Zåfirstaq")
            except ValueError:
                logging.getLogger("somebody.elses").exception("It broke.", extra={"cell": "Zälastbq"})
        finally:
            os.dup2(own, 2)
            logging.getLogger().handlers[:] = kept
            logging.captureWarnings(False)
            of_runs.create_console_logger, of_ticks.create_console_logger = made
    yield SimpleNamespace(text=folder.read_text(encoding="utf-8"), good=good, bad=bad)


@pytest.fixture(scope="module")
def lines(written: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.text.splitlines()]


def test_every_line_is_an_object_that_says_when_how_grave_and_by_whom(lines: list[dict[str, Any]]) -> None:
    assert len(lines) > 5
    for line in lines:
        assert set(line) <= {"time", "level", "logger", "message", *logs.CONTEXT, "error"}
        assert line["time"].endswith("+00:00")
        assert line["level"] in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
        assert line["logger"]
        assert isinstance(line["message"], str)


def test_a_line_of_a_run_names_it_and_its_company(lines: list[dict[str, Any]], written: Any) -> None:
    assert written.good.succeeded
    assert not written.bad.succeeded
    of_runs = {(line.get("run"), line.get("company"), line.get("job")) for line in lines if "run" in line}
    assert of_runs == {(run.run_id, "acme", "acme_sync") for run in (written.good, written.bad)}
    (failed,) = [line for line in lines if line["level"] == "ERROR" and line.get("step") == "acme__hr__intake"]
    assert "trailer counts" in failed["message"]


def test_quiet_nobody_is_in_a_line_and_a_traceback_goes_to_the_owner_only_log(lines: list[dict[str, Any]], written: Any) -> None:
    assert given_away(written.text.encode()) == set()
    (line,) = [line for line in lines if line["logger"] == "somebody.elses"]
    assert (line["message"], line["error"]) == ("It broke.", "ValueError")
    assert b"Traceback" in (quiet.private_folder() / quiet.FILE).read_bytes()


def test_without_it_lines_are_as_dagster_and_python_write_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROLLCALL_LOGS", raising=False)
    before = logging.getLogger().handlers[:], of_runs.create_console_logger
    logs.write_json()
    console.show()
    assert (logging.getLogger().handlers, of_runs.create_console_logger) == before


def test_what_dagsters_own_handlers_write_is_a_line_too_and_comes_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ROLLCALL_LOGS", "json")
    theirs, root = logging.getLogger("dagster"), logging.getLogger()
    before = theirs.handlers[:], theirs.propagate, root.handlers[:]
    try:
        theirs.handlers[:] = [logging.StreamHandler(sys.stdout)]
        logs.write_json()
        logs.write_json()
        logging.getLogger("dagster.code_server").error("It stopped.", exc_info=ValueError("zqcell"))
        out, err = capsys.readouterr()
    finally:
        theirs.handlers[:], theirs.propagate, root.handlers[:] = before
        logging.captureWarnings(False)
    assert (json.loads(out)["message"], err) == ("It stopped.", "")
    assert "zq" not in out


def test_in_a_worker_of_celery_whose_standard_error_is_a_logger_no_line_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_LOGS", "json")
    console, root = io.StringIO(), logging.getLogger()
    monkeypatch.setattr(sys, "__stderr__", console)
    root.handlers[:] = [logging.StreamHandler(console)]  # Celery's own
    monkeypatch.setattr(sys, "stderr", LoggingProxy(logging.getLogger("celery.redirected"), "WARNING"))
    logs.write_json()
    logging.getLogger("of.a.run").warning("It began.")
    sys.stderr.write("printed")
    assert [json.loads(line)["message"] for line in console.getvalue().splitlines()] == ["It began.", "printed"]


@pytest.mark.parametrize(("wanted", "level"), [("json", "DEBUG"), ("", "CRITICAL")])
def test_jobs_with_a_config_of_their_own_and_re_executions_write_as_all_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: str, level: str
) -> None:
    company(tmp_path)
    jobs = Location(tmp_path).get_repository_def()
    monkeypatch.setenv("ROLLCALL_LOGS", wanted)
    console_at = {"console": {"config": {"log_level": level}}}
    for name, given in (("good_release", {"digest": "a" * 16, "reason": "seen"}), ("good_one", {"employee_ids": ["1"]})):
        mapping = jobs.get_job(name).config_mapping
        assert mapping is not None
        assert mapping.resolve_from_unvalidated_config(given)["loggers"] == console_at
    for before in (launch._IN_LINES, launch._SILENT, {}):
        assert launch._silenced(jobs.get_job("good_sync"), {"ops": {}, **before}) == {"ops": {}, "loggers": console_at}
    theirs = {"loggers": {"console": {"config": {"log_level": "INFO"}}}}
    assert launch._silenced(jobs.get_job("good_sync"), theirs) == theirs
