"""Sending a plan's records chunk by chunk, and telling whom a refusal concerns.

Belongs here: which request follows a refusal, who is refused by it, when nothing more is sent. Does not belong here: what a reply means
(each destination's ``client`` and ``replies``), keeping the answers (``destinations.delivery``).

A request that is refused as a whole says that somebody in it is at fault, or that the destination takes nothing at present; which, its own
words rarely tell. So nobody is refused but by name or alone, and alone only where something else shows that the destination was up: a
request that was accepted after the person had failed before, or an error that is about what a record holds and that they alone meet.
All others are in doubt: they are `unknown`, the delivery fails, and whoever sends the rest sends them again.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Final

from destinations.replies import Answer, Records, statuses
from resources.failures import Failed, Outage, Refused, Transient, Unanswered

FEW: Final = 3
"""So many people, each alone, meeting one and the same error with nothing accepted in between: an outage, until something is accepted."""

_STEEP: Final = 2, 8
"""So many refusals in a row, and people are tried alone before more is halved: in a chunk of which nobody was accepted, and in others."""

NOBODY: Final[Mapping[str, str]] = {}

_LONGEST: Final = 120
"""Characters of a destination's message in ours."""


@dataclass(frozen=True)
class Sending:
    """How one destination's records are sent.

    Attributes:
        title: The destination, as people write it.
        key: The field that names the person.
        send: Sends one chunk.
        narrowing_calls: How many requests a delivery may spend on finding whom refusals concern. 0 never halves.
        units: What of a chunk must stay in one request; by default the records of one person.
        without: What of a unit may go without some of its people; by default everybody else's.
    """

    title: str
    key: str
    send: Callable[[Records], Answer]
    narrowing_calls: int = 0
    units: Callable[[Records], list[Records]] | None = None
    without: Callable[[Records, Collection[str]], Records] | None = None

    def people(self, records: Records) -> list[str]:
        """Who is in them."""
        return list(dict.fromkeys(record[self.key] for record in records))

    def pieces(self, records: Records) -> list[Records]:
        """What of them must stay together."""
        if self.units:
            return self.units(records)
        found: dict[str, Records] = {}
        for record in records:
            found.setdefault(record[self.key], []).append(record)
        return list(found.values())

    def rest(self, records: Records, named: Collection[str]) -> Records:
        """What of them may go without those who are named."""
        if not self.without:
            return [record for record in records if record[self.key] not in named]
        return [record for piece in self.pieces(records) for record in self.without(piece, named)]


@dataclass(frozen=True)
class _Part:
    records: Records
    since: int | None = None
    """The first request with these people in it that was refused; 0: one of an earlier delivery."""
    request: int = 0
    """The last one."""
    refusal: Refused | None = None


@dataclass
class Evidence:
    """What a delivery has shown so far, its passes together. A new one knows nothing."""

    request: int = 0
    """Requests so far."""
    accepted_at: int = -1
    """The last of them of which somebody was accepted."""
    accepted: Records = field(default_factory=list, repr=False)
    """What was accepted last of what must stay in one request. Both destinations' writes are upserts, so that it may be sent once more."""
    alone: list[_Part] = field(default_factory=list, repr=False)
    """Who failed alone and is neither refused nor in doubt yet."""
    alike: dict[str, int] = field(default_factory=dict, repr=False)
    """Error → how many met it alone since something was accepted."""


