"""The same with the ledger on PostgreSQL: a whole sync, killed in the middle of a write, recovered and re-executed."""

import copy
from pathlib import Path
from typing import Any

import pytest

from sandbox.server import Sandbox
from tests.graph.conftest import Acme, Places
from tests.hostile.conftest import tonight
from tests.postgres import postgres, schema
from tests.rerun.conftest import SETTINGS, Night, World, empty_instance, nights, states
from tests.rerun.kills import KILLED, die, in_a_process

pytestmark = pytest.mark.long(
    held_by="tests/rerun/test_kills.py::test_rerun_after_a_kill_in_either_write_of_a_sync_it_ends_as_one_clean_sync"
)

__all__ = ["postgres"]


@pytest.fixture
def unsynced(tmp_path: Path) -> World:
    """The company before its first sync."""
    root = tmp_path / "world"
    with Sandbox(switches={"expensify_rate_limits": False}) as box, pytest.MonkeyPatch.context() as patch:
        root.mkdir()
        Places(root, box).enter(root / "before" / "home", patch)
        acme = Acme(root / "acme", box, **SETTINGS)
        acme.file("2026-11-22", tonight(acme))
        empty_instance(root / "before" / "dagster")
        return World(root, acme, copy.deepcopy(box.state))


def first_load(night: Night, folder: Path, url: str, nobody: dict[str, Any], patch: pytest.MonkeyPatch, kill: bool) -> dict[str, Any]:
    """What a first sync leaves, on an empty ledger at that URL and with nobody at the destinations."""
    written = 0

    def reached(name: str, _: int) -> None:
        nonlocal written
        written += name.startswith("after the request PUT")
        if kill and written:
            die()

    with night.begun(folder):
        patch.setenv("ROLLCALL_LEDGER", url)
        night.box.box.state = copy.deepcopy(nobody)
        found = in_a_process(lambda: [night.sync(reached), night.left()][1], folder / "sync.json")
        if kill:
            assert found == KILLED
            found = in_a_process(night.recovered, folder / "recovered.json")
        assert not (folder / "home" / "ledger.db-wal").exists()
        numbers = {name: (one["numbers"], one["outcomes"]) for name, one in found["report"].items() if isinstance(one, dict)}
        return {"numbers": numbers, "status": found["report"]["status"], **states(night.box)}


def test_rerun_a_sync_with_its_ledger_on_postgres_that_was_killed_ends_as_a_clean_one(
    unsynced: World, postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with nights(unsynced) as night, schema(postgres) as one, schema(postgres) as other:
        nobody = copy.deepcopy(night.box.state)
        clean = first_load(night, tmp_path / "clean", one, nobody, monkeypatch, kill=False)
        assert clean["numbers"]["Findity"][1]["created"] == 13
        assert first_load(night, tmp_path / "killed", other, nobody, monkeypatch, kill=True) == clean
