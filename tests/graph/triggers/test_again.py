"""A file whose run died before it had read it gets another run, a few times and no more; and `rollcall status` tells of what died."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import dagster as dg
import pytest
from dagster._core.launcher.sync_in_memory_run_launcher import SyncInMemoryRunLauncher
from dagster._core.scheduler.instigation import TickStatus
from typer.testing import CliRunner

from assets.graph.intake import EXPORT_TAG
from assets.runs import arrivals, lost
from cli.main import app
from tests.graph.triggers.test_arrival import FILE, grow, inbox, started

further = pytest.mark.long(
    held_by="tests/graph/triggers/test_again.py::test_rerun_a_file_whose_run_could_not_be_launched_is_read_by_the_next_one_which_says_so"
)

HAD = f"{FILE} as it is now has had its run"


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Runs die where they are launched, as those of a code location that cannot be loaded do, until a test says otherwise."""
    with monkeypatch.context() as broken:

        def launch(self: Any, context: Any) -> None:
            raise RuntimeError("no such host: secret@example.org")

        broken.setattr(SyncInMemoryRunLauncher, "launch_run", launch)
        yield broken


def landed(daemon: Any) -> Any:
    """The first run of the file is asked for, and has been launched."""
    daemon.tick()
    assert daemon.tick().status is TickStatus.SUCCESS
    return daemon.work()[-1]


def after(daemon: Any, wait: float) -> Any:
    """The tick at which the wait is over, the first one noticing that the run has died."""
    tick = daemon.tick()
    assert f". One more is started in {wait:.0f} s." in tick.skip_reason, tick
    daemon.now += timedelta(seconds=wait)
    return daemon.tick()


def status(*options: str) -> str:
    result = CliRunner().invoke(app, ["status", *options])
    assert result.exit_code == 0, result.output
    return result.output


def test_rerun_a_file_whose_run_could_not_be_launched_is_read_by_the_next_one_which_says_so(daemon: Any, dying: Any) -> None:
    daemon = daemon()
    died = landed(daemon)
    assert died.status is dg.DagsterRunStatus.FAILURE
    said = status()
    assert f"acme_sync failed before the ledger knew of it ({died_at(daemon, died)}): {died.run_id}" in said
    assert "acme_arrival starts it again by itself, 3 more times" in said
    assert "secret" not in said

    tick = daemon.tick()
    assert tick.skip_reason == f"{HAD}, which ended before it had read it ({died.run_id}). One more is started in 60 s."
    dying.undo()
    assert daemon.tick().status is TickStatus.SUCCESS
    run = daemon.work()[-1]
    assert run.status is dg.DagsterRunStatus.SUCCESS
    assert run.tags["rollcall/attempt"] == "2"
    assert run.tags[EXPORT_TAG] == died.tags[EXPORT_TAG]
    page = daemon.acme.reports()["sync_report.html"].read_text("utf-8")
    assert f"Run {died.run_id} ended before it had read this file: it is read now." in page
    assert daemon.tick().skip_reason == f"{HAD}."
    assert len(daemon.runs()) == 2
    (company,) = json.loads(status("--json"))["companies"]
    assert [(one["run"], one["status"], one["do"]) for one in company["lost"]] == [(died.run_id, "failed", None)]


def died_at(daemon: Any, run: Any) -> str:
    (record,) = daemon.instance.get_run_records(dg.RunsFilter(run_ids=[run.run_id]))
    return f"{record.update_timestamp:%Y-%m-%d %H:%M} UTC"


@further
def test_it_is_started_so_often_and_no_more_and_tick_and_status_say_so(daemon: Any, dying: Any, over_sftp: Any) -> None:
    daemon = daemon(**over_sftp(done_marker="{name}.done"))
    inbox(daemon).with_name(f"{FILE}.done").touch()
    assert daemon.tick().status is TickStatus.SUCCESS
    for number, wait in enumerate(arrivals.WAITS, start=1):
        assert len(daemon.work()) == number
        assert after(daemon, wait).status is TickStatus.SUCCESS
    last = daemon.work()[-1]
    for _ in range(2):
        tick = daemon.tick()
        assert tick.skip_reason.startswith(
            f"{HAD}, which ended before it had read it ({last.run_id}), as did 3 before it: none is started any"
        )
        daemon.now += timedelta(days=1)
    assert len(daemon.runs()) == 4
    assert len({run.tags["dagster/run_key"] for run in daemon.runs()}) == 4
    said = status("acme")
    assert said.count("failed before the ledger knew of it") == 4
    assert "Mend that, then: rollcall run acme_sync. acme_arrival has started it 4 times and does so no more" in said

    grow(inbox(daemon))
    assert daemon.tick().status is TickStatus.SUCCESS
    assert daemon.runs()[-1].tags[EXPORT_TAG] != last.tags[EXPORT_TAG]


@further
def test_a_file_that_was_replaced_meanwhile_begins_anew(daemon: Any, dying: Any) -> None:
    daemon = daemon()
    landed(daemon)
    daemon.tick()
    grow(inbox(daemon))
    assert "waiting until it stands still" in daemon.tick().skip_reason
    assert daemon.tick().status is TickStatus.SUCCESS
    assert "rollcall/attempt" not in daemon.runs()[-1].tags


