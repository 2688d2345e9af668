"""The bearer token with which Findity's Admin API is called.

Belongs here: getting a token and getting the next one. Does not belong here: when a call needs a new one (``client``).
"""

from collections.abc import Callable
from typing import Any

from destinations.findity.settings import FindityConnection
from resources.failures import Failed, Permanent
from resources.http import Http, Reply, checked_url

_MARGIN = 60.0
"""Seconds before its end at which a token is no longer used."""


class Tokens:
    """Issues one token at a time. A token is opaque: nothing in it is read. No repr shows one.

    Args:
        settings: Where and as whom.
        http: The connection to use.
        clock: Seconds on a clock that never goes back.
    """

    def __init__(self, settings: FindityConnection, http: Http, clock: Callable[[], float]) -> None:
        self._settings = settings
        self._url = checked_url(settings.token_url.resolve(), "Findity token_url")
        self._http = http
        self._clock = clock
        self._access: str | None = None
        self._refresh: str | None = None
        self._ends = float("inf")

    def current(self) -> str:
        """A token that should be good, a new one if need be.

        Raises:
            Permanent: The client id or secret is wrong.
            Transient: No token could be had at present.
        """
        if self._access is None or self._clock() >= self._ends:
            self.renew()
        assert self._access is not None  # noqa: S101 - renew sets it or raises
        return self._access

    def renew(self) -> None:
        """Get a new token, by the refresh token if there is one, else by the client's credentials."""
        refresh, self._refresh, self._access = self._refresh, None, None
        if refresh:
            # A refresh token works once: it is forgotten before it is sent, and never sent twice, even if the reply is lost.
            try:
                self._keep(self._grant(repeat_lost=False, grant_type="refresh_token", refresh_token=refresh))
            except Failed:
                self._access = None
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
        self._access = access
        self._refresh = found.get("refresh_token") or found.get("refreshToken")
        lasts = found.get("expires_in") or found.get("expiresIn")
        self._ends = self._clock() + max(float(lasts) - _MARGIN, 1.0) if isinstance(lasts, int | float) else float("inf")
