"""Expensify as a destination: what the engine asks, answered by the modules beside this one.

Belongs here: fulfilling `destinations.base.Destination` and nothing of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from destinations import delivery
from destinations.base import Destination, DryRun
from destinations.delivery import Write
from destinations.doubts import Doubts
from destinations.expensify import NAME, TITLE, comparison, identity, leave, records
from destinations.expensify.client import PATIENCE, Expensify, patience
from destinations.expensify.delivery import to_expensify
from destinations.expensify.replies import disagreements
from destinations.expensify.settings import LIMITS, ExpensifyConnection, Settings
from destinations.identity import Identity
from resources.environment import EnvText
from resources.failures import Permanent
from resources.http import Retry
from resources.ledger import Ledger, LedgerWindows
from resources.ledger.mentions import PersonalColumns
from resources.rates import RateLimit
from roster.people.chain import Chain
from roster.plan.builder import Removal
from roster.plan.decision import Plan
from roster.plan.dependants import Standing
from roster.plan.differences import Frames
from roster.plan.facts import DryRunReply
from roster.records import to_records


@dataclass(frozen=True)
class Access:
    """How to reach Expensify."""

    connection: ExpensifyConnection
    limits: Sequence[RateLimit] = LIMITS
    """Its rate windows, shared through the ledger by every run with the same credential."""
    retry: Retry = PATIENCE
    """How often and how patiently a call is repeated."""

    def open(self, ledger: Ledger) -> Expensify:
        """A client; use it as a context manager."""
        windows = LedgerWindows(ledger, self.connection.partner_user_id.resolve(), self.limits)
        return Expensify(self.connection, windows, self.retry)


@dataclass(frozen=True)
class Adapter(Destination, DryRun):
    """Expensify for one company."""

    settings: Settings

    name = NAME
    title = TITLE
    desired_name = "employee_feed"
    personal = PersonalColumns(numbers=("employeeID",), addresses=("email", "employeeEmail"))
    kinds = comparison.KINDS
    write_only = comparison.WRITE_ONLY
    required = ("policyID",)
    approver_field = "managerEmail"
    accounts_are_addresses = True

    @property
    def read_back_seconds(self) -> float:
        return self.settings.connection.read_back_seconds

    def access(self) -> Access:
        limits = self.settings.connection.limits
        return Access(self.settings.connection, limits, patience(limits))

    def identities(self, value: Callable[[EnvText], str], roster: pd.DataFrame | None) -> Sequence[Identity]:
        given = [] if roster is None else records.policies_of(self.settings.feed, roster)
        return identity.identities(self.settings, value, given)

    def read(self, access: Access, ledger: Ledger, roster: pd.DataFrame) -> Frames:
        wanted = records.policies_of(self.settings.feed, roster)
        with access.open(ledger) as client:
            try:
                return {"members": client.members(wanted)}
            except Permanent:
                # One id that is no policy, in a cell of HR's, must not stop everyone else: who needs it is refused by name.
                seen = set(client.policies()["id"])
                there = [policy for policy in wanted if policy in seen]
                if there in ([], wanted):  # of none of them there is nothing to compare with: nobody may pass for new
                    raise
                return {"members": client.members(there)}

    def accounts(self, read: Frames, numbers: pd.Series, acknowledged: pd.DataFrame) -> pd.DataFrame:
        return comparison.accounts(read["members"], acknowledged)

    def desired(self, roster: pd.DataFrame, chain: Chain, read: Frames) -> tuple[pd.DataFrame, pd.DataFrame]:
        return records.employee_feed(roster, chain, self.settings.feed)

    def differences(self, desired: pd.DataFrame, read: Frames, pairs: pd.DataFrame, key: bytes) -> pd.DataFrame:
        return comparison.visible_changes(desired, read["members"], pairs)

    def needs(self, standing: Standing) -> pd.DataFrame:
        return comparison.needs(standing)

    def joined(self, decided: pd.DataFrame, desired: pd.DataFrame) -> pd.DataFrame:
        return leave.in_company(decided, desired)

    def writes(self, desired: pd.DataFrame, changes: pd.DataFrame, certain: pd.DataFrame, acknowledged: pd.DataFrame) -> pd.DataFrame:
        return comparison.writes(desired)

    def removal(self, leavers: pd.DataFrame, read: Frames) -> Removal:
        return comparison.removal(leavers, read["members"])

    def account_after(self, plan: Plan, desired: pd.DataFrame) -> pd.Series:
        return desired["employeeEmail"].str.lower()

    def pairs_after(self, plan: Plan, desired: pd.DataFrame) -> pd.DataFrame:
        # After the write everyone is to be found under the address that the feed gave.
        return pd.DataFrame({"employee_id": desired["employee_id"], "account": self.account_after(plan, desired)})

    def not_as_left(self, plan: Plan, desired: pd.DataFrame, read: Frames) -> pd.DataFrame:
        return pd.DataFrame({"employee_id": comparison.still_members(plan, read["members"]), "field": "isTerminated"})

    def dry_run(self, access: Access, ledger: Ledger, plan: Plan) -> DryRunReply:
        sent = plan.records[plan.records["apply"]]
        if sent.empty:
            return DryRunReply()
        doubts = Doubts.of(ledger, self.name)
        tried = sent[sent["person"].isin(list(doubts.alone))]
        alone = dict(zip(tried["employeeID"], tried["person"].map(doubts.alone), strict=True))
        apart = set(sent.loc[sent["person"].isin(list(doubts.apart)), "employeeID"])
        with access.open(ledger) as client:
            feed = to_records(leave.self_contained(doubts.in_order(sent)), records.FIELDS)
            answers = list(client.deliver(feed, dry_run=True, alone=alone, apart=apart))
        told = pd.concat([answer.statuses.assign(whole=answer.whole) for answer in answers])
        refused = told[told["status"].eq("refused")]
        replies = [reply for answer in answers if (reply := answer.reply())]
        return DryRunReply(
            requests=len(answers),
            bytes=sum(answer.request_bytes for answer in answers),
            would_refuse=dict(zip(refused["key"], refused["reason"].fillna("no reason given"), strict=True)),
            disagreements=self.disagreements(sent, replies, again=False),
            alone=sorted(refused.loc[refused["whole"], "key"]),
            in_doubt=sorted(told.loc[told["status"].eq("unknown"), "key"]),
        )

    def send(self, access: Access, ledger: Ledger, write: Write) -> None:
        with access.open(ledger) as client:
            delivery.deliver(ledger, write, to_expensify(client, ledger, write))

    def disagreements(self, records: pd.DataFrame, replies: Sequence[Mapping[str, Any]], again: bool) -> list[str]:
        return disagreements(records, replies, again, invites=self.settings.connection.shouldFixApprovalChains)
