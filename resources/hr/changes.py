"""Files of changes, and now and then one with everyone: which of both is the newest, and where in the sequence it stands.

Belongs here: telling both kinds apart, and what their names say of the sequence. Does not belong here: how a file is found and got
(``resources.hr.sources``, whatever kind it is), which file may follow which (``roster.intake.sequence``).
"""

import json
import posixpath
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime

from resources.failures import NoFile, Permanent
from resources.hr.files import Export
from resources.hr.locations import FullAndChanges
from resources.hr.newest import OF_ONE_DAY, day_in
from resources.hr.sources import ExportSource, FileSource, Found
from roster.intake.changes import CHANGES, FULL, POSITION
from roster.intake.sequence import Position
from roster.reading import several
from roster.settings import CsvFormat


@dataclass(frozen=True)
class FoundPart(Found):
    """A file that has changes, or everyone."""

    full: bool = False

    @property
    def state(self) -> str:
        """With which of both it is."""
        return f"{FULL if self.full else CHANGES}|{super().state}"


@dataclass(frozen=True)
class FullOrChanges:
    """Files of changes from one source, and files with everyone from another.

    Args:
        changes: The one.
        full: The other.
        format: How they read.
        settings: How they follow each other.
    """

    changes: FileSource
    full: FileSource
    format: CsvFormat
    settings: FullAndChanges

    def newest(self, hurried: bool = False) -> Found:
        """See `ExportSource`: the newer of the newest of both, by their numbers, days or times.

        Raises:
            Permanent: Which one cannot be told, or two files of changes are of one day and one of them would never be read.
        """
        found = [one for full in (False, True) if (one := self._there(full, lambda source: source.newest(hurried)))]
        if not found:
            self.changes.newest(hurried)  # says that there is none
        newest = found[0] if len(found) == 1 else self._newer(*found)
        others = tuple(one for one in newest.remarks if not one.startswith(OF_ONE_DAY))
        if newest.full or others == newest.remarks:
            return newest
        if self.settings.number_in_name is None:
            raise _two("day", "; ".join(newest.remarks))
        same = [one.shown for one in self.changes.every() if self._place(_part(one, False)) == self._place(newest)]
        if len(same) > 1:
            raise _two("number", ", ".join(same))
        return replace(newest, remarks=others)  # each of them is read in its turn

    def following(self, newest: Found, last: Position | None) -> Found:
        """The file that is to be read: the newest, unless others that were not taken in lie there. Then the last with everyone, else the
        oldest of changes.

        Args:
            newest: The newest.
            last: Where in the sequence the last one stood that was taken in; None if there was none.

        Raises:
            Permanent: Two of changes have its place, and neither may be passed over.
        """
        if isinstance(newest, FoundPart) and newest.full:
            return newest
        waiting = sorted(self._after(last), key=lambda one: one[0])
        if everyone := [one for _, one in waiting if one.full]:
            chosen = everyone[-1]
        elif last and waiting:
            chosen = waiting[0][1]
        else:
            return newest
        if chosen.path == newest.path:
            return newest
        place = next(place for place, one in waiting if one is chosen)
        if not chosen.full and len(same := [one.shown for at, one in waiting if at == place]) > 1:
            raise _two("number" if self.settings.number_in_name else "day", ", ".join(same))
        more = sum(_after(at, place) for at, _ in waiting)
        return replace(chosen, remarks=(*chosen.remarks, *([_more(chosen, more)] if more else [])))

    def _after(self, last: Position | None) -> list[tuple[int | date, FoundPart]]:
        """The files behind a place in the sequence, each with its own, as far as names tell it."""
        found = list[tuple[int | date, FoundPart]]()
        for source in (self.changes, self.full):
            with suppress(NoFile):
                found += [(at, part) for one in source.every() if (at := self._place(part := _part(one, source is self.full))) is not None]
        if last is None:
            return found
        was = last.number if self.settings.number_in_name else last.day
        return [(at, part) for at, part in found if was is not None and _after(at, was)]

    def _place(self, part: FoundPart) -> int | date | None:
        name = posixpath.basename(part.path)
        return self._number(name) if self.settings.number_in_name else day_in(name, self.format)

    def again(self, state: str) -> Found:
        """See `ExportSource`."""
        kind, _, own = state.partition("|")
        if kind not in (FULL, CHANGES):
            raise NoFile("The run is for a file that is neither of changes nor with everyone.", "Start a new run.")
        return _part((self.full if kind == FULL else self.changes).again(own), kind == FULL)

    def take(self, found: Found) -> Export:
        """See `ExportSource`. Its content is the file with its position: the same bytes of another day are another content."""
        full = isinstance(found, FoundPart) and found.full
        export = (self.full if full else self.changes).take(found)
        position = json.dumps(self.position(export.name, full).to_json()).encode()
        content = several.packed({FULL if full else CHANGES: export.content, POSITION: position})
        return Export(content, export.name, export.modified, export.companions)

    def put_away(self, found: Found) -> bool:
        """See `ExportSource`."""
        return any([self.changes.put_away(found), self.full.put_away(found)])

    def position(self, name: str, full: bool) -> Position:
        """Where in the sequence a file stands by its name."""
        return Position(self._number(name), day_in(name, self.format), full)

    def _number(self, name: str) -> int | None:
        found = re.search(self.settings.number_in_name, name) if self.settings.number_in_name else None
        return int(found["number"]) if found and (found["number"] or "").isdecimal() else None

    def _there(self, full: bool, look: Callable[[ExportSource], Found]) -> FoundPart | None:
        try:
            return _part(look(self.full if full else self.changes), full)
        except NoFile:
            return None

    def _newer(self, changes: FoundPart, full: FoundPart) -> FoundPart:
        names = [posixpath.basename(one.path) for one in (changes, full)]
        for one, other in (map(self._number, names), (day_in(name, self.format) for name in names), (changes.modified, full.modified)):
            if one is not None and other is not None and one != other:
                return changes if _after(one, other) else full
        raise Permanent(
            "Whether HR's file of changes or the one with everyone is newer cannot be told: neither names nor times say it.",
            "Have HR write number or day into both names (`changes.number_in_name`, `date_in_name`).",
        )


def _two(what: str, which: str) -> Permanent:
    message = f"Two files of changes are of one {what}, and neither may be passed over: {which}."
    return Permanent(message, "Have HR send one a day, or number them (`changes.number_in_name`).")


def _more(chosen: FoundPart, more: int) -> str:
    files = f"{more} newer file{'s' if more > 1 else ''} of changes"
    return f"{files} were not taken in yet: {chosen.shown} comes first, each has a run of its own, in order; without `arrival` start them"


def _after(one: int | date | datetime, other: int | date | datetime) -> bool:
    return one > other  # type: ignore[operator]  # both are of one kind


def _part(found: Found, full: bool) -> FoundPart:
    return FoundPart(**vars(found), full=full)


def position_in(content: bytes, trailer: date | None) -> Position:
    """Where in the sequence a file stands, by its name or its trailer.

    Args:
        content: As `FullOrChanges.take` gave it.
        trailer: The day in its trailer.
    """
    found = Position.from_json(json.loads(several.taken_apart(content)[POSITION]))
    return Position(found.number, found.day or trailer, found.full)
