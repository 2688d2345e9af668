"""From HR's notation of a day to the day, and which days cannot be meant.

Belongs here: formats, the day of a moment, years of two digits, the values by which systems say that there is no end. Does not belong
here: what an unreadable date costs (``roster.intake.validation``), who is employed on a day (``roster.intake.employed``).

A roster has few distinct dates, so only those are parsed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta, tzinfo
from typing import Final

import pandas as pd

from roster import moments
from roster.settings import SERIAL, Source

NO_END_BEFORE: Final = "1950-01-01"
NO_END_FROM: Final = "2079-01-01"
"""End dates outside of these are no ends: nobody in the file left before the one, and systems write one after the other for *none*
(2079-06-06, 2999-12-31, 4712-12-31, 9999-12-31)."""
WRITTEN_FOR_NONE: Final = ("01-01", "04-11", "06-06", "12-30", "12-31")
"""Month and day of those that systems write: the last ones that pandas and SQL Server know, and the ends of a year."""
PAST, AHEAD = "0000-00-00", "9999-12-31"
"""How what stands for none is written where it is no date, or none in HR's format: it sorts as HR's value does."""
DAYS_ZERO: Final = ("1950-01-01", "1960-01-01", "1969-12-31", "1970-01-01", "1979-11-30", "1980-01-01")
"""From 1950 on, the days from which programs count: SAS, Unix (east and west of Greenwich), DOS. An empty value became a number."""
LONG_PAST: Final = 20
"""Years after which an end date is no end of somebody whom HR still calls active."""
YEARS_AHEAD: Final = 10
"""A year of two digits is none that lies further ahead."""

_NEVER = re.compile(r"(?P<past>[0./ :T-]*0[0./ :TZ-]*|-infinity)|[9./-]*99[9./-]*|2958465|infinity", re.IGNORECASE)
"""Zeros, nines, and what a workbook and PostgreSQL make of the last day of all."""
_PAST = re.compile(
    r"(?:0?1[./-](?:0?1|jan)[./-]|(?=\d{4}[./-]?01[./-]?01))(?:0001|1753|1900)(?:[./-]?01[./-]?01)?(?:[ T].*)?"
    r"|(?:30|31)[./-](?:12|dec)[./-]1899(?:[ T].*)?|12[./-](?:30|31)[./-]1899(?:[ T].*)?|1899[./-]?12[./-]?(?:30|31)(?:[ T].*)?"
    r"|(?:00?[./-](?:0?1|jan)|0?1[./-]00?)[./-](?:19)?00|1900[./-]01[./-]00",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    r"(?:31[./-](?:12|dec)[./-]|12[./-]31[./-]|(?=\d{4}[./-]?12[./-]?31))(?:2[0-9]99|4712|9999)(?:[./-]?12[./-]?31)?(?:[ T].*)?",
    re.IGNORECASE,
)
"""Days that stand for none in any notation, for the many files in which they are not written as other dates are. A workbook shows its day 0
as 0 January 1900, programs that take it for a date as one of the last two days of 1899."""
_SHORT_YEAR = re.compile(r"%[yDx]")
_SHORT_NONE = frozenset({(12, 31, 12), (12, 31, 99), (12, 30, 99), (1, 1, 0)})
"""Month, day and two digits of 4712-12-31, 9999-12-31, 1899-12-30 and 1900-01-01."""
_TURNED: Final = str.maketrans("dm", "md")
_UNSEPARATED = re.compile(r"%[dmYyj]%[dmYyj]")
_SERIAL = re.compile(r"(?P<day>[0-9]{1,7})(?:[.,](?P<part>[0-9]+))?")
_LAST_SERIAL: Final = {"excel": 2_958_465, "excel-1904": 2_957_003}
"""The last day of the year 9999, after which a workbook has none."""
_CELL = re.compile(r"(\d{4}-\d{2}-\d{2}) \d{2}:\d{2}:\d{2}(?:\.\d+)?")
"""A workbook's cell that holds a day and a clock time."""

