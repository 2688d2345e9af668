"""Which files of a listing are HR's exports, and which of them are complete.

Belongs here: patterns and done-markers by names alone, for every server. Does not belong here: listing (each client), which of several is
the newest (``resources.hr.newest``), files of this machine, whose folders may be patterns too (``resources.hr.files``).
"""

import fnmatch
import posixpath
import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from resources.hr.files import MAGIC

_PLACES: Final = re.compile(r"\{(?:name|stem)\}")
_Entry = TypeVar("_Entry")


def composed(name: str) -> str:
    """The name with each letter as one character: an å may arrive as an a and a ring."""
    return unicodedata.normalize("NFC", name)


def matcher(pattern: str) -> Callable[[str], object]:
    """Whether a name, composed, is one that a pattern means."""
    wanted = composed(pattern)
    if not MAGIC.search(wanted):
        return wanted.__eq__
    # Names with a dot in front are what programs write before they rename.
    before = "" if wanted.startswith(".") else r"(?!\.)"
    return re.compile(before + fnmatch.translate(wanted)).match


def marker(template: str | None, name: str) -> str | None:
    """The name of the file that says that `name` is complete; None if none is needed."""
    return None if template is None else template.replace("{name}", name).replace("{stem}", posixpath.splitext(name)[0])


def marker_matcher(template: str | None) -> Callable[[str], object]:
    """Whether a name may be a marker of one of the files that match."""
    if template is None:
        return lambda _: False
    return re.compile(".*".join(map(re.escape, _PLACES.split(composed(template)))), re.DOTALL).fullmatch


def complete(
    entries: Iterable[_Entry], called: Callable[[_Entry], str], pattern: str, done_marker: str | None
) -> tuple[dict[str, _Entry], int]:
    """Those of a listing that are meant and have their marker, by name. Of all others nothing is kept: there may be a million.

    Returns:
        Name → entry, and how many are not complete.
    """
    wanted, is_marker = matcher(pattern), marker_matcher(done_marker)
    found, markers = dict[str, _Entry](), set[str]()
    for entry in entries:
        name = composed(called(entry))
        if wanted(name):
            found[name] = entry
        if is_marker(name):
            markers.add(name)
    there = {name: found[name] for name in sorted(found) if (needed := marker(done_marker, name)) is None or composed(needed) in markers}
    return there, len(found) - len(there)
