"""What takes long to make and is the same for all workers of a session of tests: one makes it, the others find it.

Belongs here: who makes it. Does not belong here: what is made, and anything that a worker has for itself, such as a port or an instance.
"""

import fcntl
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Any]) -> tuple[Path, Any]:
    """A folder that is only to be copied from, and what was found while it was made.

    Args:
        factory: Gives the session's folders.
        name: What it is.
        make: Makes it in the folder; what it gives can be pickled.
    """
    base = factory.getbasetemp()
    # A ledger on PostgreSQL (`tests.ledgers`) is on a server of the worker's own.
    alone = "PYTEST_XDIST_WORKER" not in os.environ or "ROLLCALL_TEST_LEDGER" in os.environ
    place = (base if alone else base.parent) / f"made once, {name}"
    place.mkdir(exist_ok=True)
    folder, kept = place / "folder", place / "kept.pickle"
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            folder.mkdir()  # an earlier worker that failed at it left its own, and this one fails too
            kept.write_bytes(pickle.dumps(make(folder)))
        return folder, pickle.loads(kept.read_bytes())
