"""What changes are put on is stored with the export that it comes of, and survives what lets go of exports."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pytest

from assets.graph.before import Before, last
from resources.hr.files import Export
from resources.ledger import Ledger
from resources.past import erasure
from resources.past.retention import purge
from resources.stored.run_storage import RunStorage
from resources.stored.runs import StoredRuns
from roster.intake.changes import CHANGES, FULL, POSITION
from roster.intake.sequence import Position
from roster.intake.take_in import IntakeResult, take_in
from roster.reading.lines import EACH
from roster.reading.several import packed
from roster.settings import Changes, CsvFormat, Joined, People

NUMBERED = Changes(number_in_name=r"(?P<number>\d+)")
FORMAT = CsvFormat().of_changes(NUMBERED)
COLUMNS = {"employee_id": "No", "email": "Mail", "first_name": "First", "last_name": "Last", "manager_id": "Boss"}
PEOPLE = People.model_validate({"columns": COLUMNS, "absent_means": "unchanged"})
KEY = dg.AssetKey(["acme", "hr", "export"])


class Files:
    """Nights that take a file in and store it, as `hr/export` is stored."""

    def __init__(self, folder: Path) -> None:
        self.storage = RunStorage(base=str(folder), company="acme")
        self.stored = StoredRuns("acme", str(folder))

    def night(self, run: str, number: int, *rows: str, full: bool = False, counts: bool = True, killed: bool = False) -> IntakeResult:
        """Takes a file in.

        Args:
            run: The run.
            number: The file's.
            rows: Its rows.
            full: Whether it has everyone.
            counts: Whether the next one is put on it.
            killed: Whether the run dies before it has stored anything.
        """
        content = "\n".join(["No,Mail,First,Last,Boss", *rows, ""]).encode()
        position = f'{{"number": {number}, "day": null, "full": {str(full).lower()}}}'.encode()
        export = Export(packed({FULL if full else CHANGES: content, POSITION: position}), f"x_{number}.csv", datetime.now(UTC))
        before = last(self.storage, KEY, export.sha256)
        under = before.under(export.content)
        result = take_in(under, FORMAT, PEOPLE, date(2026, 12, 1))
        before.check(export, result, NUMBERED)
        if not killed:
            entries = before.entries(export, result, counts=counts)
            self.stored.put(run, "hr/export", {"content": under, "facts": {"sha256": export.sha256}, **entries})
        return result

    @property
    def position(self) -> Any:
        return last(self.storage, KEY, "").position


def row(number: str, last_name: str = "Li", boss: str = "1") -> str:
    return f"{number},p{number}@x.se,Ann,{last_name},{boss}"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Files]:
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path))
    yield Files(tmp_path / "storage")


def names(result: IntakeResult) -> dict[str, str]:
    return dict(result.roster[["employee_id", "last_name"]].sort_values("employee_id").itertuples(index=False))


def test_each_file_is_put_on_what_the_last_one_came_to(files: Files) -> None:
    files.night("r1", 1, row("1", boss=""), row("2"), full=True)
    files.night("r2", 2, row("2", "Ek"))
    assert names(files.night("r3", 3, row("3", "Vik"))) == {"1": "Li", "2": "Ek", "3": "Vik"}
    assert files.position == Position(3)


def test_rerun_the_same_file_once_more_is_put_on_what_it_was_put_on_before(files: Files) -> None:
    files.night("r1", 1, row("1", boss=""), row("2"), full=True)
    files.night("r2", 2, row("2", "Ek"), row("3"), killed=True)
    assert files.position == Position(1, None, full=True)
    first = files.night("r3", 2, row("2", "Ek"), row("3"))
    again = files.night("r4", 2, row("2", "Ek"), row("3"))
    assert first.facts == again.facts
    assert first.roster.equals(again.roster)
    assert first.after is not None
    assert again.after is not None
    assert first.after.equals(again.after)
    assert names(files.night("r5", 3)) == names(first)


def test_no_surprise_what_was_let_pass_for_another_run_than_a_sync_is_put_under_nothing(files: Files) -> None:
    files.night("r1", 1, row("1", boss=""), row("2"), full=True)
    files.night("preview", 2, row("2", "Ek"), counts=False)
    assert files.position == Position(1, None, full=True)
    assert names(files.night("sync", 2, row("2", "Vik"))) == {"1": "Li", "2": "Vik"}


def test_of_a_company_whose_files_had_everyone_nothing_is_there_yet(files: Files) -> None:
    files.stored.put("r1", "hr/export", {"content": b"No\n1\n", "facts": {"sha256": "x"}})
    assert last(files.storage, KEY, "") == Before()


def test_retention_lets_go_of_old_files_and_not_of_what_the_next_is_put_on(files: Files, tmp_path: Path) -> None:
    files.night("r1", 1, row("1", boss=""), row("2"), full=True)
    files.night("r2", 2, row("2", "Ek"))
    with Ledger.open(str(tmp_path / "ledger.db"), "acme") as ledger:
        purge(ledger, files.stored, datetime.now(UTC) + timedelta(days=1))
    assert set(files.stored.last_written()) == {"r2"}
    assert names(files.night("r3", 3)) == {"1": "Li", "2": "Ek"}


def test_forgetting_somebody_keeps_the_others_for_the_next_file_and_nothing_of_them(files: Files, tmp_path: Path) -> None:
    files.night("r1", 1, row("1", boss=""), row("2", "Forgotten-Me"), row("3", boss="2"), full=True)
    files.night("r2", 2, row("1", "Ek", boss=""))
    with Ledger.open(str(tmp_path / "ledger.db"), "acme") as ledger:
        erasure.forget(ledger, files.stored, "2")
        erasure.forget(ledger, files.stored, "2")  # once more, there is nothing to do
        purge(ledger, files.stored, datetime.now(UTC) + timedelta(days=1))
    (run,) = files.stored.last_written()
    assert {name for _, name in files.stored.entries(run)} == {"facts", "position", "before", "rows"}
    assert files.stored.entry(run, "hr/export", "rows")["hr: Mail"].tolist() == ["p1@x.se", "p3@x.se"]
    again = files.night("r3", 2, row("1", "Ek", boss=""))  # the file that was taken in last, once more
    assert names(again) == {"1": "Ek", "3": "Li"}
    assert again.facts.managers.lost == 1
    assert names(files.night("r4", 3, row("4"))) == {"1": "Ek", "3": "Li", "4": "Li"}


def test_everything_that_is_kept_about_a_person_has_their_rows(files: Files, tmp_path: Path) -> None:
    files.night("r1", 1, row("1", boss=""), row("2", "Ek"), full=True)
    with Ledger.open(str(tmp_path / "ledger.db"), "acme") as ledger:
        found = erasure.everything(ledger, files.stored, "2", FORMAT, erasure.PersonalColumns((), ()))
    assert found["stored values, by run"]["r1"]["hr/export: rows"][0]["hr: Last"] == "Ek"


def test_what_a_person_s_row_said_before_a_change_is_handed_out_as_long_as_it_is_kept(files: Files) -> None:
    files.night("r1", 1, row("1", boss=""), row("2", "Ek"), full=True)
    files.night("r2", 2, row("2", "Alm"))
    files.stored.put("r2", "hr/rejects", {"dispositions": pd.DataFrame({"employee_id": ["2"], "line": [2]})})
    rows = erasure._rows_of_file(files.stored, "r2", "2", FORMAT)
    assert [(one["line"], one["Last"]) for one in rows] == [(2, "Alm"), ("of the roster before", "Ek")]


def test_lines_of_several_files_are_handed_out_as_people_call_them(files: Files, tmp_path: Path) -> None:
    content = packed({"se": b"No,Last\n1,Li\n", "dk": b"No,Last\n2,Ek\n"})
    files.stored.put("r1", "hr/export", {"content": content, "facts": {}})
    files.stored.put("r1", "hr/rejects", {"dispositions": pd.DataFrame({"employee_id": ["1", "2"], "line": [EACH + 2, 2 * EACH + 2]})})
    format = CsvFormat().of_files({"se": CsvFormat(), "dk": CsvFormat()})
    with Ledger.open(str(tmp_path / "ledger.db"), "acme") as ledger:
        found = erasure.everything(ledger, files.stored, "2", format, erasure.PersonalColumns((), ()))
    assert found["rows of HR's file, by run"] == {"r1": [{"line": "2 of file 2", "No": "2", "Last": "Ek"}]}
    assert found["stored values, by run"]["r1"]["hr/rejects: dispositions"][0]["line"] == "2 of file 2"


def test_rows_of_joined_files_are_handed_out_as_hr_wrote_them_also_below_titles(files: Files) -> None:
    people = People.model_validate({"columns": {**COLUMNS, "department": "Unit"}, "absent_means": "unchanged"})
    content = packed({"p": b"All people\nNo,Mail,First,Last,Boss,Shoe\n1,a@x.se,A,Ek,,43\n", "j": b"No,Unit,Room\n1,Sales,7\n"})
    files.stored.put("r1", "hr/export", {"content": content})
    lines = {"employee_id": ["1", "1"], "line": [EACH + 3, 2 * EACH + 2]}
    files.stored.put("r1", "hr/rejects", {"dispositions": pd.DataFrame(lines), "facts": {"header_line": 1}})
    beside = CsvFormat().joined_by(Joined.model_validate({"by": "No", "gives": ["Unit"]}))
    rows = erasure._rows_of_file(files.stored, "r1", "1", CsvFormat().of_files({"p": CsvFormat(), "j": beside}), people)
    assert [(one["line"], one.get("Shoe"), one.get("Room")) for one in rows] == [("3 of file 1", "43", None), ("2 of file 2", None, "7")]
