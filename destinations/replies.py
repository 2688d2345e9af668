"""What a destination answered, person by person, and sending a plan's records chunk by chunk.

Belongs here: the answer that every client gives and the order in which chunks go out, are narrowed down or given up. Does not belong
here: the wire and the shape of a reply (each destination's ``client`` and ``replies``), what an answer means for a person's outcome
(``roster.plan.outcomes``).
"""

from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Literal

import pandas as pd

from resources.failures import Refused, Transient, Unanswered, masked

Record = dict[str, Any]
Records = list[Record]
Status = Literal["accepted", "refused", "unknown"]


@dataclass(frozen=True)
class Answer:
    """What became of one request. Its repr names no person but by number.

    Attributes:
        statuses: One row a person: `key` (what names the person in a record), `status`, `reason` (masked; NaN if accepted).
        request: Which request of this delivery it was, from 1.
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

    def counts(self) -> dict[str, Any]:
        """What else the ledger keeps of the request: JSON, no personal data."""
        return {}

    def reply(self) -> dict[str, Any] | None:
        """What the destination says beyond persons' answers, as it says it: for owner-only files. None: nothing."""
        return None


def statuses(
    keys: Iterable[str], status: Status = "accepted", reason: str | None = None, refused: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """One row a person.

    Args:
        keys: The people, repeats allowed.
        status: What became of them.
        reason: Why, masked.
        refused: Key → masked reason, for those who were refused while the rest fared as `status` says.
    """
    people = list(dict.fromkeys(keys))
    refused = refused or {}
    rows = [(key, "refused", refused[key]) if key in refused else (key, status, reason) for key in people]
    return pd.DataFrame(rows, columns=["key", "status", "reason"]).astype("str")


def _texts(value: Any) -> set[str]:
    """Every text in a value, however deep."""
    if isinstance(value, str):
        return {value}
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return {text for each in inner for text in _texts(each)}


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
    return masked(text, {*_texts(private), *secrets}, names | _texts(shown))


def in_turn(
    chunks: Iterable[Records],
    key: str,
    send: Callable[[Records], Answer],
    narrowing_calls: int = 0,
    units: Callable[[Records], list[Records]] | None = None,
) -> Iterator[Answer]:
    """Send chunk after chunk; no chunk's fault stops the others, unless it would be theirs too.

    A refused chunk is halved until the people at fault are alone, so that the others land. A chunk that failed for a passing reason is
    left, and the rest goes on; with a second such failure the destination counts as down. Either way the first failure is raised once
    every other answer was given, so that nobody takes the delivery for complete.

    Args:
        chunks: What to send; the records of one person are in one chunk.
        key: The field that names the person.
        send: Sends one chunk.
        narrowing_calls: How many requests may be spent on halves, over all chunks. 0 never halves.
        units: What of a chunk must stay in one request; by default the records of one person.

    Yields:
        The answer to each request, as soon as it is there. People whose chunk was halved are in the answers to the halves.

    Raises:
        Permanent: Whatever else is sent would fail too. Nothing more is sent; people without an answer are as they were.
        Transient: See above.
    """
    request = 0
    failed: Transient | None = None
    for chunk in chunks:
        queue = deque([chunk])
        while queue:
            part = queue.popleft()
            people = list(dict.fromkeys(record[key] for record in part))
            request += 1
            try:
                answer = send(part)
            except Refused as refusal:
                pieces = units(part) if units else _by_person(part, key)
                if len(pieces) > 1 and narrowing_calls >= 2:
                    narrowing_calls -= 2
                    half = len(pieces) // 2
                    queue.extendleft([list(chain(*pieces[half:])), list(chain(*pieces[:half]))])
                    continue
                answer = Answer(statuses(people, "refused", _reason(refusal, len(people))), code=refusal.code)
            except Transient as failure:
                if isinstance(failure, Unanswered):
                    yield Answer(statuses(people, "unknown", "no answer came"), request)
                if failed:
                    raise failed from None
                failed = failure
                continue
            yield replace(answer, request=request)
    if failed:
        raise failed


def _by_person(part: Records, key: str) -> list[Records]:
    people: dict[str, Records] = {}
    for record in part:
        people.setdefault(record[key], []).append(record)
    return list(people.values())


def _reason(refusal: Refused, people: int) -> str:
    reason = f"{refusal.code}: {refusal.reason}" if refusal.reason else refusal.code
    return reason if people == 1 else f"{reason} (refused together, {people} people)"
