import stat
import subprocess
import sys

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from resources.failures import Permanent, Transient
from resources.ledger import Ledger, database, schema, tables


def test_migrations_lead_to_the_tables_that_the_code_knows(ledger):
    with ledger.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []


def test_the_constant_list_of_revisions_is_what_the_migrations_say(tmp_path):
    config = Config()
    config.set_main_option("script_location", "resources/ledger/migrations")
    assert tuple(script.revision for script in reversed(list(ScriptDirectory.from_config(config).walk_revisions()))) == schema.REVISIONS


def test_what_was_written_is_there_when_the_ledger_is_opened_again(url):
    with Ledger.open(url, "acme") as ledger:
        ledger.runs.begin("r1", "r1", "acme_sync")
    with Ledger.open(url, "acme") as ledger:
        assert ledger.runs.all()["run_id"].tolist() == ["r1"]


def test_opening_a_current_ledger_does_not_import_alembic(url):
    Ledger.open(url, "acme").close()
    code = "import sys\nfrom resources.ledger import Ledger\nLedger.open(sys.argv[1], 'acme')\nprint('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code, url], capture_output=True, text=True, check=True).stdout.strip() == "False"


def test_processes_that_open_a_new_ledger_at_once_all_succeed(url, processes):
    for ended in processes("Ledger.open(sys.argv[1], 'acme').runs.begin('r', 'r', 'j')", url, count=3):
        assert ended.returncode == 0, ended.stderr


def test_a_ledger_newer_than_the_code_is_refused(url):
    with Ledger.open(url, "acme") as ledger, ledger.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Permanent, match=r"schema 9999.*Upgrade Rollcall"):
        Ledger.open(url, "acme")


def test_only_the_owner_can_read_the_ledger(tmp_path):
    with Ledger.open(f"sqlite:///{tmp_path}/new/ledger.db", "acme") as ledger:
        ledger.runs.begin("r1", "r1", "j")
        ledger.keys.of("digests")
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()}
    assert {"ledger.db", "ledger.db-wal"} <= set(modes)
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_a_ledger_that_others_could_read_is_closed_to_them(tmp_path):
    (tmp_path / "ledger.db").touch(mode=0o644)
    Ledger.open(str(tmp_path / "ledger.db"), "acme").close()
    assert stat.S_IMODE((tmp_path / "ledger.db").stat().st_mode) == 0o600


def test_rerun_what_a_thread_writes_is_kept_however_often_others_open_the_ledger_meanwhile(url, processes):
    read = "with Ledger.open(sys.argv[1], 'acme') as ledger:\n    print(len(ledger.runs.all()))"
    with Ledger.open(url, "acme") as long_open:
        for number in range(1, 4):
            long_open.runs.begin(f"r{number}", "r", "j")
            Ledger.open(url, "acme").close()
            (seen,) = processes(read, url, count=1)
            assert seen.stdout.strip() == str(number), seen.stderr


def test_a_ledger_in_memory_is_refused():
    with pytest.raises(Permanent, match="needs a file"):
        Ledger.open("sqlite://", "acme")


def test_postgres_by_its_plain_name_uses_the_driver_that_dagster_uses():
    assert database.connect("postgresql://u:p@localhost/x").url.drivername == "postgresql+psycopg2"


def test_an_unreachable_database_is_a_fault_that_time_heals_and_shows_no_password():
    with pytest.raises(Transient) as caught:
        Ledger.open("postgresql://someone:hunter2@127.0.0.1:9/x?connect_timeout=2", "acme")
    assert "hunter2" not in str(caught.value)


def test_quiet_a_refused_statement_shows_no_value(ledger):
    with pytest.raises(Permanent) as caught, database.writing(ledger.engine, "x") as connection:
        row = {"company": "acme", "destination": "d", "employee_id": "1", "account": "anna@acme.example", "active": True, "digest": None}
        database.insert(connection, tables.acknowledged, [{**row, "epoch": 1, "run_id": "r", "recorded_at": None}])
    assert "anna" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_companies_do_not_see_each_other(url, ledger):
    ledger.runs.begin("r1", "r1", "j")
    with Ledger.open(url, "other") as other:
        assert other.runs.all().empty


def test_rerun_a_crash_in_the_middle_of_a_write_leaves_nothing_of_it(url, ledger, processes):
    code = """
import os
import pandas as pd
from resources.ledger import acknowledged, database
real = database.upsert
def crash(connection, table, rows, **more):
    real(connection, table, rows, **more)
    if table.name == "acknowledged":
        os._exit(7)
acknowledged.upsert = crash
ledger = Ledger.open(sys.argv[1], "acme")
frame = pd.DataFrame({"employee_id": ["1"], "account": ["a"], "active": [True], "digest": ["d"], "fields": ["{}"]})
with ledger.leases.hold("r1") as lease:
    ledger.acknowledged.record("expensify", frame, "r1", lease)
"""
    (ended,) = processes(code, url, count=1)
    assert ended.returncode == 7, ended.stderr
    assert ledger.acknowledged.epoch("expensify") == 0
    assert ledger.acknowledged.all("expensify").empty
    with ledger.leases.hold("r1"):  # the same run, started anew, need not wait
        pass
