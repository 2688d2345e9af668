"""With `ROLLCALL_STORAGE` at Azure's or Google's emulator: files, jobs, commands, retention and erasure, as in a bucket of S3.

Files at both; whole runs at one of them, in a soak at both: what a run asks of a store is tried at S3's too (`test_object_storage`).
"""

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from resources import places
from resources.failures import Failed, Permanent
from resources.places import located
from resources.stored import objects
from resources.stored.runs import StoredRuns
from tests import soak
from tests.emulators import EMULATORS, Emulator, forget_connections
from tests.graph.conftest import Acme, Places
from tests.graph.test_object_storage import enter, said, silence


@pytest.fixture(scope="module", params=sorted(EMULATORS))
def emulator(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with EMULATORS[request.param](tmp_path_factory.mktemp(request.param)) as running, pytest.MonkeyPatch.context() as patch:
        enter(patch, running.environment)
        forget_connections()
        yield running
    forget_connections()


def whole_runs(test: Any) -> Any:
    """At the store, or in a soak the stores, where whole runs are tried."""
    stores = soak.chosen(sorted(EMULATORS), lambda _: ["a store"])
    return pytest.mark.exhaustive("whole runs at emulated stores")(pytest.mark.parametrize("emulator", stores, indirect=True)(test))


@pytest.fixture
def container(emulator: Emulator) -> str:
    return emulator.container()


@pytest.fixture
def place(emulator: Emulator, container: str) -> Any:
    return located(f"{emulator.kind}://{container}/roll call") / "acme"


def test_what_was_written_is_read_listed_and_deleted(emulator: Emulator, container: str, place: Any) -> None:
    large = b"x" * 9_000_000
    for name, content in (("run/a.json", b"1"), ("run/a.json", b"2"), ("run/b/c", large), ("run-2/a", b"3")):
        objects.write(place / name, content)
    assert (objects.read(place / "run/a.json"), objects.read(place / "run/b/c") == large) == (b"2", True)
    assert set(objects.files(place / "run")) == {"a.json", "b/c"}
    assert objects.files(place / "run/a.json") == {}
    objects.delete(place / "run")
    assert emulator.listed(container) == ["roll call/acme/run-2/a"]
    objects.delete_file(place / "run-2/a")
    objects.delete_file(place / "run-2/a")
    objects.delete(place)
    assert emulator.listed(container) == []
    with pytest.raises(FileNotFoundError):
        objects.read(place / "run-2/a")


def test_a_listing_shows_what_another_process_has_deleted_meanwhile(emulator: Emulator, container: str, place: Any) -> None:
    objects.write(place / "run/a", b"1")
    assert list(objects.files(place)) == ["run/a"]
    forget_connections()
    other = located(f"{emulator.kind}://{container}/roll call") / "acme"
    objects.delete(other)
    assert objects.files(place) == {}


EVERYTHING = [objects.files, lambda place: objects.read(place / "a"), lambda place: objects.write(place / "a", b"x"), objects.delete]


@pytest.mark.parametrize("do", EVERYTHING, ids=["list", "read", "write", "delete"])
def test_a_container_that_is_not_there_and_wrong_credentials_are_one_sentence(
    emulator: Emulator, container: str, monkeypatch: pytest.MonkeyPatch, do: Any
) -> None:
    with pytest.raises(Permanent, match=r"is not there\. Make the bucket or container"):
        do(located(f"{emulator.kind}://no-such-container/x"))
    if emulator.unknown:
        enter(monkeypatch, emulator.unknown)
        forget_connections()
        with pytest.raises(Failed, match=r"does not (know the credentials|let this process)") as caught:
            do(located(f"{emulator.kind}://{container}/x"))
        assert "devstoreaccount" not in str(caught.value)
        monkeypatch.undo()
        forget_connections()


@pytest.fixture(scope="module")
def stage(emulator: Emulator, everything: Places, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """A company after a sync, a failed one that is gone on with, and a report, all of which keep their values there."""
    root, name = tmp_path_factory.mktemp("emulated"), emulator.container()
    with pytest.MonkeyPatch.context() as patch:
        everything.enter(root / "home", patch)
        enter(patch, {"ROLLCALL_STORAGE": f"{emulator.kind}://{name}/roll/call", "ROLLCALL_PIPELINES": str(root / "pipelines")})
        acme = Acme(root / "pipelines" / "acme", everything.box, findity=None)
        (acme.folder / "defs.yaml").write_text(yaml.safe_dump({"type": "assets.RosterSync", "attributes": acme.attributes}))
        runs = {"first": acme.run("sync")}
        people = acme.people()
        people["E04"]["Boss"] = "E03"
        acme.file("2026-11-21", people)
        acme.box.fault(api="expensify", job="update employees", dry_run=False, code=401, times=None)
        runs["failed"] = acme.run("sync")
        acme.box.heal()
        runs["again"] = acme.again(runs["failed"])
        runs["report"] = acme.quickly("report")
        yield SimpleNamespace(acme=acme, container=name, runs=runs, listed=lambda: emulator.listed(name))


@whole_runs
def test_rerun_jobs_work_and_a_failed_run_goes_on_with_its_own_values(stage: SimpleNamespace) -> None:
    assert {name for name, run in stage.runs.items() if not run.succeeded} == {"failed"}, stage.runs
    assert stage.acme.outcome("expensify", stage.runs["again"].run_id)["E04"] == "updated"
    kept = {
        name: {asset for asset, _ in StoredRuns("acme").entries(stage.runs[name].run_id)} & {"hr/roster", "expensify/sync_result"}
        for name in ("failed", "again")
    }
    assert kept == {"failed": {"hr/roster"}, "again": {"expensify/sync_result"}}


@whole_runs
def test_all_that_holds_rows_is_there_and_nothing_of_it_on_the_disk(stage: SimpleNamespace) -> None:
    names = {one.rpartition("/")[2] for one in stage.listed()}
    assert {"sync_report.html", "skipped_employees.csv", "index.json"} <= names
    here = {path.name for path in places.home().rglob("*") if path.is_file()}
    assert not any(name.endswith((".parquet", ".bin", ".html", ".csv")) for name in here), here


@whole_runs
def test_commands_find_it_retention_keeps_what_is_needed_and_forgetting_leaves_nothing(stage: SimpleNamespace, tmp_path: Path) -> None:
    """The last here: nothing is stored afterwards."""
    assert "E04" in said("why", "acme", "E04")
    said("export", "acme", "E04", "--to", str(tmp_path / "e04.json"))
    assert stage.runs["again"].run_id in json.loads((tmp_path / "e04.json").read_text())["stored values, by run"]
    before = stage.listed()
    silence(stage.acme)
    assert said("purge", "acme", "--older-than", "1").startswith("acme: nothing is older than 1 day")
    assert stage.acme.quickly("retention").succeeded
    assert stage.listed() == before
    silence(stage.acme)
    said("forget", "acme", "E04", "--yes")
    assert stage.listed() == []
