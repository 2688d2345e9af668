"""Against servers as managed file transfer has them: a file that was read is taken away, and what is said of a file alone is not so."""

import errno
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncssh
import pytest

from resources.failures import NoFile, Permanent, Transient
from resources.hr.kept import drop_naming
from resources.hr.sftp import Sftp
from resources.hr.sources import Found, SftpFiles
from sandbox.sftp import SftpServer

Serve = Callable[..., SftpServer]
At = Callable[..., Sftp]


class Mailbox(asyncssh.SFTPServer):
    """A file is gone once it has been read and closed."""

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> Any:
        self.opened = self.map_path(path)
        return super().open(path, pflags, attrs)

    def close(self, file_obj: Any) -> None:
        super().close(file_obj)  # type: ignore[no-untyped-call]
        self.taken_away(Path(os.fsdecode(self.opened)))

    def taken_away(self, path: Path) -> None:
        path.unlink(missing_ok=True)


class Emptied(Mailbox):
    """Its name stays there, with nothing in it."""

    def taken_away(self, path: Path) -> None:
        path.write_bytes(b"")


class WithItsLastByte(Mailbox):
    """A file is removed as its last byte goes out, and the next request for it is refused."""

    def refused(self) -> Any:
        raise asyncssh.SFTPNoSuchFile("no such file")

    def read(self, file_obj: Any, offset: int, size: int) -> Any:
        path = Path(os.fsdecode(self.opened))
        if not path.exists():
            return self.refused()
        content = bytes(super().read(file_obj, offset, size))  # type: ignore[arg-type]
        if offset + len(content) >= os.fstat(file_obj.fileno()).st_size:
            path.unlink()
        return content


class WithItsLastByteFailing(WithItsLastByte):
    """The same by a server that says no more than that it failed."""

    def refused(self) -> Any:
        raise asyncssh.SFTPFailure("no such handle")


class WithItsLastByteHangingUp(WithItsLastByte):
    """The same by a server that ends the connection."""

    def refused(self) -> Any:
        self.channel.get_connection().abort()
        return b""


class WithItsFolder(Mailbox):
    """The folder goes with its last file."""

    def taken_away(self, path: Path) -> None:
        shutil.rmtree(path.parent)


class WithAReceipt(Mailbox):
    """What was read is replaced by a line that says so."""

    def taken_away(self, path: Path) -> None:
        path.write_bytes(b"read\n")


def served(serve: Serve, root: Path, kind: type[asyncssh.SFTPServer] = Mailbox) -> SftpServer:
    return serve(files=lambda channel: kind(channel, chroot=os.fsencode(root)))


def kept(home: Path) -> list[Path]:
    return list((home / "incoming").iterdir())


AT_THE_END = [WithItsLastByte, WithItsLastByteFailing, WithItsLastByteHangingUp]


@pytest.mark.parametrize("kind", [Mailbox, Emptied, WithItsFolder, *AT_THE_END])
def test_a_file_that_goes_when_it_was_read_is_used_and_kept_for_its_owner_alone(
    serve: Serve, at: At, root: Path, home: Path, wire: SimpleNamespace, kind: type[asyncssh.SFTPServer]
) -> None:
    client = at(served(serve, root, kind))
    found = client.find()
    assert client.fetch(found, found.size).content == wire.CONTENT
    [file] = kept(home)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "people" not in file.name


@pytest.mark.parametrize("kind", AT_THE_END[:2])
def test_what_is_asked_behind_the_last_byte_costs_no_second_attempt(
    serve: Serve, at: At, root: Path, wire: SimpleNamespace, kind: type[asyncssh.SFTPServer]
) -> None:
    sessions: list[asyncssh.SFTPServer] = []

    def begun(channel: Any) -> asyncssh.SFTPServer:
        sessions.append(kind(channel, chroot=os.fsencode(root)))
        return sessions[-1]

    assert at(serve(files=begun)).fetch().content == wire.CONTENT
    assert len(sessions) == 1


