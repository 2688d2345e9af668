"""A full disk and too little memory are told as what they are, out of whichever library they come."""

import ctypes
import errno
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pandas as pd
import pyarrow as pa
import pytest
import sqlalchemy as sa

from assets.failures import reported
from resources import owner_only, places, shortage
from resources.failures import Permanent, Transient
from resources.hr.kept import disk_errors
from resources.ledger import Ledger
from resources.shortage import NoMemory, NoRoom


def full(code: int = errno.ENOSPC, name: str | None = None) -> OSError:
    return OSError(code, os.strerror(code), name) if name else OSError(code, os.strerror(code))


def driver(**attributes: str) -> sa.exc.DBAPIError:
    orig = type("OperationalError", (Exception,), attributes)("a row of somebody's")
    return sa.exc.OperationalError("INSERT …", {}, orig)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_with_its_folder_and_what_to_do(code: int) -> None:
    lack = shortage.shortage(full(code), Path("/srv/rollcall"))
    assert isinstance(lack, NoRoom)
    assert str(lack) == (
        "The disk is full: there is no room left in /srv/rollcall. "
        "Make room there (rollcall purge deletes what is old), then re-execute the run: nothing is lost."
    )
    assert "in /srv/x." in str(shortage.shortage(full(code, "/srv/x/file")))


def test_a_quota_tells_no_folder_by_itself_so_those_that_are_written_to_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path / "home"))
    assert f"in {tmp_path / 'dagster'} or {tmp_path / 'home'}." in str(shortage.shortage(full(errno.EDQUOT)))


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (driver(sqlite_errorname="SQLITE_FULL"), NoRoom),
        (driver(pgcode="53100"), NoRoom),
        (driver(sqlite_errorname="SQLITE_NOMEM"), NoMemory),
        (driver(pgcode="53200"), NoMemory),
        (MemoryError(), NoMemory),
        (pa.lib.ArrowMemoryError("malloc of size 64 failed"), NoMemory),
        (RuntimeError("can't start new thread"), NoMemory),
        (driver(sqlite_errorname="SQLITE_BUSY"), None),
        (driver(sqlite_errorname="SQLITE_IOERR_WRITE"), None),
        (driver(pgcode="57P01"), None),
        (PermissionError(errno.EACCES, "denied"), None),
        (RuntimeError("something else"), None),
    ],
    ids=str,
)
def test_what_was_lacking_is_known_from_the_library_that_says_it(error: Exception, kind: type | None) -> None:
    assert type(shortage.shortage(error)) is (kind or type(None))
    try:
        raise ValueError("of ours") from error
    except ValueError as outer:
        assert type(shortage.shortage(outer)) is (kind or type(None))


