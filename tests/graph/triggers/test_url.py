"""HR's file in a bucket: it arrives there, is synced once, and is archived once everything of it has landed."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest
from s3fs import S3FileSystem

from tests.buckets import S3, s3

__all__ = ["s3"]

KEY = "hr/people_2026-11-20.csv"


@pytest.fixture
def bucket(s3: S3, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """A bucket, and the settings of a company whose file lies there."""
    name = s3.bucket()
    monkeypatch.setenv("HR_KEY", "root")
    monkeypatch.setenv("HR_SECRET", "root-s3cret")
    options = {"endpoint_url": s3.address, "key": {"env": "HR_KEY"}, "secret": {"env": "HR_SECRET"}}
    url = {"url": f"s3://{name}/hr/people_*.csv", "options": {**options, "client_kwargs": {"region_name": "us-east-1"}}}
    url |= {"afterwards": "archive", "archive": "done", "delimiter": ";", "trailer": r"#END;rows=(?P<rows>\d+)"}
    yield SimpleNamespace(
        settings={"hr__csv": None, "hr__url": url},
        put=lambda acme: s3.client.put_object(Bucket=name, Key=KEY, Body=(acme.folder / "inbox" / KEY[3:]).read_bytes()),
        lying=lambda: sorted(s3.keys(name)),
    )
    S3FileSystem.clear_instance_cache()


def test_a_file_that_arrives_in_a_bucket_is_synced_once_and_archived(daemon: Any, bucket: SimpleNamespace) -> None:
    daemon = daemon(**bucket.settings)
    assert "has no HR file" in daemon.tick().skip_reason
    bucket.put(daemon.acme)
    assert "waiting until it stands still" in daemon.tick().skip_reason
    daemon.tick()
    (run,) = daemon.work()
    assert run.status is dg.DagsterRunStatus.SUCCESS
    assert bucket.lying() == ["hr/done/people_2026-11-20.csv"]
    assert "has no HR file" in daemon.tick().skip_reason
    # The same file once more, as HR may send it: its state is another one, its content is known.
    bucket.put(daemon.acme)
    daemon.tick()
    daemon.tick()
    assert len(daemon.runs()) == 2
    assert "root-s3cret" not in daemon.kept() + repr(daemon.instance.all_logs(run.run_id))
