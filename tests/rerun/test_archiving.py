"""HR's file in a bucket, and a kill between its copy in the archive and its end in the folder."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from resources.hr.buckets import Bucket
from tests.buckets import s3
from tests.graph.conftest import empty, everything
from tests.graph.triggers.test_url import bucket
from tests.rerun.kills import KILLED, die, in_a_process

__all__ = ["bucket", "empty", "everything", "s3"]


def test_rerun_after_a_kill_between_landing_and_archiving_archives_once(
    empty: Any, bucket: SimpleNamespace, tmp_path: Path, again_after_death: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = empty(findity=None, **bucket.settings)
    bucket.put(acme)

    def killed() -> None:
        monkeypatch.setattr(Bucket, "delete", lambda *_: die())
        acme.run("sync")

    assert in_a_process(killed, tmp_path / "killed.json") == KILLED
    assert bucket.lying() == ["hr/done/people_2026-11-20.csv", "hr/people_2026-11-20.csv"]
    writes = acme.box.writes
    again_after_death(acme)
    assert acme.box.writes == writes
    assert bucket.lying() == ["hr/done/people_2026-11-20.csv"]
