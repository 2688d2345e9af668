"""The bearer token with which Findity's Admin API is called, one for all clients of a company.

Belongs here: getting a token and getting the next one, who may have it too. Does not belong here: when a call needs a new one (``client``).
"""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from destinations.findity.settings import FindityConnection
from resources.failures import Failed, Permanent
from resources.http import Http, Reply, checked_url

_MARGIN = 60.0
"""Seconds before its end at which a token is no longer used."""


@dataclass(eq=False)
class Shared:
    """What the clients of one company's run have together: a token and what renews it. In memory alone, and in no repr.

    It is one company's, for each has its own way there (`destinations.findity.adapter.Access`), and its one API key's: with other
    credentials nothing that is in it is used.
    """

    access: str | None = field(default=None, repr=False)
    refresh: str | None = field(default=None, repr=False)
    uses: int = field(default=0, repr=False)
    """How often the token was given to a call."""
    ends: float = field(default=float("inf"), repr=False)
    credentials: str = field(default="", repr=False)
    """A hash of what the token was issued for."""
    one_at_a_time: threading.RLock = field(default_factory=threading.RLock, repr=False)
    """So that threads which need a new token at the same time get one."""


class Tokens:
    """Issues one token at a time. A token is opaque: nothing in it is read. No repr shows one.

    Args:
        settings: Where and as whom.
        http: The connection to use.
        clock: Seconds on a clock that never goes back.
        shared: What other clients of the company have got already; by default nothing.
    """

    def __init__(self, settings: FindityConnection, http: Http, clock: Callable[[], float], shared: Shared | None = None) -> None:
        self._settings = settings
        self._url = checked_url(settings.token_url.resolve(), "Findity token_url")
        self._http = http
        self._clock = clock
        self._shared = shared or Shared()

    def current(self) -> str:
        """A token that should be good, a new one if need be.

        Raises:
            Permanent: The client id or secret is wrong.
            Transient: No token could be had at present.
        """
        with self._shared.one_at_a_time:
            self._only_ours()
            if self._shared.access is None or self._clock() >= self._shared.ends:
                self._renew()
            assert self._shared.access is not None  # noqa: S101 - renew sets it or raises
            self._shared.uses += 1
            return self._shared.access

    def used_once(self, token: str) -> bool:
        """Whether this is the token still and only one call was given it: then nothing else can have ended it."""
        with self._shared.one_at_a_time:
            return self._shared.access == token and self._shared.uses == 1

    def renew(self, refused: str) -> None:
        """Get a new token, by the refresh token if there is one, else by the client's credentials.

        Args:
            refused: The one that was not taken any more; nothing is asked for where another client has renewed it meanwhile.

        Raises:
            Permanent, Transient: As for `current`.
        """
        with self._shared.one_at_a_time:
            if self._shared.access in (None, refused):
                self._renew()

    def _only_ours(self) -> None:
        """Forget what was issued for another key, or at another address: a secret may be exchanged while a process lives."""
        named = (
            self._url,
            self._settings.organization.resolve(),
            self._settings.client_id.resolve(),
            self._settings.client_secret.resolve(),
        )
        now = hashlib.sha256("\n".join(named).encode()).hexdigest()
        if self._shared.credentials != now:
            self._shared.access, self._shared.refresh, self._shared.credentials = None, None, now

    def _renew(self) -> None:
        refresh, self._shared.refresh, self._shared.access = self._shared.refresh, None, None
        if refresh:
            # A refresh token works once: it is forgotten before it is sent, and never sent twice, even if the reply is lost.
            try:
                self._keep(self._grant(repeat_lost=False, grant_type="refresh_token", refresh_token=refresh))
            except Failed:
                self._shared.access = None
            else:
                return
        secret = self._settings.client_secret.resolve()
        self._keep(self._grant(repeat_lost=True, grant_type="client_credentials", client_secret=secret))

    def _grant(self, repeat_lost: bool, **form: str) -> Reply:
        data = {**form, "client_id": self._settings.client_id.resolve()}
        return self._http.send("POST", self._url, writes=False, repeat_lost=repeat_lost, data=data)

    def _keep(self, reply: Reply) -> None:
        body = reply.json
        found: dict[str, Any] = body if isinstance(body, dict) else {}
        access = found.get("access_token") or found.get("accessToken")
        if reply.status >= 400:
            raise Permanent(f"Findity issues no token (HTTP {reply.status}).", "Check client_id, client_secret and the API key's rights.")
        if not isinstance(access, str):
            raise Permanent("Findity's token address answered without a token.", "Check token_url in the settings.")
        if not access.isascii() or not access.isprintable():
            raise Permanent("Findity's token address gave a token that no header can carry.", "Check token_url in the settings.")
        self._shared.access, self._shared.uses = access, 0
        refresh = found.get("refresh_token") or found.get("refreshToken")
        self._shared.refresh = refresh if isinstance(refresh, str) else None
        lasts = found.get("expires_in") or found.get("expiresIn")
        self._shared.ends = self._clock() + max(float(lasts) - _MARGIN, 1.0) if isinstance(lasts, int | float) else float("inf")
