"""One company of twelve before a night of changes, what one clean run makes of it, and that run killed, recovered and re-executed."""

import copy
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa

from assets.runs.launch import reexecute, run_job
from assets.runs.recovery import recover
from cli.demo import SANDBOX_CREDENTIALS
from destinations import registry
from resources.ledger import Ledger, database, tables
from resources.past.run_report import assemble
from sandbox.server import Sandbox
from tests.graph.conftest import Acme, Places
from tests.hostile.conftest import STATES, tonight
from tests.rerun.kills import Reached, in_a_process, instrument, noting

# What a company remembers besides who did it and when: all of it must be as after one clean run.
_OF_A_RUN = {"run_id", "root_run_id", "plan_run_id", "last_root_run", "epoch", "request", "expires_at"}
# Midnight may come between the clean night and one that is killed.
_OF_A_DAY = {"as_of", "first_seen", "last_seen", "closed"}
# The digest of an address: each process has a sandbox of its own.
_OF_A_PLACE = {"claim.digest"}
_AS_OF = re.compile(r"'as_of': '[\d-]+'")
_A_RUN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SETTINGS = {"expensify__connection__chunk_bytes": 1500}
# `decision`, `proposal` and `visit` are people's at a page, and no run's.
_NO_MEMORY = {"decision", "heartbeat", "lease", "proposal", "rate_call", "request", "run", "secret", "traffic", "visit"}


@dataclass
class World:
    """The company and both destinations before the night."""

    root: Path
    acme: Acme
    state: dict[str, Any]
    """The sandbox's."""
    clean: dict[str, Any] = field(default_factory=dict)
    """What one clean run leaves."""
    boundaries: list[tuple[str, int]] = field(default_factory=list)
    """Those of that run, in order; see `kills.Reached`."""
    took: float = 0
    """Seconds."""
    runs: int = 2
    """Syncs before the night."""


@dataclass
class Left:
    """What a night had left at some instant."""

    folder: Path
    """A copy of what was on the disk."""
    state: dict[str, Any]
    """The sandbox's."""
    written: list[tuple[str, str]]


class Night:
    """The night, again and again: each time with a home, an instance and a sandbox's state of its own."""

    def __init__(self, world: World, box: Sandbox) -> None:
        self.world, self.acme, self.box = world, world.acme, box
        self.written: list[tuple[str, str]] = []
        """Destination and person of everyone who was written, in order."""
        real = box.box.record

        def record(call: Any, code: int | str, applied: bool) -> None:
            if applied and call.writes:
                self.written += [(call.api, person) for person in call.people]
            real(call, code, applied)

        box.box.record = record  # type: ignore[method-assign]
        box.box.faults.clear()

    @contextmanager
    def begun(self, folder: Path) -> Iterator[Path]:
        """Everything as it was before the night."""
        shutil.copytree(self.world.root / "before", folder)
        self.box.box.state = copy.deepcopy(self.world.state)
        self.written.clear()
        environment = {
            "ROLLCALL_HOME": str(folder / "home"),
            "DAGSTER_HOME": str(folder / "dagster"),
            "EXPENSIFY_URL": self.box.expensify_url,
            "FINDITY_ADMIN_URL": self.box.findity_url,
            "FINDITY_TOKEN_URL": self.box.findity_token_url,
        }
        os.environ.update(environment)
        yield folder
        shutil.rmtree(folder)

    def so_far(self, folder: Path) -> Left:
        """What there is of the night that was begun in a folder, while its process stands still or is gone."""
        kept = shutil.copytree(folder, mkdtemp(dir=self.world.root), dirs_exist_ok=True)
        return self.box.between_requests(lambda: Left(Path(kept), copy.deepcopy(self.box.state), list(self.written)))

    def put_back(self, left: Left, folder: Path) -> None:
        """Everything as it was at that instant."""
        shutil.rmtree(folder)
        left.folder.rename(folder)
        self.box.box.state, self.written[:] = left.state, left.written

    def sync(self, reached: Reached | None = None) -> None:
        """The night's run."""
        if reached:
            instrument(reached)
        result = run_job("acme_sync", location=self.acme.location)
        assert result.succeeded, result

    def recovered(self) -> dict[str, Any]:
        """Some minutes later: what has died is found, and re-executed from failure; what came of it."""
        real = database.now
        database.now = lambda connection: real(connection) + 600
        with dg.DagsterInstance.get() as instance:
            unfinished = recover(instance)
            assert all(one.died for one in unfinished)
            (last,) = instance.get_runs(limit=1) or [None]
            assert last is None or last.is_finished, last
        if stopped := last is None or not last.is_success:
            again = reexecute(last.run_id, location=self.acme.location) if last else run_job("acme_sync", location=self.acme.location)
            assert again.succeeded, again
        return {**self.left(), "again": stopped}

    def left(self) -> dict[str, Any]:
        """What there is in the ledger and in the report."""
        with self.acme.ledger() as ledger:
            report = assemble(ledger, str(ledger.runs.all()["root_run_id"].iloc[-1]), registry.titles())
            memory = remembered(ledger)
        told = {
            one.name: {
                "numbers": [one.intended, one.accepted, one.landed, one.not_visible, one.missing, one.held],
                "outcomes": one.outcomes,
                "people": one.people[["person", "action", "outcome", "reason"]].astype("str").to_dict("split")["data"],
                "stage": one.stage,
                "failure": one.failure,
            }
            for one in report.destinations
        }
        return {"report": {"status": report.status, "failure": report.failure, **told}, "ledger": memory, "earlier": list(report.earlier)}


