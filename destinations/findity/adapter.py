"""Findity as a destination: what the engine asks, answered by the modules beside this one.

Belongs here: fulfilling `destinations.base.Destination` and nothing of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from destinations import delivery, sizes
from destinations.abilities import BRIEFLY, ONCE, Divided, Examined, Finding, Look
from destinations.base import Destination
from destinations.delivery import Write
from destinations.findity import (
    DELETING,
    LAST_CHANCE,
    NAME,
    TITLE,
    UNCHECKED,
    addressing,
    belonging,
    comparison,
    examining,
    external_ids,
    identity,
    last_approver,
    left_out,
    preflight,
    records,
    words,
)
from destinations.findity.client import PATIENCE, Findity
from destinations.findity.delivery import to_findity
from destinations.findity.expense import person_ids
from destinations.findity.settings import FindityConnection, FindityExpense, Settings
from destinations.findity.structure import checks, planning, presets, reading, routed, sending, staying
from destinations.findity.tokens import Shared
from destinations.identity import Identity
from resources.environment import EnvText
from resources.http import Retry
from resources.ledger import Ledger
from resources.ledger.mentions import PersonalColumns
from roster.parts import part_name, part_title
from roster.people.chain import Chain
from roster.plan.comparison import Removal
from roster.plan.decision import Plan
from roster.plan.dependants import Standing
from roster.plan.differences import Frames
from roster.plan.things import Structure, ThingKind, none
from roster.settings import columns_read


@dataclass(frozen=True)
class Access:
    """How to reach Findity."""

    connection: FindityConnection
    retry: Retry = PATIENCE
    """How often and how patiently a call is repeated."""
    expense: FindityExpense | None = None
    """As whom what the list of users lacks is asked for; None: it is not."""
    token: Shared = field(default_factory=Shared, repr=False, compare=False)
    """One for all clients of a run: reading, sending and reading back need not each ask for theirs."""

    def open(self) -> Findity:
        """A client; use it as a context manager."""
        if self.expense is None:
            return Findity(self.connection, self.retry, shared=self.token)
        complete = person_ids.completion(self.connection, self.expense, self.retry)
        return Findity(self.connection, self.retry, complete=complete, shared=self.token)


@dataclass(frozen=True)
class Adapter(Destination, Divided, Examined):
    """Findity for one company: its organization, or one of several."""

    settings: Settings
    name: str = field(default=NAME, init=False)
    title: str = field(default=TITLE, init=False)

    desired_name = "users"
    personal = PersonalColumns(numbers=("externalSourceId", "personnelNumber"), addresses=("email",))
    kinds = comparison.KINDS
    write_only = comparison.WRITE_ONLY
    approver_field = "approverIds"
    wording = words.WORDING
    impersonal = words.IMPERSONAL

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", part_name(NAME, self.settings.part))
        object.__setattr__(self, "title", part_title(TITLE, self.settings.part))

    @property
    def columns(self) -> Mapping[str, Sequence[str]]:
        return columns_read(self.settings.users)

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

    @property
    def leaving_days(self) -> int | None:
        return self.settings.leaving.after_days

    @property
    def before_leaving(self) -> str:
        return LAST_CHANCE

    @property
    def delete_after_days(self) -> int | None:
        return self.settings.leaving.delete_after_days

    @property
    def deleting_means(self) -> str:
        return DELETING

    @property
    def one_first(self) -> str:
        connection = self.settings.connection
        return "" if connection.send_invitation_mail or connection.invitation_mail_checked else UNCHECKED

    def access(self) -> Access:
        expense = self.settings.expense
        return Access(self.settings.connection, expense=expense if expense and expense.person_ids else None)

    def addresses(self) -> Mapping[str, EnvText]:
        return {"the Admin API": self.settings.connection.admin_url, "the token's address": self.settings.connection.token_url}

    def looks(self, ledger: Ledger) -> Mapping[str, Callable[[], Look]]:
        hurried = Access(self.settings.connection.model_copy(update={"timeout": BRIEFLY}), ONCE)
        return examining.looks(hurried.open, bool(self.settings.dimensions or self.settings.users.dimensionPresets))

    def identities(self, value: Callable[[EnvText], str], roster: pd.DataFrame | None, read: Frames | None = None) -> Sequence[Identity]:
        return identity.identities(self.settings, value)

    def read_by(self, roster: pd.DataFrame) -> Any:
        users = self.settings.users
        given = self.settings.connection, self.settings.expense, self.settings.approval, self.settings.dimensions
        return *given, users.dimensionPresets, users.clear, users.externalSourceId

    def read(self, access: Access, ledger: Ledger, roster: pd.DataFrame) -> Frames:
        with access.open() as client:
            users, units = client.everything()
            structure = reading.read(client, self.settings)
        if "approverIds" not in self.settings.approval:  # then it is nobody's approver that a user names
            users = users.assign(approverIds=pd.Series(np.nan, index=users.index, dtype="str"))
        read = {"users": users, "units": units}
        if structure:
            read["owners"] = ledger.acknowledged.all(self.name, ("employee_id", "account", "active"))
        before = preflight.before(users, sizes.remembered(ledger, self.name).get("units"))
        frames = {**read, **structure, "units_before": pd.DataFrame({"count": [before]})}
        if {"approverIds", "dimensionPresets"} & set(self.settings.users.clear) or not addressing.all_shown(users):
            frames["remembered"] = ledger.acknowledged.all(self.name)
        if self.settings.users.externalSourceId is None:
            return frames
        # Kept with what was read: whose an id is, is asked again wherever these users are.
        return {**frames, "ids": external_ids.given(self.settings.users, roster), "remembered": ledger.acknowledged.all(self.name)}

    @property
    def required(self) -> tuple[str, ...]:
        return ("externalSourceId", addressing.FIELD) if self.settings.users.externalSourceId else (addressing.FIELD,)

    def shrunk(self, read: Frames) -> str | None:
        return preflight.units_missing(self.settings.users, read)

    def sizes(self, read: Frames) -> Mapping[str, int]:
        return {"units": len(read["units"])}

    def sizes_before(self, read: Frames) -> Mapping[str, int]:
        return {"units": int(read["units_before"]["count"].iloc[0])} if "units_before" in read else {}

    def notices(self, read: Frames) -> Sequence[str]:
        return [
            one
            for one in (preflight.units_missing(self.settings.users, read), left_out.nameless_units(self.settings.users, read["units"]))
            if one
        ]

    def id_names(self, read: Frames, mentioned: Sequence[str]) -> Mapping[str, str]:
        return words.id_names(read, mentioned)

    def accounts(self, read: Frames, numbers: pd.Series, acknowledged: pd.DataFrame) -> pd.DataFrame:
        found = comparison.accounts(read["users"], numbers, acknowledged, read.get("ids"))
        if {"value_approvers", "unit_approvers"} & set(read):
            found["approver"] = found["approver"].fillna(routed.approver(read))
        return found

    def desired(self, roster: pd.DataFrame, chain: Chain, read: Frames) -> tuple[pd.DataFrame, pd.DataFrame]:
        desired, faults = records.users(roster, chain, read["units"], self.settings.users)
        if self.settings.units and not preflight.units_missing(self.settings.users, read):
            faults = left_out.waiting(faults, read["units"], self.settings.users.unit_by)
        if "ids" in read:
            known = read["remembered"]
            there = self.accounts(read, pd.concat([roster["employee_id"], known["employee_id"]]), known)
            desired, faults = external_ids.settled(desired, faults, read, there, known)
        if "approverIds" not in self.settings.approval:
            desired["approverIds"] = pd.Series(np.nan, index=desired.index, dtype="str")
        if {"approverIds", "dimensionPresets"} & set(self.settings.users.clear):
            desired, stays = self._approved(desired, roster, chain, read)
            faults = pd.concat([faults, stays], ignore_index=True).astype("str")
        if not addressing.all_shown(read["users"]):
            remembered = read.get("remembered")  # what an earlier version read may be without
            numbers = [roster["employee_id"], *([] if remembered is None else [remembered["employee_id"]])]
            there = comparison.accounts(read["users"], pd.concat(numbers), remembered, read.get("ids"))
            desired, faults = addressing.settled(desired, faults, read["users"], there)
        if rules := self.settings.belonging:
            unknown = belonging.unknown_consultants(desired, roster, rules, self.settings.words)
            faults = pd.concat([faults, unknown], ignore_index=True).astype("str")
            desired = belonging.without_private(desired, roster, rules, self.settings.words, self.settings.part)
        if not self.settings.users.dimensionPresets or "dimensions" not in read:
            return desired, faults
        found, missing = presets.checked(desired, presets.There.of(read, none(), self.settings.value_by))
        if len(missing):  # perhaps some of it is created tonight
            changes = self.structure(roster, chain, read).changes
            found, missing = presets.checked(desired, presets.There.of(read, changes, self.settings.value_by))
        return found, pd.concat([faults, missing], ignore_index=True).astype("str")

    def _approved(self, desired: pd.DataFrame, roster: pd.DataFrame, chain: Chain, read: Frames) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The users without what would take their last approver away, and what stays for that."""
        known, approval = read["remembered"], self.settings.approval
        there = self.accounts(read, pd.concat([roster["employee_id"], known["employee_id"]]), known)
        routing = [one for one in self.settings.dimensions if "dimensions" in approval and reading.routes(self.settings, one)]
        return last_approver.kept(desired, read, there, chain, routing, named="approverIds" in approval)

    def differences(self, desired: pd.DataFrame, read: Frames, pairs: pd.DataFrame, key: bytes) -> pd.DataFrame:
        return comparison.visible_changes(desired, read["users"], pairs, key)

    def hidden(self, desired: pd.DataFrame, read: Frames, pairs: pd.DataFrame) -> pd.DataFrame:
        return comparison.hidden(desired, read["users"], pairs)

    def names(self, read: Frames) -> pd.DataFrame:
        return comparison.names(read["users"])

    def unaddressed(self, accounts: pd.Series) -> pd.Series:
        return accounts.str.startswith(comparison.UNADDRESSED, na=False)

    def needs(self, standing: Standing) -> pd.DataFrame:
        return comparison.needs(standing, by_users="approverIds" in self.settings.approval)

    def writes(self, due: pd.DataFrame, changes: pd.DataFrame, certain: pd.DataFrame, acknowledged: pd.DataFrame) -> pd.DataFrame:
        return comparison.writes(due, changes, certain, acknowledged)

    def removal(self, leavers: pd.DataFrame, read: Frames) -> Removal:
        return comparison.removal(leavers)

    def deletions(self, people: pd.DataFrame, read: Frames) -> Removal:
        return comparison.deletions(people, read["users"], routed.assigned(read, self.settings))

    def account_after(self, plan: Plan, desired: pd.DataFrame) -> pd.Series:
        return comparison.account_after(plan, desired)

    def pairs_after(self, plan: Plan, desired: pd.DataFrame) -> pd.DataFrame:
        return comparison.accounts_after(plan)

    def not_as_left(self, plan: Plan, desired: pd.DataFrame, read: Frames) -> pd.DataFrame:
        return comparison.not_as_left(plan, desired, read["users"])

    @property
    def thing_kinds(self) -> Mapping[str, ThingKind]:
        return planning.kinds(self.settings)

    def structure(self, roster: pd.DataFrame, chain: Chain, read: Frames) -> Structure:
        return planning.structure(self.settings, roster, chain, read)

    def send_structure(self, access: Access, ledger: Ledger, changes: pd.DataFrame) -> pd.DataFrame:
        with access.open() as client:
            return sending.send(client, self.settings, changes)

    @property
    def preflight_checks(self) -> Mapping[str, str]:
        return {**preflight.DESCRIPTIONS, **checks.described(self.settings)}

    def preflight(self, read: Frames, roster: pd.DataFrame) -> Sequence[Finding]:
        return [
            *preflight.findings(self.settings.users, roster, read, create=bool(self.settings.units)),
            *checks.findings(self.settings, read),
        ]

    def settled(self, records: pd.DataFrame, read: Frames, applied: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        if not self.settings.users.dimensionPresets or "dimensions" not in read:
            return records, pd.DataFrame(columns=presets.FAULT_COLUMNS, dtype="str")
        return presets.settled(records, presets.There.of(read, applied, self.settings.value_by))

    def staying(self, waiting: pd.DataFrame) -> pd.DataFrame:
        return staying.waiting(waiting)

    def send(self, access: Access, ledger: Ledger, write: Write) -> None:
        answers = ledger.things.of(self.name, write.plan_run_id)
        refused = answers.loc[answers["outcome"].ne("accepted"), "thing"].tolist()
        with access.open() as client:
            send = to_findity(client, ledger, write, self.settings.users.clear_with, refused)
            delivery.deliver(ledger, write, lambda records: send(presets.without(records, refused)))
