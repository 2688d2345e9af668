"""What each destination last acknowledged of each person: what the next plan completes its readings with.

Belongs here: what a destination has taken over, and its epochs. Does not belong here: answers to a plan as they arrive
(``resources.ledger.deliveries``).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

import pandas as pd
import sqlalchemy as sa

from resources.ledger import tables
from resources.ledger.database import rows_of, upsert
from resources.ledger.leases import Lease
from resources.ledger.scoped import Scoped, moment

ACKNOWLEDGED: Final = ("employee_id", "account", "active", "digest", "fields", "identity")


class Acknowledged(Scoped):
    """The ledger's part about what the destinations have taken over."""

    def record(self, destination: str, people: pd.DataFrame, run_id: str, lease: Lease) -> None:
        """Keep what the destination has taken over, in place of what it had of these people.

        Args:
            destination: Its name.
            people: employee_id, account, active, digest, fields and record (a keyed hash of all that should be there of them); one row a
                person.
            run_id: The run that wrote it.
            lease: The lease under which it is written.

        Raises:
            Failed: The lease is no longer this run's; nothing was recorded.
        """
        if people.empty:
            return
        with self._writing(lease) as connection:
            table = tables.epoch
            before = connection.execute(sa.select(table.c.epoch).where(self._mine(table, destination=destination))).scalar() or 0
            upsert(connection, table, [self._keys(destination=destination, epoch=before + 1)])
            keys = self._keys(destination=destination, epoch=before + 1, run_id=run_id, recorded_at=moment())
            last = people.drop_duplicates("employee_id", keep="last").reindex(columns=[*ACKNOWLEDGED, "record"])
            upsert(connection, tables.acknowledged, rows_of(last, list(last.columns), **keys))

    def renumber(self, numbers: Mapping[str, str]) -> None:
        """Have people who have another employee number now by that one, wherever nobody was acknowledged by it: with their account, and all
        that is remembered of them.

        A plan that was drawn before is not written any more.

        Args:
            numbers: Former number → the number now.
        """
        table = tables.acknowledged
        with self._writing() as connection:
            query = sa.select(table.c.destination, table.c.employee_id).where(
                self._mine(table), table.c.employee_id.in_([*numbers, *numbers.values()])
            )
            known = {(row.destination, row.employee_id) for row in connection.execute(query)}
            for old, new in numbers.items():
                for destination in sorted({name for name, number in known if number == old and (name, new) not in known}):
                    mine = self._mine(table, destination=destination, employee_id=old)
                    connection.execute(sa.update(table).where(mine).values(employee_id=new))
                    known.add((destination, new))
                    counted = self._mine(tables.epoch, destination=destination)
                    connection.execute(sa.update(tables.epoch).where(counted).values(epoch=tables.epoch.c.epoch + 1))

    def all(self, destination: str, columns: Sequence[str] = ACKNOWLEDGED) -> pd.DataFrame:
        """What the destination last acknowledged of each person: employee_id, account, active, digest, fields, identity; or some of it."""
        return self._frame(tables.acknowledged, columns, ["employee_id"], destination=destination)

    def known(self, destinations: Collection[str]) -> pd.Series:
        """The employee numbers and the accounts of everyone whom one of these destinations ever took over, each once."""
        table, columns = tables.acknowledged, ("employee_id", "account")
        found = self._frame(table, columns, ["employee_id"], table.c.destination.in_(list(destinations)))
        return pd.concat([found[name] for name in columns], ignore_index=True).dropna().drop_duplicates()

    def inactive(self, destination: str) -> dict[str, tuple[str, str]]:
        """Employee number → account and ISO day (UTC), of those whom we took out there: when that was acknowledged, the last time."""
        table = tables.acknowledged
        query = sa.select(table.c.employee_id, table.c.account, table.c.recorded_at).where(
            self._mine(table, destination=destination), table.c.active.is_(False), table.c.account.is_not(None)
        )
        with self._reading() as connection:
            return {row.employee_id: (row.account, row.recorded_at.date().isoformat()) for row in connection.execute(query)}

    def since(self, destination: str, epoch: int) -> pd.DataFrame:
        """Whom the destination has acknowledged after an epoch, and what: employee_id, account, active, record."""
        table, columns = tables.acknowledged, ("employee_id", "account", "active", "record")
        return self._frame(table, columns, ["employee_id"], table.c.epoch > epoch, destination=destination)

    def until(self, destination: str, at: datetime) -> pd.Series:
        """The employee numbers of those of whom nothing was acknowledged after a moment, and who are active by that."""
        table = tables.acknowledged
        found = self._frame(table, ("employee_id",), ["employee_id"], table.c.recorded_at <= at, destination=destination, active=True)
        return found["employee_id"]

    def epoch(self, destination: str) -> int:
        """How often something was acknowledged: the same number twice means that nothing was written in between."""
        query = sa.select(tables.epoch.c.epoch).where(self._mine(tables.epoch, destination=destination))
        with self._reading() as connection:
            return connection.execute(query).scalar_one_or_none() or 0