_MIDNIGHT = re.compile(r"[T ]00:00(?::00(?:\.0+)?)?\s?(?:[Zz]|[+-]00(?::?00)?)$")
"""A moment that is a day, where all of a column are: a system that writes the midnights of another zone in UTC has other clock times."""


@dataclass(frozen=True)
class Calendar:
    """What decides which day a date is, besides its format."""

    as_of: date | None = None
    """The day of the export."""
    zone: tzinfo | None = None
    """The company's. Without it a moment with a zone of its own cannot be read."""
    workbook: bool = False
    """Whether cells that are dates came as such, some of them with a clock time."""


@dataclass(frozen=True)
class Days:
    """One column of dates."""

    iso: pd.Series
    """ISO text where the value could be read, else as HR wrote it; `PAST` or `AHEAD` where it stands for none in another notation."""
    unreadable: pd.Series
    """Which values fit none of the formats, or two of them differently."""
    ambiguous: pd.Series
    """Which of these are different days in different formats, or with day and month the other way round, as others of the column are."""
    short_none: pd.Series
    """Which have a year of two digits, and are in all likelihood the last digits of a date that stands for none."""


def days(series: pd.Series, source: Source, calendar: Calendar, *, ends: bool = False) -> Days:
    """The days of a column; ``ends``: of end dates, where some values stand for none."""
    codes, distinct = pd.factorize(series)
    if len(distinct) and all(map(_MIDNIGHT.search, distinct)):
        calendar = replace(calendar, zone=calendar.zone and UTC)
    found = [_read(str(text), source, calendar, ends) for text in distinct]
    if None in [one.day for one in found]:
        found = _either_way(found, distinct, source, calendar)
    # The last entry is the one that the code -1 (empty) takes.
    texts = pd.Series([one.day or text for one, text in zip(found, distinct, strict=True)] + [None], dtype="str")
    flags = [
        pd.Series([*values, False], dtype=bool)
        for values in ([one.day is None for one in found], [one.ambiguous for one in found], [one.short_none for one in found])
    ]
    return Days(*(part.take(codes).set_axis(series.index) for part in (texts, *flags)))


def no_end(end_date: pd.Series) -> pd.Series:
    """Which end dates cannot be meant as the end of anything: before 1950, a day from which programs count, or so
    far ahead that they stand for *none*."""
    return (end_date < NO_END_BEFORE) | end_date.isin(DAYS_ZERO) | (end_date >= NO_END_FROM)


def long_past(end_date: pd.Series, as_of: date | None) -> pd.Series:
    """Which end dates are so many years ago that a status of today has nothing to do with them."""
    return ~no_end(end_date) & (end_date < f"{as_of.year - LONG_PAST:04}-{as_of:%m-%d}") if as_of else end_date.isin(())


def stand_ins(days: pd.Series, *, ahead: bool) -> "pd.Series[bool]":
    """Which days and moments, with the year first or in eight digits, systems write where there is none.

    Args:
        days: Texts, other ones too.
        ahead: Whether those far ahead are meant as well as those long past.
    """
    iso = days.str.slice(0, 10).where(days.str.match(r"[0-9]{4}-", na=False))
    eight = days[days.str.fullmatch(r"[0-9]{8}", na=False)]
    kinds = eight.map({text: stands_for_none(text) for text in eight.unique()}).reindex(days.index)
    found: pd.Series[bool] = (no_end(iso) & (ahead | (iso < NO_END_FROM))) | kinds.eq(PAST) | (kinds.eq(AHEAD) & ahead)
    return found


@dataclass(frozen=True)
class _Read:
    day: str | None
    ambiguous: bool = False
    short_none: bool = False


def _read(text: str, source: Source, calendar: Calendar, ends: bool) -> _Read:
    if calendar.workbook and (cell := _CELL.fullmatch(text)):
        text = cell[1]
    parsed = {day for format in source.format if (day := _day(text, format, source, calendar))}
    if len(parsed) > 1:
        return _Read(None, ambiguous=True)
    if parsed:
        day = parsed.pop()
        short = (day.month, day.day, day.year % 100) in _SHORT_NONE and str(day.year) not in text
        return _Read(day.isoformat(), short_none=ends and short)
    return _Read(stands_for_none(text) if ends else None)


