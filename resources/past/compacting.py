"""Giving the disk back what an SQLite file holds for nothing.

Belongs here: when that is worth it, and doing it. Does not belong here: deleting anything.

What is deleted leaves free pages in a file, which the next nights fill again: a file whose nights are purged keeps its size. So it is worth
it only after much went at once, such as a shorter `retention_days`.
"""

import contextlib
import sqlite3
from pathlib import Path
from typing import Final

_WORTH: Final = 1_000_000
"""Bytes that are free at least, and half of the file."""
_MOST: Final = 100_000_000
"""Bytes that are in use at most: they are copied while everybody else waits, and Dagster's processes wait for five seconds."""
_PATIENCE: Final = 2.0
"""Seconds to wait for whoever else uses the file."""


def compact(file: Path) -> bool:
    """Make a file as small as what is in it, if half of it and a megabyte is free.

    A file that others use just now, or that is too large to do it beside them, stays as it is.

    Returns:
        Whether it was done.
    """
    if not file.exists():
        return False
    with contextlib.closing(sqlite3.connect(file, timeout=_PATIENCE, isolation_level=None)) as connection:
        pages, free, size = (
            int(connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_count", "freelist_count", "page_size")
        )
        if free * size < _WORTH or 2 * free < pages or (pages - free) * size > _MOST:
            return False
        try:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError:  # somebody else writes, or there is no room for the copy
            return False
    return True
