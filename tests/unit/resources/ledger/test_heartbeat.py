import threading
import time

from resources.failures import Transient
from resources.ledger import Ledger, database
from resources.ledger.beating import beating


def test_a_run_that_beats_lives_longer_than_one_beat_holds(url, ledger):
    began = ledger.heartbeats.now()
    with beating(lambda: Ledger.open(url, "acme"), "r1", silent_after=0.6):
        time.sleep(0.7)
        deadline = time.monotonic() + 10  # on a busy machine a beat may come late
        while ledger.heartbeats.remaining()["r1"] <= 0:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert ledger.heartbeats.now() > began + 0.6


def test_a_run_whose_process_sleeps_or_is_gone_falls_silent(ledger):
    ledger.heartbeats.beat("r1", silent_after=0.1)
    time.sleep(0.15)
    assert ledger.heartbeats.remaining()["r1"] < 0


def test_a_run_that_has_ended_beats_no_more_and_still_counts_as_alive_until_its_end_is_known(url, ledger):
    with beating(lambda: Ledger.open(url, "acme"), "r1", silent_after=60):
        pass
    assert not [thread for thread in threading.enumerate() if thread.name == "heartbeat"]
    assert 50 < ledger.heartbeats.remaining()["r1"] <= 60


def test_a_ledger_that_is_away_when_a_run_starts_hears_of_it_later(url, ledger):
    answers = iter([Transient("away"), Transient("away")])

    def open_ledger():
        if fault := next(answers, None):
            raise fault
        return Ledger.open(url, "acme")

    with beating(open_ledger, "r1", silent_after=1.2):
        assert ledger.heartbeats.remaining() == {}
        deadline = time.monotonic() + 10
        while "r1" not in ledger.heartbeats.remaining():
            assert time.monotonic() < deadline
            time.sleep(0.02)


def test_runs_that_ended_long_ago_are_forgotten(ledger, monkeypatch):
    ledger.heartbeats.beat("r1")
    real = database.now
    monkeypatch.setattr(database, "now", lambda connection: real(connection) + 8 * 86400)
    ledger.heartbeats.beat("r2")
    assert set(ledger.heartbeats.remaining()) == {"r2"}


def test_companies_do_not_hear_each_others_runs(url, ledger):
    ledger.heartbeats.beat("r1")
    with Ledger.open(url, "other") as other:
        assert other.heartbeats.remaining() == {}
