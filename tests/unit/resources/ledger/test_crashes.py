"""A process that is killed at any statement takes nothing with it that was committed, leaves nothing half, and the ledger opens again.

In a soak at every single statement, else at some of every kind: of a run, what is done to which table; of the schema, what is done.
"""

import os
import re
from datetime import UTC, date, datetime

import pandas as pd
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from resources.ledger import Ledger, database, schema, tables
from roster.plan.outcomes import OutcomeFacts
from tests.rerun.kills import KILLED, die, in_a_process
from tests.soak import CASES, chosen

pytestmark = pytest.mark.exhaustive("kills at a statement of the ledger")
further = pytest.mark.long(
    held_by="tests/unit/resources/ledger/test_opening.py::test_rerun_a_crash_in_the_middle_of_a_write_leaves_nothing_of_it"
)

TABLE = re.compile(r"(?:FROM|INTO|UPDATE) (\w+)")

PEOPLE = pd.DataFrame({"employee_id": ["1", "2"], "account": ["a", "b"], "active": True, "digest": ["d", "e"], "fields": "{}"})
ANSWERS = pd.DataFrame({"person": ["1", "2"], "status": ["accepted", "unknown"], "reason": None, "request": 1})
OUTCOMES = pd.DataFrame(
    {"person": ["1"], "employee_id": ["1"], "action": ["create"], "outcome": ["created"], "reason": None, "landed": "landed"}
)
SKIPS = pd.DataFrame({"employee_id": ["3", "4"], "reason": ["no_policy", "no_email"]})
VALUES = {
    sa.Text: "x",
    sa.String: "x",
    sa.Integer: 1,
    sa.BigInteger: 1,
    sa.Boolean: True,
    sa.Double: 1.5,
    sa.Float: 1.5,
    sa.Date: date(2026, 11, 20),
    sa.DateTime: datetime(2026, 11, 20, 12, tzinfo=UTC),
    sa.JSON: {"x": 1},
    sa.LargeBinary: b"x",
}


@pytest.fixture(autouse=True)
def migrated_by_alembic(monkeypatch):
    """Not by what it did before (`tests.storing`)."""
    monkeypatch.setattr(schema, "_migrate", schema._migrate.__wrapped__)


def work(ledger, done=lambda: None):
    """What a run keeps, in its order; `done` after each transaction."""
    ledger.heartbeats.beat("r1")
    done()
    ledger.runs.begin("r1", "r1", "acme_sync")
    done()
    with ledger.leases.hold("r1") as lease:
        done()
        for step in (
            lambda: ledger.applied.mark("expensify", 1, None, "r1", lease),
            lambda: ledger.deliveries.record_answers("expensify", "r1", ANSWERS, lease),
            lambda: ledger.acknowledged.record("expensify", PEOPLE, "r1", lease),
            lambda: ledger.acknowledged.record("expensify", PEOPLE.head(1).assign(digest="f"), "r1", lease),
        ):
            step()
            done()
    done()
    ledger.deliveries.record_outcomes("expensify", "r1", OUTCOMES, OutcomeFacts({"created": 1}))
    done()
    ledger.skips.record("expensify", SKIPS, date(2026, 11, 20), "r1")
    done()
    ledger.skips.record("expensify", SKIPS.head(1), date(2026, 11, 21), "r2")
    done()
    ledger.runs.end("r1", "finished")
    done()


def kept(ledger):
    """All rows of the company, without times."""
    found = {}
    with ledger.engine.connect() as connection:
        for table in tables.metadata.sorted_tables:
            columns = [
                one for one in table.columns if one.name not in ("company", "expires_at") and not isinstance(one.type, tables.Moment)
            ]
            rows = connection.execute(sa.select(*columns).where(table.c.company == ledger.company))
            found[table.name] = sorted(map(repr, map(tuple, rows)))
    return found


def dying_at(statement):
    """Kills this process before the statement of that number, from 0; counts commits as statements."""
    left = iter(range(statement, -1, -1))

    def reached(*_):
        if next(left) == 0:
            die()

    sa.event.listen(sa.Engine, "before_cursor_execute", reached)
    sa.event.listen(sa.Engine, "commit", reached)


def statements(do):
    """Each statement of what is done, commits among them, in order."""
    found = []
    sa.event.listen(sa.Engine, "before_cursor_execute", lambda _connection, _cursor, statement, *_: found.append(statement))
    sa.event.listen(sa.Engine, "commit", lambda *_: found.append("COMMIT"))
    do()
    return found


def on_which_table(statement):
    return {(statement.split()[0], *TABLE.findall(statement))}


def what_is_done(statement):
    return {tuple(statement.split()[:2])}


def numbers(found, kinds):
    """The numbers of the statements at which processes are killed."""
    return chosen(range(len(found)), lambda number: kinds(found[number]))


