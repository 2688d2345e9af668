"""HR's export at a URL: which of the files there it is, getting it whole, putting it away.

Belongs here: what is the same for object stores, FTPS servers and web addresses. Does not belong here: how any of them is asked
(``resources.hr.buckets``, ``resources.hr.ftps``, ``resources.hr.web_file``), what the YAML says of it (``resources.hr.url_settings``).

No text of a library or server gets out: it repeats addresses, and keys with them.
"""

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, Protocol

from resources.failures import NoFile, Permanent, Transient
from resources.hr.files import ONE, Export
from resources.hr.meant import Meant, beside_matcher, complete, missing, name_beside, names_beside, near, others_near
from resources.hr.newest import Choice, beside_alike, by_name, by_time
from resources.hr.url_settings import BUCKETS, UrlSource

LARGEST: Final = 1 << 30
"""Bytes of a file that is read: as much as a packed one may unpack to."""
Wanted = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as its server describes it."""

    path: str
    name: str
    size: int
    modified: datetime | None
    """When it was last written, in UTC, to the second; None if the server gives no time."""
    version: str = ""
    """What the server tells one content from another by, if it does."""
    beside: str = field(default="", compare=False)
    """What tells one state of what lies beside it and is read with it from another, where a listing shows that."""


class Place(Protocol):
    """Where files lie, whatever is asked for them. Each call stands alone."""

    @property
    def name(self) -> str:
        """What failures call it, without a secret or a query."""
        ...

    def listed(self, wanted: Wanted) -> Iterator[Seen]:
        """The files of the folder whose names are wanted; others may be among them.

        Raises:
            Failed: The place cannot be listed.
        """
        ...

    def now(self, path: str) -> Seen | None:
        """One file as it is at this moment; None if it is gone."""
        ...

    def read(self, file: Seen) -> bytes:
        """All of it, as far as it is not longer than was seen.

        Raises:
            FileNotFoundError: It is gone.
            Failed: It cannot be read.
        """
        ...

    def archive(self, file: Seen, folder: str) -> None:
        """Move a file into a folder, beside it unless that begins with a slash. Another one that has its name there stays. A second time
        goes on where the first ended."""
        ...

    def delete(self, path: str) -> None:
        """Delete a file; one that is gone already is fine."""
        ...


def place(settings: UrlSource, hurried: bool = False) -> Place:
    """Whoever answers for such a URL. Its library is loaded only now.

    Args:
        settings: The URL, and what opens it.
        hurried: Ask once and briefly.

    Raises:
        Permanent: Its library is not installed, or a secret is missing.
    """
    if settings.scheme in BUCKETS:
        from resources.hr.buckets import Bucket  # noqa: PLC0415

        return Bucket(settings, hurried)
    if settings.scheme == "ftps":
        from resources.hr.ftps import FtpsFolder  # noqa: PLC0415

        return FtpsFolder(settings, hurried)
    from resources.hr.web_file import WebFile  # noqa: PLC0415

    return WebFile(settings, hurried)


class UrlFolder:
    """The files that a URL of the settings means.

    Args:
        settings: The URL, and what becomes of a file.
        at: Where they lie.
    """

    def __init__(self, settings: UrlSource, at: Place) -> None:
        self._settings, self._at = settings, at

    def complete(self) -> list[Seen]:
        """Those that match and have beside them what they need, by name."""
        return self._matching()[1]

    def newest(self) -> Choice[Seen]:
        """The newest of them, and what somebody should know of the choice.

        Raises:
            Transient: None of those that match has beside it what it needs, or time heals it.
            NoFile: None matches.
            Permanent: Neither names nor times can tell, or the place will not be read as it is set.
        """
        meant, files = self._matching()
        if not files and meant.unfinished:
            if self._settings.companions and not self._settings.done_marker:
                raise missing(self._settings.companions)
            message = f"The export is not complete: its marker '{self._settings.done_marker}' is not there."
            raise Transient(message, "Run again when HR has finished, or correct `done_marker`.")
        if not files:
            where = f" in the folder {self._settings.folder}" if self._settings.folder else ""
            message = f"{self._at.name} has no HR file '{self._settings.pattern}'{where}{others_near(len(meant.alike), meant.no_exports)}."
            raise NoFile(message, "Correct `url`, or ask HR whether the export ran.")
        return beside_alike(self._newest_of(files), meant.alike, self._settings, self._settings.pattern)

    def _newest_of(self, files: list[Seen]) -> Choice[Seen]:
        if self._settings.newest == "name" or len(files) == 1:
            return by_name(files, self._settings, self._settings.pattern)
        if any(file.modified is None for file in files):
            raise Permanent(f"{self._at.name} gives no time for some of the files that match.", "Set `newest: name`.")
        return by_time(files, self._settings, self._settings.pattern)

    def take(self, file: Seen) -> Export:
        """A file, whole, in the state in which it was seen.

        Raises:
            Transient: It is in another state, or went away.
            Permanent: It is too large, or may not be read.
        """
        if file.size > LARGEST:
            raise Permanent(f"The HR file has {file.size:,} bytes, and no more than {LARGEST:,} are read.", "Have HR pack it (.gz, .zip).")
        if self._at.now(file.path) != file:
            raise _changed()
        try:
            content = self._at.read(file)
        except FileNotFoundError:
            raise Transient("The HR file went away while it was read.", "Run again when HR has put it back.") from None
        if len(content) != file.size or self._at.now(file.path) != file:
            raise _changed()
        return Export(content, file.name, file.modified or datetime.now(UTC), {ONE: self._companions(file)})

    def put_away(self, path: str, size: int, modified: datetime | None) -> bool:
        """Archive or delete a file with what lies beside it, as the settings say; whether it is out of the way. Safe to repeat.

        Args:
            path: The file.
            size: Its bytes when it was read.
            modified: When it had last been written then. Another file in its place stays.

        Raises:
            Failed: The place does not let us, or not at present.
        """
        if self._settings.afterwards == "leave":
            return False
        file = self._at.now(path)
        if file is None:
            return True  # an earlier attempt whose answer was lost, or a person
        if (file.size, file.modified) != (size, modified):
            return False
        beside = [self._at.now(posixpath.join(posixpath.dirname(path), name)) for name in names_beside(self._settings.beside, file.name)]
        # What lies beside it first: left alone, it would call tomorrow's half-written file of the same name complete.
        for each in filter(None, (*beside, file)):
            self._at.archive(each, self._settings.archive) if self._settings.archive else self._at.delete(each.path)
        return True

    def _matching(self) -> tuple[Meant[Seen], list[Seen]]:
        """What of the folder is meant, and the files that are complete."""
        wanted, beside = near(self._settings.pattern), beside_matcher(self._settings.beside)
        listed = self._at.listed(lambda name: wanted(name) or beside(name))
        meant = complete(listed, lambda file: file.name, self._settings.pattern, self._settings.beside)
        files, read = list[Seen](), len(self._settings.companions)
        for file, *companions in meant.complete.values():
            states = (f"{one.size}|{one.modified}|{one.version}" for one in companions[len(companions) - read :])
            files.append(replace(file, beside="|".join(states)))
        return meant, files

    def _companions(self, file: Seen) -> dict[str, bytes]:
        """What lies beside a file and is read with it."""
        found: dict[str, bytes] = {}
        for what, name in self._settings.companions.items():
            there = self._at.now(posixpath.join(posixpath.dirname(file.path), name_beside(name, file.name)))
            if there is None:
                raise missing({what: name})
            try:
                found[what] = self._at.read(there)
            except FileNotFoundError:
                raise missing({what: name}) from None
        return found


def other_name(file: Seen) -> str:
    """What a file is called where another one has its name."""
    return f"{file.name}.{file.modified or datetime.now(UTC):%Y%m%dT%H%M%SZ}"


def _changed() -> Transient:
    return Transient("The HR file changed while it was read.", "Run again when HR has finished writing it.")
