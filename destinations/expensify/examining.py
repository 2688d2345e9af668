"""What of Expensify somebody sees who sets a company up: whether the credentials open it, and which policies there are.

Belongs here: these looks. Does not belong here: what a run makes of policies that are not there (``preflight``), the calls (``client``).
"""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from destinations.abilities import Look
from destinations.expensify.client import Expensify

ADMIN = "admin"


def looks(open_client: Callable[[], Expensify], stated: Sequence[str]) -> Mapping[str, Callable[[], Look]]:
    """The looks, in their order.

    Args:
        open_client: Gives a client.
        stated: The policies that the settings name by themselves.
    """

    def policies() -> Look:
        with open_client() as client:
            return of_policies(client.policies(), stated)

    return {"login and policies": policies}


def of_policies(listed: pd.DataFrame, stated: Sequence[str]) -> Look:
    """What the account sees, and which of the policies that the settings name it does not see or may not change."""
    listed = listed.dropna(subset="id").drop_duplicates("id")
    role = listed.set_index("id")["role"].fillna(ADMIN).str.lower()
    choices = listed[["id", "name", "role"]].fillna("").sort_values("name", key=lambda name: name.str.casefold(), ignore_index=True)
    sentence = f"{len(listed):,} {'policy' if len(listed) == 1 else 'policies'}; the account is admin of {int(role.eq(ADMIN).sum()):,}."
    absent = [policy for policy in stated if policy not in role.index]
    barred = [policy for policy in stated if policy in role.index and role[policy] != ADMIN]
    advice = []
    if absent:
        advice.append(f"The settings name {', '.join(absent)}, which the account does not see: correct the id, or invite the account.")
    if barred:
        advice.append(f"Make the account an admin of {', '.join(barred)}, which the settings name.")
    if listed.empty:
        advice.append("Make the account an admin of the policies that people are to be in.")
    return Look(sentence, " ".join(advice), choices)
