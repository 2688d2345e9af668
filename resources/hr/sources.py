"""Where HR's export comes from, whichever way: what can be asked of a source, and those that there are.

Belongs here: the common form of local files, SFTP and URLs. Does not belong here: how any of them gets a file (``resources.hr.files``,
``resources.hr.sftp``, ``resources.hr.urls``), reading its rows (``roster.reading.file``), when a run starts (``assets.runs.triggers``).
"""

import hashlib
import posixpath
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from resources.failures import NoFile, Permanent, Transient
from resources.hr import files
from resources.hr.locations import CsvSource, SftpSource
from resources.hr.meant import name_beside
from resources.hr.url_settings import UrlSource
from roster.reading.called import HIDDEN, called

if TYPE_CHECKING:
    from resources.hr.remote_folder import RemoteFile
    from resources.hr.sftp import Sftp
    from resources.hr.urls import Seen, UrlFolder

_BESIDE = re.compile(r"&[0-9a-f]{8}\Z")
"""The end of a `Found.state` that is about what lies beside the file."""


@dataclass(frozen=True)
class Found:
    """A file as a listing shows it."""

    path: str
    """What it is fetched by. For nobody's eyes: who exports may have written anything into it."""
    shown: str
    """What it is called where others read it (`roster.reading.called`)."""
    size: int
    modified: datetime | None
    complete: bool = False
    """Whether its done-marker is there, so that nobody is writing it any more."""
    remarks: tuple[str, ...] = ()
    """What somebody should know of why it is this file. No word of it is about a person."""
    version: str = ""
    """What its server tells one content from another by, if it does."""
    beside: str = ""
    """What tells one state of what lies beside it and is read with it from another, if anything does."""

    @property
    def state(self) -> str:
        """What tells one state of one file from another: what it is called, size and time, and the state of what is read with it: a run
        that stopped at a signature has nothing to do with a corrected one. It is in run config and tags.

        Of a name that is not shown whole, so little of a hash goes with it that nobody is found by it: two files of one size on a server
        that gives no times are not one.
        """
        rest = (
            hashlib.sha256(posixpath.basename(self.path).encode("utf-8", "surrogateescape")).hexdigest()[:4] if HIDDEN in self.shown else ""
        )
        version, beside = (
            f"{mark}{hashlib.sha256(text.encode()).hexdigest()[:8]}" if text else ""
            for mark, text in (("#", self.version), ("&", self.beside))
        )
        return f"{self.shown}{rest}|{self.size}|{self.modified.isoformat() if self.modified else ''}{version}{beside}"


class ExportSource(Protocol):
    """What every way of getting HR's export can do. Each call stands alone: nothing is kept open."""

    def newest(self, hurried: bool = False) -> Found:
        """The file that the settings mean, without reading it.

        Args:
            hurried: Ask once and briefly, for someone who asks again soon.

        Raises:
            NoFile: There is none.
            Permanent: The source will not be read as it is set.
            Transient: Time heals it.
        """
        ...

    def again(self, state: str) -> Found:
        """The file that was found in this state, whether it is the newest still or not.

        Raises:
            NoFile: It is no longer there.
            Transient: It is there in another state.
        """
        ...

    def take(self, found: Found) -> files.Export:
        """That file, whole, as it was found.

        Raises:
            Permanent: It is gone, or cannot be read.
            Transient: It is not what was found any more, or time heals it.
        """
        ...

    def put_away(self, found: Found) -> bool:
        """What is done with a file once everything of it has landed; whether it is out of the way. A second time changes nothing."""
        ...


class FileSource(ExportSource, Protocol):
    """One that gives a single file."""

    def every(self) -> list[Found]:
        """All files that the settings may mean, by name.

        Raises:
            NoFile: There is none.
            Transient: None is whole, or time heals it.
        """
        ...


@dataclass(frozen=True)
class LocalFiles:
    """Files on this machine. They are HR's: they stay where they are."""

    settings: CsvSource
    folder: Path
    """What a relative path in the settings is relative to."""

    def newest(self, hurried: bool = False) -> Found:
        """See `ExportSource`."""
        try:
            choice = files.find(self.settings.path, self.folder, self.settings.newest, self.settings, self.settings.companions)
            return self._found(choice.file.path, choice.remarks)
        except FileNotFoundError:
            raise Transient("The HR file went away while it was looked at.", "Run again when HR has put it back.") from None
        except PermissionError:
            message = f"The folder of {self.settings.path} may not be read by this user."
            raise Permanent(message, "Give the user that runs Rollcall read access.") from None

    def again(self, state: str) -> Found:
        """See `ExportSource`."""
        with suppress(FileNotFoundError, PermissionError, NoFile):
            return _in_state(state, self.every())
        raise _no_file()

    def every(self) -> list[Found]:
        """See `FileSource`."""
        return [self._found(file.path) for file in files.listed(self.settings.path, self.folder, self.settings.companions)]

    def _found(self, path: Path, remarks: tuple[str, ...] = ()) -> Found:
        stat, shown = path.stat(), called(path.name, self.settings.path)
        beside = [path.with_name(name_beside(name, path.name)).stat() for name in self.settings.companions.values()]
        modified, seen = datetime.fromtimestamp(stat.st_mtime, tz=UTC), "|".join(f"{one.st_size}|{one.st_mtime_ns}" for one in beside)
        return Found(str(path), shown, stat.st_size, modified, remarks=remarks, beside=seen)

    def take(self, found: Found) -> files.Export:
        """See `ExportSource`."""
        path = Path(found.path)
        if not path.exists():
            raise _no_file()
        export = files.take(path, self.settings.companions)
        if export.size != found.size:
            raise Transient(f"The HR file had {found.size} bytes and has {export.size}.", "Run again when HR has written it.")
        if found.modified not in (None, export.modified):
            raise Transient("The HR file was written again since it was found.", "Run again when HR has written it.")
        return export

    def put_away(self, found: Found) -> bool:
        """See `ExportSource`."""
        return False


