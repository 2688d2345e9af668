"""People who have left long ago, and who are deleted at a destination that keeps whoever is inactive: always only once that is released.

Belongs here: who may be deleted, and the decision about them. Does not belong here: when leavers lose their access
(``roster.plan.leaving``), what deleting keeps and ends and whom a destination cannot do without (each destination's adapter), since when
somebody is inactive (the ledger).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

import pandas as pd

from roster.membership import among
from roster.plan import memory

HELD: Final = "deletion"
"""Why somebody waits to be deleted, and the kind of that change: no limit lets it go."""
DELETED: Final = "deleted"
"""Under which name the ledger keeps the account that was deleted, with the fields of its last record."""


@dataclass(frozen=True)
class Deletion:
    """What is agreed of deleting at one destination."""

    after_days: int | None = None
    """So many days after they were taken out; None: nobody is ever deleted."""
    today: date | None = None
    inactive: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Employee number → account, and the ISO day on which the destination took over that it is inactive; of whoever is so still by what the
    ledger knows."""
    means: str = ""
    """What it keeps and what it ends, a sentence."""
    elsewhere: frozenset[str] = frozenset()
    """The employee numbers of those who are active in another part of the destination by what the ledger knows."""

    def due(self) -> dict[str, tuple[str, str]]:
        """Those of `inactive` who have been so for long enough."""
        if self.after_days is None or self.today is None:
            return {}
        last = (self.today - timedelta(days=self.after_days)).isoformat()
        return {number: (account, day) for number, (account, day) in self.inactive.items() if day <= last}


def of(people: pd.DataFrame, deletion: Deletion, doubtful: pd.Series) -> pd.DataFrame:
    """``employee_id`` and ``account`` of those who may be deleted: they have left, are inactive there, and we have made them so.

    Args:
        people: `roster.plan.decision.PEOPLE_COLUMNS`.
        deletion: what is agreed.
        doubtful: the employee numbers of those of whom it is in doubt who they are.
    """
    due = deletion.due()
    left = people["action"].eq("none") & people["reason"].eq("left") & people["account"].notna() & ~among(people["employee_id"], doubtful)
    ours = people["account"] == people["employee_id"].map({number: account for number, (account, _) in due.items()}).astype("str")
    return people.loc[left & ours.fillna(False).astype(bool), ["employee_id", "account"]]


def still_used(due: pd.DataFrame, deletion: Deletion, accounts: pd.DataFrame, roster: pd.DataFrame) -> pd.Series:
    """Of whom that may be deleted (`of`) the same person is active elsewhere, or somebody who works here has the address that they have
    there, under another number or in another part: aligned with `due`.

    Args:
        due: as `of` gives it.
        deletion: what is agreed.
        accounts: everyone there (`roster.people.matching.ACCOUNT_COLUMNS`).
        roster: the roster frame, as the part sees it.
    """
    working = roster["employment"].ne("left") | roster.get("elsewhere", pd.Series(False, index=roster.index))
    address = due["account"].map(accounts.drop_duplicates("account").set_index("account")["email"]).astype("str").str.lower()
    found: pd.Series = due["employee_id"].isin(list(deletion.elsewhere)) | among(address, roster.loc[working, "email"].str.lower())
    return found


def spared(due: pd.DataFrame, removable: pd.Series) -> list[str]:
    """The employee numbers of those who may be deleted (`of`) and cannot be, since somebody or something there still needs them."""
    return sorted(due.loc[~among(due["employee_id"], removable), "employee_id"])


def held(people: pd.DataFrame, removable: pd.Series, deletion: Deletion) -> pd.DataFrame:
    """The decisions, with those held who would be deleted.

    Args:
        people: `roster.plan.decision.PEOPLE_COLUMNS`.
        removable: the employee numbers of whoever can be.
        deletion: what is agreed.
    """
    at = people["action"].eq("none") & people["reason"].eq("left") & among(people["employee_id"], removable)
    if not at.any():
        return people
    since = people["employee_id"].map({number: day for number, (_, day) in deletion.due().items()}).astype("str")
    return people.assign(
        action=people["action"].mask(at, "hold"),
        intended=people["intended"].mask(at, "delete"),
        kinds=people["kinds"].mask(at, HELD),
        reason=people["reason"].mask(at, HELD),
        detail=people["detail"].mask(at, ("inactive since " + since + f": {deletion.means}").astype("str")),
    ).astype("str")


def deleted_numbers(acknowledged: pd.DataFrame) -> pd.Series:
    """The employee numbers of those whom we have deleted and not brought back since.

    Args:
        acknowledged: the ledger's people of a destination.
    """
    return pd.Series(memory.texts(acknowledged, DELETED).index, dtype="str")


def marked(fields: pd.Series, people: pd.DataFrame, deleted: pd.Series) -> pd.Series:
    """What the ledger keeps of people who go, aligned with `fields`, with the account under `DELETED` of those who are deleted.

    Args:
        fields: JSON objects as text.
        people: ``employee_id`` and ``account``, aligned.
        deleted: the employee numbers of those who are deleted.
    """
    deleted_people = people[among(people["employee_id"], deleted)].rename(columns={"account": "value"})
    if deleted_people.empty:
        return fields
    return memory.put(fields, people["employee_id"], pd.DataFrame({DELETED: memory.listed(deleted_people[["employee_id", "value"]])}))
