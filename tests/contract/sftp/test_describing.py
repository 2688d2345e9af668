"""Against servers that say little or nothing true of their files."""

import os
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncssh
import paramiko
import pytest

from resources.failures import Permanent, Transient
from resources.hr.sftp import Sftp
from sandbox.sftp import SftpServer
from tests import soak

Serve = Callable[..., SftpServer]
At = Callable[..., Sftp]


def listed(count: int) -> Callable[..., AsyncIterator[asyncssh.SFTPName]]:
    async def scandir(session: asyncssh.SFTPServer, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        attributes = asyncssh.SFTPAttrs(size=1, permissions=0o100644, atime=1, mtime=1_700_000_000)
        for number in range(count):
            yield asyncssh.SFTPName(b"people_%06d.csv" % number, attrs=attributes)

    return scandir


@pytest.mark.exhaustive("files in a folder")
@pytest.mark.parametrize("count", soak.chosen([100_000, 1_000_000], lambda _: ["a full folder"], float))
def test_a_folder_of_a_hundred_thousand_files_is_listed_and_one_of_a_million(serve_with: Serve, at: At, count: int) -> None:
    server = serve_with(scandir=listed(count))
    files = at(server, path="out/people_*999.csv").listing()
    assert len(files) == count // 1000
    assert files[-1].name == f"people_{count - 1:06}.csv"


@pytest.mark.parametrize("error", [asyncssh.SFTPPermissionDenied, asyncssh.SFTPOpUnsupported, asyncssh.SFTPFailure])
def test_a_server_that_refuses_stat_is_read_by_its_listing(
    serve_with: Serve, at: At, wire: SimpleNamespace, error: Callable[[str], Exception]
) -> None:
    def refuse(*_: Any) -> Any:
        raise error("not here")

    server = serve_with(stat=refuse, fstat=refuse)
    assert at(server).fetch().content == wire.CONTENT
    assert at(server, path="out/people_1.csv").fetch().content == wire.CONTENT


def test_a_server_that_refuses_to_list_is_asked_for_the_one_file(serve_with: Serve, at: At, wire: SimpleNamespace) -> None:
    def refuse(*_: Any) -> Any:
        raise asyncssh.SFTPPermissionDenied("not here")

    server = serve_with(scandir=refuse)
    assert at(server, path="out/people_1.csv").fetch().content == wire.CONTENT
    with pytest.raises(Transient, match="is not complete"):
        at(server, path="out/people_1.csv", done_marker="READY").find()
    with pytest.raises(Permanent, match="does not let this user list the folder"):
        at(server).find()


def test_a_server_that_does_not_say_how_long_a_file_is_is_not_trusted_to_send_it_whole(serve_with: Serve, at: At) -> None:
    async def scandir(*_: Any) -> AsyncIterator[asyncssh.SFTPName]:
        yield asyncssh.SFTPName(b"people_1.csv", attrs=asyncssh.SFTPAttrs())

    with pytest.raises(Permanent, match="does not say how long a file is"):
        at(serve_with(scandir=scandir)).find()


def test_a_file_that_may_not_be_read_or_moved_is_permanent(serve_with: Serve, at: At, waited: list[float]) -> None:
    def refuse(*_: Any) -> Any:
        raise asyncssh.SFTPPermissionDenied("not here")

    server = serve_with(open=refuse, rename=refuse)
    with pytest.raises(Permanent, match="The HR file on the SFTP server may not be read by this user"):
        at(server).fetch()
    with pytest.raises(Permanent, match=r"does not let this user archive the file.*`afterwards: leave`"):
        at(server, afterwards="archive", archive="done").put_away("out/people_1.csv")
    assert not waited


@pytest.mark.parametrize("wrong", [0, 4_000_000_000], ids=["none", "in the future"])
def test_times_that_cannot_be_are_no_times(serve: Serve, at: At, root: Path, wrong: int) -> None:
    (root / "out" / "people_2.csv").write_bytes(b"2")
    for name in ("people_1.csv", "people_2.csv"):
        os.utime(root / "out" / name, (wrong, wrong))
    server = serve()
    assert [file.modified for file in at(server).listing()] == [None, None]
    assert at(server).fetch().content == b"2"
    assert abs(at(server).fetch().modified.timestamp() - time.time()) < 60
    with pytest.raises(Permanent, match=r"gives no time, or one that cannot be.*Set `newest: name`"):
        at(server, newest="modified").find()


def test_a_file_is_closed_at_the_server_before_it_is_looked_at_again(
    serve_with: Serve, at: At, wire: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    # By us, not when Python happens to let go of it: a mailbox may take it away then.
    monkeypatch.setattr(paramiko.SFTPFile, "__del__", lambda _: None)
    happened: list[str] = []

    def close(_: asyncssh.SFTPServer, file: Any) -> None:
        file.close()
        happened.append("closed")

    def stat(session: asyncssh.SFTPServer, path: bytes) -> Any:
        happened.append("looked at")
        return asyncssh.SFTPServer.stat(session, path)

    assert at(serve_with(close=close, stat=stat), path="out/people_1.csv").fetch().content == wire.CONTENT
    assert happened[-2:] == ["closed", "looked at"]
    assert happened.count("closed") == 1


@pytest.mark.parametrize("hours", [-13, -1, 1, 13])
def test_a_listing_in_another_time_zone_than_what_is_said_of_one_file_is_believed(
    serve_with: Serve, at: At, root: Path, wire: SimpleNamespace, hours: int
) -> None:
    async def scandir(session: asyncssh.SFTPServer, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        for file in sorted((root / "out").iterdir()):
            seconds, size = int(file.stat().st_mtime) + hours * 3600, file.stat().st_size
            attributes = asyncssh.SFTPAttrs(size=size, permissions=0o100644, atime=seconds, mtime=seconds)
            yield asyncssh.SFTPName(os.fsencode(file.name), attrs=attributes)

    client = at(serve_with(scandir=scandir), newest="modified", afterwards="delete")
    found = client.find()
    taken = client.fetch(found, found.size)
    assert (taken.content, int(taken.modified.timestamp())) == (wire.CONTENT, 1_700_000_000 + hours * 3600)
    assert client.put_away(found.path, found.size, found.modified)
    assert list((root / "out").iterdir()) == []
