"""What runs write to the console, as JSON where ``ROLLCALL_LOGS=json`` asks for it.

Belongs here: from Dagster's record to the fields of a line. Does not belong here: the line (``resources.logs``).

A run without loggers in its config, which is every run of a sensor, has the one logger that Dagster 1.13 makes by a function of its own; no
setting names another one. So that function is replaced.
"""

import logging
from typing import Any, Final

import dagster._core.definitions.instigation_logger as of_ticks
import dagster._loggers as of_runs
from dagster._core.log_manager import LOG_RECORD_METADATA_ATTR

from assets.company import COMPANY_TAG
from resources import logs

_MADE_BY: Final = "create_console_logger"


class InRun(logging.Filter):
    """Gives a record of a run the fields by which lines are found."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Every record passes."""
        about: dict[str, Any] = getattr(record, LOG_RECORD_METADATA_ATTR, None) or {}
        if "job_tags" in about:
            record.run, record.job, record.step = about["run_id"], about["job_name"], about["step_key"]
            record.company = about["job_tags"].get(COMPANY_TAG)
            record.sentence = _sentence(about)
        return True


def _sentence(about: dict[str, Any]) -> str:
    """What an event says, and of a step that failed also what stopped it, in our own words; an error of anybody else's is masked."""
    event = about.get("dagster_event")
    message = str(about.get("orig_message") or "") or (event.event_type_value if event else "")
    if event and event.is_step_failure:
        data = event.step_failure_data
        why = data.user_failure_data.description if data.user_failure_data else None
        return f"{message} {why}" if why else message
    return message


def _console(name: str, level: str | int) -> logging.Logger:
    """Stands for Dagster's own."""
    made = logging.getLoggerClass()(name, level=level)
    handler = logs.ToStderr()
    handler.addFilter(InRun())
    made.addHandler(handler)
    return made


def show() -> None:
    """Have the runs of this process write JSON, if that is wanted; a second call changes nothing."""
    logs.write_json()
    if logs.wanted():
        setattr(of_runs, _MADE_BY, _console)
        setattr(of_ticks, _MADE_BY, _console)
