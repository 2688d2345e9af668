"""The engine of `deploy/compose.yaml` by its own commands: a queue, two workers, and a night in which all that can be struck is struck.

In a soak it is a hundred companies of three hundred people; else a few of a few, and the one worker that is killed.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from types import SimpleNamespace

import dagster as dg
import pytest
from dagster._core.storage.tags import PARENT_RUN_ID_TAG

from assets.runs.recovery import DIED
from resources.ledger import Ledger
from tests import soak
from tests.deploy.engine import HOLDING, WORKERS, Engine, person, running
from tests.postgres import postgres

__all__ = ["postgres"]
pytestmark = [
    pytest.mark.exhaustive("a night on the engine"),
    pytest.mark.long(held_by="tests/graph/triggers/test_daemon.py::test_a_file_that_lands_is_synced_once_with_nobody_looking"),
]
COMPANIES = [f"c{number:03d}" for number in range(1, 101 if soak.WHOLE else 4)]
PEOPLE = 300 if soak.WHOLE else 4
UNFINISHED = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]
TIMED = [f"t{number:02d}" for number in range(1, 25 if soak.WHOLE else 1)]
CALLS = 80
"""Of each of those, beside the few that every company has; each takes a tenth of a second in which nobody computes anything."""


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory, postgres: str) -> Iterator[SimpleNamespace]:
    """A company's file lands, then all others'; whichever worker has the first one's write is killed in it; the other goes on with it."""
    with running(tmp_path_factory.mktemp("engine"), postgres, COMPANIES, TIMED) as engine, engine.instance() as instance:
        engine.box.fault(api="findity", job="PUT users", person=person(COMPANIES[0], 1), stall=True, times=1)
        for name in WORKERS:
            engine.start(name)
        engine.deliver(COMPANIES[0], PEOPLE)
        held = engine.until(lambda: _stalled(engine, instance))
        for name in COMPANIES[1:]:
            engine.deliver(name, PEOPLE)
        struck = engine.worker_of(held.run_id, instance)
        engine.strike(struck)
        engine.until(lambda: len(_done(instance)) >= 2)
        left = instance.get_run_by_id(held.run_id)
        engine.silenced(held.run_id)
        engine.rollcall("recover")
        if soak.WHOLE:
            engine.start(struck)
        strikes = _strikes(engine, instance) if soak.WHOLE else []
        engine.until(lambda: {run.tags["rollcall/company"] for run in _done(instance)} == set(COMPANIES))
        again = next(run for run in _done(instance) if run.parent_run_id == held.run_id)
        ended = [entry.message for entry in instance.all_logs(held.run_id, of_type=dg.DagsterEventType.RUN_FAILURE)]
        records = instance.get_run_records()
        rates = _rates(engine, instance) if soak.WHOLE else {}
        kept = engine.kept_by_the_broker()
        yield SimpleNamespace(
            engine=engine,
            held=held,
            left=left,
            ended=ended,
            again=again,
            records=records,
            kept=kept,
            strikes=strikes,
            rates=rates,
        )


def _strikes(engine: Engine, instance: dg.DagsterInstance) -> list[str]:
    """One after the other, each while runs are under way, and what somebody on duty then does."""

    few = len(COMPANIES) // 12

    def after(more: int) -> None:
        many = len(_done(instance)) + more
        engine.until(lambda: len(_done(instance)) >= many)

    after(few)
    engine.restart_redis()
    after(few)
    engine.reload(instance)
    after(few)
    engine.crash_postgres()
    after(few)
    # A second machine dies, and nobody types anything: its signs of life end, the sensor sees it, the daemon goes on with it.
    (run, *_) = engine.until(lambda: _under_way(instance))
    struck = engine.worker_of(run.run_id, instance) or WORKERS[0]
    engine.strike(struck)
    engine.until(lambda: instance.get_runs(dg.RunsFilter(tags={PARENT_RUN_ID_TAG: run.run_id})) or _succeeded(instance, run.run_id))
    engine.start(struck)
    engine.until(lambda: len(_done(instance)) >= len(COMPANIES) - 3)
    engine.until(lambda: not instance.get_runs(dg.RunsFilter(statuses=UNFINISHED)))
    # A step that found no Postgres has failed, and says so; it waits for somebody.
    done = {one.tags["rollcall/company"] for one in _done(instance)}
    failed = [one for one in instance.get_runs() if one.tags["rollcall/company"] not in done]
    for company in {one.tags["rollcall/company"] for one in failed}:
        engine.rollcall("reexecute", next(one.run_id for one in failed if one.tags["rollcall/company"] == company))
    return [one.run_id for one in failed]


