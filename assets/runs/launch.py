"""Starts a run in this process, recorded so that the Dagster UI can go on with it.

Belongs here: the one use of Dagster's internals. `execute_in_process` and `dagster job execute` leave runs that the UI cannot re-execute
from failure, for want of a code location; a run created with one can be. Does not belong here: what is run, and what is printed about it
afterwards.
"""

import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, Final

import dagster as dg
from dagster._core.definitions.reconstruct import ReconstructableJob, ReconstructableRepository
from dagster._core.errors import DagsterExecutionStepNotFoundError
from dagster._core.execution.api import create_execution_plan, execute_run_iterator
from dagster._core.execution.plan.plan import ExecutionPlan
from dagster._core.execution.plan.state import KnownExecutionState
from dagster._core.remote_origin import ManagedGrpcPythonEnvCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.tags import PARENT_RUN_ID_TAG, ROOT_RUN_ID_TAG
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

from assets.asker import REEXECUTED_TAG
from assets.runs import dagster_instance
from assets.runs.recovery import Unfinished, recover
from resources import logs
from resources.failures import Failed

OnEvent = Callable[[dg.DagsterEvent], None]

# Dagster's console logger repeats every event at DEBUG; the event log in the UI keeps them all the same.
_SILENT: Final = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
_INDEX: Final = "index"
"""Dagster's log of all runs, beside each run's own."""
_IN_LINES: Final = {"loggers": {"console": {"config": {"log_level": "DEBUG"}}}}
"""Where somebody collects lines (`resources.logs`): all events, as of runs that a daemon starts."""


@dataclass(frozen=True)
class Location:
    """A code location, as a workspace names it."""

    name: str = "rollcall"
    """The name in workspace.yaml and pyproject.toml: the UI looks for a run's job under it."""
    module: str = "pipelines.definitions"
    """The module to load."""


@dataclass(frozen=True)
class RunResult:
    """How a run ended."""

    run_id: str
    status: dg.DagsterRunStatus
    step: str | None = None
    """The first step that failed."""
    message: str | None = None
    """What that step said."""
    others: Sequence[tuple[str, str]] = ()
    """Steps that failed after it, of another destination say, each with what it said."""
    died: Sequence[Unfinished] = ()
    """Runs that were found dead when it started, and are ended now."""

    @property
    def succeeded(self) -> bool:
        """Whether every step succeeded."""
        return self.status == dg.DagsterRunStatus.SUCCESS


def run_job(
    job_name: str,
    *,
    run_config: Mapping[str, Any] | None = None,
    tags: Mapping[str, str] | None = None,
    on_event: OnEvent | None = None,
    location: Location = Location(),
    run_id: str | None = None,
) -> RunResult:
    """Run a job of the code location on the instance of DAGSTER_HOME, here and now.

    Args:
        job_name: Such as ``acme_sync``.
        run_config: As typed in the launchpad.
        tags: The run's tags; no personal data.
        on_event: Called with each event as it happens.
        location: Where the job is defined.
        run_id: The run's id, where somebody has to know it before.

    Raises:
        DagsterInvariantViolationError: There is no such job.
        DagsterInvalidConfigError: The run config does not fit the job.
    """
    job = _job(job_name, location)
    definition = job.get_definition()
    with dagster_instance.opened() as instance, _kept_open(instance, _INDEX):
        unfinished = _recovered(instance)
        run = instance.create_run_for_job(
            definition,
            run_id=run_id,
            run_config=_silenced(definition, run_config or {}),
            tags={**job.get_definition().run_tags, **(tags or {})},
            remote_job_origin=_origin(job_name, location),
            job_code_origin=job.get_python_origin(),
        )
        return _execute(job, run, instance, on_event, unfinished)


