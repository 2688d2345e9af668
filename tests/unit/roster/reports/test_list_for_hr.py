"""The list for HR: its rows, and how it looks in a spreadsheet."""

import io
import tempfile
from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest
from openpyxl import load_workbook

from roster.reports.list_for_hr import COLUMNS, Beside, rows
from roster.reports.model import BEFORE, HR_FILE
from roster.reports.since import since
from roster.reports.skipped import left_out, to_csv
from roster.reports.workbook import NOTHING_TO_DO, to_xlsx

NIGHT = datetime(2026, 11, 18, 2, tzinfo=UTC)
BESIDE = Beside(
    pd.Series({311: "Kit Utan Nummer"}, dtype="str"),
    pd.DataFrame({"line": [17], "field": ["Work e-mail"], "word": ["kit at acme"]}),
)


@pytest.fixture
def listed(full_run):
    return listed_of(replace(full_run, names={"E1042": "Åsa Öst", "E1850": "Bo Ek"}), left_out(full_run), BESIDE)


def listed_of(report, out, *beside):
    return rows(report, since(report, out), *beside)


def of(found, number, where):
    return found[found["employee_id"].eq(number) & found["where"].eq(where)].squeeze()


def book(found):
    return load_workbook(io.BytesIO(to_xlsx(found)))


def test_a_row_has_name_line_column_and_hrs_own_word(listed):
    told = of(listed, "E1042", HR_FILE)
    assert tuple(listed.columns) == COLUMNS
    assert (told["name"], told["line"], told["field"], told["word"]) == ("Åsa Öst", 17, "Work e-mail", "kit at acme")
    assert of(listed, "E1850", "Findity")["name"] == "Bo Ek"


def test_a_row_without_a_number_has_the_name_that_stands_in_it(listed):
    assert listed.loc[listed["employee_id"].isna(), "name"].tolist() == ["Kit Utan Nummer"]


def test_a_number_that_only_the_row_has_is_there_for_hr_to_find_it_by(full_run):
    unknown = full_run.rejects.assign(number=full_run.rejects["employee_id"], employee_id=None)
    report = replace(full_run, rejects=unknown)
    out = left_out(report)
    assert out.loc[out["outcome"].eq("rejected"), "employee_id"].isna().all(), "nobody else is shown it"
    assert of(listed_of(report, out), "E1042", HR_FILE)["field"] == "Work e-mail"


def test_whoever_has_a_row_that_is_used_has_its_line_at_the_destinations_too(full_run):
    lines = pd.Series({"E1801": 44, "E1042": 99}, dtype="Int64")
    found = listed_of(full_run, left_out(full_run), replace(BESIDE, lines=lines))
    assert (of(found, "E1801", "Expensify")["line"], of(found, "E1042", HR_FILE)["line"]) == (44, 17)
    assert pd.isna(of(found, "E1801", "Expensify")["word"])


def test_a_field_of_a_destination_is_called_as_people_call_it(full_run):
    values = pd.DataFrame([{"employee_id": "E5", "field": "approvalLimit", "reason": "limit_alone"}])
    first = replace(full_run.destinations[0], values=values, labels={"approvalLimit": "Limit"})
    report = replace(full_run, destinations=[first, *full_run.destinations[1:]])
    told = of(listed_of(report, left_out(report)), "E5", first.name)
    assert told["field"] == "Limit"
    assert told["reason"].startswith("Limit: ")


def test_a_field_that_columns_of_hrs_file_give_is_called_as_hr_calls_these_and_what_is_wrong_names_the_field(full_run):
    values = pd.DataFrame([{"employee_id": "E5", "field": "approvalLimit", "reason": "limit_alone"}])
    called = {"labels": {"approvalLimit": "Limit"}, "headings": {"approvalLimit": "Attestgräns"}}
    first = replace(full_run.destinations[0], values=values, **called)
    report = replace(full_run, destinations=[first, *full_run.destinations[1:]])
    told = of(listed_of(report, left_out(report)), "E5", first.name)
    assert told["field"] == "Attestgräns"
    assert told["reason"].startswith("Limit: ")


def test_on_the_first_night_everything_is_new_and_of_a_release_nothing_is_said(full_run, listed):
    assert set(listed["state"]) == {"new"}
    released = replace(full_run, job=f"{full_run.company}_release")
    assert set(listed_of(released, left_out(released))["state"]) == {""}


def test_what_is_not_stored_any_more_is_empty_and_nothing_else_changes(full_run, listed):
    bare = listed_of(full_run, left_out(full_run))
    assert bare["name"].isna().all()
    assert len(bare) == len(listed)


