"""A run that was started from the command line can be gone on with: here, by Dagster's own API, and in the UI."""

import functools
import importlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import httpx
import pytest
import typer
from typer.testing import CliRunner

from assets.runs import chain, dagster_engines, launch
from assets.runs.launch import Location, reexecute, run_job
from cli import running
from cli.main import app
from resources import places
from tests import ports
from tests.processes import with_us

# A code location of its own: its second step fails until a file `mended` lies beside the log.
STUMBLING = """\
import os
from pathlib import Path

import dagster as dg

HERE = Path(__file__).parent


def note(step):
    with (HERE / "log").open("a") as file:
        file.write(step + "\\n")


@dg.asset
def first():
    note("first")
    return 1


@dg.asset
def second(first):
    note("second")
    if not (HERE / "mended").exists():
        raise dg.Failure("row 7 has no number", allow_retries=False)
    return first


@dg.asset
def third(second):
    note("third")


@dg.asset
def leaky():
    raise ValueError("ada@acme.example")


@dg.asset
def other(first):
    raise dg.Failure("row 8 has no name", allow_retries=False)


@dg.asset
def likewise(first):
    raise dg.Failure("row 7 has no number", allow_retries=False)


twice = dg.define_asset_job("twice", [first, second, likewise, other])
jobs = [twice, dg.define_asset_job("stumbling", [first, second, third]), dg.define_asset_job("leaking", [leaky])]
defs = dg.Definitions(assets=[first, second, third, leaky, other, likewise], jobs=jobs, executor=dg.in_process_executor)


def stumbling_job():
    return defs.resolve_job_def("stumbling")
"""

# Without the queue, a run starts without a daemon.
INSTANCE = """\
telemetry: {enabled: false}
run_coordinator: {module: dagster._core.run_coordinator, class: DefaultRunCoordinator}
"""

# Which engines are made while a code location is loaded and two runs are, from before anything has seen SQLAlchemy.
COUNTING = """
import json, sys
from pathlib import Path

import sqlalchemy
from alembic.script import ScriptDirectory

made, make = [], sqlalchemy.create_engine
migrations, read = [], ScriptDirectory.from_config
ScriptDirectory.from_config = lambda config: (migrations.append(config.get_main_option("script_location")), read(config))[1]
sqlalchemy.create_engine = lambda url, *more, **how: (made.append(Path(str(url)).name), make(url, *more, **how))[1]

from assets.location import together
from assets.runs.launch import Location, run_job

together.Location(Path(sys.argv[1]))
runs = [run_job("stumbling", location=Location("stumbling", sys.argv[2])).run_id for _ in range(2)]
print(json.dumps([runs, made, migrations]))
"""

REEXECUTE = """
mutation($params: ReexecutionParams!) {
  launchRunReexecution(reexecutionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  }
}
"""


@pytest.fixture
def stumbling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Location]:
    name = f"stumbling_{os.getpid()}_{time.monotonic_ns()}"
    (tmp_path / f"{name}.py").write_text(STUMBLING)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "dagster.yaml").write_text(INSTANCE)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])  # at the end: Dagster leaves out the first when it loads a module
    importlib.invalidate_caches()
    yield Location("stumbling", name)
    sys.modules.pop(name, None)


@contextmanager
def webserver(location: Location, folder: Path) -> Iterator[str]:
    """The real UI over the code location, and its address."""
    port = ports.free()
    module = {"module_name": location.module, "location_name": location.name, "working_directory": str(folder)}
    (folder / "workspace.yaml").write_text(json.dumps({"load_from": [{"python_module": module}]}))
    command = [sys.executable, "-m", "dagster_webserver", "-w", str(folder / "workspace.yaml"), "-h", "127.0.0.1", "-p", str(port)]
    with (folder / "webserver.log").open("w") as log:
        server = subprocess.Popen(with_us(command), stdout=log, stderr=log, start_new_session=True)
    try:
        deadline = time.monotonic() + 60
        while not answers(port):
            assert server.poll() is None, (folder / "webserver.log").read_text()
            assert time.monotonic() < deadline, "the webserver did not come up"
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/graphql"
    finally:
        server.send_signal(signal.SIGINT)
        server.wait()


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/server_info").is_success
    except httpx.TransportError:
        return False