def in_turn(
    sending: Sending, chunks: Iterable[Records], before: Mapping[str, str] = NOBODY, evidence: Evidence | None = None, *, last: bool = True
) -> Iterator[Answer]:
    """Send chunk after chunk; no chunk's fault stops the others, unless it would be theirs too.

    Of a refused chunk those whom the error names are taken out and the rest goes again; where it names nobody, the chunk is halved until
    those at fault are alone. A chunk that failed for a passing reason is left, and the rest goes on; with a second such failure the
    destination counts as down. Either way the first failure is raised once every other answer was given, so that nobody takes the delivery
    for complete.

    Args:
        sending: How.
        chunks: What to send; the records of one person are in one chunk.
        before: Who failed alone in an earlier delivery, with what they were refused for then, empty if they were in doubt; each of them is
            in a chunk of their own. Who meets the very same again is refused: what showed the destination to be up then still counts.
        evidence: Of the passes of the same delivery before this one.
        last: Whether this is its last pass. Of who failed alone before, the next one may show what it means.

    Yields:
        The answer to each request, as soon as it is there; of who failed alone, once it is known what it means. People whose chunk was
        halved are in the answers to the halves.

    Raises:
        Outage: The destination refused whatever was sent; whom it could mean is `unknown`.
        Permanent: Whatever else is sent would fail too. Nothing more is sent; people without an answer are as they were.
        Transient: See above.
    """
    turns = _Turns(sending, before, evidence or Evidence())
    try:
        for chunk in chunks:
            yield from turns.chunk(chunk)
        yield from turns.settle(last)
    except Failed:
        yield from turns.in_doubt()
        raise
    if turns.failed:
        raise turns.failed