@dataclass(frozen=True)
class SftpFiles:
    """Files on an SFTP server."""

    settings: SftpSource

    def newest(self, hurried: bool = False) -> Found:
        """See `ExportSource`."""
        choice = self._server(hurried).choose()
        return self._found(choice.file, choice.remarks)

    def again(self, state: str) -> Found:
        """See `ExportSource`."""
        return _in_state(state, self.every())

    def every(self) -> list[Found]:
        """See `FileSource`."""
        return [self._found(file) for file in self._server().files()]

    def _found(self, file: "RemoteFile", remarks: tuple[str, ...] = ()) -> Found:
        complete, shown = self.settings.done_marker is not None, called(file.name, self.settings.path)
        return Found(file.path, shown, file.size, file.modified, complete, remarks, beside=file.beside)

    def take(self, found: Found) -> files.Export:
        """See `ExportSource`."""
        from resources.hr.remote_folder import RemoteFile  # noqa: PLC0415 - see `_server`

        file = RemoteFile(found.path, posixpath.basename(found.path), found.size, found.modified, found.beside)
        return self._server().fetch(file, found.size)

    def put_away(self, found: Found) -> bool:
        """See `ExportSource`."""
        return self._server().put_away(found.path, found.size, found.modified)

    def _server(self, hurried: bool = False) -> "Sftp":
        from resources.hr.sftp import Sftp  # noqa: PLC0415
        from resources.http import Retry  # noqa: PLC0415 - paramiko takes a third of a second: only who needs a server loads it
        from resources.ssh.session import Patience  # noqa: PLC0415

        # A sensor's tick has sixty seconds for all of it.
        brief = Patience(connect=8, greeting=10, handshake=10, login=12, reply=10, retry=Retry(attempts=1))
        return Sftp(self.settings, brief if hurried else None)


@dataclass(frozen=True)
class UrlFiles:
    """Files at a URL."""

    settings: UrlSource

    def newest(self, hurried: bool = False) -> Found:
        """See `ExportSource`."""
        choice = self._folder(hurried).newest()
        return self._found(choice.file, choice.remarks)

    def again(self, state: str) -> Found:
        """See `ExportSource`."""
        return _in_state(state, self.every())

    def every(self) -> list[Found]:
        """See `FileSource`."""
        return [self._found(file) for file in self._folder().complete()]

    def _found(self, file: "Seen", remarks: tuple[str, ...] = ()) -> Found:
        complete, shown = self.settings.done_marker is not None, called(file.name, self.settings.pattern)
        return Found(file.path, shown, file.size, file.modified, complete, remarks, file.version, file.beside)

    def take(self, found: Found) -> files.Export:
        """See `ExportSource`."""
        from resources.hr.urls import Seen  # noqa: PLC0415 - see `_folder`

        return self._folder().take(Seen(found.path, posixpath.basename(found.path), found.size, found.modified, found.version))

    def put_away(self, found: Found) -> bool:
        """See `ExportSource`."""
        return self._folder().put_away(found.path, found.size, found.modified)

    def _folder(self, hurried: bool = False) -> "UrlFolder":
        from resources.hr.urls import UrlFolder, place  # noqa: PLC0415 - only who needs one loads its library

        return UrlFolder(self.settings, place(self.settings, hurried))


def source(settings: CsvSource | SftpSource | UrlSource, folder: Path) -> FileSource:
    """What is asked for the files that the settings mean.

    Args:
        settings: The one source of a company.
        folder: What a relative path in them is relative to.
    """
    if isinstance(settings, SftpSource):
        return SftpFiles(settings)
    return UrlFiles(settings) if isinstance(settings, UrlSource) else LocalFiles(settings, folder)


def _in_state(state: str, found: list[Found]) -> Found:
    """The one of these files that is in that state, whatever lies beside it by now: that is read as it is then."""
    bare = _BESIDE.sub("", state)
    if same := next((one for one in found if _BESIDE.sub("", one.state) == bare), None):
        return same
    shown, *before = state.rsplit("|", 2)
    if (now := next((one for one in found if one.state.rsplit("|", 2)[0] == shown), None)) is None:
        raise _no_file()
    changed = before[:1] != [str(now.size)]
    message = (
        f"The HR file had {before[0]} bytes and has {now.size}."
        if before and changed
        else "The HR file was written again since it was found."
    )
    raise Transient(message, "Run again when HR has written it.")


def _no_file() -> NoFile:
    return NoFile("The HR file is no longer there.", "Ask HR whether it was taken away.")
