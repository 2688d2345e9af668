"""The folder on an SFTP server into which HR puts its exports, seen through an open session.

Belongs here: which of its files are meant, what the server says of them, and putting one away. Does not belong here: getting one
(``resources.hr.sftp``).
"""

import posixpath
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

import paramiko

from resources.failures import NoFile, Permanent, Transient
from resources.hr.kept import FOLDER
from resources.hr.locations import SftpSource
from resources.hr.manifest import LARGEST
from resources.hr.meant import MAGIC, Meant, complete, composed, missing, name_beside, names_beside, others_near
from resources.hr.newest import Choice, beside_alike, by_name, by_time
from resources.places import of_all_machines
from resources.ssh.session import server_name

_AHEAD: Final = timedelta(days=1)
"""How far a server's clock, or its idea of the time zone, may be ahead of ours before its times are no times."""
_CHAIN: Final = 10
"""Links that may lead from one to the next."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file on the server, as the server describes it."""

    path: str
    name: str
    size: int
    modified: datetime | None
    """When it was last written, in UTC; None if the server gives no time, or one that cannot be."""
    beside: str = field(default="", compare=False, repr=False)
    """What tells one state of what lies beside it and is read with it from another, where a listing shows that."""


def with_kept(files: list[RemoteFile], kept: RemoteFile | None) -> list[RemoteFile]:
    """The files, with the one that is kept where the server has it no more, or has emptied it."""
    if kept is None:
        return files
    there = [file for file in files if file.size or file.path != kept.path]
    return there if kept.path in {file.path for file in there} else sorted([*there, kept], key=lambda file: composed(file.name))


