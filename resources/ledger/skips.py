"""Who stays out, why, and for how long.

Belongs here: skips that last from run to run. Does not belong here: whom one plan skips (``resources.ledger.plans``).
"""

from datetime import date, datetime

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

    def ever(self, destination: str) -> pd.Series:
        """The employee numbers of those who stay or stayed out there."""
        return self._frame(tables.skip, ("employee_id",), ["employee_id"], destination=destination)["employee_id"]

    def at(self, root_run_id: str, began: datetime) -> pd.DataFrame:
        """Who stayed out in a run, as it was known then, whatever has become of them since.

        Args:
            root_run_id: The run, or the first of the runs that it re-executes.
            began: When that one began: of a destination for which it recorded nothing, what was known then counts.

        Returns:
            destination, employee_id, reason, first_seen, times. A skip that has ended and returned since is not among them: of the first
            time nothing is kept.
        """
        columns = ("destination", "employee_id", "reason", "first_seen", "times", "last_root_run")
        skips = self._frame(tables.skip, columns, ["destination", "employee_id", "reason"])
        recorded = self._frame(tables.skip_run, ("destination", "root_run_id", "recorded_at"), ["destination", "recorded_at"])
        recorded["place"] = recorded.groupby("destination").cumcount() + 1
        before = recorded[recorded["recorded_at"].le(pd.Timestamp(began))].groupby("destination")["place"].max()
        own = recorded[recorded["root_run_id"].eq(root_run_id)].set_index("destination")["place"]
        here = skips["destination"].map(own).fillna(skips["destination"].map(before)).fillna(0).astype("int64")
        # Of the runs between then and the last one that saw it each has seen it too, or it would have ended.
        last = skips.merge(recorded, how="left", left_on=["destination", "last_root_run"], right_on=["destination", "root_run_id"])["place"]
        since = last.fillna(0).astype("int64") - here
        times = (skips["times"] - since).astype("int64")
        return skips.assign(times=times)[since.ge(0) & times.ge(1)].drop(columns="last_root_run").reset_index(drop=True)

    def lasting(self, *reasons: str, **equal: str) -> pd.DataFrame:
        """Who stays out now: destination, employee_id, reason, first_seen; for any of these reasons, if some are given, and at one
        destination, if that is."""
        table, columns = tables.skip, ("destination", "employee_id", "reason", "first_seen")
        where = [table.c.reason.in_(reasons)] if reasons else []
        return self._frame(table, columns, ["destination", "employee_id"], *where, closed=None, **equal)

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
