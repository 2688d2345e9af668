"""Faults that strike single requests: which ones (by API, job, person, count) and what then happens.

Belongs here: the matching and the words for what can go wrong. Does not belong here: how the APIs answer when all is well.
"""

from dataclasses import dataclass, field, fields
from fnmatch import fnmatch
from typing import Any


@dataclass
class Fault:
    """One thing that goes wrong. Without `status`, `code`, `body` or `drop` the request is answered as usual (after `delay`)."""

    api: str = "*"
    """`expensify`, `findity` or both."""
    job: str = "*"
    """A pattern on the job as the call log names it: `update employees`, `get policy`, `PUT users`, `POST token`…"""
    dry_run: bool | None = None
    """Only dry runs, or only real ones."""
    person: str | None = None
    """Only requests that carry this employeeID or externalSourceId."""
    skip: int = 0
    """So many matching requests pass before the first is struck."""
    times: int | None = 1
    """So many requests are struck; None is all of them."""
    status: int | None = None
    """Answer this HTTP status."""
    code: int | str | None = None
    """Answer this code in the body (a number for Expensify, a word for Findity)."""
    body: str | None = None
    """Answer this text, which need not be JSON."""
    headers: dict[str, str] = field(default_factory=dict)
    """Headers of that answer, such as Retry-After."""
    drop: bool = False
    """Close the connection without an answer."""
    applied: bool = False
    """The request takes effect before that answer or drop; by default it does not."""
    delay: float = 0.0
    """Seconds to wait first."""
    stall: bool = False
    """Keep the connection open and never answer."""
    refuse: dict[str, str] = field(default_factory=dict)
    """employeeID or externalSourceId → reason: refuse these people and take the rest."""
    seen: int = 0
    """Matching requests so far."""

    @property
    def answers(self) -> bool:
        """Whether the fault takes the place of the usual answer."""
        return self.drop or self.stall or self.status is not None or self.code is not None or self.body is not None

    def strikes(self, api: str, job: str, dry_run: bool, people: list[str]) -> bool:
        """Count a request that matches and say whether it is struck."""
        matches = (
            fnmatch(api, self.api)
            and fnmatch(job, self.job)
            and self.dry_run in (None, dry_run)
            and (self.person is None or self.person in people)
        )
        self.seen += matches
        return matches and self.seen > self.skip and (self.times is None or self.seen <= self.skip + self.times)


def fault_from(values: dict[str, Any]) -> Fault:
    """Read a fault from JSON.

    Raises:
        ValueError: for a word that no fault knows.
    """
    known = {item.name for item in fields(Fault)} - {"seen"}
    if unknown := set(values) - known:
        raise ValueError(f"no such part of a fault: {', '.join(sorted(unknown))}; there are: {', '.join(sorted(known))}")
    return Fault(**values)