class RemoteFolder:
    """The folder that `path` of the settings names.

    Args:
        sftp: An open session.
        settings: Which files are meant.
    """

    def __init__(self, sftp: paramiko.SFTPClient, settings: SftpSource) -> None:
        self._sftp, self._settings = sftp, settings
        self._folder, self._pattern = posixpath.split(settings.path)
        self._server = server_name(settings.host, settings.port_number())
        self._links: set[str] = set()
        """Those files of the last listing that are links."""

    def complete(self, kept: RemoteFile | None = None) -> list[RemoteFile]:
        """The matching files that have beside them what they need, by name; without links that are not followed.

        Args:
            kept: As in `newest`.
        """
        files = self._matching(kept)[1]
        return with_kept([file for file in files if not self._is_refused_link(file.path)] if self._links else files, kept)

    def newest(self, kept: RemoteFile | None = None) -> Choice[RemoteFile]:
        """The newest of them, and what somebody should know of the choice.

        Args:
            kept: One that was here, and of which we have the content still. It counts as long as no other has its place, also where the
                server took the folder away with it.

        Raises:
            Transient: None of those that match has beside it what it needs.
            NoFile: None matches.
            Permanent: Neither names nor the server's times can tell, or it is a link that is not followed.
        """
        meant, found = self._matching(kept)
        files = with_kept(found, kept)
        if not files and meant.unfinished:
            if self._settings.companions and not self._settings.done_marker:
                raise missing(self._settings.companions)
            message = f"The export on the SFTP server is not complete: its marker '{self._settings.done_marker}' is not there."
            raise Transient(message, "Run again when HR has finished, or correct `done_marker`.")
        if not files:
            others = others_near(len(meant.alike), meant.no_exports)
            message = f"{self._server} has no HR file '{self._pattern}' in the folder {self._folder or 'of the login'}{others}."
            raise NoFile(message, f"Correct `path`, or ask HR whether the export ran.{of_all_machines(FOLDER)}")
        alike = [self._described(posixpath.join(self._folder, entry.filename), entry) for entry in meant.alike]
        choice = beside_alike(self._newest_of(files), list(filter(None, alike)), self._settings, self._pattern)
        if choice.file.path in self._links:
            self.refuse_link(choice.file.path)
        return choice

    def _newest_of(self, files: list[RemoteFile]) -> Choice[RemoteFile]:
        if self._settings.newest == "name" or len(files) == 1:
            return by_name(files, self._settings, self._pattern)
        dated = [(file.modified, file.name, file) for file in files if file.modified]
        if len(dated) < len(files):
            message = f"{self._server} gives no time, or one that cannot be, for some of the files that match."
            raise Permanent(message, "Set `newest: name`.")
        return by_time([file for _, _, file in dated], self._settings, self._pattern)

    def now(self, path: str, expected: RemoteFile | None = None) -> RemoteFile | None:
        """What the server says of one file at this moment; None if it is gone.

        Args:
            path: The file.
            expected: As a listing showed it. Some servers say otherwise of a file when they are asked for it alone, and mostly nothing:
                a listing is believed then.
        """
        try:
            described = self._described(path, self._sftp.stat(path))
        except FileNotFoundError:
            return None
        except OSError:  # some servers answer no such question, and list all the same
            return self._listed(path)
        if described and (not described.size or described != (expected or described)):
            with suppress(OSError):
                return self._listed(path) or described
        return described

    def _listed(self, path: str) -> RemoteFile | None:
        folder, name = posixpath.split(path)
        try:
            entries = [entry for entry in self._sftp.listdir_iter(folder or ".") if entry.filename == name]
        except FileNotFoundError:  # the folder went with it
            return None
        return self._described(path, entries[0]) if entries else None

    def companions(self, path: str, kept: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
        """What lies beside a file and is read with it (`resources.hr.agreed.AsAgreed.companions`).

        Args:
            path: The file.
            kept: What was read with it before: a mailbox has taken it away, or emptied it, unless HR has put a corrected one there.

        Raises:
            Transient: It is not there any more.
        """
        folder, found = posixpath.dirname(path), dict[str, bytes]()
        for what, template in self._settings.companions.items():
            before = (kept or {}).get(what)
            try:
                with self._sftp.open(posixpath.join(folder, name_beside(template, posixpath.basename(path))), "rb") as file:
                    found[what] = file.read(LARGEST) or before or b""
            except FileNotFoundError:
                if before is None:
                    raise missing({what: template}) from None
                found[what] = before
        return found

    def put_away(self, path: str, size: int | None, modified: datetime | None) -> bool:
        """Archive or delete a file with what lies beside it, as the settings say; whether it is out of the way.

        Args:
            path: The file.
            size: Its bytes when it was fetched, if they are known.
            modified: When it had last been written then. Another file in its place stays.

        Raises:
            Permanent: The server does not let us.
        """
        file = self.now(path, None if size is None else RemoteFile(path, posixpath.basename(path), size, modified))
        if file is None:
            return True  # an earlier attempt whose answer was lost, or a person
        if size not in (None, file.size) or modified not in (None, file.modified):
            return False
        archive = posixpath.join(posixpath.dirname(path), self._settings.archive) if self._settings.archive else None
        # What lies beside it first: left alone, it would call tomorrow's half-written file of the same name complete.
        beside = names_beside(self._settings.beside, file.name)
        paths = [*(posixpath.join(posixpath.dirname(path), name) for name in beside), path]
        try:
            for each in paths:
                _archive(self._sftp, each, archive, file.modified) if archive else _delete(self._sftp, each)
        except PermissionError:
            message = f"{self._server} does not let this user {self._settings.afterwards} the file."
            raise Permanent(message, "Ask whoever runs it for the right, or set `afterwards: leave`.") from None
        return True

    def refuse_link(self, path: str) -> None:
        """Stop at a link that leads out of the folder, unless the settings follow it: who may write a link here may name any file there.

        Raises:
            Permanent: It is such a link, or the server does not say where it leads.
        """
        if self._is_refused_link(path):
            message = f"{self._server} has as the HR file a link that leads out of its folder, and it is not followed."
            advice = "Have the file itself put there; or set `follow_links: true`, if whoever may write there may choose any file."
            raise Permanent(message, advice)

    def _is_refused_link(self, path: str) -> bool:
        return not self._settings.follow_links and self._is_link(path) and not self._leads_inside(path)

    def _is_link(self, path: str) -> bool:
        try:
            return _is_link(self._sftp, path)
        except FileNotFoundError:
            return False  # whoever reads it says so
        except OSError:  # some servers answer no question about one file
            return path in self._links

    def _leads_inside(self, path: str) -> bool:
        """Whether what a link leads to is in the folder or below it; not where the server does not say."""
        try:
            here, at = self._sftp.normalize(self._folder or ".").rstrip("/"), self._sftp.normalize(path)
            for _ in range(_CHAIN):
                if not _is_link(self._sftp, at):
                    break
                # To some servers a path is a text, and links in it stay as they are.
                at = self._sftp.normalize(posixpath.join(posixpath.dirname(at), self._sftp.readlink(at) or ""))
            below = posixpath.normpath(at).removeprefix(f"{here}/").split("/")
            steps = [posixpath.join(here, *below[:count]) for count in range(1, len(below) + 1)]
            return steps[-1] == posixpath.normpath(at) and not any(_is_link(self._sftp, step) for step in steps)
        except OSError:
            return False

    def _matching(self, kept: RemoteFile | None) -> tuple[Meant[paramiko.SFTPAttributes], list[RemoteFile]]:
        """What of the folder is meant, and the files that are complete. There must be a folder, unless a file of it is kept."""
        meant = complete(self._entries(may_be_missing=kept is not None), lambda entry: entry.filename, self._pattern, self._settings.beside)
        files, read = list[RemoteFile](), len(self._settings.companions)
        for entry, *companions in meant.complete.values():
            if file := self._described(posixpath.join(self._folder, entry.filename), entry):
                beside = "|".join(f"{other.st_size}|{other.st_mtime}" for other in companions[len(companions) - read :])
                files.append(replace(file, beside=beside) if beside else file)
        return meant, files

    def _entries(self, *, may_be_missing: bool) -> Iterator[paramiko.SFTPAttributes]:
        try:
            yield from self._sftp.listdir_iter(self._folder or ".")
        except FileNotFoundError:
            if may_be_missing:
                return
            raise Permanent(f"{self._server} has no folder {self._folder or 'of the login'}.", "Correct `path`.") from None
        except PermissionError:
            if MAGIC.search(self._pattern):
                message = f"{self._server} does not let this user list the folder of the export."
                raise Permanent(message, "Ask whoever runs it for the right, or name the file in `path` without a pattern.") from None
            for name in (self._pattern, *names_beside(self._settings.beside, self._pattern)):
                with suppress(FileNotFoundError):
                    entry = self._one(posixpath.join(self._folder, name))
                    entry.filename = name
                    yield entry

    def _one(self, path: str) -> paramiko.SFTPAttributes:
        """What the server says of one file, as a listing would."""
        try:
            return self._sftp.lstat(path)
        except FileNotFoundError:
            raise
        except OSError:
            return self._sftp.stat(path)

    def _described(self, path: str, entry: paramiko.SFTPAttributes) -> RemoteFile | None:
        """An entry as a file; None if it is none."""
        # A listing describes a link, and not what it leads to.
        if stat.S_ISLNK(entry.st_mode or 0):
            self._links.add(path)
            try:
                entry = self._sftp.stat(path)
            except FileNotFoundError:
                return None
        if stat.S_IFMT(entry.st_mode or 0) not in (0, stat.S_IFREG):
            return None
        if entry.st_size is None:
            message = f"{self._server} does not say how long a file is, so one cut short could not be told."
            raise Permanent(message, "Ask whoever runs it to let this user see the attributes of files.")
        return RemoteFile(path, posixpath.basename(path), entry.st_size, time_of(entry.st_mtime))


def time_of(seconds: int | None) -> datetime | None:
    """A time as a server gives it; None if it gives none, or one that cannot be."""
    time = datetime.fromtimestamp(seconds or 0, UTC)
    return time if seconds and time < datetime.now(UTC) + _AHEAD else None


def _is_link(sftp: paramiko.SFTPClient, path: str) -> bool:
    return stat.S_ISLNK(sftp.lstat(path).st_mode or 0)


def _delete(sftp: paramiko.SFTPClient, path: str) -> None:
    with suppress(FileNotFoundError):
        sftp.remove(path)


def _archive(sftp: paramiko.SFTPClient, path: str, folder: str, modified: datetime | None) -> None:
    """Move a file into a folder. One that is there already under its name stays: some servers would overwrite it."""
    if not _exists(sftp, path):
        return
    target = posixpath.join(folder, posixpath.basename(path))
    if not _exists(sftp, folder):
        sftp.mkdir(folder)
    if _exists(sftp, target):
        target += f".{modified or datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    sftp.rename(path, target)


def _exists(sftp: paramiko.SFTPClient, path: str) -> bool:
    try:
        sftp.lstat(path)
    except FileNotFoundError:
        return False
    return True
