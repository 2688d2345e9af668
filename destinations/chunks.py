"""Sending a plan's records chunk by chunk, and telling whom a refusal concerns.

Belongs here: who is refused by a refusal, when nothing more is sent. Does not belong here: which part of what was refused goes next
(``destinations.narrowing``), what a reply means (each destination's ``client`` and ``replies``), keeping the answers
(``destinations.delivery``).

A request that is refused as a whole says that somebody in it is at fault, or that the destination takes nothing at present; which, its own
words rarely tell. So nobody is refused but by name or alone, and alone only where something else shows that the destination was up: a
request that was accepted after the person had failed before, or an error that is about what a record holds and that they alone meet.
All others are in doubt: they are `unknown`, the delivery fails, and whoever sends the rest sends them again.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from destinations.ahead import Ahead
from destinations.narrowing import Narrowing
from destinations.replies import Answer, Records, statuses
from destinations.sending import NOBODY, Evidence, OnItsWay, Part, Sending
from resources.failures import Failed, Outage, Refused, Transient, Unanswered

FEW: Final = 3
"""So many people, each alone, meeting one and the same error with nothing accepted in between: an outage, until something is accepted."""

_STEEP: Final = 2, 8
"""So many refusals in a row, and people are tried alone before more is halved: in a chunk of which nobody was accepted, and in others."""

_LONGEST: Final = 120
"""Characters of a destination's message in ours."""


def in_turn(
    sending: Sending, chunks: Iterable[Records], before: Mapping[str, str] = NOBODY, evidence: Evidence | None = None, *, last: bool = True
) -> Iterator[Answer]:
    """Send chunk after chunk; no chunk's fault stops the others, unless it would be theirs too.

    Of a refused chunk those whom the error names are taken out and the rest goes again; where it quotes what several have, these go apart,
    one by one at first, after the rest; where it says nothing, the chunk is narrowed down until those at fault are alone
    (`destinations.narrowing`), each chunk with its share of the calls, and at last with what others left of theirs. A chunk that failed for
    a passing reason is left, and the rest goes on; with a second such failure the destination counts as down. Either way the first failure
    is raised once every other answer was given, so that nobody takes the delivery for complete.

    Args:
        sending: How.
        chunks: What to send; the records of one person are in one chunk.
        before: Who failed alone in an earlier delivery, with what they were refused for then, empty if they were in doubt; each of them is
            in a chunk of their own. Who meets the very same again is refused: what showed the destination to be up then still counts.
        evidence: Of the passes of the same delivery before this one.
        last: Whether this is its last pass. Of who failed alone before, the next one may show what it means.

    Yields:
        The answer to each request, as soon as it is there; of who failed alone, once it is known what it means. People whose chunk was
        narrowed down are in the answers to its parts.

    Raises:
        Outage: The destination refused whatever was sent; whom it could mean is `unknown`.
        Permanent: Whatever else is sent would fail too. Nothing more is sent; people without an answer are as they were.
        Transient: See above.
    """
    waiting = list(chunks)
    with Ahead(sending, waiting) as ahead:
        turns = _Turns(sending, before, evidence or Evidence(), ahead)
        try:
            later = sum(map(len, waiting))
            for chunk in waiting:
                later -= len(chunk)
                yield from turns.chunk(chunk, later)
            yield from turns.settle(last)
        except Failed:
            yield from turns.in_doubt()
            yield from turns.sent_ahead()
            raise
    if turns.failed:
        raise turns.failed


