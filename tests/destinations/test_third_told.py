"""What is told of a third destination: reports, terminal, `why`, `status`; what is handed out of a person and what is forgotten."""

import io
import json
import os
import re
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pytest
from rich.console import Console

from assets.runs import summary
from cli.page import print_page
from resources import places
from tests.destinations.conftest import asked, said

DAY = "2026-11-21"
DAG = ("dag@acme.example", "Ytterberg;dag", "+46701740604", "SE5600000000000004000012")


def changed(acme: Any, number: str, **cells: str) -> None:
    people = acme.people()
    people[number].update(cells)
    acme.file(DAY, people)


def csv(acme: Any) -> pd.DataFrame:
    return pd.read_csv(acme.reports()["skipped_employees.csv"], sep=";", dtype="str").set_index("employee_id")


def test_the_page_has_its_title_its_warnings_and_whom_it_left_out(troubled: Any) -> None:
    page = troubled.reports()["sync_report.html"].read_text("utf-8")
    assert "<h2>Ledger book</h2>" in page
    assert '<p class="warning">bank was left out for 1 person: bank abroad</p>' in page
    assert '<p class="warning">The book took 10 lines and has 9 of them</p>' in page
    assert "Ledger book: people planned, by outcome" in page
    assert "Accepted by Ledger book, and not seen there" in page
    assert "Has no desk, and the book has no line without one" in page
    assert "no_desk" not in page


def test_the_list_for_hr_has_a_row_for_everyone_whom_it_left_out(troubled: Any) -> None:
    rows = csv(troubled)
    assert set(rows.index) >= {"E08", "E09", "E12"}
    assert set(rows["where"]) == {"Ledger book"}
    assert tuple(rows.loc["E08", ["reason", "what_to_do", "owner"]]) == (
        "Has no desk, and the book has no line without one",
        "Give them a desk in HR's file.",
        "HR",
    )
    # In its own words, as far as they name nobody.
    assert rows.loc["E12", "reason"] == "The destination refused the record: <value> <value> of Finance is on the list"
    assert rows.loc["E09", "reason"] == "Accepted, but reading back does not show it"
    # Who is brought in without a value of theirs is told too, by that field.
    assert tuple(rows.loc["E11", ["field", "reason"]]) == ("Bank account", "Bank account: bank_abroad")
    assert "E01" not in rows.index


def test_the_assets_page_and_the_terminal_say_the_same(troubled: Any) -> None:
    shown = troubled.stored(troubled.first.run_id, "reports/skipped_employees").set_index("employee_id")
    assert (shown.loc["E08", "where"], shown.loc["E08", "owner"]) == ("Ledger book", "HR")
    console = Console(file=io.StringIO(), width=180)
    with dg.DagsterInstance.get() as instance:
        closed = summary.close(instance, troubled.first.run_id)
    assert closed is not None
    print_page(console, *closed)
    lines = [" ".join(line.split()) for line in console.file.getvalue().splitlines()]
    assert "Ledger book 11 10 9 0 1" in lines
    assert "Ledger book 1 Has no desk, and the book has no line without one E08" in lines


def test_why_says_in_the_books_words_who_can_mend_it(troubled: Any) -> None:
    first, second, *_ = [line for line in said("why", "E08").splitlines() if line.strip()]
    assert first.startswith("E08 was left out at Ledger book: has no desk, and the book has no line without one. So since ")
    assert first.endswith(", in 1 sync.")
    assert second == "HR: Give them a desk in HR's file."
    assert "Ledger book refused that E12 be created: <value> <value> of Finance is on the list." in said("why", "E12")
    assert "E09 was created at Ledger book, but reading back does not show it." in said("why", "E09")


@pytest.mark.long(held_by="tests/graph/test_why.py::test_why_tells_one_person_across_runs_and_destinations")
def test_why_tells_of_the_third_as_of_the_others(three: Any) -> None:
    changed(three, "E04", Dept="Finance")
    assert three.quickly("sync").succeeded
    told = said("why", "E04")
    assert "E04 was updated at Expensify, Findity and Ledger book, and reading back shows it." in told
    assert "desk: Sales → Finance" in told
    assert said("status").count("Ledger book") >= 2


@pytest.mark.long(held_by="tests/destinations/test_third_told.py::test_why_says_in_the_books_words_who_can_mend_it")
def test_why_shows_under_which_digest_somebody_waits_there(held: Any) -> None:
    acme = held()
    told = said("why", "E04")
    assert "E04 waits for a release at Ledger book (to be created)" in told
    assert acme.digest(acme.first.run_id) in told


def test_status_has_its_file_its_numbers_and_who_stays_out(troubled: Any) -> None:
    told = said("status")
    assert re.search(r"Ledger book was last written to from people_2026-11-20\.csv of 2026-11-20 \(intake 1\), \d min ago\.", told)
    assert "11 / 10 / 9" in told
    (line,) = [line for line in told.splitlines() if "Has no desk, and the book has no line without one" in line]
    assert (line.strip().startswith("Ledger book"), line.rstrip().endswith("E08")) == (True, True)


