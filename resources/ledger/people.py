"""One person's rows: what each run planned, sent and found for them; all of them; deleting them, and the mention of them in other people's.

Belongs here: what of a ledger is about one employee number. Does not belong here: words (``roster.reports.story``), files and stored values
(``resources.past.story``, ``resources.past.erasure``), rows that go by age (``resources.ledger.retention``).

People for whom nothing had to change leave no trace in a plan: those are only counted there. To hand out and to forget, no table is listed:
whatever has a column for a person is searched by it, and so is every column of JSON, so that a new table cannot be missed.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd
import sqlalchemy as sa

from resources.ledger import tables
from resources.ledger.mentions import PERSON, Who, about, parsed, text_without, without
from resources.ledger.plans import PEOPLE
from resources.ledger.scoped import Scoped
from roster.plan.decision import CHANGE_COLUMNS
from roster.plan.memory import FORMER

Row = dict[str, Any]

QUOTING: Final[dict[str, tuple[str, ...]]] = {"acknowledged": ("fields",), "plan_change": ("old", "new")}
"""Columns of text that hold JSON, and in it the numbers and addresses of others: of those who approve."""


@dataclass(frozen=True)
class Traces:
    """What a plan's run left about one person at one destination. What is None was not kept or never was."""

    planned: Row | None = None
    changes: list[Row] = field(default_factory=list)
    """The plan's changes of their fields."""
    answer: Row | None = None
    outcome: Row | None = None


class PersonRows(Scoped):
    """The ledger's part about single people."""

    def traces(self, destination: str, plan_run_id: str, employee_id: str) -> Traces:
        """What a plan and its delivery say about a person."""

        def one(table: sa.Table, *columns: str) -> list[Row]:
            mine = self._mine(table, destination=destination, plan_run_id=plan_run_id, person=employee_id)
            return [dict(row) for row in connection.execute(sa.select(*(table.c[name] for name in columns)).where(mine)).mappings()]

        with self._reading() as connection:
            return Traces(
                planned=next(iter(one(tables.plan_person, *PEOPLE)), None),
                changes=sorted(one(tables.plan_change, *CHANGE_COLUMNS), key=lambda row: str(row["field"])),
                answer=next(iter(one(tables.answer, "status", "reason", "request", "recorded_at")), None),
                outcome=next(iter(one(tables.outcome, "action", "outcome", "reason", "landed")), None),
            )

    def remembered(self, employee_id: str) -> pd.DataFrame:
        """What each destination last acknowledged of a person: destination, active, run_id, recorded_at."""
        columns = ("destination", "active", "run_id", "recorded_at")
        return self._frame(tables.acknowledged, columns, ["destination"], employee_id=employee_id)

    def addresses(self, employee_id: str) -> set[str]:
        """The e-mail addresses that the ledger has of a person, lower case."""
        known, changes = tables.acknowledged, tables.plan_change
        accounts = sa.select(known.c.account).where(self._mine(known, employee_id=employee_id))
        of_them = self._mine(changes, person=employee_id, kind="email")
        with self._reading() as connection:
            found = {text for text in connection.execute(accounts).scalars() if text}
            for fields in connection.execute(sa.select(known.c.fields).where(self._mine(known, employee_id=employee_id))).scalars():
                found |= set((json.loads(fields) if fields else {}).get(FORMER, ()))
            for row in connection.execute(sa.select(changes.c.old, changes.c.new).where(of_them)):
                found |= {value for text in row if text and isinstance(value := parsed(text), str)}
        return {text.lower() for text in found if "@" in text}

    def rows_about(self, employee_id: str) -> dict[str, list[Row]]:
        """Table → the rows of a person, and of what is kept as JSON the parts that name them."""
        found: dict[str, list[Row]] = {}
        with self._reading() as connection:
            for table, condition in self._theirs(employee_id):
                found[table.name] = [dict(row) for row in connection.execute(sa.select(table).where(condition)).mappings()]
            for table, columns in _with_json():
                for row in connection.execute(sa.select(table).where(self._mine(table))).mappings():
                    parts = {name: about(row[name], Who(employee_id)) for name in columns}
                    if any(part is not None for part in parts.values()):
                        keys = {column.name: row[column.name] for column in table.primary_key}
                        found.setdefault(table.name, []).append({**keys, **parts})
        return {name: rows for name, rows in found.items() if rows}

    def forget(self, employee_id: str, addresses: Collection[str] = ()) -> dict[str, int]:
        """Delete every row of a person, and take their number and addresses out of the rows of others.

        Args:
            employee_id: As HR writes it.
            addresses: Of theirs, besides those that the ledger knows.

        Returns:
            Table → rows deleted or changed. A second time there are none.
        """
        who = Who(employee_id, frozenset({*self.addresses(employee_id), *(address.lower() for address in addresses)}))
        counts: dict[str, int] = {}
        with self._erasing() as connection:
            for table, condition in self._theirs(employee_id):
                counts[table.name] = connection.execute(sa.delete(table).where(condition)).rowcount
            for table, columns in (*_with_json(), *((tables.metadata.tables[name], columns) for name, columns in QUOTING.items())):
                counts[table.name] = counts.get(table.name, 0) + self._take_out(connection, table, columns, who)
        return {name: count for name, count in counts.items() if count}

    def _theirs(self, employee_id: str) -> Iterator[tuple[sa.Table, Any]]:
        for table in reversed(tables.metadata.sorted_tables):
            columns = [table.c[name] for name in PERSON if name in table.c]
            if columns:
                yield table, sa.and_(self._mine(table), sa.or_(*(column == employee_id for column in columns)))

    def _take_out(self, connection: sa.Connection, table: sa.Table, columns: tuple[str, ...], who: Who) -> int:
        changed = 0
        # In text, so that the database finds the few rows that may name them.
        texts = [sa.func.lower(sa.cast(table.c[name], sa.Text)) for name in columns]
        maybe = sa.or_(*(text.contains(one, autoescape=True) for text in texts for one in (who.number.lower(), *who.addresses)))
        for row in connection.execute(sa.select(table).where(self._mine(table), maybe)).mappings().all():
            before = {name: row[name] for name in columns}
            after = {
                name: text_without(value, who, row) if isinstance(value, str) else without(value, who) for name, value in before.items()
            }
            if after != before:
                this = sa.and_(*(column == row[column.name] for column in table.primary_key))
                connection.execute(sa.update(table).where(this).values(after))
                changed += 1
        return changed


def _with_json() -> Iterator[tuple[sa.Table, tuple[str, ...]]]:
    for table in tables.metadata.sorted_tables:
        columns = tuple(column.name for column in table.c if isinstance(column.type, sa.JSON))
        if columns:
            yield table, columns
