"""A run whose process has died is marked as failed within minutes, and one that lives never is."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.events import EngineEventData
from typer.testing import CliRunner

from assets import names
from assets.runs import recovery
from cli import main as cli
from resources.ledger import database
from tests.rerun.conftest import Night, World, nights
from tests.rerun.kills import KILLED, die, dying_at, in_a_process

further = pytest.mark.long(held_by="tests/rerun/test_recovery.py::test_any_run_that_starts_marks_the_dead")


@pytest.fixture
def night(world: World, tmp_path: Path) -> Iterator[Night]:
    """A night, not begun with a run yet."""
    with nights(world) as night, night.begun(tmp_path / "night"):
        yield night


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Puts the ledger's clock forward."""
    real = database.now

    def forward(seconds: float) -> None:
        monkeypatch.setattr(database, "now", lambda connection: real(connection) + seconds)

    return forward


def killed(night: Night, world: World, at: str) -> str:
    """A run that dies at the first boundary of that name; its id."""
    number = next(number for number, (name, _) in enumerate(world.boundaries) if at in name)
    folder = Path(os.environ["ROLLCALL_HOME"]).parent
    assert in_a_process(lambda: night.sync(dying_at(number)), folder / "killed.json") == KILLED
    with dg.DagsterInstance.get() as instance:
        (run,) = instance.get_runs(limit=1)
        assert run.status is dg.DagsterRunStatus.STARTED
        return run.run_id


def status(run_id: str) -> dg.DagsterRunStatus:
    with dg.DagsterInstance.get() as instance:
        return status_at(instance, run_id)


def status_at(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run.status


@further
def test_a_run_that_has_died_is_marked_only_after_a_minute_of_silence(night: Night, world: World, later: Any) -> None:
    run_id = killed(night, world, "expensify/plan")
    with dg.DagsterInstance.get() as instance:
        (alive,) = recovery.recover(instance, "acme")
        assert (alive.run_id, alive.died) == (run_id, False)
        assert 0 < alive.left <= 60
        later(61)
        assert recovery.recover(instance, "another") == []
        (dead,) = recovery.recover(instance, "acme")
        assert (dead.run_id, dead.died) == (run_id, True)
        assert recovery.recover(instance, "acme") == []
    assert status(run_id) is dg.DagsterRunStatus.FAILURE


@further
def test_true_report_of_a_run_that_has_died_says_so_and_what_it_did(night: Night, world: World, later: Any) -> None:
    run_id = killed(night, world, "expensify/sync_result")
    later(61)
    with dg.DagsterInstance.get() as instance:
        recovery.recover(instance)
    (page,) = Path(os.environ["ROLLCALL_HOME"]).glob(f"reports/acme/{run_id}/sync_report.html")
    text = page.read_text("utf-8")
    assert "Stopped: The process of this run has died" in text
    assert "All 7 planned changes accepted" in text
    with night.acme.ledger() as ledger:
        assert ledger.runs.all().set_index("run_id").loc[run_id, "status"] == "stopped"


def test_a_run_that_died_before_its_first_sign_of_life_is_found_too(night: Night, world: World, later: Any) -> None:
    number = 0
    folder = Path(os.environ["ROLLCALL_HOME"]).parent
    assert in_a_process(lambda: night.sync(dying_at(number)), folder / "killed.json") == KILLED
    with dg.DagsterInstance.get() as instance:
        (starting,) = recovery.recover(instance)
        assert not starting.died
        later(recovery.STARTING_TAKES + 1)
        (dead,) = recovery.recover(instance)
        assert dead.died


def test_a_run_that_waits_for_a_worker_has_not_died_and_one_that_a_worker_has_begun_may_have(
    night: Night, tmp_path: Path, later: Callable[[float], None]
) -> None:
    """A queue outside Dagster has it, for as long as the instance lets a run start: it is there, and nobody has begun it."""
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\nrun_monitoring: {enabled: true, start_timeout_seconds: 3600}\n")
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        job = night.acme.defs.resolve_job_def("acme_sync")
        run = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTING, tags={"rollcall/company": "acme"})
        instance.report_engine_event("The task has been forwarded to the broker.", run)
        later(3500)
        (waiting,) = recovery.recover(instance)
        assert (waiting.died, 0 < waiting.left < 101) == (False, True)
        later(recovery.STARTING_TAKES + 1)
        assert not recovery.recover(instance)[0].died
        instance.report_engine_event("Started process for run (pid: 1).", run, EngineEventData.in_process(1))
        assert recovery.recover(instance)[0].died
        assert status_at(instance, run.run_id) is dg.DagsterRunStatus.FAILURE


def test_a_run_that_no_worker_ever_takes_counts_as_dead_in_the_end(night: Night, tmp_path: Path, later: Callable[[float], None]) -> None:
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\nrun_monitoring: {enabled: true, start_timeout_seconds: 3600}\n")
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        job = night.acme.defs.resolve_job_def("acme_sync")
        instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTING, tags={"rollcall/company": "acme"})
        later(3601)
        assert recovery.recover(instance)[0].died


