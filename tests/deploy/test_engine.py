"""The engine of `deploy/compose.yaml` by its own commands: a queue, two workers, and one of them killed while it holds a run."""

import signal
from collections.abc import Iterator
from types import SimpleNamespace

import dagster as dg
import pytest

from tests.deploy.engine import WORKERS, Engine, running
from tests.postgres import postgres

__all__ = ["postgres"]
COMPANIES = ["c1", "c2", "c3"]
PEOPLE = 4


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory, postgres: str) -> Iterator[SimpleNamespace]:
    """Files of all companies land; whichever worker has the first write is killed in it; the other one goes on with that run."""
    with running(tmp_path_factory.mktemp("engine"), postgres, COMPANIES) as engine, engine.instance() as instance:
        engine.box.fault(api="findity", job="PUT users", stall=True, times=1)
        for name in WORKERS:
            engine.start(name)
        for name in COMPANIES:
            engine.deliver(name, PEOPLE)
        held = engine.until(lambda: _at_the_stall(engine, instance))
        struck = engine.worker_of(held.run_id, instance)
        engine.strike(struck, signal.SIGKILL)
        engine.until(lambda: len(_ended(instance)) == len(COMPANIES) - 1)
        left = instance.get_run_by_id(held.run_id)
        engine.silenced(held.run_id)
        recovered = engine.rollcall("recover")
        again = engine.until(lambda: [run for run in _ended(instance) if run.parent_run_id == held.run_id])
        yield SimpleNamespace(
            engine=engine, held=held, struck=struck, left=left, recovered=recovered, again=again[0], runs=list(instance.get_runs())
        )


def _at_the_stall(engine: Engine, instance: dg.DagsterInstance) -> dg.DagsterRun | None:
    """The run whose write nobody answers."""
    if not any(fault.seen for fault in engine.box.box.faults):
        return None
    for run in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])):
        steps = [entry.get_dagster_event().step_key for entry in instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_START)]
        if steps and "sync_result" in str(steps[-1]):
            return run
    return None


def _ended(instance: dg.DagsterInstance) -> list[dg.DagsterRun]:
    return [run for run in instance.get_runs() if run.status is dg.DagsterRunStatus.SUCCESS]


def test_rerun_a_run_whose_worker_was_killed_goes_on_at_the_other_one(night: SimpleNamespace) -> None:
    assert night.left.status is dg.DagsterRunStatus.STARTED  # the launcher alone never notices
    assert f"{night.held.run_id} had died and is marked as failed" in " ".join(night.recovered.split())
    assert night.again.status is dg.DagsterRunStatus.SUCCESS
    assert night.again.tags["rollcall/company"] == night.held.tags["rollcall/company"]


def test_every_company_is_synced_once_and_none_is_lost(night: SimpleNamespace) -> None:
    done = [run.tags["rollcall/company"] for run in night.runs if run.is_success]
    assert sorted(done) == COMPANIES
    assert len(night.runs) == len(COMPANIES) + 1
    for name in COMPANIES:
        assert len(night.engine.users(name)) == PEOPLE
