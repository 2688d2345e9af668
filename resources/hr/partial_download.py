"""What has arrived of a file on its way from a server, for whoever goes on with it.

Belongs here: holding it on the disk, for its owner and one process at a time. Does not belong here: getting more of it
(``resources.hr.sftp``), what came whole (``resources.hr.kept``).
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from resources.failures import Transient
from resources.hr.kept import PART, described, disk_errors, folder, stem
from resources.hr.remote_folder import RemoteFile
from resources.owner_only import make_directory


class PartialDownload:
    """What has arrived of one version of a file."""

    def __init__(self, path: Path, file: IO[bytes], begin: int) -> None:
        self._path, self._file, self._begin = path, file, begin

    def read(self) -> bytes:
        """All that has arrived."""
        with disk_errors(self._path.parent):
            self._file.seek(self._begin)
            return self._file.read()

    def cut(self, length: int) -> None:
        """Forget what comes after so many bytes; the next `append` goes there."""
        with disk_errors(self._path.parent):
            self._file.seek(self._begin + length)
            self._file.truncate()

    def append(self, content: bytes) -> None:
        """Keep what has just arrived.

        Raises:
            Permanent: The disk is full, or not ours.
        """
        with disk_errors(self._path.parent):
            self._file.write(content)
            self._file.flush()

    def drop(self) -> None:
        """Throw it away: it is taken over, or of no use."""
        self._path.unlink(missing_ok=True)


def drop_parts(source: str, but: Path | None = None) -> None:
    """Throw away what has arrived of any version of a source's file, `but` one."""
    for part in folder().glob(f"{stem(source)}.*.{PART}"):
        if part != but:
            part.unlink(missing_ok=True)


@contextmanager
def partial_download(source: str, version: RemoteFile) -> Iterator[PartialDownload]:
    """Hold what has arrived of one version of a source's file, while more of it is got. It stays there unless it is dropped, and says what
    it is of: it is an export that is kept once nothing is missing to it (`resources.hr.kept`).

    Each source has one part at most: that of another version is thrown away.

    Raises:
        Transient: Another process holds it.
        Permanent: The disk is full, or not ours.
    """
    at, head = folder(), described(version)
    path = at / f"{stem(source)}.{hashlib.sha256(repr(version).encode()).hexdigest()[:16]}.{PART}"
    with disk_errors(at):
        make_directory(at)
        drop_parts(source, but=path)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Transient("Another run is getting the same file from the SFTP server.", "Run again when it has ended.") from None
        with disk_errors(at):
            if file.read(len(head)) != head:
                file.seek(0)
                file.truncate()
                file.write(head)
                file.flush()
        yield PartialDownload(path, file, len(head))
