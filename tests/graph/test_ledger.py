"""A run has one ledger: opened when it is first used, the same for all its steps and for its signs of life, closed when it ends."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa
import yaml

from assets.company import LedgerAccess
from resources import places
from resources.failures import Transient
from resources.ledger import Ledger, schema
from tests.ledgers import ON_POSTGRES

further = pytest.mark.long(held_by="tests/graph/test_ledger.py::test_a_run_opens_its_ledger_once_and_closes_it")
OTHER_JOBS: list[tuple[str, dict[str, Any]]] = [("one", {"employee_ids": ["E04"]}), ("retention", {}), ("verify", {})]
AWAY = "postgresql://someone:hunter2@127.0.0.1:9/x?connect_timeout=2"


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> list[sa.Engine]:
    """Every engine that is made for the ledger's database from now on."""
    made: list[sa.Engine] = []
    real = sa.create_engine

    def create(url: Any, **options: Any) -> sa.Engine:
        engine = real(url, **options)
        if engine.url.database == places.ledger_url():
            made.append(engine)
        return engine

    monkeypatch.setattr(sa, "create_engine", create)
    return made


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each look at the schema of a ledger from now on."""
    seen: list[str] = []
    real = schema._revision
    monkeypatch.setattr(schema, "_revision", lambda connection: seen.append("looked") or real(connection))
    return seen


@pytest.mark.skipif(ON_POSTGRES, reason="the switch opens ledgers in its own way, which is not counted")
@pytest.mark.parametrize(("job", "config"), [("sync", {}), *(pytest.param(*job, marks=further) for job in OTHER_JOBS)])
def test_a_run_opens_its_ledger_once_and_closes_it(
    synced: Any, engines: list[sa.Engine], looks: list[str], job: str, config: dict[str, Any]
) -> None:
    acme = synced()
    for opened in (1, 2):
        result = acme.quickly(job, **config)
        assert result.succeeded, result
        assert (len(engines), len(looks)) == (opened, opened)
        assert [engine.pool.status() for engine in engines if engine.pool.checkedin() or engine.pool.checkedout()] == []


def test_a_ledger_that_cannot_be_reached_fails_the_step_that_needs_it_and_says_what_to_do(
    synced: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = synced()
    monkeypatch.setenv("ROLLCALL_LEDGER", AWAY)
    writes = acme.box.writes
    result = acme.quickly("sync")
    assert (result.step, acme.box.writes) == ("acme__hr__intake", writes)
    assert result.message == "The ledger's database is not available (OperationalError). Run again once it is."


def test_a_ledger_that_is_away_when_a_run_begins_is_opened_by_the_step_that_needs_it(synced: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = synced(findity=None)
    faults = iter([Transient("away")])
    opened: list[Ledger] = []
    real = Ledger.open

    def open_ledger(url: str, company: str) -> Ledger:
        if fault := next(faults, None):
            raise fault
        opened.append(real(url, company))
        return opened[-1]

    monkeypatch.setattr(Ledger, "open", open_ledger)
    result = acme.quickly("sync")
    assert result.succeeded, result
    assert len(opened) == 1


@pytest.mark.parametrize("ledger", ["", "/srv/ledger.db", "sqlite:////srv/ledger.db"], ids=["by default", "a path", "a URL"])
def test_no_surprise_a_ledger_that_is_a_file_is_refused_where_runs_go_to_other_machines(
    synced: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ledger: str
) -> None:
    acme, home = synced(), tmp_path / "instance"
    home.mkdir()
    launcher = {"module": "dagster_celery.launcher", "class": "CeleryRunLauncher", "config": {"broker": "memory://", "backend": "rpc://"}}
    (home / "dagster.yaml").write_text(yaml.safe_dump({"telemetry": {"enabled": False}, "run_launcher": launcher}))
    for name, value in {"DAGSTER_HOME": str(home), "ROLLCALL_LEDGER": ledger}.items():
        monkeypatch.setenv(name, value)
    writes = acme.box.writes
    result = acme.run("sync")
    assert (result.succeeded, acme.box.writes) == (False, writes)
    assert result.message is not None
    assert "Set ROLLCALL_LEDGER to a Postgres that all of them reach." in result.message


def test_outside_of_a_run_the_ledger_is_there_and_nothing_says_that_a_run_lives(synced: Any) -> None:
    acme = synced()
    with dg.build_resources({"ledger": acme.defs.resources["acme_ledger"]}) as resources, resources.ledger.open() as ledger:
        before = ledger.heartbeats.remaining()
        assert len(ledger.runs.all()) == 1
    with acme.ledger() as ledger:
        assert ledger.heartbeats.remaining().keys() == before.keys() <= set(ledger.runs.all()["run_id"])


@pytest.fixture
def access(synced: Any) -> Iterator[LedgerAccess]:
    synced()
    with LedgerAccess("acme") as opened:
        yield opened


def test_threads_that_need_the_ledger_at_once_get_the_same(access: LedgerAccess, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Ledger.open
    monkeypatch.setattr(Ledger, "open", lambda *place: time.sleep(0.05) or real(*place))
    found: list[Ledger] = []

    def work() -> None:
        with access.open() as ledger:
            found.append(ledger)
            ledger.runs.all()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(map(id, found))) == 1


def test_whoever_leaves_the_ledger_of_a_run_closes_it_for_nobody(access: LedgerAccess) -> None:
    with access.open() as ledger:
        begun = ledger.engine.connect()
    with begun, access.open() as again:
        assert again is ledger
        assert not begun.closed
        assert len(again.runs.all()) == 1
