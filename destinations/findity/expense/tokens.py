"""A person's tokens: used, renewed once each, and kept before anything else happens.

Belongs here: when a token is renewed, and what a crash on the way leaves. Does not belong here: where they are kept (``kept``), getting the
first ones (``sign_in``).

A refresh token works once. So before one is sent, it is taken out of what is kept, and never sent again: who dies between sending it and
keeping the answer has to sign in again, is told so, and nothing is tried over and over.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, Self

from destinations.findity.expense.kept import FOLDER, InFile, Kept, alone
from destinations.findity.settings import FindityConnection, FindityExpense
from resources.failures import Failed, Permanent, Unanswered
from resources.http import Http, Reply
from resources.places import of_all_machines

MARGIN: Final = 60.0
"""Seconds before its end at which a token is no longer used."""
LOST: Final = "The sign-in was being renewed when the answer was lost, and a refresh token works only once."


class SignInNeeded(Permanent):
    """There is no token that could be used or renewed: somebody must sign in."""

    def __init__(self, why: str, also: str = "") -> None:
        super().__init__(why, f"Sign in: rollcall findity login COMPANY.{also}")


@dataclass(frozen=True)
class Pair:
    """An access token with its end and its successor."""

    access: str = field(repr=False)
    refresh: str | None = field(repr=False)
    ends: float | None
    """Seconds since 1970, since another process may ask. None: it was not said."""

    @classmethod
    def read(cls, body: Any, now: float) -> Self | None:
        """An answer's, in OAuth's spelling or in that of the change of a password. None: it has none that a header can carry."""
        found: dict[str, Any] = body if isinstance(body, dict) else {}
        access, refresh = (found.get(f"{kind}_token") or found.get(f"{kind}Token") for kind in ("access", "refresh"))
        if not isinstance(access, str) or not access.isascii() or not access.isprintable():
            return None
        lasts = found.get("expires_in") or found.get("expiresIn")
        return cls(access, refresh if isinstance(refresh, str) else None, now + lasts if isinstance(lasts, int | float) else None)

    def to_kept(self) -> dict[str, Any]:
        """As JSON."""
        return {"access": self.access, "refresh": self.refresh, "ends": self.ends}


class Person(Protocol):
    """Whoever's tokens a client uses."""

    def access(self) -> str:
        """A token that should be good.

        Raises:
            SignInNeeded: There is none.
        """

    def renew(self, refused: str) -> str:
        """Another one, in the place of one that was refused.

        Raises:
            SignInNeeded: There is none.
        """

    def keep(self, body: Any) -> bool:
        """Keep the tokens of an answer, at once; whether it had any."""

    def forget(self) -> None:
        """Keep none."""


class KeptPerson:
    """Whoever signed in on this machine. No repr shows a token.

    Args:
        connection: Where tokens are issued.
        expense: As which client.
        name: Under which name they are kept.
        kept: Where.
        http: The connection to use.
        now: Seconds since 1970.
    """

    def __init__(
        self,
        connection: FindityConnection,
        expense: FindityExpense,
        name: str,
        kept: Kept,
        http: Http,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._url, self._expense = connection.token_url, expense
        self._name, self._kept, self._http, self._now = name, kept, http, now

    def access(self) -> str:
        """See `Person`."""
        kept = self._read()
        ends = kept.get("ends")
        if isinstance(ends, int | float) and self._now() >= ends - MARGIN:
            return self.renew(kept["access"])
        return str(kept["access"])

    def renew(self, refused: str) -> str:
        """See `Person`. Whoever comes second finds the first one's, and sends nothing."""
        with alone(self._name):
            kept = self._read()
            if kept["access"] != refused:
                return str(kept["access"])
            refresh = kept.get("refresh")
            if not isinstance(refresh, str):
                raise SignInNeeded(kept.get("ended") or "The sign-in has ended, and came without a way to renew it.")
            used = {**kept, "refresh": None, "ended": LOST}
            self._kept.write(used)
            pair = self._refreshed(refresh, kept, used)
            self._kept.write(pair.to_kept())
            return pair.access

    def keep(self, body: Any) -> bool:
        """See `Person`."""
        pair = Pair.read(body, self._now())
        if pair is None:
            return False
        with alone(self._name):
            self._kept.write(pair.to_kept())
        return True

    def forget(self) -> None:
        """See `Person`."""
        self._kept.forget()

    def _read(self) -> dict[str, Any]:
        kept = self._kept.read()
        if kept is None:
            nobody = "Nobody has signed in to Findity for this company on this machine."
            raise SignInNeeded(nobody, of_all_machines(FOLDER) if isinstance(self._kept, InFile) else "")
        return kept

    def _refreshed(self, refresh: str, kept: dict[str, Any], used: dict[str, Any]) -> Pair:
        form = {"grant_type": "refresh_token", "refresh_token": refresh}
        try:
            reply = granted(self._http, self._url.resolve(), self._expense, form)
        except Unanswered:
            raise  # it may be used up: what is kept says so already
        except Failed:
            self._kept.write(kept)  # it was never taken
            raise
        pair = Pair.read(reply.json, self._now()) if reply.status < 400 else None
        if pair is None:
            refused = f"Findity does not renew the sign-in (HTTP {reply.status})."
            self._kept.write({**used, "ended": refused})
            raise SignInNeeded(refused)
        # Where an answer brings no new refresh token, RFC 6749 lets the old one stand; here it works once [D].
        return pair


def granted(http: Http, url: str, expense: FindityExpense, form: dict[str, str]) -> Reply:
    """Ask for tokens, once: a code and a refresh token work once, so nothing is repeated that may have been taken.

    Raises:
        Unanswered: It may have been taken.
        Transient: It was not.
    """
    secret = {"client_secret": expense.client_secret.resolve()} if expense.client_secret else {}
    data = {**form, "client_id": expense.client_id.resolve(), **secret}
    return http.send("POST", url, writes=True, repeat_lost=False, data=data)
