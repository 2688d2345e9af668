"""A company in a policy of the demo's, beside whoever is there already: what strangers, releases and settings of a night come to."""

import copy

import pytest

from destinations.base import Request
from resources.failures import Permanent
from roster.plan.limits import Limits
from sandbox.expensify import LEGACY_PATH
from sandbox.server import Sandbox
from tests import syncing
from tests.syncing import Night
from tests.unit.roster.frames import person

HOME, OTHER = "5E00000000000001", "4E00000000000002"
OPEN = Limits.model_validate(
    {kind: {"count": 1000, "share": 1} for kind in ("leave", "join", "policy", "manager", "self_approval", "rejoin")}
)


def at_home(number, **cells):
    return person(number, **{"extra_policy": HOME, "start_date": "2020-01-01", **cells})


class Company(syncing.Company):
    """One company, with the limits of the settings for whatever these tests are not about."""

    def __init__(self, box, ledger):
        settings = {"connection": {"members_url": box.url + LEGACY_PATH}, "feed": syncing.FEED}
        super().__init__(box, ledger, settings, OPEN)

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
    with syncing.fresh(tmp_path) as ledger:
        yield Company(box, ledger)


__all__ = ["HOME", "OTHER", "Company", "Night", "Permanent", "at_home", "company", "sandbox"]
