"""What a draft of a company's YAML leaves to its reader: where that is, and how the rest is tried all the same.

Belongs here: the mark, and the settings that stand in for what is open. Does not belong here: what is marked (``assets.draft``), telling
of it (``assets.loader``).

An open place has the mark ``FILL-IN`` in its value, never in a comment: a comment stops nobody. A value that is nothing but a guess stands
behind the mark and a blank (``FILL-IN Europe/Stockholm``): whoever agrees takes the mark away.
"""

import copy
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from assets.attributes import FILL_IN, Path

_MARK: Final = re.compile(rf"(?<![\w-]){FILL_IN}(?![\w-])")
"""A heading such as REFILL-INFO has no mark in it."""
_BEFORE: Final = f"{FILL_IN} "
_STAND_INS: Final[dict[Path, str | list[str]]] = {
    ("attributes", "timezone"): "Etc/UTC",
    ("attributes", "owners"): ["team:nobody"],
    ("attributes", "hr", "people", "absent_means"): "unchanged",
}
"""What a file is tried with where nothing works without a value. Nobody's run ever has them."""


def unsure(value: Any) -> Any:
    """A guess as it stands in a draft: behind the mark, which in a list or a rule is before the part that is guessed."""
    if isinstance(value, list):
        return [unsure(value[0]), *value[1:]] if value else value
    if isinstance(value, dict):
        name = next((name for name in ("format", "column", "template") if name in value), next(iter(value)))
        return {**value, name: unsure(value[name])}
    return value if is_open(value) else f"{_BEFORE}{'null' if value is None else value}"


def is_open(value: Any) -> bool:
    """Whether it is a text with the mark in it."""
    return isinstance(value, str) and _MARK.search(value) is not None


def in_settings(node: Any, place: Path) -> Iterator[Path]:
    """Every place at or below one that is left open, in the order of the file; a key may be open as a value may."""
    if is_open(node):
        yield place
        return
    parts = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, below in parts:
        if is_open(name):
            yield (*place, name)
        else:
            yield from in_settings(below, (*place, name))


def with_guesses(document: Any, places: Sequence[Path]) -> Any:
    """The document with the guess at each open place that has one behind its mark; the others stay as they are."""
    tried = copy.deepcopy(document)
    for place in places:
        above, value = _at(tried, place[:-1]), _at(tried, place)
        if isinstance(value, str) and value.startswith(_BEFORE):
            above[place[-1]] = value.removeprefix(_BEFORE)
    return tried


def without(document: Any, places: Sequence[Path]) -> Any:
    """The document with something that works at these open places: a value that stands in, else nothing."""
    tried = copy.deepcopy(document)
    for place in reversed(places):  # whoever goes from a list moves those behind
        known = next((place[:length] for length in range(len(place), 0, -1) if place[:length] in _STAND_INS), None)
        if known:
            _at(tried, known[:-1])[known[-1]] = _STAND_INS[known]
        else:
            del _at(tried, place[:-1])[place[-1]]
    return tried


def _at(document: Any, place: Path) -> Any:
    for name in place:
        document = document[name]
    return document
