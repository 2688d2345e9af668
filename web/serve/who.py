"""Who asks, and what of each company they may see and do.

On a machine of one's own the address that is printed at the start has a token, good for one browser and one time; whoever has that may
read the ledger anyway. Everywhere else a sign-on says who it is, by way of a proxy that proves itself, and each company's YAML whether that
one may.

Belongs here: both ways in, rights, and what binds a form to whom it was shown. Does not belong here: which page needs which right
(``web.serve.app``), where the sign-on's header may come from (``web.sign_on``).
"""

import hmac
import os
import pwd
import re
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal, Protocol

from starlette.types import Scope

from assets import loader, names
from assets.attributes import Serve
from web.sign_on import SignOn, Unknown

COOKIE: Final = "rollcall_serve"
LASTS: Final = 12 * 3600
"""Seconds for which a token's browser is known."""
Right = Literal["none", "view", "release"]


@dataclass(frozen=True)
class User:
    """Whoever asks."""

    name: str
    """Short and plain: what stays in a run's tags and in the ledger."""
    whole: str
    """By which the settings know them."""
    bound: str = field(default="", repr=False)
    """What a form is bound to besides: the browser, where that is known."""


class Door(Protocol):
    """A way to know who asks."""

    def user(self, scope: Scope, cookies: Mapping[str, str]) -> User:
        """Who sends a request.

        Raises:
            Unknown: it cannot be told.
        """

    def right(self, user: User, company: str) -> Right:
        """What somebody may do in a company, there or not."""


class Token:
    """The way in on one's own machine."""

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(32)
        self._unused = True
        self._browsers: dict[str, float] = {}
        self._one_at_a_time = threading.Lock()
        account = pwd.getpwuid(os.getuid()).pw_name
        self._name = re.sub(r"[^\w.-]", "_", account)[:64] or "local"

    def exchanged(self, token: str) -> str | None:
        """The cookie that the token is worth, once; None ever after, and for any other."""
        with self._one_at_a_time:
            if not (self._unused and hmac.compare_digest(token.encode(), self.token.encode())):
                return None
            self._unused = False
            cookie = secrets.token_urlsafe(32)
            self._browsers[cookie] = time.monotonic() + LASTS
            return cookie

    def user(self, scope: Scope, cookies: Mapping[str, str]) -> User:
        """The account that serves, if the browser is the one that had the token."""
        cookie = cookies.get(COOKIE, "")
        with self._one_at_a_time:
            if self._browsers.get(cookie, 0) < time.monotonic():
                raise Unknown("Open the address that rollcall serve has printed; it is good for one browser, once.")
        return User(self._name, self._name, cookie)

    def right(self, user: User, company: str) -> Right:
        """Everything, in every company that has a folder."""
        return "release" if company in names.companies() else "none"


class Signed:
    """The way in behind a sign-on."""

    def __init__(self, sign_on: SignOn) -> None:
        self.sign_on = sign_on
        self._read: dict[Path, tuple[tuple[int, int], Serve]] = {}

    def user(self, scope: Scope, cookies: Mapping[str, str]) -> User:
        """As the proxy says."""
        whole = self.sign_on.whole(scope)
        return User(whole.partition("@")[0], whole.casefold())

    def right(self, user: User, company: str) -> Right:
        """What the company's settings say, as they are now; of a company that cannot be loaded, nothing."""
        file = next((one for one in names.files(names.companies_folder()) if one.parent.name == company), None)
        settings = self._settings(file) if file else None
        if settings is None:
            return "none"
        if user.whole in {one.strip().casefold() for one in settings.releasers}:
            return "release"
        return "view" if user.whole in {one.strip().casefold() for one in settings.viewers} else "none"

    def _settings(self, file: Path) -> Serve | None:
        try:
            stat = file.stat()
            key = (stat.st_mtime_ns, stat.st_size)
            if self._read.get(file, ((0, 0), None))[0] != key:
                self._read[file] = key, loader.read(file).serve
            return self._read[file][1]
        except (OSError, loader.SettingsMistakes):
            return None


class Forms:
    """What shows that a form is from a page of ours that was shown to whoever sends it."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def mark(self, user: User) -> str:
        """What stands in a form."""
        return hmac.new(self._key, f"{user.bound}\0{user.whole}".encode(), sha256).hexdigest()

    def genuine(self, user: User, mark: str) -> bool:
        """Whether it is the one that stood in theirs."""
        return hmac.compare_digest(mark.encode(), self.mark(user).encode())
