"""Dagster's instance of DAGSTER_HOME, opened by one process at a time.

Belongs here: opening it. Does not belong here: which folder DAGSTER_HOME is (``cli.demo``), bringing its database up to date
(``assets.runs.dagster_schema``).

Dagster 1.13 makes its SQLite files when they are first opened, and two processes that do so at once are in each other's way: one fails
(``table run_tags already exists``), or both write down a revision, and no process can open them any more (``more than one head``).
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import dagster as dg


@contextmanager
def opened() -> Iterator[dg.DagsterInstance]:
    """The instance, for as long as the block lasts. Whoever opens it at the same moment waits for the other.

    Raises:
        DagsterHomeNotSetError: DAGSTER_HOME is not set.
    """
    with _alone():
        instance = dg.DagsterInstance.get()
    with instance:
        yield instance


@contextmanager
def _alone() -> Iterator[None]:
    home = Path(os.environ.get("DAGSTER_HOME", "") or "not set")
    if not home.is_dir():  # Dagster says what is wrong with it
        yield
        return
    folder = os.open(home, os.O_RDONLY)
    try:
        with suppress(OSError):  # a network file system that locks no folder: as without it
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)  # and with it the lock