def _rates(engine: Engine, instance: dg.DagsterInstance) -> dict[int, dict[str, float]]:
    """Number of workers → companies a minute, seconds of a run, and how many runs there were at once on average."""
    for name in WORKERS:
        engine.finish(name)
    engine.box.fault(delay=0.1, times=None)
    found = {}
    for workers, companies in ((1, TIMED[: len(TIMED) // 2]), (2, TIMED[len(TIMED) // 2 :])):
        engine.start(WORKERS[workers - 1])
        for name in companies:
            engine.deliver(name, CALLS)
        mine: list[dg.RunRecord] = engine.until(lambda: _all_done(instance, companies))  # noqa: B023 - asked at once
        times = [(one.start_time or 0.0, one.end_time or 0.0) for one in mine]
        span = max(end for _, end in times) - min(begin for begin, _ in times)
        seconds = sum(end - begin for begin, end in times)
        found[workers] = {"a minute": 60 * len(times) / span, "seconds of a run": seconds / len(times), "at once": seconds / span}
    return found


def _all_done(instance: dg.DagsterInstance, companies: list[str]) -> list[dg.RunRecord]:
    done = instance.get_run_records(dg.RunsFilter(statuses=[dg.DagsterRunStatus.SUCCESS]))
    mine = [one for one in done if one.dagster_run.tags["rollcall/company"] in companies]
    return mine if len(mine) == len(companies) else []


def _stalled(engine: Engine, instance: dg.DagsterInstance) -> dg.DagsterRun | None:
    """The run of the first company, once nobody answers its write."""
    runs = instance.get_runs(dg.RunsFilter(tags={"rollcall/company": COMPANIES[0]}))
    return runs[0] if runs and engine.box.box.faults[0].seen else None


def _under_way(instance: dg.DagsterInstance) -> list[dg.DagsterRun]:
    return list(instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])))


def _done(instance: dg.DagsterInstance) -> list[dg.DagsterRun]:
    return list(instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.SUCCESS])))


def _succeeded(instance: dg.DagsterInstance, run_id: str) -> bool:
    run = instance.get_run_by_id(run_id)
    return run is not None and run.is_success


def test_rerun_a_run_whose_worker_was_killed_goes_on_at_the_other_one(night: SimpleNamespace) -> None:
    assert night.left.status is dg.DagsterRunStatus.STARTED  # the launcher alone never notices
    assert DIED in night.ended  # by the command, or by the sensor, whichever is quicker
    assert night.again.status is dg.DagsterRunStatus.SUCCESS
    assert night.again.tags["rollcall/company"] == night.held.tags["rollcall/company"]


def test_every_company_is_synced_once_and_none_is_lost(night: SimpleNamespace) -> None:
    runs = [record.dagster_run for record in night.records]
    done = Counter(run.tags["rollcall/company"] for run in runs if run.is_success)
    assert done == Counter(COMPANIES)
    begun = Counter(run.tags["rollcall/company"] for run in runs if run.root_run_id is None)
    assert begun == Counter(COMPANIES)
    for name in COMPANIES:
        assert len(night.engine.users(name)) == PEOPLE


def test_one_run_of_a_company_at_a_time(night: SimpleNamespace) -> None:
    for name in COMPANIES:
        mine = [one for one in night.records if one.dagster_run.tags["rollcall/company"] == name and one.start_time]
        times = sorted((one.start_time, one.end_time) for one in mine)
        assert all(end <= begin for (_, end), (begin, _) in pairwise(times)), name


def test_quiet_the_broker_has_no_person_and_no_secret(night: SimpleNamespace) -> None:
    assert night.kept
    for word in (b"acme.example", b"Quist", b"demo-findity-secret", person(COMPANIES[0], 1).encode()):
        assert word not in night.kept


def test_no_surprise_a_release_that_is_pressed_in_the_pages_is_a_task_of_a_worker(night: SimpleNamespace) -> None:
    engine, anna = night.engine, "anna@acme.example"
    engine.start("serve")
    engine.deliver(HOLDING, PEOPLE)
    with engine.instance() as instance, Ledger.open(engine.postgres_of("rollcall"), HOLDING) as ledger:
        engine.until(lambda: any(run.tags["rollcall/company"] == HOLDING for run in _done(instance)))
        assert not engine.users(HOLDING)
        digest = ledger.plans.verdict("findity", ledger.plans.newest("findity")).held_digest
        engine.until(engine.pages.there)
        form = {**engine.pages.form(anna, digest), "scope": "all", "reason": "looked through"}
        pressed = engine.pages.asks(anna, "POST", f"/{HOLDING}/release", data=form)
        assert pressed.status_code == 303, pressed.text
        page = engine.pages.ended(anna, pressed.headers["location"])
        (decision,) = ledger.decisions.newest(9)
        run = instance.get_run_by_id(decision.run_id)
        assert run is not None and run.status is dg.DagsterRunStatus.SUCCESS
        assert run.tags["rollcall/user"] == "anna"
        assert "dagster-celery/task_id" in run.tags, "by which its launcher is asked how it goes"
    assert "landed" in page
    assert len(engine.users(HOLDING)) == PEOPLE


if soak.WHOLE:

    def test_two_workers_bring_in_almost_twice_as_many_as_one(night: SimpleNamespace, capsys: pytest.CaptureFixture[str]) -> None:
        """Each waits for its calls. Where others want the processors too, a run takes longer: then it counts how many there are at once."""
        one, two = night.rates[1], night.rates[2]
        with capsys.disabled():
            sys.stdout.write(f"\none worker: {one}\ntwo workers: {two}\n")
        assert two["at once"] >= 1.8 * one["at once"]
        assert two["a minute"] >= 1.8 * one["a minute"] or two["seconds of a run"] > 1.1 * one["seconds of a run"]

    def test_what_waits_for_somebody_after_a_crash_of_the_database_is_what_was_under_way(night: SimpleNamespace) -> None:
        assert len(night.strikes) <= len(WORKERS)
