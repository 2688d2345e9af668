"""The states of the sandbox that these tests begin with, and a company whose newest night they look at."""

from sandbox.seed import state_from
from tests import syncing

OWNER = "owner@acme.example"


def admin(address=OWNER, role="admin"):
    return {"email": address, "role": role, "submitsTo": OWNER}


def seeded(*policies, **others):
    """A sandbox's state: policies that the account owns, and others as they are given."""
    own = {policy: {"name": f"Policy {policy}", "owner": OWNER, "members": [admin()]} for policy in policies}
    partners = {syncing.SECRET["partner_user_id"]: {"secret": "demo-secret", "email": OWNER}}
    return state_from({"expensify": {"partners": partners, "policies": {**own, **others}}})


class Nights(syncing.Company):
    """One company, which has its newest night's parts as its own. Expensify is not asked before the write."""

    def __init__(self, box, ledger, folder, state, absent_means="leaver", **settings):
        super().__init__(box, ledger, {"feed": syncing.FEED, "connection": {}, **settings}, absent_means=absent_means)
        box.heal()
        box.box.state |= state
        self.folder = folder

    def night(self, *people, send=True, **settings):
        """A sync of these people, as far as the plan, or whole; what each step left."""
        self.last = night = self.planned(*people, dry_run=False, **settings)
        if send:
            self.written(night)
        self.known, self.drawn, self.findings, self.calls = night.known, night.drawn, night.findings, night.jobs
        self.found, self.said = night.landed, night.disagreements
        return self

    def begin(self, *people, **settings):
        """See `syncing.Company.begin`; it has no parts to look at."""
        super().begin(*people, dry_run=False, **settings)

    def members(self, policy):
        """Who is in a policy there: the numbers, or addresses of those without one; the owner aside."""
        found = self.box.state["expensify"]["policies"][policy]["members"].values()
        return {member.get("employeeID", member["email"]) for member in found} - {OWNER}

    def outcomes(self):
        """Number → outcome and what landed."""
        return self.last.outcome

    def still_in(self):
        """Number and policy of those who have left and are still there, or may be."""
        return [tuple(row) for row in self.found.still_in[["employee_id", "where"]].itertuples(index=False)]

    def sent(self):
        """Number, policy and action of each record."""
        records = self.drawn.plan.records
        return [(row.person, row.policyID, row.action) for row in records[records["apply"]].itertuples()]
