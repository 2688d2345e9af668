"""Whole nights of Expensify by the engine, against the sandbox with a real ledger and no Dagster."""

import copy
from dataclasses import dataclass, field, replace
from datetime import date

import pandas as pd
import pytest

from destinations import engine, releases
from destinations.base import Attempt, Policy, Request, Taken
from destinations.delivery import Write
from destinations.expensify.adapter import Adapter
from destinations.expensify.settings import Expensify
from resources.failures import Permanent
from resources.ledger import Ledger
from resources.past.run_report import assemble
from roster.plan.limits import Limits
from sandbox.expensify import LEGACY_PATH
from sandbox.server import Sandbox
from tests.graph.conftest import impatient
from tests.unit.roster.frames import person, roster

HOME, OTHER = "5E00000000000001", "4E00000000000002"
OPEN = Limits.model_validate(
    {kind: {"count": 1000, "share": 1} for kind in ("leave", "join", "policy", "manager", "self_approval", "rejoin")}
)


def at_home(number, **cells):
    return person(number, **{"extra_policy": HOME, "start_date": "2020-01-01", **cells})


@dataclass
class Company:
    """One company, night after night."""

    box: Sandbox
    ledger: Ledger
    settings: dict = field(default_factory=dict)
    night: int = 0

    def adapter(self, **settings):
        connection = {
            "url": self.box.expensify_url,
            "partner_user_id": "aa_demo_partner",
            "partner_user_secret": {"env": "EXPENSIFY_SECRET"},
            "read_back_seconds": 0,
            "members_url": self.box.url + LEGACY_PATH,
            **settings.pop("connection", {}),
        }
        feed = {"policyID": "extra_policy", "additionalPolicyIDs": "extra_more", **settings.pop("feed", {})}
        return Adapter(Expensify.model_validate({"connection": connection, "feed": feed, **settings}))

    def stranger(self, address, policy=HOME, **fields):
        """Somebody whom HR does not know, in a policy."""
        state = self.box.state["expensify"]
        member = {"email": address, "role": "user", "submitsTo": address, **fields}
        state["policies"][policy]["members"][address.lower()] = member
        state["accounts"].setdefault(address.lower(), {"email": address, "secondary": [], "primaryPolicy": None})

    def release(self, night, *people, **settings):
        """A night on which what that one held is let go."""
        digest = night.drawn.plan.held_digest()
        return self.sync(*people, request=Request(release=digest, released_by="Ada", reason="looked"), **settings)

    def members(self, policy=HOME):
        """Address → member, the account of the demo and its auditor aside."""
        found = self.box.state["expensify"]["policies"][policy]["members"]
        return {key: one for key, one in found.items() if "acme.example" in key and "admin" not in key}

    def sync(self, *people, day="2026-11-20", rejected=(), unreadable=False, request=None, absent_means="leaver", write=True, **settings):
        """One night; what became of everyone by number, with the plan, the report and what it landed as."""
        self.night += 1
        run = f"run-{self.night}"
        settings = copy.deepcopy({**self.settings, **settings})
        adapter = self.adapter(**settings)
        access, policy = impatient(adapter.access()), Policy(absent_means, limits=OPEN)
        hr, today = roster(*people), date.fromisoformat(day)
        taken = Taken(hr, pd.Series(rejected, dtype="str"), unreadable, self.night, today, None, run)
        attempt = Attempt(run, run, "acme_sync")
        self.ledger.runs.begin(run, run, "acme_sync")
        known = engine.read(adapter, access, self.ledger, hr)
        desired = engine.desire(adapter, policy, taken, known, self.ledger.keys.of_fields(adapter.name))
        request = request or Request()
        held = releases.requested(self.ledger, adapter.name, attempt, request)
        drawn = engine.plan(adapter, policy, self.ledger, attempt, taken, known, desired, request, held)
        drawn = engine.dry_run(adapter, access, self.ledger, replace(drawn, gate_passed=True))
        assert drawn.faults == []
        engine.save(adapter, policy, self.ledger, attempt, drawn)
        if not write:
            return Night(drawn, None, assemble(self.ledger, run, {"expensify": "Expensify"}), [])
        on_its_way = Write(adapter.name, run, run, drawn.plan, drawn.acknowledgements, self.night, None)
        disagreements = engine.write(adapter, access, self.ledger, on_its_way)
        landed = engine.landed(adapter, access, self.ledger, drawn.plan, run, drawn.desired, hr)
        assert landed.faults == []
        engine.record(adapter, self.ledger, attempt, run, drawn.facts, landed, disagreements)
        return Night(drawn, landed, assemble(self.ledger, run, {"expensify": "Expensify"}), disagreements)


@dataclass
class Night:
    """What came of one."""

    drawn: object
    landed: object
    report: object
    disagreements: list

    @property
    def planned(self):
        """Person → action and reason."""
        rows = self.drawn.plan.people[["person", "action", "reason"]].to_numpy().tolist()
        return {name: (action, None if pd.isna(why) else why) for name, action, why in rows}

    @property
    def outcome(self):
        """Person → outcome and what it landed as."""
        rows = self.landed.outcomes[["person", "outcome", "landed"]].to_numpy().tolist()
        return {name: (one, None if pd.isna(how) else how) for name, one, how in rows}

    @property
    def own_account(self):
        """Part and name → dry run, write, numbers."""
        return {(line.part, line.name): line[2:] for line in self.report.destinations[0].own_account}

    def detail(self, number):
        return self.drawn.plan.people.set_index("person").loc[number, "detail"]


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(switches={"expensify_rate_limits": False}) as running:
        yield running, copy.deepcopy(running.state)


@pytest.fixture
def company(sandbox, tmp_path, monkeypatch):
    monkeypatch.setenv("EXPENSIFY_SECRET", "demo-secret")
    box, empty = sandbox
    box.box.state = copy.deepcopy(empty)
    box.switch(expensify_blocks="full", expensify_legacy_path=False, expensify_lag_reads=0)
    box.box.lag["expensify"].reads = 0
    box.heal()
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.db", "acme") as opened:
        yield Company(box, opened)


__all__ = ["HOME", "OTHER", "Company", "Night", "Permanent", "at_home", "company", "sandbox"]
