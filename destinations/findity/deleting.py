"""Deleting users whom somebody has released for it, one by one by their external id, never by a list.

Belongs here: what one answer means, and what is looked at before. Does not belong here: who may be deleted (``roster.plan.deletion``,
``comparison``), the wire (``client``).
"""

from collections.abc import Iterator
from typing import Final

import pandas as pd

from destinations.delivery import Write, noted
from destinations.findity.client import Findity
from destinations.replies import Answer, statuses
from resources.failures import Refused, Unanswered
from resources.ledger import Ledger

ACTIVE_AGAIN: Final = "active_again"
"""Why somebody was not deleted whose deletion was planned: they are active by what Findity shows right before."""


def deletions(client: Findity, ledger: Ledger, write: Write, records: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The answers, as they come. Of whoever got none it is unknown, and the others go on.

    Args:
        client: The organization's.
        ledger: The company's.
        write: The plan on its way.
        records: Those of its records whose action is `delete`.
    """
    for person, account in zip(records["person"], records["externalSourceId"], strict=True):
        yield noted(ledger, write, _deleted(client, account), {account: person})


def _deleted(client: Findity, account: str) -> Answer:
    there = client.user(account)
    if there.empty:  # somebody else was quicker, or an attempt whose answer was lost
        return Answer(statuses([account]), code="404")
    if there["active"].fillna(True).astype("bool").all():
        return Answer(statuses([account], "refused", ACTIVE_AGAIN))
    try:
        return client.delete_user(account)
    except Refused as refused:
        return Answer(statuses([account], "refused", str(refused)), code=refused.code)
    except Unanswered:
        return Answer(statuses([account], "unknown", "no answer came"))
