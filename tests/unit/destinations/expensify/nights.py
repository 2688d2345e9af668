"""Nights of one company at the sandbox's Expensify, through the steps of the engine and with the real ledger; no Dagster."""

import uuid
from dataclasses import replace
from datetime import date

import pandas as pd

from destinations import engine
from destinations.base import Attempt, Policy, Request, Taken
from destinations.delivery import Write
from destinations.expensify.adapter import Access, Adapter
from destinations.expensify.settings import Settings
from resources.http import Retry
from resources.ledger import Ledger
from resources.rates import RateLimit
from roster.plan.limits import Limits
from sandbox.seed import state_from
from tests.unit.roster.frames import KEY, roster

OWNER = "owner@acme.example"
SECRET = {"partner_user_id": "aa", "partner_user_secret": {"env": "EXPENSIFY_SECRET"}}
FEED = {"policyID": "extra_policy", "additionalPolicyIDs": "extra_more"}
UNLIMITED = Limits.model_validate(
    {kind: {"count": 10**6, "share": 1, "per_week": 10**6} for kind in Limits.model_fields if kind not in ("per_week", "stranger")}
)


def admin(address=OWNER, role="admin"):
    return {"email": address, "role": role, "submitsTo": OWNER}


def seeded(*policies, **others):
    """A sandbox's state: policies that the account owns, and others as they are given."""
    own = {policy: {"name": f"Policy {policy}", "owner": OWNER, "members": [admin()]} for policy in policies}
    partners = {"aa": {"secret": "demo-secret", "email": OWNER}}
    return state_from({"expensify": {"partners": partners, "policies": {**own, **others}}})


class Nights:
    """One company, night after night."""

    def __init__(self, box, folder, state, absent_means="leaver", company="acme", **settings):
        self.box, self.folder, self.company, self.count = box, folder, company, 0
        box.heal()
        box.box.state |= state
        given = {"connection": {"url": box.expensify_url, **SECRET, "read_back_seconds": 0}, "feed": FEED, **settings}
        self.policy = Policy(absent_means, limits=UNLIMITED)
        self.settings = given

    def ledger(self):
        return Ledger.open(f"sqlite:///{self.folder}/ledger.db", self.company)

    def night(self, *people, send=True, **changed):
        """A sync of these people, as far as the plan, or whole; what each step left."""
        destination = Adapter(Settings.model_validate({**self.settings, **changed}))
        access = Access(destination.settings.connection, [RateLimit(10000, 0.001)], Retry(attempts=1))
        self.count += 1
        run = uuid.uuid4().hex
        taken = Taken(roster(*people), pd.Series([], dtype="str"), False, self.count, date(2026, 11, 20), None, run)
        self.read = self.drawn = self.found = None
        since = len(self.box.calls)
        with self.ledger() as ledger:
            self.known = engine.read(destination, access, ledger, taken.roster)
            self.findings = {one.name: one for one in destination.preflight(self.known.read, taken.roster)}
            desired = engine.desire(destination, self.policy, taken, self.known, KEY)
            drawn = engine.plan(destination, self.policy, ledger, Attempt(run, run, "sync"), taken, self.known, desired, Request())
            self.drawn = replace(drawn, gate_passed=True)
            assert self.drawn.faults == []
            if send:
                self._sent(destination, access, ledger, run, taken)
        self.calls = [call["job"] for call in self.box.calls[since:]]
        return self

    def _sent(self, destination, access, ledger, run, taken):
        drawn, attempt = self.drawn, Attempt(run, run, "sync")
        engine.save(destination, self.policy, ledger, attempt, drawn)
        write = Write(destination.name, run, run, drawn.plan, drawn.acknowledgements, taken.number, None)
        self.said = said = engine.write(destination, access, ledger, write)
        sent = len(ledger.deliveries.answers(destination.name, run)) > 0
        current = None if sent else self.known
        means = self.policy.absent_means
        self.found = engine.landed(
            destination, access, ledger, drawn.plan, run, drawn.desired, taken.roster, current=current, absent_means=means
        )
        assert self.found.faults == []
        engine.record(destination, ledger, attempt, run, drawn.facts, self.found, said)

    def members(self, policy):
        """Who is in a policy there: the numbers, or addresses of those without one; the owner aside."""
        found = self.box.state["expensify"]["policies"][policy]["members"].values()
        return {member.get("employeeID", member["email"]) for member in found} - {OWNER}

    def outcomes(self):
        """Number → outcome and what landed."""
        table = self.found.outcomes
        return {row.person: (row.outcome, None if pd.isna(row.landed) else row.landed) for row in table.itertuples()}

    def still_in(self):
        """Number and policy of those who have left and are still there, or may be."""
        return [tuple(row) for row in self.found.still_in[["employee_id", "where"]].itertuples(index=False)]

    def sent(self):
        """Number, policy and action of each record."""
        records = self.drawn.plan.records
        return [(row.person, row.policyID, row.action) for row in records[records["apply"]].itertuples()]
