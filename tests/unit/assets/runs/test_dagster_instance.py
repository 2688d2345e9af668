"""Dagster's files are made by one process at a time."""

import errno
import fcntl
import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import dagster as dg
import pytest

from assets.runs import dagster_instance
from resources import places

OPEN = "from assets.runs import dagster_instance\nwith dagster_instance.opened() as instance: print(len(instance.get_runs()))"


def revisions(home: Path) -> dict[str, int]:
    """How many revisions each of Dagster's files says that it is of."""
    return {path.name: len(sqlite3.connect(path).execute("SELECT * FROM alembic_version").fetchall()) for path in home.rglob("*.db")}


def test_processes_that_find_no_files_make_them_one_after_the_other(tmp_path: Path) -> None:
    environment = {**os.environ, "DAGSTER_HOME": str(tmp_path)}
    how = {"cwd": places.PROJECT, "env": environment, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    started = [subprocess.Popen([sys.executable, "-c", OPEN], **how) for _ in range(4)]
    said = [process.communicate(timeout=120) for process in started]
    assert [(process.returncode, out.strip()) for process, (out, _) in zip(started, said, strict=True)] == [(0, "0")] * 4, said
    assert revisions(tmp_path) == {"runs.db": 1, "index.db": 1, "schedules.db": 1}


def test_whoever_comes_while_another_opens_waits_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    through = threading.Event()

    def look() -> None:
        with dagster_instance.opened():
            through.set()

    folder = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    waiting = threading.Thread(target=look)
    waiting.start()
    assert not through.wait(1)
    assert not list(tmp_path.rglob("*.db"))
    os.close(folder)
    waiting.join(60)
    assert through.is_set()


def test_an_instance_that_is_open_keeps_nobody_out_and_one_that_is_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    with dagster_instance.opened() as one, dagster_instance.opened() as other:
        assert one.get_runs() == other.get_runs() == []
    monkeypatch.delenv("DAGSTER_HOME")
    with pytest.raises(dg._core.errors.DagsterHomeNotSetError), dagster_instance.opened():
        pass


def test_a_folder_of_a_file_system_without_locks_opens_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.setattr(fcntl, "flock", refuse)
    with dagster_instance.opened() as instance:
        assert instance.get_runs() == []
