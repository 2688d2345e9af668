"""The list for HR of two real nights: its files, who may read them, what of it is in no event, and putting it back."""

import io
import stat
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from openpyxl import load_workbook

from destinations import registry
from resources.past.last_night import with_nights
from resources.past.report_files import list_for_hr
from resources.past.run_report import assemble
from roster.reports.skipped import left_out
from sandbox.sftp import SftpServer

pytestmark = pytest.mark.long(held_by="tests/contract/sftp/test_put_back.py::test_each_owner_has_their_file_in_place_of_the_last_one")

FILES = {"sync_report.html", "skipped_employees.csv", "skipped_employees.xlsx"}


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    (tmp_path / "hr" / "back").mkdir(parents=True)
    monkeypatch.setenv("BACK_SECRET", "canary-of-a-password")
    with SftpServer(tmp_path / "hr", password="canary-of-a-password") as running:
        given = {"host": running.host, "port": running.port, "user": running.user, "password": {"env": "BACK_SECRET"}}
        yield SimpleNamespace(folder=tmp_path / "hr" / "back", settings={**given, "host_keys": [running.host_key_line], "folder": "back"})


def sheets(content: bytes) -> dict[str, list[dict[str, Any]]]:
    found = {}
    for sheet in load_workbook(io.BytesIO(content)):
        heads, *rows = sheet.iter_rows(values_only=True)
        found[sheet.title] = [dict(zip(heads, row, strict=True)) for row in rows]
    return found


def of(rows: list[dict[str, Any]], number: str) -> dict[str, Any]:
    return next(row for row in rows if row["Employee"] == number)


def tonights(acme: Any, result: Any) -> list[dict[str, Any]]:
    """The list for HR of a run, but for what it does not know of the nights before."""
    titles = registry.titles()
    with acme.ledger() as ledger:
        report = with_nights(ledger, assemble(ledger, result.run_id, titles), titles)
    out = left_out(report)
    assert list_for_hr(report, out, "csv").decode("utf-8-sig").startswith("employee_id;name;")
    return [row for row in sheets(list_for_hr(report, out, "xlsx"))["HR"] if row["State"] in ("new", "still open")]


def told(acme: Any, result: Any) -> str:
    return "\n".join(map(str, acme.events[result.run_id]))


def test_hr_gets_what_to_mend_by_name_and_is_told_once_when_it_is_solved(synced: Any, server: SimpleNamespace) -> None:
    acme = synced(**{"hr.skipped": {"put_back": server.settings}})
    people = acme.people()
    people["E11"]["Mail"] = "no address"
    people["E05"]["Limit"] = "a lot"
    people["E09"]["End"] = "2026-11-30"
    firm, people["E10"]["Firm"] = people["E10"]["Firm"], "XX"
    acme.file("2026-11-21", people)
    first = acme.quickly("sync")
    assert first.succeeded, first
    files = acme.reports()
    assert set(files) == FILES
    assert {stat.S_IMODE(file.stat().st_mode) for file in files.values()} == {0o600}
    hr = sheets(files["skipped_employees.xlsx"].read_bytes())["HR"]
    assert {head: of(hr, "E11")[head] for head in ("Name", "Column", "In HR's file", "State")} == {
        "Name": "Kit Xavier",
        "Column": "Mail",
        "In HR's file": "no address",
        "State": "new",
    }
    assert (of(hr, "E05")["Name"], of(hr, "E05")["In HR's file"]) == ("Eva Zetterlund", "a lot")
    without_policy = of(sheets(files["skipped_employees.xlsx"].read_bytes())["Finance"], "E10")
    assert (without_policy["Column"], without_policy["In HR's file"]) == ("Firm", "XX"), "a policy follows from it"
    assert files["skipped_employees.csv"].read_text("utf-8-sig").startswith("employee_id;name;line;where;field;word;")
    page = files["sync_report.html"].read_text("utf-8")
    assert all(text in page for text in ('id="since"', 'id="nights"', 'id="coming"', "Ida Wrangel"))
    assert sheets((server.folder / "acme_skipped_HR.xlsx").read_bytes())["HR"] == hr
    assert "put back" in told(acme, first)
    assert not any(word in told(acme, first) for word in ("Xavier", "no address", "Wrangel", "a lot", "canary-of"))

    people["E11"]["Mail"], people["E05"]["Limit"], people["E10"]["Firm"] = "kit@acme.example", "100", firm
    acme.file("2026-11-22", people)
    assert acme.quickly("sync").succeeded
    hr = sheets(acme.reports()["skipped_employees.xlsx"].read_bytes())["HR"]
    assert (of(hr, "E11")["Name"], of(hr, "E11")["State"]) == ("Kit Xavier", "solved")

    acme.file("2026-11-23", people)
    assert acme.quickly("sync").succeeded
    assert "solved" not in acme.reports()["skipped_employees.csv"].read_text("utf-8-sig")
    assert not (server.folder / "acme_skipped_HR.xlsx").exists()


def test_a_file_that_is_stopped_for_its_rows_says_which_and_another_one_says_nothing_of_rows(synced: Any) -> None:
    acme, faulty = synced(), ("E07", "E08", "E09", "E10", "E11", "E12")
    people = acme.people()
    people["E05"]["Limit"] = "a lot"
    acme.file("2026-11-21", people)
    assert acme.quickly("sync").succeeded
    for number in faulty:
        people[number]["Mail"] = f"no address of {number}"
    acme.file("2026-11-22", {**people, "E99": {**people["E12"], "No": "E99", "Mail": "none"}})
    stopped = acme.run("sync")
    assert "rejects: 7 of " in stopped.message
    tonight = tonights(acme, stopped)
    assert {row["Employee"] for row in tonight} == {*faulty, "E99"}, "by the row's own number, which nobody else is shown"
    assert {(row["Column"], row["What would be right"]) for row in tonight} == {("Mail", "Enter a working e-mail address.")}
    assert all(row["Line"] and not row["In HR's file"] for row in tonight), "no word of an earlier file"
    assert "E99" not in stopped.message

    acme.file("2026-11-23", {number: row for number, row in people.items() if number not in ("E06", *faulty[1:])})
    again = acme.again(stopped)
    assert "rows: 6 rows" in again.message
    assert "rejects" not in again.message
    assert not tonights(acme, stopped), "its rows are not what is wrong with it"

    acme.file("2026-11-24", {number: {**row, "Mail": "none"} for number, row in people.items()})
    stopped = acme.run("sync")
    assert f"None of the {len(people)} rows can be used" in stopped.message
    assert {row["Employee"] for row in tonights(acme, stopped)} == set(people)


def test_a_server_that_takes_no_list_fails_no_sync_and_is_told(synced: Any, server: SimpleNamespace) -> None:
    acme = synced(**{"hr.skipped": {"put_back": {**server.settings, "folder": "nowhere"}}})
    people = acme.people()
    people["E11"]["Mail"] = "no address"
    acme.file("2026-11-21", people)
    result = acme.quickly("sync")
    assert result.succeeded, result
    assert "could not be put back" in told(acme, result)
    assert "has no folder nowhere" in told(acme, result)
