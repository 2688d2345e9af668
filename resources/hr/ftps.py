"""HR's files on an FTPS server: explicit TLS, with a certificate that is verified, for commands and for data.

Belongs here: what is asked of such a server by ftplib, and in which sentence it fails. Does not belong here: which file it is
(``resources.hr.urls``). fsspec's class for FTP verifies no certificate, so it is not used.

No text of a server gets out.
"""

import ftplib
import posixpath
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Final

import httpx

from resources.failures import Failed, Permanent, Transient
from resources.hr.url_settings import UrlSource
from resources.hr.urls import Seen, Wanted, other_name

_UNKNOWN: Final = ("500", "501", "502", "503", "504")
"""Of a command that the server does not have."""


class _Ftp(ftplib.FTP_TLS):
    """One whose data goes by the TLS session of its commands: many servers want that, so that nobody else takes the data."""

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[ssl.SSLSocket, int | None]:
        line, size = ftplib.FTP.ntransfercmd(self, cmd, rest)  # noqa: S321 - it is encrypted in the next line but one
        session = self.sock.session if isinstance(self.sock, ssl.SSLSocket) else None
        return self.context.wrap_socket(line, server_hostname=self.host, session=session), size


class FtpsFolder:
    """A folder on an FTPS server, on a connection of its own for each call.

    Args:
        settings: Which, and who logs in.
        hurried: Wait briefly.
    """

    def __init__(self, settings: UrlSource, hurried: bool = False) -> None:
        host, _, port = settings.host.partition(":")
        self._host, self._port = host, int(port or ftplib.FTP_PORT)
        self._settings, self._patience = settings, 10.0 if hurried else 60.0
        self.name = f"The FTPS server {settings.host}"

    def listed(self, wanted: Wanted) -> Iterator[Seen]:
        """See `resources.hr.urls.Place`."""
        folder = self._settings.folder
        with self._session("list") as ftp:
            yield from _entries(ftp, folder, wanted, self.name)

    def now(self, path: str) -> Seen | None:
        """See `resources.hr.urls.Place`."""
        folder, name = posixpath.split(path)
        with self._session("list") as ftp:
            return next((one for one in _entries(ftp, folder, name.__eq__, self.name) if one.name == name), None)

    def read(self, file: Seen) -> bytes:
        """See `resources.hr.urls.Place`."""
        parts: list[bytes] = []
        left = file.size

        def keep(block: bytes) -> None:
            nonlocal left
            left -= len(block)
            if left < 0:
                raise Transient("The HR file became longer while it was read.", "Run again when HR has finished writing it.")
            parts.append(block)

        with self._session("read") as ftp:
            ftp.retrbinary(f"RETR {file.path}", keep, blocksize=1 << 16)
        return b"".join(parts)

    def archive(self, file: Seen, folder: str) -> None:
        """See `resources.hr.urls.Place`."""
        into = posixpath.join(posixpath.dirname(file.path), folder)
        with self._session("archive") as ftp:
            with suppress(ftplib.error_perm):  # it is there, or the renaming says what is wrong
                ftp.mkd(into)
            there = {one.name for one in _entries(ftp, into, file.name.__eq__, self.name)}
            # Some servers would rename over one that is there.
            ftp.rename(file.path, posixpath.join(into, other_name(file) if file.name in there else file.name))

    def delete(self, path: str) -> None:
        """See `resources.hr.urls.Place`."""
        with self._session("delete") as ftp:
            ftp.delete(path)

    @contextmanager
    def _session(self, verb: str) -> Iterator[ftplib.FTP_TLS]:
        """Logged in, with commands and data encrypted; whatever goes wrong is one of our failures."""
        user, password = (given.resolve() for given in (self._settings.user, self._settings.password) if given)
        # The same roots as for every other call.
        ftp = _Ftp(context=httpx.create_ssl_context(), timeout=self._patience, encoding="utf-8")
        doing = "connect"
        try:
            ftp.connect(self._host, self._port)
            doing = "secure"
            ftp.auth()
            doing = "log in"
            ftp.login(user, password, secure=False)
            doing = "secure"
            ftp.prot_p()
            doing = verb
            yield ftp
            with suppress(*ftplib.all_errors):
                ftp.quit()
        except Failed:
            raise
        except (ftplib.Error, OSError, EOFError, ValueError) as error:
            raise self._failure(error, doing) from None
        finally:
            ftp.close()

    def _failure(self, error: Exception, doing: str) -> Failed:
        called = self.name[:1].lower() + self.name[1:]
        if isinstance(error, ssl.SSLCertVerificationError):
            message = f"The certificate of {called} is not one that is trusted for this name."
            return Permanent(message, "Somebody may be posing as it: ask whoever runs it. For a root of your own set SSL_CERT_FILE.")
        if isinstance(error, ftplib.error_perm):
            return self._refused(str(error)[:3], doing)
        if isinstance(error, UnicodeError | ValueError):
            return Permanent(f"{self.name} has a name in the folder that cannot be read.", "Have it renamed.")
        what = "could not be reached" if doing == "connect" else "stalled" if isinstance(error, TimeoutError) else "broke off"
        return Transient(f"{self.name} {what}.", "Check `url` and the firewall if it stays so; else run again later.")

    def _refused(self, code: str, doing: str) -> Permanent:
        if doing == "secure":
            return Permanent(f"{self.name} offers no TLS. Nothing was sent.", "Ask whoever runs it for FTPS (explicit TLS), or use SFTP.")
        if doing == "log in":
            return Permanent(f"{self.name} refuses the login.", "Check `user` and `password`. It is not tried again.")
        advice = "Ask whoever runs it for the right." + (" Or set `afterwards: leave`." if doing in ("archive", "delete") else "")
        what = "does not know how to" if code in _UNKNOWN else "does not let this user"
        return Permanent(f"{self.name} {what} {doing} HR's files.", advice)


