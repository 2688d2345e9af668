"""A feed that lies ready somewhere until Expensify has fetched it.

It is taken away once reading back shows what it was to bring about, or after some hours: never on a reply alone, which says that Expensify
has answered, not that it will not ask for the file again.

Belongs here: when it is laid and when taken away. Does not belong here: how, at each kind of place (``sftp``, ``download``).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from destinations.expensify.roads import names
from destinations.expensify.roads.road import Offer, Source
from destinations.replies import texts


class Place(Protocol):
    """Where feeds lie."""

    def put(self, name: str, content: bytes) -> None:
        """Lay a file there, whole or not at all."""

    def names(self) -> Sequence[str]:
        """Whatever lies there."""

    def remove(self, found: Sequence[str]) -> None:
        """Take files away; what is gone already is fine."""


@dataclass(frozen=True)
class Owner:
    """Whose feeds they are."""

    company: str
    plan: Callable[[], str]
    """Digest of the plan that they are of, reckoned where it is needed."""


class Laid(ABC):
    """A road on which the feed lies somewhere.

    Args:
        place: Where.
        owner: Whose.
        keep_hours: For how long at most.
    """

    source: Source

    def __init__(self, place: Place, owner: Owner, keep_hours: float) -> None:
        self._place, self._owner, self._keep = place, owner, timedelta(hours=keep_hours)

    def offer(self, feed: str) -> Offer:
        """Lay it there under a name that nobody can guess."""
        name, content = names.fresh(self._owner.company, self._owner.plan(), datetime.now(UTC)), feed.encode()
        credentials = self._credentials(name)  # first, so that nothing lies there for want of a setting
        self._place.put(name, content)
        self._check(name, content)
        secret = {name, *(text for text in texts(credentials) if text.endswith(name)), *self._passwords(credentials)}
        return Offer(self.source, credentials=credentials, size=len(content), secret=frozenset(secret))

    def tidy(self, *, of_plan: bool) -> int:
        """See `destinations.expensify.roads.road.Road`."""
        plan, before = self._owner.plan() if of_plan else None, datetime.now(UTC) - self._keep
        there = [feed for name in self._place.names() if (feed := names.read(name, self._owner.company))]
        over = [feed.name for feed in there if feed.plan == plan or feed.laid < before]
        if over:
            self._place.remove(over)
        return len(over)

    @abstractmethod
    def _credentials(self, name: str) -> dict[str, Any]:
        """What the job says of the file of that name."""

    @abstractmethod
    def _passwords(self, credentials: dict[str, Any]) -> set[str]:
        """Those in what the job says."""

    def _check(self, name: str, content: bytes) -> None:  # noqa: B027 - most have nothing to check
        """Whether it can be fetched there.

        Raises:
            Failed: It cannot; it lies there no longer.
        """
