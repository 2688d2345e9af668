"""The skipped-employee report and its CSV."""

from dataclasses import replace

import pandas as pd

from roster.reports.reasons import REASONS
from roster.reports.skipped import COLUMNS, left_out, skipped, to_csv


def row(report, number, where):
    frame = skipped(report)
    return frame[frame["employee_id"].eq(number) & frame["where"].eq(where)].squeeze()


def test_everyone_who_was_not_brought_in_is_there_from_every_stage(full_run):
    found = skipped(full_run)
    assert tuple(found.columns) == COLUMNS
    assert found["where"].value_counts().to_dict() == {"Expensify": 32, "HR file": 4, "Findity": 8}
    assert set(found.loc[found["where"].eq("Expensify"), "employee_id"]) >= {"E1701", "E1801", "E1802", "E1900", "E1950", "~1a2b3c4d"}
    assert not found["employee_id"].isin(["E2000", "E1100"]).any()


def test_a_rejected_row_is_told_once_and_in_hrs_terms(full_run):
    found = skipped(full_run)
    assert found["employee_id"].eq("E1042").sum() == 1
    told = row(full_run, "E1042", "HR file")
    assert (told["line"], told["reason"], told["owner"]) == (17, "Work e-mail: The address has no domain.", "HR")


def test_somebody_skipped_for_a_rejected_row_stays_if_the_rejects_do_not_name_them(full_run):
    told = row(replace(full_run, rejects=full_run.rejects.iloc[1:]), "E1042", "Expensify")
    assert told["reason"] == REASONS["row_rejected"].words


def test_a_broken_line_without_a_field_says_what_is_wrong(full_run):
    broken = full_run.rejects.assign(source=None, column=None, code="fields")
    assert row(replace(full_run, rejects=broken), "E1042", "HR file")["reason"] == "The address has no domain."


def test_a_row_without_a_number_is_found_by_its_line(full_run):
    nameless = skipped(full_run)[lambda frame: frame["employee_id"].isna()].squeeze()
    assert (nameless["line"], nameless["where"]) == (311, "HR file")


def test_a_refusal_gives_the_destinations_own_words(full_run):
    assert row(full_run, "E1801", "Expensify")["reason"] == "The destination refused the record: No policy found for that name"


def test_what_was_accepted_but_not_seen_is_not_passed_over(full_run):
    assert row(full_run, "E1701", "Expensify")["reason"] == REASONS["not_seen_yet"].words


def test_since_when_and_how_often_come_from_the_history_and_a_new_case_begins_with_this_run(full_run):
    old, new = row(full_run, "E1801", "Expensify"), row(full_run, "E1802", "Expensify")
    assert (old["first_seen"], old["times_seen"]) == ("2026-11-03", 4)
    assert (new["first_seen"], new["times_seen"]) == ("2026-11-19", 1)


def test_history_belongs_to_one_person_destination_and_reason(full_run):
    history = pd.DataFrame(
        {
            "destination": ["Findity", "Findity", "HR file", "HR file"],
            "employee_id": ["E1850", "E1851", "E1042", None],
            "reason": ["conflict", "no_policy", "email", "employee_id"],
            "first_seen": ["2026-10-01", "2026-10-01", "2026-09-01", "2026-01-01"],
            "times_seen": [7, 8, 9, 10],
        }
    )
    report = replace(full_run, skips=history)
    assert row(report, "E1850", "Findity")["times_seen"] == 7
    assert row(report, "E1851", "Findity")["times_seen"] == 1
    assert row(report, "E1042", "HR file")["first_seen"] == "2026-09-01"
    assert skipped(report).loc[lambda frame: frame["employee_id"].isna(), "times_seen"].tolist() == [1]


def test_an_unknown_code_stands_for_itself(full_run):
    people = full_run.destinations[1].people.replace({"reason": {"conflict": "brand_new_code"}})
    told = row(replace(full_run, destinations=[replace(full_run.destinations[1], people=people)]), "E1850", "Findity")
    assert (told["reason"], told["owner"]) == ("brand_new_code", "IT")


def test_a_plan_that_was_not_sent_says_whom_it_leaves_out(full_run):
    planned = replace(full_run.destinations[1], stage="planned", outcomes={})
    planned = replace(planned, people=planned.people.assign(outcome=None, landed=None))
    found = skipped(replace(full_run, destinations=[planned]))
    assert found["where"].eq("Findity").sum() == 8


def test_whom_a_managers_name_may_stand_for_is_in_a_column_of_its_own(full_run):
    note = {"line": 9, "employee_id": "E1043", "column": "manager_name", "source": "Boss", "code": "ambiguous"}
    messages = ["This stands for more than one person in the file: E1, E2.", "This stands for more than one person in the file."]
    for message, candidates in zip(messages, ["E1, E2", None], strict=True):
        found = skipped(replace(full_run, notes=pd.DataFrame([note | {"message": message}])))
        told = found[found["employee_id"].eq("E1043") & found["field"].eq("Boss")].squeeze()
        assert told["reason"] == f"Boss: {message}"
        assert (None if pd.isna(told["candidates"]) else told["candidates"]) == candidates


def test_an_empty_run_leaves_nobody_out_and_keeps_the_columns(empty_run):
    found = skipped(empty_run)
    assert tuple(found.columns) == COLUMNS
    assert found.empty
    assert to_csv(found).decode("utf-8-sig").strip() == ",".join(COLUMNS)


def test_every_reason_says_what_to_do_and_who_does_it():
    assert all(one.words and one.what_to_do and one.owner in ("HR", "Finance", "IT", "nobody") for one in REASONS.values())


def test_the_csv_opens_in_a_spreadsheet_with_its_letters_intact(full_run):
    data = to_csv(skipped(full_run).assign(reason="Ändra e-postadressen"))
    assert data.startswith(b"\xef\xbb\xbf")
    assert "Ändra" in data.decode("utf-8-sig")
    assert b"E1042,17,HR file" in data


def test_no_cell_of_the_csv_runs_as_a_formula():
    texts = ["=1+1", "+46", "-2", "@SUM(A1)", "\t=1", " =1", "fine", None]
    lines = to_csv(pd.DataFrame({"reason": pd.Series(texts, dtype="str"), "times_seen": [-1] * 8})).decode("utf-8-sig").split("\r\n")
    assert lines[1:9] == ["'=1+1,-1", "'+46,-1", "'-2,-1", "'@SUM(A1),-1", "'\t'=1,-1", "' =1,-1", "fine,-1", ",-1"]


def test_whoever_goes_by_a_line_comes_in_the_order_of_the_lines(clean_run):
    people = pd.DataFrame({"person": ["line 10", "E1", "line 9"], "action": "skip", "outcome": "skipped", "reason": "row_rejected"})
    report = replace(clean_run, destinations=[replace(clean_run.destinations[0], people=people)])
    assert left_out(report)["employee_id"].tolist() == ["E1", "line 9", "line 10"]
