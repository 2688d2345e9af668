"""A company at Expensify of which is asked what a night costs, in calls and in people: what the dry run says, and how the write ended."""

import os
from collections import Counter
from dataclasses import replace

from resources.failures import Failed
from resources.http import Retry
from tests import syncing
from tests.unit.roster.frames import person

POLICY = "5E00000000000001"


def joiners(count, **cells):
    """So many people, the first of whom manages all others."""
    numbers = [f"E{number:05}" for number in range(count)]
    return [person(number, extra_policy=POLICY, manager_id=numbers[0] if number != numbers[0] else None, **cells) for number in numbers]


class Company(syncing.Company):
    """One company, which reaches Expensify as it is told to."""

    def __init__(self, box, ledger, feed=None):
        os.environ.setdefault("EXPENSIFY_SECRET", "demo-secret")
        super().__init__(box, ledger, {"feed": feed or {"policyID": "extra_policy"}})
        self.reach()

    def reach(self, limits=syncing.UNCOUNTED, retry=Retry(attempts=1), **connection):  # noqa: B008 - nothing changes it
        """Reach Expensify with these windows and settings from here on."""
        self.windows, self.retry, self.settings["connection"] = limits, retry, connection

    def access(self, adapter):
        return replace(super().access(adapter), limits=self.windows, retry=self.retry)

    def night(self, people, dry_run=True):
        """One night: what the dry run says, and how the write ended (None: well)."""
        night, ended = self.planned(*people, dry_run=dry_run), None
        try:
            self.written(night)
        except Failed as failure:
            ended = failure
        return night.facts.dry_run, ended

    def answered(self):
        """Person → what was answered of them last night."""
        found = self.ledger.deliveries.answers("expensify", f"run-{self.number}")
        return dict(zip(found["person"], found["status"], strict=True))

    def there(self):
        """The numbers of those who are in the policy."""
        return {one["employeeID"] for one in self.box.state["expensify"]["policies"][POLICY]["members"].values() if "employeeID" in one}

    def updates(self, since=0):
        """How many update calls there were: dry runs, writes."""
        count = Counter(call["dry_run"] for call in self.box.calls[since:] if call["job"] == "update employees")
        return count[True], count[False]
