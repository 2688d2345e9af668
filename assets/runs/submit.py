"""Gives a run to the deployment's own queue and launcher, as the Dagster UI does, and waits for its end.

Belongs here: creating such a run by a workspace's code location. Does not belong here: a run in this process (``assets.runs.launch``).

Where runs are jobs of a cluster or tasks of a broker, Dagster's monitoring asks the launcher for each of them: one that is a process of
somebody else's is marked as failed although it lives.
"""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import dagster as dg
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget

from assets.runs import dagster_instance
from assets.runs.launch import Location, RunResult, failure_message

_EVERY: Final = 1.0
"""Seconds after which it is asked again how the run goes."""


def run_job(job_name: str, workspace: Path, run_id: str, *, run_config: Mapping[str, Any], tags: Mapping[str, str]) -> RunResult:
    """Have a job run on the instance of DAGSTER_HOME, by its run coordinator and run launcher.

    Args:
        job_name: Such as ``acme_release``.
        workspace: The workspace file, with the code location.
        run_id: The run's id.
        run_config: As typed in the launchpad.
        tags: The run's tags; no personal data.

    Raises:
        DagsterError: There is no such job or code location, or the run config does not fit.
    """
    with dagster_instance.opened() as instance:
        with WorkspaceProcessContext(instance, WorkspaceFileTarget(paths=[str(workspace)]), code_server_log_level="warning") as process:
            context = process.create_request_context()
            code = context.get_code_location(Location().name)
            repository = next(iter(code.get_repositories().values()))
            job = repository.get_full_job(job_name)
            plan = code.get_execution_plan(job, run_config, step_keys_to_execute=None, known_state=None, instance=instance)
            instance.create_run(
                job_name=job.name,
                run_id=run_id,
                run_config=run_config,
                status=dg.DagsterRunStatus.NOT_STARTED,
                tags={**job.run_tags, **tags},
                root_run_id=None,
                parent_run_id=None,
                step_keys_to_execute=plan.execution_plan_snapshot.step_keys_to_execute,
                execution_plan_snapshot=plan.execution_plan_snapshot,
                job_snapshot=job.job_snapshot,
                parent_job_snapshot=job.parent_job_snapshot,
                asset_selection=None,
                asset_check_selection=None,
                op_selection=None,
                resolved_op_selection=None,
                remote_job_origin=job.get_remote_origin(),
                job_code_origin=job.get_python_origin(),
                asset_graph=repository.asset_graph,
            )
            instance.submit_run(run_id, context)
        while not (run := instance.get_run_by_id(run_id)) or not run.is_finished:
            time.sleep(_EVERY)
        failed = [entry.get_dagster_event() for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE)]
    first = failed[0] if failed else None
    return RunResult(run_id, run.status, first.step_key if first else None, failure_message(first) if first else None)
