"""A PostgreSQL of the tests' own: Debian's package, a cluster that is thrown away, on loopback.

A test folder that wants it imports the fixture `postgres` and makes itself a schema with `schema`.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest
import sqlalchemy as sa

from tests import ports
from tests.processes import with_us

# Nothing of it has to outlive the machine.
CARELESS = ["-F", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "shared_buffers=16MB"]


@contextmanager
def cluster(programs: Path) -> Iterator[str]:
    """A running server; the URL of its one database.

    PostgreSQL refuses to be run by root: then it is run by Debian's user for it.
    """
    # Not below a folder that only the tests may enter.
    folder = Path(tempfile.mkdtemp(prefix="rollcall-postgres-", dir="/tmp"))
    command = with_us([], signal.SIGINT)
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        command += ["--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups"]
    port = ports.free()
    data = folder / "data"
    with (folder / "log").open("wb") as log:
        initdb = [*command, programs / "initdb", "-D", data, "-U", "rollcall", "-A", "trust", "-E", "UTF8", "--locale", "C", "-N"]
        subprocess.run(initdb, cwd=folder, stdout=log, stderr=log, check=True)
        start = [*command, programs / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", folder, *CARELESS]
        server = subprocess.Popen(start, cwd=folder, stdout=log, stderr=log, start_new_session=True)
    try:
        url = f"postgresql://rollcall@127.0.0.1:{port}/postgres"
        deadline = time.monotonic() + 60
        while not _answers(url):
            assert server.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline, "PostgreSQL did not come up"
            time.sleep(0.05)
        yield url
    finally:
        server.send_signal(signal.SIGINT)  # SIGTERM would wait for whoever has not left
        server.wait()
        shutil.rmtree(folder)


def _answers(url: str) -> bool:
    try:
        psycopg2.connect(url).close()
    except psycopg2.OperationalError:
        return False
    return True


def programs() -> Path:
    """Where the newest that is installed has its programs; in CI its absence is a failure."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        reason = "Debian's postgresql is not installed: run .ci/packages"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    return found[-1].parent


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL."""
    with cluster(programs()) as url:
        yield url


@contextmanager
def schema(postgres: str) -> Iterator[str]:
    """The URL of an empty schema."""
    name = f"t{uuid.uuid4().hex[:12]}"
    engine = sa.create_engine(sa.make_url(postgres).set(drivername="postgresql+psycopg2"))
    with engine.begin() as connection:
        connection.execute(sa.schema.CreateSchema(name))
    yield f"{postgres}?options=-csearch_path%3D{name}"
    with engine.begin() as connection:
        connection.execute(
            sa.text("SET LOCAL lock_timeout = '20s'")
        )  # a test that failed in a transaction must not keep the others waiting
        connection.execute(sa.schema.DropSchema(name, cascade=True))
    engine.dispose()
