import time
from itertools import pairwise

import pandas as pd
import pytest

from resources.failures import Permanent, Transient
from resources.ledger import Ledger

ANSWER = pd.DataFrame({"person": ["1"], "status": ["accepted"], "reason": [None], "request": [1]})
PERSON = pd.DataFrame({"employee_id": ["1"], "account": ["a"], "active": [True], "digest": ["d"], "fields": ["{}"]})


def test_a_second_run_is_told_which_run_holds_the_lease(ledger):
    with ledger.leases.hold("r1"), pytest.raises(Transient, match="Run r1 is writing for acme"), ledger.leases.hold("r2"):
        pass


def test_a_lease_given_back_is_free_and_its_number_rises(ledger):
    with ledger.leases.hold("r1") as first:
        pass
    assert ledger.leases.holder() is None
    with ledger.leases.hold("r2") as second:
        assert second.fence > first.fence


def test_another_company_has_its_own_lease(url, ledger):
    with ledger.leases.hold("r1"), Ledger.open(url, "other") as other, other.leases.hold("r2"):
        assert (ledger.leases.holder().run_id, other.leases.holder().run_id) == ("r1", "r2")


def test_the_heartbeat_keeps_a_lease_longer_than_its_expiry(ledger):
    with ledger.leases.hold("r1", expires_after=1.2):
        time.sleep(1.6)
        with pytest.raises(Transient), ledger.leases.hold("r2"):
            pass


def test_rerun_a_run_that_fell_silent_is_succeeded_and_can_no_longer_write(ledger, monkeypatch):
    monkeypatch.setattr(ledger.leases, "_beat", lambda *_: None)  # the process is asleep
    with ledger.leases.hold("r1", expires_after=0.1) as asleep:
        time.sleep(0.15)
        with ledger.leases.hold("r2", expires_after=0.1) as lease:
            for write in (
                lambda: ledger.deliveries.record_answers("expensify", "r1", ANSWER, asleep),
                lambda: ledger.acknowledged.record("expensify", PERSON, "r1", asleep),
                lambda: ledger.applied.mark("expensify", 1, None, "r1", asleep),
                asleep.check,
            ):
                with pytest.raises(Permanent, match="run r2 holds it"):
                    write()
            lease.check()
    assert ledger.deliveries.answers("expensify", "r1").empty
    assert ledger.acknowledged.all("expensify").empty
    assert ledger.applied.of("expensify") is None


def test_a_run_that_lost_its_lease_does_not_give_back_the_successors(ledger, monkeypatch):
    monkeypatch.setattr(ledger.leases, "_beat", lambda *_: None)
    with ledger.leases.hold("r1", expires_after=0.1):
        time.sleep(0.15)
        successor = ledger.leases.hold("r2")
        successor.__enter__()
    assert ledger.leases.holder().run_id == "r2"
    successor.__exit__(None, None, None)


def test_processes_that_race_for_the_lease_never_hold_it_together(url, ledger, processes):
    code = """
import os, time
ledger = Ledger.open(sys.argv[1], "acme")
held = 0
while held < 5:
    try:
        with ledger.leases.hold(str(os.getpid())) as lease:
            print(f"{lease.fence} {time.monotonic()}", end=" ")
            time.sleep(0.01)
            lease.check()
            print(time.monotonic())
            held += 1
    except Exception as error:
        if "is writing for" not in str(error):
            raise
        time.sleep(0.005)
"""
    ended = processes(code, url)
    assert [process.returncode for process in ended] == [0, 0], ended[0].stderr + ended[1].stderr
    spans = sorted(tuple(map(float, line.split())) for process in ended for line in process.stdout.splitlines())
    assert len({fence for fence, _, _ in spans}) == 10
    assert all(end <= start for (_, _, end), (_, start, _) in pairwise(spans))
