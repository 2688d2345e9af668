"""The ledger of tests on PostgreSQL instead of SQLite, by ``ROLLCALL_TEST_LEDGER=postgres``: the same tests, not one of them changed.

Where a test says that a file is the ledger, that file is there, and says which schema of a PostgreSQL is meant. Tests copy such files,
since what a first sync leaves is wanted often: with the file its schema is copied, at once, for the next night changes the first one.

Belongs here: how files stand for schemas. Does not belong here: the server (``tests.postgres``).
"""

import json
import os
import shutil
import uuid
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from resources import places
from resources.ledger import database, ledger, revisions, tables, upgrading
from tests import postgres

VARIABLE: Final = "ROLLCALL_TEST_LEDGER"
AT: Final = "TEST_LEDGER_AT"
"""In the environment: the server's URL."""
LEDGER: Final = "ledger.db"
"""The name of all these files."""
ON_POSTGRES: Final = os.environ.get(VARIABLE) == "postgres"
_open: Final = ExitStack()
_real: Final = database.connect
_copied: Final = shutil.copyfile
_servers: Final[list[str]] = []


def begin() -> None:
    """From now on, in this process and all that it starts. From the main thread: the server ends with whoever started it."""
    os.environ[AT] = _open.enter_context(postgres.cluster(postgres.programs()))
    paths = (places.PROJECT / "tests" / "on_postgres", places.PROJECT, os.environ.get("PYTHONPATH"))
    os.environ["PYTHONPATH"] = os.pathsep.join(str(path) for path in paths if path)
    join()


def join() -> None:
    """From now on, in this process, at the server that another one has begun."""
    _servers.append(os.environ[AT])
    for module in (database, ledger, upgrading):
        module.connect = connect  # type: ignore[attr-defined]
    shutil.copyfile = copy  # type: ignore[assignment]  # what `copytree` copies each file by


def copy(source: Any, target: Any, **how: Any) -> Any:
    """As `shutil.copyfile`, and of a file that says which schema is meant, what is in that."""
    done = _copied(source, target, **how)
    if Path(target).name == LEDGER:
        _schema_of(Path(target).absolute())
    return done


def end() -> None:
    """Ends the server."""
    _open.close()


def connect(url: str) -> sa.Engine:
    """As `database.connect`, but what would be an SQLite file is a schema."""
    if "://" in url and not url.startswith("sqlite"):
        return _real(url)
    path = sa.make_url(url).database if "://" in url else url
    if not path or path == ":memory:":
        return _real(url)
    return _real(f"{_servers[0]}?options=-csearch_path%3D{_schema_of(Path(path).absolute())}")


def _schema_of(file: Path) -> str:
    said: dict[str, Any] = json.loads(file.read_text()) if file.exists() and file.stat().st_size else {}
    if said.get("file") == str(file):
        return str(said["schema"])
    name = f"t{uuid.uuid4().hex[:12]}"
    _make(name, said.get("schema"))
    database._owner_only(file)
    file.write_text(json.dumps({"file": str(file), "schema": name}))
    return name


def _make(name: str, like: str | None) -> None:
    """A schema with all tables, and what another one has in them."""
    engine = _real(f"{_servers[0]}?options=-csearch_path%3D{name}")
    with engine.begin() as connection:
        connection.execute(sa.schema.CreateSchema(name))
        tables.metadata.create_all(connection, checkfirst=False)
        connection.execute(sa.text("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)"))
        connection.execute(sa.insert(revisions.VERSION).values(version_num=revisions.REVISIONS[-1]))
        for table in tables.metadata.sorted_tables if like else ():
            columns = ", ".join(f'"{one.name}"' for one in table.columns)
            connection.execute(sa.text(f'INSERT INTO "{table.name}" ({columns}) SELECT {columns} FROM {like}."{table.name}"'))
        if like:
            last = "SELECT setval(pg_get_serial_sequence('rate_call', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM rate_call), false)"
            connection.execute(sa.text(last))
    engine.dispose()
