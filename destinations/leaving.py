"""What is agreed of leavers at a destination, with what the ledger remembers of those who wait, and what to tell before their day.

Belongs here: asking destination and ledger for what `roster.plan.leaving` needs. Does not belong here: rules, whom a plan takes out.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from destinations.abilities import Divided
from destinations.base import Destination
from resources.ledger import Ledger
from roster.plan.deletion import Deletion
from roster.plan.leaving import SOON, WAITING, Leaving

_NAMED = 12
"""So many people are named in a sentence of the report."""


def agreed(destination: Destination, ledger: Ledger, today: date, days: int = 0) -> Leaving:
    """When leavers lose their access there. A file that has somebody again ends their waiting: the ledger closes it.

    Args:
        destination: Which.
        ledger: The company's.
        today: The day of the export.
        days: So many days after their last day leavers lose their access, if the destination's settings say nothing else.
    """
    own = destination.leaving_days
    days = days if own is None else own
    waiting = ledger.skips.lasting(WAITING, destination=destination.name)
    since = dict(zip(waiting["employee_id"], waiting["first_seen"].astype("str").str.slice(stop=10), strict=True))
    return Leaving(days, today, since, elsewhere=not destination.deactivates)


def deletion(destination: Destination, ledger: Ledger, today: date) -> Deletion:
    """Whom of those who left long ago it may delete, by the ledger: whom it took out itself, and when the destination took that over.

    Args:
        destination: Which.
        ledger: The company's.
        today: The day of the export.
    """
    days = destination.delete_after_days
    if days is None:
        return Deletion()
    there: set[str] = set()
    for name in destination.siblings if isinstance(destination, Divided) else ():
        known = ledger.acknowledged.all(name, ("employee_id", "active"))
        there |= set(known.loc[known["active"].astype("bool"), "employee_id"])
    return Deletion(days, today, ledger.acknowledged.inactive(destination.name), destination.deleting_means, frozenset(there))


def notices(destination: Destination, near: Mapping[str, str], undeleted: Sequence[str] = ()) -> list[str]:
    """Sentences for the report about those who are soon to lose their access, and those who cannot be deleted.

    Args:
        destination: Which.
        near: Employee number → day (`roster.plan.leaving.near`).
        undeleted: Employee numbers of those who are due to be deleted and cannot be (`roster.plan.deletion.spared`).
    """
    return [*_soon(destination, near), *_staying(destination, undeleted)]


def _soon(destination: Destination, near: Mapping[str, str]) -> list[str]:
    if not near or not destination.before_leaving:
        return []
    who = ", ".join(f"{number} on {day}" for number, day in list(near.items())[:_NAMED]) + (" …" if len(near) > _NAMED else "")
    verb = "person loses" if len(near) == 1 else "people lose"
    return [f"{len(near)} {verb} their access within {SOON} days ({who}): {destination.before_leaving}"]


def _staying(destination: Destination, undeleted: Sequence[str]) -> list[str]:
    if not undeleted:
        return []
    who = ", ".join(undeleted[:_NAMED]) + (" …" if len(undeleted) > _NAMED else "")
    verb = "person who is due to be deleted stays" if len(undeleted) == 1 else "people who are due to be deleted stay"
    why = "somebody or something there names them as approver, or may, or no call can address them, or they are active under that address"
    return [f"{len(undeleted)} {verb} at {destination.title} ({who}): {why}"]
