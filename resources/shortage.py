"""What this machine lacks when something fails for want of it: room on a disk, or memory.

Belongs here: telling such a failure from all others, whichever library it comes out of, and saying where and what to do. Does not belong
here: who shows it (``assets.failures``, ``cli.main``), other faults of a disk or a database.

None of it loses anything: the ledger writes a transaction or none of it, a stored value is there whole or not at all, and whoever was sent
and has no answer in the ledger is asked for by the next run.
"""

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from resources import places
from resources.failures import Failed, Permanent

_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT)
_FULL_CODES: Final = ("SQLITE_FULL", "53100")
"""Of SQLite, and of Postgres (`disk_full`)."""
_MAYBE_FULL: Final = ("SQLITE_IOERR", "SQLITE_CANTOPEN")
"""Codes that begin so also tell of a full disk, where it is one: SQLite needs room for what it keeps beside the database."""
_LITTLE: Final = 1_000_000
"""Bytes: a disk with less left is full."""
_MEMORY_CODES: Final = ("SQLITE_NOMEM", "53200")

NEEDED_MB: Final = (600, 6)
"""Megabytes of address space that a run needs, and those for each thousand rows of HR's file (docs/operations.md)."""


class NoRoom(Permanent):
    """A disk, or what of it this user may have, is full."""


class NoMemory(Permanent):
    """The process may not have as much memory as it needs."""


def shortage(error: BaseException, at: Path | None = None) -> Failed | None:
    """What was lacking, if an error came of that; None if it came of something else.

    Args:
        error: Whatever was raised; what it was raised from counts too.
        at: The folder that was written to, if that is known better than by the error itself.
    """
    for one in _chain(error):
        if isinstance(one, NoRoom | NoMemory):
            return one
        if isinstance(one, OSError) and one.errno in _NO_ROOM:
            return _no_room(at or _named(one))
        code = str(getattr(one, "sqlite_errorname", None) or getattr(one, "pgcode", None) or "")
        if code == "53100":
            return NoRoom("The disk of the database server is full.", _ADVICE)
        if code in _FULL_CODES or (code.startswith(_MAYBE_FULL) and _without_room()):
            return _no_room(at)
        if _lacks_memory(one) or code in _MEMORY_CODES:
            return NoMemory("There is not enough memory.", _memory_advice())
    return None


_ADVICE: Final = "Make room there (rollcall purge deletes what is old), then re-execute the run: nothing is lost."


def _no_room(at: Path | None) -> NoRoom:
    folders = [at] if at else _without_room() or _folders()
    where = " or ".join(str(folder) for folder in dict.fromkeys(folders))
    return NoRoom(f"The disk is full: there is no room left in {where}.", _ADVICE)


def _named(error: OSError) -> Path | None:
    name = error.filename2 or error.filename
    return Path(os.fsdecode(name)).parent if isinstance(name, str | bytes) else None


def _folders() -> list[Path]:
    """Where something is written."""
    return [Path(os.environ.get("DAGSTER_HOME") or places.home()), places.home()]


def _without_room() -> list[Path]:
    """Those of them whose disk is full."""
    return [folder for folder in _folders() if folder.exists() and shutil.disk_usage(folder).free < _LITTLE]


def _lacks_memory(error: BaseException) -> bool:
    # pyarrow's own is a MemoryError too; a thread that cannot be started lacks room for its stack.
    return isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and "can't start new thread" in str(error))


def _memory_advice() -> str:
    base, each = NEEDED_MB
    return (
        f"A run needs about {base:,} MB of address space, and {each} MB more for every 1,000 rows of HR's file: give the process so much "
        "(ulimit -v, the memory of its container), then re-execute the run."
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and all from which it came, also inside SQLAlchemy's."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop(0)
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [getattr(one, "orig", None), one.__cause__, one.__context__]
