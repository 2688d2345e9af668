"""The feed by way of an SFTP server: we upload it, Expensify fetches it.

Belongs here: uploading, listing and removing. Does not belong here: getting into the server (``resources.ssh``).
"""

import posixpath
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final, TypeVar

import paramiko

from destinations.expensify.roads import names
from destinations.expensify.roads.laid import Laid, Owner
from destinations.expensify.roads.settings import BySftp
from resources.environment import FromEnv
from resources.failures import Permanent
from resources.http import Retry
from resources.ssh.failures import Lost
from resources.ssh.session import Patience, in_session

_ADVICE: Final = "Expensify was not asked for anything. Run again later."
_Result = TypeVar("_Result")


class ServerFolder:
    """A folder on the server.

    Args:
        settings: Where, and as whom.
        patience: How long to wait for the server.
        private: Whether nobody but the login itself has to read the files.
    """

    def __init__(self, settings: BySftp, patience: Patience, *, private: bool) -> None:
        self._settings, self._patience, self._private = settings, patience, private

    def put(self, name: str, content: bytes) -> None:
        """Upload under another name, then rename: nobody who looks finds half a feed under the name that the job says."""
        part, path = self._path(names.unfinished(name)), self._path(name)

        def upload(sftp: paramiko.SFTPClient) -> None:
            with sftp.open(part, "wb") as file:
                if self._private:
                    with suppress(OSError):  # a server without rights of its own
                        file.chmod(0o600)
                file.set_pipelined(True)
                file.write(content)
            with suppress(FileNotFoundError):  # of an attempt of which no answer came
                sftp.remove(path)
            sftp.rename(part, path)
            if sftp.stat(path).st_size != len(content):
                raise Lost("The SFTP server has not as many bytes of the feed as were uploaded.", _ADVICE)

        self._in_session(upload)

    def names(self) -> Sequence[str]:
        """Whatever lies there."""
        return self._in_session(lambda sftp: sftp.listdir(self._settings.folder))

    def remove(self, found: Sequence[str]) -> None:
        """Remove files."""

        def remove(sftp: paramiko.SFTPClient) -> None:
            for name in found:
                with suppress(FileNotFoundError):
                    sftp.remove(self._path(name))

        self._in_session(remove)

    def _path(self, name: str) -> str:
        return posixpath.join(self._settings.folder, name)

    def _in_session(self, work: Callable[[paramiko.SFTPClient], _Result]) -> _Result:
        def working(sftp: paramiko.SFTPClient) -> _Result:
            try:
                return work(sftp)
            except FileNotFoundError:
                raise Permanent(
                    "The SFTP server has no such folder for the feed as `delivery` names.", "Make it, or correct `folder`."
                ) from None

        return in_session(self._settings, self._patience, working, _ADVICE)


class BySftpServer(Laid):
    """The road."""

    source = "sftp"

    def __init__(self, settings: BySftp, owner: Owner, retry: Retry) -> None:
        other = settings.seen_by_expensify
        place = ServerFolder(settings, Patience(retry=retry), private=other.login is None)
        super().__init__(place, owner, settings.keep_hours)
        self._settings = settings

    def _credentials(self, name: str) -> dict[str, Any]:
        ours, theirs = self._settings, self._settings.seen_by_expensify
        password = theirs.password or ours.password
        assert password is not None, "checked when the settings were read"  # noqa: S101
        return {
            "sftp": {
                "host": theirs.host or ours.host,
                "login": (theirs.login or ours.user).resolve(),
                "password": password.resolve(),
                "port": _number(theirs.port) if theirs.port is not None else ours.port_number(),
                "filename": posixpath.join(ours.folder if theirs.folder is None else theirs.folder, name),
            }
        }

    def _passwords(self, credentials: dict[str, Any]) -> set[str]:
        return {credentials["sftp"]["password"]}


def _number(port: int | FromEnv) -> int:
    text = str(port) if isinstance(port, int) else port.resolve()
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Permanent("The variable that `seen_by_expensify.port` names holds no port number.", "Set it to one, such as 22.")
    return int(text)
