"""Expensify as a destination: what the engine asks, answered by the modules beside this one.

Belongs here: fulfilling `destinations.base.Destination` and nothing of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from destinations import delivery
from destinations.base import Destination, DryRun, Finding, Preflight, StillIn
from destinations.delivery import Write
from destinations.expensify import NAME, TITLE, comparison, identity, leave, membership, movers, preflight, reading, records, scope
from destinations.expensify.client import LIMITS, PATIENCE, Expensify
from destinations.expensify.delivery import to_expensify
from destinations.expensify.replies import disagreements
from destinations.expensify.settings import ExpensifyConnection, Settings
from destinations.identity import Identity
from resources.environment import EnvText
from resources.http import Retry
from resources.ledger import Ledger, LedgerWindows
from resources.ledger.mentions import PersonalColumns
from resources.rates import RateLimit
from roster.people.chain import Chain
from roster.plan.builder import Removal
from roster.plan.decision import Plan
from roster.plan.dependants import Standing
from roster.plan.differences import Frames, together
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
class Adapter(Destination, DryRun, Preflight, StillIn):
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
    preflight_checks = MappingProxyType({"policies": preflight.DESCRIPTION})

    @property
    def read_back_seconds(self) -> float:
        return self.settings.connection.read_back_seconds

    def access(self) -> Access:
        return Access(self.settings.connection)

    def identities(self, value: Callable[[EnvText], str], roster: pd.DataFrame | None) -> Sequence[Identity]:
        given = [] if roster is None else records.policies_of(self.settings.feed, roster)
        return identity.identities(self.settings, value, given)

    def read(self, access: Access, ledger: Ledger, roster: pd.DataFrame) -> Frames:
        wanted = scope.wanted(self.settings, ledger, roster)
        if not wanted.named and wanted.remembered.empty:
            return reading.nothing()
        with access.open(ledger) as client:
            listed = client.policies()
            return reading.read(client, scope.without_others(wanted, listed, self.settings, ledger), listed)

    def preflight(self, read: Frames, roster: pd.DataFrame) -> Sequence[Finding]:
        return preflight.findings(self.settings.feed, roster, read)

    def memory(self, plan: Plan, desired: pd.DataFrame, read: Frames, acknowledged: pd.DataFrame) -> pd.DataFrame:
        return membership.to_remember(plan, desired, read, acknowledged)

    def still_in(self, leavers: pd.DataFrame, read: Frames, acknowledged: pd.DataFrame) -> pd.DataFrame:
        return membership.still_in(leavers, read, acknowledged)

    def staying(self, desired: pd.DataFrame, read: Frames, acknowledged: pd.DataFrame) -> pd.DataFrame:
        pairs = pd.DataFrame({"employee_id": desired["employee_id"], "account": desired["employeeEmail"].str.lower()})
        found = self._leaving(desired, read, pairs) if self.settings.movers == "stay" else pairs.head(0)
        return found.reindex(columns=membership.IN_COLUMNS).rename(columns={"policyID": "where"}).assign(why="left there by the settings")

    def accounts(self, read: Frames, numbers: pd.Series, acknowledged: pd.DataFrame) -> pd.DataFrame:
        return comparison.accounts(read["members"], acknowledged)

    def desired(self, roster: pd.DataFrame, chain: Chain, read: Frames) -> tuple[pd.DataFrame, pd.DataFrame]:
        return preflight.reachable(*records.employee_feed(roster, chain, self.settings.feed), read)

    def differences(self, desired: pd.DataFrame, read: Frames, pairs: pd.DataFrame, key: bytes) -> pd.DataFrame:
        moving = movers.changes(self._leaving(desired, read, pairs), self.settings.movers)
        found = [comparison.visible_changes(desired, read["members"], pairs), moving]
        if "sent" in read:
            found.append(comparison.further_changes(desired, read["members"], pairs, read["sent"], key))
        return together(found).drop_duplicates(["employee_id", "field"], ignore_index=True)

    def _leaving(self, desired: pd.DataFrame, read: Frames, pairs: pd.DataFrame) -> pd.DataFrame:
        """Who is in a policy that their record does not name any more; what was read does not say of an earlier version's."""
        put = read.get("put")
        return movers.leaving(desired, read, pairs, put) if put is not None else pairs.head(0)

    def needs(self, standing: Standing) -> pd.DataFrame:
        return comparison.needs(standing)

    def joined(self, decided: pd.DataFrame, desired: pd.DataFrame) -> pd.DataFrame:
        return leave.in_company(decided, desired)

    def writes(self, desired: pd.DataFrame, changes: pd.DataFrame, certain: pd.DataFrame, acknowledged: pd.DataFrame) -> pd.DataFrame:
        return movers.records(comparison.writes(desired), changes)

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
        with access.open(ledger) as client:
            answers = list(client.deliver(to_records(leave.self_contained(sent), records.FIELDS), dry_run=True))
        refused = pd.concat([answer.statuses for answer in answers])
        refused = refused[refused["status"].eq("refused")]
        replies = [reply for answer in answers if (reply := answer.reply())]
        return DryRunReply(
            requests=len(answers),
            bytes=sum(answer.request_bytes for answer in answers),
            would_refuse=dict(zip(refused["key"], refused["reason"].fillna("no reason given"), strict=True)),
            disagreements=self.disagreements(sent, replies, again=False),
        )

    def send(self, access: Access, ledger: Ledger, write: Write) -> None:
        with access.open(ledger) as client:
            delivery.deliver(ledger, write, to_expensify(client, ledger, write))

    def disagreements(self, records: pd.DataFrame, replies: Sequence[Mapping[str, Any]], again: bool) -> list[str]:
        return disagreements(records, replies, again, invites=self.settings.connection.shouldFixApprovalChains)
