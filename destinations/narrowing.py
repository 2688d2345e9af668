"""Finding who of a refused request is at fault in as few requests as can be.

Belongs here: which part of what is still to be sent goes next, and how much of it. Does not belong here: sending it, what an answer means
for a person (``destinations.chunks``).

It is a group test. Of what was refused together, groups are sent whose size follows the answers: larger after one that is accepted, smaller
after one that is refused, so that about half of them pass, where a request says most. A refused group is halved, the largest first, so that
most people come in before a budget ends; of two halves the second is not sent whole if the first was accepted, since then it is the one at
fault, and returns to the others if the first was refused, since then nothing is known of it. With d at fault of n that is about
d (log2(n / d) + 2) requests; fewer than d log2(n / d) no way of asking can do, when an answer says nothing but yes or no.
"""

from collections.abc import Collection
from dataclasses import replace
from itertools import chain
from typing import Final

from destinations.replies import Records
from destinations.sending import Part, Sending

_GROWS: Final = 1.5
"""By how much the next group of a pool is larger after one that was accepted, and smaller after one that was refused."""


class Narrowing:
    """What of a delivery is still to be sent, in the order in which it goes.

    Args:
        sending: How the destination's records are sent; `narrowing_calls` of it is the budget.
    """

    def __init__(self, sending: Sending) -> None:
        self.parts: list[Part] = []
        self._left: list[Part] = []
        self._reserved = 0
        self._sending = sending
        self._calls = sending.narrowing_calls

    def begin(self, records: int, later: int) -> None:
        """Go over to the next chunk; what the one before had no calls for waits until all had their share.

        Args:
            records: How many there are in it.
            later: How many there are in those after it, whose share of the budget is left to them.
        """
        self._reserved = self._calls * later // (records + later)
        self._left += self.parts
        self.parts = []

    def finish(self) -> None:
        """Go over to what waits, and to what is left of the budget."""
        self._reserved = 0
        self.parts, self._left = self._left + self.parts, []

    def give_up(self) -> list[Part]:
        """Everything that still waits, and waits no more."""
        self.finish()
        waiting, self.parts = self.parts, []
        return waiting

    def spend(self, calls: int) -> bool:
        """Take calls of the budget, if there are so many."""
        enough = self._calls - calls >= self._reserved
        self._calls -= calls if enough else 0
        return enough

    def next(self, steep: int) -> Part | None:
        """What goes now; None if nothing is left, or no call for it.

        Args:
            steep: How many refusals in a row there were beyond those after which people are tried alone, from here and there; negative if
                fewer.
        """
        if steep >= 0 and self.parts and (part := self._one(steep)):
            return part
        for part in self.parts:
            if part.how == "first" or (part.how == "again" and self.spend(1)):
                self.parts.remove(part)
                return part
        if not any(part.how in ("pool", "halve") for part in self.parts) or not self.spend(1):
            return None
        halves = [part for part in self.parts if part.how == "halve"]
        for pool in [part for part in self.parts if part.how == "pool"]:
            pieces = self._sending.pieces(pool.records)
            if len(pieces) <= pool.size and pool.sure:  # all others of it were accepted: there is no need to ask
                self.parts.remove(pool)
                halves.append(_of(pool, pool.records, how="halve", sure=True, pool=pool))
                self.parts.append(halves[-1])
                pool.records = []
            elif len(pieces) >= pool.size or not halves:  # what returned to it waits until it is a group
                return self._group(pool, pieces)
        return self._half(max(halves, key=lambda part: len(part.records)))

    def accepted(self, part: Part) -> None:
        """A part was accepted: its pool may go in larger groups."""
        if part.pool and part.how == "pool":
            part.pool.size = max(part.pool.size + 1, int(part.pool.size * _GROWS))

    def explained(self, part: Part) -> None:
        """A part was refused: what was refused before with it may be without fault."""
        if part.pool and part.how == "pool":
            part.pool.sure = False
            part.pool.size = max(1, int(part.pool.size / _GROWS))
        if (other := part.other) and other in self.parts:
            other.sure = False
            if other.how == "halve":
                self.parts.remove(other)
                self._return(other)

    def refused(self, part: Part) -> None:
        """A part of several was refused, and nothing says for whom: it is narrowed down."""
        self.explained(part)
        if part.pool:
            self.parts.append(_of(part, part.records, how="halve", sure=True, pool=part.pool))
            return
        half = max(1, len(self._sending.pieces(part.records)) // 2)
        self.parts.append(_of(part, part.records, how="pool", sure=True, size=half))

    def quoted(self, part: Part, people: Collection[str]) -> bool:
        """A part was refused with a value that these people's records have: they go apart, one by one at first, after the others.

        Returns:
            Whether there are others.
        """
        pieces = self._sending.pieces(part.records)
        theirs = [piece for piece in pieces if not set(self._sending.people(piece)).isdisjoint(people)]
        others = [piece for piece in pieces if set(self._sending.people(piece)).isdisjoint(people)]
        if not theirs or not others:
            return False
        self.explained(part)
        self.parts.insert(0, _of(part, list(chain(*others)), how="again", pool=part.pool))
        self.parts.append(_of(part, list(chain(*theirs)), how="pool", sure=True, size=1))
        return True

    def smaller(self, part: Part, most: int) -> None:
        """A part was too large: it goes in parts of at most so many, and so does what would be too large after it."""
        waiting = [replace(part, how="first", other=None), *self.parts]
        self.parts = [
            replace(each, records=records) if each.how == "first" else each
            for each in waiting
            for records in (self._sending.cut(each.records, most) if each.how == "first" else [each.records])
        ]

    def _one(self, steep: int) -> Part | None:
        """One person alone: of the first part the first, of the last the last, of the largest the middle one."""
        largest = max(self.parts, key=lambda part: len(part.records))
        part = (self.parts[0], self.parts[-1], largest)[steep % 3]
        pieces = self._sending.pieces(part.records)
        if not (part.how == "first" and len(pieces) == 1) and not self.spend(1):
            return None
        at = (0, len(pieces) - 1, len(pieces) // 2)[steep % 3]
        left = list(chain(*pieces[:at], *pieces[at + 1 :]))
        one = _of(part, pieces[at], how="again", pool=part.pool, other=part if left else None)
        part.records = left
        if not left:
            self.parts.remove(part)
        return one

    def _group(self, pool: Part, pieces: list[Records]) -> Part:
        """The next group of a pool."""
        pool.size = min(pool.size, len(pieces))
        group = _of(pool, list(chain(*pieces[: pool.size])), how="pool", pool=pool)
        pool.records = list(chain(*pieces[pool.size :]))
        if not pool.records:
            self.parts.remove(pool)
        return group

    def _half(self, part: Part) -> Part:
        pieces = self._sending.pieces(part.records)
        half = len(pieces) // 2
        if not half:
            self.parts.remove(part)
            return part
        part.records = list(chain(*pieces[half:]))
        return _of(part, list(chain(*pieces[:half])), how="halve", pool=part.pool, other=part)

    def _return(self, part: Part) -> None:
        pool = part.pool
        assert pool, "halves are of a pool"  # noqa: S101
        pool.records = [*pool.records, *part.records]
        pool.sure = False
        if pool not in self.parts:
            self.parts.append(pool)


def _of(part: Part, records: Records, **more: object) -> Part:
    """Some of a part, with what is known of its requests."""
    return Part(records, part.since, part.request, part.refusal, **more)  # type: ignore[arg-type]
