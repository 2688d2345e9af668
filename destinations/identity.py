"""What of a destination only one company may write, as text that is the same for the same thing.

Belongs here: the type, and one form for addresses and names. Does not belong here: which things these are (`identity` in each destination's
folder), whose they are (``destinations.claims``). Light: commands that only look at YAML need it.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True)
class Identity:
    """Something at a destination that only one company may write: two would undo each other's work every night."""

    what: str
    """In words, without an article, beginning with its kind: ``organization``. No value that HR's file gives."""
    key: str
    """The same text for the same thing, whatever the company."""


def same_place(url: str, name: str) -> str:
    """One text for one thing, however its address and its name are written: capitals, a slash or a point too many, the usual port, codes
    for plain letters."""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:  # no address at all: whoever calls it will say so
        return f"{url.strip()} {name.strip().casefold()}"
    place = host if port in (None, 443 if parts.scheme == "https" else 80) else f"{host}:{port}"
    path = re.sub("/+", "/", unquote(parts.path)).rstrip("/")
    return f"{parts.scheme}://{place}{path} {name.strip().casefold()}"


def words(key: str) -> frozenset[str]:
    """What stands, capitals aside, in any YAML that names the thing of a key as `same_place` makes it: its name's last word (the address
    may be written in other ways, or be left out). Of any other key nothing is known.

    Args:
        key: `Identity.key`.
    """
    return frozenset(re.findall(r"\w+", key.rpartition(" ")[2] if " " in key else ""))
