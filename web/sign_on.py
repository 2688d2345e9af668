"""Who has signed on at the proxy before the server: a header that the proxy sets, and that nobody else can.

Belongs here: from whom that header is taken, and what may stand in it. Does not belong here: what a user may do, and what is made of the
name (``web.launches``).
"""

import hmac
import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Self

from starlette.types import Scope

SECRET: Final = "ROLLCALL_PROXY_SECRET"  # noqa: S105 - the variable's name
"""Environment variable with what the proxy sends in `SECRET_HEADER`: without it any program on the proxy's machine could be the proxy."""
SECRET_HEADER: Final = "x-rollcall-proxy"  # noqa: S105 - the header's name
LOOPBACK: Final = ("127.0.0.0/8", "::1")
_TOKEN: Final = re.compile(r"[a-z0-9-]+")
_USER: Final = re.compile(r"\w[\w.+|\\:~-]{0,63}")


class Unknown(Exception):
    """Nobody is signed on, or it cannot be told who: one sentence."""


@dataclass(frozen=True)
class SignOn:
    """A proxy that people sign on at."""

    header: str
    """The header with the user's name, in small letters."""
    proxies: tuple[Any, ...]
    """Networks that it may connect from."""
    secret: str = field(default="", repr=False)
    """What it proves itself by; empty: its address is enough."""

    @classmethod
    def by(cls, header: str, proxies: Iterable[str] = (), secret: str = "") -> Self:
        """A sign-on as it is typed.

        Args:
            header: The header's name.
            proxies: Addresses or networks; this machine's own if there are none.
            secret: See `SECRET`.

        Raises:
            ValueError: no header has that name, or one of the proxies is no address.
        """
        name = header.strip().lower()
        if not _TOKEN.fullmatch(name) or name in (SECRET_HEADER, "host", "origin", "cookie", "authorization"):
            raise ValueError(f"{header!r} is no header that a proxy names a user in, such as X-Forwarded-User.")
        try:
            networks = tuple(ipaddress.ip_network(one.strip()) for one in (list(proxies) or LOOPBACK))
        except ValueError as error:
            raise ValueError(f"This is no address or network: {error}.") from None
        return cls(name, networks, secret)

    def user(self, scope: Scope) -> str:
        """The name of whoever sends a request, short enough and plain enough to stay in a run's tags.

        Of an address only what is before the ``@`` is taken: an address does not stay in Dagster.

        Raises:
            Unknown: as `whole`.
        """
        return self.whole(scope).partition("@")[0]

    def whole(self, scope: Scope) -> str:
        """The name as the proxy sends it, which tells people of two domains apart.

        Raises:
            Unknown: it does not come from the proxy, or the proxy names nobody, or not as a name is.
        """
        if not self._is_proxy(scope):
            raise Unknown("This server is asked by way of its sign-on alone.")
        found = [value for key, value in scope["headers"] if key.lower() == self.header.encode()]
        if not found or not found[0].strip():
            raise Unknown("Nobody is signed on.")
        name, *domain = _text(found[0]).strip().split("@")
        if len(found) > 1 or len(domain) > 1 or not _USER.fullmatch(name):
            raise Unknown("It cannot be told who is signed on.")
        return "@".join([name, *domain])

    def _is_proxy(self, scope: Scope) -> bool:
        given = [value for key, value in scope["headers"] if key.lower() == SECRET_HEADER.encode()]
        if self.secret and not (len(given) == 1 and hmac.compare_digest(given[0], self.secret.encode())):
            return False
        try:
            address = ipaddress.ip_address((scope.get("client") or [""])[0])
        except ValueError:
            return False
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in self.proxies if network.version == address.version)


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return ""
