"""Each state is told once, its end once, however many look and however often; what was not taken is tried again, and never for ever."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from resources.ledger import Ledger, alerts, database

AT = datetime(2026, 11, 20, 4, 15, tzinfo=UTC)


def states(*subjects, event="held"):
    columns = {"event": event, "subject": list(subjects), "employee_id": "", "named": False, "detail": "3 changes wait"}
    return pd.DataFrame(columns).astype({"subject": "str", "event": "str", "employee_id": "str", "detail": "str"})


def observe(ledger, found, minutes=0, targets=("it",), **more):
    told = dict.fromkeys(targets, lambda *_: True)
    ledger.alerts.observe(found, told, AT + timedelta(minutes=minutes), settings={"targets": dict.fromkeys(targets)}, **more)


def claimed(ledger, events=None):
    return [(note.target, note.event, note.subject, note.phase) for note in ledger.alerts.claim(events)]


@pytest.fixture
def clock(monkeypatch):
    """Seconds by which the ledger's clock is ahead."""
    ahead, real = [0.0], database.now
    monkeypatch.setattr(database, "now", lambda connection: real(connection) + ahead[0])
    return ahead


def test_a_state_that_lasts_is_claimed_once_and_its_end_once(ledger):
    for minute in range(3):
        observe(ledger, states("Expensify"), minute)
    (note,) = ledger.alerts.claim()
    assert list(note.states["detail"]) == ["3 changes wait"]
    ledger.alerts.sent([note])
    for minute in (3, 4):
        observe(ledger, states(), minute)
    (over,) = ledger.alerts.claim()
    assert (over.phase, over.at) == ("over", AT + timedelta(minutes=3))
    ledger.alerts.sent([over])
    assert claimed(ledger) == []
    observe(ledger, states("Expensify"), 5)  # it returns, and that is news
    assert claimed(ledger) == [("it", "held", "Expensify", "begun")]


def test_two_daemons_do_not_send_the_same(ledger, url):
    observe(ledger, states("Expensify", "Findity"))
    with Ledger.open(url, "acme") as other:
        assert len(claimed(ledger)) == 2
        assert claimed(other) == []
        observe(other, states("Expensify", "Findity"), 1)
        assert claimed(other) == []


def test_who_looked_earlier_and_comes_later_changes_nothing(ledger):
    observe(ledger, states(), 5)
    observe(ledger, states("Expensify"), 4.5)
    assert claimed(ledger) == []


def test_a_clock_that_was_ahead_silences_nobody(ledger):
    observe(ledger, states(), 24 * 60)
    observe(ledger, states("Expensify"))
    assert len(claimed(ledger)) == 1


def test_what_was_claimed_by_a_process_that_died_comes_again(ledger, clock):
    observe(ledger, states("Expensify"))
    assert len(claimed(ledger)) == 1
    clock[0] = alerts.CLAIMED + 1
    assert len(claimed(ledger)) == 1


def test_what_is_not_taken_is_tried_a_bounded_number_of_times_and_told(ledger, clock):
    observe(ledger, states("Expensify"))
    tried = 0
    for wait in (0.0, *alerts.WAITS, 10**6, 10**6):
        clock[0] += wait - 1
        assert wait == 0 or ledger.alerts.claim() == []
        clock[0] += 2
        notes = ledger.alerts.claim()
        tried += len(notes)
        if notes:
            ledger.alerts.sent(notes, "It was not taken.")
        if wait == 10**6:
            break
    clock[0] += 10**6
    assert (tried, ledger.alerts.claim()) == (alerts.ATTEMPTS, [])
    assert ledger.alerts.failing() == [alerts.Failing("it", 0, 1, "It was not taken.")]
    # The next state is tried all the same, and once it is taken, what was given up is sent, too.
    observe(ledger, states("Expensify", "Findity"), 1)
    notes = ledger.alerts.claim()
    assert [note.subject for note in notes] == ["Findity"]
    ledger.alerts.sent(notes)
    assert claimed(ledger) == [("it", "held", "Expensify", "begun")]


def test_what_fails_at_one_target_is_not_sent_to_another_again(ledger, clock):
    observe(ledger, states("Expensify"), targets=("finance", "it"))
    notes = ledger.alerts.claim()
    ledger.alerts.sent([note for note in notes if note.target == "finance"])
    ledger.alerts.sent([note for note in notes if note.target == "it"], "no")
    clock[0] += alerts.WAITS[0] + 1
    assert claimed(ledger) == [("it", "held", "Expensify", "begun")]
    assert [(one.target, one.waiting) for one in ledger.alerts.failing()] == [("it", 1)]


def test_only_what_may_wake_somebody_is_claimed_in_quiet_hours_and_the_rest_after(ledger):
    observe(ledger, states("Expensify"))
    observe(ledger, pd.concat([states("Expensify"), states("acme_sync", event="run_failed")]), 1)
    assert claimed(ledger, [("run_failed", "begun")]) == [("it", "run_failed", "acme_sync", "begun")]
    observe(ledger, states(), 2)
    assert claimed(ledger, [("run_failed", "begun")]) == []
    assert claimed(ledger) == [
        ("it", "held", "Expensify", "begun"),
        ("it", "held", "Expensify", "over"),
        ("it", "run_failed", "acme_sync", "over"),
    ]


def test_who_is_added_hears_of_what_lasts_and_who_is_taken_out_of_nothing_more(ledger):
    observe(ledger, states("Expensify"))
    observe(ledger, states("Expensify"), 1, targets=("finance",))
    assert claimed(ledger) == [("finance", "held", "Expensify", "begun")]
    observe(ledger, states("Expensify"), 2, targets=("finance",))
    assert claimed(ledger) == []


def test_looking_at_one_event_ends_no_other(ledger):
    observe(ledger, states("Expensify"))
    observe(ledger, states("acme", event="settings_broken"), 1, only=["settings_broken"])
    assert {phase for *_, phase in claimed(ledger)} == {"begun"}
    assert set(ledger.alerts.lasting()["event"]) == {"held", "settings_broken"}


def test_another_companys_states_are_its_own(ledger, url):
    with Ledger.open(url, "beta") as beta:
        observe(ledger, states("Expensify"))
        observe(beta, states())
        assert claimed(beta) == []
    assert len(claimed(ledger)) == 1