def reexecute(run_id: str, *, on_event: OnEvent | None = None, location: Location = Location()) -> RunResult:
    """Run the failed steps of a run again, and those that it never reached; as "Re-execute from failure" in the UI.

    Args:
        run_id: The failed run.
        on_event: Called with each event as it happens.
        location: Where the run's job is defined.

    Raises:
        DagsterInvariantViolationError: There is no such run, it has not failed, or it is of a version with other steps.
    """
    with dagster_instance.opened() as instance, _kept_open(instance, _INDEX):
        unfinished = _recovered(instance)
        parent = instance.get_run_by_id(run_id)
        if parent is None:
            raise dg.DagsterInvariantViolationError(f"There is no run {run_id} on this instance.")
        if left := next((one.left for one in unfinished if one.run_id == run_id and not one.died), 0):
            raise dg.DagsterInvariantViolationError(
                f"Run {run_id} has not ended. If its process is gone, try again in {left:.0f} s: then it counts as dead."
            )
        job = _job(parent.job_name, location)
        if parent.asset_selection:
            job = job.get_subset(asset_selection=parent.asset_selection)
        run_config = _silenced(job.get_definition(), parent.run_config)  # a sensor's run was not
        plan = _rest(instance, parent, job, run_config)
        root = parent.root_run_id or parent.run_id
        # Who asked for it stays who asked; nobody of the UI re-executes it here.
        not_its_own = (".dagster/", "dagster/", REEXECUTED_TAG)
        tags = {key: value for key, value in parent.tags.items() if not key.startswith(not_its_own)}
        run = instance.create_run_for_job(
            job.get_definition(),
            execution_plan=plan,
            run_config=run_config,
            tags={**tags, ROOT_RUN_ID_TAG: root, PARENT_RUN_ID_TAG: parent.run_id},  # by these the UI shows the chain as one
            asset_selection=parent.asset_selection,
            root_run_id=root,
            parent_run_id=parent.run_id,
            remote_job_origin=_origin(parent.job_name, location),
            job_code_origin=job.get_python_origin(),
        )
        return _execute(job, run, instance, on_event, unfinished)


def _rest(instance: dg.DagsterInstance, parent: dg.DagsterRun, job: ReconstructableJob, run_config: Mapping[str, Any]) -> ExecutionPlan:
    """The steps of a failed run that have failed, or were never reached."""
    steps, known_state = KnownExecutionState.build_resume_retry_reexecution(instance, parent)
    try:
        return create_execution_plan(job, run_config, step_keys_to_execute=steps, known_state=known_state, tags=parent.tags)
    except DagsterExecutionStepNotFoundError:
        raise dg.DagsterInvariantViolationError(
            f"The version that began run {parent.run_id} had other steps. Start {parent.job_name} anew: nothing is done twice."
        ) from None


def _silenced(job: dg.JobDefinition, run_config: Mapping[str, Any]) -> Mapping[str, Any]:
    if job.config_mapping:  # a job with a config of its own takes nothing else
        return run_config
    ours = _IN_LINES if logs.wanted() else _SILENT
    # What the run that is re-executed had from here counts for nothing: this terminal may want something else.
    from_here = run_config.get("loggers") in (_SILENT["loggers"], _IN_LINES["loggers"])
    return {**run_config, **ours} if from_here else {**ours, **run_config}


def _recovered(instance: dg.DagsterInstance) -> Sequence[Unfinished]:
    try:
        return recover(instance)
    except Failed:  # a ledger that cannot be read: the run's own steps say so
        return ()


def _job(name: str, location: Location) -> ReconstructableJob:
    return ReconstructableRepository.for_module(location.module, "defs").get_reconstructable_job(name)


def _origin(job_name: str, location: Location) -> RemoteJobOrigin:
    target = LoadableTargetOrigin(executable_path=sys.executable, module_name=location.module)
    code = ManagedGrpcPythonEnvCodeLocationOrigin(target, location_name=location.name)
    # The name that Dagster gives to whatever a `Definitions` object defines.
    return RemoteJobOrigin(RemoteRepositoryOrigin(code, "__repository__"), job_name)


def _execute(
    job: ReconstructableJob, run: dg.DagsterRun, instance: dg.DagsterInstance, on_event: OnEvent | None, unfinished: Sequence[Unfinished]
) -> RunResult:
    first: dict[str | None, str] = {}  # by steps that failed, and by which first
    with _kept_open(instance, run.run_id):
        for event in execute_run_iterator(job, run, instance):
            if event.is_step_failure:
                first.setdefault(failure_message(event), event.step_key or "")
            if on_event:
                on_event(event)
    ended = instance.get_run_by_id(run.run_id) or run
    died = [one for one in unfinished if one.died]
    message, step = next(iter(first.items()), (None, None))
    others = [(later, why) for why, later in first.items() if why and why != message]
    return RunResult(run.run_id, ended.status, step, message, others, died)


@contextmanager
def _kept_open(instance: dg.DagsterInstance, log: str) -> Iterator[None]:
    """While this lasts, one connection to a log of Dagster's on SQLite stays open, by which nothing is read any more.

    Dagster opens two to five connections for each event and closes each. Whoever closes the last one to a file has SQLite bring all that it
    logged into the file, wait for the disk, and delete the log: a third of what an event costs.
    """
    storage = instance.event_log_storage
    if not isinstance(storage, SqliteEventLogStorage):
        yield
        return
    with closing(sqlite3.connect(storage.path_for_shard(log))) as connection:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # a connection that has read nothing does not count
        yield


def failure_message(failure: dg.DagsterEvent) -> str | None:
    """What a step that failed said."""
    data = failure.step_failure_data
    if data.user_failure_data and data.user_failure_data.description:
        return data.user_failure_data.description
    return data.error.message.strip() if data.error else None
