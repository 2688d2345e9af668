"""Nights of one company at Expensify's stand-in: dry run, ledger and write as a run makes them, without Dagster."""

import os
from collections import Counter
from dataclasses import dataclass, field

from destinations.delivery import Write
from destinations.expensify.adapter import Access, Adapter
from destinations.expensify.settings import Settings
from resources.failures import Failed
from resources.http import Retry
from resources.ledger import Ledger
from resources.rates import RateLimit
from roster.plan.facts import PlanFacts
from sandbox.server import Sandbox
from tests.unit.roster.frames import Night, person, roster

POLICY = "5E00000000000001"
ONCE = Retry(attempts=1)
UNCOUNTED = [RateLimit(100_000, 0.001)]


def joiners(count, **cells):
    """So many people, the first of whom manages all others."""
    numbers = [f"E{number:05}" for number in range(count)]
    return [person(number, extra_policy=POLICY, manager_id=numbers[0] if number != numbers[0] else None, **cells) for number in numbers]


@dataclass
class Company:
    """One company with a ledger and a sandbox of its own."""

    box: Sandbox
    ledger: Ledger
    access: Access = field(init=False)
    adapter: Adapter = field(init=False)
    made: int = 0
    feed: dict = field(default_factory=lambda: {"policyID": "extra_policy"})

    def __post_init__(self):
        os.environ.setdefault("EXPENSIFY_SECRET", "demo-secret")
        self.reach()

    def reach(self, limits=UNCOUNTED, retry=ONCE, **connection):
        """Reach Expensify with these windows and settings from here on."""
        secret = {"partner_user_id": "aa_demo_partner", "partner_user_secret": {"env": "EXPENSIFY_SECRET"}}
        connection = {"url": self.box.expensify_url, **secret, **connection}
        settings = Settings.model_validate({"connection": connection, "feed": self.feed})
        self.adapter, self.access = Adapter(settings), Access(settings.connection, limits, retry)

    def night(self, people, dry_run=True):
        """One night: what the dry run says, and how the write ended (None: well)."""
        self.made += 1
        run, name = f"run-{self.made}", self.adapter.name
        with self.access.open(self.ledger) as client:
            there = client.members([POLICY])
        night = Night(roster(*people), acknowledged=self.ledger.acknowledged.all(name), feed=self.adapter.settings.feed)
        plan, told = night.expensify(there)
        facts = PlanFacts(number=self.made, epoch=self.ledger.acknowledged.epoch(name))
        if dry_run:
            facts = PlanFacts(number=self.made, epoch=facts.epoch, dry_run=self.adapter.dry_run(self.access, self.ledger, plan))
        self.ledger.plans.save(
            name, run, root_run_id=run, facts=facts, digest=plan.digest(), accounting_passed=True, gate_passed=True,
            people=plan.people, changes=plan.changes,
        )  # fmt: skip
        ended = None
        try:
            self.adapter.send(self.access, self.ledger, Write(name, run, run, plan, told, self.made, None))
        except Failed as failure:
            ended = failure
        return facts.dry_run, ended

    def answered(self):
        """Person → what was answered of them last night."""
        found = self.ledger.deliveries.answers(self.adapter.name, f"run-{self.made}")
        return dict(zip(found["person"], found["status"], strict=True))

    def there(self):
        """The numbers of those who are in the policy."""
        return {one["employeeID"] for one in self.box.state["expensify"]["policies"][POLICY]["members"].values() if "employeeID" in one}

    def updates(self, since=0):
        """How many update calls there were: dry runs, writes."""
        count = Counter(call["dry_run"] for call in self.box.calls[since:] if call["job"] == "update employees")
        return count[True], count[False]
