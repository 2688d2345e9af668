"""HR files on an SFTP server.

Belongs here: each call on a connection of its own, and getting a file whole, going on where a download broke off. Does not belong here:
getting into the server (``resources.ssh.session``), what has arrived of a file (``resources.hr.partial_download``), which file it is and
putting it away (``resources.hr.remote_folder``), what is in it (``roster.reading.file``).
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, TypeVar

import paramiko

from resources.failures import Permanent, Transient
from resources.hr.files import ONE, Export
from resources.hr.kept import FOLDER, KeptExport
from resources.hr.locations import SftpSource
from resources.hr.newest import Choice
from resources.hr.partial_download import PartialDownload, drop_parts, partial_download
from resources.hr.remote_folder import RemoteFile, RemoteFolder, time_of
from resources.places import of_all_machines
from resources.ssh.failures import Lost
from resources.ssh.session import Patience, in_session, server_name

CHUNK: Final = 32_768
"""Bytes in one read: what every server answers whole."""
AHEAD: Final = 256
"""Reads that are asked for before the first is answered."""

_Result = TypeVar("_Result")


class Sftp:
    """HR's export on an SFTP server. It holds no connection and no secret.

    Args:
        settings: Where it is and as whom to get it.
        patience: How long to wait and how often to try.
    """

    def __init__(self, settings: SftpSource, patience: Patience | None = None) -> None:
        self._settings = settings
        self._patience = patience or Patience()
        self._server = server_name(settings.host, settings.port_number())

    def listing(self) -> list[RemoteFile]:
        """The files that the settings mean and that are complete, by name.

        Raises:
            Transient: The server cannot be had at present.
            Permanent: It refuses us, or is not the one that is pinned.
        """
        return self._call(lambda sftp: RemoteFolder(sftp, self._settings).complete())

    def find(self) -> RemoteFile:
        """`choose`, without what somebody should know of it."""
        return self.choose().file

    def choose(self) -> Choice[RemoteFile]:
        """The newest of them, also one that the server took away and that is kept here; and what somebody should know of the choice.

        Raises:
            Transient: The server cannot be had at present, or no file has its marker yet.
            Permanent: There is none, the server refuses us, or is not the one that is pinned.
        """
        return self._call(lambda sftp: RemoteFolder(sftp, self._settings).newest(self._kept().file()))

    def files(self) -> list[RemoteFile]:
        """All of them that are complete, with the one that is kept here; raises as `choose` does."""
        kept = self._kept().file()
        return self._call(lambda sftp: RemoteFolder(sftp, self._settings).complete(kept))

    def fetch(self, file: RemoteFile | None = None, expected_size: int | None = None) -> Export:
        """Get a file whole. What has arrived when the connection breaks is kept, and the next attempt goes on from there.

        A mailbox takes a file away when it has been read. What came whole is used then, and kept until `put_away`: nobody else has it.

        Args:
            file: Which, as it was when it was last looked at; the newest by default.
            expected_size: Its bytes when it was last looked at, if they must still be the same.

        Raises:
            Transient: The server cannot be had at present, or HR is still writing the file.
            Permanent: There is none, the server refuses us, or is not the one that is pinned.
        """
        return self._call(lambda sftp: self._fetched(sftp, file, expected_size))

    def put_away(self, path: str, size: int | None = None, modified: datetime | None = None) -> bool:
        """Do with a file that has landed what the settings say: leave, archive or delete it, with its marker. Safe to repeat.

        Args:
            path: The file.
            size: Its bytes when it was fetched.
            modified: When it had last been written then. If HR has put another file in its place since, that one stays.

        Returns:
            Whether the file is out of the way now.

        Raises:
            Transient: The server cannot be had at present.
            Permanent: It does not let us.
        """
        kept = self._kept()
        if (mine := kept.file()) and mine.path == path and size in (None, mine.size) and modified in (None, mine.modified):
            kept.drop()
        if self._settings.afterwards == "leave":
            return False
        return self._call(lambda sftp: RemoteFolder(sftp, self._settings).put_away(path, size, modified))

    def _call(self, work: Callable[[paramiko.SFTPClient], _Result]) -> _Result:
        """Do `work` on a connection of its own, and again on another if time may heal what went wrong."""
        return in_session(self._settings, self._patience, work)

    def _source(self) -> str:
        # Two companies on one server may have the same path, each in a world of its own user.
        return f"{self._settings.user.resolve()}@{self._server}/{self._settings.path}"

    def _kept(self) -> KeptExport:
        return KeptExport(self._source())

    def _fetched(self, sftp: paramiko.SFTPClient, expected: RemoteFile | None, expected_size: int | None) -> Export:
        folder, kept = RemoteFolder(sftp, self._settings), self._kept()
        wanted = expected or folder.newest(kept.file()).file
        file = folder.now(wanted.path, wanted) if wanted in (expected, kept.file()) else wanted
        taken = file is None or (wanted.size and not file.size)
        if taken and expected_size in (None, wanted.size) and (content := kept.content(wanted)) is not None:
            beside = folder.companions(wanted.path, kept.companions())  # HR may have put a corrected signature there
            kept.keep(wanted, content, beside)
            drop_parts(self._source())
            return Export(content, wanted.name, wanted.modified or datetime.now(UTC), {ONE: beside})
        if file is None:
            advice = f"Ask HR whether it was taken away.{of_all_machines(FOLDER)}"
            raise Permanent(f"{self._server} no longer has the HR file, and none is kept here.", advice)
        if file != wanted or expected_size not in (None, file.size):
            raise _still_written()
        return self._got(sftp, folder, replace(file, beside=wanted.beside))

    def _got(self, sftp: paramiko.SFTPClient, folder: RemoteFolder, file: RemoteFile) -> Export:
        """The file as it was found, whole, and kept where nobody else has it now."""
        folder.refuse_link(file.path)
        kept = self._kept()
        with partial_download(self._source(), file) as arrived:
            if file.modified is None:
                arrived.cut(0)  # without a time nothing says that it is still the same file
            came = _download(sftp, file, arrived, kept)
            arrived.drop()
        after = folder.now(file.path, file)
        if came.whole and (after is None or (file.size and not after.size)):
            beside = folder.companions(file.path)
            kept.keep(file, came.content, beside)
            # A mailbox's: the only one is ours now.
            return Export(came.content, file.name, file.modified or datetime.now(UTC), {ONE: beside})
        usable = came.whole and after is not None and _is_settled(sftp, file, after, came)
        kept.drop()
        if not usable:
            raise _still_written() if after not in (None, file) else _not_as_long(file, came, is_there=after is not None)
        return Export(came.content, file.name, file.modified or datetime.now(UTC), {ONE: folder.companions(file.path)})


@dataclass(frozen=True)
class _Came:
    """What came of a file."""

    content: bytes = field(repr=False)
    whole: bool
    """Whether it is exactly as many bytes as the server said."""
    same: bool = False
    """Whether the open file had, when its last byte had come, the size and the time that it was found with."""


def _download(sftp: paramiko.SFTPClient, file: RemoteFile, arrived: PartialDownload, keep: KeptExport) -> _Came:
    """All bytes, as they lie on the disk.

    Once there are as many as the server said, they are kept, before it is asked for anything more of the file: some take a file away with
    its last byte, and others when it is closed.
    """
    kept = arrived.read()
    # The end of what had arrived is got once more: another content may have come under the same name, size and time.
    start = max(len(kept) - CHUNK, 0)
    received = hashlib.sha256(kept[:start])
    arrived.cut(start)
    with _reading(sftp, file) as remote:
        position = start
        for block in _blocks(remote, start, file.size):
            known = kept[position : position + len(block)]
            if not block.startswith(known):
                arrived.drop()
                raise Lost("The HR file is not the one of which a part had arrived.", "Run again: it is got anew.")
            arrived.append(block)
            received.update(block)
            position += len(block)
        content = arrived.read()
        if position != file.size:
            return _Came(content, whole=False)
        if hashlib.sha256(content).digest() != received.digest():
            arrived.drop()
            raise Lost("The HR file was not stored as it was received.", "Check the disk if it stays so; else run again.")
        keep.keep(file, content)
        return _Came(content, whole=not _has_more(remote), same=_is_still(remote, file))


def _has_more(remote: paramiko.SFTPFile) -> bool:
    """Whether there are more bytes than the server said; none where it has the file no more."""
    try:
        return bool(remote.read(1))
    except OSError:
        return False


def _is_still(remote: paramiko.SFTPFile, file: RemoteFile) -> bool:
    try:
        now = remote.stat()
    except OSError:  # it is not there any more, or the server answers no such question
        return False
    return (now.st_size, time_of(now.st_mtime)) == (file.size, file.modified)


def _is_settled(sftp: paramiko.SFTPClient, file: RemoteFile, after: RemoteFile, came: _Came) -> bool:
    """Whether what came is a whole file, by what the server says of it once it was closed.

    What has grown was not finished. What is shorter was put in its place, as some servers leave a receipt, if the file was the same to its
    end. Of another time alone, which some servers set when somebody reads, a second reading tells.
    """
    if after.size < file.size:
        return came.same
    return after == file or (after.size == file.size and _read_again(sftp, after) == came.content)


def _read_again(sftp: paramiko.SFTPClient, file: RemoteFile) -> bytes | None:
    """The bytes by another reading; None if there are more than the server says."""
    with _reading(sftp, file) as remote:
        content = b"".join(_blocks(remote, 0, file.size))
        return None if _has_more(remote) else content


def _still_written() -> Transient:
    return Transient("The HR file changed on the SFTP server while it was read.", "Run again when HR has finished writing it.")


def _not_as_long(file: RemoteFile, came: _Came, *, is_there: bool) -> Transient:
    """The error for other bytes than the server says, where it says the same before and after."""
    count = len(came.content) if len(came.content) != file.size else "more"
    message = f"The SFTP server says that the HR file has {file.size} bytes, and {count} came"
    if not is_there:
        return Transient(f"{message}; it has taken the file away since.", "Ask HR to put it there again.")
    advice = "If it stays so, the server gives another size than it delivers, as some do that encrypt what they store: ask whoever runs it."
    return Transient(f"{message}.", f"Run again when HR has finished writing it. {advice}")


class _Reader(paramiko.SFTPFile):
    """A remote file that asks for what it reads ahead itself.

    paramiko does it in a thread. When the connection breaks, that prints an error of its own, or with a limit waits for ever.
    """

    def _start_prefetch(self, chunks: list[tuple[int, int]], max_concurrent_requests: int | None = None) -> None:
        self._prefetching, self._prefetch_done = True, False
        self._prefetch_thread(chunks, None)  # type: ignore[attr-defined]


@contextmanager
def _reading(sftp: paramiko.SFTPClient, file: RemoteFile) -> Iterator[paramiko.SFTPFile]:
    try:
        remote = sftp.open(file.path, "rb")
    except FileNotFoundError:
        raise Transient("The HR file went away while it was read.", "Run again when HR has put it back.") from None
    except PermissionError:
        message = "The HR file on the SFTP server may not be read by this user."
        raise Permanent(message, "Ask whoever runs the server for the right to read it.") from None
    remote.__class__ = _Reader
    yield remote
    # Not when reading failed: the server would be waited for once more.
    remote.close()


def _blocks(remote: paramiko.SFTPFile, start: int, end: int) -> Iterator[bytes]:
    """The bytes from `start` to `end`, or to where the server says that the file ends. Read ahead, a stretch at a time."""
    remote.seek(start)
    for stretch in range(start, end, CHUNK * AHEAD):
        until = min(stretch + CHUNK * AHEAD, end)
        remote.prefetch(until)
        for position in range(stretch, until, CHUNK):
            block = remote.read(min(CHUNK, until - position))
            if not block:
                return
            yield block
