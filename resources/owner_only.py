"""Files and directories that only their owner can read.

Belongs here: creating them so that no moment exists in which others could look. Does not belong here: what is in them.
"""

import os
import tempfile
from pathlib import Path


def make_directory(path: Path) -> Path:
    """Create `path` and whatever lies above it, each new level for the owner alone (0700). Existing levels stay as they are."""
    missing = [level for level in (path, *path.parents) if not level.exists()]
    for level in reversed(missing):
        level.mkdir(mode=0o700, exist_ok=True)
    return path


def write_new(path: Path, content: bytes) -> None:
    """Write a file (0600) that must not exist yet."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)


def write(path: Path, content: bytes) -> None:
    """Write a file (0600) whole or not at all: a reader sees the old content or the new."""
    temporary = _beside(path, content)
    temporary.replace(path)


def write_once(path: Path, content: bytes) -> bytes:
    """Write a file (0600) unless it exists; return what it then holds, the same to all who race for it."""
    temporary = _beside(path, content)
    try:
        os.link(temporary, path)
    except FileExistsError:
        return path.read_bytes()
    finally:
        temporary.unlink()
    return content


def _beside(path: Path, content: bytes) -> Path:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp creates 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:  # a full disk is not to be fuller for it
        Path(name).unlink()
        raise
    return Path(name)
