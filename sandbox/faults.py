"""Faults that strike single requests: which ones (by API, job, person, count) and what then happens.

Belongs here: the matching and the words for what can go wrong. Does not belong here: how the APIs answer when all is well.
"""

import time
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any, Final, get_type_hints

from pydantic import NonNegativeFloat, NonNegativeInt, PositiveInt, TypeAdapter, ValidationError

JOBS: Final = {
    "expensify": (
        *("update employees", "get policy", "get policyList", "create report"),
        *("get policyMembers", "update policyMembers", "update employees by the dialect"),
    ),
    "findity": (
        *("POST token", "GET users", "PUT users", "GET user", "DELETE user"),
        *("GET organizationalunits", "GET organizations", "GET organization"),
        *("PUT organizationalunits", "GET customdimensions", "PUT customdimensions"),
        *("GET dimension list", "PUT dimension list", "GET dimension approvers", "PUT dimension approvers"),
        *(
            "GET me",
            "PUT me",
            "GET me settings",
            "GET me counters",
            "POST me email",
            "POST me phone",
            "DELETE me phone",
            "POST me password",
        ),
        *("GET me profileimage", "PUT me profileimage", "DELETE me profileimage", "GET impersonation"),
        *("GET me extrarecipients", "POST me extrarecipients", "DELETE me extrarecipients"),
    ),
}
"""Every call by its name in the call log."""


@dataclass
class Fault:
    """One thing that goes wrong. Without `status`, `code`, `body`, `drop` or `stall` the request is answered as usual (after `delay`)."""

    api: str = "*"
    """`expensify`, `findity` or both."""
    job: str = "*"
    """A pattern on the job as the call log names it: `update employees`, `get policy`, `PUT users`, `POST token`…"""
    dry_run: bool | None = None
    """Only dry runs, or only real ones."""
    person: str | None = None
    """Only requests that carry this employeeID or externalSourceId."""
    skip: NonNegativeInt = 0
    """So many matching requests pass before the first is struck."""
    times: PositiveInt | None = 1
    """So many requests are struck; None is all of them."""
    every: PositiveInt = 1
    """Only each so-manieth of those requests: 2 strikes every second one."""
    seconds: NonNegativeFloat | None = None
    """Only for so long after the first of them."""
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
    delay: NonNegativeFloat = 0.0
    """Seconds to wait first."""
    stall: bool = False
    """Keep the connection open and never answer."""
    refuse: dict[str, str] = field(default_factory=dict)
    """employeeID or externalSourceId → reason: refuse these people and take the rest. Findity's has a code before its colon."""
    seen: int = 0
    """Matching requests so far."""
    until: float | None = None
    """When it ends, by this process's clock, once it has begun."""

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
        turn = self.seen - self.skip
        if not matches or turn <= 0:
            return False
        if self.seconds is not None:
            self.until = self.until or time.monotonic() + self.seconds
            if time.monotonic() > self.until:
                return False
        return turn % self.every == 0 and (self.times is None or turn <= self.times * self.every)


def fault_from(values: Any) -> Fault:
    """Read a fault from JSON or YAML.

    Raises:
        ValueError: for a part that no fault has, a value that it cannot have, a job that there is not, or a fault that does nothing.
    """
    if not isinstance(values, dict):
        raise ValueError("a fault is made of parts such as status: 503")
    kinds = {name: kind for name, kind in get_type_hints(Fault, include_extras=True).items() if name not in ("seen", "until")}
    if unknown := {str(name) for name in values} - set(kinds):
        raise ValueError(f"no such part of a fault: {', '.join(sorted(unknown))}; there are: {', '.join(sorted(kinds))}")
    for name, value in values.items():
        try:
            TypeAdapter(kinds[name]).validate_python(value, strict=True)
        except ValidationError as error:
            raise ValueError(f"{name}: {error.errors()[0]['msg'].lower()}") from None
    fault = Fault(**values)
    if not any(fnmatch(api, fault.api) and fnmatch(job, fault.job) for api, jobs in JOBS.items() for job in jobs):
        raise ValueError(f"there is no such call; there are: {'; '.join(f'{api}: ' + ', '.join(jobs) for api, jobs in JOBS.items())}")
    if not (fault.answers or fault.delay or fault.refuse):
        raise ValueError("it does nothing: give it a status, code, body, drop, stall, delay or refuse")
    return fault
