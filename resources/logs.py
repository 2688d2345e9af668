"""Log lines as JSON, one object a line, where ``ROLLCALL_LOGS=json`` asks for it: for whoever collects logs of many processes.

Belongs here: what such a line holds, and having the loggers of this process write so. Does not belong here: what is logged; who runs
(``assets.console`` tells it), the owner-only log (``assets.quiet``). What commands print as their answer is no log and stays as it is.

A line has ``time`` (UTC, ISO 8601), ``level``, ``logger``, ``message``, and where there is one ``run``, ``company``, ``job``, ``step``. It
has no traceback: those quote values. A record that has one names the error's type under ``error``, and goes whole to the owner-only log.
"""

import logging
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, TextIO

from pythonjsonlogger.json import JsonFormatter

from resources.failures import private

VARIABLE: Final = "ROLLCALL_LOGS"
"""``json``, or anything else for lines as Dagster and Python write them."""
CONTEXT: Final = ("run", "company", "job", "step")
_DAGSTERS: Final = ("dagster", "dagit", "dagster-webserver")
"""The loggers to which Dagster's processes give handlers of their own."""


def wanted() -> bool:
    """Whether this process is to write JSON."""
    return os.environ.get(VARIABLE, "").strip().lower() == "json"


class Lines(JsonFormatter):
    """One record as one line of JSON."""

    def __init__(self) -> None:
        super().__init__("%(message)s", json_ensure_ascii=False)

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: Mapping[str, Any]) -> None:
        """Ours and no other: what somebody adds to a record may be anything."""
        found = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": getattr(record, "sentence", None) or record.getMessage(),
        }
        found |= {name: value for name in CONTEXT if (value := getattr(record, name, None))}
        if record.exc_info and record.exc_info[0]:
            found["error"] = record.exc_info[0].__name__
        log_data.update(found)


class ToStderr(logging.Handler):
    """Writes to what is standard error when a record arrives; a traceback goes to the owner-only log instead."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(Lines())

    def emit(self, record: logging.LogRecord) -> None:
        """One line."""
        if record.exc_info:
            private.error("%s", record.getMessage(), exc_info=record.exc_info)
        try:
            stream = _stderr()
            stream.write(f"{self.format(_without_trace(record))}\n")
            stream.flush()
        except Exception:
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """Nothing: the standard handler would print the record and the error in hand."""


def _stderr() -> TextIO:
    """Standard error. In a worker of Celery that is a logger, which gives a line back to this handler and drops it: the one behind it."""
    return sys.__stderr__ if sys.__stderr__ and hasattr(sys.stderr, "logger") else sys.stderr


def _without_trace(record: logging.LogRecord) -> logging.LogRecord:
    """A copy: other handlers keep what they had."""
    copy = logging.makeLogRecord(record.__dict__)
    copy.exc_text = copy.stack_info = None
    return copy


class InLines(logging.Formatter):
    """In the place of the formatter of a handler that Dagster made, and that is to stay where it writes to."""

    def __init__(self) -> None:
        super().__init__()
        self._lines = Lines()

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        if record.exc_info:
            private.error("%s", record.getMessage(), exc_info=record.exc_info)
        return self._lines.format(_without_trace(record))


def write_json() -> None:
    """Have the loggers of this process write JSON, if that is wanted; a second call changes nothing but handlers that are new."""
    if not wanted():
        return
    root = logging.getLogger()
    if not any(isinstance(handler, ToStderr) for handler in root.handlers):
        for handler in list(root.handlers):
            if type(handler) is logging.StreamHandler:
                root.removeHandler(handler)
        root.addHandler(ToStderr())
        logging.captureWarnings(True)
    for name in _DAGSTERS:
        logger = logging.getLogger(name)
        logger.propagate = logger.propagate and not logger.handlers  # else a line comes twice: by its handler and by the root's
        for handler in logger.handlers:
            if isinstance(handler, logging.StreamHandler) and not isinstance(handler.formatter, InLines):
                handler.setFormatter(InLines())
