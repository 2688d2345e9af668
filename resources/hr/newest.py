"""Which of several exports is the newest where their names decide, and what somebody should know of that choice.

Belongs here: names, the days in them, and when the files came, for files of this machine and of a server alike. Does not belong here:
listing them (``resources.hr.files``, ``resources.hr.remote_folder``), which notations of a day there are (``roster.reading.naming``).

The last by name is the newest only as long as names sort by date. ``people_30.11.2026`` comes after ``people_01.12.2026`` for ever.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Final, Generic, Protocol, TypeVar

from resources.failures import Permanent
from roster.reading import naming
from roster.reading.called import called
from roster.settings import CsvFormat
from roster.unfit import Unfit

_MOST: Final = 3
_TOGETHER: Final = timedelta(hours=12)
"""Files that came within it say nothing by the order in which they came; those of two nights are further apart."""
_TOMORROW: Final = timedelta(days=1)
"""Somewhere it is that day already."""
_FAR: Final = timedelta(days=62)
"""Files for the coming month are exported beforehand. A day further ahead was typed wrong, and would be the newest for years."""
OF_ONE_DAY: Final = "HR has "
"""How a remark begins that a file was passed over for another one of its day."""
Named = Callable[[str], str]
"""What of a name may be told."""


class Listed(Protocol):
    """A file as any listing shows it."""

    @property
    def name(self) -> str:
        """Its name, without its folder."""
        ...

    @property
    def modified(self) -> datetime | None:
        """When it was last written, if that is known."""
        ...


File = TypeVar("File", bound=Listed)


@dataclass(frozen=True)
class Choice(Generic[File]):
    """The file that is read."""

    file: File
    remarks: tuple[str, ...] = ()
    """What somebody should know of the choice, in sentences without a full stop that name files as `roster.reading.called` does."""


def by_name(files: Sequence[File], format: CsvFormat, pattern: str, today: date | None = None) -> Choice[File]:
    """The newest of some files by what their names say.

    A day in the names decides where each has one that can be meant in one way only, or that the settings describe. Else it is the last by
    name, unless another file came later and the names cannot tell why it should be older. Those of one shape can where both came at about
    the same time, since copies come in any order, and where they have numbers that the settings describe.

    A day far ahead is a mistake of who wrote the name: such a file may be of any day. It is passed over where it came before the newest of
    the others.

    Args:
        files: At least one, by name.
        format: The settings, for the pattern of the day.
        pattern: How the settings name the files: of their names no more is told than it says.
        today: The day; by default the clock's.

    Raises:
        Permanent: Nobody can tell.
    """
    known, today = partial(called, pattern=pattern), today or datetime.now(UTC).date()
    far = [file for file in files if _is_ahead(file, format, today, _FAR)]
    rest = [file for file in files if file not in far]
    if not rest:
        raise _far_ahead(far[-1], today, known)
    choice = _newest_by_name(rest, format, known)
    if unclear := [file for file in far if not _is_later(choice.file, file)]:
        raise _far_ahead(unclear[-1], today, known)
    remarks = (f"No export is of a day so far ahead, and these are not read: {_few([known(file.name) for file in far])}",) if far else ()
    return Choice(choice.file, (*choice.remarks, *remarks, *_before_its_day(rest, choice.file, format, today, known)))


def _newest_by_name(files: Sequence[File], format: CsvFormat, known: Named) -> Choice[File]:
    last = files[-1]
    if len(files) == 1:
        return Choice(last)
    days = [day_in(file.name, format) for file in files]
    if all(days):
        return _of_newest_day(files, [day for day in days if day], known)
    if format.date_in_name is not None:  # whichever has no day is refused by its name when it is read
        return Choice(last) if days[-1] is None else _of_newest_day(*_dated(files, days), known)
    latest = _latest(files)
    if orders := naming.possible_days([file.name for file in files]):
        return _by_order(files, orders, latest, known)
    alike = len({_shape(file.name) for file in files}) == 1
    numbered = format.changes is not None and format.changes.number_in_name is not None
    if latest in (None, last) or (alike and (numbered or not _truly_later(latest, last))):
        chosen = _by_number(files) if latest is None else last
        return Choice(chosen, _of_its_day(files, chosen, format, known))
    if latest is _by_number(files) and len({_letters(file.name) for file in files}) == 1:
        return Choice(latest, (*_of_its_day(files, latest, format, known), _unsorted(last, latest, known)))
    raise _cannot_tell(last, latest, known)


def by_time(files: Sequence[File], format: CsvFormat, pattern: str, today: date | None = None) -> Choice[File]:
    """The newest of some files by when they were last written, and which others of its day are not read.

    Args:
        files: At least one, each with its time.
        format: The settings, for the pattern of the day.
        pattern: How the settings name the files.
        today: The day; by default the clock's.

    Raises:
        Permanent: It is of a day far ahead, by the pattern of the settings: every later file would be older.
    """
    known, today = partial(called, pattern=pattern), today or datetime.now(UTC).date()
    chosen = max(files, key=lambda file: (file.modified, file.name))
    if format.date_in_name is not None and _is_ahead(chosen, format, today, _FAR):
        raise _far_ahead(chosen, today, known)
    return Choice(chosen, _of_its_day(files, chosen, format, known))


def beside_alike(choice: Choice[File], others: Sequence[File], format: CsvFormat, pattern: str) -> Choice[File]:
    """The choice, with a remark where another file is newer and only upper or lower case of its name keeps it from being meant.

    Args:
        choice: The file that is read.
        others: Files whose names differ so.
        format: The settings, for the pattern of the day.
        pattern: How the settings name the files.
    """
    day, at = day_in(choice.file.name, format), choice.file.modified

    def newer(file: File) -> bool:
        other = day_in(file.name, format)
        return other > day if day and other else bool(at and file.modified and file.modified > at)

    names = [called(file.name, pattern) for file in others if newer(file)]
    if not names:
        return choice
    remark = f"A newer file is not read, since its name differs from that in the settings in upper and lower case: {_few(names)}"
    return Choice(choice.file, (*choice.remarks, remark))


def _is_ahead(file: Listed, format: CsvFormat, today: date, by: timedelta) -> bool:
    """Whether a file's name tells a day that is further ahead than that."""
    day = day_in(file.name, format)
    return day is not None and day - today > by


