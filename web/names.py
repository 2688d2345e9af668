"""The names by which a server may be asked: what `Host` may say, and what `Origin`.

Belongs here: which names there are. Does not belong here: what becomes of a request (``web.guard``).
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

_NAME: Final = re.compile(
    r"(?:(?P<scheme>https?)://)?(?P<host>\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)(?::(?P<port>[0-9]{1,5}))?"
)
_LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")
_DEFAULT_PORTS: Final = {"http": "80", "https": "443"}


@dataclass(frozen=True)
class Names:
    """What a request may say about whom it is for, and from whose page it comes; both as browsers write them."""

    hosts: frozenset[str]
    """`Host`: name and port, the port left out where it is the scheme's own."""
    origins: frozenset[str]
    """`Origin`: scheme, name and port. Never ``null``, which any page can send."""

    @classmethod
    def of(cls, port: int, given: Iterable[str] = ()) -> Self:
        """The names of this machine for itself with the server's port, and those that were given.

        Args:
            port: Where the server listens.
            given: ``rollcall.acme.example``, with ``:PORT`` where browsers show one, with ``https://`` where no page over plain HTTP is to
                count as ours.

        Raises:
            ValueError: one of them is no such name.
        """
        found = [pair for name in _LOOPBACK for pair in _pairs("http", name, str(port))]
        for name in given:
            match = _NAME.fullmatch(name.strip().lower())
            if match is None or not _is_host(match["host"]) or not 0 < int(match["port"] or 1) < 65536:
                raise ValueError(f"{name!r} is no name of a server, such as rollcall.acme.example or https://rollcall.acme.example:8443.")
            schemes = [match["scheme"]] if match["scheme"] else list(_DEFAULT_PORTS)
            found += [pair for scheme in schemes for pair in _pairs(scheme, match["host"], match["port"])]
        return cls(frozenset(host for host, _ in found), frozenset(origin for _, origin in found))


def is_loopback(host: str) -> bool:
    """Whether a server at this address is reached from this machine alone."""
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _is_host(host: str) -> bool:
    if not host.startswith("["):
        return ".." not in host
    try:
        return ipaddress.ip_address(host.strip("[]")).version == 6
    except ValueError:
        return False


def _pairs(scheme: str, host: str, port: str | None) -> list[tuple[str, str]]:
    shown = host if port in (None, _DEFAULT_PORTS[scheme]) else f"{host}:{port}"
    return [(shown, f"{scheme}://{shown}")]
