"""Telling people who read no logs: the sensor that looks at a company and sends what is new.

Belongs here: states that Dagster knows (runs, ticks, the deadline), and one round of looking and sending. Does not belong here: states that
the ledger tells of (``resources.past.open_states``), words and the way out (``resources.alerts``), what was told
(``resources.ledger.alerts``).

Everything is looked at from outside the runs: none waits for a message, and one that died, or never reached its first step, is seen all the
same. What nobody can tell is that the daemon itself is not there: `rollcall metrics` says that.
"""

import os
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import dagster as dg
import pandas as pd
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import InstigatorStatus, TickStatus
from dagster._utils.schedules import get_latest_completed_cron_tick
from pydantic import ValidationError

from assets import loader
from assets.company import COMPANY_TAG, Company
from assets.failures import reported_in_tick
from assets.runs import lost
from destinations import registry
from resources import places
from resources.alerts import wording
from resources.alerts.sending import send
from resources.alerts.settings import EVENTS, OF_RUNS, URGENT, Alerts
from resources.ledger import Ledger
from resources.ledger.alerts import Note
from resources.past import open_states
from resources.past.open_states import of_nobody

DIED_AFTER: Final = 120.0
"""Seconds since the last sign of life of a run was over; until then whoever looks after the dead may find that all of it was done."""
_EVERY: Final = 60
_RUNS: Final = 5
_COMES_AFTER: Final = ("one", "preview", "release", "report", "undo", "verify")
"""Jobs whose failure is over when a later sync has finished, too: nobody runs them again for its own sake."""
_ENDED: Final = [TickStatus.SUCCESS, TickStatus.SKIPPED, TickStatus.FAILURE]


