"""An export that its server may have taken away once it was read: kept on this machine until a run has brought it everywhere.

Belongs here: the one file of each source under ``incoming``, for its owner alone, with what its server said of it. Does not belong here:
going on with a download that broke, getting a file (``resources.hr.sftp``), which file is the newest (``resources.hr.remote_folder``).
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from resources import places
from resources.failures import Permanent
from resources.hr.agreed import MANIFEST, SIGNATURE
from resources.owner_only import make_directory, write
from resources.shortage import shortage
from roster.reading.foreign import is_pgp

if TYPE_CHECKING:
    from resources.hr.remote_folder import RemoteFile

FOLDER: Final = "incoming"
"""Below ROLLCALL_HOME."""
KEPT: Final = "kept"
"""What the name of such a file ends with."""

PART: Final = "part"
"""What the name of one ends with that is still coming."""

_COMPANIONS: Final = (MANIFEST, SIGNATURE)
PACKED: Final = (b"\x1f\x8b", b"PK")
"""How what is packed begins."""


def folder() -> Path:
    """Where exports lie that are on their way in."""
    return places.home() / FOLDER


def stem(source: str) -> str:
    """What the names of a source's files begin with: its account and its path are nobody's to read in a listing."""
    return hashlib.sha256(source.encode()).hexdigest()[:16]


@contextmanager
def disk_errors(at: Path) -> Iterator[None]:
    """Tell a full disk, or one that is not ours, from a fault of the server.

    Raises:
        Permanent: The disk is full, or not ours.
    """
    try:
        yield
    except OSError as error:
        raise shortage(error, at) or Permanent(f"The folder {at} cannot be used.", "Check its owner.") from None


def drop_naming(employee_id: str) -> int:
    """Drop every kept export that has this number, or that is packed or encrypted and may have it.

    Those of companies that do not know them stay.

    Returns:
        How many went.
    """
    dropped = 0
    for path in folder().glob(f"*.{KEPT}"):
        content = path.read_bytes().partition(b"\n")[2]
        if (
            content.startswith(PACKED)
            or is_pgp(content)
            or any(employee_id.encode(form) in content for form in ("utf-8", "utf-16-le", "utf-16-be"))
        ):
            path.unlink(missing_ok=True)
            dropped += 1
    return dropped


def described(file: "RemoteFile", companions: Mapping[str, bytes] | None = None) -> bytes:
    """The line before the content of what lies here.

    Args:
        file: As the server described it.
        companions: What was read with it, once that is here, too.
    """
    modified = file.modified.isoformat() if file.modified else None
    beside = {what: base64.b64encode(content).decode() for what, content in (companions or {}).items()}
    return json.dumps({**asdict(file), "modified": modified, **beside}).encode() + b"\n"


class KeptExport:
    """The export of one source that is kept, if there is one: the newest that came whole.

    That is also a part to which nothing is missing: a full disk or a kill may have kept it from being more.

    Args:
        source: The account and the path of the source.
    """

    def __init__(self, source: str) -> None:
        self._stem = stem(source)
        self._path = folder() / f"{self._stem}.{KEPT}"

    def keep(self, file: "RemoteFile", content: bytes, companions: Mapping[str, bytes] | None = None) -> None:
        """Keep what has come whole, in place of what was kept before.

        Args:
            file: As the server described it.
            content: Its bytes.
            companions: What was read with it, once that is here, too.

        Raises:
            Permanent: The disk is full, or not ours.
        """
        with disk_errors(folder()):
            make_directory(folder())
            write(self._path, described(file, companions) + content)

    def file(self) -> "RemoteFile | None":
        """As the server described it; None if nothing is kept."""
        from resources.hr.remote_folder import RemoteFile  # noqa: PLC0415 - with it comes paramiko: only who needs a server loads it

        head = self._head()
        if head is None:
            return None
        head = {name: value for name, value in head.items() if name not in _COMPANIONS}
        return RemoteFile(**{**head, "modified": datetime.fromisoformat(head["modified"]) if head["modified"] else None})

    def companions(self) -> dict[str, bytes]:
        """What was read with what is kept; nothing if that is not kept."""
        head = self._head() or {}
        return {what: base64.b64decode(head[what]) for what in _COMPANIONS if what in head}

    def _head(self) -> dict[str, Any] | None:
        """What stands before the content."""
        held = self._held()
        return held[1] if held else None

    def _held(self) -> tuple[Path, dict[str, Any]] | None:
        """Where it lies, and what stands before its content."""
        with disk_errors(folder()):
            for path in (*folder().glob(f"{self._stem}.*.{PART}"), self._path):
                try:
                    with path.open("rb") as file:
                        line, size = file.readline(), path.stat().st_size
                except (FileNotFoundError, NotADirectoryError):
                    continue
                head = _parsed(line)
                if head and (path == self._path or size - len(line) == head["size"] > 0):
                    return path, head
        return None

    def content(self, file: "RemoteFile") -> bytes | None:
        """The bytes of exactly this state of it; None if another one is kept, or none."""
        if self.file() != file or (held := self._held()) is None:
            return None
        with disk_errors(folder()):
            return held[0].read_bytes().partition(b"\n")[2]

    def drop(self) -> None:
        """Nothing is kept any more: the server has it still, or a run has brought it everywhere."""
        while held := self._held():
            with disk_errors(folder()):
                held[0].unlink(missing_ok=True)


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        head = json.loads(line)
    except ValueError:  # the part of an earlier version, with nothing before its content
        return None
    return head if isinstance(head, dict) and "size" in head else None
