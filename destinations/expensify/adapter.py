"""Expensify as a destination: what the engine asks, answered by the modules beside this one.

Belongs here: fulfilling `destinations.base.Destination` and nothing of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from destinations import delivery
from destinations.base import Destination, DryRun
from destinations.delivery import Write
from destinations.expensify import NAME, TITLE, comparison, identity, leave, records
from destinations.expensify.client import LIMITS, PATIENCE, Expensify
from destinations.expensify.delivery import numbered, official, to_expensify
from destinations.expensify.members import Members
from destinations.expensify.own_account import own_account
from destinations.expensify.replies import disagreements, whole_reasons
from destinations.expensify.settings import ExpensifyConnection, Settings
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
from roster.plan.own_account import together
from roster.records import to_records

OUTSTANDING: Final = (
    "whether they have reports that are not submitted, Expensify's API does not show. Let them submit before; afterwards an admin of the "
    "policy may submit on their behalf"
)
"""The vendor's advice: admins can submit and approve reports of employees who lost their login (Expensify's community, undated)."""


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
        return Expensify(self.connection, self._windows(ledger), self.retry)

    def members(self, ledger: Ledger) -> AbstractContextManager[Members | None]:
        """A client of the dialect, where the settings have it; likewise."""
        if self.connection.members_api != "policyMembers":
            return nullcontext()
        return Members(self.connection, self._windows(ledger), self.retry)

    def _windows(self, ledger: Ledger) -> LedgerWindows:
        return LedgerWindows(ledger, self.connection.partner_user_id.resolve(), self.limits)


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

    @property
    def leaving_days(self) -> int:
        return self.settings.leaving.after_days

    @property
    def deactivates(self) -> bool:
        return not self.settings.scim_managed

    @property
    def before_leaving(self) -> str:
        return OUTSTANDING

    def access(self) -> Access:
        return Access(self.settings.connection)

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
        found = comparison.removal(leavers, read["members"])
        return replace(found, records=comparison.by_deletion(found.records)) if self.settings.leaving.how == "delete" else found

    def strangers(self, unknown: pd.DataFrame, desired: pd.DataFrame, read: Frames) -> Removal:
        if self.settings.strangers != "remove":
            return super().strangers(unknown, desired, read)
        by_dialect = self.settings.connection.members_api == "policyMembers"
        return comparison.strangers(unknown, desired, read["members"], by_dialect=by_dialect)

    def account_after(self, plan: Plan, desired: pd.DataFrame) -> pd.Series:
        return desired["employeeEmail"].str.lower()

    def pairs_after(self, plan: Plan, desired: pd.DataFrame) -> pd.DataFrame:
        # After the write everyone is to be found under the address that the feed gave.
        return pd.DataFrame({"employee_id": desired["employee_id"], "account": self.account_after(plan, desired)})

    def not_as_left(self, plan: Plan, desired: pd.DataFrame, read: Frames) -> pd.DataFrame:
        return pd.DataFrame({"employee_id": comparison.still_members(plan, read["members"]), "field": "isTerminated"})

    def dry_run(self, access: Access, ledger: Ledger, plan: Plan) -> DryRunReply:
        sent = official(plan.records[plan.records["apply"]])  # the dialect has no dry run
        if sent.empty:
            return DryRunReply()
        names = numbered(sent)
        with access.open(ledger) as client:
            answers = list(client.deliver(to_records(leave.self_contained(sent), records.FIELDS), dry_run=True))
        refused = pd.concat([answer.statuses for answer in answers])
        refused = refused[refused["status"].eq("refused")]
        replies = [reply for answer in answers if (reply := answer.reply())]
        return DryRunReply(
            requests=len(answers),
            bytes=sum(answer.request_bytes for answer in answers),
            would_refuse=dict(zip(refused["key"].map(names), refused["reason"].fillna("no reason given"), strict=True)),
            disagreements=self.disagreements(sent, replies, again=False),
            account=together(own_account(sent, plan, reply) for reply in replies),
        )

    def send(self, access: Access, ledger: Ledger, write: Write) -> None:
        with access.open(ledger) as client, access.members(ledger) as members:
            delivery.deliver(ledger, write, to_expensify(client, ledger, write, members), self.write_only.in_answer)

    def disagreements(self, records: pd.DataFrame, replies: Sequence[Mapping[str, Any]], again: bool) -> list[str]:
        return disagreements(official(records), replies, again, invites=self.settings.connection.shouldFixApprovalChains)

    def whole_reasons(self, records: pd.DataFrame, replies: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        return whole_reasons(records, replies)