def _is_later(file: Listed, other: Listed) -> bool:
    return bool(file.modified and other.modified and file.modified > other.modified)


def _before_its_day(files: Sequence[File], chosen: File, format: CsvFormat, today: date, known: Named) -> tuple[str, ...]:
    """That others came later than a file of a day to come: a month typed wrong makes it the newest until then."""
    if not _is_ahead(chosen, format, today, _TOMORROW) or not (
        others := [known(file.name) for file in files if _truly_later(file, chosen)]
    ):
        return ()
    return (f"{known(chosen.name)} is of a day to come and is read, though later ones came: {_few(others)}",)


def _of_its_day(files: Sequence[File], chosen: File, format: CsvFormat, known: Named) -> tuple[str, ...]:
    """That others are of the same day: by their names where both have one, else by when they were written."""
    day = day_in(chosen.name, format)

    def same(file: File) -> bool:
        other = day_in(file.name, format)
        if day and other:
            return day == other
        return file.modified is not None and chosen.modified is not None and file.modified.date() == chosen.modified.date()

    others = [file for file in files if file is not chosen and same(file)]
    return (_passed_over(f"of {day}" if day else "of one day", chosen, others, known),) if others else ()


def _passed_over(of: str, chosen: Listed, others: Sequence[Listed], known: Named) -> str:
    names = _few([known(file.name) for file in others])
    return f"{OF_ONE_DAY}{len(others) + 1} files {of}: {known(chosen.name)} is read, and not {names}"


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:_MOST]) + (f" and {len(names) - _MOST} more" if len(names) > _MOST else "")