@further
def test_rerun_a_kill_at_any_statement_leaves_what_was_done_and_nothing_half(url, tmp_path, record_property):
    with Ledger.open(url, "clean") as ledger:
        steps = [kept(ledger)]
        work(ledger, lambda: steps.append(kept(ledger)))

    def counted():
        with Ledger.open(url, "counted") as ledger:
            return statements(lambda: work(ledger))

    found = in_a_process(counted, tmp_path / "statements.json")
    assert len(found) > 40
    at = numbers(found, on_which_table)
    record_property(CASES, len(at))
    for statement in at:
        name, told = f"killed at {statement}", tmp_path / f"told {statement}"

        def killed(statement=statement, name=name, told=told):
            with Ledger.open(url, name) as ledger, told.open("w", buffering=1) as log:
                dying_at(statement)
                work(ledger, lambda: print(file=log))

        assert in_a_process(killed, tmp_path / "out.json") == KILLED
        with Ledger.open(url, name) as ledger:
            assert kept(ledger) == steps[told.read_text().count("\n")], statement
            with ledger.leases.hold("r1"):  # the same run, started anew, need not wait
                pass


def empty(url, number):
    """Another database of the same kind, with nothing in it."""
    if url.startswith("sqlite"):
        return f"{url}.{number}"
    engine = database.connect(url)
    with engine.begin() as connection:
        connection.execute(sa.schema.CreateSchema(f"m{os.getpid()}_{number}", if_not_exists=True))
    engine.dispose()
    return f"{url.partition('?')[0]}?options=-csearch_path%3Dm{os.getpid()}_{number}"


def first_release(url):
    """A ledger of the first schema, with a row in each of its tables; the rows."""
    engine = database.connect(url)
    with database.writing(engine, "rollcall schema") as connection:
        config = Config()
        config.set_main_option("script_location", "resources/ledger/migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    old = sa.MetaData()
    old.reflect(engine)
    rows = {table.name: {column.name: VALUES[type(column.type.as_generic())] for column in table.columns} for table in old.sorted_tables}
    del rows["alembic_version"]
    with engine.begin() as connection:
        for table in old.sorted_tables:
            if table.name in rows:
                connection.execute(sa.insert(table), rows[table.name])
    engine.dispose()
    return rows


def opened(url, statement):
    """Opens a ledger in a process that dies at that statement."""
    dying_at(statement)
    Ledger.open(url, "x").close()


def upgraded(url, statement=None):
    """Brings a ledger up to date, in a process that dies at that statement."""
    if statement is not None:
        dying_at(statement)
    engine = database.connect(url)
    schema.upgrade(engine)
    engine.dispose()


def is_migrated(url, rows):
    """Brings it up to date; every row is there with all that it held."""
    upgraded(url)
    with Ledger.open(url, "x") as ledger, ledger.engine.connect() as connection:
        new = sa.MetaData()
        new.reflect(ledger.engine)
        for name, row in rows.items():
            table = new.tables[name]
            (found,) = connection.execute(sa.select(*(table.c[column] for column in row))).mappings()
            assert {key: plain(value) for key, value in found.items()} == {key: plain(value) for key, value in row.items()}, name
        version = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one()
        assert version == schema.REVISIONS[-1]


def plain(value):
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return bytes(value) if isinstance(value, memoryview) else value


def test_a_ledger_of_the_first_release_keeps_everything_when_it_is_upgraded(url):
    is_migrated(url, first_release(url))


@further
def test_rerun_a_kill_at_any_statement_of_a_migration_leaves_a_ledger_that_opens_with_everything(url, tmp_path, record_property):
    first_release(clean := empty(url, "clean"))
    found = in_a_process(lambda: statements(lambda: upgraded(clean)), tmp_path / "statements.json")
    assert len(found) > 10
    at = numbers(found, what_is_done)
    record_property(CASES, len(at))
    for statement in at:
        where = empty(url, statement)
        rows = first_release(where)
        assert in_a_process(lambda where=where, statement=statement: upgraded(where, statement), tmp_path / "out.json") == KILLED
        is_migrated(where, rows)


@further
def test_rerun_a_kill_while_a_ledger_is_made_leaves_one_that_opens(url, tmp_path, record_property):
    made = empty(url, "made")
    found = in_a_process(lambda: statements(lambda: Ledger.open(made, "x").close()), tmp_path / "statements.json")
    assert len(found) > 30
    at = numbers(found, what_is_done)
    record_property(CASES, len(at))
    for statement in at:
        where = empty(url, f"new{statement}")
        assert in_a_process(lambda where=where, statement=statement: opened(where, statement), tmp_path / "out.json") == KILLED
        with Ledger.open(where, "x") as ledger:
            assert ledger.runs.all().empty
