"""Rate windows as the settings give them, how many calls many people take, and a storm of 429."""

from itertools import pairwise

import pytest

from destinations.expensify.adapter import Adapter
from destinations.expensify.client import PATIENCE, Expensify, patience
from destinations.expensify.settings import LIMITS, ExpensifyConnection, Settings
from resources.http import Retry
from resources.ledger import Ledger, LedgerWindows
from resources.rates import ProcessWindows, RateLimit
from sandbox.server import Sandbox
from tests.syncing import fresh
from tests.unit.destinations.expensify.companies import POLICY, Company, joiners

further = pytest.mark.long(
    held_by="tests/unit/destinations/expensify/test_rate_limits.py::test_ten_thousand_joiners_are_two_requests_with_every_field_given"
)

CONNECTION = {"partner_user_id": "p", "partner_user_secret": {"env": "EXPENSIFY_SECRET"}}


def connection(**given):
    return ExpensifyConnection.model_validate({**CONNECTION, **given})


def slept(retry):
    return sum(min(retry.first_wait * 2**attempt, retry.longest_wait) for attempt in range(retry.attempts - 1))


def test_the_windows_are_the_published_ones_unless_the_settings_give_others():
    assert connection().limits == list(LIMITS)
    own = {"rate_limits": [{"requests": 2, "seconds": 1.5}, {"requests": 100, "seconds": 600}]}
    settings = Settings.model_validate({"connection": {**CONNECTION, **own}, "feed": {"policyID": "extra_policy"}})
    access = Adapter(settings).access()
    assert access.limits == [RateLimit(2, 1.5), RateLimit(100, 600)]
    assert (access.retry.first_wait, slept(access.retry) > 600) == (50, True)


@pytest.mark.parametrize("wrong", [[], [{"requests": 0, "seconds": 1}], [{"requests": 5, "seconds": 0}], [{"requests": 5}], [{"calls": 5}]])
def test_windows_in_which_nothing_could_be_sent_are_refused(wrong):
    with pytest.raises(ValueError, match="rate_limits"):
        connection(rate_limits=wrong)


def test_our_patience_outlasts_the_longest_window():
    assert patience(LIMITS) == PATIENCE
    assert slept(patience([RateLimit(1, 1.0)])) > 60
    assert slept(patience([RateLimit(10, 300.0)])) > 300


def test_a_run_with_short_windows_leaves_one_with_long_ones_its_count(tmp_path):
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.db", "acme") as ledger:
        long, waits = [RateLimit(2, 2.0)], []
        for _ in range(2):
            LedgerWindows(ledger, "partner", long, margin=0).acquire()
        short = LedgerWindows(ledger, "partner", [RateLimit(50, 0.001)], margin=0)
        short.acquire()
        short.acquire()

        def sleep(seconds):
            waits.append(seconds)
            raise InterruptedError

        with pytest.raises(InterruptedError):
            LedgerWindows(ledger, "partner", long, sleep=sleep, margin=0).acquire()
        assert 0 < waits[0] <= 2.0


@pytest.fixture
def company(tmp_path):
    with Sandbox() as box, fresh(tmp_path) as ledger:
        yield Company(box, ledger)


@further
def test_a_storm_in_which_every_second_call_is_refused_ends_with_everyone_landed(company):
    # Two minutes have forty calls in them, by the longer window; here none of them has to be waited for.
    company.box.switch(expensify_rate_limits=False)
    company.box.fault(api="expensify", times=20, every=2, code=429, status=429)
    company.reach(retry=Retry(sleep=lambda _: None), chunk_bytes=1)
    asked, ended = company.night(joiners(30))
    assert (asked.would_refuse, ended) == ({}, None)
    assert len(company.there()) == 30
    codes = [call["code"] for call in company.box.calls]
    assert codes.count(429) == 20
    assert (429, 429) not in set(pairwise(codes)), "one is refused, the next is not"


def test_ten_thousand_joiners_are_two_requests_with_every_field_given():
    full = {
        **{"policyID": POLICY, "additionalPolicyIDs": ["4E00000000000002"], "role": "user", "domainGroupID": "407184"},
        **{
            "firstName": "Maximiliane",
            "lastName": "Oberstetter-Lindqvist",
            "customField1": "CC-1042-SE",
            "customField2": "Customer Service",
        },
        **{"approvalLimit": 1230000, "overLimitApprover": "someone.responsible@subsidiary.acme.example", "workerStatus": "Active"},
    }
    people = [
        {**full, "employeeID": f"E{n:06}", "employeeEmail": f"person.{n:06}@subsidiary.acme.example", "managerEmail": "boss@acme.example"}
        for n in range(10_000)
    ]
    with Expensify(connection(url="http://127.0.0.1:9"), ProcessWindows(LIMITS)) as client:
        assert len(list(client.chunks(people))) == 2


@further
def test_as_many_calls_for_the_dry_run_as_for_the_write_and_no_window_is_exceeded(company):
    # A tenth of ten thousand people, in feeds of a tenth of the size.
    company.feed = {"policyID": "extra_policy", "customField2": "department", "customField1": "cost_center"}
    # Time runs ten times as fast: reading before and after the write is more calls than the first window takes.
    company.box.switch(rate_scale=0.1)
    company.reach(
        [RateLimit(limit.calls, limit.seconds / 10) for limit in LIMITS],
        chunk_bytes=ExpensifyConnection.model_fields["chunk_bytes"].default // 16,
    )
    asked, ended = company.night(joiners(1_000, department="Customer Service", cost_center="CC-1042"))
    assert (asked.requests, asked.would_refuse, ended) == (2, {}, None)
    assert company.updates() == (2, 2)
    assert len(company.there()) == 1_000
    assert {call["code"] for call in company.box.calls} == {200}, "the stand-in counts its windows itself, and would answer 429"
