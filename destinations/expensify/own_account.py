"""What Expensify says of itself that a feed did, or would do, by policy and domain group, with people by employee number.

Belongs here: that, and the evidence that a `domainGroupID` took, which nothing else shows. Does not belong here: the shape of its replies
(``replies``), what is no agreement with the plan (``replies.disagreements``). No address leaves this module.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

import pandas as pd

from destinations.expensify.replies import is_silent
from roster.membership import among
from roster.plan.decision import Plan
from roster.plan.outcomes import ANSWER_SILENT, NOT_IN_ANSWER
from roster.plan.own_account import Account, Line
from roster.records import TAKEN_AWAY

PARTS: Final[Mapping[str, str]] = {"diff_to_add": "added to policy", "diff_to_remove": "removed from policy", "groups": "in domain group"}
"""The blocks of an answer in words."""


@dataclass(frozen=True)
class People:
    """A plan's people who have a number, gathered once for all its replies."""

    by_address: dict[str, str] = field(repr=False)
    """Address → employee number, by the accounts that they had before the plan."""
    numbered: frozenset[str] = field(repr=False)

    @classmethod
    def of(cls, plan: Plan) -> Self:
        """Those of a plan."""
        people = plan.people.dropna(subset="employee_id")
        known = people.dropna(subset="account")
        by_address = dict(zip(known["account"].str.lower().to_numpy(), known["person"].to_numpy(), strict=True))
        return cls(by_address, frozenset(people["person"].to_numpy()))


@dataclass(frozen=True)
class Sent:
    """What is asked of records for each reply to them."""

    own: Mapping[str, str] = field(repr=False)
    """Address → employee number, by the records."""
    before: Mapping[str, str] = field(repr=False)
    """Likewise of the whole plan, by the accounts that they had."""
    wanted: Mapping[str, bool]
    """Which blocks of an answer they want something of."""

    @classmethod
    def of(cls, records: pd.DataFrame, people: People) -> Self:
        """Of the plan's records that were sent.

        Args:
            records: these.
            people: the plan's: by their accounts those are known who are not in the feed, such as invited managers.
        """
        rows = zip(records["employeeEmail"].str.lower().to_numpy(), records["person"].to_numpy(), strict=True)
        own = {address: person for address, person in rows if person in people.numbered}
        leaving = records["action"].eq("deactivate")
        wanted = {
            "diff_to_add": bool(records["action"].isin(["create", "reactivate"]).any()),
            "diff_to_remove": bool(leaving.any()),
            "groups": "domainGroupID" in records and bool((records["domainGroupID"].fillna(TAKEN_AWAY).ne(TAKEN_AWAY) & ~leaving).any()),
        }
        return cls(own, people.by_address, wanted)

    def numbers(self, addresses: Iterable[str]) -> tuple[str, ...]:
        """Of those whom somebody's address names, each once."""
        return tuple(sorted({number for address in addresses if (number := self.own.get(address) or self.before.get(address))}))


def own_account(sent: Sent, reply: Mapping[str, Any]) -> Account:
    """What one reply says.

    A block that is not in the answer is told only where the records wanted something of it: Expensify may leave out what is empty.

    Args:
        sent: of what it is the reply to, or of all that was sent.
        reply: as `replies.UpdateAnswer` has it.
    """
    lines: list[Line] = []
    for block, part in PARTS.items():
        if is_silent(reply, block):
            lines += [Line(part, "", None)] if sent.wanted[block] else []
            continue
        for name, addresses in reply[block].items():
            distinct = dict.fromkeys(address.strip().lower() for address in addresses)
            lines.append(Line(part, name, len(distinct), sent.numbers(distinct)))
    return lines


def of_changes(answers: pd.DataFrame, plan: Plan, fields: Sequence[str]) -> pd.DataFrame:
    """The answers, where what the reply shows, or does not, of `fields` counts only for those who get another value by this plan."""
    about = answers["reason"].isin([NOT_IN_ANSWER, ANSWER_SILENT])
    if not about.any():
        return answers
    changed = plan.changes.loc[plan.changes["apply"] & plan.changes["field"].isin(fields), "person"]
    coming = plan.people.loc[plan.people["action"].isin(["create", "reactivate"]), "person"]
    about &= ~among(answers["person"], pd.concat([changed, coming]))
    return answers.assign(reason=answers["reason"].mask(about))
