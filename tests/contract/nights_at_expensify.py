"""A company at the sandbox's Expensify with the limits as they are by default: what is told of its nights."""

import copy
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from resources.ledger import Ledger
from resources.past.story import story_of
from roster.plan.limits import Limits
from sandbox.seed import demo, state_from
from sandbox.server import Sandbox
from tests import syncing
from tests.unit.roster.frames import person

POLICY = "5E00000000000001"
CALLER = "expenses-admin@acme.example"
NOTHING_STORED = SimpleNamespace(entry=lambda *_: None)


def employee(number: str, **cells: Any) -> dict[str, Any]:
    """A row of the roster who is in the one policy."""
    return person(number, **{"extra_policy": POLICY, "manager_id": None if number == "E1" else "E1", **cells})


class Company(syncing.Company):
    """One company at Expensify, from a ledger that knows nothing. Each night is a day later."""

    def __init__(self, box: Sandbox, ledger: Ledger, feed: dict[str, Any], absent_means: str = "leaver", **settings: Any) -> None:
        super().__init__(box, ledger, settings, Limits(), absent_means)
        self.feed = feed

    @property
    def feed(self) -> dict[str, Any]:
        """Its rules, but for the policy."""
        return {name: rule for name, rule in self.settings["feed"].items() if name != "policyID"}

    @feed.setter
    def feed(self, feed: dict[str, Any]) -> None:
        self.settings["feed"] = {"policyID": "extra_policy", **feed}

    def start(self) -> "Company":
        """The demo's policies as they are at the start."""
        self.box.box.state["expensify"] = copy.deepcopy(state_from(demo())["expensify"])
        return self

    def members(self, policy: str = POLICY) -> dict[str, dict[str, Any]]:
        return self.box.state["expensify"]["policies"][policy]["members"]

    def of(self, number: str) -> dict[str, Any]:
        """What Expensify holds of somebody in the policy; empty where they are not in it."""
        return next((one for one in self.members().values() if one.get("employeeID") == number), {})

    def night(self, *rows: dict[str, Any]) -> syncing.Night:
        """One sync."""
        return self.sync(*rows, day=str(date(2026, 11, 2) + timedelta(days=self.number)))

    def why(self, number: str) -> Any:
        """What `rollcall why` tells."""
        return story_of(self.ledger, NOTHING_STORED, number, 5, syncing.TITLES)