def remembered(ledger: Ledger) -> dict[str, list[str]]:
    """Table → its rows as text, each once: a step that runs again may keep the same thing under another run."""
    found = {}
    with ledger.engine.connect() as connection:
        for table in tables.metadata.sorted_tables:
            timeless = [
                column
                for column in table.columns
                if column.name not in _OF_A_RUN | _OF_A_DAY
                and str(column) not in _OF_A_PLACE
                and not isinstance(column.type, tables.Moment)
            ]
            if table.name not in _NO_MEMORY:
                found[table.name] = sorted({_timeless(row) for row in connection.execute(sa.select(*timeless))})
    return found


def _timeless(row: Any) -> str:
    return _AS_OF.sub("'as_of': a day", _A_RUN.sub("a run", repr(tuple(row))))


def accepted(ledger: Ledger, root: str) -> set[tuple[str, str]]:
    """Destination and person of all whom the ledger knows to be accepted in a run."""
    found = set()
    for destination in STATES:
        run = ledger.plans.of_root(root, destination)
        answers = ledger.deliveries.answers(destination, run) if run else None
        if answers is not None:
            found |= {(destination, str(person)) for person in answers.loc[answers["status"].eq("accepted"), "person"]}
    return found


def states(box: Sandbox) -> dict[str, Any]:
    """What both destinations hold, and what must never have happened there."""
    findity = box.state["findity"]
    return {**{name: state(box.state) for name, state in STATES.items()}, "mails": findity["mails"], "deletions": findity["deletions"]}


@pytest.fixture
def again_after_death(monkeypatch: pytest.MonkeyPatch) -> Callable[[Acme], Any]:
    """A minute later: the one run of a company that has died is found, and re-executed; how that ended, which is well."""

    def again(acme: Acme) -> Any:
        real = database.now
        monkeypatch.setattr(database, "now", lambda connection: real(connection) + 61)
        with dg.DagsterInstance.get() as instance:
            (died,) = recover(instance)
            run = instance.get_run_by_id(died.run_id)
        ended = acme.again(run)
        assert ended.succeeded, ended
        return ended

    return again


@pytest.fixture(scope="session")
def in_memory() -> Iterator[Path | None]:
    """A folder that needs no disk, where there is one: hundreds of nights write hundreds of databases."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield None
        return
    with TemporaryDirectory(dir=memory, prefix="rollcall-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory, in_memory: Path | None) -> World:
    """Twelve people, of whom E12 has left; in tonight's file E12 is back. And what one clean run makes of it."""
    root = in_memory or tmp_path_factory.mktemp("rerun")
    with Sandbox(switches={"expensify_rate_limits": False}) as box, pytest.MonkeyPatch.context() as patch:
        everything = Places(root, box)
        everything.enter(root / "before" / "home", patch)
        acme = Acme(root / "acme", box, **SETTINGS)
        people = acme.people()
        for day, there in (("2026-11-20", people), ("2026-11-21", {key: row for key, row in people.items() if key != "E12"})):
            acme.file(day, there)
            result = acme.run("sync")
            assert result.succeeded, result
        acme.file("2026-11-22", tonight(acme))
        empty_instance(root / "before" / "dagster")
        world = World(root, acme, copy.deepcopy(box.state))
    with nights(world) as night, night.begun(root / "clean"):

        def sync() -> dict[str, Any]:
            boundaries: list[tuple[str, int]] = []
            begun = time.monotonic()
            night.sync(noting(boundaries))
            return {"took": time.monotonic() - begun, "boundaries": list(boundaries), "left": night.left()}

        seen = in_a_process(sync, root / "clean.json")
        world.boundaries, world.took = [tuple(boundary) for boundary in seen["boundaries"]], seen["took"]
        assert seen["left"].pop("earlier") == []
        world.clean = {**seen["left"], **states(night.box), "written": sorted(night.written)}
    return world


def empty_instance(folder: Path) -> None:
    """An instance in which nothing has happened: making its databases takes longer than copying them."""
    folder.mkdir(parents=True)
    (folder / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with dg.DagsterInstance.from_config(str(folder)) as instance:
        instance.get_runs()
        instance.all_instigator_state()
        instance.event_log_storage.get_event_records(dg.EventRecordsFilter(dg.DagsterEventType.ASSET_MATERIALIZATION), limit=1)


@contextmanager
def nights(world: World, **switches: Any) -> Iterator[Night]:
    """A sandbox, and the nights over it."""
    before: Mapping[str, str] = dict(os.environ)
    with Sandbox(switches={"expensify_rate_limits": False, **switches}) as box:
        try:
            os.environ.update(SANDBOX_CREDENTIALS)
            yield Night(world, box)
        finally:
            os.environ.clear()
            os.environ.update(before)
