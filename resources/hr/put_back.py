"""Putting what HR has to mend back on an SFTP server, a file for each owner.

Belongs here: writing the files there, each whole or not at all. Does not belong here: what is in them (``roster.reports.workbook``),
getting into the server (``resources.ssh.session``).
"""

import posixpath
import secrets
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import paramiko

from resources.failures import Permanent
from resources.hr.locations import PutBack
from resources.http import Retry
from resources.ssh.session import Patience, in_session, server_name

BRIEF: Final = Patience(connect=8, reply=30, retry=Retry(attempts=2, first_wait=2.0))
"""A sync has ended but for this, and it comes again with the next."""
AGAIN: Final = "The next sync puts the list there again."


def put_back(settings: PutBack, files: Mapping[str, bytes], obsolete: tuple[str, ...] = (), patience: Patience | None = None) -> None:
    """Put files into HR's folder, in place of those that are there. Safe to repeat.

    Args:
        settings: Where.
        files: Name → content.
        obsolete: Files of ours of which there is none this time: an old one would say what is not so any more.
        patience: How long to wait and how often to try.

    Raises:
        Transient: The server cannot be had at present.
        Permanent: It is not the pinned one, does not let us in, or does not let us write.
    """

    def work(sftp: paramiko.SFTPClient) -> None:
        try:
            for name, content in files.items():
                _put(sftp, posixpath.join(settings.folder, name), content)
            for name in obsolete:
                with suppress(FileNotFoundError):
                    sftp.remove(posixpath.join(settings.folder, name))
        except FileNotFoundError:
            raise Permanent(f"{server} has no folder {settings.folder}.", "Have it made there, or correct `folder`.") from None
        except PermissionError:
            raise Permanent(
                f"{server} does not let this user write into {settings.folder}.", "Ask whoever runs it for the right."
            ) from None

    server = server_name(settings.host, settings.port_number())
    in_session(settings, patience or BRIEF, work, AGAIN)


def _put(sftp: paramiko.SFTPClient, path: str, content: bytes) -> None:
    """Under another name first, and then all at once under its own: nobody opens half a file."""
    folder, name = posixpath.split(path)
    part = posixpath.join(folder, f".{name}.{secrets.token_hex(4)}.part")
    try:
        with sftp.open(part, "wb") as file:
            file.write(content)  # not pipelined: paramiko would pass over an error of the last requests
        with suppress(OSError):  # some servers allow no such thing, and keep it by rules of their own
            sftp.chmod(part, 0o640)
        _rename(sftp, part, path)
    except OSError:
        with suppress(OSError):
            sftp.remove(part)
        raise


def _rename(sftp: paramiko.SFTPClient, part: str, path: str) -> None:
    try:
        sftp.posix_rename(part, path)
    except PermissionError:
        raise
    except OSError:  # an extension that not every server has; the plain rename goes over no file
        with suppress(FileNotFoundError):
            sftp.remove(path)
        sftp.rename(part, path)
