"""The schedule, alone and beside the sensor; the deadline; and the reports of a run that stopped early."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._core.scheduler.instigation import TickStatus

from assets.runs import summary
from resources import places
from resources.failures import Transient

further = pytest.mark.long(
    held_by="tests/graph/triggers/test_clock.py::test_a_run_that_stops_early_gets_its_reports_and_they_say_what_stopped_it"
)

HALF_PAST_FIVE = datetime(2026, 11, 24, 5, 30, tzinfo=ZoneInfo("Europe/Stockholm"))
BY_CLOCK = {"when__arrival": None, "when__schedule": "30 5 * * *"}
BOTH = {"when__schedule": "30 5 * * *"}
SYNC_STEP = "acme__hr__intake"


def page(daemon: Any) -> str:
    return daemon.acme.reports()["sync_report.html"].read_text("utf-8")


def test_the_clock_strikes_in_the_company_s_time_zone(daemon: Any) -> None:
    daemon = daemon(**BY_CLOCK)
    daemon.clock((HALF_PAST_FIVE - timedelta(seconds=1)).astimezone(UTC))
    assert daemon.runs() == []
    assert daemon.scheduled((HALF_PAST_FIVE + timedelta(seconds=1)).astimezone(UTC)).status is TickStatus.SUCCESS
    assert [run.job_name for run in daemon.runs()] == ["acme_sync"]


def test_the_schedule_alone_starts_a_run_that_fails_for_all_to_see_when_there_is_no_file(daemon: Any) -> None:
    daemon = daemon(**BY_CLOCK)
    next((daemon.acme.folder / "inbox").iterdir()).unlink()
    daemon.tick("acme_stopped")
    daemon.scheduled(HALF_PAST_FIVE.astimezone(UTC) + timedelta(seconds=1))
    (run,) = daemon.work()
    assert run.status is dg.DagsterRunStatus.FAILURE
    daemon.tick("acme_stopped")
    assert "There is no HR file" in page(daemon)


@further
@pytest.mark.parametrize("first", ["sensor", "schedule"])
def test_with_both_on_a_file_has_one_run_whichever_is_first(daemon: Any, first: str) -> None:
    daemon = daemon(**BOTH)
    daemon.tick()
    if first == "sensor":
        daemon.tick()
        tick = daemon.scheduled(HALF_PAST_FIVE.astimezone(UTC) + timedelta(seconds=1))
    else:
        assert daemon.scheduled(HALF_PAST_FIVE.astimezone(UTC) + timedelta(seconds=1)).status is TickStatus.SUCCESS
        tick = daemon.tick()
    assert tick.status is TickStatus.SKIPPED
    assert "as it is now has had its run" in tick.skip_reason
    (run,) = daemon.runs()
    assert run.run_config["ops"][SYNC_STEP]["config"]["file"].startswith("people_2026-11-20.csv|")
    daemon.instance.report_run_failed(run)
    assert "as it is now has had its run" in daemon.tick().skip_reason


def test_with_both_on_the_schedule_waits_for_a_file_as_the_sensor_does(daemon: Any) -> None:
    daemon = daemon(**BOTH)
    next((daemon.acme.folder / "inbox").iterdir()).unlink()
    tick = daemon.scheduled(HALF_PAST_FIVE.astimezone(UTC) + timedelta(seconds=1))
    assert tick.status is TickStatus.SKIPPED
    assert "has no file 'people_*.csv'" in tick.skip_reason


def test_a_file_that_has_not_come_by_its_deadline_is_an_alarm_on_the_export(empty: Any) -> None:
    for settings in ({"when": {"deadline": {"cron": "0 7 * * 1-5", "within_hours": 3}}}, {}):
        graph = empty(**settings).defs.resolve_asset_graph()
        policies = {key.to_user_string(): graph.get(key).freshness_policy for key in graph.get_all_asset_keys()}
        policy = policies.pop("acme/hr/export")
        assert set(policies.values()) == {None}
        if settings:
            assert (policy.deadline_cron, policy.timezone) == ("0 7 * * 1-5", "Europe/Stockholm")
            assert policy.lower_bound_delta == timedelta(hours=3)
        else:
            assert policy is None


def test_of_the_two_ways_to_start_only_those_in_the_settings_are_there_and_on(empty: Any) -> None:
    for when, expected in (
        ({}, {"acme_stopped", "acme_recovery"}),
        ({"arrival": {}}, {"acme_stopped", "acme_recovery", "acme_arrival"}),
        ({"schedule": "30 5 * * *"}, {"acme_stopped", "acme_recovery", "acme_by_clock"}),
    ):
        defs = empty(when=when).defs
        found = [*defs.sensors, *(defs.schedules or [])]
        assert {one.name for one in found} == expected | {"acme_retention"}
        assert {one.default_status.value for one in found} == {"RUNNING"}
        assert {one.tags["rollcall/company"] for one in found} == {"acme"}


def test_a_run_that_stops_early_gets_its_reports_and_they_say_what_stopped_it(daemon: Any) -> None:
    daemon = daemon()
    daemon.tick()
    daemon.acme.box.fault(api="expensify", job="update employees", dry_run=False, code=401, times=None)
    daemon.tick()
    (run,) = daemon.work()
    assert run.status is dg.DagsterRunStatus.FAILURE
    assert not places.reports().exists()
    assert daemon.tick("acme_stopped").status is TickStatus.SUCCESS
    assert {"sync_report.html", "skipped_employees.csv"} <= set(daemon.acme.reports())
    assert "401" in page(daemon)
    assert run.run_id in page(daemon)
    with daemon.acme.ledger() as ledger:
        assert ledger.runs.all()["status"].tolist() == ["stopped"]


@further
def test_a_run_whose_file_is_another_by_then_fails_clearly_and_re_executed_takes_the_newest(daemon: Any) -> None:
    daemon = daemon()
    daemon.tick()
    daemon.tick()
    seen = daemon.runs()[0].run_config["ops"][SYNC_STEP]["config"]["file"].split("|")[1]
    corrected = {number: {**row, "Dept": "Sales"} for number, row in daemon.acme.people().items()}
    now = daemon.acme.file("2026-11-20", corrected).stat().st_size
    (failed,) = daemon.work()
    assert failed.status is dg.DagsterRunStatus.FAILURE
    daemon.tick("acme_stopped")
    assert f"The HR file had {seen} bytes and has {now}." in page(daemon)
    again = daemon.acme.again(failed)
    assert again.succeeded, again
    assert daemon.acme.stored(again.run_id, "hr/export")["facts"]["size"] == now
    assert daemon.acme.members()["ada@acme.example"]["customField2"] == "Sales"


@further
@pytest.mark.parametrize("local", [True, False], ids=["on this machine", "over SFTP"])
def test_a_run_whose_file_is_gone_by_then_fails_and_says_so(daemon: Any, over_sftp: Any, local: bool) -> None:
    daemon = daemon(**({} if local else over_sftp()))
    daemon.tick()
    daemon.tick()
    next((daemon.acme.folder / "inbox").iterdir()).unlink()
    (failed,) = daemon.work()
    assert failed.status is dg.DagsterRunStatus.FAILURE
    daemon.tick("acme_stopped")
    assert "no longer" in page(daemon)
    assert "Ask HR whether it was taken away." in page(daemon)


@further
def test_reports_that_cannot_be_written_turn_the_tick_red_and_the_next_one_writes_them(
    daemon: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon = daemon()
    daemon.tick()
    daemon.acme.box.fault(api="expensify", job="get policy", code=401, times=None)
    daemon.tick()
    daemon.work()

    def away(*_: object) -> None:
        raise Transient("The ledger cannot be reached.", "Run again later.")

    with monkeypatch.context() as patch:
        patch.setattr(summary.Ledger, "open", away)
        tick = daemon.tick("acme_stopped")
    assert tick.status is TickStatus.FAILURE
    assert "The ledger cannot be reached. Run again later." in tick.error.message
    assert daemon.tick("acme_stopped").status is TickStatus.SUCCESS
    assert "401" in page(daemon)
