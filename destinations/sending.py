"""How a plan's records are sent to one destination, and what a delivery has shown so far.

Belongs here: `Sending`, a `Part` of what is sent, `Evidence`, chunks of a size. Does not belong here: which part goes next
(``destinations.narrowing``), whom a refusal concerns (``destinations.chunks``).
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, Literal

from destinations.replies import Answer, Records
from resources.failures import Refused

NOBODY: Final[Mapping[str, str]] = {}


@dataclass(frozen=True)
class Sending:
    """How one destination's records are sent.

    Attributes:
        title: The destination, as people write it.
        key: The field that names the person.
        send: Sends one chunk.
        narrowing_calls: How many requests a delivery may spend on finding whom refusals concern. 0 never halves.
        units: What of a chunk must stay in one request; by default the records of one person.
        at_once: How many chunks are on their way at the same time.
        without: What of a unit may go without some of its people; by default everybody else's.
    """

    title: str
    key: str
    send: Callable[[Records], Answer]
    narrowing_calls: int = 0
    units: Callable[[Records], list[Records]] | None = None
    without: Callable[[Records, Collection[str]], Records] | None = None
    at_once: int = 1

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

    def cut(self, records: Records, most: int | None) -> list[Records]:
        """The records in parts of at most so many pieces; None: all of them in one."""
        pieces = self.pieces(records) if most else []
        if not most or len(pieces) <= most:
            return [records]
        return [list(chain(*pieces[begin : begin + most])) for begin in range(0, len(pieces), most)]

    def rest(self, records: Records, named: Collection[str]) -> Records:
        """What of them may go without those who are named."""
        if not self.without:
            return [record for record in records if record[self.key] not in named]
        return [record for piece in self.pieces(records) for record in self.without(piece, named)]


@dataclass(frozen=True, eq=False)
class OnItsWay:
    """A chunk that was sent before its turn."""

    answer: "Future[Answer]"
    since: int
    """How many answers of the delivery were known then."""
    records: Records = field(repr=False)


@dataclass(eq=False)
class Part:
    """Some of the records, and what became of the requests that they were in."""

    records: Records
    since: int | None = None
    """The first request with these people in it that was refused; 0: one of an earlier delivery."""
    request: int = 0
    """The last one."""
    refusal: Refused | None = None
    twice: bool = False
    """Whether it failed before something was accepted, and alone after that."""
    how: Literal["first", "again", "pool", "halve"] = "first"
    """How it goes: whole, as it was to be sent anyway; whole, without those who were taken out; group by group; half by half."""
    sure: bool = False
    """Whether somebody in it is at fault, by what was refused and what of that was accepted."""
    size: int = 0
    """Of a pool: how much of it goes together next."""
    pool: "Part | None" = None
    """Where it is from, and where what is cleared of suspicion returns to."""
    ahead: OnItsWay | None = None
    """Where it was sent already."""
    other: "Part | None" = None
    """What is at fault if this part is not, and unknown if this part is."""

    @property
    def why(self) -> Refused:
        """The refusal of a part that was refused."""
        assert self.refusal is not None, "it was refused"  # noqa: S101
        return self.refusal


@dataclass
class Evidence:
    """What a delivery has shown so far, its passes together. A new one knows nothing."""

    request: int = 0
    """Requests so far."""
    most: int | None = None
    """How much a request may hold, by what was too large; None: nothing was."""
    accepted_at: int = -1
    """The last of them of which somebody was accepted."""
    accepted: Records = field(default_factory=list, repr=False)
    """What was accepted last of what must stay in one request. Both destinations' writes are upserts, so that it may be sent once more."""
    alone: list[Part] = field(default_factory=list, repr=False)
    """Who failed alone and is neither refused nor in doubt yet."""
    alike: dict[str, int] = field(default_factory=dict, repr=False)
    """Error → how many met it alone since something was accepted."""


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
