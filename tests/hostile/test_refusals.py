"""People whom a destination refuses, and people whom it shows late."""

from typing import Any

import pytest

from resources.failures import Outage
from roster.vocabulary import WRITES
from tests.hostile.conftest import nth
from tests.hostile.exchanges import REFUSING, WHENS, clean_again, heals, writes
from tests.soak import chosen

pytestmark = pytest.mark.exhaustive("people refused or shown late")

REFUSED = [(when, name, fault) for when in WHENS for name, faults in REFUSING.items() for fault in faults]


def kinds(case: tuple[str, str, str]) -> set[tuple[str, str]]:
    """Each refusal at each destination, each night."""
    when, name, fault = case
    return {(name, fault), (name, when)}


@pytest.mark.parametrize(("when", "name", "fault"), chosen(REFUSED, kinds))
def test_who_is_refused_says_so_and_everybody_else_is_as_after_a_clean_sync(exchange: Any, when: str, name: str, fault: str) -> None:
    struck = exchange(when, name)
    job = {"expensify": "update employees", "findity": "PUT users"}[name]
    # Of one person alone, a chunk that is refused says that they are: it is the one with most people that is struck once.
    skip = {"skip": nth(struck.calls, writes(struck)[-1])["skip"]} if "once" in fault else {}
    struck.box.fault(**({"api": name, "job": job, "dry_run": False} | skip | REFUSING[name][fault]))
    attempt = struck.attempt()
    assert isinstance(attempt.failure, Outage) is ("everybody" in fault), attempt.failure
    assert "everybody" not in fault or not attempt.answers["status"].eq("refused").any()
    last = heals(struck, attempt)
    out = set(last.table.index[last.table["outcome"].eq("refused")])
    planned = set(last.table.index[last.table["action"].isin(WRITES)])
    assert out == (set() if "once" in fault or "everybody" in fault else {"E04"})
    if not out:
        assert struck.state() == struck.clean
    for person in planned - out:
        assert last.table.loc[person, "landed"] in ("landed", "not visible") or last.table.loc[person, "reason"] == "no_approver_there"


@pytest.mark.parametrize(("reads", "patience"), [(1, 30), (3, 1.2)])
def test_findity_that_shows_new_people_late_is_asked_again_before_anyone_gets_an_approver(
    exchange: Any, reads: int, patience: float
) -> None:
    struck = exchange("first load", "findity", findity__connection__read_back_seconds=patience)
    struck.box.switch(findity_lag_reads=reads)
    attempt = struck.attempt()
    assert (attempt.failure is None) is (reads == 1)
    struck.box.switch(findity_lag_reads=0)
    clean_again(struck, heals(struck, attempt))


def test_what_expensify_shows_late_is_missing_and_not_landed(exchange: Any) -> None:
    struck = exchange("first load", "expensify")
    struck.box.switch(expensify_lag_reads=1)
    attempt = struck.attempt()
    assert (attempt.numbers["accepted"], attempt.numbers["landed"], attempt.numbers["missing"]) == (12, 0, 12)
    assert struck.state() == struck.clean
