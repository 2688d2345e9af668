"""A disk that runs full in the middle of a run is called so, and costs nothing: re-executed with room, the run does what was left."""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from resources import owner_only, places
from resources.shortage import NoRoom, shortage
from tests.ledgers import ON_POSTGRES


@contextmanager
def no_room_for(*parts: str) -> Iterator[None]:
    """No file whose path has one of these parts can be written."""

    def refusing(path: Path, content: bytes, write: Any) -> Any:
        if any(part in str(path) for part in parts):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(path, content)

    with pytest.MonkeyPatch.context() as patch:
        for name in ("write_new", "_beside"):
            write = getattr(owner_only, name)
            patch.setattr(owner_only, name, lambda path, content, write=write: refusing(path, content, write))
        yield


@contextmanager
def no_page_more(folder: Path) -> Iterator[None]:
    """No SQLite database below the folder can grow: SQLite itself says then that the disk is full."""

    def small(connection: Any, _record: Any) -> None:
        if isinstance(connection, sqlite3.Connection):
            file = connection.execute("PRAGMA database_list").fetchone()[2]
            if Path(file).is_relative_to(folder):
                connection.execute("PRAGMA max_page_count = 1")  # as many as there are

    sa.event.listen(sa.Engine, "connect", small)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "connect", small)


def moved(acme: Any) -> Any:
    people = acme.people()
    people["E09"]["Dept"] = "Sales"
    acme.file("2026-11-21", people)
    return acme


@pytest.mark.long(held_by="tests/graph/test_full_disk.py::test_rerun_a_ledger_that_cannot_grow_is_told_and_a_reexecution_does_the_rest")
@pytest.mark.parametrize(
    ("part", "step"),
    [
        ("hr/export", "hr__intake"),
        ("findity/plan", "findity__plan"),
        ("findity/sync_result", "findity__sync_result"),
        ("reports/acme", None),
    ],
)
def test_rerun_a_value_or_a_report_that_finds_no_room_is_told_and_a_reexecution_does_the_rest(
    synced: Any, part: str, step: str | None
) -> None:
    acme = moved(synced(expensify=None))
    before = acme.users()["E09"]["organizationalUnitId"]
    with no_room_for(part, part.replace("/", "/.")):
        failed = acme.run("sync")
    assert not failed.succeeded
    assert failed.step == (f"acme__{step}" if step else failed.step)
    assert failed.message.startswith("The disk is full: there is no room left in ")
    assert str(places.home()) in failed.message
    assert "nothing is lost" in failed.message
    again = acme.again(failed)
    assert again.succeeded, again
    assert acme.users()["E09"]["organizationalUnitId"] != before
    with acme.ledger() as ledger:
        assert ledger.deliveries.outcome_facts("findity", ledger.plans.newest("findity")).numbers["landed"] == 1


@pytest.mark.skipif(ON_POSTGRES, reason="SQLite is told to take no page more")
def test_rerun_a_ledger_that_cannot_grow_is_told_and_a_reexecution_does_the_rest(synced: Any) -> None:
    acme = moved(synced(expensify=None))
    with no_page_more(places.home()):
        failed = acme.run("sync")
    assert not failed.succeeded
    assert failed.message.startswith("The disk is full: there is no room left in ")
    again = acme.again(failed)
    assert again.succeeded, again
    assert acme.outcome("findity", again.run_id)["E09"] == "updated"


def test_dagsters_own_storage_on_a_full_disk_is_told_by_the_command_line(synced: Any) -> None:
    acme = moved(synced(expensify=None))
    writes = acme.box.writes
    with no_page_more(Path(os.environ["DAGSTER_HOME"])), pytest.raises((OperationalError, Exception)) as raised:
        acme.run("sync")
    assert isinstance(shortage(raised.value), NoRoom), raised.value
    assert acme.box.writes - writes <= 1
