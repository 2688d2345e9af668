"""With `ROLLCALL_STORAGE` in an object store everything works as on a disk: each job, each command, retention and erasure."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest
import yaml
from s3fs import S3FileSystem
from typer.testing import CliRunner, Result

from cli import main as cli
from resources import places
from resources.stored.runs import StoredRuns
from tests.buckets import S3, s3
from tests.graph.conftest import Acme, Places

pytestmark = pytest.mark.long(held_by="tests/unit/resources/stored/test_objects.py::test_what_was_written_is_read_and_listed")

__all__ = ["s3"]

WHO = {"released_by": "finance", "reason": "checked by hand"}


def enter(patch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    for name, value in environment.items():
        patch.setenv(name, value)
    S3FileSystem.clear_instance_cache()


def asked(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments))


def said(*arguments: str) -> str:
    result = asked(*arguments)
    assert result.exit_code == 0, result.output
    return str(result.output)


def silence(acme: Acme) -> None:
    """As a minute after the last run: some are known by their signs of life alone."""
    with acme.ledger() as ledger:
        for run_id in ledger.heartbeats.remaining():
            ledger.heartbeats.silence(run_id)


@pytest.fixture(scope="module")
def stage(everything: Places, s3: S3, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """A company of its own in a bucket that keeps versions, after every job: held, released, changed, read back, reported."""
    root, bucket = tmp_path_factory.mktemp("objects"), s3.bucket(versions=True)
    with pytest.MonkeyPatch.context() as patch:
        everything.enter(root / "home", patch)
        enter(patch, {**s3.environment(), "ROLLCALL_STORAGE": f"s3://{bucket}/roll/call", "ROLLCALL_PIPELINES": str(root / "pipelines")})
        acme = Acme(root / "pipelines" / "acme", everything.box, first_sync="hold", findity=None)
        (acme.folder / "defs.yaml").write_text(yaml.safe_dump({"type": "assets.RosterSync", "attributes": acme.attributes}))
        runs = {"held": acme.run("sync")}  # as commands and the UI start it; the others half as dear, without an instance
        with acme.ledger() as ledger:
            digest = str(ledger.plans.verdict("expensify", runs["held"].run_id).held_digest)
        runs["release"] = acme.quickly("release", digest=digest, **WHO)
        people = acme.people()
        people["E04"]["Boss"] = "E03"
        acme.file("2026-11-21", people)
        runs["preview"] = acme.quickly("preview")
        runs["one"] = acme.quickly("one", employee_ids=["E05"])
        acme.box.fault(api="expensify", job="update employees", dry_run=False, code=401, times=None)
        runs["failed"] = acme.run("sync")
        acme.box.heal()
        runs["sync"] = acme.again(runs["failed"])
        for job in ("verify", "report"):
            runs[job] = acme.quickly(job)
        yield SimpleNamespace(acme=acme, bucket=bucket, runs=runs, root=root, s3=s3, patch=patch)
        S3FileSystem.clear_instance_cache()


def test_each_job_succeeds_and_does_its_work(stage: SimpleNamespace) -> None:
    assert {name for name, run in stage.runs.items() if not run.succeeded} == {"failed"}, stage.runs
    assert stage.acme.outcome("expensify", stage.runs["release"].run_id)["E04"] == "created"
    assert stage.acme.planned("expensify", stage.runs["preview"].run_id).loc["E04", "action"] == "update"
    assert stage.acme.outcome("expensify", stage.runs["sync"].run_id)["E04"] == "updated"
    assert "cai@acme.example" in str(stage.acme.members()["dag@acme.example"])


def test_rerun_a_failed_run_goes_on_with_its_own_values(stage: SimpleNamespace) -> None:
    failed, again = stage.runs["failed"], stage.runs["sync"]
    assert {
        run_id: {asset for asset, _ in StoredRuns("acme").entries(run_id)} & {"hr/roster", "expensify/sync_result"}
        for run_id in (failed.run_id, again.run_id)
    } == {failed.run_id: {"hr/roster"}, again.run_id: {"expensify/sync_result"}}


def test_accounting_every_value_is_whole_and_no_upload_in_parts_is_left(stage: SimpleNamespace) -> None:
    keys = stage.s3.keys(stage.bucket)
    for index in (key for key in keys if key.endswith("/index.json") and "/newest/" not in key):
        named = json.loads(stage.s3.client.get_object(Bucket=stage.bucket, Key=index)["Body"].read())["files"].values()
        assert {f"{index.rpartition('/')[0]}/{name}" for name in named} <= set(keys), index
    assert stage.s3.unfinished(stage.bucket) == []


def test_all_that_holds_rows_is_in_the_bucket_and_nothing_of_it_on_the_disk(stage: SimpleNamespace) -> None:
    names = {key.rpartition("/")[2] for key in stage.s3.keys(stage.bucket)}
    assert {"sync_report.html", "skipped_employees.csv", "index.json"} <= names
    assert any(name.endswith("content.bin") for name in names)
    here = {path.name for path in places.home().rglob("*") if path.is_file()}
    assert not any(name.endswith((".parquet", ".bin", ".html", ".csv")) for name in here), here


def test_links_say_where_the_reports_lie(stage: SimpleNamespace) -> None:
    with dg.DagsterInstance.get() as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey(["acme", "reports", "sync_report"]))
    assert event is not None and event.asset_materialization is not None
    shown = event.asset_materialization.metadata
    page, people = str(shown["the page, to open"].value), str(shown["list for HR"].value)
    for place in (page, people):
        bucket, _, key = place.removeprefix("s3://").partition("/")
        assert bucket == stage.bucket
        assert key in stage.s3.keys(bucket), place
    body = stage.s3.client.get_object(Bucket=stage.bucket, Key=page.split("/", 3)[3])["Body"].read()
    assert body.lstrip().startswith(b"<!doctype html>") or body.lstrip().startswith(b"<!DOCTYPE html>")


def test_commands_that_look_find_what_was_stored(stage: SimpleNamespace, tmp_path: Path) -> None:
    assert "E04" in said("why", "acme", "E04")
    assert "acme" in said("status", "acme")
    assert "newest plan for Expensify" in said("feed", "acme", "--out", str(tmp_path / "feed.json"))


def test_export_hands_out_what_is_stored(stage: SimpleNamespace, tmp_path: Path) -> None:
    said("export", "acme", "E04", "--to", str(tmp_path / "e04.json"))
    found = json.loads((tmp_path / "e04.json").read_text())
    values = found["stored values, by run"]
    assert {run.run_id for name, run in stage.runs.items() if name not in ("verify", "report")} <= set(values)
    assert any(entry["hr/roster: value"][0]["manager_id"] == "E03" for entry in values.values() if "hr/roster: value" in entry)
    assert found["rows of HR's file, by run"]


def test_wrong_credentials_missing_rights_and_a_server_that_is_away_are_one_sentence(
    stage: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = stage.s3.environment()
    nothing = stage.s3.environment(stage.s3.user("s3:GetObject"))
    wrong = {**nothing, "AWS_SECRET_ACCESS_KEY": "hidden-from-all"}
    away = {**right, "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"}
    with stage.s3.holding_rights():
        for environment, words in ((nothing, "does not let this process"), (wrong, "credentials"), (away, "does not answer")):
            enter(monkeypatch, environment)
            silence(stage.acme)
            for command in (
                ("export", "acme", "E04", "--to", str(tmp_path / "x.json")),
                ("purge", "acme"),
                ("forget", "acme", "E04", "--yes"),
            ):
                result = asked(*command)
                assert result.exit_code == 2, result.output
                told = result.stderr.strip().splitlines()[-1]
                assert words in told, (command, told)
                assert "hidden-from-all" not in result.output
            failed = stage.acme.quickly("preview")
            assert words in str(failed.message), failed
    enter(monkeypatch, right)
    monkeypatch.setenv("ROLLCALL_STORAGE", "s3://no-such-bucket-here/x")
    assert "is not there. Make the bucket" in asked("purge", "acme").stderr
    assert "is not there. Make the bucket" in str(stage.acme.quickly("preview").message)


def test_retention_deletes_from_the_bucket_what_is_old_and_nothing_that_is_needed(stage: SimpleNamespace) -> None:
    before = set(StoredRuns("acme").last_written())
    told = said("purge", "acme", "--older-than", "1")
    assert told.startswith("acme: nothing is older than 1 day")
    assert stage.acme.quickly("retention").succeeded
    assert set(StoredRuns("acme").last_written()) == before
    kept = re.search(r"The bucket keeps [\d,]+ former versions? of acme's files", told)
    assert kept, told


def test_forget_leaves_no_object_and_says_what_the_bucket_keeps(stage: SimpleNamespace) -> None:
    """The last here: nothing is stored afterwards."""
    silence(stage.acme)
    told = said("forget", "acme", "E04", "--yes")
    assert stage.s3.keys(stage.bucket) == []
    count = len(stage.s3.versions(stage.bucket))
    assert f"The bucket keeps {count:,} former versions of acme's files" in told
    assert "former versions, files that can be brought back" in told
    assert stage.acme.quickly("sync").succeeded
