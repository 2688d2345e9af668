"""Why a run has stopped is always told, also where no step of it failed."""

import dagster as dg

from assets.runs.summary import failures_of

COMPANY = "acme"


def test_a_run_that_was_ended_from_outside_says_by_what() -> None:
    job = dg.GraphDefinition("nothing").to_job()
    with dg.DagsterInstance.ephemeral() as instance:
        died, cancelled, silent = [instance.create_run_for_job(job) for _ in range(3)]
        instance.report_run_failed(died, "Its process has died.")
        instance.report_run_canceled(cancelled, "Run canceled by anna@acme.example")
        assert failures_of(instance, died.run_id, COMPANY) == {"run": "Its process has died."}
        assert failures_of(instance, cancelled.run_id, COMPANY) == {"run": "Somebody cancelled it."}
        assert failures_of(instance, silent.run_id, COMPANY) == {"run": "It ended, and nothing was kept of why."}
