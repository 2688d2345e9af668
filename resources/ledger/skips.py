"""Who stays out, why, and for how long.

Belongs here: skips that last from run to run. Does not belong here: whom one plan skips (``resources.ledger.plans``).
"""

from datetime import date

import pandas as pd
import sqlalchemy as sa

from resources.ledger import tables
from resources.ledger.database import insert_missing, rows_of, upsert
from resources.ledger.scoped import Scoped, moment


class Skips(Scoped):
    """The ledger's part about who stays out."""

    def record(self, destination: str, skips: pd.DataFrame, seen_on: date, root_run_id: str) -> None:
        """Keep who stays out and why, and close the skips of everyone else.

        A root run counts once, however often it is re-executed; one that was recorded and then followed by another changes nothing more.

        Args:
            destination: Its name.
            skips: employee_id, reason. Rows without an employee number cannot be followed and are passed over.
            seen_on: The day of the export.
            root_run_id: The run, or the first of the runs that it re-executes.
        """
        keys = self._keys(destination=destination, first_seen=seen_on, last_seen=seen_on, times=1, closed=None, last_root_run=root_run_id)
        rows = rows_of(
            skips.dropna(subset=["employee_id", "reason"]).drop_duplicates(["employee_id", "reason"]), ["employee_id", "reason"], **keys
        )
        table = tables.skip
        with self._writing() as connection:
            if self._outrun(connection, destination, root_run_id):
                return
            insert_missing(
                connection, tables.skip_run, [self._keys(destination=destination, root_run_id=root_run_id, recorded_at=moment())]
            )
            upsert(connection, table, rows, first_seen=_first_seen, times=_times)
            ended = sa.and_(self._mine(table, destination=destination, closed=None), table.c.last_root_run != root_run_id)
            connection.execute(sa.update(table).where(ended).values(closed=seen_on))

    def all(self) -> pd.DataFrame:
        """Who stays or stayed out: destination, employee_id, reason, first_seen, last_seen, times, closed (NaN while it lasts)."""
        columns = ("destination", "employee_id", "reason", "first_seen", "last_seen", "times", "closed")
        return self._frame(tables.skip, columns, ["destination", "employee_id", "reason"])

    def lasting(self) -> pd.DataFrame:
        """Who stays out now: destination, employee_id, reason, first_seen."""
        return self._frame(tables.skip, ("destination", "employee_id", "reason", "first_seen"), ["destination", "employee_id"], closed=None)

    def _outrun(self, connection: sa.Connection, destination: str, root_run_id: str) -> bool:
        table = tables.skip_run
        query = sa.select(table.c.root_run_id).where(self._mine(table, destination=destination)).order_by(table.c.recorded_at)
        recorded = list(connection.execute(query).scalars())
        return root_run_id in recorded[:-1]


def _first_seen(old: sa.ColumnCollection[str, sa.Column[date]], new: sa.ColumnCollection[str, sa.Column[date]]) -> sa.ColumnElement[date]:
    return sa.case((old.closed.is_not(None), new.first_seen), else_=old.first_seen)


def _times(old: sa.ColumnCollection[str, sa.Column[int]], new: sa.ColumnCollection[str, sa.Column[int]]) -> sa.ColumnElement[int]:
    again = sa.case((old.last_root_run == new.last_root_run, old.times), else_=old.times + 1)
    return sa.case((old.closed.is_not(None), 1), else_=again)