def _either_way(found: Sequence[_Read], texts: pd.Index, source: Source, calendar: Calendar) -> list[_Read]:
    """What was read, without the days of which nobody knows whether day and month have changed places: others of the column have, for they
    are days only so, and no more of it are days only as the settings have them."""
    turned = [format.translate(_TURNED) for format in source.format if {"%d", "%m"} <= set(re.findall("%.", format))]

    def the_other_way(text: str) -> set[str]:
        return {day.isoformat() for format in turned if (day := _day(text, format, source, calendar))}

    unread = [str(text) for one, text in zip(found, texts, strict=True) if one.day is None and not one.ambiguous]
    against = sum(map(bool, map(the_other_way, unread)))
    if not against:
        return list(found)
    pairs = [(one, the_other_way(str(text))) for one, text in zip(found, texts, strict=True)]
    if against < sum(one.day not in (None, PAST, AHEAD) and not other for one, other in pairs):
        return list(found)
    return [_Read(None, ambiguous=True) if one.day and other - {one.day} else one for one, other in pairs]


def stands_for_none(text: str) -> str | None:
    """`PAST` or `AHEAD` where a text in any notation is a day by which systems write that there is none; else None."""
    if never := _NEVER.fullmatch(text):
        return PAST if never["past"] else AHEAD
    return PAST if _PAST.fullmatch(text) else AHEAD if _AHEAD.fullmatch(text) else None


def _serial(text: str, system: str) -> date | None:
    """The day of a workbook's serial number. A fraction is a clock time, which ends within half a second of midnight at the next day."""
    found = _SERIAL.fullmatch(text)
    if found is None:
        return None
    count = int(found["day"]) + (float(f"0.{found['part'] or 0}") > 1 - 0.5 / 86_400)
    if count > _LAST_SERIAL[system]:
        return None
    if system == "excel-1904":
        return date(1904, 1, 1) + timedelta(days=count)
    # The 29 February 1900 that a workbook knows, as number 60, there was not; number 0 is no day either.
    return None if count in (0, 60) else date(1899, 12, 31 if count < 60 else 30) + timedelta(days=count)


def _day(text: str, format: str, source: Source, calendar: Calendar) -> date | None:
    return _serial(text, format) if format in SERIAL else _parsed(text, format, source, calendar)


def _parsed(text: str, format: str, source: Source, calendar: Calendar) -> date | None:
    try:
        moment = moments.parsed(text, format)
        if _UNSEPARATED.search(format) and text.isdecimal() and len(text) != len(moment.strftime(format)):
            return None  # a nought was lost, and 1012027 is the 1st as well as the 10th
        if _SHORT_YEAR.search(format):
            moment = moment.replace(year=_in_window(moment.year, source, calendar))
    except ValueError:  # also 29 February of a year that is not a leap year there
        return None
    own, named = _zone(text, format)
    own = moment.tzinfo or own
    if not (named or own) or not moments.has_clock(format):
        return moment.date()  # a day is that day everywhere
    if own is None or calendar.zone is None:
        return None
    try:
        return moment.replace(tzinfo=own).astimezone(calendar.zone).date()
    except OverflowError:  # the first or the last day of any calendar
        return moment.date()


def _zone(text: str, format: str) -> tuple[tzinfo | None, bool]:
    """The zone that the format itself or a name in the text says, and whether there is one."""
    if "%Z" in format:
        return (UTC, True) if re.search(r"\b(?:UTC|GMT)\b", text, re.IGNORECASE) else (None, True)
    zone = moments.zone_in(format)
    return zone, zone is not None


def _in_window(year: int, source: Source, calendar: Calendar) -> int:
    """The year of the same two digits in the hundred years in which such years are."""
    first = source.years_from
    if first is None:
        first = calendar.as_of.year + YEARS_AHEAD - 99 if calendar.as_of else 1950
    return first + (year - first) % 100
