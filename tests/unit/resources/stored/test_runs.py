"""What runs stored is found and deleted by run, on this machine as in an object store."""

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest
from s3fs import S3FileSystem

from resources.places import located
from resources.stored import objects
from resources.stored.reports import StoredReports
from resources.stored.run_storage import RunStorage
from resources.stored.runs import StoredRuns
from tests.buckets import s3

__all__ = ["s3"]

REJECTS = dg.AssetKey(["acme", "hr", "rejects"])
ROSTER = dg.AssetKey(["acme", "hr", "roster"])
PEOPLE = pd.DataFrame({"employee_id": ["1", "2"]}).astype("str")


@pytest.fixture(params=["here", "object store", "s3"])
def base(request, tmp_path, monkeypatch):
    if request.param == "s3":
        server = request.getfixturevalue("s3")
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        S3FileSystem.clear_instance_cache()
        return f"s3://{server.bucket()}/rollcall"
    return str(tmp_path / "data") if request.param == "here" else f"memory://{uuid.uuid4().hex}"


@pytest.fixture
def stored(base):
    """Two runs: both with rejects, the older one with a roster."""
    storage = RunStorage(base=base, company="acme")
    write(storage, "r1", ROSTER, PEOPLE)
    for run_id in ("r1", "r2"):
        write(storage, run_id, REJECTS, {"rejects": PEOPLE, "facts": {"rows": 2}, "content": b"1;2"})
    return StoredRuns("acme", base)


def write(storage, run_id, key, value):
    storage.handle_output(dg.build_output_context(run_id=run_id, asset_key=key, step_key="s", name="result"), value)


def test_an_entry_is_read_without_the_rest(stored):
    pd.testing.assert_frame_equal(stored.entry("r1", "hr/rejects", "rejects"), PEOPLE)
    assert stored.entry("r1", "hr/rejects", "facts") == {"rows": 2}
    assert stored.entry("r1", "hr/rejects", "content") == b"1;2"
    pd.testing.assert_frame_equal(stored.entry("r1", "hr/roster", "value"), PEOPLE)


def test_what_is_not_there_is_none(stored):
    assert stored.entry("r1", "hr/rejects", "notes") is None
    assert stored.entry("r2", "hr/roster", "value") is None
    assert stored.entry("r9", "hr/roster", "value") is None
    assert StoredRuns("beta", "memory://nothing").last_written() == {}


def test_every_entry_of_a_run_is_named(stored):
    assert set(stored.entries("r1")) == {("hr/rejects", name) for name in ("rejects", "facts", "content")} | {("hr/roster", "value")}
    assert list(stored.entries("r9")) == []


def test_runs_have_the_age_of_what_they_stored_last(stored):
    moments = stored.last_written()
    assert set(moments) == {"r1", "r2"}
    assert all(datetime.now(UTC) - timedelta(minutes=5) < moment <= datetime.now(UTC) for moment in moments.values())


def test_the_newest_of_every_asset_is_known(stored):
    assert stored.newest() == {"r1", "r2"}


def test_a_run_is_deleted_whole_and_nothing_else(stored):
    stored.delete("r1")
    stored.delete("r1")
    assert set(stored.last_written()) == {"r2"}
    assert stored.entry("r1", "hr/rejects", "facts") is None
    assert stored.entry("r2", "hr/rejects", "facts") == {"rows": 2}


def test_everything_of_a_company_goes_and_another_company_stays(stored, base):
    write(RunStorage(base=base, company="beta"), "b1", dg.AssetKey(["beta", "hr", "roster"]), PEOPLE)
    assert stored.delete_all() == 2
    assert stored.last_written() == {}
    assert stored.newest() == set()
    assert set(StoredRuns("beta", base).last_written()) == {"b1"}


def test_everything_has_another_companys_name_in_the_place_of_what_that_one_had(base):
    for place in ("acme/run/acme/hr/roster", "acme/newest/acme/hr/roster", "acme_nordic/other/acme_nordic/hr/roster"):
        located(base).joinpath(place).mkdir(parents=True)
        (located(base).joinpath(place) / "index.json").write_bytes(b'{"run_id": "run", "files": {}}')
    StoredRuns("acme", base).rename("acme_nordic")
    StoredRuns("acme", base).rename("acme_nordic")
    moved = StoredRuns("acme_nordic", base)
    assert (list(moved.last_written()), moved.newest()) == (["run"], {"run"})
    assert located(base).joinpath("acme_nordic/run/acme_nordic/hr/roster/index.json").exists()
    assert not StoredRuns("acme", base).last_written()


@pytest.mark.parametrize("base", ["object store", "s3"], indirect=True)
def test_rerun_a_rename_that_was_killed_is_done_by_the_next(stored, base, monkeypatch):
    real, left = objects.write, iter(range(2))
    monkeypatch.setattr(objects, "write", lambda *file: real(*file) if next(left, None) is not None else 1 / 0)
    with pytest.raises(ZeroDivisionError):
        stored.rename("nordic")
    monkeypatch.setattr(objects, "write", real)
    StoredRuns("acme", base).rename("nordic")
    moved = StoredRuns("nordic", base)
    assert set(moved.last_written()) == {"r1", "r2"}
    assert moved.entry("r1", "hr/rejects", "facts") == {"rows": 2}
    assert StoredRuns("acme", base).last_written() == {}


def test_reports_are_no_run_and_go_and_move_with_their_company(stored, base, tmp_path, monkeypatch):
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path / "home"))
    reports = StoredReports("acme", base)
    for run_id in ("r1", "r2"):
        file = reports.write(run_id, "sync_report.html", b"<p>")
        assert objects.read(file) == b"<p>"
    assert isinstance(file, Path) == ("://" not in base)
    assert set(reports.last_written()) == {"r1", "r2"}
    assert all(datetime.now(UTC) - timedelta(minutes=5) < moment for moment in reports.last_written().values())
    reports.delete("r1")
    reports.delete("r1")
    assert set(reports.last_written()) == {"r2"}
    assert set(stored.last_written()) == {"r1", "r2"}, "no run is called reports"
    stored.rename("nordic")
    reports.rename("nordic")
    assert set(StoredReports("nordic", base).last_written()) == {"r2"}
    assert StoredReports("nordic", base).delete_all() == 1
    assert StoredReports("nordic", base).last_written() == reports.last_written() == {}


def test_reports_that_lie_on_the_disk_from_before_go_too(tmp_path, monkeypatch):
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path / "home"))
    StoredReports("acme", str(tmp_path / "data")).write("r1", "sync_report.html", b"<p>")
    moved = StoredReports("acme", f"memory://{uuid.uuid4().hex}")
    assert set(moved.last_written()) == {"r1"}
    assert moved.delete_all() == 1
    assert not list((tmp_path / "home").rglob("*.html"))
