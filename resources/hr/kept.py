"""An export that its server may have taken away once it was read: kept on this machine until a run has brought it everywhere.

Belongs here: the one file of each source under ``incoming``, for its owner alone, with what its server said of it. Does not belong here:
parts of a download that broke, getting a file (``resources.hr.sftp``), which file is the newest (``resources.hr.remote_folder``).
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


class KeptExport:
    """The export of one source that is kept, if there is one: the newest that came whole.

    Args:
        source: The account and the path of the source.
    """

    def __init__(self, source: str) -> None:
        self._path = folder() / f"{stem(source)}.{KEPT}"

    def keep(self, file: "RemoteFile", content: bytes, companions: Mapping[str, bytes] | None = None) -> None:
        """Keep what has come whole, in place of what was kept before.

        Args:
            file: As the server described it.
            content: Its bytes.
            companions: What was read with it, once that is here, too.

        Raises:
            Permanent: The disk is full, or not ours.
        """
        modified = file.modified.isoformat() if file.modified else None
        head = {what: base64.b64encode(beside).decode() for what, beside in (companions or {}).items()}
        with disk_errors(folder()):
            make_directory(folder())
            write(self._path, json.dumps({**asdict(file), "modified": modified, **head}).encode() + b"\n" + content)

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
        with disk_errors(folder()):
            try:
                with self._path.open("rb") as kept:
                    return dict(json.loads(kept.readline()))
            except (FileNotFoundError, NotADirectoryError):
                return None

    def content(self, file: "RemoteFile") -> bytes | None:
        """The bytes of exactly this state of it; None if another one is kept, or none."""
        if self.file() != file:
            return None
        with disk_errors(folder()):
            return self._path.read_bytes().partition(b"\n")[2]

    def drop(self) -> None:
        """Nothing is kept any more: the server has it still, or a run has brought it everywhere."""
        with disk_errors(folder()):
            if self._path.parent.is_dir():
                self._path.unlink(missing_ok=True)
