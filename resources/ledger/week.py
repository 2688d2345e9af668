"""What was written in the last seven days: what limits and the gate count besides the present run.

Belongs here: who was written, and which files, by the moments that the ledger recorded. Does not belong here: how many may be
(``roster.plan.limits``, ``roster.intake.gate``), the one file that was last applied (``resources.ledger.intakes``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import pandas as pd
import sqlalchemy as sa

from resources.ledger import tables
from resources.ledger.database import frame
from resources.ledger.scoped import Scoped, moment
from roster.intake.facts import ExportFacts
from roster.plan.facts import PlanFacts
from roster.plan.few import HAD
from roster.plan.first import uncounted
from roster.plan.limits import WEEK
from roster.vocabulary import OUTCOME_OF, WRITES

LENGTH: Final = timedelta(days=7)
"""How long a week is, by the clock and not by days of the calendar."""
_WRITTEN: Final = ("accepted", "unknown")
"""Answers after which somebody is written, or may be."""
_THERE: Final = tuple(OUTCOME_OF[action] for action in WRITES)


@dataclass(frozen=True)
class Written:
    """Who was written in the last seven days, or may have been, by the plans of which they were; but for first syncs and releases."""

    _later: pd.DataFrame
    """``plan_run_id``, ``person``, ``kinds``."""
    _facts: Mapping[str, PlanFacts]
    """What is known of each plan."""

    def people(self) -> pd.DataFrame:
        """Person, kinds (`roster.plan.limits.WEEK`), a row for each plan.

        Whoever a release let go does not count, for somebody has looked at it, and neither does who came or changed in a first sync.
        """
        # Of the plans after a first sync, those who come in only now because it could not bring them are of it still.
        numbered = self._later.assign(employee_id=self._later["person"])
        parts = [uncounted(part, self._facts[str(plan_run_id)].of_first) for plan_run_id, part in numbered.groupby("plan_run_id")]
        counted = pd.concat([self._later.head(0), *parts])
        return counted.loc[counted["kinds"].notna(), list(WEEK)].reset_index(drop=True)

    def had(self) -> pd.DataFrame:
        """Of the same people, who had a value of money or rights and got another, or may have (`roster.plan.few.HAD`)."""
        if self._later.empty:
            return pd.DataFrame(columns=list(HAD), dtype="str")
        rows = [(plan, number, field) for plan, one in self._facts.items() for field, numbers in one.had.items() for number in numbers]
        named = pd.DataFrame(rows, columns=["plan_run_id", "person", "field"], dtype="str").merge(self._later, on=["plan_run_id", "person"])
        return named.rename(columns={"person": "employee_id"})[list(HAD)].drop_duplicates(ignore_index=True)


class Week(Scoped):
    """The ledger's part about the last seven days."""

    def written(self, destination: str, now: datetime | None = None) -> Written:
        """Who was written.

        Args:
            destination: Its name.
            now: The present moment.
        """
        answer, planned, outcome = tables.answer.c, tables.plan_person.c, tables.outcome.c
        of_week = self._mine(tables.answer, destination=destination), answer.recorded_at >= (now or moment()) - LENGTH
        released = sa.select(tables.release.c.plan_run_id).where(self._mine(tables.release, destination=destination))
        with self._reading() as connection:
            answered = tables.plan.c.plan_run_id.in_(sa.select(answer.plan_run_id).where(*of_week))
            plans = self._plans(connection, tables.plan.c.destination == destination, answered, tables.plan.c.plan_run_id.not_in(released))
            facts = {row.plan_run_id: PlanFacts.from_json(row.counts) for row in plans}
            query = (
                sa.select(answer.plan_run_id, planned.person, planned.kinds)
                .select_from(tables.answer)
                .join(tables.plan_person, _same_person(answer, planned))
                .outerjoin(tables.outcome, _same_person(answer, outcome))
                # Those of a first sync, everybody at times, are not even read.
                .where(*of_week, answer.plan_run_id.in_([plan_run_id for plan_run_id, one in facts.items() if not one.first]))
                # What was refused and is there all the same was written too.
                .where(sa.or_(answer.status.in_(_WRITTEN), sa.and_(answer.status == "refused", outcome.outcome.in_(_THERE))))
                .where(planned.kinds.is_not(None))
                .order_by(answer.plan_run_id, planned.person)
            )
            return Written(frame(connection, query), facts)

    def files(self, now: datetime | None = None) -> list[ExportFacts]:
        """The exports that everyone was brought to in the last seven days, at any destination, the newest first, with what of the gate
        somebody let them pass.

        Args:
            now: The present moment.
        """
        since = (now or moment()) - LENGTH
        sent = [
            sa.select(table.c.plan_run_id).where(self._mine(table), table.c.recorded_at >= since)
            for table in (tables.answer, tables.outcome_count)
        ]
        with self._reading() as connection:
            plans = self._plans(connection, tables.plan.c.plan_run_id.in_(sa.union(*sent)))
            applied = [row for row in plans if _brings_everyone(PlanFacts.from_json(row.counts))]
            gates = self._gates(connection, {row.number for row in applied})
        found: dict[int, Mapping[str, Any]] = {}
        for row in applied:
            of_number = [gate for gate in gates if gate.number == row.number]
            own = [gate for gate in of_number if gate.root_run_id == row.root_run_id]
            for gate in (own or of_number)[:1]:  # a release took no file in itself
                found.setdefault(row.number, gate.facts)
        return [ExportFacts.from_json(facts) for facts in found.values()]

    def _plans(self, connection: sa.Connection, *where: Any) -> list[Any]:
        """Plans, the newest first."""
        plan = tables.plan.c
        query = sa.select(plan.plan_run_id, plan.root_run_id, plan.number, plan.counts).where(self._mine(tables.plan), *where)
        return list(connection.execute(query.order_by(plan.saved_at.desc())))

    def _gates(self, connection: sa.Connection, numbers: set[int]) -> list[Any]:
        """What the gate said of exports that passed, the newest first."""
        gate = tables.gate.c
        query = sa.select(gate.number, gate.root_run_id, gate.facts).where(self._mine(tables.gate, passed=True), gate.number.in_(numbers))
        return list(connection.execute(query.order_by(gate.recorded_at.desc())))


def _same_person(one: Any, other: Any) -> Any:
    return sa.and_(*(one[name] == other[name] for name in ("company", "destination", "plan_run_id", "person")))


def _brings_everyone(facts: PlanFacts) -> bool:
    """Whether a plan, once it is written, makes its export the one that everyone was brought to."""
    held_whole = bool(facts.actions.get("hold")) and not any(facts.actions.get(action) for action in WRITES)
    return facts.whole and not facts.idle and not held_whole
