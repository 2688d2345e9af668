"""When a company's sync runs by itself: when its file lands, or by the clock; and what is done when a run stops early or dies.

Belongs here: sensors and the schedule. Does not belong here: fetching (``resources.hr.sources``), what runs
(``assets.graph.build``).
"""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Thread
from typing import Any, Final

import dagster as dg

from assets.company import COMPANY_TAG, Company
from assets.failures import reported_in_tick
from assets.graph.before import next_file
from assets.graph.gate import step_name
from assets.graph.intake import EXPORT_TAG
from assets.runs import alerts, arrivals, recovery, summary
from resources.failures import NoFile, Transient
from resources.hr.sources import ExportSource, Found
from resources.stored.run_storage import RunStorage

ATTEMPT_TAG: Final = "rollcall/attempt"
"""On a run that is started because those before it for the same file died: which one it is."""
LONGEST: Final = 45.0
"""Seconds in which the source has to answer: Dagster gives up a tick after sixty, and then says nothing of the source."""


def build(company: Company, jobs: Sequence[Any]) -> tuple[list[dg.SensorDefinition], list[dg.ScheduleDefinition]]:
    """The company's sensors and schedules; of the two ways to start, those that its settings name are on.

    Args:
        company: The company.
        jobs: Its jobs; the sync is the first.
    """
    when = company.settings.when
    sensors: list[dg.SensorDefinition] = [_reports(company, jobs), _recovery(company)]
    schedules: list[dg.ScheduleDefinition] = []
    if when.arrival:
        sensors.append(_arrival(company, jobs[0], when.arrival.every_seconds))
    if when.schedule:
        schedules.append(_by_clock(company, jobs[0], when.schedule))
    ticking = {*(one.name for one in sensors), *(one.name for one in schedules), company.job("retention")}
    return [*sensors, *alerts.build(company, ticking)], schedules


def _arrival(company: Company, job: Any, every: int) -> dg.SensorDefinition:
    hr, io = company.resource("hr"), company.resource("io")

    @dg.sensor(
        name=f"{company.name}_arrival",
        job=job,
        minimum_interval_seconds=every,
        default_status=dg.DefaultSensorStatus.RUNNING,
        required_resource_keys={hr, io},
        description="Starts the sync when HR's file has landed: unchanged for two ticks, or its done-marker is there. "
        "Again, if the run died before it had read it.",
        tags={COMPANY_TAG: company.name},
    )
    def arrival(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        found = _listed(company, getattr(context.resources, hr), getattr(context.resources, io))
        if isinstance(found, dg.SkipReason):
            return found
        before = json.loads(context.cursor) if context.cursor else {}
        same = before.get("seen") == found.state
        with reported_in_tick():
            need = arrivals.need(context.instance, company.name, company.job("sync"), found.state, before.get("noted") if same else None)
        cursor = json.dumps({"seen": found.state, **({"noted": need.noted} if need.noted else {})})
        if not need.run:
            return dg.SensorResult(skip_reason=f"{found.shown} {need.why}", cursor=cursor)
        if need.attempt == 1 and not found.complete and not same:
            return dg.SensorResult(skip_reason=f"{found.shown} is {found.size} bytes; waiting until it stands still.", cursor=cursor)
        return dg.SensorResult(run_requests=[_request(company, found, need)], cursor=cursor)

    return arrival


def _by_clock(company: Company, job: Any, cron: str) -> dg.ScheduleDefinition:
    hr, io = company.resource("hr"), company.resource("io")

    @dg.schedule(
        name=f"{company.name}_by_clock",
        cron_schedule=cron,
        job=job,
        execution_timezone=company.settings.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        required_resource_keys={hr, io},
        description="Starts the sync by the clock.",
        tags={COMPANY_TAG: company.name},
    )
    def by_clock(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        if not company.settings.when.arrival:
            # The run looks for its file itself, so that a file that is missing is a failed run that somebody sees.
            return dg.RunRequest()
        found = _listed(company, getattr(context.resources, hr), getattr(context.resources, io))
        if isinstance(found, dg.SkipReason):
            return found
        need = arrivals.need(context.instance, company.name, company.job("sync"), found.state)
        # One more for a file whose runs have died is the sensor's to start: it knows since when.
        return _request(company, found, need) if need.run else dg.SkipReason(f"{found.shown} {need.why}")

    return by_clock


def _listed(company: Company, source: ExportSource, storage: RunStorage) -> Found | dg.SkipReason:
    """The file that is to be read; a fault that time heals is a skip with its reason, any other turns the tick red."""
    with reported_in_tick():
        try:
            return _in_time(lambda: next_file(source, storage, company.key("hr", "export"), hurried=True))
        except (NoFile, Transient) as fault:
            return dg.SkipReason(str(fault))


def _in_time(ask: Callable[[], Found]) -> Found:
    """What `ask` says, if it does so in time: looking up a host's name, or a disk that hangs, has no limit of its own."""
    answer: Future[Found] = Future()

    def work() -> None:
        try:
            answer.set_result(ask())
        except BaseException as error:  # handed on to whoever waits
            answer.set_exception(error)

    Thread(target=work, daemon=True, name="listing").start()
    try:
        return answer.result(LONGEST)
    except TimeoutError:
        raise Transient(f"HR's files could not be listed within {LONGEST:.0f} seconds.", "The next tick asks again.") from None


def _request(company: Company, found: Found, need: arrivals.Need) -> dg.RunRequest:
    again = need.attempt > 1
    config: dict[str, Any] = {"file": found.state}
    if remarks := [*found.remarks, *([need.why] if again else [])]:
        config["remarks"] = remarks
    return dg.RunRequest(
        # A key has one run for ever, also if that died.
        run_key=f"{found.state}|{need.attempt}" if again else found.state,
        run_config={"ops": {step_name(company): {"config": config}}},
        tags={EXPORT_TAG: found.state, **({ATTEMPT_TAG: str(need.attempt)} if again else {})},
    )


def _reports(company: Company, jobs: Sequence[Any]) -> dg.SensorDefinition:
    @dg.run_failure_sensor(
        name=f"{company.name}_stopped",
        monitored_jobs=list(jobs),
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Writes the reports of a run that stopped before its own, from the ledger.",
        tags={COMPANY_TAG: company.name},
    )
    def stopped(context: dg.RunFailureSensorContext) -> dg.SkipReason | None:
        # A fault turns the tick red and the next one tries again: no run goes without its reports.
        with reported_in_tick():
            closed = summary.close(context.instance, context.dagster_run.run_id)
        return None if closed else dg.SkipReason("The run stopped before it reached the ledger: there is nothing to report.")

    return stopped


def _recovery(company: Company) -> dg.SensorDefinition:
    @dg.sensor(
        name=f"{company.name}_recovery",
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Marks runs whose process has died as failed: they hold up the company's next run, and cannot be re-executed before.",
        tags={COMPANY_TAG: company.name},
    )
    def dead(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        with reported_in_tick():
            unfinished = recovery.recover(context.instance, company.name)
        died = [f"Run {one.run_id} has died and is marked as {one.ending}." for one in unfinished if one.died]
        return dg.SkipReason(" ".join(died) or "No run has died.")

    return dead
