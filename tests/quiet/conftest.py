"""A company of canaries, its runs, and where they leave what."""

import dataclasses
import logging
import os
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import dagster as dg
import pytest
import yaml

from assets import quiet
from assets.attributes import Settings
from assets.graph import build as graph
from assets.runs.launch import Location, RunResult, reexecute, run_job
from resources.failures import PRIVATE
from resources.http import Retry
from resources.rates import RateLimit
from sandbox import server
from sandbox.server import Sandbox
from tests.quiet.canaries import COLUMNS, PEOPLE, SECRETS, STRANGER, YAML
from tests.quiet.everything_wrong import PARTS


class Acme:
    """The company, its runs, and where they leave what."""

    def __init__(self, root: Path, box: Sandbox, patch: pytest.MonkeyPatch) -> None:
        self.root, self.box, self.patch = root, box, patch
        self.inbox = root / "acme" / "inbox"
        self.inbox.mkdir(parents=True)
        self.runs: list[RunResult] = []
        self.said: list[str] = []
        self.feeds: list[str] = []
        self.location, self.defs = self.build(yaml.safe_load(YAML))
        self.file(PEOPLE)

    def build(self, attributes: dict[str, Any]) -> tuple[Location, dg.Definitions]:
        built = graph.build("acme", Settings.model_validate(attributes), self.root / "acme")
        resources = dict(built.resources or {})
        for key, other in (("acme_expensify", {"limits": [RateLimit(1000, 0.001)]}), ("acme_findity", {})):
            if key not in resources:
                continue
            access = dataclasses.replace(
                resources[key].resource_fn(None), retry=Retry(attempts=2, first_wait=0.01, longest_wait=0.01), **other
            )
            resources[key] = dg.ResourceDefinition.hardcoded_resource(access)
        defs = dg.Definitions(
            assets=built.assets,
            jobs=built.jobs,
            sensors=built.sensors,
            schedules=built.schedules,
            resources=resources,
            executor=dg.in_process_executor,
        )
        module = ModuleType(f"quiet_{uuid.uuid4().hex}")
        module.defs = defs  # type: ignore[attr-defined]
        sys.modules[module.__name__] = module
        return Location("tests", module.__name__), defs

    def file(self, people: str, *, header: str = ";".join(COLUMNS), encoding: str = "utf-8", trailer: str | None = None) -> Path:
        end = f"#END;rows={len(people.splitlines())}" if trailer is None else trailer
        path = self.inbox / f"people_{len(list(self.inbox.iterdir())):03}.csv"
        path.write_bytes(f"{header}\n{people}{end}\n".encode(encoding))
        return path

    def run(self, job: str = "sync", location: Location | None = None, **config: Any) -> RunResult:
        self.runs.append(run_job(f"acme_{job}", run_config=config or None, location=location or self.location))
        self.said.append(str(self.runs[-1].message))
        return self.runs[-1]

    def again(self, run: RunResult) -> RunResult:
        self.runs.append(reexecute(run.run_id, location=self.location))
        self.said.append(str(self.runs[-1].message))
        return self.runs[-1]


def urls(box: Sandbox) -> dict[str, str]:
    """The environment that leads to a sandbox."""
    return {"EXPENSIFY_URL": box.expensify_url, "FINDITY_ADMIN_URL": box.findity_url, "FINDITY_TOKEN_URL": box.findity_token_url}


def planted(box: Sandbox) -> None:
    """Let a sandbox open to the canaries' secrets alone, and have one of its strangers be theirs."""
    partner = {"secret": SECRETS["EXPENSIFY_SECRET"], "email": server.demo()["expensify"]["partners"]["aa_demo_partner"]["email"]}
    box.state["expensify"]["partners"] = {SECRETS["EXPENSIFY_USER"]: partner}
    box.state["findity"]["clients"] = {SECRETS["FINDITY_CLIENT"]: {"secret": SECRETS["FINDITY_SECRET"], "organizations": ["acme"]}}
    next(iter(box.state["findity"]["organizations"]["acme"]["users"].values())).update(STRANGER)


@pytest.fixture(scope="module")
def asked() -> list[bytes]:
    """Every address that the sandbox was asked for, with its query."""
    return []


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory, asked: list[bytes]) -> Iterator[Acme]:
    """The company in an instance, a home and a temporary folder of its own."""
    root = tmp_path_factory.mktemp("quiet")
    with pytest.MonkeyPatch.context() as patch:
        plain = server.application

        def listening(box: Any) -> Any:
            inner = plain(box)

            async def outer(scope: Any, receive: Any, send: Any) -> None:
                asked.append(scope.get("raw_path", b"") + b"?" + scope.get("query_string", b""))
                await inner(scope, receive, send)

            return outer

        patch.setattr(server, "application", listening)
        with Sandbox(switches={"expensify_rate_limits": False}) as box:
            for name in ("dagster", "tmp"):
                (root / name).mkdir()
            (root / "dagster" / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
            folders = {"DAGSTER_HOME": root / "dagster", "ROLLCALL_HOME": root / "home", "TMPDIR": root / "tmp"}
            for name, value in {**SECRETS, **urls(box), **{name: str(folder) for name, folder in folders.items()}}.items():
                patch.setenv(name, value)
            patch.setattr(tempfile, "tempdir", None)
            planted(box)
            quiet.quieten()
            yield Acme(root, box, patch)


@pytest.fixture(scope="module")
def logged() -> Iterator[list[bytes]]:
    """What every logger says that is not one of the two owner-only ones."""
    seen: list[bytes] = []
    keep = logging.Handler(logging.DEBUG)
    keep.setFormatter(logging.Formatter("%(name)s %(message)s"))
    keep.emit = lambda record: seen.append(keep.format(record).encode()) if record.name not in (PRIVATE, quiet.REDACTED) else None  # type: ignore[method-assign]
    logging.getLogger().addHandler(keep)
    yield seen
    logging.getLogger().removeHandler(keep)


@pytest.fixture(scope="module")
def printed(acme: Any, logged: list[bytes]) -> bytes:
    """Everything goes wrong; what was printed meanwhile by this process and its children."""
    folder = acme.root / "printed"
    kept = [os.dup(number) for number in (1, 2)]
    sink = os.open(folder, os.O_WRONLY | os.O_CREAT)
    for number in (1, 2):
        os.dup2(sink, number)
    try:
        assert acme.run().succeeded
        for part in PARTS:
            ended = [run.succeeded for run in part(acme)]
            assert not all(ended), part
    finally:
        for number, copy in zip((1, 2), kept, strict=True):
            os.dup2(copy, number)
            os.close(copy)
        os.close(sink)
    return folder.read_bytes()
