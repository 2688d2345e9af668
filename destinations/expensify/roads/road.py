"""What a road does: it takes a feed to where Expensify gets it, and says what the job must name for that.

Belongs here: the protocol, the road in the request itself, and what it means when Expensify could not fetch. Does not belong here: the
other two (``sftp``, ``download``).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

from destinations.expensify.replies import PUBLIC
from destinations.replies import Records, quoted, texts, without_people
from resources.failures import Failed, Permanent, Refused, Transient

Source = Literal["request", "sftp", "download"]
"""`dataSource` of the job, as Expensify writes it."""

_FETCHING: Final = re.compile(
    r"fetch|download|retriev|sftp|feed ?url|unreachable|connect|no such file|file not found|unknown host|timed out", re.IGNORECASE
)
"""Words of a message about getting the feed. What Expensify says then stands in no document."""

_SENTENCES: Final = ("responseMessage", "reason")
"""Under which keys of an answer Expensify's own words stand."""


@dataclass(frozen=True)
class Offer:
    """A feed, where Expensify gets it. Its repr shows nothing of it."""

    source: Source
    data: str | None = field(default=None, repr=False)
    """The feed itself, if it goes in the request."""
    credentials: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What `credentials` of the job say of it, beside the partner's."""
    size: int = 0
    """Bytes that are fetched, beside those of the request."""

    secret: frozenset[str] = field(default=frozenset(), repr=False)
    """What of that nothing may keep that Expensify says, not even for the owner alone: passwords, and names that nobody can guess."""

    def hidden(self) -> set[str]:
        """What of it no message of ours may repeat."""
        given = texts(self.credentials)
        return given | {part for text in given for part in re.split(r"[/?#]+", text)} | {_host(text) for text in given}

    def cleared(self, value: Any, of: str = "") -> Any:
        """What Expensify said, its sentences without what is secret of the road. What it says of people by address stays as it is.

        Args:
            value: An answer, or a part of it.
            of: Under which key.
        """
        if not self.secret:
            return value
        if isinstance(value, str) and of in _SENTENCES:
            for text in sorted(self.secret, key=len, reverse=True):
                value = value.replace(text, "…")
            return value
        if isinstance(value, list):
            return [self.cleared(each, of) for each in value]
        return {name: self.cleared(each, name) for name, each in value.items()} if isinstance(value, dict) else value


NO_FEED: Final = Offer("request")
"""For a job without one."""


def _host(text: str) -> str:
    return text.partition("://")[2].partition("/")[0].partition(":")[0] if "://" in text else ""


class Road(Protocol):
    """One of the three."""

    def offer(self, feed: str) -> Offer:
        """Lay a feed ready.

        Raises:
            Transient: It could not be laid ready at present. Expensify was not asked for anything.
            Permanent: It cannot be, or not as Expensify would ask for it.
        """

    def tidy(self, *, of_plan: bool) -> int:
        """Take away what has lain ready for long enough; with `of_plan` also all that is of the road's own plan. How many that were.

        Raises:
            Failed: It could not be taken away.
        """


class ByRequest:
    """The feed is part of the request."""

    def offer(self, feed: str) -> Offer:
        """It needs no preparation."""
        return Offer("request", data=feed)

    def tidy(self, *, of_plan: bool) -> int:
        """Nothing lies anywhere."""
        return 0


def of_fetching(failure: Failed, message: str, offer: Offer, records: Records, code: int) -> Failed:
    """What a refusal is by a road on which Expensify fetches: that it could not is nobody's record's fault, nor the partner credentials'.

    Nothing was applied, since Expensify never had the feed. It may be that their server is let in again in an hour, or never: it is
    transient, so that the next feed is still tried, a second such failure ends the delivery, and a re-execution sends the rest.

    Args:
        failure: What it is taken for.
        message: What Expensify said.
        offer: The feed.
        records: What is in it.
        code: The code.
    """
    if offer.source == "request" or not isinstance(failure, Refused | Permanent) or not _FETCHING.search(message):
        return failure
    blamed = quoted(message, records, "employeeID")
    if blamed.named or blamed.several:
        return failure
    shown = without_people(message, records, PUBLIC, offer.hidden()).rstrip(" .")
    return Transient(
        f"Expensify could not fetch the feed by {offer.source} ({code} {shown}). Nothing was changed.",
        "Check that Expensify gets to the server that `delivery` names, as it is told there, and run again. Meanwhile `delivery: request` "
        "sends the feed in the request.",
    )
