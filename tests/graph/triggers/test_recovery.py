"""A run that has died holds up its company's next run for minutes only."""

from typing import Any

import dagster as dg
import pytest
from dagster._daemon.auto_run_reexecution.auto_run_reexecution import should_retry


@pytest.mark.long(held_by="tests/rerun/test_recovery.py::test_any_run_that_starts_marks_the_dead")
def test_a_living_run_keeps_its_turn_and_a_dead_one_loses_it(daemon: Any) -> None:
    daemon = daemon()
    acme = daemon.acme
    job = acme.defs.resolve_job_def("acme_sync")
    first = daemon.instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED, tags=job.run_tags)
    with acme.ledger() as ledger:
        ledger.heartbeats.beat(first.run_id, silent_after=10 * 86400)
        daemon.tick()
        daemon.tick()
        assert daemon.tick("acme_recovery").skip_reason == "No run has died."
        assert [run.status for run in daemon.work()] == [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.QUEUED]

        ledger.heartbeats.beat(first.run_id, silent_after=-1)
    assert daemon.tick("acme_recovery").skip_reason == f"Run {first.run_id} has died and is marked as failed."
    assert [run.status for run in daemon.work()] == [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS]


def test_rerun_the_daemon_goes_on_once_with_a_run_that_has_died(daemon: Any) -> None:
    daemon = daemon()
    acme = daemon.acme
    job = acme.defs.resolve_job_def("acme_sync")
    died = daemon.instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED, tags=job.run_tags)
    with acme.ledger() as ledger:
        ledger.heartbeats.beat(died.run_id, silent_after=-1)
    daemon.tick("acme_recovery")
    (run,) = daemon.runs()
    assert should_retry(run, daemon.instance)
    assert daemon.instance.run_retries_max_retries == 1
