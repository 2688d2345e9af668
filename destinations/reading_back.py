"""Reading a destination back after a write: until what was sent is to be seen, or patience ends, and who is still somewhere there.

Belongs here: waiting for what was accepted to show. Does not belong here: what became of everyone (``destinations.engine``), what differs
(each destination's ``comparison``).
"""

import time
from typing import Any, NamedTuple

import pandas as pd

from destinations import things
from destinations.base import Destination
from resources.ledger import Ledger
from roster.membership import among
from roster.people.chain import AbsentMeans, Chain
from roster.plan import landing
from roster.plan.decision import ENDED, Plan
from roster.plan.differences import Frames
from roster.plan.things import Structure

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 15.0


class Expected(NamedTuple):
    """What a reading after the write should show."""

    made: Plan
    desired: pd.DataFrame
    roster: pd.DataFrame
    people: pd.Series
    """Whom to wait for."""
    chain: Chain | None
    things: frozenset[str]
    """Likewise of things that are no people: what was accepted."""


def read_back(
    destination: Destination, access: Any, ledger: Ledger, expected: Expected, key: bytes, patience: float
) -> tuple[pd.DataFrame, Frames, Structure | None]:
    """Reads until everything that was sent is to be seen, or patience ends: ``employee_id``, ``field`` of what is not as it should be, what
    was read, and what of things still should change."""
    deadline, pause = time.monotonic() + patience, _FIRST_PAUSE
    while True:
        read = destination.read(access, ledger, expected.roster)
        differing = landing.not_as_wanted(destination, expected.made, expected.desired, read, key)
        structure = things.wanted(destination, expected.roster, expected.chain, read)
        late = structure is not None and structure.changes["thing"].isin(list(expected.things)).any()
        seen = not late and not among(differing["employee_id"], expected.people).any()
        if seen or time.monotonic() + pause > deadline:
            return differing, read, structure
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


def places(
    destination: Any, ledger: Ledger, made: Plan, desired: pd.DataFrame, read: Frames, absent_means: AbsentMeans
) -> dict[str, pd.DataFrame]:
    """Who has left and is still in some part of the destination, also whoever had left before this plan, but for who is held: a hold says
    so by itself. And who stays in a part that their record does not name any more."""
    acknowledged, people = ledger.acknowledged.all(destination.name, ("employee_id", "account", "active", "fields")), made.people
    here = people["action"].eq("deactivate") | (people["action"].eq("none") & people["reason"].isin(ENDED))
    # A plan has nobody who is neither in HR's file nor to be seen there.
    before = acknowledged[~among(acknowledged["employee_id"], people["employee_id"])]
    # Whose account somebody of HR's file may have, who is held for it, may be them under another number.
    before = before[~among(before["account"], people.loc[people["action"].eq("hold"), "account"].dropna())]
    if absent_means != "leaver":  # then nobody says of the absent that they have left, but of who was taken out before
        before = before[~before["active"].astype("bool")]
    leavers = pd.concat([one[["employee_id", "account"]] for one in (people[here], before)], ignore_index=True)
    if not destination.deactivates:  # who should have gone is told as such
        leavers = leavers.head(0)
    still = destination.still_in(leavers.dropna(subset="employee_id"), read, acknowledged)
    return {"still_in": still, "staying": destination.staying(desired, read, acknowledged)}
