"""What Dagster alone knows of a company is told as well: runs that failed or never began, red ticks, a missed deadline, broken YAML."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import dagster as dg
import pytest
import yaml
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteInstigatorOrigin, RemoteRepositoryOrigin
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    ScheduleInstigatorData,
    TickData,
    TickStatus,
)
from dagster._core.test_utils import create_run_for_test
from dagster_shared.error import SerializableErrorInfo

from assets import loader
from assets.company import COMPANY_TAG, Company
from assets.runs import alerts
from resources import places
from resources.ledger import Ledger, database
from tests.graph.conftest import YAML
from tests.receiving import receiver
from tests.syncing import fresh

DUE = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
"""Seven in Stockholm."""
TICKING = {"acme_arrival", "acme_by_clock"}


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """One instance for all: making its databases takes longer than any of these."""
    folder = tmp_path_factory.mktemp("dagster")
    (folder / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with dg.DagsterInstance.from_config(str(folder)) as instance:
        yield instance


@pytest.fixture
def watched(tmp_path, monkeypatch, everything):
    """A company with alerts and a deadline, its ledger, an instance, and somebody who is told everything."""
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path / "home"))
    file = tmp_path / "acme" / "defs.yaml"
    file.parent.mkdir()
    instance = everything
    instance.run_storage.wipe()
    instance.schedule_storage.wipe()
    with receiver() as hook:
        monkeypatch.setenv("ALERTS_IT", hook.url())
        attributes = yaml.safe_load(YAML) | {
            "when": {"deadline": {"cron": "0 7 * * *", "within_hours": 24}},
            "alerts": {"targets": {"it": {"url": {"env": "ALERTS_IT"}}}, "dagster_url": "https://dagster.example/"},
        }
        file.write_text(yaml.safe_dump({"type": "assets.RosterSync", "attributes": attributes}))
        company = Company("acme", loader.read(file), file.parent)
        (tmp_path / "home").mkdir(mode=0o700)
        with fresh(tmp_path / "home") as ledger:
            yield SimpleNamespace(company=company, ledger=ledger, instance=instance, hook=hook, file=file)


def look(watched, now=DUE):
    """What there is, as event → subject → detail."""
    found = alerts.look(watched.instance, watched.ledger, watched.company, watched.company.settings.alerts, TICKING, now)
    return {(row.event, row.subject): row.detail for row in found.itertuples()}


def run(watched, name, job="sync", status="stopped", failures=None, root=None):
    watched.ledger.runs.begin(name, root or name, f"acme_{job}")
    if status:
        watched.ledger.runs.end(name, status, failures or {})


def lost(watched, status=dg.DagsterRunStatus.FAILURE, job="sync"):
    create_run_for_test(watched.instance, f"acme_{job}", status=status, tags={COMPANY_TAG: "acme"})


def tick(watched, name, status, kind=InstigatorType.SENSOR, on=InstigatorStatus.DECLARED_IN_CODE):
    origin = RemoteInstigatorOrigin(RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("rollcall"), "__repository__"), name)
    data = ScheduleInstigatorData("0 7 * * *") if kind is InstigatorType.SCHEDULE else None
    error = SerializableErrorInfo("TickFailed", [], "TickFailed") if status is TickStatus.FAILURE else None
    if not watched.instance.get_instigator_state(origin.get_id(), origin.get_selector().get_id()):
        watched.instance.add_instigator_state(InstigatorState(origin, kind, on, data))
    at = datetime.now(UTC).timestamp() + len(watched.instance.get_ticks(origin.get_id(), origin.get_selector().get_id()))
    watched.instance.create_tick(TickData(origin.get_id(), name, kind, status, at, selector_id=origin.get_selector().get_id(), error=error))


def test_a_run_that_failed_is_told_by_its_step_and_no_text_of_its_error(watched):
    run(watched, "r1", failures={"expensify/known": "Ada Quistgaard could not be read."})
    assert look(watched) == {("run_failed", "acme_sync"): "acme_sync failed at expensify/known"}
    run(watched, "r2", root="r1", status="finished")
    assert look(watched) == {}


def test_a_file_that_the_gate_stopped_is_told_by_its_checks(watched):
    watched.ledger.runs.begin("r1", "r1", "acme_sync")
    checks = [{"name": name, "verdict": verdict, "seen": "Sales is gone"} for name, verdict in (("rows", "failed"), ("tops", "passed"))]
    watched.ledger.intakes.record_gate(1, "r1", False, {"checks": checks})
    watched.ledger.runs.end("r1", "stopped", {"hr/export": "The gate stopped it."})
    assert look(watched) == {("gate_stopped", "acme_sync"): "acme_sync: the gate stopped HR's file (rows)"}


def test_a_run_that_died_is_told_once_nobody_can_have_ended_it_better(watched, monkeypatch):
    watched.ledger.runs.begin("r1", "r1", "acme_sync")
    watched.ledger.heartbeats.beat("r1")
    assert look(watched) == {}
    real = database.now
    monkeypatch.setattr(database, "now", lambda connection: real(connection) + 60 + alerts.DIED_AFTER + 1)
    assert look(watched) == {("run_failed", "acme_sync"): "acme_sync: the run's process has died"}


def test_while_a_run_is_under_way_what_was_before_stands(watched):
    run(watched, "r1")
    told = look(watched)
    observe(watched, told)
    watched.ledger.runs.begin("r2", "r2", "acme_sync")
    watched.ledger.heartbeats.beat("r2")
    assert look(watched) == told
    watched.ledger.runs.end("r2", "finished")
    assert look(watched) == {}


def observe(watched, *_):
    settings = watched.company.settings.alerts
    found = alerts.look(watched.instance, watched.ledger, watched.company, settings, TICKING, DUE)
    watched.ledger.alerts.observe(found, {"it": settings.targets["it"].is_for}, datetime.now(UTC), settings={"targets": {}})


def test_a_run_that_never_reached_its_first_step_is_told(watched):
    lost(watched)
    assert look(watched) == {("run_failed", "acme_sync"): "acme_sync failed before its first step"}
    run(watched, "r2", status="finished")
    assert look(watched) == {}


def test_a_run_that_somebody_cancelled_is_not_told(watched):
    lost(watched, dg.DagsterRunStatus.CANCELED)
    assert look(watched) == {}


def test_a_later_sync_ends_the_failure_of_a_job_that_is_started_by_hand_and_of_no_other(watched):
    for job in ("preview", "retention", "undo"):
        run(watched, job, job)
    assert {subject for _, subject in look(watched)} == {"acme_preview", "acme_retention", "acme_undo"}
    run(watched, "r2", status="finished")
    assert {subject for _, subject in look(watched)} == {"acme_retention"}


def test_a_failure_of_before_the_company_was_renamed_is_over_with_its_next_sync_and_not_told_again_before(watched):
    run(watched, "r1")
    states, targets = alerts.look(watched.instance, watched.ledger, watched.company, watched.company.settings.alerts, [], DUE), {}
    watched.ledger.alerts.observe(states, targets, DUE)
    watched.ledger.keys.rename("beta")
    watched.ledger.whole.rename("beta")
    with Ledger.open(places.ledger_url(), "beta") as ledger:
        watched.ledger, watched.company = ledger, replace(watched.company, name="beta")
        assert ledger.alerts.lasting()["subject"].tolist() == ["beta_sync"]
        assert set(look(watched)) == {("run_failed", "beta_sync")}
        ledger.runs.begin("r2", "r2", "beta_sync")
        ledger.runs.end("r2", "finished", {})
        assert look(watched) == {}


@pytest.mark.parametrize(("name", "kind"), [("acme_arrival", InstigatorType.SENSOR), ("acme_by_clock", InstigatorType.SCHEDULE)])
def test_a_red_tick_is_told_until_one_is_green(watched, name, kind):
    tick(watched, name, TickStatus.FAILURE, kind)
    tick(watched, name, TickStatus.STARTED, kind)
    assert look(watched) == {("tick_red", name): f"{name} is red: its last tick failed"}
    tick(watched, name, TickStatus.SKIPPED, kind)
    assert look(watched) == {}


def test_a_red_tick_of_another_company_or_of_what_is_turned_off_is_not_told(watched):
    tick(watched, "acme_two_arrival", TickStatus.FAILURE)
    tick(watched, "acme_arrival", TickStatus.FAILURE, on=InstigatorStatus.STOPPED)
    assert look(watched) == {}


def take(watched, at, monkeypatch):
    from resources.ledger import intakes

    monkeypatch.setattr(intakes, "moment", lambda: at)
    sha = str(at.timestamp())
    watched.ledger.intakes.take(sha, "f.csv", 1, modified=None, dated=None, as_of=at.date(), root_run_id=sha)


def test_a_missed_deadline_is_told_until_the_file_comes(watched, monkeypatch):
    nobody = alerts.open_states.frame([])
    assert look(watched, DUE + timedelta(minutes=1)) == {}  # nothing was expected before there were alerts
    watched.ledger.alerts.observe(nobody, {}, DUE - timedelta(days=1), settings={"targets": {}})
    assert look(watched, DUE - timedelta(minutes=1)) == {}
    assert look(watched, DUE + timedelta(minutes=1)) == {
        ("file_late", "hr/export"): "HR's file was due by 2026-11-24 07:00 and has not been taken in"
    }
    take(watched, DUE + timedelta(hours=1), monkeypatch)
    assert look(watched, DUE + timedelta(hours=2)) == {}


def test_a_file_that_came_in_time_misses_no_deadline(watched, monkeypatch):
    watched.ledger.alerts.observe(alerts.open_states.frame([]), {}, DUE - timedelta(days=3), settings={"targets": {}})
    take(watched, DUE - timedelta(hours=2), monkeypatch)
    assert look(watched, DUE + timedelta(hours=2)) == {}
    assert ("file_late", "hr/export") in look(watched, DUE + timedelta(hours=26))


def test_the_sensor_tells_and_a_company_that_cannot_be_loaded_is_told_as_it_was(watched):
    run(watched, "r1", failures={"hr/export": "no"})
    (sensor,) = alerts.build(watched.company, TICKING)
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
    for _ in range(2):
        ticked = sensor.evaluate_tick(dg.build_sensor_context(watched.instance))
    assert ticked.skip_message == "There is nothing new to tell."
    (told,) = watched.hook.texts
    assert told.startswith("Rollcall, acme: run failed\n- acme_sync failed at hr/export (since ")
    assert "https://dagster.example/runs/r1\n" in told

    for _ in range(2):
        alerts.cannot_be_loaded("acme", 2)
    assert len(watched.hook.texts) == 2
    assert "The settings of acme cannot be loaded (2 mistakes), so no run can begin" in watched.hook.texts[1]
    assert set(watched.ledger.alerts.lasting()["event"]) == {"run_failed", "settings_broken"}
    sensor.evaluate_tick(dg.build_sensor_context(watched.instance))
    assert "OVER: The settings of acme cannot be loaded" in watched.hook.texts[2]
    assert "run failed" not in watched.hook.texts[2]


def test_a_mistake_in_the_file_of_a_company_that_is_loaded_is_told_before_a_run_fails_of_it(watched):
    good = watched.file.read_text()
    watched.file.write_text(good.replace("team:finance", "Ada Quistgaard"))
    assert look(watched) == {("settings_broken", "acme"): "The settings of acme cannot be loaded (1 mistake), so no run can begin"}
    watched.file.write_text(good)
    assert look(watched) == {}


def test_a_company_that_never_had_alerts_tells_nobody(watched):
    alerts.cannot_be_loaded("other", 1)
    assert watched.hook.got == []


def test_a_company_without_alerts_has_no_sensor_for_them(watched):
    plain = Company("acme", watched.company.settings.model_copy(update={"alerts": None}), watched.file.parent)
    assert alerts.build(plain, TICKING) == []
