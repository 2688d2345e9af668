"""`rollcall upgrade`: looked at, backed up, migrated, ledger and Dagster's database alike; nothing of it while a run is under way."""

import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from cli import upgrade as upgrade_command
from cli.main import app
from resources import places
from resources.ledger import Ledger, database, revisions
from tests.postgres import postgres, schema
from tests.unit.resources.ledger.test_upgrading import of_first_release

__all__ = ["postgres"]

NEWEST = revisions.REVISIONS[-1]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of its own, with an instance of Dagster that is up to date."""
    folder = tmp_path / "home"
    (folder / "dagster_home").mkdir(parents=True)
    (folder / "dagster_home" / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    monkeypatch.setenv("ROLLCALL_HOME", str(folder))
    monkeypatch.setenv("DAGSTER_HOME", str(folder / "dagster_home"))
    return folder


def upgrade(*options: str) -> Result:
    return CliRunner().invoke(app, ["upgrade", *options])


def first_release(url: str) -> None:
    engine, _ = of_first_release(url, 3)
    engine.dispose()


def revision() -> str | None:
    engine = database.connect(places.ledger_url())
    with engine.connect() as connection:
        found = revisions.of(connection)
    engine.dispose()
    return found


def one_value(file: Path, query: str) -> object:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(query).fetchone()[0]


def test_a_new_installation_gets_its_tables_and_a_second_time_there_is_nothing_to_do(home: Path) -> None:
    made = upgrade()
    assert made.exit_code == 0, made.output
    assert f"The ledger: schema none yet, to be {NEWEST}." in made.output
    dagsters = {str(path.relative_to(home / "dagster_home")) for path in (home / "dagster_home").rglob("*.db")}
    assert dagsters == {"history/runs.db", "history/runs/index.db", "schedules/schedules.db"}  # before several processes would at once
    again = upgrade()
    assert again.output == f"The ledger (schema {NEWEST}) and Dagster's database are up to date: there is nothing to do.\n"
    assert not (home / "backups").exists()


def test_an_older_ledger_is_backed_up_with_its_keys_and_brought_up_to_date(home: Path) -> None:
    first_release(places.ledger_url())
    (home / "ledger.db.acme-fields.0123abcd.key").write_bytes(b"k" * 32)
    looked = upgrade("--dry-run")
    assert looked.output == f"The ledger: schema 0001, to be {NEWEST}.\n"
    assert revision() == "0001"
    done = upgrade()
    assert done.exit_code == 0, done.output
    assert revision() == NEWEST
    (folder,) = (home / "backups").iterdir()
    assert f"Backed up to {folder}: 2 files." in done.output
    assert f"The way back is the backup in {folder}" in done.output
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {
        "ledger.db": 0o600,
        "ledger.db.acme-fields.0123abcd.key": 0o600,
    }
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert one_value(folder / "ledger.db", "SELECT version_num FROM alembic_version") == "0001"
    assert one_value(folder / "ledger.db", "SELECT count(*) FROM plan") == 3


def test_a_backup_that_was_made_is_not_made_again_and_one_can_be_put_elsewhere(home: Path, tmp_path: Path) -> None:
    first_release(places.ledger_url())
    assert upgrade("--backed-up").exit_code == 0
    assert not (home / "backups").exists()
    (home / "ledger.db").unlink()
    first_release(places.ledger_url())
    assert upgrade("--to", str(tmp_path / "there")).exit_code == 0
    assert (tmp_path / "there" / "ledger.db").exists()


def test_dagsters_own_database_is_backed_up_and_brought_up_to_date(home: Path) -> None:
    with dg.DagsterInstance.get() as instance:
        instance.create_run_for_job(_job())
        head = instance.run_storage.alembic_version()[1]
    assert upgrade().exit_code == 0
    for name in ("runs.db", "runs/index.db"):
        with closing(sqlite3.connect(home / "dagster_home" / "history" / name)) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '7f2b1a4ca7a5'")  # of Dagster 1.5
            connection.commit()
    looked = upgrade("--dry-run")
    assert looked.output == f"Dagster's database: runs, events to be as Dagster {dg.__version__} needs them.\n"
    done = upgrade()
    assert done.exit_code == 0, done.output
    with dg.DagsterInstance.get() as instance:
        assert instance.run_storage.alembic_version() == (head, head)
        assert instance.get_runs_count() == 1
    (folder,) = (home / "backups").iterdir()
    copies = {str(path.relative_to(folder / "dagster_home")) for path in folder.rglob("*.db")}
    assert {"history/runs.db", "history/runs/index.db", "schedules/schedules.db"} <= copies
    assert "to be as" not in upgrade().output


def _job() -> dg.JobDefinition:
    @dg.op
    def nothing() -> None: ...

    @dg.job
    def idle() -> None:
        nothing()

    return idle


def beating(url: str) -> None:
    engine = database.connect(url)
    with database.writing(engine, "test") as connection:
        statement = sa.text("UPDATE lease SET company = 'acme', run_id = 'r1', expires_at = :later WHERE fence = 0")
        connection.execute(statement, {"later": database.now(connection) + 30})
    engine.dispose()


def test_while_a_run_is_under_way_nothing_is_changed_and_it_is_said_whose(home: Path) -> None:
    first_release(places.ledger_url())
    beating(places.ledger_url())
    refused = upgrade()
    assert refused.exit_code == 2
    assert "runs are under way (acme). Let them come to their end" in refused.stderr
    assert revision() == "0001"
    assert not (home / "backups").exists()


def test_a_ledger_newer_than_what_is_installed_is_refused(home: Path) -> None:
    with Ledger.open(places.ledger_url(), "acme") as ledger, ledger.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    refused = upgrade()
    assert (refused.exit_code, "Upgrade Rollcall" in refused.stderr) == (2, True)


@pytest.fixture
def on_a_server(home: Path, postgres: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """A ledger of the first release on PostgreSQL; whoever opens it is told to upgrade it."""
    with schema(postgres) as url:
        monkeypatch.setenv("ROLLCALL_LEDGER", url)
        first_release(url)
        yield url


def test_a_ledger_on_a_server_is_dumped_first_and_the_dump_can_be_restored(home: Path, on_a_server: str) -> None:
    told = CliRunner().invoke(app, ["status"])
    assert (told.exit_code, "run once: rollcall upgrade" in told.stderr) == (2, True)
    done = upgrade()
    assert done.exit_code == 0, done.output
    assert revision() == NEWEST
    (dump,) = (home / "backups").rglob("ledger.dump")
    assert stat.S_IMODE(dump.stat().st_mode) == 0o600
    assert dump.read_bytes().startswith(b"PGDMP")


def test_quiet_without_pg_dump_the_command_is_told_without_the_password_and_nothing_is_changed(
    on_a_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLLCALL_LEDGER", on_a_server.replace("rollcall@", "rollcall:hunter2@") + "&password=hunter2")
    monkeypatch.setenv("PATH", "/nowhere")
    refused = upgrade()
    assert refused.exit_code == 2
    assert "pg_dump is not installed here" in refused.stderr
    assert "rollcall upgrade --backed-up" in refused.stderr
    assert "hunter2" not in refused.output
    assert revision() == "0001"
    assert upgrade("--backed-up").exit_code == 0
    assert revision() == NEWEST


def test_where_the_backup_cannot_be_written_nothing_is_changed_and_it_is_said(home: Path, tmp_path: Path) -> None:
    first_release(places.ledger_url())
    (home / "ledger.db.acme-fields.0123abcd.key").write_bytes(b"k" * 32)
    (tmp_path / "file").touch()
    (tmp_path / "taken" / "ledger.db" / "in the way").mkdir(parents=True)
    for there in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / "taken"):
        refused = upgrade("--to", str(there))
        assert (refused.exit_code, len(refused.stderr.splitlines())) == (2, 1), refused.output
        assert f"The backup cannot be written to {there} (" in refused.stderr
        assert "rollcall upgrade --to FOLDER. Nothing was changed." in refused.stderr
        assert revision() == "0001"
    assert [path.name for path in (tmp_path / "taken").iterdir() if path.name.startswith(".")] == []


def test_what_another_process_has_migrated_meanwhile_is_no_backup(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first_release(places.ledger_url())
    monkeypatch.setattr(upgrade_command, "_refuse_while_runs", lambda *_: Ledger.open(places.ledger_url(), "acme").close())
    done = upgrade()
    assert done.exit_code == 0, done.output
    assert revision() == NEWEST
    assert not (home / "backups").exists()
    assert "backup in" not in done.output


@pytest.mark.long(held_by="tests/cli/test_upgrade.py::test_while_a_run_is_under_way_nothing_is_changed_and_it_is_said_whose")
def test_two_at_once_leave_one_backup_of_what_was_there(home: Path) -> None:
    first_release(places.ledger_url())
    command = [sys.executable, "-c", "from cli.main import app; app()", "upgrade", "--to"]
    folders = [home / "backups" / name for name in ("one", "two")]
    running = [
        subprocess.Popen([*command, str(folder)], cwd=places.PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for folder in folders
    ]
    said = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    made = [folder / "ledger.db" for folder in folders if folder.exists()]
    assert len(made) == 1
    assert one_value(made[0], "SELECT version_num FROM alembic_version") == "0001"
    assert sum("The way back is the backup" in out for out, _ in said) == 1
    assert revision() == NEWEST
