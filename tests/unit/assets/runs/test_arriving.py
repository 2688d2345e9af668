"""`rollcall status` says for which of several files the sensor waits, as its newest tick does."""

from types import SimpleNamespace
from typing import Any

from assets.runs.arriving import wait
from cli.lost import LostRuns

REASON = "HR's files are not all there: waiting for dk; there are se, fi of 2026-12-01."


def instance(**reasons: str | None) -> Any:
    """One in which each sensor's newest tick says this."""
    states = [SimpleNamespace(instigator_name=name, instigator_origin_id=name, selector_id="x") for name in reasons]
    ticks = {name: [SimpleNamespace(skip_reason=reason, timestamp=0.0)] for name, reason in reasons.items()}
    return SimpleNamespace(all_instigator_state=lambda: states, get_ticks=lambda origin, selector, limit: ticks[origin][:limit])


def test_what_the_sensor_waits_for_is_what_its_newest_tick_says() -> None:
    found = wait(instance(acme_arrival=REASON, brick_arrival=None), "acme")
    assert found is not None
    assert found.reason == REASON
    assert LostRuns(waits={"acme": found}).files("acme") == {"waits_for": REASON}


def test_other_reasons_and_other_companies_are_no_wait() -> None:
    there = instance(acme_arrival="people.csv as it is now has had its run.", brick_arrival=REASON, acme_reports=REASON)
    assert wait(there, "acme") is None
    assert wait(instance(acme_arrival=None), "acme") is None
    assert LostRuns().files("acme") == {}
