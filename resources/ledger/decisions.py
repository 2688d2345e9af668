"""What somebody decided about a held set, beside the release itself: proposals for another person, and what was clicked on a page.

Belongs here: who proposed what and until when that counts; which form led to which run, and how it ended. Does not belong here: whether a
release needs two people (``destinations.two_people``), the release (``resources.ledger.releases``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from resources.failures import Permanent
from resources.ledger import tables
from resources.ledger.database import insert
from resources.ledger.scoped import Scoped, moment


@dataclass(frozen=True)
class Proposal:
    """What one person would release of a held set."""

    kinds: list[str]
    """Empty: all."""
    people: list[str] | None
    """By number; None: everyone whom the set holds."""
    name: str
    reason: str
    proposed_at: datetime
    expires_at: datetime

    @property
    def expired(self) -> bool:
        """Whether it counts no more."""
        return datetime.now(UTC) >= self.expires_at


@dataclass(frozen=True)
class Decision:
    """What somebody decided by one form."""

    decision: str
    """The form's own name."""
    action: str
    """``release`` or ``propose``."""
    digest: str
    kinds: list[str]
    people: list[str] | None
    name: str
    reason: str
    at: datetime
    run_id: str | None = None
    """The run that does it."""
    ended: datetime | None = None
    outcome: str | None = None
    """What came of it, in a sentence; None until it has ended."""


class Decisions(Scoped):
    """The ledger's part about proposals, and about what was decided on a page."""

    def propose(self, digest: str, kinds: Sequence[str], people: Sequence[str], name: str, reason: str, expires_at: datetime) -> None:
        """Keep a proposal for another person.

        Args:
            digest: The held set's name.
            kinds: Which kinds of it; empty: all.
            people: Whose changes; empty: everyone's.
            name: Who proposes it.
            reason: Why.
            expires_at: Until when the set may be released.
        """
        row = {"kinds": list(kinds), "people": list(people) or None, "name": name, "reason": reason, "expires_at": expires_at}
        with self._writing() as connection:
            insert(connection, tables.proposal, [self._keys(digest=digest, proposed_at=moment(), **row)])

    def proposals(self, digest: str) -> list[Proposal]:
        """What was proposed of a held set, oldest first, expired or not."""
        table = tables.proposal
        query = sa.select(table).where(self._mine(table, digest=digest)).order_by(table.c.proposed_at)
        with self._reading() as connection:
            rows = connection.execute(query).all()
        return [Proposal(row.kinds, row.people, row.name, row.reason, row.proposed_at, row.expires_at) for row in rows]

    def begin(self, given: Decision) -> Decision:
        """Keep a decision, before anything is done for it. A form that was sent already leads to what was decided then.

        Returns:
            The decision of this form: the one given, if it is new.

        Raises:
            Permanent: The same set is being released by another form.
        """
        table = tables.decision
        with self._writing() as connection:
            if before := connection.execute(sa.select(table).where(self._mine(table, decision=given.decision))).one_or_none():
                return _decision(before)
            open_ones = sa.select(table).where(self._mine(table, digest=given.digest, action="release"), table.c.ended.is_(None))
            if given.action == "release" and (open_one := connection.execute(open_ones.limit(1)).first()):
                raise Permanent(
                    f"{open_one.name} is releasing of {given.digest} already.", "Wait until that has ended, and look what waits then."
                )
            columns = {name: getattr(given, name) for name in ("action", "digest", "kinds", "people", "name", "reason", "at", "run_id")}
            insert(connection, table, [self._keys(decision=given.decision, **columns)])
        return given

    def end(self, decision: str, outcome: str) -> None:
        """Keep what came of a decision; the first word counts."""
        table = tables.decision
        with self._writing() as connection:
            mine = sa.and_(self._mine(table, decision=decision), table.c.ended.is_(None))
            connection.execute(sa.update(table).where(mine).values(ended=moment(), outcome=outcome))

    def of(self, decision: str) -> Decision | None:
        """The decision of a form."""
        table = tables.decision
        with self._reading() as connection:
            row = connection.execute(sa.select(table).where(self._mine(table, decision=decision))).one_or_none()
        return _decision(row) if row else None

    def newest(self, most: int, digest: str | None = None) -> list[Decision]:
        """The newest, of one held set or of all, newest first."""
        table = tables.decision
        mine = self._mine(table) if digest is None else self._mine(table, digest=digest)
        query = sa.select(table).where(mine).order_by(table.c.at.desc(), table.c.decision).limit(most)
        with self._reading() as connection:
            return [_decision(row) for row in connection.execute(query)]


def _decision(row: sa.Row[tuple[object, ...]]) -> Decision:
    values = row._mapping
    return Decision(**{name: values[name] for name in Decision.__dataclass_fields__})
