"""Waits as Dagster shows them: a line in the run's event log.

Belongs here: bringing the lines of ``resources.waiting`` into the log of the step that waits. Does not belong here: their texts.
"""

import logging

import dagster as dg

from resources.waiting import LOGGER


class InEventLog(logging.Handler):
    """Writes to the event log of the step that is running in this thread; outside of one it does nothing."""

    def emit(self, record: logging.LogRecord) -> None:
        """One line."""
        try:
            context = dg.OpExecutionContext.get()
        except dg.DagsterInvariantViolationError:
            return
        context.log.info(record.getMessage())


def show() -> None:
    """Shows waits from here on; a second call changes nothing."""
    logger = logging.getLogger(LOGGER)
    if not any(isinstance(handler, InEventLog) for handler in logger.handlers):
        logger.addHandler(InEventLog())