def ask(url: str, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    reply = httpx.post(url, json={"query": query, "variables": variables}, timeout=60).json()
    assert "errors" not in reply, reply
    return dict(reply["data"])


def ended(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        run = instance.get_run_by_id(run_id)
        if run is not None and run.is_finished:
            return run.status
        time.sleep(0.1)
    raise AssertionError("the run did not end")


def steps(folder: Path) -> list[str]:
    return (folder / "log").read_text().split()


def test_a_failed_run_says_which_step_failed_and_what_it_said(stumbling: Location, tmp_path: Path) -> None:
    result = run_job("stumbling", location=stumbling)
    assert (result.succeeded, result.step, result.message) == (False, "second", "row 7 has no number")
    assert steps(tmp_path) == ["first", "second"]


def test_what_else_failed_is_told_and_the_same_only_once(stumbling: Location) -> None:
    result = run_job("twice", location=stumbling)
    said = [(result.step or "", result.message or ""), *result.others]
    assert sorted(message for _, message in said) == ["row 7 has no number", "row 8 has no name"]
    assert dict(said)["other"] == "row 8 has no name"
    with running.console.capture() as printed, pytest.raises(typer.Exit) as ended:
        running._finish(result)
    assert ended.value.exit_code == 1
    for step, message in said:
        assert f"{step}: {message}" in printed.get()


def test_quiet_the_message_of_an_unforeseen_error_is_masked(stumbling: Location) -> None:
    result = run_job("leaking", location=stumbling)
    assert result.step == "leaky"
    assert "masked" in (result.message or "")
    assert "ada@acme.example" not in (result.message or "")


def test_rerun_from_failure_leaves_out_what_has_succeeded(stumbling: Location, tmp_path: Path) -> None:
    first = run_job("stumbling", location=stumbling)
    second = reexecute(first.run_id, location=stumbling)
    assert second.step == "second"
    (tmp_path / "mended").touch()
    third = reexecute(second.run_id, location=stumbling)
    assert third.succeeded
    assert steps(tmp_path) == ["first", "second", "second", "second", "third"]
    with dg.DagsterInstance.get() as instance:
        last = instance.get_run_by_id(third.run_id)
        assert last is not None
        assert (last.parent_run_id, last.root_run_id) == (second.run_id, first.run_id)


def test_rerun_of_a_run_of_a_version_with_other_steps_says_to_start_its_job_anew(stumbling: Location, tmp_path: Path) -> None:
    failed = run_job("stumbling", location=stumbling)
    newer = Location("stumbling", f"{stumbling.module}_newer")
    (tmp_path / f"{newer.module}.py").write_text(STUMBLING.replace("third", "fourth"))
    importlib.invalidate_caches()
    with pytest.raises(dg.DagsterInvariantViolationError, match=r"had other steps\. Start stumbling anew"):
        reexecute(failed.run_id, location=newer)
    assert steps(tmp_path) == ["first", "second"]


def test_rerun_is_refused_where_there_is_nothing_to_go_on_with(stumbling: Location, tmp_path: Path) -> None:
    (tmp_path / "mended").write_text("")
    done = run_job("stumbling", location=stumbling)
    with pytest.raises(dg.DagsterInvariantViolationError, match="not failed"):
        reexecute(done.run_id, location=stumbling)
    with pytest.raises(dg.DagsterInvariantViolationError, match="There is no run"):
        reexecute("00000000-0000-0000-0000-000000000000", location=stumbling)


def failed_run(instance: dg.DagsterInstance, run_id: str, root: str | None = None) -> None:
    """A run with an id of one's choice."""
    job = dg.GraphDefinition("empty", node_defs=[dg.OpDefinition(lambda: None, "nothing")]).to_job()
    tags = {"dagster/root_run_id": root, "dagster/parent_run_id": root} if root else {}
    instance.create_run_for_job(job, run_id=run_id, status=dg.DagsterRunStatus.FAILURE, tags=tags, root_run_id=root, parent_run_id=root)


FIRST, AGAIN, OTHER, THIRD = (f"{beginning}-0000-4000-8000-000000000000" for beginning in ("3f2a1111", "77ab0000", "3f2a2222", "90ffffff"))


def test_dagsters_logs_stay_open_for_as_long_as_a_run_lasts_and_no_longer(stumbling: Location, tmp_path: Path) -> None:
    logs = []

    def look(_: dg.DagsterEvent) -> None:
        logs.append(sorted("index" if path.name.startswith("index") else "run" for path in tmp_path.rglob("*.db-wal")))

    run_job("stumbling", location=stumbling, on_event=look)
    assert logs
    assert all({"index", "run"} <= set(there) for there in logs)
    assert not list(tmp_path.rglob("history/runs/*.db-wal"))


def test_dagster_makes_its_engine_of_a_file_once_and_reads_its_migrations_once(stumbling: Location, tmp_path: Path) -> None:
    (tmp_path / "companies").mkdir()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(places.PROJECT), str(tmp_path)])}
    # In a process of its own: in this one the tests have made Dagster's storage cheap already (`tests.storing`).
    command = [sys.executable, "-c", COUNTING, str(tmp_path / "companies"), stumbling.module]
    done = subprocess.run(command, check=True, env=environment, cwd=tmp_path, capture_output=True, text=True)
    runs, made, migrations = json.loads(done.stdout.splitlines()[-1])
    assert [made.count(f"{run}.db") for run in runs] == [1, 1]
    assert [made.count(name) for name in ("index.db", "runs.db")] == [1, 1]
    assert migrations
    assert len(migrations) == len(set(migrations)), "Dagster's migrations are the same files as long as the process lives"
    assert dagster_engines._kept.cache_info().maxsize is not None, "a code server lives for weeks, and each run has a file"


