"""The day that a file's name says: by a pattern of the settings, or as anybody would read it.

Belongs here: which notations of a day can be meant in one way only, and which in several. Does not belong here: which of several files is
the newest (``resources.hr.newest``), and what an older day means (the ledger refuses it).
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Final

from roster.reading.months import ANY, MONTHS, unaccented
from roster.unfit import Unfit

_YEAR = r"(?P<year>(?:19|20)\d\d)"
_MONTH_NAME = rf"(?:de[-._ ])?(?P<name>{ANY})\.?(?:[-._ ]de(?=[-._ ]))?"
"""Between a day and a year; 20 de agosto de 2026, too."""
CERTAIN: Final = tuple(
    re.compile(rf"(?<!\d){each}(?!\d)", re.IGNORECASE)
    for each in (
        rf"{_YEAR}(?P<between>[-._ /]?)(?P<month>0[1-9]|1[0-2])(?P=between)(?P<day>0[1-9]|[12]\d|3[01])(?=\D|$|\d{{4,6}}(?!\d))",
        rf"{_YEAR}(?P<between>[-._ /])(?P<month>\d{{1,2}})(?P=between)(?P<day>\d{{1,2}})",
        rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.{_YEAR}",
        rf"(?P<day>\d{{1,2}})[-._ ]{{0,2}}{_MONTH_NAME}[-._ ]?{_YEAR}",
        rf"{_YEAR}[-._ ]?{_MONTH_NAME}[-._ ]?(?P<day>\d{{1,2}})",
    )
)
"""Year first, day first with points, the month by its name: nobody means another day by these."""
_NUMBERS = r"(?<!\d)(\d{2})([-._ ]?)(\d{2})\2(\d{4}|\d{2})(?!\d)"
ORDERS: Final = ("day first", "month first", "year first")


def day_in_name(name: str, pattern: str | None, written: str | None = None) -> date | None:
    """The day in a file's name, by a pattern with a group ``date``; None without a pattern.

    Args:
        name: The file's name.
        pattern: The pattern.
        written: The format in which the group is written; by default it must be one that can be meant in one way only.

    Raises:
        Unfit: the name has no such day, so that an older file could not be told from a newer one.
    """
    if pattern is None:
        return None
    try:
        found = re.search(unicodedata.normalize("NFC", pattern), unicodedata.normalize("NFC", name))
        text = found["date"] if found else None
        day = None if text is None else _by_format(text, written) if written else certain_day(text, whole=True)
    except IndexError:  # no such group
        day = None
    if day is None:
        how = f" in the form `{written}`" if written else ""
        raise Unfit(
            "name",
            f"The name of the file holds no date{how} where `date_in_name` looks for one.",
            "Ask HR for the usual name, or correct the pattern; `date_in_name_format` says how the date is written.",
        )
    return day


def certain_day(text: str, whole: bool = False) -> date | None:
    """The day that a text holds in a notation that can be meant in one way only; None if it has none, or two.

    Args:
        text: A name or a part of one.
        whole: Whether the text must be nothing but the day.
    """
    text = unaccented(text)
    for pattern in CERTAIN:
        found = [pattern.fullmatch(text)] if whole else list(pattern.finditer(text))
        days = {day for each in found if each and (day := _valid(**_numbers(each)))}
        if days:
            return days.pop() if len(days) == 1 else None
    return None


def possible_days(names: Sequence[str]) -> dict[str, list[date]]:
    """Order of day, month and year → the day of each name, for each order in which all names hold one."""
    found = [re.findall(_NUMBERS, name) for name in names]
    if any(len(each) != 1 for each in found):
        return {}
    numbers = [(int(one), int(two), three) for [(one, _, two, three)] in found]
    of: dict[str, Callable[[int, int, str], date | None]] = {
        "day first": lambda one, two, three: _valid(_full(three), two, one),
        "month first": lambda one, two, three: _valid(_full(three), one, two),
        "year first": lambda one, two, three: _valid(2000 + one, two, int(three)) if len(three) == 2 else None,
    }
    days = {order: [of[order](*each) for each in numbers] for order in ORDERS}
    return {order: [day for day in each if day] for order, each in days.items() if all(each)}


def readable(pattern: str) -> bool:
    """Whether what a pattern's group ``date`` finds may be a day that can be meant in one way only; also where there is no telling."""
    inside = _group(pattern)
    samples = ("2026-11-20", "20261120", "2026.11.20", "2026_11_20", "20.11.2026", "20-Nov-2026", "20Nov2026")
    ambiguous = ("20-11-2026", "20_11_2026", "20 11 2026", "20112026", "20/11/2026", "20.11.26", "20-11-26", "201126", "20_11_26")

    def fits(texts: Sequence[str]) -> bool:
        return any(re.fullmatch(inside, text) for text in texts)

    return fits(samples) or not fits(ambiguous)


def tells_a_day(written: str) -> bool:
    """Whether a format has day, month and year."""
    day = date(2026, 11, 20)
    return _by_format(day.strftime(written), written) == day


def _group(pattern: str) -> str:
    """What stands inside the group ``date``."""
    start = pattern.index("(?P<date>") + len("(?P<date>")
    depth, place, in_class = 1, start, False
    while place < len(pattern):
        character = pattern[place]
        if character == "\\":
            place += 1
        elif in_class or character == "[":
            in_class = character != "]"
        elif character in "()":
            depth += 1 if character == "(" else -1
            if depth == 0:
                break
        place += 1
    return pattern[start:place]


def _by_format(text: str, written: str) -> date | None:
    try:
        return datetime.strptime(text, written).date()  # noqa: DTZ007 a day has no time zone
    except ValueError:
        return None


def _numbers(found: re.Match[str]) -> dict[str, int]:
    parts = found.groupdict()
    month = MONTHS[parts["name"].casefold()] if parts.get("name") else int(parts["month"])
    return {"year": int(parts["year"]), "month": month, "day": int(parts["day"])}


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1990 <= year < 2100 else None
    except ValueError:
        return None


def _full(year: str) -> int:
    return int(year) if len(year) == 4 else 2000 + int(year)
