"""Many rows, by the ways of each database."""

from contextlib import contextmanager

import numpy as np
import pandas as pd
import sqlalchemy as sa

from resources.ledger import bulk, tables
from resources.ledger.database import frame, insert, rows_of, upsert, writing

COLUMNS = ["position", "line", "employee_id", "code"]


def rejects(count):
    numbers = pd.Series(range(count))
    return pd.DataFrame(
        {"position": numbers, "line": numbers + 2, "employee_id": numbers.astype("str").mask(numbers % 2 == 1), "code": "O'%s \\ 100 % ☃"}
    )


def kept(ledger):
    table = tables.reject
    with writing(ledger.engine, "x") as connection:
        return frame(connection, sa.select(*(table.c[name] for name in COLUMNS)).order_by(table.c.position))


def write(ledger, rows, how=insert, **special):
    with writing(ledger.engine, "x") as connection:
        how(connection, tables.reject, rows_of(rows, COLUMNS, company="acme", root_run_id="r", message="m"), **special)


@contextmanager
def counted(engine):
    statements = []

    def note(_connection, _cursor, statement, _parameters, _context, _many):
        statements.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def test_as_many_rows_as_fit_into_no_statement_are_all_there(ledger, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 3)
    write(ledger, rejects(8))
    pd.testing.assert_frame_equal(kept(ledger), rejects(8).astype({"employee_id": "str", "code": "str"}))


def test_no_rows_are_no_statement(ledger):
    with counted(ledger.engine) as statements:
        write(ledger, rejects(0))
    assert not [statement for statement in statements if "reject" in statement]


def test_thousands_of_rows_are_as_many_statements_as_a_few(ledger):
    found = []
    for count in (3, 3000):
        with counted(ledger.engine) as statements:
            write(ledger, rejects(count), upsert)
        found.append(len(statements))
    assert found[0] == found[1]
    assert len(kept(ledger)) == 3000


def test_whole_numbers_are_kept_as_such_also_where_they_are_numpys(ledger):
    write(ledger, rejects(3).assign(line=pd.Series([np.int64(2), np.int64(3), np.int64(4)], dtype="object")))
    assert kept(ledger)["line"].tolist() == [2, 3, 4]


def test_rows_that_are_there_give_way_only_where_they_may(ledger):
    write(ledger, rejects(4))
    again = rejects(4).assign(code=["new", "other", "new", "other"], line=100)
    write(
        ledger, again, upsert,
        where=lambda old, new: new.code == "new", line=lambda old, new: sa.case((old.line > 2, old.line + new.line), else_=old.line),
    )  # fmt: skip
    assert kept(ledger)["line"].tolist() == [2, 3, 104, 5]
    assert kept(ledger)["code"].tolist()[::2] == ["new", "new"]
