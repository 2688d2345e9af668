"""Expensify as a destination: what the engine asks, answered by the modules beside this one.

Belongs here: fulfilling `destinations.base.Destination` and nothing of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from destinations import delivery
from destinations.abilities import BRIEFLY, ONCE, ByHand, DryRun, Examined, Finding, Look, Preflight, StillIn
from destinations.base import Destination, Known
from destinations.delivery import Write
from destinations.doubts import Doubts
from destinations.expensify import (
    NAME,
    TITLE,
    comparison,
    examining,
    identity,
    leave,
    membership,
    movers,
    owners,
    preflight,
    reading,
    records,
    scope,
    taking_away,
    words,
)
from destinations.expensify.client import PATIENCE, Expensify, patience
from destinations.expensify.delivery import numbered, official, to_expensify
from destinations.expensify.members import Members
from destinations.expensify.own_account import People, Sent, own_account
from destinations.expensify.replies import disagreements, whole_reasons
from destinations.expensify.roads.chosen import road
from destinations.expensify.roads.laid import Owner
from destinations.expensify.roads.road import Road
from destinations.expensify.roads.settings import Delivery
from destinations.expensify.settings import LIMITS, ExpensifyConnection, ExpensifyFeed, Settings, is_address
from destinations.identity import Identity
from destinations.replies import Records
from resources.environment import EnvText
from resources.failures import Permanent
from resources.http import Retry
from resources.ledger import Ledger, LedgerWindows
from resources.ledger.mentions import PersonalColumns
from resources.rates import ProcessWindows, RateLimit
from roster import lacking
from roster.membership import among
from roster.people.chain import Chain
from roster.plan.comparison import Removal
from roster.plan.decision import Plan
from roster.plan.dependants import Standing
from roster.plan.differences import Frames, together
from roster.plan.facts import DryRunReply
from roster.plan.own_account import together as in_all
from roster.plan.write_only import WriteOnly
from roster.settings import columns_read

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
    delivery: Delivery = field(default_factory=Delivery)
    """By which road feeds go."""

    def open(self, ledger: Ledger, plan: Plan | None = None) -> Expensify:
        """A client; use it as a context manager. Whoever sends says of which plan."""
        return Expensify(self.connection, self._windows(ledger), self.retry, self.road(ledger, plan))

    def road(self, ledger: Ledger, plan: Plan | None = None) -> Road:
        """How the feeds of a plan get there."""
        return road(self.delivery, Owner(ledger.company, cache(plan.digest) if plan else lambda: "0"), self.retry)

    def members(self, ledger: Ledger) -> AbstractContextManager[Members | None]:
        """A client of the dialect, where the settings have it; likewise."""
        if self.connection.members_api != "policyMembers":
            return nullcontext()
        return Members(self.connection, self._windows(ledger), self.retry)

    def _windows(self, ledger: Ledger) -> LedgerWindows:
        return LedgerWindows(ledger, self.connection.partner_user_id.resolve(), self.limits)


@dataclass(frozen=True)
class Adapter(Destination, DryRun, ByHand, Examined, Preflight, StillIn):
    """Expensify for one company."""

    settings: Settings

    name = NAME
    title = TITLE
    desired_name = "employee_feed"
    personal = PersonalColumns(numbers=("employeeID",), addresses=("email", "employeeEmail"))
    kinds = comparison.KINDS
    required = ("policyID",)
    approver_field = "managerEmail"
    accounts_are_addresses = True
    wording = words.WORDING
    impersonal = words.IMPERSONAL
    preflight_checks = MappingProxyType({"policies": preflight.DESCRIPTION})

    @property
    def write_only(self) -> WriteOnly:
        return comparison.write_only(self.settings.feed)

    @property
    def columns(self) -> Mapping[str, Sequence[str]]:
        return columns_read(self.settings.feed)

    @property
    def read_back_seconds(self) -> float:
        return self.settings.connection.read_back_seconds

    @property
    def leaving_days(self) -> int | None:
        return self.settings.leaving.after_days

    @property
    def deactivates(self) -> bool:
        return not self.settings.scim_managed

    @property
    def before_leaving(self) -> str:
        return OUTSTANDING

    def access(self) -> Access:
        limits = self.settings.connection.limits
        return Access(self.settings.connection, limits, patience(limits), self.settings.delivery)

    def addresses(self) -> Mapping[str, EnvText]:
        return {"the Integration Server": self.settings.connection.url}

    def looks(self, ledger: Ledger) -> Mapping[str, Callable[[], Look]]:
        hurried = Access(self.settings.connection.model_copy(update={"timeout": BRIEFLY}), retry=ONCE)
        return examining.looks(lambda: hurried.open(ledger), records.stated_policies(self.settings.feed))

    def identities(self, value: Callable[[EnvText], str], roster: pd.DataFrame | None, read: Frames | None = None) -> Sequence[Identity]:
        given = [] if roster is None else records.policies_of(self.settings.feed, roster)
        if read is not None:
            given = sorted({*given} & {*read["policies"]["id"].dropna()})
        return identity.identities(self.settings, value, given)

    def read_by(self, roster: pd.DataFrame) -> Any:
        tags = self.settings.feed.defaultTags is not None
        return self.settings.connection, self.settings.delivery, records.policies_of(self.settings.feed, roster), tags

    def read(self, access: Access, ledger: Ledger, roster: pd.DataFrame) -> Frames:
        wanted = scope.wanted(self.settings, ledger, roster)
        if not wanted.named and wanted.remembered.empty:
            return reading.nothing()
        suspected = {} if self._account() else {owners.SUSPECTED: _suspected(ledger)}
        with access.open(ledger) as client:
            listed = client.policies()
            return {**reading.read(client, scope.without_others(wanted, listed, self.settings, ledger), listed), **suspected}

    def id_names(self, read: Frames, mentioned: Sequence[str]) -> Mapping[str, str]:
        return words.id_names(read)

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
        feed, faults = preflight.reachable(*records.employee_feed(roster, chain, self.settings.feed), read)
        feed, faults = owners.without(feed, faults, read, self._account(), self._protected())
        return feed, preflight.with_words(faults, roster, self.settings.feed)

    def barred(self, everyone: pd.DataFrame, roster: pd.DataFrame, read: Frames) -> pd.DataFrame:
        found = owners.barred(everyone, roster, read, self._account(), self._protected())
        out_of_reach = preflight.out_of_reach(everyone, read)
        return pd.concat([found, out_of_reach[~among(out_of_reach["person"], found["person"])]], ignore_index=True)

    def stay(self, roster: pd.DataFrame, desired: pd.DataFrame, known: Known) -> Mapping[str, int]:
        people = roster[among(roster["employee_id"], desired["employee_id"])]
        return taking_away.stay(people, self.settings.feed, known.read["members"], known.acknowledged)

    def _account(self) -> str | None:
        account = self.settings.connection.account if self.settings.connection else None
        return _address(account, "connection.account") if account else None

    def _protected(self) -> frozenset[str]:
        return frozenset(_address(address, "protected").lower() for address in self.settings.protected)

    def differences(self, desired: pd.DataFrame, read: Frames, pairs: pd.DataFrame, key: bytes) -> pd.DataFrame:
        found = [comparison.visible_changes(desired, read["members"], pairs)]
        if (how := self.settings.movers) in movers.FIELD:
            found.append(movers.changes(self._leaving(desired, read, pairs), how))
        if "sent" in read:
            found.append(comparison.further_changes(desired, read["members"], pairs, read["sent"], key))
        return together(found).drop_duplicates(["employee_id", "field"], ignore_index=True)

    def _leaving(self, desired: pd.DataFrame, read: Frames, pairs: pd.DataFrame) -> pd.DataFrame:
        """Who is in a policy that their record does not name any more; what was read does not say of an earlier version's."""
        put = read.get("put")
        if put is None:
            return pairs.head(0)
        kept = pd.Series(sorted({*owners.callers(read, self._account()), *self._protected()}), dtype="str")
        stay = among(pairs["account"], kept) | among(pairs["employee_id"], owners.suspected(read, self._account()))
        unknown = movers.unknown(desired, self.settings.movers)
        found = movers.leaving(desired, read, pairs[~stay & ~among(pairs["employee_id"], unknown)], put)
        return found[~preflight.unreachable(found["policyID"], read)]

    def needs(self, standing: Standing) -> pd.DataFrame:
        return comparison.needs(standing)

    def joined(self, decided: pd.DataFrame, desired: pd.DataFrame) -> pd.DataFrame:
        return leave.in_company(decided, desired)

    def writes(self, due: pd.DataFrame, changes: pd.DataFrame, certain: pd.DataFrame, acknowledged: pd.DataFrame) -> pd.DataFrame:
        return movers.records(comparison.writes(taking_away.only_planned(due, changes)), changes)

    def removal(self, leavers: pd.DataFrame, read: Frames) -> Removal:
        found = comparison.removal(leavers, preflight.reached(read))
        return replace(found, records=comparison.by_deletion(found.records)) if self.settings.leaving.how == "delete" else found

    def strangers(self, unknown: pd.DataFrame, desired: pd.DataFrame, read: Frames) -> Removal:
        if self.settings.strangers != "remove":
            return super().strangers(unknown, desired, read)
        by_dialect = self.settings.connection.members_api == "policyMembers"
        kept = pd.Series(sorted(owners.addresses(read, self._account())), dtype="str")
        unknown = unknown[~among(unknown["account"], kept)]
        return comparison.strangers(unknown, desired, preflight.reached(read), by_dialect=by_dialect)

    def account_after(self, plan: Plan, desired: pd.DataFrame) -> pd.Series:
        return desired["employeeEmail"].str.lower()

    def pairs_after(self, plan: Plan, desired: pd.DataFrame) -> pd.DataFrame:
        # After the write everyone is to be found under the address that the feed gave.
        return pd.DataFrame({"employee_id": desired["employee_id"], "account": self.account_after(plan, desired)})

    def not_as_left(self, plan: Plan, desired: pd.DataFrame, read: Frames) -> pd.DataFrame:
        return pd.DataFrame({"employee_id": comparison.still_members(plan, read), "field": "isTerminated"})

    def dry_run(self, access: Access, ledger: Ledger, plan: Plan) -> DryRunReply:
        sent = official(plan.records[plan.records["apply"]])  # the dialect has no dry run
        if sent.empty:
            return DryRunReply()
        names = numbered(sent)
        doubts = Doubts.of(ledger, self.name)
        tried = sent[sent["person"].isin(list(doubts.alone))]
        alone = dict(zip(tried["employeeID"], tried["person"].map(doubts.alone), strict=True))
        apart = set(sent.loc[sent["person"].isin(list(doubts.apart)), "employeeID"])

        def logins() -> Mapping[str, str]:
            return membership.logins(ledger.acknowledged.all(self.name), plan)

        with access.open(ledger, plan) as client:
            feeds = [_going_out(step, self.settings.feed, doubts) for step in movers.steps(sent) if len(step)]
            answers = [one for feed in feeds for one in client.deliver(feed, True, alone, apart, logins)]
        statuses = pd.concat([answer.statuses.assign(whole=answer.whole) for answer in answers])
        statuses = statuses.assign(key=statuses["key"].map(names))
        refused = statuses[statuses["status"].eq("refused")]
        replies = [reply for answer in answers if (reply := answer.reply())]
        whole = Sent.of(sent, People.of(plan))
        return DryRunReply(
            requests=len(answers),
            bytes=sum(answer.request_bytes for answer in answers),
            would_refuse=dict(zip(refused["key"], refused["reason"].fillna("no reason given"), strict=True)),
            disagreements=self.disagreements(sent, replies, again=False),
            account=in_all(own_account(whole, reply) for reply in replies),
            alone=sorted(refused.loc[refused["whole"], "key"]),
            in_doubt=sorted(statuses.loc[statuses["status"].eq("unknown"), "key"]),
        )

    def files(self, plan: Plan) -> list[bytes]:
        with Expensify(self.settings.connection, ProcessWindows(LIMITS)) as client:
            steps = movers.steps(official(plan.records[plan.records["apply"]]))
            chunks = [chunk for step in steps if len(step) for chunk in client.chunks(_going_out(step, self.settings.feed))]
            return [client.feed(chunk).encode() for chunk in chunks]

    def send(self, access: Access, ledger: Ledger, write: Write) -> None:
        with access.open(ledger, write.plan) as client, access.members(ledger) as members:
            send = to_expensify(client, ledger, write, self.settings.feed, members)
            delivery.deliver(ledger, write, send, self.write_only.in_answer)

    def tidy(self, access: Access, ledger: Ledger, plan: Plan | None = None) -> int:
        return access.road(ledger, plan).tidy(of_plan=plan is not None)

    def disagreements(self, records: pd.DataFrame, replies: Sequence[Mapping[str, Any]], again: bool) -> list[str]:
        return disagreements(official(records), replies, again, invites=self.settings.connection.shouldFixApprovalChains)

    def whole_reasons(self, records: pd.DataFrame, replies: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        return whole_reasons(records, replies)


def _address(given: EnvText, setting: str) -> str:
    """What the setting says, which would protect nobody if it were no address.

    Raises:
        Permanent: It is none.
    """
    text = given.resolve().strip()
    if not is_address(text):
        raise Permanent(
            f"expensify.{setting} holds something that is no e-mail address.", "Nothing was written there. Correct the variable."
        )
    return text


def _going_out(planned: pd.DataFrame, rules: ExpensifyFeed, doubts: Doubts | None = None) -> Records:
    """Records as they go out, so that a dry run that finds nobody at fault has the bytes of the write."""
    return records.to_send(leave.self_contained((doubts or Doubts()).in_order(planned)), rules)


def _suspected(ledger: Ledger) -> pd.DataFrame:
    """Whom earlier answers told as an owner or as the calling account."""
    newest = ledger.plans.newest(NAME)
    followed = ledger.skips.lasting(lacking.code(*owners.UNNAMED), destination=NAME)["employee_id"]
    if newest is None:
        none = pd.DataFrame(columns=["person", "status", "reason", "landed", "field", "new"], dtype="str")
        return owners.named_by_answers(none, none, none, followed)
    answers, missing = ledger.deliveries.exceptions(NAME, newest), ledger.deliveries.not_landed(NAME, newest)
    return owners.named_by_answers(answers, missing, ledger.plans.changes(NAME, newest, field="role"), followed)
