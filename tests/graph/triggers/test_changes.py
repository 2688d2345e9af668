"""Files of changes that came while nothing ran: each has a run of its own, the oldest first."""

from pathlib import Path
from typing import Any

import pytest

from tests.graph.triggers.test_arrival import config


@pytest.mark.long(held_by="tests/unit/resources/hr/test_changes.py::test_rerun_of_files_not_taken_in_the_oldest_is_read_first")
def test_rerun_files_of_changes_that_were_missed_have_a_run_each_in_their_order(daemon: Any) -> None:
    numbered = {"full": "inbox/people_*.csv", "number_in_name": r"_(?P<number>\d+)\.csv$"}
    csv = {"path": "inbox/changes_*.csv", "delimiter": ";", "trailer": r"#END;rows=(?P<rows>\d+)"}
    daemon = daemon(hr__csv=csv, hr__content="changes", hr__changes=numbered, hr__people__absent_means=None)
    inbox: Path = daemon.acme.folder / "inbox"
    everyone = next(inbox.glob("people_*.csv")).rename(inbox / "people_1.csv")
    rows = everyone.read_text("utf-8").splitlines()
    for number in (2, 3, 4):
        (inbox / f"changes_{number}.csv").write_text("\n".join([rows[0], rows[number], "#END;rows=1", ""]), "utf-8")
    for _ in range(12):
        daemon.tick()
        daemon.work()
    read = [config(run)["file"].partition("|")[2].partition("|")[0] for run in daemon.runs()]
    assert read == ["people_1.csv", "changes_2.csv", "changes_3.csv", "changes_4.csv"]
    assert "has had its run" in daemon.tick().skip_reason
