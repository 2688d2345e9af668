"""How far each destination was brought, and which export is too old for it.

Belongs here: the export that each destination was last brought to, what the gate compares the next one with, refusing an older one.
Does not belong here: exports as they are taken (``resources.ledger.intakes``), what came of a write (``resources.ledger.deliveries``).
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import sqlalchemy as sa

from resources.failures import Permanent
from resources.ledger import tables
from resources.ledger.database import frame, insert, upsert
from resources.ledger.leases import Lease
from resources.ledger.scoped import Scoped, moment
from roster.intake.gate import LastApplied, older_reason, went_back
from roster.plan.facts import day_of


@dataclass(frozen=True)
class Applied:
    """The export that a destination was last brought to."""

    number: int
    dated: date | None
    """The latest day that an applied file's name or trailer gave, if any did."""
    plan_run_id: str
    as_of: date | None = None
    """The day for which it was; None if the plan is gone."""


class AppliedExports(Scoped):
    """The ledger's part about how far each destination was brought."""

    def of(self, destination: str) -> Applied | None:
        """The export that a destination was last brought to, or None before the first write."""
        with self._reading() as connection:
            return self._last(connection, destination)

    def files(self) -> pd.DataFrame:
        """The export that each destination was last brought to: destination, number, name, dated, applied_at."""
        applied, intake = tables.applied.c, tables.intake.c
        same = sa.and_(intake.company == applied.company, intake.number == applied.number)
        query = sa.select(applied.destination, applied.number, intake.name, applied.dated, applied.applied_at).join_from(
            tables.applied, tables.intake, same
        )
        with self._reading() as connection:
            return frame(connection, query.where(self._mine(tables.applied)).order_by(applied.destination))

    def mark(self, destination: str, number: int, dated: date | None, plan_run_id: str, lease: Lease, *, everyone: bool = True) -> None:
        """Say that a destination is being brought to an export. Call it before the first write: a part of it is there from then on.

        Args:
            destination: Its name.
            number: The export's.
            dated: Its day.
            plan_run_id: The run that made the plan.
            lease: Under which the write is done.
            everyone: Whether the plan is for everyone: only then the export is what the gate compares the next one with.

        Raises:
            Failed: The lease is no longer this run's.
        """
        row = self._keys(destination=destination, number=number, dated=dated, plan_run_id=plan_run_id, applied_at=moment())
        with self._writing(lease) as connection:
            # A file without a day does not wipe out the day of the one before it.
            upsert(connection, tables.applied, [row], dated=lambda old, new: sa.func.coalesce(new.dated, old.dated))
            facts = self._passed(connection, destination, plan_run_id, number) if everyone else {}
            if facts:
                upsert(connection, tables.baseline, [self._keys(number=number, facts=facts, recorded_at=moment())])

    def refuse_older(
        self, destination: str, number: int, dated: date | None, plan_run_id: str, as_of: date | None = None, *, called: str = ""
    ) -> None:
        """Stop an export, or a day, that would move a destination backwards.

        A lower number than the last applied is older, and so is other content with an older day; and a plan for an earlier day than the
        last applied one is, whatever its export. What the gate let pass, with a reason, goes over what was the last applied then, and over
        nothing newer; once applied, it is what the next is compared with.

        Args:
            destination: Its name.
            number: The export's.
            dated: Its day.
            plan_run_id: The run that made the plan.
            as_of: The day that counted as today for it.
            called: The destination as people write it; its name, if it is left out.

        Raises:
            Permanent: The export or the day is older, and nobody let it pass over what is there.
        """
        with self._writing() as connection:
            last = self._last(connection, destination)
            if last is None:
                return
            before = LastApplied(last.number, last.dated, last.as_of)
            why, back = older_reason(number, dated, before), went_back(as_of, before)
            if why is None and back is None:
                return
            let = self._passed(connection, destination, plan_run_id, number).get("accepted") or {}
            if back and last.as_of and let.get("days", {}).get(destination) != last.as_of.isoformat():
                raise Permanent(
                    f"The plan for {called or destination} is for an earlier day than what is there: {back}.",
                    "Nothing was written. Start a new run: it plans for today.",
                )
            if why is None:
                return
            if let.get("over", {}).get(destination) != last.number:
                raise Permanent(
                    f"Intake {number} is older than what {called or destination} was last brought to (intake {last.number}): {why}.",
                    "Nothing was written. To go back on purpose, start a new run with accept: [older], accepted_by and a reason.",
                )
            row = {"number": number, "accepted_at": moment(), "last_number": last.number, "reason": let["reason"], "accepted_by": let["by"]}
            insert(connection, tables.accepted_older, [self._keys(destination=destination, **row)])

    def _last(self, connection: sa.Connection, destination: str) -> Applied | None:
        applied, plan = tables.applied.c, tables.plan.c
        made = sa.and_(plan.company == applied.company, plan.destination == applied.destination, plan.plan_run_id == applied.plan_run_id)
        query = sa.select(tables.applied, plan.counts).outerjoin(tables.plan, made)
        row = connection.execute(query.where(self._mine(tables.applied, destination=destination))).one_or_none()
        if row is None:
            return None
        return Applied(row.number, row.dated, row.plan_run_id, day_of(row.counts or {}))

    def _passed(self, connection: sa.Connection, destination: str, plan_run_id: str, number: int) -> dict[str, Any]:
        """What the gate said of a plan's export: in its own run, else, for a release, in the newest that took the export in."""
        plan, gate = tables.plan, tables.gate
        root = sa.select(plan.c.root_run_id).where(self._mine(plan, destination=destination, plan_run_id=plan_run_id)).scalar_subquery()
        found = sa.select(gate.c.facts).where(self._mine(gate, number=number, passed=True))
        own_first = sa.case((gate.c.root_run_id == root, 0), else_=1)
        return connection.execute(found.order_by(own_first, gate.c.recorded_at.desc()).limit(1)).scalar_one_or_none() or {}
