"""HR files on this machine.

Belongs here: finding the file and reading it once, whole. Does not belong here: what is in it (``roster.reading.file``), files on other
machines.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

from resources.failures import NoFile, Permanent, Transient
from resources.hr.meant import MAGIC, alike, composed, matcher, missing, name_beside, near, others_near
from resources.hr.newest import Choice, beside_alike, by_name, by_time
from roster.settings import CsvFormat

ONE: Final = ""
"""What the file is called where there is only one."""
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True)
class Export:
    """HR's file as it came."""

    content: bytes = field(repr=False)
    name: str
    modified: datetime
    """When it was last written, in UTC."""
    companions: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict, repr=False)
    """What each of several files is called, or `ONE` → what was read with it (`resources.hr.agreed.AsAgreed.companions`) → its content."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Of several files that are one roster: what each is called → its name. `content` is all of them (`roster.reading.several`)."""

    @property
    def size(self) -> int:
        """Its bytes."""
        return len(self.content)

    @property
    def sha256(self) -> str:
        """What tells one content from another."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class LocalFile:
    """A file on this machine, as a listing shows it."""

    path: Path
    modified: datetime
    """When it was last written, in UTC."""

    @property
    def name(self) -> str:
        """Without its folder."""
        return self.path.name


def find(
    source: str,
    base: Path,
    newest: Literal["name", "modified"] = "name",
    format: CsvFormat | None = None,
    companions: Mapping[str, str] = _NOTHING,
) -> Choice[LocalFile]:
    """The file that the settings mean, and what somebody should know of the choice; raises what `listed` raises.

    Args:
        source: A file or a pattern, absolute or relative to `base`.
        base: The company's folder.
        newest: Which of several matching files it is: the newest by name or the last modified.
        format: The settings, for the day in a name.
        companions: What must lie beside it → its name.

    Raises:
        Permanent: Nobody can tell which is the newest.
    """
    files, format = listed(source, base, companions), format or CsvFormat()
    choice = (by_time if newest == "modified" else by_name)(files, format, source)
    others = [_as_listed(path) for path in _alike(*_folder_and_pattern(source, base))]
    return beside_alike(choice, others, format, source)


def listed(source: str, base: Path, companions: Mapping[str, str] = _NOTHING) -> list[LocalFile]:
    """All files that the settings may mean, by name; at least one.

    Args:
        source: A file or a pattern, absolute or relative to `base`.
        base: The company's folder.
        companions: What must lie beside each → its name; one without it is not there yet.

    Raises:
        NoFile: There is none in the folder.
        Transient: None has yet what must lie beside it.
        Permanent: There is no such folder.
    """
    folder, pattern = _folder_and_pattern(source, base)
    is_meant = matcher(Path(pattern).name)
    found = [path for path in folder.glob(pattern) if path.is_file() and is_meant(composed(path.name))]
    if not found:
        count, is_near = len(_alike(folder, pattern)), near(pattern)
        others = sum(1 for path in folder.iterdir() if is_near(path.name) and path.is_file()) - count if folder.is_dir() else 0
        reason = f"has no file '{pattern}'{others_near(count, others)}"
        failure, reason = (NoFile, reason) if folder.is_dir() else (Permanent, "does not exist")
        raise failure(f"There is no HR file: the folder {folder} {reason}.", "Correct `path`, or ask HR whether the export ran.")
    for name in companions.values():
        beside = {path: path.with_name(name_beside(name, path.name)) for path in found}
        found = [path for path in found if beside[path] != path and beside[path].is_file()]
        if not found:
            raise missing(companions)
    return sorted(map(_as_listed, found), key=lambda file: (file.name, str(file.path)))


def _folder_and_pattern(source: str, base: Path) -> tuple[Path, str]:
    parts = (base / source).parts
    fixed = next((number for number, part in enumerate(parts) if MAGIC.search(part)), len(parts) - 1)
    return Path(*parts[:fixed]), str(Path(*parts[fixed:]))


def _alike(folder: Path, pattern: str) -> list[Path]:
    """The files that are not meant, and only by upper and lower case."""
    is_alike, is_meant = alike(pattern), matcher(pattern)
    names = (path for path in folder.iterdir() if is_alike(path.name) and not is_meant(composed(path.name))) if folder.is_dir() else ()
    return [path for path in names if path.is_file()]


def _as_listed(path: Path) -> LocalFile:
    return LocalFile(path, datetime.fromtimestamp(path.stat().st_mtime, tz=UTC))


def take(path: Path, companions: Mapping[str, str] = _NOTHING) -> Export:
    """Read a file once and whole, and what lies beside it.

    Args:
        path: The file.
        companions: What lies beside it → its name.

    Raises:
        Transient: It changed while it was read: HR is still writing it.
        Permanent: It cannot be read.
    """
    try:
        before = path.stat()
        content = path.read_bytes()
        after = path.stat()
        beside = {what: path.with_name(name_beside(name, path.name)).read_bytes() for what, name in companions.items()}
    except FileNotFoundError:
        raise Transient("The HR file went away while it was read.", "Run again when HR has put it back.") from None
    except PermissionError:
        raise Permanent("The HR file may not be read by this user.", "Give the user that runs Rollcall read access.") from None
    seen = {(stat.st_size, stat.st_mtime_ns, stat.st_ino) for stat in (before, after)}
    if len(seen) > 1 or len(content) != after.st_size:
        raise Transient("The HR file changed while it was read.", "Run again when HR has finished writing it.")
    return Export(content, path.name, datetime.fromtimestamp(after.st_mtime, tz=UTC), {ONE: beside})
