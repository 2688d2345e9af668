"""A fresh ledger for each test: an SQLite file, and a schema of a PostgreSQL."""

import subprocess

import pytest
import sqlalchemy as sa

from resources.ledger import Ledger
from tests.postgres import postgres, schema
from tests.processes import Processes

__all__ = ["postgres"]

IMPORTS = "import sys\nfrom datetime import date\nfrom resources.ledger import *"


further = pytest.mark.long(
    held_by="tests/unit/resources/ledger/test_opening.py::test_what_was_written_is_there_when_the_ledger_is_opened_again"
)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=further)])
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/ledger/ledger.db"
        return
    with schema(request.getfixturevalue("postgres")) as empty:
        yield empty


@pytest.fixture
def ledger(url):
    with Ledger.open(url, "acme") as opened:
        yield opened


@pytest.fixture
def leaving_bytes(monkeypatch):
    """An SQLite that leaves what is deleted where it was unless it is told otherwise: Debian's own is built not to."""
    real = sa.create_engine

    def create(*arguments, **options):
        engine = real(*arguments, **options)
        if engine.dialect.name == "sqlite":
            sa.event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA secure_delete = OFF"))
        return engine

    monkeypatch.setattr(sa, "create_engine", create)


@pytest.fixture(scope="session")
def forked(tmp_path_factory):
    with Processes(tmp_path_factory.mktemp("printed"), f"{IMPORTS}\nimport resources.ledger.schema") as processes:
        yield processes


@pytest.fixture
def processes(forked):
    """Start Python code in processes of their own, all at the same time; give what each wrote."""

    def start(code: str, *arguments: str, count: int = 2) -> list[subprocess.CompletedProcess[str]]:
        ended = forked.run(f"{IMPORTS}\n{code}", [*arguments], count=count)
        return [subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode()) for done in ended]

    return start
