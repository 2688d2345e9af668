"""Nights of one company at the sandbox's Expensify: the engine's steps in their order, over a real socket, and what is told of them."""

import copy
import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pandas as pd

from destinations import engine, registry
from destinations.base import Attempt, Policy, Request, Taken
from destinations.delivery import Write
from destinations.expensify.adapter import Access, Adapter
from destinations.expensify.settings import Settings
from resources.http import Retry
from resources.ledger import Ledger
from resources.past.run_report import assemble
from resources.past.story import story_of
from resources.rates import RateLimit
from roster.intake.gate import GateCheck, as_json
from roster.reports.skipped import left_out
from sandbox.seed import demo, state_from
from sandbox.server import Sandbox
from tests.unit.roster.frames import person, roster

POLICY = "5E00000000000001"
CALLER = "expenses-admin@acme.example"
TITLES = {name: title for name, title in registry.titles().items() if name == "expensify"}
NOTHING_STORED = SimpleNamespace(entry=lambda *_: None)


def employee(number: str, **cells: Any) -> dict[str, Any]:
    """A row of the roster who is in the one policy."""
    return person(number, **{"extra_policy": POLICY, "manager_id": None if number == "E1" else "E1", **cells})


@dataclass
class Company:
    """One company at Expensify, from a ledger that knows nothing."""

    box: Sandbox
    ledger: Ledger
    feed: dict[str, Any]
    connection: dict[str, Any] = field(default_factory=dict)
    protected: list[str] = field(default_factory=list)
    absent_means: str = "leaver"
    number: int = 0

    def start(self) -> "Company":
        """The demo's policies as they are at the start."""
        self.box.box.state["expensify"] = copy.deepcopy(state_from(demo())["expensify"])
        return self

    def members(self, policy: str = POLICY) -> dict[str, dict[str, Any]]:
        return self.box.state["expensify"]["policies"][policy]["members"]

    def of(self, number: str) -> dict[str, Any]:
        """What Expensify holds of somebody in the policy; empty where they are not in it."""
        return next((one for one in self.members().values() if one.get("employeeID") == number), {})

    @property
    def adapter(self) -> Adapter:
        secret = {"partner_user_id": "aa_demo_partner", "partner_user_secret": {"env": "EXPENSIFY_SECRET"}, "read_back_seconds": 0}
        connection = {"url": self.box.expensify_url, **secret, **self.connection}
        feed = {"policyID": "extra_policy", **self.feed}
        return Adapter(Settings.model_validate({"connection": connection, "feed": feed, "protected": self.protected}))

    def night(self, *rows: dict[str, Any], write: bool = True) -> SimpleNamespace:
        """One sync: plan, outcomes by number, what the list for HR says, the report."""
        self.number += 1
        adapter, run = self.adapter, uuid.uuid4().hex
        access = Access(adapter.settings.connection, [RateLimit(10_000, 0.001)], Retry(attempts=1))
        today = date(2026, 11, 1) + timedelta(days=self.number)
        taken = Taken(roster(*rows), pd.Series(dtype="str"), False, self.number, today, today, run)
        attempt, policy = Attempt(run, run, "acme_sync"), Policy(self.absent_means)
        self.ledger.runs.begin(run, run, "acme_sync")
        facts = {"checks": as_json([GateCheck(name="rows", seen="1", expected="1")]), "notes": [], "unknown": []}
        self.ledger.intakes.record_gate(self.number, run, True, facts)
        calls = len(self.box.calls)
        known = engine.read(adapter, access, self.ledger, taken.roster)
        key = self.ledger.keys.of_fields(adapter.name)
        desired = engine.desire(adapter, policy, taken, known, key)
        drawn = engine.plan(adapter, policy, self.ledger, attempt, taken, known, desired, Request())
        assert drawn.faults == []
        drawn = engine.dry_run(adapter, access, self.ledger, drawn)
        engine.save(adapter, policy, self.ledger, attempt, drawn)
        on_its_way = Write(adapter.name, run, run, drawn.plan, drawn.acknowledgements, self.number, today)
        told = engine.write(adapter, access, self.ledger, on_its_way)
        found = engine.landed(adapter, access, self.ledger, drawn.plan, run, drawn.desired, taken.roster)
        assert found.faults == []
        engine.record(adapter, self.ledger, attempt, run, drawn.facts, found, told)
        self.ledger.runs.end(run, "finished")
        report = assemble(self.ledger, run, TITLES)
        return SimpleNamespace(
            plan=drawn.plan,
            facts=drawn.facts,
            decided=drawn.plan.people.set_index("person"),
            outcomes=found.outcomes.set_index("person"),
            numbers=found.numbers,
            report=report,
            skipped=left_out(report).set_index("employee_id"),
            calls=self.box.calls[calls:],
            disagreements=told,
        )

    def why(self, number: str) -> Any:
        """What `rollcall why` tells."""
        return story_of(self.ledger, NOTHING_STORED, number, 5, TITLES)
