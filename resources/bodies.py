"""The JSON of an answer's body.

Belongs here: what is no JSON, how deep it may be, and characters that nothing can store. Does not belong here: how much of a body is read
(``resources.http``), what it means (the clients). Pure.
"""

import json
from itertools import chain
from typing import Any, Final

DEEPEST: Final = 100
"""Levels of lists and objects in an answer. Known answers have fewer than ten, a tree of units one or two for each of its levels."""

BEYOND: Final = object()
"""What a body is that is nested deeper than `DEEPEST`."""

_SURROGATES: Final = (b"\\ud", b"\\uD", b"\xed")
"""What a body holds in which half a character may stand: a server that cuts a text at a length may cut one in two."""


def parsed(content: bytes) -> Any:
    """The value of a body; None if it is empty or no JSON, as NaN is none; `BEYOND` if it is too deep."""
    try:
        found = json.loads(content, parse_constant=_no_number)
    except RecursionError:
        return BEYOND
    except ValueError:
        return None
    if _levels(found) > DEEPEST:
        return BEYOND
    return _without_halves(found) if any(mark in content for mark in _SURROGATES) else found


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _levels(value: Any) -> int:
    """How many lists and objects stand in each other, as far as one more than `DEEPEST`."""
    level, depth = [value] if type(value) in (dict, list) else [], 0
    while level and depth <= DEEPEST:
        inner = chain.from_iterable(each.values() if type(each) is dict else each for each in level)
        level, depth = [each for each in inner if type(each) in (dict, list)], depth + 1
    return depth


def _without_halves(value: Any) -> Any:
    """The value, with U+FFFD for half a character, which nothing can store or send; two halves that belong together become one."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_without_halves(each) for each in value]
    if isinstance(value, dict):
        return {_without_halves(name): _without_halves(each) for name, each in value.items()}
    return value
