"""What a feed that lies ready is called: whose it is, when it was laid there, of which plan, and what nobody can guess.

Whatever process comes next knows by the name alone what was laid there and not yet taken away; nothing else remembers it.

Belongs here: making and reading such names. Does not belong here: laying and taking away (``laid``).
"""

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

_STAMP: Final = "%Y%m%dT%H%M%SZ"
_RANDOM: Final = 32
"""Bytes of chance in a name."""


@dataclass(frozen=True)
class Feed:
    """A file that was laid ready, finished or not."""

    name: str
    plan: str
    """Digest of the plan that it is of."""
    laid: datetime


def fresh(company: str, plan: str, now: datetime) -> str:
    """The name of one more."""
    return f"rollcall-{company}-{now.astimezone(UTC):{_STAMP}}-{plan}-{secrets.token_urlsafe(_RANDOM)}.json"


def unfinished(name: str) -> str:
    """What it is called until it is whole."""
    return f".{name}.part"


def read(name: str, company: str) -> Feed | None:
    """What a name in the folder says; None if it is not one of this company's."""
    found = re.fullmatch(rf"\.?rollcall-{re.escape(company)}-(\d{{8}}T\d{{6}}Z)-([0-9a-f]+)-[\w-]{{43}}\.json(\.part)?", name, re.ASCII)
    if not found:
        return None
    try:
        laid = datetime.strptime(found[1], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
    return Feed(name, found[2], laid)
