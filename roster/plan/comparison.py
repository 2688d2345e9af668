"""What a plan is drawn from, and what a destination must answer for that.

Belongs here: HR's side (`HrSide`), the protocol of a destination's side (`Comparison`). Does not belong here: the steps of drawing a plan
(``roster.plan.builder``), the fields of any destination.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from roster.plan import barred, dependants
from roster.plan.decision import Plan
from roster.plan.differences import Frames
from roster.plan.write_only import WriteOnly
from roster.vocabulary import Kind


@dataclass(frozen=True)
class HrSide:
    """HR's side of a plan, and what is remembered."""

    roster: pd.DataFrame
    rejected: pd.Series
    """Employee numbers in rejected rows, missing where they cannot be read."""
    acknowledged: pd.DataFrame
    """The ledger's people of the destination."""
    key: bytes
    """The ledger's secret for digests and pseudonyms."""

    def numbers(self) -> pd.Series:
        """Every employee number that HR and the ledger know, repeats allowed."""
        return pd.concat([self.roster["employee_id"], self.acknowledged["employee_id"], self.rejected.dropna()], ignore_index=True)


@dataclass(frozen=True)
class Removal:
    """What takes leavers out of a destination."""

    records: pd.DataFrame
    """``employee_id`` and the API's fields; several rows a person, if so many are needed."""
    changes: pd.DataFrame
    """``employee_id``, ``field``, ``old``, ``new``: what they lose."""


class Comparison(Protocol):
    """What is particular to one destination when a plan is drawn and held against what landed. Pure: frames in, frames out.

    ``read`` is what reading the destination gave, ``desired`` its desired records by ``employee_id``, ``key`` the ledger's secret for
    pseudonyms. What only some destinations have is answered here as by one that has it not.
    """

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """The kind of change of each field; any other is ``other``. Where an address is kept, its kind is ``email``."""

    @property
    def write_only(self) -> WriteOnly:
        """The fields that no reading is sure to show."""

    @property
    def required(self) -> tuple[str, ...]:
        """Fields without which there is no record."""
        return ()

    @property
    def approver_field(self) -> str:
        """The field that names who approves for a person."""

    @property
    def accounts_are_addresses(self) -> bool:
        """Whether an account is named by an e-mail address: a newcomer with a former one's address comes into their account."""
        return False

    def accounts(self, read: Frames, numbers: pd.Series, acknowledged: pd.DataFrame) -> pd.DataFrame:
        """Everyone there (`roster.people.matching.ACCOUNT_COLUMNS`), by the `numbers` that HR and the ledger know."""

    def differences(self, desired: pd.DataFrame, read: Frames, pairs: pd.DataFrame, key: bytes) -> pd.DataFrame:
        """In what is there differs from `desired` (`roster.plan.differences.CHANGE_COLUMNS`); `pairs`: ``employee_id`` → ``account``."""

    def hidden(self, desired: pd.DataFrame, read: Frames, pairs: pd.DataFrame) -> pd.DataFrame:
        """Those of `desired` whose write-only fields reading does not show."""
        return desired

    def names(self, read: Frames) -> pd.DataFrame | None:
        """Account → ``last_name``, ``first_name``, where names are shown."""
        return None

    def unaddressed(self, accounts: pd.Series) -> pd.Series:
        """Which of the accounts no call can address."""
        return pd.Series(False, index=accounts.index)

    def barred(self, everyone: pd.DataFrame, roster: pd.DataFrame, read: Frames) -> pd.DataFrame:
        """Of the census, whom nothing may take out, or write at all (`roster.plan.barred.BARRED`)."""
        return barred.nobody()

    def shrunk(self, read: Frames) -> str | None:
        """What is mostly gone of that by which people are written, as a sentence; None where nothing is (`roster.plan.shrunk`)."""
        return None

    def needs(self, standing: dependants.Standing) -> pd.DataFrame:
        """Whose write needs whose (`roster.plan.dependants.NEEDS`)."""

    def joined(self, decided: pd.DataFrame, desired: pd.DataFrame) -> pd.DataFrame:
        """The decisions, with those added who must be written along with others."""
        return decided

    def writes(self, due: pd.DataFrame, changes: pd.DataFrame, certain: pd.DataFrame, acknowledged: pd.DataFrame) -> pd.DataFrame:
        """What is sent for whoever is created, updated or reactivated: of the desired records theirs (`due`), each with its ``action``;
        `certain`: who is certainly who. Here always the whole record."""
        return due

    def removal(self, leavers: pd.DataFrame, read: Frames) -> Removal:
        """What takes leavers (``employee_id``, ``account``) out."""

    def strangers(self, unknown: pd.DataFrame, desired: pd.DataFrame, read: Frames) -> Removal:
        """What takes out the accounts that HR does not know (``employee_id``, which is no employee number here, and ``account``), of those
        whom the settings have taken out and who can be: nobody who approves for one of HR's people there."""
        nobody = pd.DataFrame(columns=["employee_id"], dtype="str")
        return Removal(nobody, nobody.reindex(columns=["employee_id", "field", "old", "new"]))

    def deletions(self, people: pd.DataFrame, read: Frames) -> Removal:
        """What deletes people who left long ago (``employee_id``, ``account``): of those who can be, for nobody active there needs them."""
        nobody = pd.DataFrame(columns=["employee_id"], dtype="str")
        return Removal(nobody, nobody.reindex(columns=["employee_id", "field", "old", "new"]))

    def account_after(self, plan: Plan, desired: pd.DataFrame) -> pd.Series:
        """The account that each of `desired` has once the plan is written, aligned with it."""

    def pairs_after(self, plan: Plan, desired: pd.DataFrame) -> pd.DataFrame:
        """``employee_id`` → ``account`` of everyone once the plan is written."""

    def memory(self, plan: Plan, desired: pd.DataFrame, read: Frames, acknowledged: pd.DataFrame) -> pd.DataFrame | None:
        """What is to be remembered of people beside their record: by ``employee_id`` a column for each name, lists as JSON text.

        Of whoever is not in it, nothing. None: this destination has nothing of the kind.
        """
        return None

    def not_as_left(self, plan: Plan, desired: pd.DataFrame, read: Frames) -> pd.DataFrame:
        """``employee_id``, ``field``: leavers of the plan who are there still, and of `desired` who are not there at all."""
