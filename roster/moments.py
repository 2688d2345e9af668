"""Moments in HR's file, with a clock time and a zone: what a format says of the zone, and notations of it that ``strptime`` does not read.

Belongs here: zones in formats, offsets of hours alone, a clock time that the format itself has. Does not belong here: which day a moment is
(``roster.intake.dates``).
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

FRACTION: Final = re.compile(r"(\.\d{6})\d+")
"""Fractions of a second beyond what ``%f`` takes; .NET and SQL Server write seven digits."""
_CLOCK: Final = re.compile(r"%[HIMSTcXp]")
_FIXED: Final = re.compile(r"(?<![\d+:-])([01]\d|2[0-3]):([0-5]\d)|T([01]\d|2[0-3])([0-5]\d)(?:\d\d)?(?!\d)")
"""A clock time that stands in the format, and so in each value: ``T23:00:00Z``. An offset is none."""
_DIRECTIVE: Final = re.compile(r"%[-#]?.")
_OFFSET: Final = re.compile(r"(?P<sign>[+-])(?P<hours>\d\d?)(?::?(?P<minutes>\d\d))?(?!\d)")
_WORD: Final = re.compile(r"[A-Za-z]+(?:[/_][A-Za-z]+)*")
_UTC: Final = frozenset({"z", "utc", "gmt", "ut", "zulu", "universal", "greenwich", "etc/utc", "etc/gmt"})
_HOURS: Final = {
    **{"WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3},
    **{"EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7},
}
"""Short names of zones that few mean otherwise → hours ahead of UTC."""
_NO_ZONE: Final = frozenset({"AM", "PM", "UHR", "HRS", "KL"})
_SHORT_NAME: Final = re.compile(r"[A-Z]{2,5}")
_HOURS_ALONE: Final = re.compile(r"((?::|T\d\d|T\d{4})\d\d(?:[.,]\d+)? ?[+-]\d\d)(?![\d:])")
_SMALL_Z: Final = re.compile(r"(?<=\d)z(?![A-Za-z])")


def parsed(text: str, format: str) -> datetime:
    """A value by one format, with its offset where ``%z`` reads one: also one of hours alone, as PostgreSQL writes it.

    Raises:
        ValueError: It is not written so.
    """
    text, (format, hours, minutes) = FRACTION.sub(r"\1", text), _read_by(format)
    try:
        moment = datetime.strptime(text, format)  # noqa: DTZ007 most have no time zone, and the others get theirs later
    except ValueError:
        other = _SMALL_Z.sub("Z", _HOURS_ALONE.sub(r"\1:00", text)) if "%z" in format else text
        if other == text:
            raise
        moment = datetime.strptime(other, format)  # noqa: DTZ007 likewise
    return moment.replace(hour=hours, minute=minutes) if hours or minutes else moment


def has_clock(format: str) -> bool:
    """Whether values in a format have a clock time. One of midnight that all of them have is none, but a way to write a day."""
    return bool(_CLOCK.search(format)) or any(_fixed(format))


@cache
def zone_in(format: str) -> tzinfo | None:
    """The zone that a format of moments itself says, as any of UTC's names, an offset or the name of a zone; None if it says none.

    Raises:
        ValueError: It says one that is not known.
    """
    if not has_clock(format):
        return None
    literal = _DIRECTIVE.sub("\0", format)
    clock = _CLOCK.search(format) or _FIXED.search(format)
    behind = _DIRECTIVE.sub("\0", format[clock.start() :].lstrip("T")) if clock else ""
    if offset := _OFFSET.search(behind):
        ahead = timedelta(hours=int(offset["hours"]), minutes=int(offset["minutes"] or 0))
        return timezone(-ahead if offset["sign"] == "-" else ahead)
    words = _WORD.findall(behind)
    if any(word.casefold() in _UTC for word in words) or re.search(r"\b(?:UTC|GMT)\b", literal, re.IGNORECASE):
        return UTC
    for word in words:
        if word in _HOURS:
            return timezone(timedelta(hours=_HOURS[word]))
        if "/" in word and word in available_timezones():
            return ZoneInfo(word)
        if "/" in word or (_SHORT_NAME.fullmatch(word) and word not in _NO_ZONE):
            raise ValueError("a zone that is not known")
    return None


@cache
def _read_by(format: str) -> tuple[str, int, int]:
    """The format as values are read by it, and the clock time that stands in it."""
    return FRACTION.sub(r"\1", format), *_fixed(format)


def _fixed(format: str) -> tuple[int, int]:
    """The hour and minute that stand in a format without directives for them."""
    found = None if _CLOCK.search(format) else _FIXED.search(format)
    return (int(found[1] or found[3]), int(found[2] or found[4])) if found else (0, 0)
