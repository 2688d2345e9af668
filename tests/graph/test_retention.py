"""What is older than a company's `retention_days` goes everywhere, and everything works on."""

import copy
import os
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa
from dagster._core.definitions.freshness import FreshnessState, FreshnessStateChange
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.execution.api import create_execution_plan
from dagster._core.execution.plan.state import KnownExecutionState
from dagster._core.scheduler.instigation import TickData, TickStatus
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from dagster._core.storage.runs.schema import RunTagsTable
from typer.testing import CliRunner

from assets import quiet
from assets.runs import dagster_storage, retention
from cli import main as cli
from resources import places
from resources.ledger import tables
from resources.stored import runs as stored_runs
from tests.graph.conftest import Acme
from tests.ledgers import ON_POSTGRES

LONG_AGO = (datetime.now(UTC) - timedelta(days=400)).timestamp()


@pytest.fixture(scope="module")
def left(everything: Any, tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """What three syncs leave, in an instance of their own: other tests count on the runs of the common one."""
    root = tmp_path_factory.mktemp("retention")
    with pytest.MonkeyPatch.context() as patch:
        everything.enter(root / "home", patch)
        (root / "dagster").mkdir()
        (root / "dagster" / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
        patch.setenv("DAGSTER_HOME", str(root / "dagster"))
        made = Acme(root / "acme", everything.box)
        runs = [made.run("sync")]
        for day in (21, 22):
            made.file(f"2026-11-{day}", {**made.people(), "E04": {**made.people()["E04"], "Mobile": f"+467017406{day}"}})
            runs.append(made.run("sync"))
        assert all(run.succeeded for run in runs), runs
        with made.ledger() as ledger, ledger.engine.execution_options(rollcall_writes=True).begin() as connection:
            connection.execute(sa.delete(tables.heartbeat))  # they outlast a run by a minute
    return SimpleNamespace(root=root, runs=runs, state=copy.deepcopy(everything.box.state))


@pytest.fixture
def acme(everything: Any, left: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The company after three syncs; `first` is the oldest."""
    for folder in ("home", "dagster", "acme"):
        shutil.copytree(left.root / folder, tmp_path / folder)
    everything.enter(tmp_path / "home", monkeypatch, left.state)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    made = Acme(tmp_path / "acme", everything.box)
    made.first = left.runs[0]
    return made


def purge(acme: Any, days: int = 0, **options: Any) -> dict[str, int]:
    """By default everything that has ended by now counts as old."""
    with dg.DagsterInstance.get() as instance, acme.ledger() as ledger:
        return retention.purge(instance, ledger, days, **options).counts()


def stored() -> set[str]:
    return {folder.name for folder in (places.home() / "data" / "acme").iterdir()} - {"newest"}


def reported() -> set[str]:
    return {folder.name for folder in (places.home() / "reports" / "acme").iterdir()}


def recorded() -> set[str]:
    with dg.DagsterInstance.get() as instance:
        return {run.run_id for run in instance.get_runs(dg.RunsFilter(tags={"rollcall/company": "acme"}))}


def age(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        os.utime(path, (LONG_AGO, LONG_AGO))


def test_all_that_a_run_left_goes_with_it(acme: Any) -> None:
    newest = stored_runs.StoredRuns("acme").newest()
    assert acme.first.run_id in stored() & reported() & recorded()
    counts = purge(acme)
    assert counts["ledger rows"] > 50
    assert (counts["runs with stored values"], counts["runs with reports"]) == (2, 2)
    assert stored() == reported() == newest
    assert acme.first.run_id not in recorded()
    with acme.ledger() as ledger:
        assert set(ledger.runs.all()["run_id"]) == newest
    with dg.DagsterInstance.get() as instance:
        assert not list(Path(instance.root_directory).rglob(f"*{acme.first.run_id}*"))
        assert not instance.all_logs(acme.first.run_id)


@pytest.mark.long(held_by="tests/unit/resources/ledger/test_retention.py::test_no_old_run_goes_while_something_rests_on_it")
def test_rerun_the_newest_run_works_on_after_everything_older_is_gone(acme: Any) -> None:
    purge(acme)
    with dg.DagsterInstance.get() as instance:
        for key in acme.defs.resolve_asset_graph().get_all_asset_keys():
            assert instance.get_latest_materialization_event(key), key
    verified = acme.run("verify")
    assert verified.succeeded, verified
    writes = acme.box.writes
    again = acme.run("sync")
    assert again.succeeded, again
    assert acme.box.writes == writes, "nobody was forgotten"
    assert acme.run("report").succeeded
    # The first file once more: still known, still older.
    acme.file("2026-11-23", acme.people())
    older = acme.run("sync")
    assert not older.succeeded
    assert acme.box.writes == writes


def kept() -> dict[str, int]:
    """Every table of every database → rows, in Dagster's own storage and in the ledger; and how many files there are."""
    home = Path(os.environ["DAGSTER_HOME"])
    files = [path for path in (*home.rglob("*"), *places.home().rglob("*")) if path.is_file() and not path.name.endswith(("-wal", "-shm"))]
    found = {"files": len(files)}
    for file in (file for file in files if file.suffix == ".db" or file.name == ".db"):
        if file.stem in recorded():
            continue  # a run's own
        engine = sa.create_engine(f"sqlite:///{file}")
        with engine.connect() as connection:
            for name in sa.inspect(connection).get_table_names():
                found[f"{file.name}: {name}"] = connection.execute(sa.text(f'SELECT count(*) FROM "{name}"')).scalar_one()
        engine.dispose()
    return found


def what_a_daemon_leaves(acme: Any, night: int) -> None:
    """Ticks, and that assets have become stale, which is no run's."""
    with dg.DagsterInstance.get() as instance:
        for name in ("acme_recovery", "acme_former"):
            moment = time.time()
            tick = TickData(f"origin {name}", name, InstigatorType.SENSOR, TickStatus.SKIPPED, moment, selector_id=name, skip_reason="none")
            instance.create_tick(tick)
        for state in (FreshnessState.FAIL, FreshnessState.PASS):
            key = dg.AssetKey(["acme", "expensify", "known"])
            change = FreshnessStateChange(
                key=key, new_state=state, previous_state=FreshnessState.UNKNOWN, state_change_timestamp=time.time()
            )
            instance._report_runless_asset_event(change)
        # Somebody materializes one asset in the UI, in a plan of its own each time.
        job = acme.defs.resolve_implicit_global_asset_job_def()
        known = KnownExecutionState(previous_retry_attempts={f"night {night}": 1})
        plan = create_execution_plan(job, known_state=known)
        run = instance.create_run_for_job(job, execution_plan=plan, asset_selection=frozenset({key}))
        instance.report_run_failed(run)


@pytest.mark.long(held_by="tests/unit/resources/ledger/test_retention.py::test_an_old_run_goes_and_what_goes_on_stays")
@pytest.mark.skipif(ON_POSTGRES, reason="counts rows of SQLite's files; of PostgreSQL test_retention_postgres.py does")
def test_nights_that_are_purged_leave_nothing_that_grows(acme: Any) -> None:
    """In no table of any database: one that is new, of ours or of Dagster's, is looked at by itself."""
    checks, nights = "index.db: asset_check_executions", []
    for night in range(3):
        assert acme.run("sync").succeeded
        what_a_daemon_leaves(acme, night)
        with acme.ledger() as ledger, ledger.engine.execution_options(rollcall_writes=True).begin() as connection:
            connection.execute(sa.delete(tables.heartbeat))
        grown = kept()
        purge(acme)
        nights.append(kept())
        assert grown[checks] > nights[-1][checks] > 0
    assert nights[0] == nights[1] == nights[2]
    ends = {
        "schedules.db: job_ticks": 0,
        "index.db: event_logs": None,
        ".db: event_logs": 1,
        "runs.db: snapshots": None,
        "runs.db: runs": None,
    }
    assert set(ends) <= set(nights[0]), "these are looked at"
    assert all(nights[0][name] == count for name, count in ends.items() if count is not None), nights[0]


def test_of_others_no_tick_and_nothing_that_their_assets_show_goes(acme: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("acme", "acme_2"):
        (tmp_path / "pipelines" / name).mkdir(parents=True)
        (tmp_path / "pipelines" / name / "defs.yaml").touch()
    monkeypatch.setenv("ROLLCALL_PIPELINES", str(tmp_path / "pipelines"))
    names = ("acme_stopped", "acme_2_stopped", "beta_stopped")
    with dg.DagsterInstance.get() as instance:
        for name in names:
            instance.create_tick(TickData(name, name, InstigatorType.SENSOR, TickStatus.SKIPPED, time.time(), selector_id=name, run_ids=[]))
        purge(acme)
        assert [len(instance.get_ticks(name, name)) for name in names] == [0, 1, 1]


def test_rerun_a_purge_that_was_killed_between_a_runs_events_and_the_run_is_finished_by_the_next(
    acme: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dg.DagsterInstance.get() as instance, acme.ledger() as ledger, monkeypatch.context() as patch:

        def killed(*_: Any) -> None:
            raise KeyboardInterrupt

        patch.setattr(dagster_storage, "_delete_rows", killed)
        with pytest.raises(KeyboardInterrupt):
            retention.purge(instance, ledger, 0)
    purge(acme)
    with dg.DagsterInstance.get() as instance:
        runs = recorded()
        with instance.event_log_storage.index_connection() as connection:
            assert set(connection.execute(sa.text("SELECT run_id FROM event_logs")).scalars()) <= runs
        events = Path(instance.event_log_storage.path_for_shard("index")).parent
        assert {file.stem for file in events.glob("*.db")} - {"index", ".db"} == runs


def test_what_an_earlier_versions_purges_left_goes_with_the_next_and_nothing_of_others(acme: Any) -> None:
    with dg.DagsterInstance.get() as instance:
        checks, tags = AssetCheckExecutionsTable, RunTagsTable
        for company in ("acme", "acme_2", "beta"):
            row = {"asset_key": f'["{company}", "hr", "roster"]', "check_name": "gate", "run_id": f"gone-{company}"}
            with instance.event_log_storage.index_connection() as connection:
                connection.execute(checks.insert().values(**row))
            with instance.run_storage.connect() as connection:
                connection.execute(tags.insert().values(run_id=f"gone-{company}", key="rollcall/company", value=company))
                connection.execute(tags.insert().values(run_id=f"gone-{company}", key="of/it", value="too"))
        purge(acme)
        with instance.event_log_storage.index_connection() as connection:
            left = set(connection.execute(sa.select(checks.c.run_id)).scalars())
            assert {run_id for run_id in left if run_id.startswith("gone")} == {"gone-acme_2", "gone-beta"}
        with instance.run_storage.connect() as connection:
            left = set(connection.execute(sa.select(tags.c.run_id)).scalars())
            assert {run_id for run_id in left if run_id.startswith("gone")} == {"gone-acme_2", "gone-beta"}


def test_a_second_purge_finds_nothing(acme: Any) -> None:
    assert purge(acme)
    assert not any(purge(acme).values())


def test_a_dry_run_says_the_same_and_deletes_nothing(acme: Any) -> None:
    told = purge(acme, dry_run=True)
    assert len(stored()) == 3
    assert acme.first.run_id in recorded()
    assert purge(acme) == told


def test_nothing_younger_than_the_limit_goes(acme: Any) -> None:
    before = stored(), reported(), recorded()
    assert not any(purge(acme, days=1).values())
    assert (stored(), reported(), recorded()) == before


def test_a_run_that_still_lives_keeps_all_it_has(acme: Any) -> None:
    with acme.ledger() as ledger:
        ledger.heartbeats.beat(acme.first.run_id)
    purge(acme)
    assert acme.first.run_id in stored() & reported() & recorded()


def test_what_only_its_age_tells_of_goes_too(acme: Any) -> None:
    """Runs that the ledger does not know, broken downloads, what the owner-only log says of former times."""
    for folder in ("data/acme/unknown/acme/reports/x", "reports/acme/unknown", "incoming"):
        (places.home() / folder).mkdir(parents=True)
        (places.home() / folder / "index.json").write_text("{}")
    for folder in ("data/acme/unknown", "reports/acme/unknown", "incoming"):
        age(places.home() / folder)
    log = quiet.private_folder() / quiet.FILE
    log.write_text("2024-01-01 00:00:00,000 old\n  and its trace\n2999-01-01 00:00:00,000 new\n  and its trace\n")
    try:
        counts = purge(acme, days=90)
        assert [counts[what] for what in ("runs with stored values", "runs with reports", "broken downloads")] == [1, 1, 1]
        assert "unknown" not in stored() | reported()
        assert log.read_text() == "2999-01-01 00:00:00,000 new\n  and its trace\n"
        assert log.stat().st_mode & 0o777 == 0o600
    finally:
        log.unlink()


def test_hrs_own_files_and_other_companies_are_left_alone(acme: Any) -> None:
    theirs = places.home() / "data" / "beta" / "old" / "beta" / "hr"
    theirs.mkdir(parents=True)
    age(places.home() / "data" / "beta")
    before = sorted((acme.folder / "inbox").iterdir())
    purge(acme)
    assert theirs.exists()
    assert sorted((acme.folder / "inbox").iterdir()) == before


def test_the_nightly_job_deletes_and_says_how_much_in_counts(acme: Any) -> None:
    result = acme.run("retention")
    assert result.succeeded, result
    assert len(stored()) == 3, "nothing is ninety days old"
    with acme.ledger() as ledger:
        assert result.run_id in ledger.heartbeats.remaining(), "a run without signs of life counts as dead"
    with dg.DagsterInstance.get() as instance:
        output = instance.all_logs(result.run_id, of_type=dg.DagsterEventType.STEP_OUTPUT)[0].get_dagster_event()
        told = {name: value.value for name, value in output.step_output_data.metadata.items()}
    assert told == {"older than (days)": 90} | dict.fromkeys(
        ("ledger rows", "runs with stored values", "runs with reports", "broken downloads", "Dagster runs"), 0
    )


def test_the_settings_say_for_how_long(empty: Any) -> None:
    acme = empty(retention_days=30)
    schedule = next(one for one in acme.defs.schedules if one.name == "acme_retention")
    assert "30 days" in schedule.description
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING


def test_the_command_says_in_counts_what_it_deleted(acme: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def said(*arguments: str) -> str:
        result = CliRunner().invoke(cli.app, ["purge", *arguments])
        assert result.exit_code == 0, result.output
        return result.output.strip()

    assert said("--older-than", "1") == "acme: nothing is older than 1 day, but for what is still needed."
    monkeypatch.setattr(retention, "timedelta", lambda days: timedelta(0))
    told = said("--older-than", "1", "--dry-run")
    assert told.startswith("acme: older than 1 day and to be deleted: ")
    assert len(stored()) == 3
    assert said("acme", "--older-than", "1") == told.replace("to be deleted", "deleted")
    assert len(stored()) == 1


def test_without_settings_it_asks_for_how_long(acme: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_PIPELINES", str(tmp_path))
    result = CliRunner().invoke(cli.app, ["purge"])
    assert result.exit_code == 2
    assert "--older-than" in result.output


def test_true_report_every_call_of_a_run_is_counted(acme: Any) -> None:
    with acme.ledger() as ledger:
        before = {name: counted.calls for name, counted in ledger.traffic.all().items()}
    made = len(acme.box.calls)
    assert acme.run("verify").succeeded
    with acme.ledger() as ledger:
        after = {name: counted.calls for name, counted in ledger.traffic.all().items()}
    assert set(before) == {"Expensify", "Findity"}
    assert sum(after.values()) - sum(before.values()) == len(acme.box.calls) - made > 0
