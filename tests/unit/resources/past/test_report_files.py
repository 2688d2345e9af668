"""The list for HR as a file for each owner."""

from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest

from resources.past.report_files import for_owners, write_reports
from roster.reports.model import DestinationReport, RunReport
from roster.reports.skipped import left_out


@pytest.fixture
def report(tmp_path, monkeypatch):
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path))
    people = [("E1", "no_record"), ("E2", "unit_unknown"), ("E3", "not_started")]
    frame = pd.DataFrame([{"person": n, "employee_id": n, "outcome": "skipped", "reason": code} for n, code in people])
    one = DestinationReport(name="Findity", key="findity", stage="landed", people=frame)
    usual = {"company": "acme", "run_id": "r", "root_run_id": "r", "job": "acme_sync", "status": "finished", "attempts": ["r"]}
    return RunReport(**usual, started=datetime(2026, 11, 20, tzinfo=UTC), destinations=[one])


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_each_owner_has_a_file_and_who_needs_nothing_done_is_in_none(report, form):
    files, gone = for_owners(report, left_out(report), form)
    assert set(files) == {f"acme_skipped_HR.{form}", f"acme_skipped_Finance.{form}"}
    assert gone == (f"acme_skipped_IT.{form}",)
    if form == "csv":
        lines = files["acme_skipped_HR.csv"].decode("utf-8-sig").splitlines()
        assert [line.split(",")[0] for line in lines] == ["employee_id", "E1"]


def test_a_night_that_leaves_nobody_out_has_its_files_all_the_same(report):
    files = write_reports(replace(report, destinations=[]))
    assert files.skipped.read_text("utf-8-sig").splitlines()[1:] == []
    assert files.overview.everyone.empty
    assert files.page.exists()
