"""The sensor: what a file on its way, a file that has landed and a server that fails make of a tick."""

import os
import shutil
import socket
from dataclasses import replace
from hashlib import md5
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.scheduler.instigation import TickStatus

from assets.graph.intake import EXPORT_TAG
from assets.runs import triggers
from resources.hr.sources import ExportSource
from sandbox.sftp import PASSWORD, SftpServer, host_key
from tests import ports

further = pytest.mark.long(
    held_by="tests/graph/triggers/test_arrival.py::test_one_state_of_a_file_has_one_run_even_if_that_failed_and_the_next_state_has_another"
)

OTHER_KEY = " ".join(host_key(None).export_public_key().decode().split()[:2])
FILE = "people_2026-11-20.csv"


def config(run: dg.DagsterRun) -> dict[str, Any]:
    return run.run_config["ops"]["acme__hr__intake"]["config"]


def inbox(daemon: Any) -> Path:
    return daemon.acme.folder / "inbox" / FILE


def grow(file: Path) -> None:
    with file.open("a") as out:
        out.write("E13;")


def test_a_file_waits_one_tick_and_then_its_run_gets_exactly_what_the_sensor_saw(daemon: Any) -> None:
    daemon = daemon()
    first = daemon.tick()
    assert first.status is TickStatus.SKIPPED
    assert FILE in first.skip_reason
    assert "waiting until it stands still" in first.skip_reason
    assert daemon.runs() == []

    assert daemon.tick().status is TickStatus.SUCCESS
    (run,) = daemon.runs()
    seen, given = source(daemon).newest(), config(run)
    assert run.job_name == "acme_sync"
    assert given == {"file": f"{FILE}|{inbox(daemon).stat().st_size}|{seen.modified.isoformat()}"}


def source(daemon: Any) -> ExportSource:
    return daemon.acme.defs.resources["acme_hr"].resource_fn(None)


def test_a_growing_file_waits_until_it_stands_still(daemon: Any) -> None:
    daemon = daemon()
    for _ in range(3):
        grow(inbox(daemon))
        assert "waiting" in daemon.tick().skip_reason
    assert daemon.tick().status is TickStatus.SUCCESS


@pytest.mark.long(held_by="tests/graph/triggers/test_arrival.py::test_a_growing_file_waits_until_it_stands_still")
def test_a_file_that_is_written_again_at_the_same_size_waits_too(daemon: Any) -> None:
    daemon = daemon()
    daemon.tick()
    os.utime(inbox(daemon), (1_800_000_000, 1_800_000_000))
    assert "waiting" in daemon.tick().skip_reason
    assert daemon.tick().status is TickStatus.SUCCESS


def test_a_file_with_its_done_marker_is_taken_at_once_and_one_without_never(daemon: Any, over_sftp: Any) -> None:
    daemon = daemon(**over_sftp(done_marker="{name}.done"))
    for _ in range(3):
        tick = daemon.tick()
        assert tick.status is TickStatus.SKIPPED
        assert "its marker '{name}.done' is not there" in tick.skip_reason
    inbox(daemon).with_name(f"{FILE}.done").touch()
    assert daemon.tick().status is TickStatus.SUCCESS
    assert config(*daemon.runs())["file"].startswith(f"{FILE}|")


def test_one_state_of_a_file_has_one_run_even_if_that_failed_and_the_next_state_has_another(daemon: Any) -> None:
    daemon = daemon()
    daemon.acme.file("2026-11-20", daemon.acme.people(), rows=99)
    daemon.tick()
    daemon.tick()
    (failed,) = daemon.work()
    assert failed.status is dg.DagsterRunStatus.FAILURE
    for _ in range(2):
        assert daemon.tick().skip_reason == f"{FILE} as it is now has had its run."
    assert len(daemon.runs()) == 1

    daemon.acme.file("2026-11-20", daemon.acme.people())
    daemon.tick()
    daemon.tick()
    assert [run.status for run in daemon.work()] == [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS]