@pytest.mark.parametrize("kind", [Mailbox, *AT_THE_END[:2]])
def test_what_was_taken_away_is_there_for_the_next_run_until_one_has_brought_it_everywhere(
    serve: Serve, source: Callable[..., Any], root: Path, home: Path, wire: SimpleNamespace, kind: type[asyncssh.SFTPServer]
) -> None:
    files = SftpFiles(source(served(serve, root, kind)))
    first = files.newest()
    assert files.take(first).content == wire.CONTENT
    again = files.newest()
    assert (again.state, again.shown) == (first.state, "people_1.csv")
    assert files.take(again).content == wire.CONTENT
    files.put_away(again)
    assert kept(home) == []
    with pytest.raises(NoFile):
        files.newest()
    with pytest.raises(Permanent, match="no longer has the HR file"):
        files.take(again)


def full(*_: Any) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_what_came_whole_and_could_not_be_kept_is_there_for_the_next_run_until_one_has_brought_it_everywhere(
    serve: Serve, source: Callable[..., Any], home: Path, root: Path, wire: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = SftpFiles(source(served(serve, root, WithItsLastByte)))
    first = files.newest()
    with monkeypatch.context() as broken:
        broken.setattr("resources.hr.kept.write", full)
        with pytest.raises(Permanent, match="disk"):
            files.take(first)
    assert list((root / "out").iterdir()) == []
    assert [stat.S_IMODE(file.stat().st_mode) for file in kept(home)] == [0o600]
    again = files.newest()
    assert again.state == first.state
    assert files.take(again).content == files.take(files.newest()).content == wire.CONTENT
    files.put_away(again)
    assert kept(home) == []
    with pytest.raises(NoFile):
        files.newest()


def test_a_part_to_which_something_is_missing_is_no_export(
    serve: Serve, source: Callable[..., Any], home: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = SftpFiles(source(served(serve, root, WithItsLastByte)))
    first = files.newest()
    with monkeypatch.context() as broken:
        broken.setattr("resources.hr.kept.write", full)
        with pytest.raises(Permanent):
            files.take(first)
    [part] = kept(home)
    whole = part.read_bytes()
    for other in (whole[:-1], whole + b"x", whole.partition(b"\n")[2], b""):
        part.write_bytes(other)
        with pytest.raises(NoFile):
            files.newest()
        with pytest.raises(Permanent, match="none is kept here"):
            files.take(first)


def test_what_went_with_its_folder_is_there_for_the_next_run_until_one_has_brought_it_everywhere(
    serve: Serve, source: Callable[..., Any], root: Path, wire: SimpleNamespace
) -> None:
    files = SftpFiles(source(served(serve, root, WithItsFolder), afterwards="delete"))
    first = files.newest()
    files.take(first)
    assert [file.state for file in files.every()] == [files.newest().state] == [first.state]
    assert files.take(files.newest()).content == wire.CONTENT
    assert files.put_away(first)
    with pytest.raises(Permanent, match="has no folder out"):
        files.newest()


def test_what_went_with_its_folder_is_not_looked_for_where_the_server_says_nothing_of_one_file(
    serve: Serve, source: Callable[..., Any], root: Path, wire: SimpleNamespace
) -> None:
    class Silent(WithItsFolder):
        def stat(self, path: bytes) -> Any:
            raise asyncssh.SFTPFailure("no")

    files = SftpFiles(source(served(serve, root, Silent)))
    files.take(files.newest())
    assert files.take(files.newest()).content == wire.CONTENT


def test_what_came_whole_is_used_where_a_receipt_has_its_place_afterwards(
    serve: Serve, source: Callable[..., Any], root: Path, wire: SimpleNamespace
) -> None:
    files = SftpFiles(source(served(serve, root, WithAReceipt), afterwards="delete"))
    found = files.newest()
    assert files.take(found).content == wire.CONTENT
    assert not files.put_away(found), "what has its place now is another file"
    assert (root / "out" / "people_1.csv").read_bytes() == b"read\n"


def test_what_was_emptied_is_there_for_the_next_run(serve: Serve, source: Callable[..., Any], root: Path, wire: SimpleNamespace) -> None:
    files = SftpFiles(source(served(serve, root, Emptied)))
    first = files.newest()
    files.take(first)
    again = files.newest()
    assert again.state == first.state
    assert [file.path for file in files.every()] == [first.path]
    assert files.take(again).content == files.take(first).content == wire.CONTENT


def test_a_file_that_hr_has_put_there_since_is_the_newest(serve: Serve, source: Callable[..., Any], root: Path, home: Path) -> None:
    files = SftpFiles(source(served(serve, root), path="out/people_1.csv"))
    files.take(files.newest())
    (root / "out" / "people_1.csv").write_bytes(b"No;Name\n2;Bo\n")
    assert files.take(files.newest()).content == b"No;Name\n2;Bo\n"
    assert len(kept(home)) == 1


def test_an_older_file_that_nobody_read_is_not_taken_for_the_newest(serve: Serve, at: At, root: Path, wire: SimpleNamespace) -> None:
    older, earlier = root / "out" / "people_0.csv", (root / "out" / "people_1.csv").stat().st_mtime - 1
    older.write_bytes(b"older")
    os.utime(older, (earlier, earlier))
    client = at(served(serve, root))
    client.fetch()
    assert client.find().name == "people_1.csv"
    assert client.fetch().content == wire.CONTENT


def test_putting_away_another_state_drops_nothing(serve: Serve, source: Callable[..., Any], root: Path, home: Path) -> None:
    files = SftpFiles(source(served(serve, root)))
    found = files.newest()
    files.take(found)
    files.put_away(Found(found.path, found.shown, found.size + 1, found.modified))
    assert len(kept(home)) == 1


def test_a_machine_that_does_not_see_what_another_one_keeps_says_what_all_must_mount(
    serve: Serve, source: Callable[..., Any], root: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = SftpFiles(source(served(serve, root)))
    found = files.newest()
    files.take(found)
    monkeypatch.setenv("ROLLCALL_HOME", str(home.with_name("another machine")))
    for look in (lambda: files.take(found), files.newest):
        with pytest.raises(Permanent) as alone:  # its ledger is a file: there is no other machine
            look()
        assert "several machines" not in str(alone.value)
    monkeypatch.setenv("ROLLCALL_LEDGER", "postgresql://rollcall@db/rollcall")
    for look in (lambda: files.take(found), files.newest):
        with pytest.raises(Permanent, match=r"all of them must mount the same \$ROLLCALL_HOME/incoming, and another may have it"):
            look()
    monkeypatch.setenv("ROLLCALL_HOME", str(home))
    assert files.take(found).size == found.size


def test_what_the_server_still_has_is_not_kept(serve: Serve, at: At, home: Path) -> None:
    at(serve()).fetch()
    assert kept(home) == []


def test_what_went_before_it_had_come_whole_is_not_used(serve: Serve, at: At, root: Path, home: Path) -> None:
    class Short(Mailbox):
        def read(self, file_obj: Any, offset: int, size: int) -> bytes:
            return b"" if offset else bytes(super().read(file_obj, offset, 5))

    with pytest.raises(Transient, match="has 15 bytes, and 5 came; it has taken the file away since"):
        at(served(serve, root, Short)).fetch()
    assert kept(home) == []


@pytest.mark.parametrize("said", [{"size": 0}, {"size": 0, "mtime": 1_700_000_000, "atime": 1}, {"size": 14, "mtime": 1, "atime": 1}])
def test_a_server_that_says_otherwise_of_a_file_alone_is_believed_by_its_listing(
    serve_with: Serve, source: Callable[..., Any], wire: SimpleNamespace, said: dict[str, int]
) -> None:
    files = SftpFiles(source(serve_with(stat=lambda *_: asyncssh.SFTPAttrs(permissions=0o100644, **said))))
    found = files.newest()
    assert found.size == len(wire.CONTENT)
    assert files.take(found).content == wire.CONTENT


def test_a_file_that_is_kept_goes_when_somebody_in_it_is_forgotten(serve: Serve, at: At, root: Path, home: Path) -> None:
    at(served(serve, root)).fetch()
    assert drop_naming("no such number") == 0
    assert drop_naming("1") == 1
    assert kept(home) == []
