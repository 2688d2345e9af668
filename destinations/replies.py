"""What a destination answered, person by person.

Belongs here: the answer that every client gives, and what of a message everybody may read. Does not belong here: the wire and the shape of
a reply (each destination's ``client`` and ``replies``), which request follows a refusal (``destinations.chunks``), what an answer means for
a person's outcome (``roster.plan.outcomes``).
"""

import json
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import pandas as pd

from resources.failures import masked

Record = dict[str, Any]
Records = list[Record]
Status = Literal["accepted", "refused", "unknown"]


@dataclass(frozen=True)
class Answer:
    """What became of one request. Its repr names no person but by number.

    Attributes:
        statuses: One row a person: `key` (what names the person in a record), `status`, `reason` (masked; NaN if accepted).
        request: Which request of this delivery it was, from 1.
        whole: Whether the request was refused as a whole, so that it says more than who is in `statuses`.
        code: The destination's code, or the HTTP status, as text; empty without an answer.
        request_bytes: Length of the request's body; 0 without an answer.
        seconds: From the first attempt to the answer, waits included.
        calls: HTTP attempts, those for a token included; 0 without an answer.
    """

    statuses: pd.DataFrame
    request: int = 0
    code: str = ""
    request_bytes: int = 0
    seconds: float = 0.0
    calls: int = 0
    whole: bool = False

    def counts(self) -> dict[str, Any]:
        """What else the ledger keeps of the request: JSON, no personal data."""
        return {}

    def reply(self) -> dict[str, Any] | None:
        """What the destination says beyond persons' answers, as it says it: for owner-only files. None: nothing."""
        return None


def statuses(
    keys: Iterable[str],
    status: Status = "accepted",
    reason: str | None = None,
    refused: Mapping[str, str] | None = None,
    unknown: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """One row a person.

    Args:
        keys: The people, repeats allowed.
        status: What became of them.
        reason: Why, masked.
        refused: Key → masked reason, for those who were refused while the rest fared as `status` says.
        unknown: Key → masked reason, for those of whom nothing is known.
    """
    others = {key: ("unknown", why) for key, why in (unknown or {}).items()} | {
        key: ("refused", why) for key, why in (refused or {}).items()
    }
    rows = [(key, *others.get(key, (status, reason))) for key in dict.fromkeys(keys)]
    return pd.DataFrame(rows, columns=["key", "status", "reason"]).astype("str")


def text_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    """What a reply shows of fields, as columns of text; missing where that is nothing: absent, null or blank.

    A whole number is one, whether a server writes 7 or 7.0; what is no text at all is its JSON, which is nobody's value.
    """
    return pd.DataFrame({name: _texts([row.get(name) for row in rows]) for name in columns}, columns=list(columns))


def _texts(values: list[Any]) -> pd.Series:
    if not {*map(type, values)} <= {str, type(None)}:
        values = [_text(value) for value in values]
    found = pd.Series(values, dtype="str")
    return found.mask(found.str.strip().eq(""))


def _text(value: Any) -> str | None:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else None if value is None else str(value)


def texts(value: Any) -> set[str]:
    """Every text in a value, however deep."""
    if isinstance(value, str):
        return {value}
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return {text for each in inner for text in texts(each)}


def in_words(text: str) -> str:
    """The words of a text or name, in small letters, each between two strokes."""
    return f"_{'_'.join(part.casefold() for part in re.findall(r'[A-Z]?[a-z]+|[A-Z]+(?![a-z])', text))}_"


_FAILING: Final = re.compile(
    r"_(fail|error|exception|reject|refus|declin|invalid|violat|denied|skipped|ignored|omitted|partial|incomplete|abort|conflict|unsuccess|unprocess"
    r"|unable|cannot|problem|discarded)|_(not|bad|couldn|didn|wasn|weren|can_t)_"
)


def speaks_of_failing(text: str) -> bool:
    """Whether a text, or a field's name, is about what failed, was refused or left out."""
    return _FAILING.search(in_words(text)) is not None


_QUOTED: Final = re.compile(
    r"""'([^']+)'|"([^"]+)"|`([^`]+)`|‘([^’]+)’|“([^”]+)”|«([^»]+)»|([^\s'"<>(),;:‘’“”«»`]+@[^\s'"<>(),;:‘’“”«»`]+)"""
)


@dataclass(frozen=True)
class Quoted:
    """Whom of a request a message is about."""

    named: frozenset[str] = frozenset()
    """Those who alone have a value that it quotes, or an address that it names."""
    several: frozenset[str] = frozenset()
    """Those who share such a value."""


def quoted(text: str, records: Records, key: str) -> Quoted:
    """Whom a message blames, by the values that it quotes.

    Args:
        text: A destination's message.
        records: What it is about.
        key: The field that names the person.
    """
    found = {_compared(next(filter(None, groups))) for groups in _QUOTED.findall(text)}
    having: dict[str, set[str]] = {value: set() for value in found if value}
    for record in records if having else ():
        for value in _values(record):
            if (compared := _compared(value)) in having:
                having[compared].add(record[key])
    several = {person for people in having.values() if len(people) > 1 for person in people}
    return Quoted(frozenset(person for people in having.values() if len(people) == 1 for person in people), frozenset(several))


def _compared(value: str) -> str:
    """As a value is compared with what a message says of it: a destination may fold case, and cut blanks."""
    return value.strip().casefold()


def _values(value: Any) -> set[str]:
    """Every text and number in a value, as text."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {str(value)}
    if isinstance(value, Mapping | list):
        inner = value.values() if isinstance(value, Mapping) else value
        return {text for each in inner for text in _values(each)}
    return {value} if isinstance(value, str) else set()


def for_owner(text: str, record: Record) -> str:
    """A destination's message about one record, for an owner-only file: whole in what the record itself said, masked in what it did not.

    A server may repeat secrets, or say of somebody what was never sent.

    Args:
        text: The message.
        record: The record that it is about.
    """
    values = sorted({value for value in texts(record) if len(value.strip()) > 1}, key=len, reverse=True)
    marks = {chr(_PRIVATE_USE + at): value for at, value in enumerate(values[:_MARKS])}
    for mark, value in marks.items():
        text = text.replace(value, mark)
    shown = masked(text, (), set(record))
    for mark, value in marks.items():
        shown = shown.replace(mark, value)
    return shown


_PRIVATE_USE: Final = 0xE000
_MARKS: Final = 6000
"""Characters that no text uses, and how many of them there are at least: they stand for values while the rest is masked."""


def without_people(text: str, records: Records, public: Container[str], secrets: Iterable[str] = ()) -> str:
    """A destination's message about these records, for everybody's eyes.

    Args:
        text: The message.
        records: Whatever else in them may say who somebody is, the message must not repeat.
        public: Fields whose values may stay in it: they say nothing about who somebody is.
        secrets: What else must not be in it.
    """
    names = {name for record in records for name in record}
    private = [value for record in records for name, value in record.items() if name not in public]
    shown = [value for record in records for name, value in record.items() if name in public]
    return masked(text, {*texts(private), *secrets}, names | texts(shown))
