"""A company `acme` of 48 people and what it is drilled with: its graph as a real run drives it, the real sandbox behind a socket.

Belongs here: setting up, one good sync to begin from, running a feed. Does not belong here: what must come of it (``tests/feeds``), the
judgement (``tests.drill.judging``), what is done between nights (``tests.drill.between``).
"""

import copy
import dataclasses
import html
import os
import re
import shutil
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

import dagster as dg
import pandas as pd
import yaml

from assets.attributes import Settings
from assets.graph import build as graph
from assets.neighbours import shared
from assets.runs.launch import Location, RunResult, reexecute, run_job
from cli.demo import SANDBOX_CREDENTIALS
from destinations import registry
from resources import places
from resources.http import Retry
from resources.ledger import Ledger
from resources.past.run_report import assemble
from resources.rates import RateLimit
from roster.reports.headline import headline
from roster.reports.page import Overview, render
from roster.reports.skipped import left_out
from sandbox.box import Call
from sandbox.server import Sandbox

FEEDS = Path(__file__).parents[1] / "feeds"
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
_NUMBERS = count()
"""One for each company ever made here: Dagster keeps a job that it has loaded by its module's name, and `id` comes again."""
DAYS = ("2026-11-20", "2026-11-21", "2026-11-22")


class Watched(Sandbox):
    """The sandbox, which also notes whom each write was about: a write that changes nothing is still a write."""

    def __init__(self) -> None:
        super().__init__(switches={"expensify_rate_limits": False})
        self.sent: dict[str, set[str]] = {"expensify": set(), "findity": set()}
        record = self.box.record

        def noting(call: Call, code: int | str, applied: bool) -> None:
            if call.writes and (call.api != "findity" or "user" in call.job):  # values and who approves are no people
                self.sent[call.api] |= set(call.people)
            record(call, code, applied)

        self.box.record = noting  # type: ignore[method-assign]


