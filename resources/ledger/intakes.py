"""Exports taken, and what the gate and the rows said of them.

Belongs here: intake numbers, the day an export was taken, gate verdicts, rejects. Does not belong here: what is planned or sent because of
an export, how far it was brought (``resources.ledger.applied``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import pandas as pd
import sqlalchemy as sa

from resources.ledger import tables
from resources.ledger.database import insert, insert_missing, rows_of, upsert
from resources.ledger.scoped import Scoped, moment
from roster.intake.facts import ExportFacts, FileFacts

REJECTS: Final = ("line", "employee_id", "column", "source", "code", "message")


@dataclass(frozen=True)
class TakenExport:
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
    taken_at: datetime | None = None
    """When this root run took it first."""
    nights: int = 1
    """On how many days in a row, each with a run, this content was taken, this one included; a run that took another one ends the row."""


@dataclass(frozen=True)
class GateVerdict:
    """What the gate said of an export."""

    number: int
    passed: bool
    facts: dict[str, Any]
    """As JSON: of the export, if it could be read, with ``checks`` and ``notes``."""

    @property
    def export(self) -> ExportFacts | None:
        """What is known of the export; None if it could not be read."""
        return ExportFacts.from_json(self.facts) if "sha256" in self.facts else None


class Intakes(Scoped):
    """The ledger's part about exports."""

    def take(
        self,
        sha256: str,
        name: str,
        size: int,
        *,
        modified: datetime | None,
        dated: date | None,
        as_of: date,
        root_run_id: str,
    ) -> TakenExport:
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
            mine = sa.select(tables.intake_run.c.number, tables.intake_run.c.as_of, tables.intake_run.c.taken_at).where(
                self._mine(tables.intake_run, root_run_id=root_run_id)
            )
            days = {row.number: (row.as_of, row.taken_at) for row in connection.execute(mine.order_by(tables.intake_run.c.taken_at))}
            nights = self._nights(connection, number)
            day, at = days[number]
            return TakenExport(number, sha256, day, first_seen, first_root != root_run_id, number == next(iter(days)), at, nights)

    def _nights(self, connection: sa.Connection, number: int) -> int:
        table = tables.intake_run
        last_of_another = sa.select(sa.func.max(table.c.taken_at)).where(self._mine(table), table.c.number != number).scalar_subquery()
        since = sa.or_(last_of_another.is_(None), table.c.taken_at > last_of_another)
        mine = sa.select(sa.func.count(sa.distinct(table.c.as_of))).where(self._mine(table, number=number), since)
        return int(connection.execute(mine).scalar() or 1)

    def record_gate(self, number: int, root_run_id: str, passed: bool, facts: dict[str, Any]) -> None:
        """Keep what the gate said of an export in a root run. `facts` are JSON and name no person."""
        row = self._keys(root_run_id=root_run_id, number=number, passed=passed, facts=facts, recorded_at=moment())
        with self._writing() as connection:
            upsert(connection, tables.gate, [row])

    def gate(self, root_run_id: str) -> GateVerdict | None:
        """The gate's newest verdict in a root run."""
        table = tables.gate
        query = sa.select(table).where(self._mine(table, root_run_id=root_run_id))
        with self._reading() as connection:
            row = connection.execute(query.order_by(table.c.recorded_at.desc(), table.c.number.desc()).limit(1)).one_or_none()
        return GateVerdict(row.number, row.passed, row.facts) if row else None

    def baseline(self) -> FileFacts | None:
        """The facts of the export that everyone was last brought to, at any destination: what the next one is compared with."""
        with self._reading() as connection:
            facts = connection.execute(sa.select(tables.baseline.c.facts).where(self._mine(tables.baseline))).scalar_one_or_none()
        return FileFacts.from_json(facts) if facts else None

    def record_rejects(
        self, number: int, root_run_id: str, rejects: pd.DataFrame, disposition_counts: dict[str, int] | None = None
    ) -> None:
        """Keep which rows were no valid person, in place of what this root run recorded before. Offending values are not kept.

        Args:
            number: The intake's number.
            root_run_id: The root run that read it.
            rejects: line, employee_id, column, source, code, message.
            disposition_counts: Disposition → number of the file's rows; None: of a file that the gate stopped, which counts for nothing.
        """
        numbered = rejects.assign(position=range(len(rejects)))
        rows = rows_of(numbered, [*REJECTS, "position"], **self._keys(root_run_id=root_run_id))
        with self._writing() as connection:
            connection.execute(sa.delete(tables.reject).where(self._mine(tables.reject, root_run_id=root_run_id)))
            insert(connection, tables.reject, rows)
            if disposition_counts is not None:
                counted = self._keys(root_run_id=root_run_id, number=number, counts=disposition_counts, recorded_at=moment())
                upsert(connection, tables.disposition, [counted])

    def rejects(self, root_run_id: str) -> pd.DataFrame:
        """The rejects of a root run: line, employee_id, column, source, code, message."""
        return self._frame(tables.reject, REJECTS, ["position"], root_run_id=root_run_id)

    def rows_that_say(self, codes: Sequence[str]) -> int:
        """How many rows of the file that was read last have one of these faults, and no employee number."""
        reject, read = tables.reject, tables.disposition
        newest = sa.select(read.c.root_run_id).where(self._mine(read)).order_by(read.c.recorded_at.desc()).limit(1).scalar_subquery()
        mine = sa.and_(self._mine(reject), reject.c.root_run_id == newest, reject.c.code.in_(codes), reject.c.employee_id.is_(None))
        with self._reading() as connection:
            return int(connection.execute(sa.select(sa.func.count(sa.distinct(reject.c.line))).where(mine)).scalar_one())

    def taken_between(self, begin: datetime, end: datetime) -> bool:
        """Whether any file was taken in then."""
        table = tables.intake_run
        found = sa.select(table.c.root_run_id).where(self._mine(table), table.c.taken_at > begin, table.c.taken_at <= end).limit(1)
        with self._reading() as connection:
            return connection.execute(found).first() is not None

    def disposition_counts(self, root_run_id: str) -> dict[str, int]:
        """Disposition → number of rows, for the file that a root run read; empty if it read none."""
        query = sa.select(tables.disposition.c.counts).where(self._mine(tables.disposition, root_run_id=root_run_id))
        with self._reading() as connection:
            return connection.execute(query).scalar_one_or_none() or {}