def test_a_run_is_named_by_the_first_characters_of_any_of_its_attempts(stumbling: Location) -> None:
    with dg.DagsterInstance.get() as instance:
        failed_run(instance, FIRST)
        failed_run(instance, AGAIN, root=FIRST)
        failed_run(instance, OTHER)
        for typed in (FIRST, "3f2a1", " 3F2A11", AGAIN, "7"):
            assert chain.newest_attempt(instance, typed).run_id == AGAIN, typed
        assert chain.newest_attempt(instance, "3f2a2").run_id == OTHER
        assert [chain.root_of(instance, run_id) for run_id in (FIRST, AGAIN, OTHER, THIRD)] == [FIRST, FIRST, OTHER, THIRD]


def test_a_beginning_that_several_runs_have_or_none_is_told_with_those_there_are(stumbling: Location) -> None:
    with dg.DagsterInstance.get() as instance:
        for run_id, root in ((FIRST, None), (AGAIN, FIRST), (OTHER, None), (THIRD, None)):
            failed_run(instance, run_id, root)
    several = CliRunner().invoke(app, ["reexecute", "3f2a"])
    assert several.exit_code == 2
    heading, *lines = several.output.splitlines()
    assert heading == "The ids of several runs begin with '3f2a': type some more characters."
    assert [line.split()[:2] for line in lines] == [[OTHER, "empty,"], [FIRST, "empty,"]]
    assert all(line.endswith("UTC, failure") for line in lines)
    nothing = CliRunner().invoke(app, ["reexecute", "3f2b"])
    assert nothing.exit_code == 2
    heading, *lines = nothing.output.splitlines()
    assert heading == "There is no run whose id begins with '3f2b'. The newest:"
    assert [line.split()[0] for line in lines] == [THIRD, OTHER, FIRST]


