"""What a destination shows of people in terms that all destinations have, for holding them beside each other.

Belongs here: asking a destination and the ledger for what that takes. Does not belong here: what is kept of it (``roster.plan.in_common``),
comparing (``roster.reports.parity``).
"""

import pandas as pd

from destinations.base import Destination
from resources.ledger import Ledger
from roster.plan import in_common as kept
from roster.plan.decision import Plan
from roster.plan.differences import Frames


def accounts(destination: Destination, ledger: Ledger, made: Plan, read: Frames) -> pd.DataFrame:
    """Everyone there after the write, in the common form (`roster.people.matching.ACCOUNT_COLUMNS`)."""
    return destination.accounts(read, made.people["employee_id"].dropna(), ledger.acknowledged.all(destination.name))


def in_common(
    destination: Destination,
    ledger: Ledger,
    made: Plan,
    desired: pd.DataFrame,
    read: Frames,
    roster: pd.DataFrame,
    there: pd.DataFrame,
) -> kept.InCommon | None:
    """What it shows; None in a run for some people, which leaves all others as they are.

    Args:
        destination: Which.
        ledger: The company's.
        made: The plan.
        desired: The records that should be there.
        read: What was read.
        roster: HR's people.
        there: Everyone there by that, in the common form.
    """
    if made.people["reason"].eq("not_selected").any():
        return None
    pairs = destination.pairs_after(made, desired)[["employee_id", "account"]]
    return kept.in_common(roster, desired["employee_id"], there, pairs, destination.names(read), ledger.keys.of("in common"))
