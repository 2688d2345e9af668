"""Who is who among those who approve for values and units: employee numbers here, ids there.

Belongs here: translating one into the other, and whom an assignment can name today. Does not belong here: who approves (``approvers``).
Pure.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import pandas as pd

from destinations.findity.comparison import UNADDRESSED as WITHOUT_NUMBER
from destinations.findity.comparison import account_of, accounts
from roster.membership import among
from roster.people.chain import Chain
from roster.plan.differences import Frames

THEN: Final = ", then "
UP_TO: Final = " up to "
"""Between the steps, and before a limit, in steps as people read them."""
STRANGER: Final = "somebody whom HR does not know"

ID_COLUMN: Final = {"personId": "personId", "approverExternalId": "externalSourceId"}
"""How an assignment names somebody → the column of the users that has it."""


@dataclass(frozen=True)
class Approving:
    """Findity's active users as those who may approve."""

    people: pd.DataFrame
    """``number``, ``personId``, ``externalSourceId``, one row each; ``ours`` says whether HR or the ledger knows the number."""
    able: pd.Index
    """Employee numbers of those who may approve by the chain and were there when it was drawn. Whoever comes in tonight approves from the
    next night on: a chain that is asked again after the write says the same."""

    @classmethod
    def of(cls, read: Frames, chain: Chain, numbers: pd.Series) -> "Approving":
        """By what was read; `numbers` are those that HR knows."""
        users, owners = read["users"], read.get("owners")
        known = numbers if owners is None else pd.concat([numbers, owners["employee_id"]])
        number = accounts(users, known, owners, read.get("ids"))["number"]
        people = users[["personId", "externalSourceId"]].assign(number=number, ours=among(number, known))
        addressed = ~account_of(users).str.startswith(WITHOUT_NUMBER)
        active = people[users["active"].fillna(True).astype("bool") & (addressed | people["personId"].notna())]
        assert chain.links is not None, "a chain of a run has its links"  # noqa: S101
        here = chain.links.loc[chain.links["here"].astype("bool"), "employee_id"]
        return cls(active.drop_duplicates("number"), chain.able[chain.able.isin(here)])

    def ready(self, by: str) -> pd.Index:
        """Employee numbers of those whom an assignment can name."""
        there = self.people.dropna(subset=[ID_COLUMN[by], "number"])
        able: pd.Index = pd.Index(there.loc[among(there["number"], self.able.to_series()), "number"])
        return able

    def ids(self, numbers: pd.Series, by: str) -> pd.Series:
        """How an assignment names each of these."""
        known = self.people.dropna(subset="number").set_index("number")[ID_COLUMN[by]]
        return numbers.map(known).astype("str")

    def numbers(self, assignments: pd.DataFrame) -> pd.Series:
        """Who is named by each assignment: an employee number, else the id itself after a sign that no number has."""
        found = pd.Series(pd.NA, index=assignments.index, dtype="str")
        ours = self.people[self.people["ours"]].dropna(subset="number")
        for by, column in ID_COLUMN.items():
            known = ours.dropna(subset=column).drop_duplicates(column).set_index(column)["number"]
            found = found.fillna(assignments[by].map(known).astype("str"))
        return found.fillna(" " + assignments["personId"].fillna(assignments["approverExternalId"]))


def limit_text(limit: Any) -> str | None:
    """A limit as text, equal for equal amounts; None: none."""
    return None if limit is None else format(Decimal(str(limit)).normalize(), "f")


def shown(number: str) -> str:
    """As people read it: an id of somebody who is nobody of ours is not shown."""
    return STRANGER if number.startswith(" ") else number
