"""A fresh ledger for each test: an SQLite file, and Postgres too where ROLLCALL_TEST_POSTGRES names a database for it."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa

from resources.ledger import Ledger

POSTGRES = os.environ.get("ROLLCALL_TEST_POSTGRES")
ROOT = Path(__file__).parents[4]


@pytest.fixture(params=["sqlite", *(["postgres"] if POSTGRES else [])])
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/ledger/ledger.db"
        return
    schema = f"t{uuid.uuid4().hex[:12]}"
    engine = sa.create_engine(sa.make_url(POSTGRES).set(drivername="postgresql+psycopg2"))
    with engine.begin() as connection:
        connection.execute(sa.schema.CreateSchema(schema))
    yield f"{POSTGRES}?options=-csearch_path%3D{schema}"
    with engine.begin() as connection:
        connection.execute(sa.schema.DropSchema(schema, cascade=True))
    engine.dispose()


@pytest.fixture
def ledger(url):
    with Ledger.open(url, "acme") as opened:
        yield opened


@pytest.fixture
def processes():
    """Start Python code in processes of their own, all at the same time; give what each wrote."""

    def start(code: str, *arguments: str, count: int = 2) -> list[subprocess.CompletedProcess[str]]:
        command = [sys.executable, "-c", f"import sys\nfrom datetime import date\nfrom resources.ledger import *\n{code}", *arguments]
        running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(count)]
        ended = []
        for process in running:
            out, err = process.communicate(timeout=60)
            ended.append(subprocess.CompletedProcess(command, process.returncode, out, err))
        return ended

    return start
