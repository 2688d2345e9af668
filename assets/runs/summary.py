"""How a run ended: closing it in the ledger, writing its reports, and showing those of a night that stopped.

Belongs here: what follows a run, whoever started it and however it ended. Does not belong here: the assets that a run which gets that far
makes of the same reports (``assets.graph.reports``), words (``roster.reports``), the page on the terminal (``cli.page``).
"""

import dagster as dg

from assets.company import COMPANY_TAG
from assets.graph.reports import in_short
from destinations import registry
from resources import places
from resources.ledger import Ledger
from resources.past.last_night import with_nights
from resources.past.report_files import Written, write_reports
from resources.past.run_report import assemble, newest_root
from roster.reports.headline import headline
from roster.reports.model import RunReport
from roster.reports.skipped import left_out


def close(instance: dg.DagsterInstance, run_id: str) -> tuple[RunReport, Written] | None:
    """Tells the ledger how a run ended, and writes its reports from the ledger; None if it never got as far as the ledger.

    Args:
        instance: Where the run is recorded.
        run_id: A run that has ended.
    """
    run = instance.get_run_by_id(run_id)
    company = run.tags.get(COMPANY_TAG) if run else None
    if run is None or company is None:
        return None
    failures = {} if run.is_success else _failures(instance, run_id, company)
    root = run.root_run_id or run.run_id
    with Ledger.open(places.ledger_url(), company) as ledger:
        ledger.heartbeats.silence(run_id)
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
        _show(instance, run_id, report, files)
    return report, files


def _show(instance: dg.DagsterInstance, run_id: str, report: RunReport, files: Written) -> None:
    """Makes a night that stopped the newest that ``reports/sync_report`` shows; nothing where it shows that, or something later, already.

    Its steps never came to that asset: without this it would go on showing the night before.
    """
    key = dg.AssetKey([report.company, "reports", "sync_report"])
    record, newest = instance.get_run_record_by_id(run_id), instance.get_latest_materialization_event(key)
    if record is None or (newest and record.end_time and newest.timestamp > record.end_time):
        return
    out = left_out(report)
    shown = in_short(report, out, headline(report, out), files, ("", ""))
    stopped = {"the night stopped": dg.MetadataValue.dagster_run(run_id)}
    instance.report_runless_asset_event(dg.AssetMaterialization(key, metadata={"in short": shown["in short"], **stopped, **shown}))


def _failures(instance: dg.DagsterInstance, run_id: str, company: str) -> dict[str, str]:
    """Asset → what its step said; texts of errors that are not the project's own are masked by Dagster.

    Without a step that failed, ``run`` → what Dagster was told of the run.
    """
    found = {}
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE):
        event = entry.get_dagster_event()
        data = event.step_failure_data
        text = data.user_failure_data.description if data.user_failure_data else None
        step = (event.step_key or "").removeprefix(f"{company}__").replace("__", "/")
        found[step] = text or (data.error.message.strip() if data.error else "It failed without a word.")
    return found or _marked(instance, run_id)


def _marked(instance: dg.DagsterInstance, run_id: str) -> dict[str, str]:
    """What ended a run from outside: it had died, or took too long."""
    ends = instance.all_logs(run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    return {"run": ends[-1].get_dagster_event().message or ""} if ends else {}
