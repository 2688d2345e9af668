"""Many rows at once: the way from a frame into a table that costs no object a row, nor a parameter set that SQLAlchemy works on one by one.

Belongs here: how rows of any number are handed to each database's driver. Does not belong here: which rows, in which transaction, and what
gives way to what (``resources.ledger.database`` and the parts).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import Any, Final

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

AT_ONCE: Final = 50_000
"""How many rows are a statement: so many that their number hardly counts, and so few that their values hardly do."""
DTYPES: Final[dict[type[Any], tuple[str, str]]] = {
    sa.Boolean: ("bool", "boolean"),
    sa.Integer: ("int64", "Int64"),
    sa.BigInteger: ("int64", "Int64"),
}
"""The dtype of a column of each type, and where a cell of it may be empty; text is ``str``."""


@dataclass(frozen=True)
class Rows:
    """Rows to be written: the columns of a frame, missing values being NULL, and what is the same in all of them."""

    frame: pd.DataFrame
    same: dict[str, Any]

    @property
    def names(self) -> list[str]:
        """The columns that have a value."""
        return [*self.same, *self.frame.columns]


def write(connection: sa.Connection, table: sa.Table, rows: Rows, finished: Callable[[Any], Any]) -> None:
    """Insert rows.

    Args:
        connection: A transaction that writes.
        table: The table.
        rows: What to insert.
        finished: The statement to be executed, of one that inserts: with what is to happen to rows that are there.
    """
    send = _by_arrays if connection.dialect.name == "postgresql" else _by_executemany
    for start in range(0, len(rows.frame), AT_ONCE):
        send(connection, table, Rows(rows.frame.iloc[start : start + AT_ONCE], rows.same), finished)


def _by_executemany(connection: sa.Connection, table: sa.Table, rows: Rows, finished: Callable[[Any], Any]) -> None:
    """One statement for SQLite's driver, which goes through the rows itself."""
    compiled = finished(sqlite.insert(table)).compile(dialect=connection.dialect, column_keys=rows.names)
    columns = [_bound(connection, table, rows, name) if name in table.c else repeat(compiled.params[name]) for name in compiled.positiontup]
    connection.exec_driver_sql(str(compiled), list(zip(*columns, strict=False)))  # what is repeated has no end


def _bound(connection: sa.Connection, table: sa.Table, rows: Rows, name: str) -> Iterator[Any]:
    kind: Any = table.c[name].type
    bind = kind.dialect_impl(connection.dialect).bind_processor(connection.dialect) or (lambda value: value)
    return repeat(bind(rows.same[name])) if name in rows.same else map(bind, _cells(rows.frame[name], kind))


def _by_arrays(connection: sa.Connection, table: sa.Table, rows: Rows, finished: Callable[[Any], Any]) -> None:
    """One statement for PostgreSQL, with one parameter a column."""
    kinds = {name: table.c[name].type for name in rows.frame.columns}
    arrays = [sa.cast(sa.bindparam(f"all_{name}"), postgresql.ARRAY(kind)) for name, kind in kinds.items()]
    cells = sa.func.unnest(*arrays).table_valued(*(sa.column(name, kind) for name, kind in kinds.items())).render_derived()
    same = [sa.literal(value, table.c[name].type) for name, value in rows.same.items()]
    inserting = postgresql.insert(table).from_select(rows.names, sa.select(*same, *cells.c))
    connection.execute(finished(inserting), {f"all_{name}": _cells(rows.frame[name], kind) for name, kind in kinds.items()})


def _cells(column: pd.Series, kind: Any) -> list[Any]:
    """A column as plain values of Python; None where one is missing."""
    dtype: Any = DTYPES[type(kind)][1] if type(kind) in DTYPES else column.dtype
    values = column.astype(dtype)
    cells: list[Any] = values.astype(object).where(values.notna(), None).tolist()
    return cells