class _Turns:
    """One delivery, or one pass of it."""

    def __init__(self, sending: Sending, before: Mapping[str, str], evidence: Evidence, ahead: Ahead) -> None:
        self.failed: Transient | None = None
        self._ahead = ahead
        self._sending, self._before, self._so_far = sending, before, evidence
        self._narrowing = Narrowing(sending)
        self._row = 0
        """Refusals in a row."""
        self._chunk_begun = 0

    def chunk(self, records: Records, later: int) -> Iterator[Answer]:
        """Send a chunk, and what becomes of it.

        Args:
            records: The chunk.
            later: How many records are in those after it, for whose narrowing calls are left.
        """
        self._narrowing.begin(len(records), later)
        self._chunk_begun = self._so_far.request
        people = self._sending.people(records)
        since = 0 if len(people) == 1 and people[0] in self._before else None
        self._ahead.turn(self._so_far.request)
        sent = (on_its_way := self._ahead.of(records)) is not None
        parts = [records] if sent else self._sending.cut(records, self._so_far.most)
        self._narrowing.parts.extend(Part(part, since, ahead=on_its_way) for part in parts)
        yield from self._narrowed()

    def settle(self, last: bool) -> Iterator[Answer]:
        """Say of everyone who failed alone what it means, once all the rest was sent.

        Args:
            last: Whether nothing more follows. Else those stay after whom nothing was accepted yet.

        Raises:
            Outage: Nothing was accepted after some of them, and nothing is.
        """
        so_far = self._so_far
        self._narrowing.finish()
        yield from self._narrowed()
        yield from map(self._unknown, self._narrowing.give_up())
        if last:
            by_record = [part for part in so_far.alone if self._met_alone(part)]
            so_far.alone = [part for part in so_far.alone if part not in by_record]
            yield from map(self._refused, by_record)
            yield from self._confirmed()
        # These have not failed before something was accepted and after it: each goes once more, now that the destination is seen to be up.
        again = [part for part in so_far.alone if part.request < so_far.accepted_at]
        so_far.alone = [part for part in so_far.alone if part not in again]
        for at, part in enumerate(again):
            if not self._narrowing.spend(1):
                so_far.alone += again[at:]
                break
            yield from self._try(part)
        if last or any(part.twice for part in so_far.alone):
            yield from self._confirmed()
        if last:
            yield from self.in_doubt()

    def _confirmed(self) -> Iterator[Answer]:
        """Makes sure that something is still accepted after the last one who failed alone."""
        alone = self._so_far.alone
        if alone and self._so_far.accepted_at < max(part.request for part in alone):
            yield from self._probe(alone[-1])

    def in_doubt(self) -> Iterator[Answer]:
        """Everyone who failed and of whom nothing more is known, also those whose halves were still to come."""
        for part in [*self._so_far.alone, *self._narrowing.give_up()]:
            if part.refusal:
                yield self._unknown(part)
        self._so_far.alone.clear()

    def sent_ahead(self) -> Iterator[Answer]:
        """The answers to what was sent before its turn, which did not come."""
        for answer in self._ahead.rest():
            self._so_far.request += 1
            yield replace(answer, request=self._so_far.request)

    def _narrowed(self) -> Iterator[Answer]:
        """Everything that waits, as far as there are calls for it; after refusals in a row one person alone."""
        while True:
            nobody_yet = self._so_far.accepted_at <= self._chunk_begun
            part = self._narrowing.next(self._row - _STEEP[0 if nobody_yet else 1])
            if part is None:
                return
            yield from self._try(part)

    def _try(self, part: Part) -> Iterator[Answer]:
        people = self._sending.people(part.records)
        self._so_far.request += 1
        ahead, part.ahead = part.ahead, None  # what goes again of it is sent again
        try:
            answer = ahead.answer.result() if ahead else self._sending.send(part.records)
        except Refused as refusal:
            since = self._so_far.request if part.since is None else part.since
            self._row += not refusal.too_large
            yield from self._after_refusal(replace(part, since=since, request=self._so_far.request, refusal=refusal))
        except Transient as failure:
            if isinstance(failure, Unanswered):
                yield Answer(statuses(people, "unknown", "no answer came"), self._so_far.request)
            if self.failed:
                raise self.failed from None
            self.failed = failure
        else:
            yield from self._after(part, answer, ahead)

    def _after(self, part: Part, answer: Answer, ahead: OnItsWay | None) -> Iterator[Answer]:
        accepted = set(answer.statuses.loc[answer.statuses["status"].eq("accepted"), "key"].to_numpy())
        pieces = reversed(self._sending.pieces(part.records))
        last_whole = next((piece for piece in pieces if accepted.issuperset(self._sending.people(piece))), None)
        request = self._so_far.request
        self._narrowing.accepted(part)
        if last_whole:
            self._so_far.accepted = last_whole
            # What was sent before somebody failed says nothing of whether the destination was up after that.
            if not (ahead and any(each.request > ahead.since for each in self._so_far.alone)):
                yield from self._up()
        yield replace(answer, request=request)

    def _up(self) -> Iterator[Answer]:
        """Something was accepted: who failed before it by what their record holds, or again after something was accepted, is refused."""
        self._so_far.accepted_at, self._row = self._so_far.request, 0
        self._so_far.alike.clear()
        clear = [part for part in self._so_far.alone if part.why.of_record or part.since == 0 or part.twice]
        self._so_far.alone = [part for part in self._so_far.alone if part not in clear]
        yield from map(self._refused, clear)

    def _after_refusal(self, part: Part) -> Iterator[Answer]:
        refusal = part.why
        people = self._sending.people(part.records)
        if named := [person for person in people if person in refusal.named]:
            yield from self._without(part, named)
            return
        pieces = self._sending.pieces(part.records)
        if len(pieces) > 1:
            self._several(part, pieces)
            return
        self._narrowing.explained(part)
        if len(people) > 1:
            yield self._unknown(part)
        elif self._before.get(people[0]) == _text_of(refusal):
            yield self._refused(part)
            return
        else:
            part.twice = 0 < (part.since or 0) < self._so_far.accepted_at
            self._so_far.alone.append(part)
        yield from self._alike_as_others(part)

    def _several(self, part: Part, pieces: list[Records]) -> None:
        """Of a refused request of several, nobody is named."""
        half = len(pieces) // 2
        if part.why.too_large:
            self._so_far.most = min(self._so_far.most or half, half)
            self._narrowing.smaller(part, self._so_far.most)
        elif self._narrowing.quoted(part, part.why.quoted):
            self._row -= 1  # it says of the destination that it reads what it gets
        else:
            self._narrowing.refused(part)

    def _without(self, part: Part, named: list[str]) -> Iterator[Answer]:
        """Those whom an error names are refused, and all others go again without them."""
        yield self._answer(part, named, "refused", "")
        rest = self._sending.rest(part.records, named)
        going = set(self._sending.people(rest))
        if left := [person for person in self._sending.people(part.records) if person not in going and person not in named]:
            yield self._answer(part, left, "unknown", " (of somebody whom they hang on)")
        self._row -= 1  # it says of the destination that it reads what it gets
        self._narrowing.explained(part)
        if rest:
            self._narrowing.parts.insert(0, replace(part, records=rest, how="again", other=None))

    def _alike_as_others(self, part: Part) -> Iterator[Answer]:
        """Stops where several people alone met the same, unless something that was accepted before still is."""
        if part.since == 0 and self._so_far.accepted:
            return  # they failed before, so that it is nothing new; whether the destination is up is seen at the end
        if part.twice and sum(each.twice for each in self._so_far.alone) < FEW * FEW:
            return
        error = _kind(part.why)
        self._so_far.alike[error] = self._so_far.alike.get(error, 0) + 1
        if part.twice or self._so_far.alike[error] >= FEW or sum(self._so_far.alike.values()) >= FEW * FEW:
            yield from self._probe(part)

    def _probe(self, part: Part) -> Iterator[Answer]:
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

    def _met_alone(self, part: Part) -> bool:
        """Whether an error about what a record holds was met by nobody else."""
        same = [each for each in self._so_far.alone if _kind(each.why) == _kind(part.why)]
        return part.why.of_record and same == [part] and self._so_far.alike.get(_kind(part.why), 0) == 1

    def _outage(self, part: Part) -> Outage:
        text = _text_of(part.why)
        text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
        return Outage(
            f"{self._sending.title} refuses whatever is sent ({text}): nobody counts as refused.",
            "Re-execute the run: it sends just those without an answer. If one person is left, look at their record.",
        )

    def _refused(self, part: Part) -> Answer:
        return self._answer(part, self._sending.people(part.records), "refused", "")

    def _unknown(self, part: Part) -> Answer:
        people = self._sending.people(part.records)
        together = f" (refused together, {len(people)} people)" if len(people) > 1 else " (whatever was sent was refused)"
        return self._answer(part, people, "unknown", together)

    def _answer(self, part: Part, people: list[str], status: str, remark: str) -> Answer:
        found = statuses(people, "refused" if status == "refused" else "unknown", f"{_text_of(part.why)}{remark}")
        return Answer(found, part.request, part.why.code, whole=True)


def _text_of(refusal: Refused) -> str:
    return f"{refusal.code}: {refusal.reason}" if refusal.reason else refusal.code


def _kind(refusal: Refused) -> str:
    """The error without its figures: those of a request differ each time."""
    return re.sub(r"[0-9]+", "0", f"{refusal.code} {refusal.reason}")
