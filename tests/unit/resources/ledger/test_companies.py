"""A company under another name keeps all that is kept of it; one that is gone leaves nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from resources.failures import Permanent, Transient
from resources.ledger import Ledger, tables
from resources.ledger.tables import Moment

VALUES: dict[type[Any], Any] = {
    sa.Integer: 1,
    sa.BigInteger: 1,
    sa.Float: 1.0,
    sa.Boolean: True,
    sa.Date: date(2026, 11, 20),
    Moment: datetime(2026, 11, 20, tzinfo=UTC),
    sa.JSON: {},
    sa.LargeBinary: b"key",
    sa.Text: "one",
}
EVERYTHING = tables.metadata.sorted_tables


def filled(ledger: Ledger, company: str, **given: Any) -> None:
    """A row of the company in every table that there is."""
    with ledger.engine.begin() as connection:
        for table in EVERYTHING:
            row = {column.name: given.get(column.name, VALUES[type(column.type)]) for column in table.c if column.name != "id"}
            connection.execute(sa.insert(table).values(row | {"company": company}))


def rows(ledger: Ledger) -> dict[str, list[str]]:
    with ledger.engine.connect() as connection:
        return {table.name: sorted(connection.execute(sa.select(table.c.company)).scalars()) for table in EVERYTHING}


@contextmanager
def row(ledger: Ledger, table: sa.Table, **values: Any) -> Iterator[None]:
    with ledger.engine.begin() as connection:
        connection.execute(sa.insert(table).values(values))
    yield
    with ledger.engine.begin() as connection:
        connection.execute(sa.delete(table).where(table.c.company == values["company"]))


def test_every_row_of_every_table_moves_and_nobody_elses_does(ledger: Ledger) -> None:
    filled(ledger, "acme")
    filled(ledger, "brick", digest="two")
    ledger.whole.rename("acme_nordic")
    assert rows(ledger) == {table.name: ["acme_nordic", "brick"] for table in EVERYTHING}


def test_what_stopped_runs_under_the_new_name_have_left_makes_room(ledger: Ledger) -> None:
    filled(ledger, "acme")
    filled(ledger, "brick", digest="two")
    with ledger.engine.begin() as connection:
        for table in (tables.acknowledged, tables.applied):
            connection.execute(sa.delete(table).where(table.c.company == "brick"))
    ledger.whole.rename("brick")
    assert rows(ledger) == {table.name: ["brick"] for table in EVERYTHING}


def test_no_surprise_two_companies_never_become_one(ledger: Ledger) -> None:
    filled(ledger, "acme")
    filled(ledger, "brick", digest="two")
    before = rows(ledger)
    with pytest.raises(Permanent, match="people of 'brick' already"):
        ledger.whole.rename("brick")
    assert rows(ledger) == before


def test_a_name_that_the_ledger_does_not_know_is_refused(ledger: Ledger) -> None:
    with pytest.raises(Permanent, match="no company 'acme'"):
        ledger.whole.rename("brick")


def test_nothing_moves_or_goes_while_a_run_of_either_is_under_way(ledger: Ledger) -> None:
    filled(ledger, "acme")
    far = 1e12
    for company, table, values in (
        ("brick", tables.heartbeat, {"run_id": "r", "expires_at": far}),
        ("brick", tables.lease, {"run_id": "r", "fence": 1, "expires_at": far}),
    ):
        with row(ledger, table, company=company, **values), pytest.raises(Transient, match="run of brick is under way"):
            ledger.whole.rename("brick")
    with ledger.engine.begin() as connection:
        connection.execute(sa.update(tables.lease).values(expires_at=far))
    with pytest.raises(Transient, match="run of acme is under way"):
        ledger.whole.delete()
    assert rows(ledger) == {table.name: ["acme"] for table in EVERYTHING}


def test_a_company_that_is_gone_leaves_no_row(ledger: Ledger) -> None:
    filled(ledger, "acme")
    filled(ledger, "brick", digest="two")
    assert ledger.whole.is_there()
    assert ledger.whole.delete() == len(EVERYTHING)
    assert not ledger.whole.is_there()
    assert rows(ledger) == {table.name: ["brick"] for table in EVERYTHING}
    assert ledger.whole.people() == {"brick": 1}


def test_keys_go_with_the_name(url: str) -> None:
    with Ledger.open(url, "acme") as acme, Ledger.open(url, "acme_nordic") as nordic, Ledger.open(url, "acme_n") as other:
        keys = {name: acme.keys.of(name) for name in ("findity fields", "ledger_book fields")}
        theirs = other.keys.of("findity fields")
        nordic.keys.of("findity fields")  # of a run that was stopped
        acme.keys.rename("acme_nordic")
        if acme.whole.is_there():  # where keys are rows
            acme.whole.rename("acme_nordic")
        assert {name: nordic.keys.of(name) for name in keys} == keys
        assert other.keys.of("findity fields") == theirs
        nordic.keys.delete()
        nordic.whole.delete()
        assert nordic.keys.of("findity fields") != keys["findity fields"]
