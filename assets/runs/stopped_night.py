"""A night that stopped, on the page of ``reports/sync_report``: its steps never came to that asset.

Without this it would go on showing the night before.

Belongs here: telling Dagster of that report. Does not belong here: what is in it (``assets.graph.reports``), writing
it (``assets.runs.summary``).
"""

import dagster as dg

from assets.graph.reports import in_short
from resources.past.report_files import Written
from roster.reports.headline import headline
from roster.reports.model import RunReport
from roster.reports.skipped import left_out


def show(instance: dg.DagsterInstance, run_id: str, report: RunReport, files: Written) -> None:
    """Make what the run came to the newest that the asset shows; nothing where it shows that, or something later, already.

    Args:
        instance: Where the run is recorded.
        run_id: A run that has ended, and not well.
        report: What the ledger knows of it.
        files: Its reports.
    """
    key = dg.AssetKey([report.company, "reports", "sync_report"])
    record, newest = instance.get_run_record_by_id(run_id), instance.get_latest_materialization_event(key)
    if record is None or (newest and record.end_time and newest.timestamp > record.end_time):
        return
    out = left_out(report)
    shown = in_short(report, out, headline(report, out), files, ("", ""))
    stopped = {"the night stopped": dg.MetadataValue.dagster_run(run_id)}
    instance.report_runless_asset_event(dg.AssetMaterialization(key, metadata={"in short": shown["in short"], **stopped, **shown}))
