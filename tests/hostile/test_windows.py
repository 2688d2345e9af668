"""Expensify's rate windows, enforced: the client waits for its turn and is not refused, whoever else calls with its credential."""

import dataclasses
import os
import threading
import time
import uuid
from typing import Any

import pytest

from destinations.expensify.client import Expensify
from destinations.expensify.settings import LIMITS as EXPENSIFY_LIMITS
from resources import places
from resources.failures import Transient
from resources.http import Retry
from resources.ledger import Ledger, LedgerWindows
from resources.rates import RateLimit
from tests.hostile.conftest import Exchange
from tests.hostile.exchanges import clean_again

SCALE = 0.02
"""The windows last 0.2 and 1.2 seconds."""
SCALED = [RateLimit(limit.calls, limit.seconds * SCALE) for limit in EXPENSIFY_LIMITS]
ALONE = {"expensify__connection__chunk_bytes": 1}
"""A call for each person."""
ONCE = Retry(attempts=1)


@pytest.fixture
def limited(exchange: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An exchange with Expensify, the sandbox's windows on from here, under a credential that was not used yet."""

    def make(scale: float = SCALE, limits: Any = SCALED, retry: Retry = ONCE, **switches: Any) -> Exchange:
        struck = exchange("first load", "expensify", **ALONE)
        struck.access = dataclasses.replace(struck.access, limits=limits, retry=retry)
        partners = struck.box.state["expensify"]["partners"]
        partners[fresh := uuid.uuid4().hex] = partners[os.environ["EXPENSIFY_USER"]]
        monkeypatch.setenv("EXPENSIFY_USER", fresh)
        struck.box.switch(expensify_rate_limits=True, rate_scale=scale, **switches)
        struck.box.calls.clear()
        return struck

    return make


def codes(struck: Exchange) -> list[Any]:
    return [call["code"] for call in struck.box.calls]


def call(struck: Exchange, windows: Any, times: int) -> None:
    with Expensify(struck.access.connection, windows, ONCE) as client:
        for _ in range(times):
            client.policies()


class Unlimited:
    def acquire(self) -> None:
        pass


def test_the_sandbox_refuses_whoever_does_not_wait(limited: Any) -> None:
    struck = limited(scale=1.0)
    with pytest.raises(Transient, match=r"takes no more requests at present \(429\)"):
        call(struck, Unlimited(), 6)
    assert codes(struck) == [200] * 5 + [429]


@pytest.mark.long(
    held_by="tests/unit/resources/ledger/test_windows.py::test_processes_of_companies_with_one_credential_stay_within_the_window_together"
)
def test_twenty_one_calls_take_the_minute_that_expensify_wants_whichever_run_makes_them(limited: Any) -> None:
    struck = limited(scale=1.0)

    def of_a_run() -> None:
        with Ledger.open(places.ledger_url(), "acme") as ledger:
            call(struck, LedgerWindows(ledger, "as published", EXPENSIFY_LIMITS), 7)

    runs = [threading.Thread(target=of_a_run) for _ in range(3)]
    began = time.monotonic()
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert codes(struck) == [200] * 21
    assert time.monotonic() - began >= 60


def test_a_sync_of_many_calls_waits_and_is_never_refused(limited: Any) -> None:
    struck = limited()
    clean_again(struck, struck.attempt())
    assert codes(struck) == [200] * 28


def test_a_sync_that_somebody_elses_calls_get_refused_goes_on_when_it_may(limited: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # As long as published, so that a slow machine too makes more calls than it may; short, once it has.
    struck = limited(scale=1.0, limits=[RateLimit(1000, 0.001)], retry=Retry(first_wait=0.3), expensify_rate_answer="body")
    real = struck.box.box.record

    def record(call: Any, code: int | str, applied: bool) -> None:
        real(call, code, applied)
        if code == 429:
            struck.box.switch(rate_scale=0.05)

    monkeypatch.setattr(struck.box.box, "record", record)
    clean_again(struck, struck.attempt())
    assert codes(struck).count(200) == 28
    assert codes(struck).count(429) > 0
