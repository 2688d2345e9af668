"""What people are told of nights: each state once, and once when it is over, whoever looks how often."""

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from assets.runs.alerts import deliver
from destinations.base import Request
from resources.alerts.settings import Alerts
from resources.past import open_states
from sandbox.server import Sandbox
from tests.receiving import receiver
from tests.syncing import TITLES, Company, fresh
from tests.unit.resources.alerts.people import LIMITS, PEOPLE
from tests.unit.roster.frames import person

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
        found = open_states.of_ledger(self.ledger, self.alerts, TITLES, self.now, "Europe/Stockholm") if states is None else states
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
        assert "OVER: 2 people (E3, E4) have left and still have access at Expensify, or may have it (it began" in over
        assert watched.look() == "There is nothing new to tell."


@pytest.mark.long(
    held_by="tests/unit/resources/alerts/test_nights.py::test_held_is_told_once_not_the_next_night_and_over_when_it_is_released"
)
def test_a_run_for_some_people_ends_nothing_that_waits_for_everyone(company, monkeypatch):
    company.begin(*PEOPLE)
    with receiver() as hook:
        watched = Watched(company, {"finance": hook}, monkeypatch)
        company.sync(*PEOPLE[:2])
        watched.look()
        company.sync(*PEOPLE[:2], request=Request(only=["E2"]))
        watched.look()
        assert hook.texts[1:] == []


@pytest.mark.long(
    held_by="tests/unit/resources/alerts/test_nights.py::test_held_is_told_once_not_the_next_night_and_over_when_it_is_released"
)
def test_one_leaver_more_is_told_and_who_was_told_before_is_not(company, monkeypatch):
    company.begin(*PEOPLE)
    with receiver() as hook:
        watched = Watched(company, {"it": hook}, monkeypatch)
        company.sync(*PEOPLE[:2])
        watched.look()
        company.sync(PEOPLE[0], day="2026-11-21")
        watched.look(hours=24)
        assert len(hook.texts) == 2
        assert "- 1 person (E2) has left and still has access at Expensify, or may have it" in hook.texts[1]
        assert "E3" not in hook.texts[1]


def test_a_release_that_is_about_to_expire_is_told_until_it_is_given_or_a_newer_plan_holds_it(company, monkeypatch):
    company.begin(*PEOPLE)
    with receiver() as hook:
        watched = Watched(company, {"finance": hook}, monkeypatch, targets={"finance": {"events": ["release_expiring"]}})
        company.sync(*PEOPLE[:2])
        until = company.ledger.releases.held(company.ledger.plans.verdict("expensify", "run-2").held_digest).expires_at
        watched.now = until - timedelta(hours=5)
        watched.look()
        assert hook.texts == []
        watched.look(hours=1)
        watched.look(hours=6)  # nobody has released it, and it is too late
        (told,) = hook.texts
        assert told.splitlines()[0] == "Rollcall, acme: release about to expire"
        assert f"What waits for a release at Expensify can be released until {until:%Y-%m-%d %H:%M} UTC" in told


def test_what_began_and_ended_in_quiet_hours_is_told_after_them(company, monkeypatch):
    with receiver() as hook:
        watched = Watched(company, {"it": hook}, monkeypatch, quiet_hours={"begin": "20:00", "end": "06:30"})
        watched.look(states=open_states.frame([open_states.of_nobody("file_late", "hr/export", "HR's file was due by 05:00")]))
        watched.look(states=open_states.frame([]))
        assert hook.texts == []
        watched.look(hours=3, states=open_states.frame([]))
        (told,) = hook.texts
        assert told.splitlines()[0] == "Rollcall, acme: file late, over: file late"
        assert (
            "- HR's file was due by 05:00 (since 2026-11-20 05:15).\n- OVER: HR's file was due by 05:00 (it began 2026-11-20 05:15," in told
        )


def test_who_is_told_what_is_by_their_events_and_recovered_tells_of_a_run_that_is_well_again(company, monkeypatch):
    with receiver() as it, receiver() as finance:
        targets = {"it": {"events": ["run_failed"]}, "finance": {"events": ["held", "recovered"]}}
        watched = Watched(company, {"it": it, "finance": finance}, monkeypatch, targets=targets)
        watched.look(states=open_states.frame([open_states.of_nobody("run_failed", "acme_sync", "acme_sync failed")]))
        assert (len(it.texts), len(finance.texts)) == (1, 0)
        gate = open_states.of_nobody("gate_stopped", "acme_sync", "the gate stopped it")
        watched.look(states=open_states.frame([gate]))
        assert "OVER: acme_sync failed" in it.texts[1]
        assert finance.texts == []  # it stopped otherwise: nothing is well again
        watched.look(states=open_states.frame([]))
        assert "OVER: the gate stopped it" in finance.texts[0]
        assert len(it.texts) == 2


