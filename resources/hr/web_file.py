"""HR's export as one file behind a web address.

Belongs here: what a web server says of it, getting it, and in which sentence that fails. Does not belong here: which state of it is read
(``resources.hr.urls``), calls to destinations (``resources.http``).

The login goes to the host that the settings name and to no other, whoever redirects there. No text of the server gets out, and no query.
"""

import hashlib
import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

import httpx

from resources.failures import Failed, NoFile, Permanent, Transient
from resources.hr.url_settings import UrlSource
from resources.hr.urls import LARGEST, Seen, Wanted
from resources.http import is_loopback

_REDIRECTS: Final = 5
_NO_HEAD: Final = (400, 403, 404, 405, 500, 501)
"""With which servers answer who asks for a file's state alone and may not, or not so."""
_LATER: Final = (408, 425, 429, 500, 502, 503, 504)


class WebFile:
    """The file behind an address.

    Args:
        settings: The address, and the login.
        hurried: Wait briefly.
    """

    def __init__(self, settings: UrlSource, hurried: bool = False) -> None:
        self._settings, self._patience = settings, 10.0 if hurried else 60.0
        self.name = f"The web server {settings.host}"

    def listed(self, wanted: Wanted) -> Iterator[Seen]:
        """See `resources.hr.urls.Place`."""
        yield from filter(None, [self.now(self._settings.path)])

    def now(self, path: str) -> Seen | None:
        """See `resources.hr.urls.Place`. Where the server does not say what tells one content from another, all of it is read for that."""
        with self._client() as client:
            with self._answer(client, "HEAD") as reply:
                if reply.status_code not in _NO_HEAD:
                    self._check(reply)
                    if (seen := self._seen(reply)) is not None:
                        return seen
            with self._answer(client, "GET") as reply:
                if reply.status_code in (404, 410):
                    return None
                self._check(reply)
                return self._seen(reply) or self._seen(reply, self._content(reply, LARGEST))

    def read(self, file: Seen) -> bytes:
        """See `resources.hr.urls.Place`."""
        with self._client() as client, self._answer(client, "GET") as reply:
            if reply.status_code in (404, 410):
                raise FileNotFoundError
            self._check(reply)
            return self._content(reply, file.size)

    def archive(self, file: Seen, folder: str) -> None:
        """See `resources.hr.urls.Place`: a web address is only read."""
        raise NotImplementedError

    def delete(self, path: str) -> None:
        """See `resources.hr.urls.Place`: a web address is only read."""
        raise NotImplementedError

    def _client(self) -> httpx.Client:
        given = self._settings
        login = (given.user.resolve(), given.password.resolve()) if given.user and given.password else None
        # Packed on the way, its length would be that of something else.
        headers = {"Accept-Encoding": "identity", **({"Authorization": f"Bearer {given.token.resolve()}"} if given.token else {})}
        return httpx.Client(
            auth=login,
            headers=headers,
            follow_redirects=True,
            max_redirects=_REDIRECTS,
            timeout=self._patience,
            trust_env=not is_loopback(urlsplit(given.url).hostname or ""),
            event_hooks={"request": [self._stays_safe]},
        )

    def _stays_safe(self, request: httpx.Request) -> None:
        if request.url.scheme != "https" and not is_loopback(request.url.host):
            raise Permanent(f"{self.name} leads to an address without https: that is not followed.", "Ask whoever runs it.")

    @contextmanager
    def _answer(self, client: httpx.Client, method: str) -> Iterator[httpx.Response]:
        try:
            with client.stream(method, self._settings.url) as reply:
                yield reply
        except Failed:
            raise
        except httpx.TooManyRedirects:
            raise Permanent(f"{self.name} redirects in a circle.", "Correct `url`, or ask whoever runs it.") from None
        except httpx.ConnectError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                message = f"The certificate of {self.name[:1].lower()}{self.name[1:]} is not one that is trusted for this name."
                advice = "Somebody may be posing as it: ask whoever runs it. For a root of your own set SSL_CERT_FILE."
                raise Permanent(message, advice) from None
            raise Transient(f"{self.name} could not be reached.", "Check `url` if it stays so; else run again later.") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise Transient(f"{self.name} broke off ({type(error).__name__}).", "Run again later.") from None

    def _check(self, reply: httpx.Response) -> None:
        status = reply.status_code
        if status in (404, 410):
            raise NoFile(f"{self.name} has no HR file there ({status}).", "Correct `url`, or ask HR whether the export ran.")
        if status in (401, 403, 407):
            raise Permanent(f"{self.name} does not let us in ({status}).", "Check `user` and `password`, or `token`, and their rights.")
        if status in _LATER:
            raise Transient(f"{self.name} cannot at present ({status}).", "Run again later.")
        if status != 200:
            raise Permanent(f"{self.name} answers with {status} instead of the file.", "Correct `url`, or ask whoever runs it.")

    def _seen(self, reply: httpx.Response, content: bytes | None = None) -> Seen | None:
        """What the reply says of the file; None where that is not enough to tell one content from another."""
        tag, length = reply.headers.get("ETag", ""), reply.headers.get("Content-Length", "")
        try:
            at = parsedate_to_datetime(reply.headers["Last-Modified"]).astimezone(UTC)
        except (KeyError, ValueError):
            at = None
        if content is not None:
            length, tag = str(len(content)), hashlib.sha256(content).hexdigest()
        if not length.isdecimal() or not (tag or at):
            return None
        path = self._settings.path
        return Seen(path, posixpath.basename(path), int(length), at, tag)

    def _content(self, reply: httpx.Response, most: int) -> bytes:
        parts, size = list[bytes](), 0
        for part in reply.iter_raw():  # what is packed all the same is HR's file packed, and as long as was said
            size += len(part)
            if size > most:
                if most < LARGEST:
                    raise Transient("The HR file changed while it was read.", "Run again when HR has finished writing it.")
                raise Permanent(f"{self.name} sends more than {LARGEST:,} bytes.", "Have HR pack the file (.gz, .zip).")
            parts.append(part)
        return b"".join(parts)
