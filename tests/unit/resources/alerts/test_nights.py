"""What people are told of nights: each state once, and once when it is over, whoever looks how often."""

from datetime import UTC, datetime, timedelta

import pytest

from assets.runs.alerts import deliver
from destinations.base import Request
from resources.alerts.settings import Alerts
from resources.past import open_states
from sandbox.server import Sandbox
from tests.receiving import receiver
from tests.syncing import TITLES, Company, fresh
from tests.unit.resources.alerts.people import LIMITS, PEOPLE

NIGHT = datetime(2026, 11, 20, 4, 15, tzinfo=UTC)


class Watched:
    """A company whose alerts are looked at when the test says so."""

    def __init__(self, company, hooks, monkeypatch, **settings):
        self.company, self.ledger, self.now = company, company.ledger, NIGHT
        targets = settings.pop("targets", {name: {} for name in hooks})
        for name, hook in hooks.items():
            monkeypatch.setenv(f"ALERTS_{name.upper()}", hook.url())
        given = {name: {"url": {"env": f"ALERTS_{name.upper()}"}, **more} for name, more in targets.items()}
        self.alerts = Alerts.model_validate({"targets": given, **settings})

    def look(self, hours=0.0, states=None):
        """So many hours later the sensor looks and sends; what became of it."""
        self.now += timedelta(hours=hours, seconds=1)
        found = open_states.of_ledger(self.ledger, self.alerts, TITLES, self.now) if states is None else states
        targets = {name: one.is_for for name, one in self.alerts.targets.items()}
        self.ledger.alerts.observe(found, targets, self.now, settings=self.alerts.model_dump(mode="json"))
        return deliver(self.ledger, self.alerts, "Europe/Stockholm", self.now)


@pytest.fixture(scope="module")
def there():
    with Sandbox(switches={"expensify_rate_limits": False}) as box:
        yield box


@pytest.fixture
def company(there, tmp_path, monkeypatch):
    monkeypatch.setenv("EXPENSIFY_SECRET", "demo-secret")
    there.heal()
    with fresh(tmp_path) as ledger:
        yield Company(there, ledger, limits=LIMITS)


def test_held_is_told_once_not_the_next_night_and_over_when_it_is_released(company, monkeypatch):
    company.begin(*PEOPLE)
    with receiver() as hook:
        watched = Watched(company, {"finance": hook}, monkeypatch)
        assert watched.look() == "There is nothing new to tell."
        company.sync(*PEOPLE[:2])
        watched.look()
        (first,) = hook.texts
        assert "2 changes wait for a release at Expensify, of kind leave" in first
        assert "2 people (E3, E4) have left and still have access at Expensify" in first
        assert not [name for name in ("Cai", "Dag", "Quistgaard", "@acme.example") if name in first]

        company.sync(*PEOPLE[:2], day="2026-11-21")
        for _ in range(3):
            assert watched.look(hours=1) == "There is nothing new to tell."
        assert len(hook.texts) == 1

        held = company.ledger.plans.verdict("expensify", company.ledger.plans.newest("expensify")).held_digest
        request = Request(release=held, released_by="finance", reason="checked")
        company.sync(*PEOPLE[:2], day="2026-11-21", request=request)
        watched.look()
        assert len(hook.texts) == 2
        over = hook.texts[1]
        assert "over: held" in over
        assert "OVER: 2 changes wait" in over
        assert "OVER: 2 people (E3, E4) have no access at Expensify any more" in over
        assert watched.look() == "There is nothing new to tell."
