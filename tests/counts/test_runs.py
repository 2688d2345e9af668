"""What whole runs of 300 people ask and leave, by counts that are the same on every machine: calls, events, statements, bytes.

One more for each of these people is 300 more.
"""

import dataclasses
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import dagster as dg
import pytest
import yaml

from assets.attributes import model
from assets.graph import build as graph
from assets.runs.launch import Location, run_job
from benchmarks.cases import prepare
from benchmarks.company import NAME, Company
from benchmarks.idle import idle
from cli.demo import SANDBOX_CREDENTIALS
from resources import places
from resources.ledger import Ledger
from resources.rates import RateLimit
from sandbox.seed import demo
from sandbox.server import Sandbox
from tests.counts.bounds import beyond
from tests.counts.probes import Statements

PEOPLE = 300
SLACK = 0.05
"""A share. Ids, times and file names are shorter or longer, and a beat comes or does not."""
STEPS = ("first load", "2.5 % changes", "no change")
LOCATION, IDLE = Location("tests", "counted_runs"), Location("tests", "idle_runs")


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox(demo(), {"expensify_rate_limits": False}) as box:
        yield box


@pytest.fixture
def company(box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    """One that was never synced, as `LOCATION` has it: with windows at Expensify that nobody waits for."""
    company = Company(tmp_path, PEOPLE)
    where = {"EXPENSIFY_URL": box.expensify_url, "FINDITY_ADMIN_URL": box.findity_url, "FINDITY_TOKEN_URL": box.findity_token_url}
    for name, value in {**SANDBOX_CREDENTIALS, **where, **company.environment}.items():
        monkeypatch.setenv(name, value)
    settings = yaml.safe_load((company.folder / "defs.yaml").read_text(encoding="utf-8"))["attributes"]
    built = graph.build(NAME, model().model_validate(settings), company.folder)
    resources, key = dict(built.resources or {}), f"{NAME}_expensify"
    access = dataclasses.replace(resources[key].resource_fn(None), limits=[RateLimit(1_000_000, 0.001)])
    module = ModuleType(LOCATION.module)
    module.defs = dg.Definitions(  # type: ignore[attr-defined]
        assets=built.assets,
        jobs=built.jobs,
        resources={**resources, key: dg.ResourceDefinition.hardcoded_resource(access)},
        executor=dg.in_process_executor,
    )
    monkeypatch.setitem(sys.modules, LOCATION.module, module)
    Ledger.open(places.ledger_url(), NAME).close()  # how it is made is no run's
    dg.DagsterInstance.get().dispose()
    return company


def test_no_run_calls_notes_asks_or_stores_more_than_before(box: Sandbox, company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    found: dict[str, dict[str, float]] = {}
    for step in STEPS:
        prepare(company, step)
        box.calls.clear()
        with Statements().counted() as asked:
            result = run_job(f"{NAME}_sync", location=LOCATION)
        assert result.succeeded, result
        with dg.DagsterInstance.get() as instance:
            events = len(instance.all_logs(result.run_id))
        ledger = sum(count for file, count in asked.executed.items() if file.endswith("ledger.db"))
        stored = [file.stat().st_size for file in (Path(places.storage()) / NAME / result.run_id).rglob("*") if file.is_file()]
        reports = [file.stat().st_size for file in (places.reports() / NAME).rglob(f"*{result.run_id[:8]}*/*") if file.is_file()]
        found[step] = {
            "calls": len(box.calls),
            "writes": sum(call["write"] for call in box.calls),
            "events": events,
            "statements to the ledger": ledger,
            "statements to Dagster's databases": asked.executed.total() - ledger,
            "connections": asked.opened,
            "rows of statements": asked.rows,
            "stored files": len(stored),
            "stored bytes": sum(stored),
            "bytes of reports": sum(reports),
        }
        assert all(count for what, count in found[step].items() if what != "writes"), "each is counted"
    assert found["no change"]["writes"] == 0
    assert beyond("runs", found, share=SLACK) == {}
    box.calls.clear()
    module = ModuleType(IDLE.module)
    module.defs = idle(sys.modules[LOCATION.module].defs)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, IDLE.module, module)
    again = run_job(f"{NAME}_sync", location=IDLE)
    assert again.succeeded, again.message
    assert kinds(again.run_id) == kinds(result.run_id), "the one that does nothing tells Dagster as much"
    assert not box.calls


def kinds(run_id: str) -> Counter[str]:
    """How many events a run has of each kind, other than lines of its log and what Dagster's process says of itself."""
    with dg.DagsterInstance.get() as instance:
        events = [entry.dagster_event.event_type for entry in instance.all_logs(run_id) if entry.dagster_event]
    return Counter(event.value for event in events if event != dg.DagsterEventType.ENGINE_EVENT)
