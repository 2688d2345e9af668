"""How a run ended: closing it in the ledger and writing its reports.

Belongs here: what follows a run, whoever started it and however it ended. Does not belong here: the assets that a run which gets that far
makes of the same reports (``assets.graph.reports``), words (``roster.reports``), the page on the terminal (``cli.page``).
"""

import dagster as dg

from assets.company import COMPANY_TAG
from assets.runs import stopped_night
from destinations import registry
from resources import places
from resources.ledger import Ledger
from resources.past.last_night import with_nights
from resources.past.report_files import Written, remembered, write_reports
from resources.past.run_report import assemble, newest_root
from roster.reports.model import RunReport


def close(instance: dg.DagsterInstance, run_id: str) -> tuple[RunReport, Written] | None:
    """Tells the ledger how a run ended, and writes its reports from the ledger; None if it never got as far as the ledger.

    A run that has come to its end in this process has done both itself, in its last step.

    Args:
        instance: Where the run is recorded.
        run_id: A run that has ended.
    """
    run = instance.get_run_by_id(run_id)
    company = run.tags.get(COMPANY_TAG) if run else None
    if run is None or company is None:
        return None
    failures = {} if run.is_success else failures_of(instance, run_id, company)
    root = run.root_run_id or run.run_id
    with Ledger.open(places.ledger_url(), company) as ledger:
        ledger.heartbeats.silence(run_id)
        if run.is_success and (kept := remembered(run_id)):
            return kept
        if run.job_name == f"{company}_report" and run.is_success:
            report = with_nights(ledger, assemble(ledger, newest_root(ledger), registry.titles()), registry.titles())
            return report, write_reports(report)
        if root not in set(ledger.runs.all()["root_run_id"]):
            return None
        ledger.runs.begin(run_id, root, run.job_name)
        ledger.runs.end(run_id, "finished" if run.is_success else "stopped", failures)
        report = with_nights(ledger, assemble(ledger, root, registry.titles()), registry.titles())
    files = write_reports(report)
    if not run.is_success:
        stopped_night.show(instance, run_id, report, files)
    return report, files


def failures_of(instance: dg.DagsterInstance, run_id: str, company: str) -> dict[str, str]:
    """Asset → what its step said; texts of errors that are not the project's own are masked by Dagster.

    Without a step that failed, ``run`` → what ended the run from outside. There is always something.
    """
    found = {}
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE):
        event = entry.get_dagster_event()
        data = event.step_failure_data
        text = data.user_failure_data.description if data.user_failure_data else None
        step = (event.step_key or "").removeprefix(f"{company}__").replace("__", "/")
        found[step] = text or (data.error.message.strip() if data.error else "It failed without a word.")
    return found or {"run": _ended_from_outside(instance, run_id)}


def _ended_from_outside(instance: dg.DagsterInstance, run_id: str) -> str:
    """It had died, took too long, or somebody cancelled it."""
    ends = instance.all_logs(run_id, of_type={dg.DagsterEventType.RUN_FAILURE, dg.DagsterEventType.RUN_CANCELED})
    last = ends[-1].get_dagster_event() if ends else None
    if last and last.event_type is dg.DagsterEventType.RUN_CANCELED:
        return "Somebody cancelled it."
    return (last.message if last else None) or "It ended, and nothing was kept of why."
