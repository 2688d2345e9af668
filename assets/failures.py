"""Errors as Dagster shows them: one sentence of what happened and what to do, naming no person.

Belongs here: turning the project's own errors into Dagster's. Does not belong here: their texts.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from resources.failures import Failed
from resources.own_text import OwnText, Stopped
from resources.shortage import shortage
from resources.to_type import to_type
from roster.people.approvers import NoApprover
from roster.plan.decision import AbsentPeople
from roster.shown import one_line
from roster.unfit import Unfit


class TickFailed(OwnText, dg.DagsterError):
    """A sensor or schedule could not do its work.

    It is an error of Dagster's own kind because Dagster masks the text of any other one of a tick when user-code errors are redacted,
    `dagster.Failure` among them.
    """


@contextmanager
def reported() -> Iterator[None]:
    """Re-raises the project's own errors as a failure with their text alone; the cause, which may quote values, stays out of the event log.

    What comes of a full disk or of too little memory is said so. Whatever else is raised is a fault of ours: Dagster masks it, and its text
    goes to the owner-only log.
    """
    try:
        yield
    except (Failed, AbsentPeople, NoApprover, Unfit) as error:
        raise Stopped(one_line(to_type(str(error)))) from None
    except Exception as error:
        if lack := shortage(error):
            raise Stopped(str(lack)) from None
        raise


@contextmanager
def reported_in_tick() -> Iterator[None]:
    """The same for a sensor or schedule: its tick turns red and shows the text."""
    try:
        yield
    except Failed as error:
        raise TickFailed(one_line(str(error))) from None
    except Exception as error:
        if lack := shortage(error):
            raise TickFailed(str(lack)) from None
        raise