def _entries(ftp: ftplib.FTP_TLS, folder: str, wanted: Wanted, server: str) -> Iterator[Seen]:
    """The files of a folder whose names are wanted. What a link leads to is not said: one that is listed as a file is a file."""
    if folder:
        start = ftp.pwd()
        try:
            ftp.cwd(folder)
        except ftplib.error_perm:
            raise Permanent(f"{server} has no folder {folder}, or does not let this user into it.", "Correct `url`.") from None
    try:
        found = list(ftp.mlsd())
    except ftplib.error_perm as error:
        if str(error)[:3] not in _UNKNOWN:
            raise
        found = _facts_one_by_one(ftp, wanted)
    if folder:
        ftp.cwd(start)
    for name, facts in found:
        if facts.get("type", "").lower() == "file" and wanted(name):
            if not facts.get("size", "").isdecimal():
                message = f"{server} does not say how long a file is, so one cut short could not be told."
                raise Permanent(message, "Ask whoever runs it.")
            yield Seen(posixpath.join(folder, name), name, int(facts["size"]), _time(facts.get("modify")))


def _facts_one_by_one(ftp: ftplib.FTP_TLS, wanted: Wanted) -> list[tuple[str, dict[str, str]]]:
    """For a server that lists names alone."""
    try:
        names = [posixpath.basename(name) for name in ftp.nlst()]
        ftp.voidcmd("TYPE I")  # names came as text, and of a text many know no length
    except ftplib.error_perm as error:
        if str(error)[:3] != "550":  # so do many say that there is none
            raise
        names = []
    found = []
    for name in filter(wanted, names):
        size = modify = ""
        with suppress(ftplib.error_perm):
            size = str(ftp.size(name))
            modify = ftp.voidcmd(f"MDTM {name}")[4:]
        if size:  # a folder has none
            found.append((name, {"type": "file", "size": size, "modify": modify}))
    return found


def _time(text: str | None) -> datetime | None:
    """As RFC 3659 writes it, in UTC; some write parts of seconds."""
    with suppress(ValueError):
        return datetime.strptime((text or "")[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return None
