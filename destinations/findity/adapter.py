"""Findity as a destination: what the engine asks, answered by the modules beside this one.

Belongs here: fulfilling `destinations.base.Destination` and nothing of its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import pandas as pd

from destinations import delivery
from destinations.base import Destination, Divided
from destinations.delivery import Write
from destinations.findity import NAME, TITLE, belonging, comparison, identity, records
from destinations.findity.client import PATIENCE, Findity
from destinations.findity.delivery import to_findity
from destinations.findity.expense import person_ids
from destinations.findity.settings import FindityConnection, FindityExpense, Settings
from destinations.identity import Identity
from resources.environment import EnvText
from resources.http import Retry
from resources.ledger import Ledger
from resources.ledger.mentions import PersonalColumns
from roster.parts import part_name, part_title
from roster.people.chain import Chain
from roster.plan.builder import Removal
from roster.plan.decision import Plan
from roster.plan.dependants import Standing
from roster.plan.differences import Frames


@dataclass(frozen=True)
class Access:
    """How to reach Findity."""

    connection: FindityConnection
    retry: Retry = PATIENCE
    """How often and how patiently a call is repeated."""
    expense: FindityExpense | None = None
    """As whom what the list of users lacks is asked for; None: it is not."""

    def open(self) -> Findity:
        """A client; use it as a context manager."""
        if self.expense is None:
            return Findity(self.connection, self.retry)
        return Findity(self.connection, self.retry, complete=person_ids.completion(self.connection, self.expense, self.retry))


@dataclass(frozen=True)
class Adapter(Destination, Divided):
    """Findity for one company: its organization, or one of several."""

    settings: Settings
    name: str = field(default=NAME, init=False)
    title: str = field(default=TITLE, init=False)

    desired_name = "users"
    personal = PersonalColumns(numbers=("externalSourceId", "personnelNumber"), addresses=("email",))
    kinds = comparison.KINDS
    write_only = comparison.WRITE_ONLY
    approver_field = "approverIds"

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", part_name(NAME, self.settings.part))
        object.__setattr__(self, "title", part_title(TITLE, self.settings.part))

    @property
    def siblings(self) -> Sequence[str]:
        return [part_name(NAME, word) for word in self.settings.words if word != self.settings.part]

    def placed(self, roster: pd.DataFrame) -> pd.DataFrame:
        rules = self.settings.belonging
        assert rules is not None, "checked when the settings were read"  # noqa: S101
        return belonging.placed(roster, rules, self.settings.words, self.settings.part, partial(part_name, NAME))

    @property
    def read_back_seconds(self) -> float:
        return self.settings.connection.read_back_seconds

    def access(self) -> Access:
        expense = self.settings.expense
        return Access(self.settings.connection, expense=expense if expense and expense.person_ids else None)

    def identities(self, value: Callable[[EnvText], str], roster: pd.DataFrame | None, read: Frames | None = None) -> Sequence[Identity]:
        return identity.identities(self.settings, value)

    def read(self, access: Access, ledger: Ledger, roster: pd.DataFrame) -> Frames:
        with access.open() as client:
            return {"users": client.users(), "units": client.units()}

    def accounts(self, read: Frames, numbers: pd.Series, acknowledged: pd.DataFrame) -> pd.DataFrame:
        return comparison.accounts(read["users"], numbers, acknowledged)

    def desired(self, roster: pd.DataFrame, chain: Chain, read: Frames) -> tuple[pd.DataFrame, pd.DataFrame]:
        users, faults = records.users(roster, chain, read["units"], self.settings.users)
        if rules := self.settings.belonging:
            users = belonging.without_private(users, roster, rules, self.settings.words, self.settings.part)
        return users, faults

    def differences(self, desired: pd.DataFrame, read: Frames, pairs: pd.DataFrame, key: bytes) -> pd.DataFrame:
        return comparison.visible_changes(desired, read["users"], pairs, key)

    def hidden(self, desired: pd.DataFrame, read: Frames, pairs: pd.DataFrame) -> pd.DataFrame:
        return comparison.hidden(desired, read["users"], pairs)

    def names(self, read: Frames) -> pd.DataFrame:
        return comparison.names(read["users"])

    def unaddressed(self, accounts: pd.Series) -> pd.Series:
        return accounts.str.startswith(comparison.UNADDRESSED, na=False)

    def needs(self, standing: Standing) -> pd.DataFrame:
        return comparison.needs(standing)

    def writes(self, desired: pd.DataFrame, changes: pd.DataFrame, certain: pd.DataFrame, acknowledged: pd.DataFrame) -> pd.DataFrame:
        return comparison.writes(desired, changes, certain, acknowledged)

    def removal(self, leavers: pd.DataFrame, read: Frames) -> Removal:
        return comparison.removal(leavers)

    def account_after(self, plan: Plan, desired: pd.DataFrame) -> pd.Series:
        return comparison.account_after(plan, desired)

    def pairs_after(self, plan: Plan, desired: pd.DataFrame) -> pd.DataFrame:
        return comparison.accounts_after(plan)

    def not_as_left(self, plan: Plan, desired: pd.DataFrame, read: Frames) -> pd.DataFrame:
        return comparison.not_as_left(plan, desired, read["users"])

    def send(self, access: Access, ledger: Ledger, write: Write) -> None:
        with access.open() as client:
            delivery.deliver(ledger, write, to_findity(client, ledger, write))
