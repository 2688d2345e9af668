"""A real export that nobody made for this project, by YAML alone, through the whole graph to both destinations."""

import shutil
from pathlib import Path

import dagster as dg
import pytest

from destinations import registry
from pipelines.definitions import load
from resources import places
from resources.ledger import Ledger
from resources.past.run_report import assemble
from sandbox.server import Sandbox

EXPORT = places.PROJECT.parent / "shared" / "data" / "adventureworks" / "DimEmployee.psv"
YAML = places.PROJECT / "docs" / "adventureworks" / "defs.yaml"

pytestmark = [
    pytest.mark.skipif(not EXPORT.exists(), reason="the AdventureWorks export is no part of this project and is not beside it"),
    pytest.mark.long(held_by="tests/unit/roster/intake/test_intake.py::test_a_roster_that_nobody_here_wrote_is_taken_in_whole"),
]


@pytest.fixture
def box(tmp_path, monkeypatch):
    with Sandbox(switches={"expensify_rate_limits": False}) as running:
        values = {
            "EXPENSIFY_URL": running.expensify_url,
            "EXPENSIFY_USER": "aa_demo_partner",
            "EXPENSIFY_SECRET": "demo-secret",
            "FINDITY_ADMIN_URL": running.findity_url,
            "FINDITY_TOKEN_URL": running.findity_token_url,
            "FINDITY_CLIENT": "demo-client",
            "FINDITY_SECRET": "demo-findity-secret",
            "ROLLCALL_HOME": str(tmp_path / "home"),
        }
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
def sync(tmp_path):
    folder = tmp_path / "pipelines" / "adventureworks"
    (folder / "data").mkdir(parents=True)
    shutil.copy(YAML, folder / "defs.yaml")
    shutil.copy(EXPORT, folder / "data" / EXPORT.name)
    return load(Path(folder.parent)).resolve_job_def("adventureworks_sync")


def test_a_real_export_lands_at_both_destinations_and_the_second_run_writes_nothing(box, sync):
    with dg.DagsterInstance.ephemeral() as instance:
        first = sync.execute_in_process(instance=instance)
        written = box.writes
        second = sync.execute_in_process(instance=instance)
    with Ledger.open(places.ledger_url(), "adventureworks") as ledger:
        report, again = (assemble(ledger, run.run_id, registry.titles()) for run in (first, second))
    assert report.dispositions == {"used": 290, "superseded": 6, "out_of_scope": 0, "nobody": 0, "rejected": 0}
    assert {one.name: (one.intended, one.accepted, one.landed) for one in report.destinations} == {
        "Expensify": (290, 290, 290),
        "Findity": (290, 290, 290),
    }
    assert report.repairs.empty
    assert box.writes == written
    assert [one.intended for one in again.destinations] == [0, 0]


def test_everybody_has_an_approver_who_is_active_and_only_the_root_approves_for_themself(box, sync):
    with dg.DagsterInstance.ephemeral() as instance:
        sync.execute_in_process(instance=instance)
    users = box.state["findity"]["organizations"]["adventureworks"]["users"].values()
    active = {user["personId"] for user in users if user["active"]}
    ours = [user for user in users if user.get("approverIds")]
    assert len(ours) == 290
    assert {approver for user in ours for approver in user["approverIds"]} <= active
    assert sum(user["approverIds"] == [user["personId"]] for user in ours) == 1
    members = box.state["expensify"]["policies"]["AD00000000000001"]["members"]
    numbered = [member for member in members.values() if member.get("employeeID")]
    assert len(numbered) == 290
    assert {member["submitsTo"].lower() for member in numbered} <= {address.lower() for address in members}
