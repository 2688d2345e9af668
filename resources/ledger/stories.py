"""One person's traces: what each run planned, sent and found for a single employee number.

Belongs here: looking up one person across runs and destinations. Does not belong here: words (``roster.reports.story``), stored values
(``resources.past.story``).

People for whom nothing had to change leave no trace in a plan: those are only counted there.
"""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import sqlalchemy as sa

from resources.ledger import tables
from resources.ledger.database import frame
from resources.ledger.plans import CHANGES, PEOPLE
from resources.ledger.scoped import Scoped

Row = dict[str, Any]


@dataclass(frozen=True)
class Traces:
    """What a plan's run left about one person at one destination. What is None was not kept or never was."""

    planned: Row | None = None
    changes: list[Row] = field(default_factory=list)
    """The plan's changes of their fields."""
    answer: Row | None = None
    outcome: Row | None = None


class Stories(Scoped):
    """The ledger's part about single people."""

    def companies(self) -> list[str]:
        """Every company that this ledger has runs of, not only this one."""
        with self._reading() as connection:
            return list(connection.execute(sa.select(tables.run.c.company).distinct().order_by(tables.run.c.company)).scalars())

    def applied_files(self) -> pd.DataFrame:
        """The export that each destination was last brought to: destination, number, name, dated, applied_at."""
        applied, intake = tables.applied.c, tables.intake.c
        same = sa.and_(intake.company == applied.company, intake.number == applied.number)
        query = sa.select(applied.destination, applied.number, intake.name, applied.dated, applied.applied_at).join_from(
            tables.applied, tables.intake, same
        )
        with self._reading() as connection:
            return frame(connection, query.where(self._mine(tables.applied)).order_by(applied.destination))

    def runs_about(self, employee_id: str) -> list[str]:
        """The root runs that left something about a person, newest first."""
        plan, person, reject, run = tables.plan, tables.plan_person, tables.reject, tables.run
        same_plan = sa.and_(*(person.c[name] == plan.c[name] for name in ("company", "destination", "plan_run_id")))
        planned = sa.select(plan.c.root_run_id).join(person, same_plan).where(self._mine(person, employee_id=employee_id))
        rejected = sa.select(reject.c.root_run_id).where(self._mine(reject, employee_id=employee_id))
        began = sa.func.min(run.c.began)
        mine = sa.and_(self._mine(run), run.c.root_run_id.in_(planned.union(rejected)))
        with self._reading() as connection:
            return list(
                connection.execute(sa.select(run.c.root_run_id).where(mine).group_by(run.c.root_run_id).order_by(began.desc())).scalars()
            )

    def traces(self, destination: str, plan_run_id: str, employee_id: str) -> Traces:
        """What a plan and its delivery say about a person."""

        def one(table: sa.Table, *columns: str) -> list[Row]:
            mine = self._mine(table, destination=destination, plan_run_id=plan_run_id, person=employee_id)
            return [dict(row) for row in connection.execute(sa.select(*(table.c[name] for name in columns)).where(mine)).mappings()]

        with self._reading() as connection:
            return Traces(
                planned=next(iter(one(tables.plan_person, *PEOPLE)), None),
                changes=sorted(one(tables.plan_change, *CHANGES), key=lambda row: str(row["field"])),
                answer=next(iter(one(tables.answer, "status", "reason", "request", "recorded_at")), None),
                outcome=next(iter(one(tables.outcome, "action", "outcome", "reason", "landed")), None),
            )

    def remembered(self, employee_id: str) -> pd.DataFrame:
        """What each destination last acknowledged of a person: destination, active, run_id, recorded_at."""
        table = tables.acknowledged
        columns = [table.c[name] for name in ("destination", "active", "run_id", "recorded_at")]
        with self._reading() as connection:
            return frame(connection, sa.select(*columns).where(self._mine(table, employee_id=employee_id)).order_by(table.c.destination))
