"""Keeps people and secrets out of Dagster's event log, of stderr and of the logs of libraries.

Belongs here: what has to be in force in every process before anything else of ours runs. Does not belong here: what our own messages
say; they name people by employee number wherever they are written.
"""

import logging
import os
import sys
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from resources import places
from resources.failures import PRIVATE
from resources.owner_only import make_directory

REDACTED: Final = "dagster.redacted_errors"
"""Where Dagster logs the full text of an error that it masks in the event log."""

FILE: Final = "redacted_errors.log"
LARGEST: Final = 10_000_000
"""Bytes at which that file is put aside as `….1`, in the place of the one before."""

LEVELS: Final = {
    # Each request's URL, at INFO.
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    # Errors of its background threads, with host and user, at ERROR; the caller gets them as exceptions anyway.
    "paramiko": logging.CRITICAL,
    # What goes to and fro when somebody signs in, at DEBUG.
    "oauthlib": logging.WARNING,
    # URLs with tokens and passwords, at every level; it sets its own when it is imported (`resources.alerts.sending`).
    "apprise": logging.CRITICAL,
    # Paths of calls, tokens in them, at DEBUG.
    "urllib3": logging.ERROR,
    # A line for each migration, at INFO.
    "alembic": logging.WARNING,
}


def private_folder() -> Path:
    """Where the full text of errors goes: beside the runs that it belongs to, else to where everything else is kept."""
    return Path(os.environ.get("DAGSTER_HOME") or places.home())


def log() -> Path:
    """The file with the full text of errors."""
    return private_folder() / FILE


class OwnerOnlyFile(RotatingFileHandler):
    """Appends to a file that only its owner can read, made when the first record arrives; a full one is kept until the next is full too.

    The folder is looked up that late because a process learns its DAGSTER_HOME after its first imports. A file that cannot be written
    costs the record, never its secrecy: the standard handler would print the record and the error in hand to stderr.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name, maxBytes=LARGEST, backupCount=1, delay=True)
        self._file = name

    def _open(self) -> TextIOWrapper:
        make_directory(Path(self.baseFilename).parent)
        # The mode given to os.open holds for a new file only; O_NOFOLLOW because the folder may be one that others can write to.
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        os.fchmod(descriptor, 0o600)
        return os.fdopen(descriptor, "a", encoding="utf-8")

    def shouldRollover(self, record: logging.LogRecord) -> int:
        """Whether the file is full. Several processes write to it: one that another has put aside is let go of first."""
        self.baseFilename = str(private_folder() / self._file)
        there = Path(self.baseFilename)
        if self.stream and not (there.exists() and os.path.samestat(there.stat(), os.fstat(self.stream.fileno()))):
            self.close()
        return super().shouldRollover(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """One neutral line instead of the record and the traceback."""
        sys.stderr.write(f"rollcall: an error's full text could not be written to {private_folder() / self._file}\n")


def quieten() -> None:
    """Mask errors in Dagster's event log, keep their full text in an owner-only file, turn down libraries that log addresses.

    Called by each package that Dagster's processes import (``assets``, ``pipelines``); a second call changes nothing. Dagster reads the
    variable each time an error passes, and child processes inherit it.
    """
    os.environ["DAGSTER_REDACT_USER_CODE_ERRORS"] = "1"
    for name, level in LEVELS.items():
        logging.getLogger(name).setLevel(level)
    for name in (REDACTED, PRIVATE):
        logger = logging.getLogger(name)
        logger.propagate = False
        if not any(isinstance(handler, OwnerOnlyFile) for handler in logger.handlers):
            handler = OwnerOnlyFile(FILE)
            handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
            logger.addHandler(handler)
    if os.environ.get("ROLLCALL_LOGS"):
        from resources import logs  # noqa: PLC0415 - hardly any command is to write JSON, and the library for it takes its time

        logs.write_json()
