"""A company whose nights left something of every kind, and what is served of it."""

import contextlib
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from resources import traffic
from resources.ledger import Ledger
from sandbox.server import Sandbox
from tests import syncing
from tests.graph.conftest import SE, YAML
from tests.unit.roster import frames
from web.health import Health
from web.observed import Observed

MODIFIED = datetime(2026, 11, 20, 4, tzinfo=UTC)


@contextlib.contextmanager
def served(health: Health | None = None) -> Iterator[str]:
    """The address of a server as `rollcall metrics` starts it."""
    with Observed("127.0.0.1", 0, health or Health(parts={"nothing": lambda: {"alive": True}})) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def person(number: str, **cells: Any) -> dict[str, Any]:
    """Somebody in the policy that is there."""
    return frames.person(number, **{"extra_policy": SE, **cells})


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """A ledger with `acme` (two syncs; in the second one person has left and another is refused), `idle` (a folder alone), `broken`
    (whose settings cannot be read) and `gone` (no folder)."""
    root: Path = tmp_path_factory.mktemp("observed")
    for name, content in {"acme": YAML, "idle": YAML, "broken": "timezone: [\n"}.items():
        (root / "pipelines" / name).mkdir(parents=True)
        indented = content.replace("\n", "\n  ") if name != "broken" else content
        (root / "pipelines" / name / "defs.yaml").write_text(f"type: assets.RosterSync\nattributes:\n  {indented}\n")
    with pytest.MonkeyPatch.context() as patch, Sandbox(switches={"expensify_rate_limits": False}) as box, syncing.fresh(root) as ledger:
        patch.setenv("EXPENSIFY_SECRET", "demo-secret")
        patch.setenv("ROLLCALL_LEDGER", str(root / "ledger.db"))
        patch.setenv("ROLLCALL_PIPELINES", str(root / "pipelines"))
        before = traffic.so_far()
        company = syncing.Company(box, ledger)
        company.sync(person("E1"), person("E2"), person("E3"), day="2026-11-19")
        last = company.sync(person("E1"), person("E2", employment="left"), person("E3", role="admin"), day="2026-11-20")
        ledger.traffic.add(traffic.since(before))
        for run in ("run-1", "run-2"):
            ledger.intakes.take(run, "people.csv", 1, modified=MODIFIED, dated=None, as_of=date(2026, 11, 20), root_run_id=run)
        with Ledger.open(str(root / "ledger.db"), "gone") as gone:
            gone.runs.begin("other", "other", "gone_sync")
        yield SimpleNamespace(root=root, ledger=ledger, night=last)
