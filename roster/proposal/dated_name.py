"""The day in a file's name: where it stands, and the pattern by which the settings find it on other days.

Belongs here: how days stand in names. Does not belong here: which day that is (``roster.reading.naming``).
"""

import re
import unicodedata
from typing import Final

from roster.proposal.recognising import Guess
from roster.reading.months import unaccented
from roster.reading.naming import CERTAIN, certain_day

_IN_NUMBERS: Final = re.compile(
    r"(?<!\d)(?:20\d\d-[01]\d-[0-3]\d|20\d\d[01]\d[0-3]\d|20\d\d[._][01]\d[._][0-3]\d|[0-3]?\d([-._])[0-3]?\d\1(?:20)?\d\d)(?!\d)"
)
_PARTS: Final = r"[0-9]+|[^\W\d_]+|."
_WITH_WORD: Final = [pattern for pattern in CERTAIN if "name" in pattern.groupindex]


def day_of(name: str) -> str | None:
    """The day as it stands in a file's name, in any of the usual notations; None where there is none. An accent and its letter are one."""
    composed = unicodedata.normalize("NFC", name)
    if found := _IN_NUMBERS.search(composed):
        return found.group()
    plain = unaccented(composed)
    for pattern in _WITH_WORD:
        for found in pattern.finditer(plain):
            if certain_day(day := composed[found.start() : found.end()], whole=True):
                return day
    return None


def undated(name: str, instead: str) -> str:
    """The name with something else where its day stands."""
    day = day_of(name)
    return unicodedata.normalize("NFC", name).replace(day, instead, 1) if day else name


def settings(day: str) -> dict[str, Guess]:
    """The pattern for such a day, and its format where it cannot be meant in one way only; nothing where nobody can tell."""
    pattern = f"(?P<date>{re.sub(_PARTS, lambda found: _as_pattern(found.group(), day), day)})"
    if certain_day(day, whole=True):
        return {"date_in_name": Guess(pattern, 0.9, "the file's name has a date")}
    first, second, year = re.split(r"[-._]", day)
    if max(int(first), int(second)) <= 12:
        return {}
    order = "%d{0}%m{0}" if int(first) > 12 else "%m{0}%d{0}"
    written = order.format(day[len(first)]) + ("%Y" if len(year) == 4 else "%y")
    return {
        "date_in_name": Guess(pattern, 0.7, "the file's name has a date"),
        "date_in_name_format": Guess(written, 0.7, "one of its numbers is no month"),
    }


def _as_pattern(part: str, day: str) -> str:
    """What finds such a part of a day on any other: beside the name of a month, a day before the tenth has one digit."""
    if part.isdigit():
        worded = any(character.isalpha() for character in day)
        return r"\d{1,2}" if worded and len(part) < 3 else rf"\d{{{len(part)}}}"
    return r"[^\W\d_]+" if part.isalpha() else r"\." if part == "." else part
