"""Plans, their verdicts, and what is held until somebody releases it.

Belongs here: what was going to be done, to whom, and whether it may be. Does not belong here: what was sent and answered (``deliveries``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa

from resources.failures import Permanent
from resources.ledger import tables
from resources.ledger.database import frame, insert, insert_missing, records, upsert
from resources.ledger.scoped import Scoped, moment

PEOPLE = ["person", "employee_id", "matched_by", "action", "intended", "kinds", "reason", "detail"]
CHANGES = ["person", "field", "kind", "old", "new", "visible", "apply"]


@dataclass(frozen=True)
class PlanVerdict:
    """What the ledger knows of a plan as a whole: what a write asks before it begins."""

    root_run_id: str
    number: int
    """The intake that it was made from."""
    as_of: date | None
    """The day for which it was made; None if its export was not taken through this ledger."""
    digest: str
    accounting_passed: bool
    gate_passed: bool
    counts: dict[str, Any]
    held_digest: str | None
    """Names the set of changes that it holds, if it holds any."""


@dataclass(frozen=True)
class Held:
    """A set of changes that waits for a release."""

    destination: str
    plan_run_id: str
    digest: str
    kinds: list[str]
    expires_at: datetime
    released_by: str | None = None

    @property
    def expired(self) -> bool:
        """Whether it is too late to release it."""
        return datetime.now(UTC) >= self.expires_at


class Plans(Scoped):
    """The ledger's part about plans."""

    def save_plan(
        self,
        destination: str,
        plan_run_id: str,
        *,
        root_run_id: str,
        number: int,
        digest: str,
        accounting_passed: bool,
        gate_passed: bool,
        counts: dict[str, Any],
        people: pd.DataFrame,
        changes: pd.DataFrame,
    ) -> None:
        """Keep a plan; the same run's earlier plan for the destination gives way to it.

        Args:
            destination: ``expensify`` or ``findity``.
            plan_run_id: The run whose plan step made it.
            root_run_id: That run, or the first of the runs that it re-executes.
            number: The intake that it was made from.
            digest: Of everything that would be sent.
            accounting_passed: Whether every person has exactly one action.
            gate_passed: Whether the export passed the gate.
            counts: Of all people, by action and whatever else is counted.
            people: person, employee_id, matched_by, action, intended, kinds, reason, detail. Those with action ``none`` are only counted;
                accounts are not kept.
            changes: person, field, kind, old, new, visible, apply.
        """
        keys = self._keys(destination=destination, plan_run_id=plan_run_id)
        whole = {"root_run_id": root_run_id, "number": number, "digest": digest, "counts": counts, "saved_at": moment()}
        rows = records(changes, CHANGES, **keys)
        for position, row in enumerate(rows):
            row["position"] = position
        with self._writing() as connection:
            connection.execute(sa.delete(tables.plan).where(self._mine(tables.plan, destination=destination, plan_run_id=plan_run_id)))
            insert(connection, tables.plan, [{**keys, **whole, "accounting_passed": accounting_passed, "gate_passed": gate_passed}])
            insert(connection, tables.plan_person, records(people[people["action"] != "none"], PEOPLE, **keys))
            insert(connection, tables.plan_change, rows)

    def plan_verdict(self, destination: str, plan_run_id: str) -> PlanVerdict | None:
        """What is known of a plan as a whole, or None if no such plan was saved."""
        plan, taken, held = tables.plan.c, tables.intake_run.c, tables.held.c
        same_intake = sa.and_(taken.company == plan.company, taken.root_run_id == plan.root_run_id, taken.number == plan.number)
        same_plan = sa.and_(held.company == plan.company, held.destination == plan.destination, held.plan_run_id == plan.plan_run_id)
        query = (
            sa.select(tables.plan, taken.as_of, held.digest.label("held_digest"))
            .outerjoin(tables.intake_run, same_intake)
            .outerjoin(tables.held, same_plan)
            .where(self._mine(tables.plan, destination=destination, plan_run_id=plan_run_id))
        )
        with self._reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        return PlanVerdict(
            row.root_run_id, row.number, row.as_of, row.digest, row.accounting_passed, row.gate_passed, row.counts, row.held_digest
        )

    def planned(self, destination: str, plan_run_id: str) -> pd.DataFrame:
        """Everyone for whom something was planned: person, employee_id, matched_by, action, intended, kinds, reason, detail."""
        return self._part(tables.plan_person, PEOPLE, "person", destination, plan_run_id)

    def planned_changes(self, destination: str, plan_run_id: str) -> pd.DataFrame:
        """The plan's changes: person, field, kind, old, new, visible, apply."""
        return self._part(tables.plan_change, CHANGES, "position", destination, plan_run_id)

    def _part(self, table: sa.Table, columns: list[str], order: str, destination: str, plan_run_id: str) -> pd.DataFrame:
        chosen = sa.select(*(table.c[name] for name in columns))
        mine = self._mine(table, destination=destination, plan_run_id=plan_run_id)
        with self._reading() as connection:
            return frame(connection, chosen.where(mine).order_by(table.c[order]))

    def plan_for(self, root_run_id: str, destination: str) -> str | None:
        """The run that made the newest plan of a root run for a destination."""
        table = tables.plan
        mine = self._mine(table, root_run_id=root_run_id, destination=destination)
        with self._reading() as connection:
            return connection.execute(
                sa.select(table.c.plan_run_id).where(mine).order_by(table.c.saved_at.desc()).limit(1)
            ).scalar_one_or_none()

    def newest_plan(self, destination: str) -> str | None:
        """The run that made the newest plan of any run for a destination."""
        table = tables.plan
        newest = sa.select(table.c.plan_run_id).where(self._mine(table, destination=destination)).order_by(table.c.saved_at.desc()).limit(1)
        with self._reading() as connection:
            return connection.execute(newest).scalar_one_or_none()

    def save_held(self, destination: str, plan_run_id: str, digest: str, expires_at: datetime, kinds: Sequence[str] = ()) -> None:
        """Keep the name of what a plan holds, and until when it may be released."""
        row = {"digest": digest, "kinds": list(kinds), "expires_at": expires_at, "saved_at": moment()}
        with self._writing() as connection:
            upsert(connection, tables.held, [self._keys(destination=destination, plan_run_id=plan_run_id, **row)])

    def held(self, digest: str) -> Held | None:
        """The newest held set of that name, expired or not."""
        with self._reading() as connection:
            return self._held_set(connection, digest)

    def release(self, digest: str, name: str, reason: str) -> Held:
        """Let a held set go; a second time changes nothing.

        Args:
            digest: The held set's name.
            name: Who releases it.
            reason: Why.

        Raises:
            Permanent: There is no such set, or its time is over.
        """
        with self._writing() as connection:
            found = self._held_set(connection, digest)
            if found is None:
                raise Permanent(f"Nothing is held under {digest}.", "Take the digest from the newest plan's check.")
            if found.expired and found.released_by is None:
                raise Permanent(
                    f"What was held under {digest} expired on {found.expires_at:%Y-%m-%d %H:%M} UTC.",
                    "Run the preview again: it names what is held now.",
                )
            row = {"digest": digest, "kinds": found.kinds, "name": name, "reason": reason, "expires_at": found.expires_at}
            keys = self._keys(destination=found.destination, plan_run_id=found.plan_run_id)
            insert_missing(connection, tables.release, [{**keys, **row, "released_at": moment()}])
            return self._held_set(connection, digest) or found

    def _held_set(self, connection: sa.Connection, digest: str) -> Held | None:
        held, release = tables.held.c, tables.release.c
        same = sa.and_(*(release[name] == held[name] for name in ("company", "destination", "plan_run_id", "digest")))
        query = sa.select(tables.held, release.name).outerjoin(tables.release, same).where(self._mine(tables.held, digest=digest))
        row = connection.execute(query.order_by(held.saved_at.desc()).limit(1)).one_or_none()
        return Held(row.destination, row.plan_run_id, row.digest, row.kinds, row.expires_at, row.name) if row else None