@pytest.mark.parametrize("local", [True, pytest.param(False, marks=further)], ids=["on this machine", "over SFTP"])
def test_what_lies_beside_a_file_and_stopped_its_run_starts_another_once_it_is_another(daemon: Any, over_sftp: Any, local: bool) -> None:
    manifest = {"manifest": {"name": "{stem}.md5", "hash": "md5"}}
    csv = {"path": "inbox/people_*.csv", "delimiter": ";", "trailer": r"#END;rows=(?P<rows>\d+)"}
    daemon = daemon(**({"hr__csv": csv | manifest} if local else over_sftp(**manifest)))
    file = inbox(daemon)
    beside = file.with_suffix(".md5")
    beside.write_text("0" * 32)
    daemon.tick()
    daemon.tick()
    (failed,) = daemon.work()
    assert failed.status is dg.DagsterRunStatus.FAILURE
    assert "has had its run" in daemon.tick().skip_reason

    beside.write_text(md5(file.read_bytes(), usedforsecurity=False).hexdigest())
    os.utime(beside, (1_800_000_000, 1_800_000_000))
    assert "waiting until it stands still" in daemon.tick().skip_reason
    daemon.tick()
    assert [run.status for run in daemon.work()] == [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS]
    assert "has had its run" in daemon.tick().skip_reason
    assert source(daemon).again(config(failed)["file"]).path == source(daemon).newest().path, "it can still be re-executed"


@pytest.mark.parametrize("local", [True, False], ids=["on this machine", "over SFTP"])
def test_no_file_yet_is_a_reason_to_wait(daemon: Any, over_sftp: Any, local: bool) -> None:
    daemon = daemon(**({} if local else over_sftp()))
    inbox(daemon).unlink()
    tick = daemon.tick()
    assert tick.status is TickStatus.SKIPPED
    assert "no" in tick.skip_reason
    assert "people_*.csv" in tick.skip_reason