def test_a_run_that_waits_starts_or_lives_is_not_dead(daemon: Any) -> None:
    daemon = daemon()
    daemon.tick()
    daemon.tick()
    (run,) = daemon.runs()
    for ends in (None, started(run)):
        if ends:
            daemon.instance.report_dagster_event(ends, run.run_id)
        daemon.now += timedelta(hours=2)
        assert daemon.tick().skip_reason == f"{HAD}."
    assert len(daemon.runs()) == 1


@further
def test_a_run_that_somebody_cancelled_is_not_started_again_even_if_its_process_was_gone_by_then(daemon: Any) -> None:
    daemon = daemon()
    for canceled in (True, False):
        daemon.tick()
        daemon.tick()
        run = daemon.runs()[-1]
        daemon.instance.report_run_canceling(run)
        if canceled:
            daemon.instance.report_run_canceled(run)
        else:
            daemon.instance.report_run_failed(run)
        daemon.tick()
        daemon.now += timedelta(hours=2)
        assert daemon.tick().skip_reason == f"{HAD}, which somebody cancelled ({run.run_id})."
        grow(inbox(daemon))
    assert len(daemon.runs()) == 2
    assert "acme_sync was cancelled before the ledger knew of it" in status()


@further
def test_a_run_that_the_daemon_has_ended_because_it_took_too_long_is_no_persons_wish(daemon: Any) -> None:
    daemon = daemon()
    daemon.tick()
    daemon.tick()
    (run,) = daemon.runs()
    daemon.instance.report_run_canceling(run, "Canceling due to exceeding maximum runtime of 14400 seconds.")
    daemon.instance.report_run_canceled(run)
    assert after(daemon, 60).status is TickStatus.SUCCESS
    assert "acme_sync failed before the ledger knew of it" in status()


@further
def test_a_run_that_reached_the_ledger_and_died_then_goes_on_by_its_re_execution_alone(daemon: Any) -> None:
    daemon = daemon()
    daemon.tick()
    daemon.tick()
    (run,) = daemon.runs()
    with daemon.acme.ledger() as ledger:
        ledger.runs.begin(run.run_id, run.run_id, run.job_name)
    daemon.instance.report_run_failed(run)
    daemon.tick()
    daemon.now += timedelta(hours=2)
    assert daemon.tick().skip_reason == f"{HAD}."
    assert len(daemon.runs()) == 1
    assert "before the ledger knew" not in status()


def test_status_names_a_chain_once_and_by_its_first_attempt(daemon: Any, dying: Any) -> None:
    daemon = daemon()
    died = landed(daemon)
    job = daemon.acme.defs.resolve_job_def("acme_sync")
    of_chain = {"root_run_id": died.run_id, "parent_run_id": died.run_id}
    tags = {**died.tags, "dagster/root_run_id": died.run_id, "dagster/parent_run_id": died.run_id}
    daemon.instance.create_run_for_job(job, status=dg.DagsterRunStatus.FAILURE, tags=tags, run_config=died.run_config, **of_chain)
    assert set(told()) == {died.run_id}
    assert "3 more times" in status()


@further
def test_status_tells_of_runs_that_hang_and_says_what_to_do(daemon: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    daemon = daemon()
    job = daemon.acme.defs.resolve_job_def("acme_release")
    config = {"digest": "0123456789abcdef", "released_by": "Kim", "reason": "looked through"}
    made = {
        name: daemon.instance.create_run_for_job(job, status=state, tags=job.run_tags, run_config=config)
        for name, state in [
            ("failed", dg.DagsterRunStatus.FAILURE),
            ("stuck", dg.DagsterRunStatus.STARTED),
        ]
    }
    daemon.tick()
    daemon.tick()
    made["queued"] = daemon.runs()[-1]
    monkeypatch.setattr(lost, "QUEUED_TOO_LONG", 1e9)  # the ticks' clock is behind the ledger's
    assert set(told()) == {made["failed"].run_id}
    monkeypatch.setattr(lost, "STARTING_TAKES", -1)
    monkeypatch.setattr(lost, "QUEUED_TOO_LONG", -1)
    found = told()
    assert {name: found[run.run_id]["status"] for name, run in made.items()} == {name: name for name in made}
    assert found[made["stuck"].run_id]["do"].endswith("rollcall recover acme")
    assert "see whether the daemon runs" in found[made["queued"].run_id]["do"]
    assert found[made["failed"].run_id]["do"].endswith("Mend that, then: start acme_release again as it was started")

    with daemon.acme.ledger() as ledger:
        ledger.heartbeats.beat(made["stuck"].run_id, silent_after=3600)
    assert set(told()) == {made["failed"].run_id}


def told() -> dict[str, Any]:
    (company,) = json.loads(status("--json"))["companies"]
    return {one["run"]: one for one in company["lost"]}


def test_what_cannot_be_read_is_not_what_is_not_there(daemon: Any, dying: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    daemon = daemon()
    with daemon.acme.ledger() as ledger:
        ledger.runs.begin("1", "1", "acme_sync")

    def broken(*given: Any) -> None:
        raise ConnectionError("postgresql://user:secret@host")

    monkeypatch.setattr(lost, "find", broken)
    monkeypatch.setattr(lost, "companies", broken)
    said = status()
    assert "Dagster's records cannot be read (ConnectionError)" in said
    assert "secret" not in said
    assert json.loads(status("--json"))["companies"][0]["lost"] is None
