"""Several files that are one roster: all of one day, or none.

Belongs here: waiting for the whole set, its day, one state and one content of all. Does not belong here: how one of them is found and got
(``resources.hr.sources``, whatever kind it is), how their rows become one table (``roster.reading.several``).
"""

import fnmatch
import json
import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import Final

from resources.failures import NoFile, Permanent, Transient
from resources.hr.files import ONE, Export, take
from resources.hr.locations import Source
from resources.hr.meant import name_beside
from resources.hr.newest import day_in
from resources.hr.sources import ExportSource, Found
from resources.ssh.sharing import one_login
from roster.reading import several
from roster.settings import CsvFormat

_MOST: Final = 5
"""So many files are named in a sentence."""
NOT_ALL: Final = "HR's files are not all "
"""How the sentence begins that says for which the run waits."""


@dataclass(frozen=True)
class FoundSet(Found):
    """Several files as listings show them."""

    each: Mapping[str, Found] = field(default_factory=dict)
    """What each is called → the file."""

    @property
    def state(self) -> str:
        """That of every file: of another state of one of them there is another run."""
        return json.dumps({name: one.state for name, one in self.each.items()}, ensure_ascii=False)


@dataclass(frozen=True)
class SeveralFiles:
    """Files that are one roster, each from a source of its own.

    Args:
        sources: What each is called → where it comes from.
        formats: What each is called → how it reads, for the day in its name.
        zone: In which a moment is a day, where no name tells one.
    """

    sources: Mapping[str, ExportSource]
    formats: Mapping[str, CsvFormat]
    zone: tzinfo

    def newest(self, hurried: bool = False) -> Found:
        """See `ExportSource`: the newest of each, all of one day.

        Raises:
            NoFile: There is none of any.
            Transient: One is missing, or of another day than the others: it may come.
        """
        with one_login():
            return self._all_of_a_day(lambda source, _: source.newest(hurried), list(self.sources))

    def again(self, state: str) -> Found:
        """See `ExportSource`."""
        try:
            states = json.loads(state)
        except ValueError:
            states = None
        if not isinstance(states, dict) or states.keys() != self.sources.keys():
            raise NoFile("The run is for other files than the settings name.", "Start a new run.")
        with one_login():
            found = {name: source.again(str(states[name])) for name, source in self.sources.items()}
        return _together(found, ())

    def take(self, found: Found) -> Export:
        """See `ExportSource`."""
        assert isinstance(found, FoundSet), "it was found here"  # noqa: S101
        with one_login():
            exports = {name: self.sources[name].take(one) for name, one in found.each.items()}
        return _as_one(exports, found.shown)

    def put_away(self, found: Found) -> bool:
        """See `ExportSource`: each of them; whether all are out of the way."""
        with one_login():
            away = [self.sources[name].put_away(one) for name, one in _from_path(found.path).items() if name in self.sources]
        return bool(away) and all(away)

    def _all_of_a_day(self, look: Callable[[ExportSource, str], Found], names: Sequence[str]) -> Found:
        found: dict[str, Found] = {}
        missing: dict[str, NoFile | Transient] = {}
        for name in names:
            try:
                found[name] = look(self.sources[name], name)
            except (NoFile, Transient) as fault:
                missing[name] = fault
        if not found:
            raise next(iter(missing.values()))
        days = self._days(found)
        if missing:
            there = f"{_few(list(found))} of {max(days.values())}" if len(set(days.values())) == 1 else _dated(days)
            first = next(iter(missing.values()))
            why = f" Of {next(iter(missing))}: {str(first).removesuffix(first.advice).strip()}"
            raise Transient(
                f"{NOT_ALL}there: waiting for {_few(list(missing))}; there are {there}.{why}",
                "Run again when all files of one day are there.",
            )
        if len(set(days.values())) > 1:
            newest = max(days.values())
            late = {name: day for name, day in days.items() if day < newest}
            raise Transient(
                f"{NOT_ALL}of one day: waiting for {_dated(late)}; the others are of {newest}.",
                "Run again when all files of one day are there.",
            )
        return _together(found, tuple(remark for one in found.values() for remark in one.remarks))

    def _days(self, found: Mapping[str, Found]) -> dict[str, date]:
        """Of which day each is: by its name where all have one, else by when it was last written."""
        named = {name: day_in(posixpath.basename(one.path), self.formats[name]) for name, one in found.items()}
        days = {name: day for name, day in named.items() if day}
        if len(days) == len(found):
            return days
        written = {name: one.modified.astimezone(self.zone).date() for name, one in found.items() if one.modified}
        if len(written) < len(found):
            raise Permanent(
                "Whether HR's files are of one day cannot be told: not all names have a day, and their server gives no times.",
                "Say where the day is in the names (`date_in_name`), or have HR write it there.",
            )
        return written


