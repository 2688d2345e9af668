"""When a company's sync runs by itself: when its file lands, or by the clock; and what is done when a run stops early.

Belongs here: the sensor, the schedule, the failure sensor. Does not belong here: fetching (``resources.sources``), what runs
(``assets.graph``).
"""

import json
from collections.abc import Sequence
from typing import Any

import dagster as dg

from assets import intake, summary
from assets.company import Company
from resources.failures import Failed, Transient
from resources.sources import Found, Source

EXPORT_TAG = "rollcall/export"
"""On every run that a sensor or schedule starts: which state of which file it is for."""


def build(company: Company, jobs: Sequence[Any]) -> tuple[list[dg.SensorDefinition], list[dg.ScheduleDefinition]]:
    """The company's sensors and schedules; of the two ways to start, those that its settings name are on.

    Args:
        company: The company.
        jobs: Its jobs; the sync is the first.
    """
    when = company.settings.when
    sensors = [_reports(company, jobs)]
    schedules = []
    if when.arrival:
        sensors.append(_arrival(company, jobs[0], when.arrival.every_seconds))
    if when.schedule:
        schedules.append(_by_clock(company, jobs[0], when.schedule))
    return sensors, schedules


def _arrival(company: Company, job: Any, every: int) -> dg.SensorDefinition:
    hr = company.resource("hr")

    @dg.sensor(
        name=f"{company.name}_arrival",
        job=job,
        minimum_interval_seconds=every,
        default_status=dg.DefaultSensorStatus.RUNNING,
        required_resource_keys={hr},
        description="Starts the sync when HR's file has landed: unchanged for two ticks, or its done-marker is there.",
        tags={"rollcall/company": company.name},
    )
    def arrival(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        source: Source = getattr(context.resources, hr)
        found = _listed(source)
        if isinstance(found, dg.SkipReason):
            return found
        before = json.loads(context.cursor) if context.cursor else {}
        cursor = json.dumps({"seen": found.state})
        if not found.complete and before.get("seen") != found.state:
            return dg.SensorResult(skip_reason=f"{found.name} is {found.size} bytes; waiting until it stands still.", cursor=cursor)
        if _taken(context.instance, company, found):
            return dg.SensorResult(skip_reason=f"{found.name} as it is now has had its run.", cursor=cursor)
        return dg.SensorResult(run_requests=[_request(company, found)], cursor=cursor)

    return arrival


def _by_clock(company: Company, job: Any, cron: str) -> dg.ScheduleDefinition:
    hr = company.resource("hr")

    @dg.schedule(
        name=f"{company.name}_by_clock",
        cron_schedule=cron,
        job=job,
        execution_timezone=company.settings.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        required_resource_keys={hr},
        description="Starts the sync by the clock.",
        tags={"rollcall/company": company.name},
    )
    def by_clock(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        if not company.settings.when.arrival:
            # The run looks for its file itself, so that a file that is missing is a failed run that somebody sees.
            return dg.RunRequest()
        found = _listed(getattr(context.resources, hr))
        if isinstance(found, dg.SkipReason):
            return found
        if _taken(context.instance, company, found):
            return dg.SkipReason(f"{found.name} as it is now has had its run.")
        return _request(company, found)

    return by_clock


def _listed(source: Source) -> Found | dg.SkipReason:
    """The newest file; a fault that time heals is a skip with its reason, any other turns the tick red."""
    try:
        return source.newest(hurried=True)
    except Transient as fault:
        return dg.SkipReason(str(fault))
    except Failed as fault:
        raise dg.Failure(str(fault)) from None


def _taken(instance: dg.DagsterInstance, company: Company, found: Found) -> bool:
    """Whether the sensor or the schedule started a run for this very state of the file."""
    tags = {summary.COMPANY_TAG: company.name, EXPORT_TAG: _tag(found)}
    return instance.get_runs_count(dg.RunsFilter(tags=tags)) > 0


def _request(company: Company, found: Found) -> dg.RunRequest:
    modified = found.modified.isoformat() if found.modified else ""
    config = {"path": found.path, "name": found.name, "size": found.size, "modified": modified}
    return dg.RunRequest(
        run_key=found.state,
        run_config={"ops": {intake.step_name(company): {"config": config}}},
        tags={EXPORT_TAG: _tag(found)},
    )


def _tag(found: Found) -> str:
    return f"{found.name} {found.size} {found.modified.isoformat() if found.modified else ''}".strip()


def _reports(company: Company, jobs: Sequence[Any]) -> dg.SensorDefinition:
    @dg.run_failure_sensor(
        name=f"{company.name}_stopped",
        monitored_jobs=list(jobs),
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Writes the reports of a run that stopped before its own, from the ledger.",
    )
    def stopped(context: dg.RunFailureSensorContext) -> dg.SkipReason | None:
        closed = summary.close(context.instance, context.dagster_run.run_id)
        return None if closed else dg.SkipReason("The run stopped before it reached the ledger: there is nothing to report.")

    return stopped
