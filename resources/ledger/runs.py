"""The runs, and how each ended.

Belongs here: that a run was, and which runs left something about a person. Does not belong here: whether it still lives
(``resources.ledger.heartbeats``), what it took, planned or sent.
"""

import pandas as pd
import sqlalchemy as sa

from resources.ledger import tables
from resources.ledger.database import insert_missing
from resources.ledger.scoped import Scoped, moment


class Runs(Scoped):
    """The ledger's part about runs."""

    def begin(self, run_id: str, root_run_id: str, job: str) -> None:
        """Keep that a run began; a second time changes nothing."""
        with self._writing() as connection:
            insert_missing(connection, tables.run, [self._keys(run_id=run_id, root_run_id=root_run_id, job=job, began=moment())])

    def end(self, run_id: str, status: str, failures: dict[str, str] | None = None) -> None:
        """Keep how a run ended.

        Args:
            run_id: The run.
            status: ``finished`` or ``stopped``.
            failures: Asset (``hr/export``) → what its step said when it failed. The texts name no person.
        """
        with self._writing() as connection:
            values = {"ended": moment(), "status": status, "failures": failures or {}}
            connection.execute(sa.update(tables.run).where(self._mine(tables.run, run_id=run_id)).values(**values))

    def failures(self, run_id: str) -> dict[str, str]:
        """Why a run stopped: asset → what its step said; empty while nothing is known."""
        query = sa.select(tables.run.c.failures).where(self._mine(tables.run, run_id=run_id))
        with self._reading() as connection:
            return connection.execute(query).scalar_one_or_none() or {}

    def all(self) -> pd.DataFrame:
        """All runs, oldest first: run_id, root_run_id, job, began, ended, status."""
        return self._frame(tables.run, ("run_id", "root_run_id", "job", "began", "ended", "status"), ["began", "run_id"])

    def about(self, employee_id: str) -> list[str]:
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
