"""That a run waits for a destination stands in its event log and on the screen, when it begins to."""

from typing import Any

import dagster as dg
import pytest

from cli import running


def test_a_destination_that_is_waited_for_is_told_in_the_event_log_and_on_the_screen(
    synced: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    acme = synced()
    for api, job in (("expensify", "get policy"), ("findity", "GET users")):
        acme.box.fault(api=api, job=job, status=429, headers={"Retry-After": "2"})
    result = running._watched("acme_preview", lambda: acme.run("preview"))
    assert result.succeeded, result
    with dg.DagsterInstance.get() as instance:
        told = [entry.user_message for entry in instance.all_logs(result.run_id) if "Waiting" in (entry.user_message or "")]
    shown = " ".join(capsys.readouterr().out.split())
    for title in ("Expensify", "Findity"):
        line = f"Waiting 2 s. {title} takes no more requests at present (429): attempt 1 of 2."
        assert line in told
        assert line in shown
    assert "@" not in str(told)
