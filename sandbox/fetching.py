"""Fetching an employee feed that a job says where to find, as the Integration Server does: over HTTP or SFTP, for real.

Belongs here: getting the bytes, and why they could not be had. Does not belong here: what is in them (`sandbox.employees`).
"""

import base64
import socket
import urllib.error
import urllib.request
from typing import Any

import paramiko

SECONDS = 20.0  # how long the server waits for somebody else's: [?]


class UnfetchedError(Exception):
    """The feed could not be had; its text says why, in words that no document gives [?]."""


def fetched(source: str, credentials: dict[str, Any]) -> str:
    """The feed.

    Raises:
        UnfetchedError: It could not be had.
    """
    # [D E1] `download`: credentials.feedUrl, feedUser, feedPassword. `sftp`: credentials.sftp with host, login, password, port, filename.
    try:
        content = _by_http(credentials) if source == "download" else _by_sftp(credentials.get("sftp"))
        return content.decode()  # that it is read as UTF-8: [I]
    except UnicodeDecodeError:
        raise UnfetchedError("the file is no text") from None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Whether a redirect is followed: [?]. Here it is not."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _by_http(credentials: dict[str, Any]) -> bytes:
    url, user, password = (credentials.get(name) for name in ("feedUrl", "feedUser", "feedPassword"))
    if not isinstance(url, str) or not url.startswith(("https://", "http://")):
        raise UnfetchedError("feedUrl is missing or malformed")
    request = urllib.request.Request(url)  # noqa: S310 - its scheme is checked above
    if user is not None:  # [D E1] basic authentication; sent at once instead of after a 401: [I]
        request.add_header("Authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode())
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())
    try:
        with opener.open(request, timeout=SECONDS) as response:
            content: bytes = response.read()
            return content
    except urllib.error.HTTPError as error:
        raise UnfetchedError(f"HTTP {error.code}") from None
    except OSError:
        raise UnfetchedError("the server could not be reached") from None


def _by_sftp(given: Any) -> bytes:
    if not isinstance(given, dict) or not all(given.get(name) for name in ("host", "login", "password", "port", "filename")):
        raise UnfetchedError("sftp is missing or malformed")
    try:
        with socket.create_connection((str(given["host"]), int(given["port"])), timeout=SECONDS) as line:
            transport = paramiko.Transport(line)
            try:
                # Whether it knows servers by their keys: [?]. No document has a place for one, so here it takes any.
                transport.connect(username=str(given["login"]), password=str(given["password"]))
                sftp = paramiko.SFTPClient.from_transport(transport)
                assert sftp is not None  # noqa: S101
                with sftp.open(str(given["filename"]), "rb") as file:
                    return file.read()
            finally:
                transport.close()
    except paramiko.AuthenticationException:
        raise UnfetchedError("the login was refused") from None
    except FileNotFoundError:
        raise UnfetchedError("no such file") from None
    except (OSError, EOFError, ValueError, paramiko.SSHException):
        raise UnfetchedError("the server could not be reached") from None