def test_rerun_a_few_characters_go_on_with_the_newest_attempt(stumbling: Location, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "reexecute", functools.partial(reexecute, location=stumbling))
    first = run_job("stumbling", location=stumbling)
    again = CliRunner().invoke(app, ["reexecute", first.run_id[:8]])
    assert again.exit_code == 1
    assert f"Run {first.run_id}: failed." in " ".join(again.output.split())
    (tmp_path / "mended").touch()
    last = CliRunner().invoke(app, ["reexecute", first.run_id[:8]])
    assert last.exit_code == 0
    assert f"Run {first.run_id}: done." in " ".join(last.output.split())
    assert steps(tmp_path) == ["first", "second", "second", "second", "third"]
    with dg.DagsterInstance.get() as instance:
        root, runs = instance.get_run_group(first.run_id) or pytest.fail("no group")
        assert (root, len(runs)) == (first.run_id, 3)
        newest = instance.get_runs(limit=1)[0]
        assert newest.parent_run_id not in (first.run_id, None)


def test_config_and_tags_reach_the_run_and_its_reexecution(stumbling: Location) -> None:
    config = {"ops": {"first": {}}}
    failed = run_job("stumbling", run_config=config, tags={"reason": "drill"}, location=stumbling)
    again = reexecute(failed.run_id, location=stumbling)
    with dg.DagsterInstance.get() as instance:
        for result in (failed, again):
            run = instance.get_run_by_id(result.run_id)
            assert run is not None
            assert run.tags["reason"] == "drill"
            assert run.run_config["ops"] == config["ops"]


def test_each_step_is_told_as_it_ends_and_nothing_else_is_printed(stumbling: Location, capfd: pytest.CaptureFixture[str]) -> None:
    told: list[tuple[str, bool]] = []

    def on_event(event: dg.DagsterEvent) -> None:
        if event.is_step_success or event.is_step_failure:
            told.append((event.step_key or "", event.is_step_success))

    run_job("stumbling", on_event=on_event, location=stumbling)
    assert told == [("first", True), ("second", False)]
    captured = capfd.readouterr()
    assert captured.out + captured.err == ""


def test_rerun_of_a_run_that_a_sensor_started_prints_nothing_either(stumbling: Location, capfd: pytest.CaptureFixture[str]) -> None:
    job = dg.reconstructable(importlib.import_module(stumbling.module).stumbling_job)
    with dg.DagsterInstance.get() as instance, dg.execute_job(job, instance=instance, run_config={}) as by_sensor:
        assert not by_sensor.success
    capfd.readouterr()
    assert reexecute(by_sensor.run_id, location=stumbling).step == "second"
    captured = capfd.readouterr()
    assert captured.out + captured.err == ""


def test_rerun_dagsters_own_api_goes_on_with_the_run(stumbling: Location, tmp_path: Path) -> None:
    failed = run_job("stumbling", location=stumbling)
    (tmp_path / "mended").touch()
    job = dg.reconstructable(importlib.import_module(stumbling.module).stumbling_job)
    with dg.DagsterInstance.get() as instance:
        options = dg.ReexecutionOptions.from_failure(failed.run_id, instance)
        with dg.execute_job(job, instance=instance, reexecution_options=options) as result:
            assert result.success
    assert steps(tmp_path) == ["first", "second", "second", "third"]


@pytest.mark.long(held_by="tests/graph/test_launch.py::test_rerun_dagsters_own_api_goes_on_with_the_run")
def test_rerun_the_ui_goes_on_with_the_run(stumbling: Location, tmp_path: Path) -> None:
    failed = run_job("stumbling", location=stumbling)
    (tmp_path / "mended").touch()
    with webserver(stumbling, tmp_path) as url:
        params = {"parentRunId": failed.run_id, "strategy": "FROM_FAILURE"}
        launched = ask(url, REEXECUTE, {"params": params})["launchRunReexecution"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        with dg.DagsterInstance.get() as instance:
            assert ended(instance, launched["run"]["runId"]) == dg.DagsterRunStatus.SUCCESS
    assert steps(tmp_path) == ["first", "second", "second", "third"]
