"""Which file may follow which where files have changes: none may be missing between two, and none is put on what came after it.

Belongs here: a file's place in the sequence, and why one does not follow. Does not belong here: where its number or its day stands
(``resources.hr.changes``), putting it on the roster (``roster.intake.changes``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Self

from roster.settings import Changes
from roster.unfit import Unfit

_FULL: Final = "Have HR send a file with everyone (`changes.full`)"
_WEEKEND: Final = 5


@dataclass(frozen=True)
class Position:
    """Where in the sequence a file stands: by its number, or by its day."""

    number: int | None = None
    day: date | None = None
    full: bool = False
    """Whether it has everyone."""

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {"number": self.number, "day": self.day.isoformat() if self.day else None, "full": self.full}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """What `to_json` wrote."""
        return cls(stored["number"], date.fromisoformat(stored["day"]) if stored["day"] else None, stored["full"])


def check(new: Position, last: Position | None, changes: Changes) -> None:
    """Whether a file may be put on what the last one gave.

    Args:
        new: The file's.
        last: That of the last one; None if there is none.
        changes: The settings.

    Raises:
        Unfit: It is older, one is missing in between, or nobody can tell.
    """
    if last is None:
        return
    if changes.number_in_name is not None:
        _by_number(new, last)
    else:
        _by_day(new, last, changes)


def _by_number(new: Position, last: Position) -> None:
    if last.number is None:
        if new.day and last.day and new.day < last.day:  # a file with everyone need not be numbered
            raise _older(f"It is of {new.day}, and that of {last.day} was taken in.")
        return
    if new.number is None:
        if not new.full:
            raise Unfit(
                "sequence", "The name of the file has no number where `number_in_name` looks for one.", "Ask HR for the usual name."
            )
        return
    if new.number < last.number or (new.number == last.number and not new.full):
        raise _older(f"It is number {new.number}, and number {last.number} was taken in.")
    if not new.full and new.number > last.number + 1:
        first, missing = last.number + 1, new.number - last.number - 1
        which = f"number {first} is" if missing == 1 else f"numbers {first} to {new.number - 1} are"
        raise Unfit("sequence", f"Changes were missed: {which} not taken in, and this is number {new.number}.", _ways())


def _by_day(new: Position, last: Position, changes: Changes) -> None:
    if new.day is None:
        raise Unfit(
            "sequence",
            "Neither name nor trailer tells of which day the changes are.",
            "Ask HR for the usual file, or say where the day stands.",
        )
    if last.day is None:
        return
    if new.day < last.day or (new.day == last.day and not (new.full or last.full)):
        raise _older(f"It is of {new.day}, and that of {last.day} was taken in.")
    if not new.full and new.day > (due := next_day(last.day, changes)):
        raise Unfit("sequence", f"Changes were missed: after {last.day} those of {due} come next, and these are of {new.day}.", _ways())


def next_day(day: date, changes: Changes) -> date:
    """The day of the next file."""
    if changes.every == "week":
        return day + timedelta(days=7)
    following = day + timedelta(days=1)
    while changes.every == "weekday" and following.weekday() >= _WEEKEND:
        following += timedelta(days=1)
    return following


def _older(why: str) -> Unfit:
    return Unfit("sequence", f"The file is not newer than the last one. {why}", f"{_FULL}, or the changes that come next.")


def _ways() -> str:
    return f"{_FULL}; or put the missing ones where they are looked for, and start the sync for each: the oldest is read first."
