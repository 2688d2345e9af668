"""What is held until somebody releases it.

Belongs here: held sets by their digest, whom they hold, who let them go. Does not belong here: what is held and why
(``roster.plan.limits``), what of a released set is still wanted (``roster.plan.releasing``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd
import sqlalchemy as sa

from resources.failures import Permanent
from resources.ledger import tables
from resources.ledger.database import insert_missing, upsert
from resources.ledger.scoped import Scoped, moment


@dataclass(frozen=True)
class Held:
    """A set of changes that waits for a release."""

    destination: str
    plan_run_id: str
    digest: str
    kinds: list[str]
    expires_at: datetime
    released_by: str | None = None
    """Who let it go, or a part of it, if anybody did; of several the last."""

    @property
    def expired(self) -> bool:
        """Whether it is too late to release it."""
        return datetime.now(UTC) >= self.expires_at


@dataclass(frozen=True)
class Release:
    """Somebody's word that a held set may go, or some kinds of it."""

    root_run_id: str
    """The run that lets it go, or the first of the runs that it re-executes."""
    kinds: list[str]
    """Empty: all of it."""
    name: str
    reason: str
    released_at: datetime
    people: list[str] | None = None
    """By number those whose changes alone were let go; None: everyone's."""


class Releases(Scoped):
    """The ledger's part about what waits for a release."""

    def save_held(self, destination: str, plan_run_id: str, digest: str, expires_at: datetime, kinds: Sequence[str] = ()) -> None:
        """Keep the name of what a plan holds, and until when it may be released."""
        row = {"digest": digest, "kinds": list(kinds), "expires_at": expires_at, "saved_at": moment()}
        with self._writing() as connection:
            upsert(connection, tables.held, [self._keys(destination=destination, plan_run_id=plan_run_id, **row)])

    def held(self, digest: str) -> Held | None:
        """The newest held set of that name, expired or not."""
        with self._reading() as connection:
            return self._held_set(connection, digest)

    def held_people(self, destination: str, plan_run_id: str) -> pd.DataFrame:
        """Whom a plan holds: person, intended, kinds, reason, digest."""
        columns = ["person", "intended", "kinds", "reason", "digest"]
        return self._frame(tables.plan_person, columns, ["person"], destination=destination, plan_run_id=plan_run_id, action="hold")

    def held_but_for(self, destination: str, plan_run_id: str, reasons: Sequence[str]) -> int:
        """How many people a plan holds for another reason than these."""
        table = tables.plan_person
        mine = self._mine(table, destination=destination, plan_run_id=plan_run_id, action="hold")
        counted = sa.select(sa.func.count()).select_from(table).where(mine, table.c.reason.not_in(reasons))
        with self._reading() as connection:
            return int(connection.execute(counted).scalar_one())

    def release(
        self, digest: str, run_id: str, root_run_id: str, kinds: Sequence[str], name: str, reason: str, people: Sequence[str] = ()
    ) -> Held:
        """Let a held set go, or some kinds of it; the same root run may do it again, and later.

        Args:
            digest: The held set's name.
            run_id: The run that lets it go.
            root_run_id: That run, or the first of the runs that it re-executes.
            kinds: Which kinds of it; empty: all.
            name: Who releases it.
            reason: Why.
            people: Whose changes alone are let go; empty: everyone's.

        Raises:
            Permanent: There is no such set, it holds no such kind, or its time is over.
        """
        with self._writing() as connection:
            found = self._held_set(connection, digest)
            if found is None:
                raise Permanent(f"Nothing is held under {digest}.", "`rollcall status` shows what is.")
            if unheld := sorted(set(kinds) - set(found.kinds)):
                raise Permanent(f"{digest} holds nothing of kind {', '.join(unheld)}.", f"It holds {', '.join(found.kinds)}.")
            before = self._releases(connection, digest)
            if found.expired and root_run_id not in {release.root_run_id for release in before}:
                raise Permanent(
                    f"What was held under {digest} expired on {found.expires_at:%Y-%m-%d %H:%M} UTC.",
                    "Run the preview: it names what is held now.",
                )
            row = {"digest": digest, "kinds": list(kinds), "name": name, "reason": reason, "expires_at": found.expires_at}
            row["people"] = list(people) or None
            keys = self._keys(destination=found.destination, plan_run_id=run_id, root_run_id=root_run_id)
            insert_missing(connection, tables.release, [{**keys, **row, "released_at": moment()}])
            return found

    def of(self, digest: str) -> list[Release]:
        """Who let a held set go so far, oldest first."""
        with self._reading() as connection:
            return self._releases(connection, digest)

    def by(self, root_run_id: str) -> str | None:
        """Who let go of what a run releases, and why: ``kim: looked through``. None: it is no release."""
        table = tables.release
        query = sa.select(table.c.name, table.c.reason).where(self._mine(table, root_run_id=root_run_id)).limit(1)
        with self._reading() as connection:
            found = connection.execute(query).one_or_none()
        return f"{found.name}: {found.reason}" if found else None

    def _releases(self, connection: sa.Connection, digest: str) -> list[Release]:
        table = tables.release
        rows = connection.execute(sa.select(table).where(self._mine(table, digest=digest)).order_by(table.c.released_at))
        return [Release(row.root_run_id or row.plan_run_id, row.kinds, row.name, row.reason, row.released_at, row.people) for row in rows]

    def _held_set(self, connection: sa.Connection, digest: str) -> Held | None:
        table = tables.held
        newest = sa.select(table).where(self._mine(table, digest=digest)).order_by(table.c.saved_at.desc()).limit(1)
        row = connection.execute(newest).one_or_none()
        if row is None:
            return None
        released = self._releases(connection, digest)
        return Held(row.destination, row.plan_run_id, row.digest, row.kinds, row.expires_at, released[-1].name if released else None)