def test_what_was_solved_is_there_once_and_says_no_line_of_tonights_file(full_run):
    out = left_out(full_run)
    past = out.loc[:, list(BEFORE)].replace({"number": {"E1042": "E9"}, "employee_id": {"E1042": "E9"}})
    night = replace(full_run, before=past, known_before={"Expensify": NIGHT, "Findity": NIGHT, HR_FILE: NIGHT}, names={"E9": "Ny Bo"})
    found = listed_of(night, out)
    told = of(found, "E9", HR_FILE)
    assert (told["state"], told["name"]) == ("solved", "Ny Bo")
    assert pd.isna(told["line"])
    assert of(found, "E1042", HR_FILE)["state"] == "new"
    assert of(found, "E1801", "Expensify")["state"] == "still open"


def test_a_manager_who_leads_nowhere_is_hrs_to_mend_with_the_word_that_stands_there(full_run):
    repairs = pd.DataFrame({"employee_id": ["E5", "E6", "E7"], "repair": ["kept", "left", "cycle"]})
    report = replace(full_run, repairs=repairs, shown={(HR_FILE, "E5", "approver"): "001234"}, names={"E5": "Bo Ek"})
    found = listed_of(report, left_out(report))
    told = of(found, "E5", HR_FILE)
    assert (told["name"], told["field"], told["word"], told["owner"]) == ("Bo Ek", "manager", "001234", "HR")
    assert told["reason"] == "HR names a manager whom no row has: the approver there stays"
    assert pd.isna(told["times_seen"]), "no history follows them"
    assert of(found, "E1801", "Expensify")["times_seen"] == 4
    assert "2026-11-03,4\r\n" in to_csv(found).decode("utf-8-sig"), "a count stays one beside who has none"
    assert set(found.loc[found["field"].eq("manager"), "employee_id"]) == {"E5", "E7"}, "a manager who has left is no fault of the file"


def test_each_owner_has_a_sheet_and_who_needs_nothing_done_another(listed):
    found = book(listed)
    assert found.sheetnames == ["HR", "Finance", "IT", NOTHING_TO_DO]
    assert sum(sheet.max_row - 1 for sheet in found) == len(listed)
    idle = [row[6] for row in found[NOTHING_TO_DO].iter_rows(min_row=2, values_only=True)]
    assert set(idle) == {"Has not started yet"}


def test_a_sheet_has_a_frozen_heading_a_filter_and_widths(listed):
    sheet = book(listed)["HR"]
    assert [cell.value for cell in sheet[1]][:3] == ["Employee", "Name", "Line"]
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref == f"A1:M{sheet.max_row}"
    assert all(sheet.column_dimensions[letter].width >= 7 for letter in "ABCDEFGHIJKLM")


def test_cells_are_texts_that_keep_their_noughts_and_run_nothing(listed):
    found = listed.head(1).assign(employee_id="001099", word="=HYPERLINK(1)", name="-\x07Bo\x1b[0m", owner="HR")
    cells = book(found)["HR"][2]
    assert (cells[0].value, cells[0].data_type, cells[0].number_format) == ("001099", "s", "@")
    assert (cells[5].value, cells[5].data_type) == ("=HYPERLINK(1)", "s")
    assert cells[1].value == r"-\x07Bo\x1b[0m"


def test_quiet_the_workbook_is_made_in_memory_alone(listed, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "not there"))
    assert book(listed).sheetnames[0] == "HR"


def test_a_night_without_anybody_has_a_workbook_all_the_same(empty_run):
    found = book(listed_of(empty_run, left_out(empty_run)))
    assert found.sheetnames == ["HR"]
    assert found["HR"].max_row == 1


@pytest.mark.parametrize(
    "text", ["001099", "0", "12E3", "1-2", "3/4", "1MAR", "3 mar 2026", "123456789012345", "1.50", "1,5", "2026-11-20"]
)
def test_what_a_spreadsheet_would_read_otherwise_keeps_its_letters(text):
    written = to_csv(pd.DataFrame({"employee_id": [text], "word": [text]}), ";").decode("utf-8-sig").split("\r\n")[1]
    kept = f'"=""{text}"""'
    assert written == (f"{kept};{kept}" if text != "0" else "0;0")


@pytest.mark.parametrize("text", ["E1042", "1042", "Åsa", "acme-7x"])
def test_what_it_would_leave_is_written_as_it_is(text):
    assert to_csv(pd.DataFrame({"employee_id": [text]})).decode("utf-8-sig").split("\r\n")[1] == text


@pytest.mark.parametrize("text", ['0"&HYPERLINK(1)&"', "=1+1", "001=cmd", "+46701740999", "@SUM(1)"])
def test_no_word_of_hrs_becomes_a_formula(text):
    written = to_csv(pd.DataFrame({"word": [text]}), ";").decode("utf-8-sig").split("\r\n")[1]
    assert not written.startswith(('"=', "=", "+", "@", "-"))
