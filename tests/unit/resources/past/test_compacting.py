"""An SQLite file gives back what is free in it, where that is much and nobody is disturbed."""

import sqlite3
from pathlib import Path

import pytest

from resources.past import compacting
from resources.past.compacting import compact


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Three megabytes of rows, of which most are gone."""
    path = tmp_path / "index.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE event (id INTEGER PRIMARY KEY, body TEXT)")
        connection.executemany("INSERT INTO event (body) VALUES (?)", [("x" * 3000,)] * 1000)
        connection.commit()
        connection.execute("DELETE FROM event WHERE id > 100")
    connection.close()
    return path


def rows(path: Path) -> int:
    with sqlite3.connect(path) as connection:
        return int(connection.execute("SELECT count(*) FROM event").fetchone()[0])


def test_what_is_free_goes_back_to_the_disk_and_every_row_stays(file: Path) -> None:
    before = file.stat().st_size
    assert compact(file)
    assert file.stat().st_size < before / 5
    assert rows(file) == 100
    assert not compact(file)


def test_a_little_room_is_left_for_the_next_nights(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compacting, "_WORTH", 10_000_000)
    assert not compact(file)


def test_a_file_that_is_too_large_to_do_it_beside_others_stays(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compacting, "_MOST", 1000)
    assert not compact(file)


def test_a_file_that_somebody_writes_stays_and_keeps_everything(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compacting, "_PATIENCE", 0.01)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO event (body) VALUES ('new')")
    assert not compact(file)
    other.execute("COMMIT")
    other.close()
    assert rows(file) == 101
    assert compact(file)


def test_there_need_be_no_file(tmp_path: Path) -> None:
    assert not compact(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()
