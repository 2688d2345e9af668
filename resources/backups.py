"""Copies of databases, before something is done to them that has no way back.

Belongs here: copying one that may be in use, to a file that only its owner can read. Does not belong here: which databases there are
(``resources.ledger``, ``assets.runs.dagster_schema``), putting a copy in its place (docs/operations.md).
"""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import sqlalchemy as sa

from resources.failures import Permanent
from resources.owner_only import make_directory


def of_sqlite(file: Path, to: Path) -> Path:
    """Copy an SQLite database, with what is still in its log, in place of what was there; others may go on with it meanwhile.

    Raises:
        Permanent: The copy cannot be written.
    """
    with _fresh(to) as fresh, closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(fresh)) as copy:
        source.backup(copy)
    return to


@contextmanager
def _fresh(to: Path) -> Iterator[Path]:
    """A file to write to, which takes the other's place once the block has ended: who is killed leaves no half of a backup.

    Raises:
        Permanent: It cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=make_directory(to.parent), prefix=f".{to.name}.")  # mkstemp creates 0600
        os.close(handle)
        try:
            yield Path(name)
            Path(name).replace(to)
        finally:
            Path(name).unlink(missing_ok=True)
    except (OSError, sqlite3.Error) as error:
        why = getattr(error, "sqlite_errorname", None) or getattr(error, "strerror", None) or type(error).__name__
        raise Permanent(
            f"The backup cannot be written to {to.parent} ({'the disk is full' if why == 'SQLITE_FULL' else why}).",
            "Make it possible, or name another folder: rollcall upgrade --to FOLDER. Nothing was changed.",
        ) from None


def of_postgres(url: str | sa.URL, to: Path) -> Path:
    """Dump a Postgres database, in the format that `pg_restore` takes. Its password is on no command line.

    Raises:
        Permanent: `pg_dump` is not installed, or cannot do it; what to do by hand is said. Or its file cannot be written.
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
    environment = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    with _fresh(to) as fresh:
        command = [program, "--format=custom", "--no-owner", "--file", str(fresh), "--dbname", plain]
        ended = subprocess.run(command, env=environment, capture_output=True, check=False)  # noqa: S603
        if ended.returncode:
            why = " (it is older than the server)" if b"version mismatch" in ended.stderr else ""
            raise Permanent(f"pg_dump could not back the database up{why}.", by_hand)
    return to


def of_file(file: Path, to: Path) -> Path:
    """Copy a small file for its owner alone.

    Raises:
        Permanent: The copy cannot be written.
    """
    with _fresh(to) as fresh:
        fresh.write_bytes(file.read_bytes())
    return to
