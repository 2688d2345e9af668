"""What the two APIs share: the stored state, the call log, switches, faults, read-back lag, and the one way a request is answered.

Belongs here: what is the same for both APIs. Does not belong here: a path, a field name or a rule of either.
"""

import asyncio
import copy
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sandbox.faults import Fault
from sandbox.switches import Switches

KEPT_CALLS = 5000


@dataclass
class Call:
    """One request as the call log and the faults see it. Holds no personal data and nothing secret."""

    api: str
    job: str
    dry_run: bool = False
    writes: bool = False
    """Whether the request asks for a change."""
    people: list[str] = field(default_factory=list)
    """employeeIDs or externalSourceIds that it carries."""


@dataclass
class Answer:
    """What an API answers: its response, and the code that counts (Expensify's is in the body)."""

    response: Response
    code: int
    changed: bool = False
    """Whether the state was changed."""


class HangUp(Response):
    """No response at all: the connection is closed."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Close the connection that the request came on."""
        scope["sandbox.hang_up"]()
        await asyncio.sleep(0.01)  # lets uvicorn notice, so that it does not answer 500 for us


class Lag:
    """Old state that reads still show for a while after a write."""

    def __init__(self) -> None:
        self.old: Any = None
        self.reads = 0
        self.until = 0.0

    def before_write(self, state: Any, reads: int, seconds: float) -> None:
        """Keep the state as it is before a write, if any lag is switched on."""
        if reads or seconds:
            self.old, self.reads, self.until = copy.deepcopy(state), reads, time.monotonic() + seconds

    def on_read(self, state: Any) -> Any:
        """The state that a read sees."""
        if self.reads > 0:
            self.reads -= 1
            return self.old
        return self.old if time.monotonic() < self.until else state


def load(file: Path | None) -> dict[str, Any] | None:
    """The state kept in a file, or None if there is no such file."""
    if file is None or not file.exists():
        return None
    state = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(state, dict) or not {"expensify", "findity"} <= state.keys():
        raise ValueError(f"{file.name} holds no sandbox state")
    return state


class Box:
    """The state of one sandbox and what may go wrong in it."""

    def __init__(self, state: dict[str, Any], switches: Switches, file: Path | None = None) -> None:
        self.state = {"calls": [], "writes": 0, **state}
        self.switches = switches
        self.faults: list[Fault] = []
        self.lag = {"expensify": Lag(), "findity": Lag()}
        self.file = file
        self.delayed = 0
        """Requests that a fault delays and that may still take effect, even if nobody waits for their answer any more."""

    def save(self) -> None:
        """Write the state to its file, if it has one: owner-only, and whole or not at all."""
        if self.file is None:
            return
        fresh = self.file.with_name(self.file.name + ".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            json.dump(self.state, out, ensure_ascii=False)
        fresh.replace(self.file)

    def record(self, call: Call, code: int | str, applied: bool) -> None:
        """Add one line to the call log, and save if the state has changed."""
        entry: dict[str, Any] = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "api": call.api, "job": call.job}
        entry |= {"dry_run": call.dry_run, "people": len(call.people), "write": applied and call.writes, "code": code}
        self.state["calls"].append(entry)
        del self.state["calls"][:-KEPT_CALLS]
        self.state["writes"] += applied and call.writes
        if applied:
            self.save()

    async def answer(self, call: Call, work: Callable[[dict[str, str]], Answer], error: Callable[[Fault], Response]) -> Response:
        """Answer one request: as usual, or as the first fault that strikes says.

        Args:
            call: The request.
            work: Does what it asks, given the people to refuse and why.
            error: The API's own body for a fault's code.
        """
        struck = [fault for fault in self.faults if fault.strikes(call.api, call.job, call.dry_run, call.people)]
        refused = {person: reason for fault in struck for person, reason in fault.refuse.items()}
        fault = next((each for each in struck if each.answers), None)
        self.delayed += 1
        try:
            await asyncio.sleep(sum(each.delay for each in struck))
            usual = work(refused) if fault is None or fault.applied else None
        finally:
            self.delayed -= 1
        applied = usual is not None and usual.changed
        if fault is None:
            assert usual is not None  # noqa: S101
            self.record(call, usual.code, applied)
            return usual.response
        self.record(call, "stalled" if fault.stall else "dropped" if fault.drop else fault.code or fault.status or "garbled", applied)
        if fault.stall:
            await _for_ever()
        if fault.drop or fault.stall:
            return HangUp()
        response = Response(fault.body) if fault.body is not None else error(fault)
        response.status_code = fault.status or response.status_code
        response.headers.update(fault.headers)
        return response


async def _for_ever() -> None:
    try:
        await asyncio.sleep(86400)
    except asyncio.CancelledError:  # the server is ending
        return