def _dated(files: Sequence[File], days: Sequence[date | None]) -> tuple[list[File], list[date]]:
    pairs = [(file, day) for file, day in zip(files, days, strict=True) if day]
    return [file for file, _ in pairs], [day for _, day in pairs]


def day_in(name: str, format: CsvFormat) -> date | None:
    """The day that a file's name tells, if it does."""
    if format.date_in_name is None:
        return naming.certain_day(name)
    try:
        return naming.day_in_name(name, format.date_in_name, format.date_in_name_format)
    except Unfit:
        return None


def _of_newest_day(files: Sequence[File], days: Sequence[date], known: Named) -> Choice[File]:
    newest = max(days)
    same = [file for file, day in zip(files, days, strict=True) if day == newest]
    # A time or a number behind the day sorts; ` (1)` or `_corrected` does not, and is what came later.
    sorts = len({_shape(file.name) for file in same}) == 1
    chosen = same[-1] if sorts or (latest := _latest(same)) is None else latest
    remarks = []
    if len(same) > 1:
        remarks.append(_passed_over(f"of {newest}", chosen, [file for file in same if file is not chosen], known))
    if files[-1] not in same:
        remarks.append(_unsorted(files[-1], chosen, known))
    return Choice(chosen, tuple(remarks))


def _by_order(files: Sequence[File], orders: Mapping[str, Sequence[date]], latest: File | None, known: Named) -> Choice[File]:
    """Where day, month and year could be meant in several orders: what they agree on, or what agrees with when the files came."""
    newest = [files[max(range(len(files)), key=lambda at, of=days: (of[at], at))] for days in orders.values()]  # type: ignore[misc]
    if all(file is newest[0] for file in newest):
        return Choice(newest[0], () if newest[0] is files[-1] else (_unsorted(files[-1], newest[0], known),))
    if latest is files[-1] and any(file is latest for file in newest):
        return Choice(latest)
    other = next(file for file in (latest, *newest) if file is not None and file is not files[-1])
    raise _cannot_tell(files[-1], other, known)


def _latest(files: Sequence[File]) -> File | None:
    """The one that came after all others; None where that is not known of each."""
    times = [file.modified for file in files if file.modified]
    if len(times) < len(files):
        return None
    # Of those that came at the same time, the last by name.
    return max(zip(times, range(len(files)), files, strict=True), key=lambda each: each[:2])[2]


def _truly_later(file: Listed | None, other: Listed) -> bool:
    """Whether one came so much later than another that both were not copied together, nor sent twice on one day."""
    return bool(file and file.modified and other.modified and file.modified - other.modified > _TOGETHER)


def _by_number(files: Sequence[File]) -> File:
    """The last by name, its numbers taken as numbers: 10 comes after 9."""

    def key(file: File) -> list[tuple[int, str]]:
        return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.findall(r"[0-9]+|[^0-9]+", file.name)]

    return max(files, key=key)


def _shape(name: str) -> str:
    return re.sub("[0-9]", "0", name)


def _letters(name: str) -> str:
    return re.sub("[0-9]+", "0", name)


def _unsorted(last: Listed, chosen: Listed, known: Named) -> str:
    names = f"{known(last.name)} is the last by name, and {known(chosen.name)} is newer and is read"
    return f"The names of HR's files do not sort by date: {names}"


def _cannot_tell(last: Listed, other: Listed, known: Named) -> Permanent:
    return Permanent(
        f"Which of HR's files is the newest cannot be told: {known(last.name)} is the last by name, and {known(other.name)} may be newer.",
        "Say how the date is written (`date_in_name`, `date_in_name_format`), set `newest: modified`, or have older files taken away.",
    )


def _far_ahead(file: Listed, today: date, known: Named) -> Permanent:
    return Permanent(
        f"The name of HR's file {known(file.name)} tells a day far ahead of today, {today}, which no export is of.",
        "It would be the newest until then: have its name corrected, or the file taken away. If that is no day, say where one stands "
        "(`date_in_name`) or set `newest: modified`.",
    )
