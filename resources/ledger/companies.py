"""A company as a whole: how many people it has, another name for it, its end.

Belongs here: what goes over every table by its column `company`. Every table of ``resources.ledger.tables`` is gone over, so that a new one
cannot be missed. Does not belong here: what else of a company lies outside the ledger (``resources.past.companies``).
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from resources.failures import Permanent, Transient
from resources.ledger import database, tables
from resources.ledger.scoped import Scoped


class Companies(Scoped):
    """The ledger's part about companies as a whole."""

    def people(self) -> dict[str, int]:
        """Every company that the ledger has brought somebody in for, not only this one → how many people that were."""
        table = tables.acknowledged
        count = sa.func.count(table.c.employee_id.distinct())
        with self._reading() as connection:
            return {
                str(row.company): int(row.people)
                for row in connection.execute(
                    sa.select(table.c.company, count.label("people")).group_by(table.c.company).order_by(table.c.company)
                )
            }

    def is_there(self) -> bool:
        """Whether any row is the company's."""
        with self._reading() as connection:
            return any(self._has(connection, table, self.company) for table in tables.metadata.sorted_tables)

    def check_rename(self, new: str) -> None:
        """Whether `rename` would do it.

        Raises:
            Permanent: This company has no row, or the other one has brought somebody in.
            Transient: A run of either is under way.
        """
        with self._reading() as connection:
            self._check_rename(connection, new)

    def rename(self, new: str) -> None:
        """Make every row of this company another's. What that one has by now, of runs that were stopped, goes: it has nobody.

        Raises:
            Permanent: This company has no row, or the other one has brought somebody in.
            Transient: A run of either is under way.
        """
        everything = tables.metadata.sorted_tables
        # A plan's parts refer to it by the company too: it is copied, its parts are moved, and only then the old one goes.
        parents = {key.column.table for table in everything for key in table.foreign_keys}
        with self._alone(new) as connection:
            self._check_rename(connection, new)
            for table in reversed(everything):
                connection.execute(sa.delete(table).where(table.c.company == new))
            for table in everything:
                mine = table.c.company == self.company
                if table in parents:
                    names = [column.name for column in table.c]
                    copied = sa.select(*(sa.literal(new) if name == "company" else table.c[name] for name in names)).where(mine)
                    connection.execute(sa.insert(table).from_select(names, copied))
                else:
                    connection.execute(sa.update(table).where(mine).values(company=new))
            for table in (tables.alert, tables.alert_note):
                self._rename_subjects(connection, table, new)
            for table in (one for one in reversed(everything) if one in parents):
                connection.execute(sa.delete(table).where(table.c.company == self.company))

    def _rename_subjects(self, connection: sa.Connection, table: sa.Table, new: str) -> None:
        """What people are told of by the name of a job or a sensor, or of the company itself, goes on as the same under its new name."""
        subject = table.c.subject
        for old in connection.execute(sa.select(subject).where(table.c.company == new).distinct()).scalars().all():
            if old == self.company or old.startswith(f"{self.company}_"):
                same = sa.and_(table.c.company == new, subject == old)
                connection.execute(sa.update(table).where(same).values(subject=new + old.removeprefix(self.company)))

    def delete(self) -> int:
        """Delete every row of the company; how many that were.

        Raises:
            Transient: A run of it is under way.
        """
        with self._erasing() as connection:
            self._check_idle(connection, self.company)
            every = [sa.delete(table).where(table.c.company == self.company) for table in reversed(tables.metadata.sorted_tables)]
            return sum(connection.execute(one).rowcount for one in every)

    def check_idle(self) -> None:
        """Raise if a run of the company is under way."""
        with self._reading() as connection:
            self._check_idle(connection, self.company)

    @contextmanager
    def _alone(self, other: str) -> Iterator[sa.Connection]:
        # Always in the same order, so that two that wait for each other's cannot be.
        locks = sorted(f"rollcall company {name}" for name in (self.company, other))
        with database.writing(self.engine, *locks) as connection:
            yield connection

    def _check_rename(self, connection: sa.Connection, new: str) -> None:
        if not any(self._has(connection, table, self.company) for table in tables.metadata.sorted_tables):
            raise Permanent(f"The ledger knows no company '{self.company}'.", "Nothing was renamed.")
        if any(self._has(connection, table, new) for table in (tables.acknowledged, tables.applied)):
            raise Permanent(
                f"The ledger has people of '{new}' already, which are not those of '{self.company}'.",
                "Nothing was renamed: two companies cannot become one.",
            )
        for company in (self.company, new):
            self._check_idle(connection, company)

    def _check_idle(self, connection: sa.Connection, company: str) -> None:
        now, beat, run, lease = database.now(connection), tables.heartbeat.c, tables.run.c, tables.lease.c
        ended = sa.select(run.run_id).where(run.company == company, run.ended.is_not(None))
        alive = sa.select(beat.run_id).where(beat.company == company, beat.expires_at > now, beat.run_id.not_in(ended))
        writes = sa.select(lease.run_id).where(lease.company == company, lease.run_id.is_not(None), lease.expires_at > now)
        if connection.execute(alive.union(writes)).first():
            raise Transient(f"A run of {company} is under way.", "Nothing was done: try again a minute after it has ended.")

    def _has(self, connection: sa.Connection, table: sa.Table, company: str) -> bool:
        one = sa.select(sa.literal(1)).select_from(table).where(table.c.company == company).limit(1)
        return connection.execute(one).first() is not None