class _Turns:
    """One delivery, or one pass of it."""

    def __init__(self, sending: Sending, before: Mapping[str, str], evidence: Evidence) -> None:
        self.failed: Transient | None = None
        self._sending, self._before, self._so_far = sending, before, evidence
        self._calls = sending.narrowing_calls
        self._row = 0
        """Refusals in a row."""
        self._most: int | None = None
        self._queue: list[_Part] = []
        self._chunk_begun = 0

    def chunk(self, records: Records) -> Iterator[Answer]:
        """Send a chunk, and what becomes of it."""
        self._chunk_begun = self._so_far.request
        people = self._sending.people(records)
        since = 0 if len(people) == 1 and people[0] in self._before else None
        self._queue.extend(_Part(part, since) for part in self._small_enough(records))
        while self._queue:
            yield from self._try(self._next())

    def settle(self, last: bool) -> Iterator[Answer]:
        """Say of everyone who failed alone what it means, once all the rest was sent.

        Args:
            last: Whether nothing more follows. Else those stay after whom nothing was accepted yet.

        Raises:
            Outage: Nothing was accepted after some of them, and nothing is.
        """
        so_far = self._so_far
        if last:
            by_record = [part for part in so_far.alone if self._met_alone(part)]
            so_far.alone = [part for part in so_far.alone if part not in by_record]
            yield from map(self._refused, by_record)
            if so_far.alone and so_far.accepted_at < max(part.request for part in so_far.alone):
                yield from self._probe(so_far.alone[-1])
        # These have not failed before something was accepted and after it: each goes once more, now that the destination is seen to be up.
        again = [part for part in so_far.alone if part.request < so_far.accepted_at]
        so_far.alone = [part for part in so_far.alone if part not in again]
        for at, part in enumerate(again):
            if not self._spend(1):
                so_far.alone += again[at:]
                break
            yield from self._try(part)
        if last:
            yield from self.in_doubt()

    def in_doubt(self) -> Iterator[Answer]:
        """Everyone who failed and of whom nothing more is known, also those whose halves were still to come."""
        for part in self._so_far.alone:
            yield self._unknown(part)
        for part in self._queue:
            if part.refusal:
                yield self._unknown(part)
        self._so_far.alone, self._queue = [], []

    def _next(self) -> _Part:
        """What goes now: after refusals in a row one person alone, from here and there, else whatever is next."""
        nobody_yet = self._so_far.accepted_at <= self._chunk_begun
        steep = self._row - _STEEP[0 if nobody_yet else 1]
        if steep < 0:
            return self._queue.pop(0)
        place = (0, -1, max(range(len(self._queue)), key=lambda at: len(self._queue[at].records)))[steep % 3]
        part = self._queue[place]
        pieces = self._sending.pieces(part.records)
        if len(pieces) > 1 and not self._spend(1):
            return self._queue.pop(0)
        at = (0, len(pieces) - 1, len(pieces) // 2)[steep % 3]
        left = [replace(part, records=list(chain(*some))) for some in (pieces[:at], pieces[at + 1 :]) if some]
        place %= len(self._queue)
        self._queue[place : place + 1] = left
        return replace(part, records=pieces[at])

    def _try(self, part: _Part) -> Iterator[Answer]:
        people = self._sending.people(part.records)
        self._so_far.request += 1
        try:
            answer = self._sending.send(part.records)
        except Refused as refusal:
            since = self._so_far.request if part.since is None else part.since
            self._row += not refusal.too_large
            yield from self._after_refusal(_Part(part.records, since, self._so_far.request, refusal))
        except Transient as failure:
            if isinstance(failure, Unanswered):
                yield Answer(statuses(people, "unknown", "no answer came"), self._so_far.request)
            if self.failed:
                raise self.failed from None
            self.failed = failure
        else:
            yield from self._after(part, answer)

    def _after(self, part: _Part, answer: Answer) -> Iterator[Answer]:
        accepted = set(answer.statuses.loc[answer.statuses["status"].eq("accepted"), "key"])
        whole = [piece for piece in self._sending.pieces(part.records) if accepted.issuperset(self._sending.people(piece))]
        request = self._so_far.request
        if whole:
            self._so_far.accepted = whole[-1]
            yield from self._up()
        yield replace(answer, request=request)

    def _up(self) -> Iterator[Answer]:
        """Something was accepted: who failed before it by what their record holds, or again since an earlier time, is refused."""
        self._so_far.accepted_at, self._row = self._so_far.request, 0
        self._so_far.alike.clear()
        clear = [part for part in self._so_far.alone if (part.refusal and part.refusal.of_record) or part.since == 0]
        self._so_far.alone = [part for part in self._so_far.alone if part not in clear]
        yield from map(self._refused, clear)

    def _after_refusal(self, part: _Part) -> Iterator[Answer]:
        refusal = part.refusal
        assert refusal is not None, "it was refused"  # noqa: S101
        people = self._sending.people(part.records)
        if named := [person for person in people if person in refusal.named]:
            yield from self._without(part, named)
            return
        pieces = self._sending.pieces(part.records)
        if len(pieces) > 1:
            yield from self._halved(part, pieces)
        elif len(people) == 1 and (self._before.get(people[0]) == _told(refusal) or 0 < (part.since or 0) < self._so_far.accepted_at):
            yield self._refused(part)
        else:
            if len(people) == 1:
                self._so_far.alone.append(part)
            else:
                yield self._unknown(part)
            yield from self._alike_as_others(part)

    def _halved(self, part: _Part, pieces: list[Records]) -> Iterator[Answer]:
        """The two halves are next; without calls to spare all of it is in doubt."""
        half = len(pieces) // 2
        too_large = part.refusal is not None and part.refusal.too_large
        if too_large:
            self._most = min(self._most or half, half)
        if too_large or self._spend(2):
            self._queue[:0] = [replace(part, records=list(chain(*some))) for some in (pieces[:half], pieces[half:])]
        else:
            yield self._unknown(part)

    def _without(self, part: _Part, named: list[str]) -> Iterator[Answer]:
        """Those whom an error names are refused, and all others go again without them."""
        yield self._answer(part, named, "refused", "")
        rest = self._sending.rest(part.records, named)
        going = set(self._sending.people(rest))
        if left := [person for person in self._sending.people(part.records) if person not in going and person not in named]:
            yield self._answer(part, left, "unknown", " (of somebody whom they hang on)")
        if rest and self._spend(1):
            self._row -= 1  # it says of the destination that it reads what it gets
            self._queue.insert(0, replace(part, records=rest))
        elif rest:
            yield self._unknown(replace(part, records=rest))

    def _alike_as_others(self, part: _Part) -> Iterator[Answer]:
        """Stops where several people alone met the same, unless something that was accepted before still is."""
        assert part.refusal is not None, "it was refused"  # noqa: S101
        if part.since == 0 and self._so_far.accepted:
            return  # they failed before, so that it is nothing new; whether the destination is up is seen at the end
        error = _kind(part.refusal)
        self._so_far.alike[error] = self._so_far.alike.get(error, 0) + 1
        if self._so_far.alike[error] >= FEW or sum(self._so_far.alike.values()) >= FEW * FEW:
            yield from self._probe(part)

    def _probe(self, part: _Part) -> Iterator[Answer]:
        """Sends what was accepted last once more.

        Raises:
            Outage: There is nothing, or it is refused too.
        """
        if not self._so_far.accepted:
            raise self._outage(part)
        self._so_far.request += 1
        try:
            answer = self._sending.send(self._so_far.accepted)
        except Refused:
            raise self._outage(part) from None
        request = self._so_far.request
        yield from self._up()
        # Only that there was such a call: its people have their answer.
        yield Answer(statuses([]), request, answer.code, answer.request_bytes, answer.seconds, answer.calls)

    def _met_alone(self, part: _Part) -> bool:
        """Whether an error about what a record holds was met by nobody else."""
        refusal = part.refusal
        assert refusal is not None, "it was refused"  # noqa: S101
        return refusal.of_record and self._so_far.alike.get(_kind(refusal), 0) == 1

    def _spend(self, calls: int) -> bool:
        enough = self._calls >= calls
        self._calls -= calls if enough else 0
        return enough

    def _small_enough(self, records: Records) -> list[Records]:
        pieces = self._sending.pieces(records) if self._most else []
        if not self._most or len(pieces) <= self._most:
            return [records]
        return [list(chain(*pieces[begin : begin + self._most])) for begin in range(0, len(pieces), self._most)]

    def _outage(self, part: _Part) -> Outage:
        assert part.refusal is not None, "it was refused"  # noqa: S101
        said = _told(part.refusal)
        said = said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"
        return Outage(
            f"{self._sending.title} refuses whatever is sent ({said}): nobody counts as refused.",
            "Re-execute the run: it sends just those without an answer. If one person is left, look at their record.",
        )

    def _refused(self, part: _Part) -> Answer:
        return self._answer(part, self._sending.people(part.records), "refused", "")

    def _unknown(self, part: _Part) -> Answer:
        people = self._sending.people(part.records)
        together = f" (refused together, {len(people)} people)" if len(people) > 1 else " (whatever was sent was refused)"
        return self._answer(part, people, "unknown", together)

    def _answer(self, part: _Part, people: list[str], status: str, remark: str) -> Answer:
        assert part.refusal is not None, "it was refused"  # noqa: S101
        found = statuses(people, "refused" if status == "refused" else "unknown", f"{_told(part.refusal)}{remark}")
        return Answer(found, part.request, part.refusal.code, whole=True)


def _told(refusal: Refused) -> str:
    return f"{refusal.code}: {refusal.reason}" if refusal.reason else refusal.code


def _kind(refusal: Refused) -> str:
    """The error without its figures: those of a request differ each time."""
    return re.sub(r"[0-9]+", "0", f"{refusal.code} {refusal.reason}")


def chunked(records: Records, key: str, alone: Collection[str], size: int) -> Iterator[Records]:
    """So many records a chunk, in their order; those of each person who goes alone in one of their own."""
    chunk: Records = []
    own: dict[str, Records] = {}
    for record in records:
        if record[key] in alone:
            own.setdefault(record[key], []).append(record)
    for record in records:
        if mine := own.pop(record[key], None):
            if chunk:
                yield chunk
            yield mine
            chunk = []
        elif record[key] not in alone:
            chunk.append(record)
            if len(chunk) == size:
                yield chunk
                chunk = []
    if chunk:
        yield chunk
