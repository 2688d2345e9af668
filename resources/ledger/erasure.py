"""One person's rows: finding them all, deleting them, taking the mention of them out of other people's.

Belongs here: what of a ledger is about one employee number. Does not belong here: files and stored values (``resources.past.erasure``),
rows that go by age (``resources.ledger.retention``).

No table is listed: whatever has a column for a person is searched by it, and so is every column of JSON, so that a new table cannot be
missed.
"""

import json
from collections.abc import Collection, Iterator
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from resources.ledger import tables
from resources.ledger.scoped import Scoped

Rows = list[dict[str, Any]]

PERSON: Final = ("employee_id", "person")
"""The columns that say whose a row is."""

NUMBERED: Final = (*PERSON, "approver_id", "asked", "manager_id", "via")
"""Keys in JSON under which an employee number stands."""

QUOTING: Final[dict[str, tuple[str, ...]]] = {"acknowledged": ("fields",), "plan_change": ("old", "new")}
"""Columns of text that hold JSON, and in it the numbers and addresses of others: of those who approve."""


class Erasure(Scoped):
    """The ledger's part about everything that it has of one person."""

    def addresses(self, employee_id: str) -> set[str]:
        """The e-mail addresses that the ledger has of a person, lower case."""
        known, changes = tables.acknowledged, tables.plan_change
        accounts = sa.select(known.c.account).where(self._mine(known, employee_id=employee_id))
        of_them = self._mine(changes, person=employee_id, kind="email")
        with self._reading() as connection:
            found = {text for text in connection.execute(accounts).scalars() if text}
            for row in connection.execute(sa.select(changes.c.old, changes.c.new).where(of_them)):
                found |= {value for text in row if text and isinstance(value := _parsed(text), str)}
        return {text.lower() for text in found if "@" in text}

    def rows_about(self, employee_id: str) -> dict[str, Rows]:
        """Table → the rows of a person, and of what is kept as JSON the parts that name them."""
        found: dict[str, Rows] = {}
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

    def _take_out(self, connection: sa.Connection, table: sa.Table, columns: tuple[str, ...], who: "Who") -> int:
        changed = 0
        # In text, so that the database finds the few rows that may name them.
        texts = [sa.func.lower(sa.cast(table.c[name], sa.Text)) for name in columns]
        maybe = sa.or_(*(text.contains(one, autoescape=True) for text in texts for one in (who.number.lower(), *who.addresses)))
        for row in connection.execute(sa.select(table).where(self._mine(table), maybe)).mappings().all():
            before = {name: row[name] for name in columns}
            after = {
                name: _text_without(value, who, row) if isinstance(value, str) else without(value, who) for name, value in before.items()
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


class Who(NamedTuple):
    """By what a person is found."""

    number: str
    addresses: frozenset[str] = frozenset()
    """Lower case."""

    def named(self, value: Any, key: object = None) -> bool:
        """Whether a value is theirs. A number is one only where it can be a person's: a unit or an amount may read the same."""
        if not isinstance(value, str):
            return False
        return value.lower() in self.addresses or (value == self.number and (key is None or key in NUMBERED))


def about(value: Any, who: Who) -> Any:
    """The parts of a JSON value that name someone: objects that do so themselves whole; None where there is none."""
    if isinstance(value, dict):
        if _names(value, who):
            return value
        parts = {key: entry if _keyed(key, entry, who) else about(entry, who) for key, entry in value.items() if not isinstance(entry, str)}
        parts |= {key: entry for key, entry in value.items() if _keyed(key, entry, who)}
        return {key: part for key, part in parts.items() if part is not None} or None
    if isinstance(value, list):
        return [part for entry in value if (part := about(entry, who)) is not None] or None
    return value if who.named(value) else None


def without(value: Any, who: Who) -> Any:
    """A JSON value without what names someone: entries of lists and objects go whole, and so do objects in a list that name them."""
    if isinstance(value, dict):
        return {key: without(entry, who) for key, entry in value.items() if not _keyed(key, entry, who) and not who.named(entry, key)}
    if isinstance(value, list):
        return [without(entry, who) for entry in value if not (_names(entry, who) if isinstance(entry, dict) else who.named(entry))]
    return value


def _names(value: dict[str, Any], who: Who) -> bool:
    return any(who.named(entry, key) for key, entry in value.items())


def _keyed(key: str, entry: Any, who: Who) -> bool:
    """Whether an entry is what was said of a person: their number, and a text. Counts are of units and the like."""
    return isinstance(entry, str) and who.named(key)


def _text_without(text: str, who: Who, row: Any) -> str | None:
    """The same for JSON kept as text in a row; a text that names them goes whole. Only who approves is named by number."""
    value = _parsed(text)
    if row.get("kind") != "manager":
        who = Who("", who.addresses)
    if who.named(value):
        return None
    rest = without(value, who)
    return text if rest == value else json.dumps(rest, separators=(",", ":"), ensure_ascii=False)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
