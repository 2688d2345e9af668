"""What a destination says of itself that it did, or would do: by part (such as a policy) and person, the dry run beside the write.

Belongs here: its lines, their JSON, adding several answers up, laying two side by side. Does not belong here: the shape of any
destination's reply (each destination's ``replies``), whether it agrees with the plan (``Destination.disagreements``).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

UNANSWERED: Final = "not answered"
"""Of a part that was left out of an answer: that is not the same as nobody."""


class Line(NamedTuple):
    """One part of an account."""

    part: str
    """What was done, in words: ``added to policy``."""
    name: str
    """To which of them: an id. Empty where the answer says nothing of that part."""
    people: int | None
    """How many. None: something was to come of it, and the answer says nothing of it."""
    numbers: Sequence[str] = ()
    """The employee numbers of those who are known."""


Account = Sequence[Line]


def to_json(lines: Account) -> list[dict[str, Any]]:
    """As JSON."""
    return [{**line._asdict(), "numbers": list(line.numbers)} for line in lines]


def from_json(stored: Iterable[Mapping[str, Any]]) -> Account:
    """What `to_json` wrote."""
    return tuple(Line(row["part"], row["name"], row["people"], tuple(row["numbers"])) for row in stored)


def together(accounts: Iterable[Account]) -> Account:
    """Several answers as one: counts added up, each employee number once; what one of them says nothing of, another may."""
    found: dict[tuple[str, str], Line] = {}
    for line in (line for lines in accounts for line in lines):
        before = found.get((line.part, line.name), line._replace(people=None, numbers=()))
        counts = [count for count in (before.people, line.people) if count is not None]
        numbers = tuple(dict.fromkeys([*before.numbers, *line.numbers]))
        found[line.part, line.name] = line._replace(people=sum(counts) if counts else None, numbers=numbers)
    return tuple(found[key] for key in sorted(found))


class Beside(NamedTuple):
    """One part, as it was foretold and as it was done."""

    part: str
    name: str
    dry_run: str
    """How many, as text: empty where nothing was asked."""
    write: str
    """Likewise: empty where nothing was sent, which is not nobody."""
    numbers: Sequence[str]


def beside(dry_run: Account, write: Account, *, requested: bool, written: bool) -> list[Beside]:
    """What a destination said that it would do beside what it said that it did.

    Args:
        dry_run: Of the dry run.
        write: Of the write.
        requested: Whether there was a dry run.
        written: Whether anything was sent.
    """
    before, after = ({(line.part, line.name): line for line in lines} for lines in (dry_run, write))
    rows = []
    for part, name in sorted({*before, *after}):
        both = [lines[part, name] for lines in (before, after) if (part, name) in lines]
        numbers = tuple(dict.fromkeys(number for line in both for number in line.numbers))
        counts = _count(before.get((part, name)), requested), _count(after.get((part, name)), written)
        rows.append(Beside(part, name, *counts, numbers))
    return rows


def _count(line: Line | None, known: bool) -> str:
    if line is None:
        return "0" if known else ""
    return UNANSWERED if line.people is None else f"{line.people:,}"