@further
def test_a_run_that_is_merely_slow_is_never_marked(night: Night, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes several times as long as a sign of life holds."""
    from assets import company
    from resources.ledger.beating import beating

    monkeypatch.setattr(company, "beating", lambda open_ledger, run_id: beating(open_ledger, run_id, silent_after=3))
    night.box.fault(api="findity", job="GET users", delay=8.0, times=1)
    folder = Path(os.environ["ROLLCALL_HOME"]).parent
    child = os.fork()
    if child == 0:
        try:
            in_a_process(night.sync, folder / "slow.json")
            os._exit(0)
        finally:
            os._exit(1)
    looks = 0
    with dg.DagsterInstance.get() as instance:
        while os.waitpid(child, os.WNOHANG) == (0, 0):
            assert not [one for one in recovery.recover(instance) if one.died]
            looks += 1
            time.sleep(0.3)
        (run,) = instance.get_runs(limit=1)
    assert run.status is dg.DagsterRunStatus.SUCCESS
    assert looks > 10


def test_a_run_on_another_machine_lives_as_long_as_its_signs_come(night: Night, later: Any) -> None:
    """No process of this machine is it: only the ledger, which both machines use, tells."""
    with dg.DagsterInstance.get() as instance, night.acme.ledger() as ledger:
        run = instance.create_run_for_job(
            night.acme.defs.resolve_job_def("acme_sync"), status=dg.DagsterRunStatus.STARTED, tags={"rollcall/company": "acme"}
        )
        later(3600)
        ledger.heartbeats.beat(run.run_id)
        (there,) = recovery.recover(instance)
        assert not there.died
        later(3661)
        (gone,) = recovery.recover(instance)
        assert gone.died


@further
def test_rerun_goes_on_with_a_run_that_has_died_and_says_when_it_cannot_yet(night: Night, world: World, later: Any) -> None:
    from assets.runs.launch import reexecute

    run_id = killed(night, world, "findity/plan")
    with pytest.raises(dg.DagsterInvariantViolationError, match=r"has not ended\. If its process is gone, try again in \d+ s"):
        reexecute(run_id, location=night.acme.location)
    later(61)
    again = reexecute(run_id, location=night.acme.location)
    assert again.succeeded
    assert [one.run_id for one in again.died] == [run_id]


def test_any_run_that_starts_marks_the_dead(night: Night, world: World, later: Any) -> None:
    run_id = killed(night, world, "findity/plan")
    later(61)
    result = night.acme.run("preview")
    assert result.succeeded
    assert [one.run_id for one in result.died] == [run_id]
    assert status(run_id) is dg.DagsterRunStatus.FAILURE


@pytest.mark.long(held_by="tests/rerun/test_recovery.py::test_any_run_that_starts_marks_the_dead")
def test_the_command_line_names_the_living_and_the_dead(night: Night, world: World, later: Any) -> None:
    assert "Every run has ended." in CliRunner().invoke(cli.app, ["recover"]).output
    run_id = killed(night, world, "findity/plan")
    living = CliRunner().invoke(cli.app, ["recover", "acme"])
    assert living.exit_code == 0
    assert f"acme_sync {run_id} lives." in " ".join(living.output.split())
    later(61)
    unknown = CliRunner().invoke(cli.app, ["recover", "acne"])
    assert (unknown.exit_code, "Did you mean acme?" in unknown.output) == (2, True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(names, "companies", lambda: ["another"])
        assert "Every run has ended." in CliRunner().invoke(cli.app, ["recover", "another"]).output
    dead = CliRunner().invoke(cli.app, ["recover"])
    assert f"rollcall reexecute {run_id}" in " ".join(dead.output.split())
    assert status(run_id) is dg.DagsterRunStatus.FAILURE


@further
def test_a_run_that_died_after_its_last_step_has_succeeded_since_nothing_of_it_is_left(night: Night, world: World, tmp_path: Path) -> None:
    def killed() -> None:
        real = dg.DagsterInstance.handle_new_event

        def handle(self: Any, event: Any, **options: Any) -> Any:
            if event.is_dagster_event and event.dagster_event.event_type is dg.DagsterEventType.RUN_SUCCESS:
                die()
            return real(self, event, **options)

        dg.DagsterInstance.handle_new_event = handle  # type: ignore[method-assign]
        night.sync()

    assert in_a_process(killed, tmp_path / "killed.json") == KILLED
    left = in_a_process(night.recovered, tmp_path / "recovered.json")
    assert left["again"] is False
    assert left["report"] == world.clean["report"]
    for table, rows in world.clean["ledger"].items():
        assert left["ledger"][table] == rows, table
    with dg.DagsterInstance.get() as instance:
        (run,) = instance.get_runs()
    assert run.status is dg.DagsterRunStatus.SUCCESS
