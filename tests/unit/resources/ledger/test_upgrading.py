"""An older ledger is brought up to date whole, by whoever may do it, while no run is under way; old and new code never use one at once."""

import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from resources.failures import Permanent, Transient
from resources.ledger import Ledger, database, revisions, schema, tables
from tests.unit.resources.ledger.test_crashes import VALUES

ROWS = 10_000
PATIENCE = 60
"""Seconds: ten times what it takes here."""
NEWEST = revisions.REVISIONS[-1]


def of_first_release(url, rows=1):
    """A ledger of the first schema with so many rows in each of its tables; the engine, and the tables as they were."""
    engine = database.connect(url)
    with database.writing(engine, "test") as connection:
        config = Config()
        config.set_main_option("script_location", "resources/ledger/migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    old = sa.MetaData()
    old.reflect(engine)
    old.remove(old.tables["alembic_version"])
    with engine.begin() as connection:
        for table in old.sorted_tables:
            cells = [values(_kind(one), rows) for one in table.columns]
            connection.execute(sa.insert(table), [dict(zip(table.columns.keys(), row, strict=True)) for row in zip(*cells, strict=True)])
    return engine, old


def _kind(column):
    # Everything is one company's, but for what a company has one of.
    shared = column.name == "company" and len(column.table.primary_key) > 1
    return "company" if shared else type(column.type.as_generic())


@cache
def values(kind, rows):
    return [value(kind, number) for number in range(rows)]


def value(kind, number):
    """Another one for each row, with all that a type has: parts of a second, a nested text, bytes that are no text."""
    if kind == "company":
        return "acme"
    if kind in (sa.Text, sa.String):
        return f"Ünïcode '{number}\u2028\""
    if kind in (sa.Integer, sa.BigInteger):
        return number
    found = {
        sa.Boolean: number % 2 == 0,
        sa.DateTime: datetime(2026, 11, 20, 12, 0, 0, number, tzinfo=UTC),
        sa.Date: datetime(2000, 1, 1, tzinfo=UTC).date() + timedelta(days=number),
        sa.JSON: {"number": number, "nested": [None, "ø", 1.5]},
        sa.LargeBinary: number.to_bytes(4, "big") + b"\0\xff",
        sa.Float: number / 7,
        sa.Double: number / 7,
    }
    return found.get(kind, VALUES[kind])


def comparable(table):
    """Its columns as a database can compare them: Postgres has no equality of JSON."""
    return [sa.cast(one, sa.Text).label(one.name) if isinstance(one.type, sa.JSON) else one for one in table.columns]


def differences(engine, table, copy):
    """How many rows are in one of both and not in the other; each is counted, though it were there twice."""
    one, other = (sa.select(*comparable(each)) for each in (table, copy))
    with engine.connect() as connection:
        found = [connection.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one() for query in (one, other)]
        both = (sa.except_(one, other), sa.except_(other, one))
        apart = [connection.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one() for query in both]
    return [*found, *apart]


@pytest.mark.long(
    held_by="tests/unit/resources/ledger/test_upgrading.py::test_an_older_file_is_brought_up_to_date_when_it_is_opened_and_a_copy_of_what_it_was_is_beside_it"
)
def test_ten_thousand_rows_of_every_table_of_the_first_release_keep_every_value(url, record_property):
    engine, old = of_first_release(url, ROWS)
    with engine.begin() as connection:
        for table in old.sorted_tables:
            connection.execute(sa.text(f'CREATE TABLE "before_{table.name}" AS SELECT * FROM "{table.name}"'))
    copies = sa.MetaData()
    begun = datetime.now(UTC)
    assert schema.upgrade(engine) == "0001"
    seconds = (datetime.now(UTC) - begun).total_seconds()
    record_property("seconds", seconds)
    assert seconds < PATIENCE
    for table in old.sorted_tables:
        copy = table.to_metadata(copies, name=f"before_{table.name}")
        assert differences(engine, table, copy) == [ROWS, ROWS, 0, 0], table.name
    engine.dispose()
    Ledger.open(url, "acme").close()


def test_an_older_file_is_brought_up_to_date_when_it_is_opened_and_a_copy_of_what_it_was_is_beside_it(tmp_path):
    file = tmp_path / "ledger.db"
    engine, _ = of_first_release(str(file), 3)
    engine.dispose()
    Ledger.open(str(file), "acme").close()
    copy = tmp_path / f"ledger.db.before-{NEWEST}"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
        assert connection.execute("SELECT count(*) FROM plan").fetchone() == (3,)


def test_an_older_ledger_on_a_server_is_upgraded_by_nobody_who_opens_it(url):
    if url.startswith("sqlite"):
        return
    engine, _ = of_first_release(url)
    with pytest.raises(Permanent, match=rf"schema 0001, and this version of Rollcall needs {NEWEST}\. Stop every.*rollcall upgrade"):
        Ledger.open(url, "acme")
    with engine.connect() as connection:
        assert revisions.of(connection) == "0001"
    engine.dispose()


@pytest.mark.parametrize("sign", ["lease", "heartbeat"])
def test_rerun_nothing_is_upgraded_while_a_run_is_under_way_and_all_of_it_afterwards(url, sign):
    engine, _ = of_first_release(url)
    with database.writing(engine, "test") as connection:
        later = database.now(connection) + 30
        if sign == "lease":
            connection.execute(sa.text("UPDATE lease SET company = 'acme', run_id = 'r1', expires_at = :later"), {"later": later})
        else:  # the schema that first had signs of life
            config = Config()
            config.set_main_option("script_location", "resources/ledger/migrations")
            config.attributes["connection"] = connection
            command.upgrade(config, "0002")
            beat = {"company": "acme", "run_id": "r1", "expires_at": later}
            connection.execute(sa.insert(tables.heartbeat), [beat, {**beat, "run_id": "over"}])
            moment = datetime.now(UTC)
            over = {"company": "acme", "run_id": "over", "root_run_id": "over", "job": "j", "began": moment, "ended": moment}
            connection.execute(sa.insert(tables.run), over)
    for attempt in (lambda: schema.upgrade(engine), *([lambda: Ledger.open(url, "acme")] if url.startswith("sqlite") else [])):
        with pytest.raises(Transient, match=r"runs are under way \(acme\)\. Let them come to their end"):
            attempt()
    with database.writing(engine, "test") as connection:
        connection.execute(sa.text(f"UPDATE {sign} SET expires_at = 0 WHERE run_id = 'r1'"))
    assert schema.upgrade(engine) in ("0001", "0002")
    engine.dispose()


def test_rerun_a_process_that_had_the_ledger_open_before_it_was_upgraded_writes_nothing_more(url, ledger):
    with ledger.leases.hold("r1") as lease:
        move_on(url)
        for write in (
            lambda: ledger.runs.begin("r1", "r1", "acme_sync"),
            lambda: ledger.heartbeats.beat("r1"),
            lambda: ledger.applied.mark("expensify", 1, None, "r1", lease),
        ):
            with pytest.raises(Permanent, match="has schema 9999 now, and this process knows"):
                write()
    with ledger.engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(tables.run)).scalar_one() == 0


def test_what_an_upgrade_took_away_is_missed_in_one_sentence_and_not_in_sql(url, ledger):
    move_on(url, "ALTER TABLE run RENAME COLUMN job TO what", "DROP TABLE skip")
    for read in (ledger.runs.all, ledger.skips.all):
        with pytest.raises(Permanent, match=r"it was upgraded meanwhile\. Start this process again"):
            read()


def test_processes_that_upgrade_at_once_all_succeed(url, processes):
    engine, _ = of_first_release(url)
    engine.dispose()
    code = "from resources.ledger.database import connect\nfrom resources.ledger import schema\nschema.upgrade(connect(sys.argv[1]))"
    for ended in processes(code, url, count=3):
        assert ended.returncode == 0, ended.stderr


def move_on(url, *statements):
    """What a newer version does to the ledger."""
    engine = database.connect(url)
    with database.writing(engine, "test") as connection:
        for statement in (*statements, "UPDATE alembic_version SET version_num = '9999'"):
            connection.execute(sa.text(statement))
    engine.dispose()
