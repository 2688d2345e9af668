"""Things of a third destination that are no people, through real runs: planned, stored, released, read back, and quiet in Dagster."""

from typing import Any

import dagster as dg
import pandas as pd
import pytest

from tests.destinations.conftest import said

pytestmark = pytest.mark.long(
    held_by="tests/unit/destinations/test_things.py::test_a_release_lets_what_was_held_go_and_the_next_night_is_quiet"
)

BOOK = "ledgerbook"


def events(run_id: str) -> str:
    """Everything that Dagster keeps of a run."""
    with dg.DagsterInstance.get() as instance:
        return " ".join(entry.to_json() for entry in instance.all_logs(run_id))


def desks(acme: Any) -> dict[str, str | None]:
    return dict(acme.book._all().get("desks", {}))


def test_no_surprise_things_go_through_a_sync_a_release_and_a_look_and_dagster_hears_kinds_alone(synced: Any, monkeypatch: Any) -> None:
    acme = synced(ledgerbook__desks=True)
    preview = acme.quickly("preview")
    assert preview.succeeded, preview
    planned = acme.stored(preview.run_id, "ledgerbook/plan")["planned_things"].set_index("thing")
    assert planned.loc["value/Sales", ["action", "apply"]].tolist() == ["create", True]
    assert desks(acme) == {}
    synced_run = acme.run("sync")
    assert synced_run.succeeded, synced_run
    assert desks(acme)
    assert set(desks(acme).values()) == {None}
    held = acme.checks(synced_run)["ledgerbook/plan: held"]
    assert not held.passed
    assert held.description == f"{len(desks(acme))} things that are no people wait for a release."
    assert acme.checks(synced_run)["ledgerbook/landed: landed"].passed
    text = events(synced_run.run_id)
    assert '"value: create' in text.replace("\\", "")
    assert "Sales" not in text
    acme.commands(monkeypatch)
    assert f"{len(desks(acme))} things that are no people wait for a release at Ledger book (approvers)" in said("status", "acme")
    assert f'"things": {len(desks(acme))}' in said("status", "acme", "--json")
    acme.book.switch(refuse_desks={"Sales": "somebody sits there"})
    digest = acme.digest(synced_run.run_id)
    released = acme.quickly("release", digest=digest, kinds=["approvers"], released_by="xy", reason="looked at it")
    assert released.succeeded, released
    assert {name for name, keeper in desks(acme).items() if keeper is None} == {"Sales"}
    assert acme.stored(released.run_id, "ledgerbook/landed")["things"].set_index("thing").loc["approvers/Sales", "outcome"] == "refused"
    assert not acme.checks(released)["ledgerbook/landed: landed"].passed
    acme.book.switch(desks={name: keeper for name, keeper in desks(acme).items() if name != "Finance"})
    looked = acme.quickly("verify")
    assert looked.succeeded, looked
    found = acme.stored(looked.run_id, "ledgerbook/landed")
    assert found["things_drift"] == ["value/Finance"]
    assert isinstance(found["things"], pd.DataFrame)
