"""Sending whole chunks before it is their turn, several at once.

Belongs here: the threads, and what came of each chunk. Does not belong here: what an answer means, and everything that is sent one by one
(``destinations.chunks``).

What came of a chunk is looked at in its turn, so that the outcomes are those of sending one after another. Chunks share no person.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from destinations.replies import Answer, Records, statuses
from destinations.sending import OnItsWay, Sending
from resources.failures import Failed, Unanswered


class Ahead:
    """Use it as a context manager: when it ends, nothing of it is on its way.

    Args:
        sending: How; with one at once it sends nothing ahead.
        chunks: What is to be sent, in its order.
    """

    def __init__(self, sending: Sending, chunks: Sequence[Records]) -> None:
        self._sending, self._waiting = sending, deque(chunks)
        self._on_their_way: dict[int, OnItsWay] = {}
        self._pool = ThreadPoolExecutor(sending.at_once, "chunk") if sending.at_once > 1 and len(chunks) > 1 else None

    def __enter__(self) -> "Ahead":
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def turn(self, since: int) -> None:
        """It is the next chunk's turn: it is sent, and those after it, as many as may be at once.

        Args:
            since: How many answers of the delivery are known.
        """
        while self._pool and self._waiting and len(self._on_their_way) < self._sending.at_once:
            chunk = self._waiting.popleft()
            future = self._pool.submit(copy_context().run, self._sending.send, chunk)
            self._on_their_way[id(chunk)] = OnItsWay(future, since, chunk)

    def of(self, records: Records) -> OnItsWay | None:
        """What was sent ahead of exactly these records; asked once."""
        return self._on_their_way.pop(id(records), None)

    def rest(self) -> Iterator[Answer]:
        """The answers to what is on its way still, once nothing more is to be sent; of what was refused, none."""
        self.__exit__()
        on_their_way, self._on_their_way = self._on_their_way, {}
        for one in on_their_way.values():
            if one.answer.cancelled():
                continue
            try:
                yield one.answer.result()
            except Unanswered:
                yield Answer(statuses(self._sending.people(one.records), "unknown", "no answer came"))
            except Failed:
                continue
