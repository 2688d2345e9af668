"""The daemon tells people, and nobody waits for it: not a run, not another sensor."""

from collections.abc import Callable
from typing import Any

import dagster as dg
import pytest
from dagster._core.scheduler.instigation import TickStatus

from resources.alerts import sending
from tests.receiving import receiver


@pytest.mark.long(
    held_by="tests/unit/assets/runs/test_alerts.py::test_the_sensor_tells_and_a_company_that_cannot_be_loaded_is_told_as_it_was"
)
def test_a_run_does_not_wait_for_a_target_that_hangs_and_fails_of_nothing(
    daemon: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending.send, "__defaults__", (45.0,))  # as long as a busy machine needs
    with receiver() as hangs, receiver() as takes:
        hangs.status, takes.then = 0, hangs.released
        monkeypatch.setenv("TO_FINANCE", f"{hangs.url('SeCrEt')}?rto=50")
        monkeypatch.setenv("TO_IT", takes.url("SeCrEt"))
        targets = {"finance": {"url": {"env": "TO_FINANCE"}}, "it": {"url": {"env": "TO_IT"}}}
        for one in targets.values():
            one["events"] = ["held"]  # by the test's clock the run has waited in the queue for days
        running = daemon(first_sync="hold", alerts={"targets": targets})
        assert running.tick("acme_alerts").skip_reason == "There is nothing new to tell."
        running.tick()
        (run,) = running.work()
        assert run.status is dg.DagsterRunStatus.SUCCESS

        told = running.tick("acme_alerts")
        assert told.status is TickStatus.SKIPPED
        assert told.skip_reason == "1 of 2 targets took what they were sent; these did not: finance. `rollcall status` says why."
        (text,) = takes.texts
        assert text.startswith("Rollcall, acme: held\n- 12 changes wait for a release at Expensify, of kind join, until ")
        assert running.tick("acme_alerts").skip_reason == "There is nothing new to tell."
        assert (hangs.tried, len(takes.got)) == (1, 1)
        assert "SeCrEt" not in running.kept()
    with running.acme.ledger() as ledger:
        (failing,) = ledger.alerts.failing()
        assert (failing.target, failing.waiting, failing.given_up) == ("finance", 1, 0)
