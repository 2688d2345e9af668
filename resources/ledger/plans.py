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
    epoch: int
    """The destination's (`Ledger.epoch`) when what was there was read."""


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
        epoch: int,
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
            people: person, employee_id, matched_by, action, intended, kinds, reason, detail, and ``digest``, the keyed hash of a held
                person's whole record, where no change tells it. Those with action ``none`` are only counted; accounts are not kept.
            changes: person, field, kind, old, new, visible, apply.
            epoch: The destination's when what was there was read.
        """
        keys = self._keys(destination=destination, plan_run_id=plan_run_id)
        whole = {"root_run_id": root_run_id, "number": number, "digest": digest, "counts": counts, "epoch": epoch}
        rows = records(changes, CHANGES, **keys)
        for position, row in enumerate(rows):
            row["position"] = position
        passed = {"accounting_passed": accounting_passed, "gate_passed": gate_passed, "saved_at": moment()}
        planned = people[people["action"] != "none"].reindex(columns=[*PEOPLE, "digest"])
        with self._writing() as connection:
            connection.execute(sa.delete(tables.plan).where(self._mine(tables.plan, destination=destination, plan_run_id=plan_run_id)))
            insert(connection, tables.plan, [{**keys, **whole, **passed}])
            insert(connection, tables.plan_person, records(planned, list(planned.columns), **keys))
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
        passed = (row.accounting_passed, row.gate_passed)
        return PlanVerdict(row.root_run_id, row.number, row.as_of, row.digest, *passed, row.counts, row.held_digest, row.epoch)

    def planned(self, destination: str, plan_run_id: str) -> pd.DataFrame:
        """Everyone for whom something was planned: person, employee_id, matched_by, action, intended, kinds, reason, detail."""
        return self._part(tables.plan_person, PEOPLE, "person", destination, plan_run_id)

    def held_people(self, destination: str, plan_run_id: str) -> pd.DataFrame:
        """Whom a plan holds: person, intended, kinds, reason, digest."""
        held = self._part(
            tables.plan_person, ["person", "action", "intended", "kinds", "reason", "digest"], "person", destination, plan_run_id
        )
        return held[held["action"].eq("hold")].drop(columns="action").reset_index(drop=True)

    def holds(self, destination: str, plan_run_id: str, reason: str) -> bool:
        """Whether a plan holds anybody for that reason."""
        table = tables.plan_person
        mine = self._mine(table, destination=destination, plan_run_id=plan_run_id, action="hold", reason=reason)
        with self._reading() as connection:
            return connection.execute(sa.select(table.c.person).where(mine).limit(1)).first() is not None

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

    def release(self, digest: str, run_id: str, root_run_id: str, kinds: Sequence[str], name: str, reason: str) -> Held:
        """Let a held set go, or some kinds of it; the same root run may do it again, and later.

        Args:
            digest: The held set's name.
            run_id: The run that lets it go.
            root_run_id: That run, or the first of the runs that it re-executes.
            kinds: Which kinds of it; empty: all.
            name: Who releases it.
            reason: Why.

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
            keys = self._keys(destination=found.destination, plan_run_id=run_id, root_run_id=root_run_id)
            insert_missing(connection, tables.release, [{**keys, **row, "released_at": moment()}])
            return found

    def releases(self, digest: str) -> list[Release]:
        """Who let a held set go so far, oldest first."""
        with self._reading() as connection:
            return self._releases(connection, digest)

    def _releases(self, connection: sa.Connection, digest: str) -> list[Release]:
        table = tables.release
        rows = connection.execute(sa.select(table).where(self._mine(table, digest=digest)).order_by(table.c.released_at))
        return [Release(row.root_run_id or row.plan_run_id, row.kinds, row.name, row.reason, row.released_at) for row in rows]

    def _held_set(self, connection: sa.Connection, digest: str) -> Held | None:
        table = tables.held
        newest = sa.select(table).where(self._mine(table, digest=digest)).order_by(table.c.saved_at.desc()).limit(1)
        row = connection.execute(newest).one_or_none()
        if row is None:
            return None
        released = self._releases(connection, digest)
        return Held(row.destination, row.plan_run_id, row.digest, row.kinds, row.expires_at, released[-1].name if released else None)