def test_somebody_left_out_for_long_is_told_by_number_and_an_unknown_number_is_not_shown(company, monkeypatch):
    company.begin(*PEOPLE)
    with receiver() as hook:
        watched = Watched(company, {"hr": hook}, monkeypatch, skipped_days=3)
        skips = pd.DataFrame({"employee_id": ["E2", "Quistgaard"], "reason": ["email", "email"]})
        company.ledger.skips.record("hr", skips, date(2026, 11, 16), "night")
        watched.look()
        assert "- 2 people (E2 …) have been left out at HR file for too long" in hook.texts[0]
        assert "Quistgaard" not in hook.texts[0]
        company.ledger.skips.record("hr", skips[:0], date(2026, 11, 21), "next night")
        watched.look()
        assert "OVER: 2 people (E2 …) have been left out at HR file for too long (it began" in hook.texts[1]


def test_more_refused_than_may_be_is_told_with_their_number_alone(company, monkeypatch):
    with receiver() as hook:
        watched = Watched(company, {"it": hook}, monkeypatch, refused=1)
        refused = {"E2": "the policy refuses them", "E3": "the policy refuses them"}
        company.box.fault(api="expensify", job="update employees", times=None, refuse=refused)
        company.sync(*PEOPLE)
        watched.look()
        (told,) = [line for line in hook.texts[0].splitlines() if "refused" in line and "Rollcall" not in line]
        assert told.startswith("- Expensify has refused 2 people, and 1 may be (since ")


def test_who_has_left_and_stays_by_a_rejected_row_is_told_and_a_row_that_names_nobody_by_its_count(company, monkeypatch):
    company.begin(*PEOPLE)
    ledger = company.ledger
    with receiver() as hook:
        watched = Watched(company, {"it": hook}, monkeypatch, targets={"it": {"events": ["leaver_active"]}})
        left = pd.DataFrame({"employee_id": ["E4"], "reason": ["still_has_access"]})
        ledger.skips.record("expensify", left, date(2026, 11, 20), "night")
        columns = {"line": [7, 8], "employee_id": [None, "E2"], "column": "worker_status", "source": "Status", "code": "says_left"}
        ledger.intakes.record_rejects(1, "night", pd.DataFrame(columns | {"message": "Quistgaard has left."}), {"rejected": 2})
        watched.look()
        assert "- 1 person (E4) has left and still has access at Expensify, or may have it" in hook.texts[0]
        assert "- 1 row of HR's file says that somebody has left, and not who" in hook.texts[0]
        assert "Quistgaard" not in hook.texts[0]


@pytest.mark.long(
    held_by="tests/unit/resources/alerts/test_nights.py::test_held_is_told_once_not_the_next_night_and_over_when_it_is_released"
)
def test_kinds_that_were_released_are_over_and_the_others_wait(company, monkeypatch):
    company.begin(*PEOPLE)
    with receiver() as hook:
        watched = Watched(company, {"finance": hook}, monkeypatch, targets={"finance": {"events": ["held"]}})
        company.limits = LIMITS.model_copy(update={"join": LIMITS.leave})
        joiners = [person(f"E{number}", manager_id="E1", extra_policy="5E00000000000001") for number in (5, 6)]
        company.sync(*PEOPLE[:2], *joiners)
        watched.look()
        assert ("of kind join" in hook.texts[0], "of kind leave" in hook.texts[0]) == (True, True)
        held = company.ledger.plans.verdict("expensify", "run-2").held_digest
        request = Request(release=held, kinds=["join"], released_by="finance", reason="checked")
        company.sync(*PEOPLE[:2], *joiners, request=request)
        watched.look()
        (_, over) = hook.texts
        assert ("OVER: 2 changes wait" in over, "of kind join" in over, "of kind leave" in over) == (True, True, False)


@pytest.mark.long(
    held_by="tests/unit/resources/alerts/test_nights.py::test_held_is_told_once_not_the_next_night_and_over_when_it_is_released"
)
def test_what_waits_goes_on_waiting_after_some_people_of_it_were_released_and_the_rest_is_about_to_expire(company, monkeypatch):
    company.begin(*PEOPLE)
    with receiver() as hook:
        watched = Watched(company, {"finance": hook}, monkeypatch, targets={"finance": {"events": ["held", "release_expiring"]}})
        company.sync(*PEOPLE[:2])
        watched.now = datetime.now(UTC)
        watched.look()
        held = company.ledger.plans.verdict("expensify", "run-2").held_digest
        for person_released, told in (("E3", 1), ("E4", 2)):
            request = Request(release=held, people=[person_released], released_by="finance", reason="checked")
            company.sync(*PEOPLE[:2], request=request)
            watched.look()
            assert len(hook.texts) == told
        assert "OVER: 2 changes wait" in hook.texts[1]
