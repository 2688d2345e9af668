"""A night that stopped, on the page of ``reports/sync_report`` and at the checks that its steps never came to.

Without this the report would go on showing the night before. Dagster knows no check that a failed run has not reached: all that were
planned and not made show *Execution failed*, as if they had been looked at, and `held` no more what waits.

Belongs here: telling Dagster of that report. Does not belong here: what is in it (``assets.graph.reports``), writing
it (``assets.runs.summary``).
"""

from typing import Final

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluationPlanned
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus as Status
from dagster_shared.record import copy

from assets.graph.reports import in_short
from resources.past.report_files import Written
from roster.reports.model import RunReport

_STOPPED: Final = "the night stopped"
_AS_BEFORE: Final = "As before the run that stopped: "
_MADE: Final = frozenset({Status.SUCCEEDED, Status.FAILED})


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
    shown = in_short(report, files, ("", ""))
    stopped = {_STOPPED: dg.MetadataValue.dagster_run(run_id)}
    instance.report_runless_asset_event(dg.AssetMaterialization(key, metadata={"in short": shown["in short"], **stopped, **shown}))
    _show_checks(instance, run_id)


def _show_checks(instance: dg.DagsterInstance, run_id: str) -> None:
    """Have each check that the run was to make, and did not, say so; `held` shows what the last plan held, since that waits as before."""
    planned = instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED)
    found = [entry.get_dagster_event().event_specific_data for entry in planned]
    keys = [one.asset_check_key for one in found if isinstance(one, AssetCheckEvaluationPlanned)]
    for key in dict.fromkeys(keys):
        newest, *_ = instance.event_log_storage.get_asset_check_execution_history(key, limit=1)
        if newest.run_id != run_id or newest.status in _MADE:
            continue
        instance.report_runless_asset_event(_as_before(instance, key) or _not_reached(key, run_id))


def _as_before(instance: dg.DagsterInstance, key: dg.AssetCheckKey) -> dg.AssetCheckEvaluation | None:
    made = instance.event_log_storage.get_asset_check_execution_history(key, limit=1, status=_MADE) if key.name == "held" else None
    before = made[0].evaluation if made else None
    if before is None or _STOPPED in before.metadata:
        return None
    description = (before.description or "").removeprefix(_AS_BEFORE)  # by two such nights, one after the other
    return copy(before, description=f"{_AS_BEFORE}{description}", target_materialization_data=None)


def _not_reached(key: dg.AssetCheckKey, run_id: str) -> dg.AssetCheckEvaluation:
    return dg.AssetCheckEvaluation(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=False,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={_STOPPED: dg.MetadataValue.dagster_run(run_id)},
        description="Not reached: the run stopped before it came to this. `sync_report` says what stopped it.",
    )