def test_an_error_of_sqlites_that_may_be_a_full_disk_is_one_where_the_disk_is_full(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.setattr(shortage.shutil, "disk_usage", lambda folder: SimpleNamespace(free=4096))
    assert f"in {tmp_path}." in str(shortage.shortage(driver(sqlite_errorname="SQLITE_IOERR_SHMSIZE")))


def test_memory_is_told_with_what_a_run_needs() -> None:
    said = str(shortage.shortage(MemoryError()))
    base, each = shortage.NEEDED_MB
    assert said.startswith("There is not enough memory. A run needs about")
    assert f"{base:,} MB" in said and f"{each} MB more for every 1,000 rows" in said


@pytest.fixture
def ledger(tmp_path: Path) -> Any:
    """One whose file may not grow any more."""
    with Ledger.open(str(tmp_path / "ledger.db"), "acme") as opened:
        opened.runs.begin("r0", "r0", "acme_sync")

        def small(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA max_page_count = 1")  # SQLite takes as many as there are

        sa.event.listen(opened.engine, "connect", small)
        opened.engine.dispose()
        yield opened


def test_rerun_a_ledger_on_a_full_disk_says_so_and_keeps_what_it_has(ledger: Ledger) -> None:
    rejects = pd.DataFrame({"line": range(5000), "employee_id": "7", "column": "c", "source": "s", "code": "x", "message": "m" * 100})
    with pytest.raises(NoRoom, match=r"The disk is full: .*rollcall purge"):
        ledger.intakes.record_rejects(1, "r0", rejects, {"rejected": 5000})
    assert len(ledger.intakes.rejects("r0")) == 0
    assert ledger.runs.all()["run_id"].tolist() == ["r0"]


def test_another_fault_of_the_database_stays_what_it_is(tmp_path: Path) -> None:
    with Ledger.open(str(tmp_path / "ledger.db"), "acme") as ledger, ledger.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE run")
        connection.commit()
        with pytest.raises(Transient, match="not available"):
            ledger.runs.all()


def test_a_kept_export_on_a_full_disk_is_told_from_a_folder_that_is_not_ours(tmp_path: Path) -> None:
    with pytest.raises(NoRoom, match=f"no room left in {tmp_path}"), disk_errors(tmp_path):
        raise full()
    with pytest.raises(Permanent, match=r"cannot be used\. Check its owner"), disk_errors(tmp_path):
        raise PermissionError(errno.EACCES, "denied")


def test_rerun_a_file_that_finds_no_room_leaves_the_old_one_and_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner_only.write(tmp_path / "page.html", b"old")

    def no_room(descriptor: int) -> None:
        raise full()

    monkeypatch.setattr(owner_only.os, "fsync", no_room)
    with pytest.raises(OSError, match="No space left"):
        owner_only.write(tmp_path / "page.html", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("page.html", b"old")]


def test_a_step_that_lacks_memory_fails_with_a_sentence_and_any_other_fault_stays_masked() -> None:
    for error, raised in ((MemoryError("of somebody"), dg.Failure), (ValueError("of somebody"), ValueError)):
        with pytest.raises(raised) as told, reported():
            raise error
        assert raised is ValueError or str(told.value.description).startswith("There is not enough memory.")


def untold() -> dict[str, str]:
    """The environment, without what this process has told those that it starts of memory."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "ARROW_DEFAULT_MEMORY_POOL"))}


def test_a_process_of_ours_asks_for_little_address_space_unless_somebody_has_said_otherwise() -> None:
    code = "import assets, os, pyarrow; names = 'MALLOC_ARENA_MAX', 'MALLOC_MMAP_THRESHOLD_', 'MALLOC_TRIM_THRESHOLD_'; "
    code += "print(pyarrow.default_memory_pool().backend_name, *map(os.environ.get, names))"

    def says(**given: str) -> str:
        environment, command = {**untold(), **given}, [sys.executable, "-c", code]
        return subprocess.run(command, env=environment, cwd=places.PROJECT, capture_output=True, text=True, check=True).stdout.strip()

    assert says() == "system 2 1048576 33554432"
    given = {"MALLOC_ARENA_MAX": "4", "MALLOC_MMAP_THRESHOLD_": "9999999", "MALLOC_TRIM_THRESHOLD_": "8888888"}
    assert says(ARROW_DEFAULT_MEMORY_POOL="mimalloc", **given) == "mimalloc 4 9999999 8888888"


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="the C library is not glibc")
def test_what_is_free_between_pieces_that_are_in_use_is_given_back() -> None:
    code = """
import assets, os
from resources.memory import give_back

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

before = resident()
pieces = [bytearray(b"x" * 500_000) for _ in range(200)]
del pieces[::2]
scattered = resident() - before
give_back()
small = resident() - before
large = [bytearray(b"x" * 2_000_000) for _ in range(50)]
del large[::2]
print(scattered, small, resident() - before - small)
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=untold(), cwd=places.PROJECT, capture_output=True, text=True, check=True)
    scattered, given_back, large = map(float, done.stdout.split())
    assert scattered > 90  # megabytes; half of them free, and of pieces too small for the system to have them at once
    assert given_back < 60
    assert large < 60  # of a hundred: each goes back as it is freed
