"""The feed by way of a web server: we publish it in the server's folder, Expensify fetches it with basic authentication.

Belongs here: publishing, and fetching it as Expensify will, before Expensify is asked. Does not belong here: the web server.
"""

import hashlib
import os
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from destinations.expensify.roads import names
from destinations.expensify.roads.laid import Laid, Owner
from destinations.expensify.roads.settings import ByDownload, is_location
from resources import places
from resources.failures import Failed, Permanent, Transient
from resources.http import Http, Reply, Retry, checked_url
from resources.shortage import shortage

_WEB: Final = "The web server of the feed"
_TIMEOUT: Final = 60.0
"""Seconds without a sign of life from it."""
_NO_REQUEST: Final = "Expensify was not asked for anything."
_READABLE: Final = 0o640
"""For us and the folder's group, which is the web server's; nobody else on this machine reads a feed."""


class PublishedFolder:
    """A folder on this machine, or in storage that fsspec knows.

    Args:
        base: Which, looked up when it is used.
    """

    def __init__(self, base: Callable[[], str]) -> None:
        self._base = base

    def put(self, name: str, content: bytes) -> None:
        """Write under another name, then rename; an object in storage is there whole or not at all."""
        with self._reported() as place:
            if isinstance(place, Path):
                _write(place / names.unfinished(name), place / name, content)
            else:
                (place / name).write_bytes(content)

    def names(self) -> Sequence[str]:
        """Whatever lies there."""
        with self._reported() as place:
            if not isinstance(place, Path) and not place.exists():
                return []  # storage has no folders, only what lies in them
            return [one.name for one in place.iterdir()]

    def remove(self, found: Sequence[str]) -> None:
        """Remove files."""
        with self._reported() as place:
            for name in found:
                with suppress(FileNotFoundError):
                    (place / name).unlink()

    @contextmanager
    def _reported(self) -> Iterator[Any]:
        """The place; whatever fails there is said without a library's words, which may hold a secret."""
        base, where = self._base(), "The folder in which the feed is published"
        if not is_location(base):
            raise Permanent(f"{where} is given by no absolute path.", "Set the variable that `folder` names to one.")
        place = places.located(base)
        try:
            yield place
        except FileNotFoundError:
            raise Permanent(f"{where} is not there.", f"{_NO_REQUEST} Make it, or correct `folder`.") from None
        except PermissionError:
            raise Permanent(f"{where} may not be written by this user.", f"{_NO_REQUEST} Give it the right, or correct `folder`.") from None
        except Exception as error:  # whatever a kind of storage raises
            if lack := shortage(error, place if isinstance(place, Path) else None):
                raise lack from None
            raise Transient(f"{where} cannot be reached ({type(error).__name__}).", f"{_NO_REQUEST} Run again later.") from None


def _write(part: Path, path: Path, content: bytes) -> None:
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as file:
            os.fchmod(file.fileno(), _READABLE)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


class ByWebServer(Laid):
    """The road."""

    source = "download"

    def __init__(self, settings: ByDownload, owner: Owner, retry: Retry) -> None:
        super().__init__(PublishedFolder(settings.folder.resolve), owner, settings.keep_hours)
        self._settings, self._retry = settings, retry

    def _credentials(self, name: str) -> dict[str, Any]:
        user, password = self._settings.user.resolve(), self._settings.password.resolve()
        if ":" in user:
            raise Permanent("`user` of `delivery.download` holds a colon.", "Basic authentication has none in it: choose another.")
        return {"feedUrl": self._url(name), "feedUser": user, "feedPassword": password}

    def _passwords(self, credentials: dict[str, Any]) -> set[str]:
        return {credentials["feedPassword"]}

    def _url(self, name: str) -> str:
        return f"{checked_url(self._settings.url.resolve(), 'Expensify delivery.download.url').rstrip('/')}/{name}"

    def _check(self, name: str, content: bytes) -> None:
        try:
            self._fetch(self._url(name), content)
        except Failed as failure:
            with suppress(Failed):  # it goes after some hours
                self._place.remove([name])
            if name in str(failure):  # of a redirect that keeps the path
                raise Permanent(f"{_WEB} redirects to another address.", f"{_NO_REQUEST} Put that one into `url`.") from None
            raise

    def _fetch(self, url: str, content: bytes) -> None:
        """Get it as Expensify will. Whoever has no password must not get it: it is about people."""
        login = f"{self._settings.user.resolve()}:{self._settings.password.resolve()}"
        basic = {"Authorization": f"Basic {b64encode(login.encode()).decode()}"}
        with Http(_WEB, url, _TIMEOUT, self._retry) as http:
            if http.send("GET", url, writes=False).status < 300:
                raise Permanent(
                    f"{_WEB} gives it to whoever asks, without a password.", f"{_NO_REQUEST} Have it ask for user and password."
                )
            reply = http.send("GET", url, writes=False, headers=basic)
        if reply.status >= 300:
            raise _not_given(reply)
        if hashlib.sha256(reply.content).digest() != hashlib.sha256(content).digest():
            raise Permanent(
                f"{_WEB} gives something else than what was published.",
                f"{_NO_REQUEST} Check that nothing between here and there caches or rewrites it.",
            )


def _not_given(reply: Reply) -> Permanent:
    if reply.status in (401, 403):
        return Permanent(
            f"{_WEB} refuses `user` and `password` of `delivery.download` (HTTP {reply.status}).",
            f"{_NO_REQUEST} Check both, and that the web server may read the folder.",
        )
    return Permanent(
        f"{_WEB} does not have the feed that was just published (HTTP {reply.status}).", f"{_NO_REQUEST} Check that `url` shows `folder`."
    )