class Drill:
    """The company after its good sync; every feed begins from there."""

    def __init__(self, root: Path, box: Watched) -> None:
        self.root, self.box, self.start = root, box, copy.deepcopy(box.state)
        self.settings = yaml.safe_load((FEEDS / "company.yaml").read_text("utf-8"))
        (root / "dagster").mkdir()
        (root / "dagster" / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
        self.environment = {
            **SANDBOX_CREDENTIALS,
            "DAGSTER_HOME": str(root / "dagster"),
            "EXPENSIFY_URL": box.expensify_url,
            "FINDITY_ADMIN_URL": box.findity_url,
            "FINDITY_TOKEN_URL": box.findity_token_url,
        }
        with self.place("good", self.start) as company:
            company.put(f"people_{DAYS[0]}.csv", (FEEDS / "good.csv").read_bytes())
            result = company.sync()
            if not result.succeeded:
                raise RuntimeError(f"The good file was not synced: {result}")
            self.home, self.state = company.home, copy.deepcopy(box.state)

    @contextmanager
    def place(self, name: str, state: Mapping[str, Any], own: dict[str, Any] | None = None, **settings: Any) -> Iterator["Company"]:
        """A home of its own with the ledger of the good sync, if there was one, and the sandbox in a given state.

        Args:
            name: The home's.
            state: The sandbox's.
            own: The settings of a company of its own, whose ledger is new.
            settings: Dotted attribute → value, where they differ.
        """
        folder, first = self.root / name, not hasattr(self, "home")
        if not first and own is None:
            shutil.copytree(self.home, folder / "home")
        self.box.heal()
        self.box.box.state = copy.deepcopy(dict(state))
        before = dict(os.environ)
        os.environ.update({**self.environment, "ROLLCALL_HOME": str(folder / "home"), "ROLLCALL_PIPELINES": str(folder / "pipelines")})
        try:
            yield Company("acme", folder, self.box, changed(copy.deepcopy(own or self.settings), settings))
        finally:
            os.environ.clear()
            os.environ.update(before)
            if not first:
                shutil.rmtree(folder)


class Company:
    """One company of a home: its folder with its YAML, and its graph as a process loads it now.

    Args:
        name: Its folder's.
        root: Where the home is, and the folder of the companies' folders.
        box: The sandbox.
        settings: What its YAML says.
    """

    def __init__(self, name: str, root: Path, box: Watched, settings: dict[str, Any]) -> None:
        self.name, self.root, self.home, self.box, self.settings = name, root, root / "home", box, settings
        self.folder = root / "pipelines" / name
        self.folder.mkdir(parents=True, exist_ok=True)
        written = yaml.safe_dump({"type": "assets.RosterSync", "attributes": settings}, sort_keys=False)
        (self.folder / "defs.yaml").write_text(written, "utf-8")
        said = Settings.model_validate(settings)
        built = graph.build(name, said, self.folder, lambda: shared(self.folder, said))
        resources = dict(built.resources or {})
        # Nobody counts calls here, the sandbox's windows are off; and a call that goes wrong is not repeated for minutes.
        for destination, other in (("expensify", {"limits": [RateLimit(1000, 0.001)]}), ("findity", {})):
            if (key := f"{name}_{destination}") not in resources:
                continue

            def of_run(_: object, access: Any = resources[key].resource_fn, other: Any = other) -> Any:  # type: ignore[attr-defined]
                return dataclasses.replace(access(None), retry=Retry(attempts=2, first_wait=0.01), **other)

            resources[key] = dg.ResourceDefinition(of_run)
        module = ModuleType(f"drill_{next(_NUMBERS)}")
        self.defs = dg.Definitions(
            assets=built.assets,
            jobs=built.jobs,
            sensors=built.sensors,
            schedules=built.schedules,
            resources=resources,
            executor=dg.in_process_executor,
        )
        module.defs = self.defs  # type: ignore[attr-defined]
        sys.modules[module.__name__] = module
        self.location = Location("drill", module.__name__)

    def put(self, name: str, content: bytes) -> None:
        """Puts a file of HR's where the company looks for it."""
        path = self.folder / "inbox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def sync(self) -> RunResult:
        """A whole sync, on an instance that forgets it: half the time of one that is kept."""
        with dg.DagsterInstance.ephemeral() as instance:
            result = self.defs.resolve_job_def(f"{self.name}_sync").execute_in_process(
                run_config=_QUIET, instance=instance, raise_on_error=False
            )
            failed = next((event for event in result.all_events if event.is_step_failure), None)
            data = failed.step_failure_data if failed else None
            said = (data.user_failure_data.description if data.user_failure_data else data.error.message) if data else None
            status = dg.DagsterRunStatus.SUCCESS if result.success else dg.DagsterRunStatus.FAILURE
            return RunResult(result.run_id, status, failed.step_key if failed else None, said)

    def kept_sync(self) -> RunResult:
        """A whole sync as the command line starts it, kept by the instance, so that it can be re-executed."""
        return run_job(f"{self.name}_sync", location=self.location)

    def again(self, failed: RunResult) -> RunResult:
        """That run re-executed from failure."""
        return reexecute(failed.run_id, location=self.location)

    def held(self, root_run_id: str) -> dict[str, dict[str, int]]:
        """Destination → kind of change (or reason, where there is none) → people held, and kind of things → how many of these, by the plans
        of a run."""
        found = {}
        with Ledger.open(places.ledger_url(), self.name) as ledger:
            for destination in sorted(ledger.plans.destinations()):
                if run_id := ledger.plans.of_root(root_run_id, destination):
                    people = ledger.plans.people(destination, run_id)
                    people = people[people["action"].eq("hold")]
                    kinds = people["kinds"].fillna(people["reason"]).str.split("|").explode()
                    things = ledger.things.of(destination, run_id)
                    kinds = pd.concat([kinds, things.loc[~things["apply"].astype("bool"), "kind"]])
                    found[destination] = {str(kind): int(count) for kind, count in kinds.value_counts().sort_index().items()}
        return found

    def words(self, root_run_id: str, message: str | None) -> tuple[str, str]:
        """What a run says of itself first, and all that it says: its report's page without markup, and the message that stopped it."""
        with Ledger.open(places.ledger_url(), self.name) as ledger:
            report = assemble(ledger, root_run_id, registry.titles())
        left = left_out(report)
        page = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", render(report, Overview.of(report, left)))).split())
        return headline(report, left).sentence, f"{page} {message or ''}"

    def failed_checks(self, root_run_id: str) -> list[str]:
        """The gate's checks that a file did not pass, as the ledger keeps them."""
        with Ledger.open(places.ledger_url(), self.name) as ledger:
            gate = ledger.intakes.gate(root_run_id)
        checks = gate.facts.get("checks", []) if gate else []
        return [name.strip() for check in checks if not check["passed"] for name in check["name"].split(",")]


def changed(settings: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with other values at dotted places; None takes a place out."""
    for path, value in changes.items():
        *above, last = path.split(".")
        place = settings
        for part in above:
            place = place.setdefault(part, {})
        place.pop(last, None)
        if value is not None:
            place[last] = value
    return settings


@contextmanager
def unreachable() -> Iterator[str]:
    """An address at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and never listening: a connection is refused
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