def build(company: Company, ticking: Collection[str]) -> list[dg.SensorDefinition]:
    """The sensor, if the company's settings have `alerts`.

    Args:
        company: The company.
        ticking: The names of its other sensors and its schedules.
    """
    alerts = company.settings.alerts
    if alerts is None:
        return []

    @dg.sensor(
        name=f"{company.name}_alerts",
        minimum_interval_seconds=_EVERY,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells people, as `alerts` says, what needs them: what is held, late, red, failed or dead, once, and when it is over.",
        tags={COMPANY_TAG: company.name},
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        with reported_in_tick(), Ledger.open(places.ledger_url(), company.name) as ledger:
            now = datetime.now(UTC)
            states = look(context.instance, ledger, company, alerts, ticking, now)
            kept = {**alerts.model_dump(mode="json"), "timezone": company.settings.timezone}
            ledger.alerts.observe(states, {name: one.is_for for name, one in alerts.targets.items()}, now, settings=kept)
            return dg.SkipReason(deliver(ledger, alerts, company.settings.timezone, now))

    return [sensor]


def look(
    instance: dg.DagsterInstance, ledger: Ledger, company: Company, alerts: Alerts, ticking: Collection[str], now: datetime
) -> pd.DataFrame:
    """What there is to be told of a company now: `resources.ledger.alerts.COLUMNS`."""
    rows = [*_runs(instance, ledger, now), *_late(ledger, company, now), *_red(instance, ticking), *_on_disk(company)]
    known = open_states.of_ledger(ledger, alerts, registry.titles(), now, company.settings.timezone)
    return pd.concat([known, open_states.frame(rows)], ignore_index=True)


def cannot_be_loaded(company: str, mistakes: int) -> None:
    """One round for a company whose YAML cannot be loaded, to whom it said before that it be told."""
    with Ledger.open(places.ledger_url(), company) as ledger:
        if (before := ledger.alerts.remembered()) is None:
            return
        kept, now = dict(before.settings), datetime.now(UTC)
        zone = str(kept.pop("timezone"))
        try:
            alerts = Alerts.model_validate(kept)
        except ValidationError:  # another version has written them
            return
        states = open_states.frame([_broken(company, mistakes)])
        ledger.alerts.observe(states, {name: one.is_for for name, one in alerts.targets.items()}, now, only=["settings_broken"])
        deliver(ledger, alerts, zone, now)


def deliver(ledger: Ledger, alerts: Alerts, zone: str, now: datetime) -> str:
    """Send what is to be sent now, each target in one message; what became of it, in a sentence."""
    may = [(event, "begun") for event in EVENTS if event in URGENT] if alerts.quiet(now, zone) else None
    notes: dict[str, list[Note]] = {}
    claimed = ledger.alerts.claim(may)
    ledger.alerts.sent([note for note in claimed if note.states.empty])  # of somebody who was forgotten meanwhile
    for note in claimed:
        if not note.states.empty:
            notes.setdefault(note.target, []).append(note)
    messages = {name: wording.message(ledger.company, mine, zone, _links(ledger, alerts, mine)) for name, mine in notes.items()}
    results = send(messages, alerts.targets)
    for name, why in results.items():
        ledger.alerts.sent(notes[name], why)
    failed = sorted(name for name, why in results.items() if why)
    if not results:
        return "There is nothing new to tell."
    took = f"{len(results) - len(failed)} of {len(results)} targets took what they were sent"
    return f"{took}; these did not: {', '.join(failed)}. `rollcall status` says why." if failed else f"{took}."


def _links(ledger: Ledger, alerts: Alerts, notes: Sequence[Note]) -> list[str]:
    """Where to look: the pages of `rollcall serve`, if there are any, and the newest runs of the jobs that it is about."""
    serve = os.environ.get("ROLLCALL_SERVE_URL", "").rstrip("/")
    found = [f"{serve}/{ledger.company}/"] if serve else []
    if alerts.dagster_url is None:
        return found
    base, runs = alerts.dagster_url.rstrip("/"), ledger.runs.all()
    jobs = dict.fromkeys(note.subject for note in notes if note.event in OF_RUNS)
    newest = [runs.loc[runs["job"].eq(job), "run_id"] for job in jobs]
    return [*found, *([f"{base}/runs/{ids.iloc[-1]}" for ids in newest[:_RUNS] if len(ids)] or [base])]


def _runs(instance: dg.DagsterInstance, ledger: Ledger, now: datetime) -> Iterator[tuple[Any, ...]]:
    """The jobs whose newest run failed, died or was stopped by the gate. While one is under way, what there was before stands."""
    runs, signs = ledger.runs.all(), ledger.heartbeats.remaining()
    runs["job"] = f"{ledger.company}_" + runs["job"].str.replace(r"^.*_", "", regex=True)  # of before it was renamed too
    left = runs["run_id"].map(signs)
    alive = runs["ended"].isna() & (left > -DIED_AFTER)
    stopped: dict[str, tuple[datetime, tuple[Any, ...] | None]] = {}
    for job, row in runs[~alive].groupby("job").tail(1).set_index("job").iterrows():
        began = row["began"].to_pydatetime()
        stopped[str(job)] = began, None if row["status"] == "finished" else _stopped(ledger, str(job), row)
    for one in lost.find(instance, ledger.company, _RUNS):
        if one.status != "cancelled" and (one.job not in stopped or one.ended > stopped[one.job][0]):
            what = "waits in the queue for too long" if one.status == "queued" else "failed before its first step"
            stopped[one.job] = one.ended, of_nobody("run_failed", one.job, f"{one.job} {what}")
    synced, state = stopped.get(f"{ledger.company}_sync", (None, None))
    since = synced if state is None else None
    after = {f"{ledger.company}_{job}" for job in _COMES_AFTER}
    yield from (found for job, (began, found) in stopped.items() if found and not (since and job in after and began < since))
    busy = set(runs.loc[alive, "job"])
    lasting = ledger.alerts.lasting()
    kept = lasting[lasting["event"].isin(OF_RUNS) & lasting["subject"].isin(busy)]
    yield from (of_nobody(event, job, what) for event, job, what in kept[["event", "subject", "detail"]].itertuples(index=False, name=None))


def _stopped(ledger: Ledger, job: str, row: pd.Series) -> tuple[Any, ...]:
    """How a run ended that did not finish: the checks that failed, or the step, and no text of any error."""
    run_id, root = str(row["run_id"]), str(row["root_run_id"])
    gate = ledger.intakes.gate(root)
    if gate and not gate.passed:
        checks = [str(check.get("name")) for check in gate.facts.get("checks", []) if check.get("verdict") == "failed"]
        which = f" ({', '.join(checks)})" if checks else ""
        return of_nobody("gate_stopped", job, f"{job}: the gate stopped HR's file{which}")
    if pd.isna(row["ended"]):
        return of_nobody("run_failed", job, f"{job}: the run's process has died")
    steps = [step for step in ledger.runs.failures(run_id) if step != "run"]
    at = f" at {', '.join(steps[:3])}" if steps else ""
    return of_nobody("run_failed", job, f"{job} failed{at}")


def _on_disk(company: Company) -> Iterator[tuple[Any, ...]]:
    """The company is loaded, and its file has been edited since: the next run reads that."""
    file = company.folder / "defs.yaml"
    try:
        if file.is_file():
            loader.read(file)
    except loader.SettingsMistakes as mistakes:
        yield _broken(company.name, len(mistakes.lines))


def _broken(company: str, mistakes: int) -> tuple[Any, ...]:
    count = "1 mistake" if mistakes == 1 else f"{mistakes:,} mistakes"
    return of_nobody("settings_broken", company, f"The settings of {company} cannot be loaded ({count}), so no run can begin")


def _late(ledger: Ledger, company: Company, now: datetime) -> Iterator[tuple[Any, ...]]:
    """The deadline that is over, if no file has been taken for it, nor since. None from before the company had alerts counts."""
    deadline, before = company.settings.when.deadline, ledger.alerts.remembered()
    if deadline is None or before is None:
        return
    due = get_latest_completed_cron_tick(deadline.cron, now, company.settings.timezone)
    if due > before.since and not ledger.intakes.taken_between(due - timedelta(hours=deadline.within_hours), now):
        yield of_nobody("file_late", "hr/export", f"HR's file was due by {due:%Y-%m-%d %H:%M} and has not been taken in")


def _red(instance: dg.DagsterInstance, ticking: Collection[str]) -> Iterator[tuple[Any, ...]]:
    """Sensors and schedules whose last tick failed, of those that are on."""
    newest: dict[str, Any] = {}
    kinds = (InstigatorType.SENSOR, InstigatorType.SCHEDULE)
    for state in (one for kind in kinds for one in instance.all_instigator_state(instigator_type=kind)):
        if state.instigator_name not in ticking or state.status is InstigatorStatus.STOPPED:
            continue
        for tick in instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=1, statuses=_ENDED):
            if state.instigator_name not in newest or tick.timestamp > newest[state.instigator_name].timestamp:
                newest[state.instigator_name] = tick
    for name, tick in sorted(newest.items()):
        if tick.status is TickStatus.FAILURE:
            yield of_nobody("tick_red", name, f"{name} is red: its last tick failed")