@pytest.mark.long(held_by="tests/destinations/test_third_told.py::test_status_has_its_file_its_numbers_and_who_stays_out")
def test_status_has_what_waits_there_and_how_to_release_it(held: Any) -> None:
    acme = held()
    told = said("status")
    assert "12 people wait for a release at Ledger book (join), until" in told
    assert f"rollcall release acme {acme.digest(acme.first.run_id)}" in told


@pytest.mark.long(held_by="tests/graph/test_person.py::test_export_has_all_that_is_kept_about_one_person_and_nothing_of_others")
def test_export_has_its_lines_its_accounts_and_what_it_answered(synced: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = synced()
    acme.commands(monkeypatch)
    acme.book.by_hand("E04", mail=None)  # found by number alone
    changed(acme, "E04", Dept="Finance")
    last = acme.quickly("sync")
    said("export", "acme", "E04", "--to", str(tmp_path / "e04.json"))
    found = json.loads((tmp_path / "e04.json").read_text("utf-8"))
    assert [row["destination"] for row in found["ledger"]["acknowledged"]] == ["ledgerbook"]
    assert {row["outcome"] for row in found["ledger"]["outcome"]} == {"created", "updated"}
    before, now = (found["stored values, by run"][run.run_id] for run in (acme.first, last))
    assert before["ledgerbook/lines: desired"][0]["bank"] == "SE5600000000000004000012"
    assert before["ledgerbook/plan: records"][0]["mail"] == "dag@acme.example"
    assert now["ledgerbook/known: staff"][0]["desk"] == "Sales"
    assert now["ledgerbook/lines: accounts"] == [{"account": "E04", "number": "E04", "active": True, "approver": "E02"}]
    assert now["ledgerbook/sync_result: replies"] == [{"taken": [{"staff_no": "E04", "given": "Dag", "active": True}]}]
    text = (tmp_path / "e04.json").read_text("utf-8")
    assert all(each in text for each in ("dag@acme.example", "+46701740604", "SE5600000000000004000012"))
    assert not any(each in text for each in ("eva@acme.example", "Zetterlund", "bo@acme.example", "SE2700000000000002000006"))


def mentions(*texts: str) -> set[str]:
    """The files of home in which one of the texts stands."""
    found = set()
    for file in places.home().rglob("*"):
        if file.is_file():
            parquet = file.suffix == ".parquet"
            content = pd.read_parquet(file).to_json(force_ascii=False) if parquet else file.read_bytes().decode("utf-8", "ignore")
            if any(text in content for text in texts):
                found.add(file.name)
    return found


@pytest.mark.long(held_by="tests/graph/test_person.py::test_forget_leaves_nothing_of_a_person")
def test_forget_leaves_nothing_of_a_person_but_their_line_in_the_book(synced: Any) -> None:
    acme = synced()
    changed(acme, "E04", Mail="dagge@acme.example", IBAN="SE2700000000000099000297")
    assert acme.quickly("sync").succeeded
    theirs = (*DAG, "dagge@acme.example", "SE2700000000000099000297")
    assert mentions(*theirs)
    said("forget", "acme", "E04", "--yes")
    assert mentions(*theirs) == set()
    with acme.ledger() as ledger:
        assert ledger.people.rows_about("E04") == {}
        assert set(ledger.acknowledged.all("ledgerbook")["employee_id"]) == set(acme.people()) - {"E04"}
    assert acme.book.lines["E04"]["mail"] == "dagge@acme.example", "out of reach, and said to be"

    again = acme.quickly("sync")
    assert again.succeeded, again
    assert acme.outcome("ledgerbook", again.run_id)["E04"] == "updated", "its bank account, which only the ledger remembered"
    assert len(acme.book.lines) == 13


@pytest.mark.long(held_by="tests/quiet/test_runs.py::test_quiet_nobody_and_no_secret_is_in_what_dagster_keeps")
def test_quiet_nothing_of_a_line_is_in_what_dagster_keeps(troubled: Any) -> None:
    people = troubled.people()
    people["E04"].update(Mail="dagge@acme.example", Last="Hemligsson", IBAN="SE2700000000000099000297")
    people["E08"]["Dept"] = ""
    troubled.file(DAY, people)
    assert troubled.run("sync").succeeded
    assert csv(troubled).loc["E08", "times_seen"] == "2"
    private = ("dag@acme", "dagge@acme", "Hemligsson", "SE2700000000000099000297", "Liv Xavier", "sam@revision", "Fremling")
    for path in Path(os.environ["DAGSTER_HOME"]).rglob("*"):
        if path.is_file() and path.name != "redacted_errors.log":
            content = path.read_bytes()
            assert [text for text in private if text.encode() in content] == [], path


def test_forget_of_a_number_that_nobody_has_is_told(synced: Any) -> None:
    synced()
    assert "ledger rows" in asked("forget", "acme", "E99", "--yes").output
