"""Real ticks: the daemon's own code, one round at a time and by a clock of the test's, over a company's definitions in this process."""

import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.scheduler.instigation import InstigatorTick
from dagster._core.test_utils import create_test_daemon_workspace_context, freeze_time
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget
from dagster._daemon.run_coordinator.queued_run_coordinator_daemon import QueuedRunCoordinatorDaemon
from dagster._daemon.sensor import execute_sensor_iteration
from dagster._scheduler.scheduler import launch_scheduled_runs

from resources import places
from sandbox.sftp import PASSWORD, USER, SftpServer

# The project's own instance, but for one thing: a run is done at once and in this process.
LAUNCHER = """
run_launcher:
  module: dagster._core.launcher.sync_in_memory_run_launcher
  class: SyncInMemoryRunLauncher
"""
LOG = logging.getLogger("triggers")


class Daemon:
    """What `dagster-daemon` does for some companies, when the test says so."""

    def __init__(self, instance: dg.DagsterInstance, companies: list[Any], running: ExitStack) -> None:
        self.instance, self.acme = instance, companies[0]
        self.now = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
        origins = [
            InProcessCodeLocationOrigin(
                LoadableTargetOrigin(module_name=one.location.module), location_name=f"{one.location.name}_{one.name}"
            )
            for one in companies
        ]
        self._context = running.enter_context(create_test_daemon_workspace_context(InProcessWorkspaceLoadTarget(origins), instance))
        self._times: dict[str, Any] = {}
        self.clock()  # the daemon does not make up for what was before it

    def tick(self, name: str = "acme_arrival") -> InstigatorTick:
        """A minute later, every sensor ticks; how the one of that name did."""
        self.now += timedelta(minutes=1)
        with freeze_time(self.now):
            for _ in execute_sensor_iteration(self._context, LOG, None, None):
                pass
        return self._last(name)

    def clock(self, until: datetime | None = None) -> None:
        """The schedules' clock goes to a time."""
        self.now = until or self.now
        with freeze_time(self.now):
            for _ in launch_scheduled_runs(self._context, LOG, self.now, self._times):
                pass

    def scheduled(self, until: datetime, name: str = "acme_by_clock") -> InstigatorTick:
        """The same; what the schedule of that name did last."""
        self.clock(until)
        return self._last(name)

    def work(self) -> list[dg.DagsterRun]:
        """One round of the queue; all runs, oldest first."""
        queue = QueuedRunCoordinatorDaemon(interval_seconds=5)
        with queue:
            for _ in queue.run_iteration(self._context):
                pass
        return self.runs()

    def runs(self) -> list[dg.DagsterRun]:
        """All runs, oldest first."""
        return list(reversed(self.instance.get_runs()))

    def _last(self, name: str) -> InstigatorTick:
        for location in self._context.create_request_context().code_locations:
            repository = location.get_repository("__repository__")
            for one in (*repository.get_sensors(), *repository.get_schedules()):
                if one.name == name:
                    (tick,) = self.instance.get_ticks(one.get_remote_origin_id(), one.selector_id, limit=1)
                    return tick
        raise LookupError(name)

    def kept(self) -> str:
        """Everything that ticks, cursors and runs hold, as text."""
        states = self.instance.all_instigator_state(instigator_type=InstigatorType.SENSOR)
        ticks = [self.instance.get_ticks(one.instigator_origin_id, one.selector_id) for one in states]
        return repr([states, ticks, [(run.run_config, run.tags) for run in self.runs()]])


@pytest.fixture(scope="session")
def fresh_instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance in which nothing has happened: making its databases takes longer than copying them."""
    folder = tmp_path_factory.mktemp("instance")
    (folder / "dagster.yaml").write_text((places.PROJECT / "dagster.yaml").read_text() + LAUNCHER)
    with dg.DagsterInstance.from_config(str(folder)) as instance:
        instance.get_runs()
        instance.all_instigator_state()
        instance.fetch_run_status_changes(dg.DagsterEventType.RUN_START, limit=1)
    return folder


@pytest.fixture
def daemon(empty: Any, tmp_path: Path, fresh_instance: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Daemon]]:
    """Start the daemon of an instance with no runs yet, for a company with these settings, or for companies."""
    shutil.copytree(fresh_instance, tmp_path / "dagster")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    with ExitStack() as running:
        instance = running.enter_context(dg.DagsterInstance.get())

        def start(*companies: Any, **settings: Any) -> Daemon:
            given = {"when__arrival": {}, "findity": None, **settings}
            return Daemon(instance, list(companies) or [empty(when={}, **given)], running)

        yield start


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SftpServer]:
    """An SFTP server that shows the company's own folder."""
    monkeypatch.setenv("HR_SFTP_PASSWORD", PASSWORD)
    (tmp_path / "acme" / "inbox").mkdir(parents=True)
    with SftpServer(tmp_path / "acme") as running:
        yield running


@pytest.fixture
def over_sftp(server: SftpServer) -> Callable[..., dict[str, Any]]:
    """Settings of a company whose file lies there."""

    def build(**changes: Any) -> dict[str, Any]:
        sftp = {"host": server.host, "port": server.port, "user": USER, "password": {"env": "HR_SFTP_PASSWORD"}}
        sftp |= {"host_keys": [server.host_key_line], "path": "inbox/people_*.csv", "delimiter": ";"}
        sftp |= {"trailer": r"#END;rows=(?P<rows>\d+)", **changes}
        return {"hr__csv": None, "hr__sftp": sftp}

    return build