def test_a_server_that_cannot_be_had_skips_with_the_reason_and_what_was_seen_before_still_counts(
    daemon: Any, over_sftp: Any, tmp_path: Path
) -> None:
    with SftpServer(tmp_path / "acme", state=tmp_path, port=ports.free()) as up:
        daemon = daemon(**over_sftp(port=up.port, host_keys=[up.host_key_line]))
        daemon.tick()
    tick = daemon.tick()
    assert tick.status is TickStatus.SKIPPED
    assert "could not be reached" in tick.skip_reason
    with SftpServer(tmp_path / "acme", state=tmp_path, port=up.port):
        assert daemon.tick().status is TickStatus.SUCCESS


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"user": "somebody"}, "refuses the login. Check `user` and `password`"),
        ({"host_keys": [OTHER_KEY]}, "has another host key than those pinned"),
        ({"path": "outbox/people_*.csv"}, "has no folder outbox. Correct `path`."),
        ({"password": {"env": "NOT_SET"}}, "The environment variable NOT_SET is not set."),
    ],
)
def test_what_only_a_person_can_mend_turns_the_tick_red_and_says_what(
    daemon: Any, over_sftp: Any, wrong: dict[str, Any], told: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert os.environ["DAGSTER_REDACT_USER_CODE_ERRORS"] == "1"
    daemon = daemon(**over_sftp(**wrong))
    tick = daemon.tick()
    assert tick.status is TickStatus.FAILURE
    assert told in tick.error.message
    assert (tick.error.cause, tick.error.context) == (None, None), "what a library says of it may hold anything"
    assert "somebody" not in "".join([tick.error.message, *tick.error.stack]), "the stack is lines of code"
    assert daemon.runs() == []
    assert PASSWORD not in daemon.kept() + "".join(capfd.readouterr())


def test_no_password_and_no_host_key_is_in_cursor_tags_or_run_config(daemon: Any, over_sftp: Any, server: Any) -> None:
    daemon = daemon(**over_sftp())
    daemon.tick()
    assert daemon.tick().status is TickStatus.SUCCESS
    kept = daemon.kept()
    assert FILE in kept
    assert PASSWORD not in kept
    assert server.host_key_line.split()[1] not in kept


def test_a_source_that_does_not_answer_ends_within_the_time_of_a_tick(daemon: Any, over_sftp: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert triggers.LONGEST < 60
    monkeypatch.setattr(triggers, "LONGEST", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        daemon = daemon(**over_sftp(port=silent.getsockname()[1]))
        tick = daemon.tick()
    assert tick.status is TickStatus.SKIPPED
    assert "could not be listed within" in tick.skip_reason


@further
def test_a_file_that_was_synced_by_hand_has_had_its_run_and_one_that_was_only_looked_at_has_not(daemon: Any) -> None:
    daemon = daemon()
    assert daemon.acme.run("preview").succeeded
    daemon.tick()
    assert daemon.acme.run("sync").succeeded
    assert daemon.tick().skip_reason == f"{FILE} as it is now has had its run."
    grow(inbox(daemon))
    daemon.tick()
    assert daemon.tick().status is TickStatus.SUCCESS


@further
def test_a_corrected_file_that_a_re_execution_has_read_needs_no_run_of_its_own(daemon: Any) -> None:
    daemon = daemon()
    daemon.acme.file("2026-11-20", daemon.acme.people(), rows=99)
    daemon.tick()
    daemon.tick()
    (failed,) = daemon.work()
    daemon.acme.file("2026-11-20", daemon.acme.people())
    again = daemon.acme.again(failed)
    assert again.succeeded, again
    assert daemon.tick().skip_reason == f"{FILE} as it is now has had its run."


@further
@pytest.mark.parametrize("local", [True, False], ids=["on this machine", "over SFTP"])
def test_a_clock_that_is_wrong_by_years_keeps_no_file_waiting(daemon: Any, over_sftp: Any, local: bool) -> None:
    daemon = daemon(**({} if local else over_sftp()))
    for time in (1, 4_000_000_000):
        os.utime(inbox(daemon), (time, time))
        assert "waiting" in daemon.tick().skip_reason
        assert daemon.tick().status is TickStatus.SUCCESS
        assert "as it is now has had its run" in daemon.tick().skip_reason
    found = source(daemon).again(config(daemon.runs()[-1])["file"])
    taken = replace(found, modified=None)
    assert source(daemon).take(taken).size == taken.size


@further
def test_a_file_that_comes_while_a_sync_runs_has_its_run_after_that(daemon: Any) -> None:
    daemon = daemon()
    daemon.tick()
    daemon.tick()
    (running,) = daemon.runs()
    daemon.instance.report_dagster_event(started(running), running.run_id)
    daemon.acme.file("2026-11-21", daemon.acme.people())
    daemon.tick()
    assert daemon.tick().status is TickStatus.SUCCESS
    assert daemon.work()[-1].status is dg.DagsterRunStatus.QUEUED
    daemon.instance.report_run_failed(running)
    assert daemon.work()[-1].status is dg.DagsterRunStatus.SUCCESS


def started(run: dg.DagsterRun) -> dg.DagsterEvent:
    return dg.DagsterEvent(event_type_value=dg.DagsterEventType.RUN_START.value, job_name=run.job_name)


@further
def test_two_companies_on_one_server_each_have_their_runs(daemon: Any, empty: Any, over_sftp: Any) -> None:
    settings = {"when": {"arrival": {}}, "expensify": None, **over_sftp()}
    acme, other = empty(**settings), empty(name="other", findity__connection__organization="adventureworks", **settings)
    shutil.rmtree(other.folder)
    daemon = daemon(acme, other)
    daemon.tick()
    daemon.tick()
    assert sorted(run.job_name for run in daemon.runs()) == ["acme_sync", "other_sync"]
    tags = {run.tags[EXPORT_TAG] for run in daemon.runs()}
    assert len(tags) == 1
    assert "had its run" in daemon.tick("other_arrival").skip_reason
