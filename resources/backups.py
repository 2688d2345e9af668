"""Copies of databases, before something is done to them that has no way back.

Belongs here: copying one that may be in use, to a file that only its owner can read. Does not belong here: which databases there are
(``resources.ledger``, ``assets.runs.dagster_schema``), putting a copy in its place (docs/operations.md).
"""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from resources.failures import Permanent
from resources.owner_only import make_directory, write


def of_sqlite(file: Path, to: Path) -> Path:
    """Copy an SQLite database, with what is still in its log, in place of what was there; others may go on with it meanwhile."""
    handle, fresh = tempfile.mkstemp(dir=make_directory(to.parent), prefix=f".{to.name}.")  # mkstemp creates 0600
    os.close(handle)
    try:
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(fresh)) as copy:
            source.backup(copy)
        Path(fresh).replace(to)
    finally:
        Path(fresh).unlink(missing_ok=True)
    return to


def of_postgres(url: str | sa.URL, to: Path) -> Path:
    """Dump a Postgres database, in the format that `pg_restore` takes. Its password is on no command line.

    Raises:
        Permanent: `pg_dump` is not installed, or cannot do it; what to do by hand is said.
    """
    found = sa.make_url(url)
    query = {name: value for name, value in found.query.items() if name not in ("password", "sslpassword")}
    plain = sa.URL.create("postgresql", found.username, None, found.host, found.port, found.database, query).render_as_string(False)
    password = found.password or found.query.get("password")
    by_hand = (
        f'Back it up yourself (pg_dump --format=custom --file=FILE "{plain}") and say so: rollcall upgrade --backed-up. '
        "Or install PostgreSQL's client programs, at least as new as the server. Nothing was changed."
    )
    program = shutil.which("pg_dump")
    if program is None:
        raise Permanent("pg_dump is not installed here, so that the database cannot be backed up.", by_hand)
    make_directory(to.parent)
    os.close(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    environment = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    command = [program, "--format=custom", "--no-owner", "--file", str(to), "--dbname", plain]
    ended = subprocess.run(command, env=environment, capture_output=True, check=False)  # noqa: S603
    if ended.returncode:
        to.unlink()
        why = " (it is older than the server)" if b"version mismatch" in ended.stderr else ""
        raise Permanent(f"pg_dump could not back the database up{why}.", by_hand)
    return to


def of_file(file: Path, to: Path) -> Path:
    """Copy a small file for its owner alone."""
    make_directory(to.parent)
    write(to, file.read_bytes())
    return to
