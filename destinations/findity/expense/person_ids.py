"""The personIds that Findity's list of users does not show, found among those for whom a person may act.

Belongs here: the preflight, the search, and whose id is whose. Does not belong here: what an id is for (``destinations.findity.delivery``).

A company asks for it by `person_ids` in its settings, and then only where the list lacks an id is anything asked. What cannot be asked is
not what is not there: without a sign-in, or without the right, the sync stops here and says so.
"""

from collections.abc import Callable, Iterable
from typing import Final

import pandas as pd

from destinations.findity.expense.answers import Target
from destinations.findity.expense.client import Expense, connection_to
from destinations.findity.expense.kept import place_of
from destinations.findity.expense.tokens import KeptPerson
from destinations.findity.settings import FindityConnection, FindityExpense
from resources.failures import Permanent
from resources.http import Retry

_ADVICE: Final = "Sign in as somebody who may act for others, or take `person_ids` out of the settings."


def completion(connection: FindityConnection, expense: FindityExpense, retry: Retry) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """What fills in a list of users, for `destinations.findity.client.Findity`."""

    def complete(users: pd.DataFrame) -> pd.DataFrame:
        if users["personId"].notna().all():
            return users
        with connection_to(connection, retry) as http:
            client = Expense(connection, KeptPerson(connection, expense, *place_of(connection, expense), http), http)
            # The vendor's advice for the first call: it says whether the token is good, and what it may do.
            if client.me(["meta.capabilities"]).capabilities.canImpersonate is False:
                raise Permanent("Whoever signed in to Findity may not act for others, and so sees no personIds.", _ADVICE)
            return completed(users, client.targets())

    return complete


def completed(users: pd.DataFrame, targets: Iterable[Target]) -> pd.DataFrame:
    """The list with the ids that it lacked: by address, where one address is of one person and one person's alone.

    Args:
        users: ``email`` and ``personId``, among others.
        targets: For whom the person may act. Somebody may be there several times, for several organizations.
    """
    found = pd.DataFrame([(one.email.strip().casefold(), one.personId) for one in targets], columns=["email", "id"], dtype="str")
    found = found[found["email"].ne("") & ~found["id"].isin(users["personId"].dropna())].drop_duplicates()
    # Two ids of one address, or two addresses of one id: who is who is never guessed.
    found = found[~found["email"].duplicated(keep=False) & ~found["id"].duplicated(keep=False)]
    addresses = users["email"].str.strip().str.casefold()
    alone = addresses.where(~addresses.duplicated(keep=False))
    given = alone.map(found.set_index("email")["id"]).astype("str")
    return users.assign(personId=users["personId"].fillna(given))
