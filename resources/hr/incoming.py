"""What has arrived of a remote file, kept for its owner alone so that a download that broke can go on.

Belongs here: where it lies, and which version of which file it is part of. Does not belong here: how more of it is got
(``resources.hr.sftp``).
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from resources import places
from resources.failures import Permanent, Transient
from resources.owner_only import make_directory


class Part:
    """What has arrived of one version of a file."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self._path, self._file = path, file

    def read(self) -> bytes:
        """All that has arrived."""
        with _disk(self._path.parent):
            self._file.seek(0)
            return self._file.read()

    def cut(self, length: int) -> None:
        """Forget what comes after so many bytes; the next `append` goes there."""
        with _disk(self._path.parent):
            self._file.seek(length)
            self._file.truncate()

    def append(self, content: bytes) -> None:
        """Keep what has just arrived.

        Raises:
            Permanent: The disk is full, or not ours.
        """
        with _disk(self._path.parent):
            self._file.write(content)
            self._file.flush()

    def drop(self) -> None:
        """Throw it away: it is taken over, or of no use."""
        self._path.unlink(missing_ok=True)


@contextmanager
def part(source: str, version: str) -> Iterator[Part]:
    """Hold what has arrived of one version of a source's file, while more of it is got. It stays there unless it is dropped.

    Each source has one part at most: that of another version is thrown away.

    Raises:
        Transient: Another process holds it.
        Permanent: The disk is full, or not ours.
    """
    folder = places.home() / "incoming"
    stem = hashlib.sha256(source.encode()).hexdigest()[:16]
    path = folder / f"{stem}.{hashlib.sha256(version.encode()).hexdigest()[:16]}.part"
    with _disk(folder):
        make_directory(folder)
        for other in folder.glob(f"{stem}.*.part"):
            if other != path:
                other.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Transient("Another run is getting the same file from the SFTP server.", "Run again when it has ended.") from None
        yield Part(path, file)


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError:
        raise Permanent(f"The folder {folder} cannot be used.", "Check its owner and the room on the disk.") from None
