"""Form fields as the body of a request: what urllib's `urlencode` writes, over whole texts at once.

Belongs here: that encoding. Does not belong here: what the fields are (each destination's client), sending them (``resources.http``).

urllib makes an object of each character, so that a feed of 20 MB takes a second and 160 MB; httpx uses it for `data`.
"""

from collections.abc import Mapping
from typing import Any, Final

_HEADER: Final = {"Content-Type": "application/x-www-form-urlencoded"}
_PLAIN: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~"


def written(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a request is made of, its `data` as the `content` that it stands for."""
    if "data" not in content:
        return content
    rest = {name: value for name, value in content.items() if name != "data"}
    return {**rest, "content": encoded(content["data"]), "headers": {**_HEADER, **content.get("headers", {})}}


def encoded(fields: Mapping[str, str]) -> bytes:
    """The fields in their order.

    Raises:
        UnicodeEncodeError: One holds half of a character.
    """
    return b"&".join(b"=".join(map(_quoted, field)) for field in fields.items())


def _quoted(text: str) -> bytes:
    quoted = text.encode()
    others = set(quoted.translate(None, _PLAIN))
    for other in sorted(others - set(b" "), key=lambda each: each != ord("%")):  # "%" first: it stands in what the others become
        quoted = quoted.replace(bytes([other]), b"%%%02X" % other)
    return quoted.replace(b" ", b"+")
