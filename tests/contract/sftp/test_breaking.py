"""Against servers that break in the middle of a file, each on a real socket; and files that are not finished."""

import asyncio
import os
import stat
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncssh
import pytest

from resources.failures import Permanent, Transient
from resources.hr.remote_folder import RemoteFile
from resources.hr.sftp import CHUNK, Sftp
from resources.ssh.failures import Lost
from sandbox.sftp import SftpServer

Serve = Callable[..., SftpServer]
At = Callable[..., Sftp]


HALF = 1_500_000


class Breaking:
    """Reads that break the connection, or stall, once half of the file has been read; on the first `times` connections."""

    def __init__(self, times: int, stall: bool = False) -> None:
        self.times, self.stall = times, stall
        self.offsets: list[list[int]] = []

    def read(self) -> Callable[..., Any]:
        breaking = self

        async def read(session: asyncssh.SFTPServer, file: Any, offset: int, size: int) -> bytes:
            mine = session.__dict__.setdefault("mine", len(breaking.offsets))
            if mine == len(breaking.offsets):
                breaking.offsets.append([])
            breaking.offsets[mine].append(offset)
            if mine < breaking.times and offset >= HALF:
                if breaking.stall:
                    await asyncio.sleep(60)
                session.connection.abort()
                return b""
            file.seek(offset)
            return file.read(size)

        return read


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("stall", [False, True], ids=["closes", "stalls"])
def test_a_download_that_breaks_goes_on_where_it_stopped(
    serve_with: Serve, hastily_at: At, big: bytes, waited: list[float], stall: bool
) -> None:
    breaking = Breaking(1, stall)
    assert hastily_at(serve_with(read=breaking.read())).fetch().content == big
    assert len(waited) == 1
    assert min(breaking.offsets[1]) > 0, "all of it was got again"


def test_nothing_is_read_ahead_in_a_thread_whose_error_nobody_gets(serve_with: Serve, at: At, big: bytes) -> None:
    seen: set[str] = set()

    def read(session: asyncssh.SFTPServer, file: Any, offset: int, size: int) -> bytes:
        seen.update(thread.name for thread in threading.enumerate())
        file.seek(offset)
        return file.read(size)

    assert at(serve_with(read=read)).fetch().content == big
    assert not [name for name in seen if "prefetch" in name]


def test_what_had_arrived_is_kept_for_the_next_run_for_its_owner_alone(
    serve_with: Serve, at: At, home: Path, big: bytes, waited: list[float]
) -> None:
    breaking = Breaking(3)
    client = at(serve_with(read=breaking.read()))
    with pytest.raises(Lost, match=r"broke off.*a download goes on where it stopped"):
        client.fetch()
    [part] = (home / "incoming").iterdir()
    assert stat.S_IMODE(part.stat().st_mode) == 0o600
    had = len(part.read_bytes().partition(b"\n")[2])
    assert CHUNK < had < len(big)
    assert client.fetch().content == big
    assert min(breaking.offsets[3]) == had - CHUNK
    assert list((home / "incoming").iterdir()) == []


@pytest.mark.parametrize("modified", [1_700_000_000, 1_700_000_060], ids=["same size and time", "another time"])
def test_a_part_of_another_content_is_never_gone_on_with(serve_with: Serve, at: At, root: Path, big: bytes, modified: int) -> None:
    breaking = Breaking(3)
    client = at(serve_with(read=breaking.read()))
    with pytest.raises(Lost):
        client.fetch()
    other = os.urandom(len(big))
    (root / "out" / "people_2.csv").write_bytes(other)
    os.utime(root / "out" / "people_2.csv", (modified, modified))
    assert client.fetch().content == other


def test_a_part_of_another_file_does_not_stay(serve_with: Serve, at: At, root: Path, home: Path, big: bytes, wire: SimpleNamespace) -> None:
    client = at(serve_with(read=Breaking(3).read()))
    with pytest.raises(Lost):
        client.fetch()
    (root / "out" / "people_2.csv").unlink()
    assert client.fetch().content == wire.CONTENT
    assert list((home / "incoming").iterdir()) == []


def test_two_runs_do_not_write_to_one_part(serve_with: Serve, hastily_at: At, root: Path, big: bytes) -> None:
    client = hastily_at(serve_with(read=Breaking(1, stall=True).read()))
    results: list[Any] = []
    first = threading.Thread(target=lambda: results.append(client.fetch().content))
    first.start()
    while not list(root.parent.glob("home/incoming/*")):
        time.sleep(0.005)
    with pytest.raises(Transient, match="Another run is getting the same file"):
        client.fetch()
    first.join()
    assert results == [big]


