"""Exports taken, what the gate and the rows said of them, and how far each destination was brought.

Belongs here: intake numbers, the day an export was taken, gate verdicts, rejects, what was last applied.
Does not belong here: what is planned or sent because of an export.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa

from resources.failures import Permanent
from resources.ledger import tables
from resources.ledger.database import frame, insert, insert_missing, records, upsert
from resources.ledger.lease import Lease
from resources.ledger.scoped import Scoped, moment
from roster.intake.gate import LastApplied, older_reason


@dataclass(frozen=True)
class Intake:
    """An export as a run took it."""

    number: int
    """Rises in the order in which distinct contents were first seen."""
    sha256: str
    as_of: date
    """The day that counts as today for this root run, its re-executions included."""
    first_seen: datetime
    seen_before: bool
    """Whether another root run had taken the same content earlier."""
    taken_first: bool
    """Whether this root run took no other content before."""


@dataclass(frozen=True)
class Gate:
    """What the gate said of an export."""

    number: int
    passed: bool
    facts: dict[str, Any]


@dataclass(frozen=True)
class Applied:
    """The export that a destination was last brought to."""

    number: int
    dated: date | None
    """The latest day that an applied file's name or trailer gave, if any did."""
    plan_run_id: str


class Intakes(Scoped):
    """The ledger's part about exports."""

    def take_intake(
        self,
        sha256: str,
        name: str,
        size: int,
        *,
        modified: datetime | None,
        dated: date | None,
        as_of: date,
        root_run_id: str,
    ) -> Intake:
        """Number an export and fix its day.

        Args:
            sha256: Of the content, in hexadecimal. The same content always has the same number.
            name: The file's name.
            size: In bytes.
            modified: When the file was last modified, with a zone.
            dated: The day in the file's name or trailer.
            as_of: Today, in the company's time zone. Ignored where this root run took the same content before.
            root_run_id: The run, or the first of the runs that this one re-executes.
        """
        with self._writing() as connection:
            known = connection.execute(sa.select(tables.intake).where(self._mine(tables.intake, sha256=sha256))).one_or_none()
            if known is None:
                highest = connection.execute(sa.select(sa.func.max(tables.intake.c.number)).where(self._mine(tables.intake))).scalar()
                number, first_seen, first_root = (highest or 0) + 1, moment(), root_run_id
                row = {"number": number, "sha256": sha256, "name": name, "size": size, "modified": modified, "dated": dated}
                insert(connection, tables.intake, [self._keys(**row, as_of=as_of, first_seen=first_seen, root_run_id=root_run_id)])
            else:
                number, first_seen, first_root = known.number, known.first_seen, known.root_run_id
            taken = self._keys(root_run_id=root_run_id, number=number)
            insert_missing(connection, tables.intake_run, [{**taken, "as_of": as_of, "taken_at": moment()}])
            mine = sa.select(tables.intake_run.c.number, tables.intake_run.c.as_of).where(
                self._mine(tables.intake_run, root_run_id=root_run_id)
            )
            days = {row.number: row.as_of for row in connection.execute(mine.order_by(tables.intake_run.c.taken_at))}
            return Intake(number, sha256, days[number], first_seen, first_root != root_run_id, number == next(iter(days)))

    def record_gate(self, number: int, root_run_id: str, passed: bool, facts: dict[str, Any]) -> None:
        """Keep what the gate said of an export in a root run. `facts` are JSON and name no person."""
        row = self._keys(root_run_id=root_run_id, number=number, passed=passed, facts=facts, recorded_at=moment())
        with self._writing() as connection:
            upsert(connection, tables.gate, [row])

    def gate(self, root_run_id: str) -> Gate | None:
        """The gate's newest verdict in a root run."""
        table = tables.gate
        query = sa.select(table).where(self._mine(table, root_run_id=root_run_id))
        with self._reading() as connection:
            row = connection.execute(query.order_by(table.c.recorded_at.desc(), table.c.number.desc()).limit(1)).one_or_none()
        return Gate(row.number, row.passed, row.facts) if row else None

    def baseline(self) -> dict[str, Any] | None:
        """The facts of the export that everyone was last brought to, at any destination: what the next one is compared with."""
        with self._reading() as connection:
            return connection.execute(sa.select(tables.baseline.c.facts).where(self._mine(tables.baseline))).scalar_one_or_none()

    def _passed(self, connection: sa.Connection, destination: str, plan_run_id: str, number: int) -> dict[str, Any]:
        """What the gate said of a plan's export: in its own run, else, for a release, in the newest that took the export in."""
        plan, gate = tables.plan, tables.gate
        root = sa.select(plan.c.root_run_id).where(self._mine(plan, destination=destination, plan_run_id=plan_run_id)).scalar_subquery()
        found = sa.select(gate.c.facts).where(self._mine(gate, number=number, passed=True))
        own_first = sa.case((gate.c.root_run_id == root, 0), else_=1)
        return connection.execute(found.order_by(own_first, gate.c.recorded_at.desc()).limit(1)).scalar_one_or_none() or {}

    def record_rejects(self, number: int, root_run_id: str, rejects: pd.DataFrame, disposition_counts: dict[str, int]) -> None:
        """Keep which rows were no valid person, in place of what this root run recorded before. Offending values are not kept.

        Args:
            number: The intake's number.
            root_run_id: The root run that read it.
            rejects: line, employee_id, column, source, code, message.
            disposition_counts: Disposition → number of the file's rows.
        """
        columns = ["line", "employee_id", "column", "source", "code", "message"]
        rows = records(rejects, columns, **self._keys(root_run_id=root_run_id))
        for position, row in enumerate(rows):
            row["position"] = position
        with self._writing() as connection:
            connection.execute(sa.delete(tables.reject).where(self._mine(tables.reject, root_run_id=root_run_id)))
            insert(connection, tables.reject, rows)
            counted = self._keys(root_run_id=root_run_id, number=number, counts=disposition_counts, recorded_at=moment())
            upsert(connection, tables.disposition, [counted])

    def rejects(self, root_run_id: str) -> pd.DataFrame:
        """The rejects of a root run: line, employee_id, column, source, code, message."""
        table = tables.reject
        columns = [table.c.line, table.c.employee_id, table.c.column, table.c.source, table.c.code, table.c.message]
        with self._reading() as connection:
            return frame(connection, sa.select(*columns).where(self._mine(table, root_run_id=root_run_id)).order_by(table.c.position))

    def disposition_counts(self, root_run_id: str) -> dict[str, int]:
        """Disposition → number of rows, for the file that a root run read; empty if it read none."""
        query = sa.select(tables.disposition.c.counts).where(self._mine(tables.disposition, root_run_id=root_run_id))
        with self._reading() as connection:
            return connection.execute(query).scalar_one_or_none() or {}

    def applied(self, destination: str) -> Applied | None:
        """The export that a destination was last brought to, or None before the first write."""
        with self._reading() as connection:
            return self._applied(connection, destination)

    def mark_applied(
        self, destination: str, number: int, dated: date | None, plan_run_id: str, lease: Lease, *, everyone: bool = True
    ) -> None:
        """Say that a destination is being brought to an export. Call it before the first write: a part of it is there from then on.

        Args:
            destination: ``expensify`` or ``findity``.
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

    def refuse_older(self, destination: str, number: int, dated: date | None, plan_run_id: str) -> None:
        """Stop an export that would move a destination backwards.

        A lower number than the last applied is older, and so is other content with an older day. One that the gate let pass, with a reason,
        goes over the export that was the last applied then, and over no newer one; once applied, it is what the next is compared with.

        Args:
            destination: ``expensify`` or ``findity``.
            number: The export's.
            dated: Its day.
            plan_run_id: The run that made the plan.

        Raises:
            Permanent: The export is older, and nobody let it pass over what is there.
        """
        with self._writing() as connection:
            last = self._applied(connection, destination)
            if last is None:
                return
            why = older_reason(number, dated, LastApplied(last.number, last.dated))
            if why is None:
                return
            let = self._passed(connection, destination, plan_run_id, number).get("accepted") or {}
            if let.get("over", {}).get(destination) != last.number:
                raise Permanent(
                    f"Intake {number} is older than what {destination} was last brought to (intake {last.number}): {why}.",
                    "Nothing was written. To go back on purpose, start a new run with accept: [older], accepted_by and a reason.",
                )
            row = {"number": number, "accepted_at": moment(), "last_number": last.number, "reason": let["reason"], "accepted_by": let["by"]}
            insert(connection, tables.accepted_older, [self._keys(destination=destination, **row)])

    def _applied(self, connection: sa.Connection, destination: str) -> Applied | None:
        row = connection.execute(sa.select(tables.applied).where(self._mine(tables.applied, destination=destination))).one_or_none()
        return Applied(row.number, row.dated, row.plan_run_id) if row else None