def given(paths: Sequence[Path], source: Source, each: Mapping[str, Source]) -> Export:
    """The files that somebody names, as a run would take them: each is that whose pattern its name fits, else they are in their order.

    Args:
        paths: One file, or as many as there are, each with what lies beside it.
        source: The settings of the source.
        each: Of several files, what each is called → its source.

    Raises:
        Permanent: They are not as many as the settings name.
    """
    if len(paths) != max(len(each), 1):
        count = f"{len(each)} files are one roster: {_few(list(each))}" if each else "one file is read"
        raise Permanent(f"{len(paths)} files were given, and {count}.", "Name each of them once, in that order.")
    if not each:
        return _with_companions(paths[0], source)
    fits = {name: [one for one in paths if fnmatch.fnmatch(one.name, posixpath.basename(own.path))] for name, own in each.items()}
    if sorted(one for found in fits.values() for one in found) == sorted(paths):
        paths = [one for found in fits.values() for one in found]
    found = {name: _with_companions(path, own) for path, (name, own) in zip(paths, each.items(), strict=True)}
    return _as_one(found, _few([path.name for path in paths]))


def _with_companions(path: Path, source: Source) -> Export:
    return take(path, {what: name for what, name in source.companions.items() if path.with_name(name_beside(name, path.name)).is_file()})


def file_names(path: str) -> dict[str, str]:
    """Of `Found.path` of several files: what each is called → its name. Empty for that of one."""
    return {name: posixpath.basename(one.path) for name, one in _from_path(path).items()}


def _as_one(exports: Mapping[str, Export], called: str) -> Export:
    content = several.packed({name: export.content for name, export in exports.items()})
    modified = max(export.modified for export in exports.values())
    companions = {name: export.companions.get(ONE, {}) for name, export in exports.items()}
    return Export(content, called, modified, companions, names={name: export.name for name, export in exports.items()})


def _together(found: Mapping[str, Found], remarks: tuple[str, ...]) -> FoundSet:
    path = {name: [one.path, one.shown, one.size, one.modified.isoformat() if one.modified else None] for name, one in found.items()}
    times = [one.modified for one in found.values() if one.modified]
    return FoundSet(
        json.dumps(path, ensure_ascii=False),
        _few([one.shown for one in found.values()]),
        sum(one.size for one in found.values()),
        max(times) if times else None,
        all(one.complete for one in found.values()),
        remarks,
        each=found,
    )


def _from_path(path: str) -> dict[str, Found]:
    try:
        parts = json.loads(path)
    except ValueError:
        return {}
    if not isinstance(parts, dict):
        return {}
    times = {name: datetime.fromisoformat(one[3]).astimezone(UTC) if one[3] else None for name, one in parts.items()}
    return {name: Found(one[0], one[1], one[2], times[name]) for name, one in parts.items()}


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:_MOST]) + (f" and {len(names) - _MOST} more" if len(names) > _MOST else "")


def _dated(days: Mapping[str, date]) -> str:
    return _few([f"{name} (is of {day})" for name, day in days.items()])