def test_a_full_disk_is_ours_and_not_the_servers(serve: Serve, at: At, home: Path, waited: list[float]) -> None:
    home.mkdir()
    (home / "incoming").write_text("no folder")
    with pytest.raises(Permanent, match="incoming cannot be used"):
        at(serve()).fetch()
    assert not waited


def test_a_file_that_grows_while_it_is_read_is_not_used(serve_with: Serve, at: At, root: Path, home: Path, big: bytes) -> None:
    def read(session: asyncssh.SFTPServer, file: Any, offset: int, size: int) -> bytes:
        with (root / "out" / "people_2.csv").open("ab") as growing:
            growing.write(b"more\n")
        file.seek(offset)
        return file.read(size)

    with pytest.raises(Transient, match=r"changed on the SFTP server while it was read. Run again when HR has finished"):
        at(serve_with(read=read)).fetch()
    assert list((home / "incoming").iterdir()) == []


def test_a_file_that_is_written_anew_while_it_is_read_is_not_used(serve_with: Serve, at: At, root: Path, big: bytes) -> None:
    def read(session: asyncssh.SFTPServer, file: Any, offset: int, size: int) -> bytes:
        if offset + size >= len(big):
            (root / "out" / "people_2.csv").write_bytes(os.urandom(len(big)))
        file.seek(offset)
        return file.read(size)

    with pytest.raises(Transient, match="changed on the SFTP server while it was read"):
        at(serve_with(read=read)).fetch()


def test_a_file_that_becomes_shorter_while_it_is_read_is_not_used(serve_with: Serve, at: At, root: Path, big: bytes) -> None:
    def read(session: asyncssh.SFTPServer, file: Any, offset: int, size: int) -> bytes:
        file.seek(offset)
        content = file.read(size)
        if offset + size >= len(big):
            (root / "out" / "people_2.csv").write_bytes(b"No;Name\n")  # before the end was reached
        return content

    with pytest.raises(Transient, match="changed on the SFTP server while it was read"):
        at(serve_with(read=read)).fetch()


@pytest.mark.parametrize("when", ["read", "close"])
def test_a_file_of_which_each_reading_sets_the_time_is_used_where_it_is_the_same_twice(
    serve_with: Serve, at: At, root: Path, home: Path, big: bytes, when: str
) -> None:
    touched: list[float] = []

    def touch() -> None:
        touched.append(1_700_000_060 + 60 * len(touched))
        os.utime(root / "out" / "people_2.csv", (touched[-1], touched[-1]))

    def read(session: asyncssh.SFTPServer, file: Any, offset: int, size: int) -> bytes:
        touch()
        file.seek(offset)
        return file.read(size)

    def close(session: asyncssh.SFTPServer, file: Any) -> None:
        file.close()
        touch()

    client = at(serve_with(**{when: locals()[when]}))
    assert client.fetch().content == client.fetch().content == big
    assert touched
    assert list((home / "incoming").iterdir()) == []


@pytest.mark.parametrize("given", [{"expected_size": 3}, {"file": 3}])
def test_a_file_that_is_not_as_it_was_when_it_was_seen_is_not_used(serve: Serve, at: At, root: Path, given: dict[str, Any]) -> None:
    client = at(serve())
    if "file" in given:
        given = {"file": client.find()}
        (root / "out" / "people_1.csv").write_bytes(b"another")
    with pytest.raises(Transient, match="changed on the SFTP server"):
        client.fetch(**given)


def test_a_file_shorter_than_the_server_says_is_not_used(serve_with: Serve, at: At, big: bytes) -> None:
    def read(session: asyncssh.SFTPServer, file: Any, offset: int, size: int) -> bytes:
        file.seek(offset)
        return b"" if offset > HALF else file.read(size)

    with pytest.raises(Transient, match=r"has 3000000 bytes, and \d+ came\. Run again when HR has finished writing it\. If it stays so"):
        at(serve_with(read=read)).fetch()


def test_a_server_that_answers_reads_in_part_loses_nothing(serve_with: Serve, at: At, big: bytes) -> None:
    def read(session: asyncssh.SFTPServer, file: Any, offset: int, size: int) -> bytes:
        file.seek(offset)
        return file.read(min(size, 10_000))

    assert at(serve_with(read=read)).fetch().content == big


def test_a_file_longer_than_the_server_says_is_not_used(serve_with: Serve, at: At, big: bytes) -> None:
    def stat(*_: Any) -> asyncssh.SFTPAttrs:
        return asyncssh.SFTPAttrs(size=len(big) - 5, permissions=0o100644, atime=1, mtime=1_700_000_000)

    client = at(serve_with(stat=stat))
    said = RemoteFile("out/people_2.csv", "people_2.csv", len(big) - 5, datetime.fromtimestamp(1_700_000_000, UTC))
    with pytest.raises(Transient, match="has 2999995 bytes, and more came"):
        client.fetch(said)
