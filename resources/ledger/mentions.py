"""Where a JSON value names a person, and the value without that.

Belongs here: pure functions on JSON. Does not belong here: which rows and columns hold any (``resources.ledger.people``).
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

PERSON: Final = ("employee_id", "person")
"""The columns that say whose a row is."""

NUMBERED: Final = (*PERSON, "approver_id", "asked", "manager_id", "via")
"""Keys in JSON under which an employee number stands."""

SENTENCES: Final = ("sentence", "was", "becomes", "answered")
"""Keys in JSON under which a sentence stands, in which an employee number may be a word."""


@dataclass(frozen=True)
class PersonalColumns:
    """Columns of stored frames, and keys of stored JSON, by which what is a person's is found, besides those that are ours."""

    numbers: Collection[str] = ()
    """They hold the number of the person whose row or part it is."""
    addresses: Collection[str] = ()
    """They hold that person's address."""


class Who(NamedTuple):
    """By what a person is found."""

    number: str
    addresses: frozenset[str] = frozenset()
    """Lower case."""
    numbered: frozenset[str] = frozenset(NUMBERED)
    """The keys under which their number may stand."""

    def named(self, value: Any, key: object = None) -> bool:
        """Whether a value is theirs. A number is one only where it can be a person's: a unit or an amount may read the same."""
        if not isinstance(value, str):
            return False
        if key in SENTENCES and self._within(value):
            return True
        return value.lower() in self.addresses or (value == self.number and (key is None or key in self.numbered))

    def _within(self, text: str) -> bool:
        """Whether their number stands in a sentence as a word of its own, or an address of theirs anywhere in it."""
        words = {word.strip(".,:;()") for word in text.split()}
        return self.number in words or any(address in text.lower() for address in self.addresses)


def about(value: Any, who: Who) -> Any:
    """The parts of a JSON value that name someone: objects that do so themselves whole; None where there is none."""
    if isinstance(value, dict):
        if _names(value, who):
            return value
        parts = {key: entry if _keyed(key, entry, who) else about(entry, who) for key, entry in value.items() if not isinstance(entry, str)}
        parts |= {key: entry for key, entry in value.items() if _keyed(key, entry, who)}
        return {key: part for key, part in parts.items() if part is not None} or None
    if isinstance(value, list):
        return [part for entry in value if (part := about(entry, who)) is not None] or None
    return value if who.named(value) else None


def without(value: Any, who: Who) -> Any:
    """A JSON value without what names someone: entries of lists and objects go whole, and so do objects in a list that name them."""
    if isinstance(value, dict):
        return {key: without(entry, who) for key, entry in value.items() if not _keyed(key, entry, who) and not who.named(entry, key)}
    if isinstance(value, list):
        return [without(entry, who) for entry in value if not (_names(entry, who) if isinstance(entry, dict) else who.named(entry))]
    return value


def _names(value: dict[str, Any], who: Who) -> bool:
    return any(who.named(entry, key) for key, entry in value.items())


def _keyed(key: str, entry: Any, who: Who) -> bool:
    """Whether an entry is what was said of a person: their number, and a text. Counts are of units and the like."""
    return isinstance(entry, str) and who.named(key)


def text_without(text: str, who: Who, row: Any) -> str | None:
    """`without`, for JSON kept as text in a row; a text that names them goes whole. Only who approves is named by number, in changes of
    that kind and in rows that have no kind."""
    value = parsed(text)
    if row.get("kind", "manager") != "manager":
        who = Who("", who.addresses)
    if who.named(text) or who.named(value):  # a number of digits alone is JSON too, and no text then
        return None
    rest = without(value, who)
    return text if rest == value else json.dumps(rest, separators=(",", ":"), ensure_ascii=False)


def parsed(text: str) -> Any:
    """JSON kept as text; what is none as it stands."""
    try:
        return json.loads(text)
    except ValueError:
        return text
