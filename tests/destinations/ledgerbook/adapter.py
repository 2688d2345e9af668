"""The ledger book as a destination: what the engine asks, answered by the modules beside this one.

Belongs here: fulfilling `destinations.base.Destination` and nothing of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from destinations import delivery
from destinations.abilities import Divided, DryRun
from destinations.base import Destination
from destinations.delivery import Write
from resources.ledger import Ledger
from resources.ledger.mentions import PersonalColumns
from roster.parts import part_name, part_title
from roster.people.chain import Chain
from roster.plan.comparison import Removal
from roster.plan.decision import Plan
from roster.plan.dependants import Standing
from roster.plan.differences import Frames
from roster.plan.facts import DryRunReply
from roster.plan.things import Structure, ThingKind
from roster.plan.wording import Wording
from roster.records import to_records
from tests.destinations.ledgerbook import NAME, TITLE, comparison, needs, records, things
from tests.destinations.ledgerbook.client import Book
from tests.destinations.ledgerbook.delivery import approvers_first, to_ledgerbook
from tests.destinations.ledgerbook.settings import LedgerbookConnection, Settings


@dataclass(frozen=True)
class Access:
    """How to reach the book."""

    connection: LedgerbookConnection

    def open(self) -> Book:
        """The book."""
        return Book(Path(self.connection.file.resolve()))


@dataclass(frozen=True)
class Adapter(Destination, DryRun, Divided):
    """The ledger book for one company, or one of several."""

    settings: Settings
    name: str = field(default=NAME, init=False)
    title: str = field(default=TITLE, init=False)

    desired_name = "lines"
    personal = PersonalColumns(numbers=("staff_no",), addresses=("mail",))
    kinds = comparison.KINDS
    write_only = comparison.WRITE_ONLY
    required = ("desk",)
    approver_field = "approver_no"
    wording = Wording({"given": "Name", "family": "Name", "mail": "E-mail", "desk": "Desk", "bank": "Bank account"}, leaving=("active",))

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", part_name(NAME, self.settings.part))
        object.__setattr__(self, "title", part_title(TITLE, self.settings.part))

    @property
    def siblings(self) -> Sequence[str]:
        return [part_name(NAME, word) for word in self.settings.words if word != self.settings.part]

    def placed(self, roster: pd.DataFrame) -> pd.DataFrame:
        assert self.settings.book_of is not None, "others go with book_of"
        return records.placed(roster, self.settings.book_of, self.settings.words, self.settings.part)

    @property
    def read_back_seconds(self) -> float:
        return self.settings.connection.read_back_seconds

    def access(self) -> Access:
        return Access(self.settings.connection)

    def read(self, access: Access, ledger: Ledger, roster: pd.DataFrame) -> Frames:
        book = access.open()
        return {"staff": book.staff(), **({"desks": book.desks()} if self.settings.desks else {})}

    @property
    def thing_kinds(self) -> Mapping[str, ThingKind]:
        return things.KINDS if self.settings.desks else {}

    def structure(self, roster: pd.DataFrame, chain: Chain, read: Frames) -> Structure:
        return things.desks(roster, chain, self.settings.lines, read["desks"])

    def send_structure(self, access: Access, ledger: Ledger, changes: pd.DataFrame) -> pd.DataFrame:
        return access.open().write_desks(changes)

    def still_wanted(self, access: Access, ledger: Ledger, changes: pd.DataFrame) -> pd.Series:
        return access.open().desks_not_as(changes)

    def accounts(self, read: Frames, numbers: pd.Series, acknowledged: pd.DataFrame) -> pd.DataFrame:
        return comparison.accounts(read["staff"])

    def desired(self, roster: pd.DataFrame, chain: Chain, read: Frames) -> tuple[pd.DataFrame, pd.DataFrame]:
        return records.lines(roster, chain, self.settings.lines)

    def differences(self, desired: pd.DataFrame, read: Frames, pairs: pd.DataFrame, key: bytes) -> pd.DataFrame:
        return comparison.visible_changes(desired, read["staff"], pairs)

    def names(self, read: Frames) -> pd.DataFrame:
        staff = read["staff"]
        shown = staff[["family", "given"]].set_axis(["last_name", "first_name"], axis=1)
        return shown.set_index(comparison.account_of(staff))

    def unaddressed(self, accounts: pd.Series) -> pd.Series:
        return accounts.str.startswith(comparison.UNNUMBERED, na=False)

    def needs(self, standing: Standing) -> pd.DataFrame:
        return needs.needs(standing)

    def removal(self, leavers: pd.DataFrame, read: Frames) -> Removal:
        return comparison.removal(leavers)

    def account_after(self, plan: Plan, desired: pd.DataFrame) -> pd.Series:
        return desired["employee_id"].map(comparison.pairs_after(plan).set_index("employee_id")["account"]).fillna(desired["staff_no"])

    def pairs_after(self, plan: Plan, desired: pd.DataFrame) -> pd.DataFrame:
        return comparison.pairs_after(plan)

    def not_as_left(self, plan: Plan, desired: pd.DataFrame, read: Frames) -> pd.DataFrame:
        return comparison.not_as_left(plan, desired, read["staff"])

    def dry_run(self, access: Access, ledger: Ledger, plan: Plan) -> DryRunReply:
        rows = to_records(approvers_first(plan.records[plan.records["apply"]]), records.FIELDS)
        if not rows:
            return DryRunReply()
        answer = access.open().write(rows, dry=True)
        refused = answer.statuses[answer.statuses["status"].eq("refused")]
        return DryRunReply(1, answer.request_bytes, dict(zip(refused["key"], refused["reason"], strict=True)))

    def send(self, access: Access, ledger: Ledger, write: Write) -> None:
        delivery.deliver(ledger, write, to_ledgerbook(access.open(), ledger, write, self.settings.connection.rows_at_once))

    def disagreements(self, records: pd.DataFrame, replies: Sequence[Mapping[str, Any]], again: bool) -> list[str]:
        taken, written = sum(len(reply["taken"]) for reply in replies), sum(reply["written"] for reply in replies)
        return [f"The book took {taken} lines and has {written} of them"] if taken != written else []
