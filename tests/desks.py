"""Nights of one company at the ledger book with its desks: the steps of a run in their order, with a real ledger and no Dagster.

Belongs here: a company, a night and what came of it. Does not belong here: nights at Expensify's stand-in (``tests.syncing``).
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from destinations import engine, releases
from destinations.base import Attempt, Drawn, Known, Landed, Policy, Request, Taken
from destinations.delivery import Write
from resources.ledger import Ledger
from resources.past.run_report import assemble
from roster.plan.limits import Limits
from tests.destinations.ledgerbook.adapter import Adapter
from tests.destinations.ledgerbook.settings import Settings
from tests.syncing import PASSED, UNLIMITED
from tests.unit.roster.frames import person, roster

TITLES = {"ledgerbook": "Ledger book"}


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Night:
    """What one came to, as far as it went."""

    ledger: Ledger
    attempt: Attempt
    taken: Taken
    known: Known
    drawn: Drawn
    landed: Landed | None = None

    @property
    def things(self) -> dict[str, str | None]:
        """Thing → why it waits, None if it is applied."""
        frame = self.drawn.plan.things
        return {thing: None if pd.isna(why) else why for thing, why in zip(frame["thing"], frame["reason"], strict=True)}

    @property
    def became(self) -> dict[str, str]:
        """Thing → outcome."""
        assert self.landed is not None
        return dict(zip(self.landed.things["thing"], self.landed.things["outcome"], strict=True))

    @property
    def digest(self) -> str:
        return str(self.drawn.plan.held_digest())

    @property
    def report(self) -> Any:
        return assemble(self.ledger, self.attempt.run_id, TITLES)


@dataclass
class Company:
    """One company, night after night."""

    file: Path
    ledger: Ledger
    policy: Policy = field(default_factory=lambda: Policy("leaver", limits=UNLIMITED))
    desks: bool = True
    number: int = 0

    def __post_init__(self) -> None:
        if not self.file.exists():
            self.file.write_text('{"staff": []}')

    @property
    def book(self) -> dict[str, Any]:
        return dict(json.loads(self.file.read_text()))

    def switch(self, **cells: Any) -> None:
        self.file.write_text(json.dumps({name: value for name, value in {**self.book, **cells}.items() if value is not None}))

    @property
    def adapter(self) -> Adapter:
        own = {"connection": {"file": str(self.file)}, "lines": {"desk": "department"}, "desks": self.desks}
        return Adapter(Settings.model_validate(own))

    def limited(self, **limits: Any) -> None:
        self.policy = replace(self.policy, limits=Limits.model_validate({**UNLIMITED.model_dump(), **limits}))

    def planned(self, *people: Mapping[str, Any], request: Request | None = None, job: str = "acme_sync", file: int = 0) -> Night:
        """A night as far as the plan, of a new file if none is given by its number."""
        self.number += 1
        run, request, ledger, adapter = f"run-{self.number}", request or Request(), self.ledger, self.adapter
        day = date(2026, 11, 20)
        attempt = Attempt(run, run, job)
        number = file or self.number
        taken = Taken(roster(*people), pd.Series([], dtype="str"), False, number, day, day, run)
        ledger.runs.begin(run, run, job)
        ledger.intakes.record_gate(number, run, True, PASSED)
        known = engine.read(adapter, adapter.access(), ledger, taken.roster)
        key = ledger.keys.of_fields(adapter.name)
        desired = engine.desire(adapter, self.policy, taken, known, key, everyone=not request.only)
        held = releases.requested(ledger, adapter.name, attempt, request, self.policy.limits.four_eyes())
        drawn = engine.plan(adapter, self.policy, ledger, attempt, taken, known, desired, request, held)
        engine.save(adapter, self.policy, ledger, attempt, drawn)
        return Night(ledger, attempt, taken, known, drawn)

    def sent(self, night: Night, again: str = "") -> None:
        """What was planned is sent, by that run or by one that goes on with it."""
        run = night.attempt.run_id
        drawn, taken = night.drawn, night.taken
        plan, whole = drawn.plan, drawn.facts.whole
        write = Write(self.adapter.name, run, again or run, plan, drawn.acknowledgements, taken.number, taken.dated, everyone=whole)
        engine.write(self.adapter, self.adapter.access(), self.ledger, write, idle=drawn.facts.idle)

    def read_back(self, night: Night) -> Night:
        adapter, run, drawn = self.adapter, night.attempt.run_id, night.drawn
        still = not engine.sent(adapter, self.ledger, run)
        night.landed = engine.landed(
            adapter,
            adapter.access(),
            self.ledger,
            drawn.plan,
            run,
            drawn.desired,
            None if still else night.taken.roster,
            current=night.known if still else None,
            planned_from=True,
            chain=drawn.chain,
            others=drawn.facts.things.others,
        )
        assert night.landed.faults == []
        engine.record(adapter, self.ledger, night.attempt, run, drawn.facts, night.landed, [])
        self.ledger.runs.end(run, "finished")
        return night

    def sync(self, *people: Mapping[str, Any], **how: Any) -> Night:
        """A whole night."""
        night = self.planned(*people, **how)
        assert night.drawn.faults == []
        self.sent(night)
        return self.read_back(night)

    def release(self, night: Night, *people: Mapping[str, Any], kinds: tuple[str, ...] = ()) -> Night:
        """What a night holds is released, on the file that it was planned from."""
        return self.sync(*people, request=Request(release=night.digest, kinds=kinds, released_by="xy", reason="looked at it"))

    def killed_while(self, night: Night, call: Any) -> None:
        """The process is gone in the middle of a call of the adapter's, in place of which `call` stands."""
        with suppress(Killed):
            call(self, night)
            raise AssertionError("it went on")


def people(*desks: str) -> list[dict[str, Any]]:
    """A boss who approves for themself, and one at each desk."""
    boss = person("E1", department="Front", manager_id=None)
    return [boss, *(person(f"E{place}", department=desk, manager_id="E1") for place, desk in enumerate(desks, start=2))]
