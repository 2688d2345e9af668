"""The sentence at the top of the page."""

from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest

from roster.intake.gate import GateCheck
from roster.reports.headline import headline
from roster.reports.model import BEFORE, HR_FILE, ROWS, Accepted
from roster.reports.skipped import left_out

NIGHT = datetime(2026, 11, 18, 2, tzinfo=UTC)


def said(report):
    return headline(report, left_out(report))


def changed(report, **values):
    return replace(report, destinations=[replace(report.destinations[0], **values), *report.destinations[1:]])


def test_a_clean_run_says_that_all_landed(clean_run):
    found = said(clean_run)
    assert (found.tone, found.sentence, found.also) == ("good", "All 236 planned changes landed", [])


def test_what_cannot_be_read_back_is_never_called_landed(clean_run):
    found = said(changed(clean_run, landed=200, not_visible=36))
    assert found.sentence == "All 236 planned changes accepted"
    assert found.also == ["200 landed, 36 in fields that cannot be read back"]


def test_rows_whose_number_is_not_shown_are_one_person_by_it_all_the_same(clean_run):
    rows = [{"line": line, "column": "employee_id", "code": "duplicate", "message": "Twice."} for line in (27, 103)]
    rejects = pd.DataFrame(rows).reindex(columns=list(ROWS)).assign(number="E9")
    assert "1 person could not be brought in" in said(replace(clean_run, rejects=rejects)).also
    assert "2 people could not be brought in" in said(replace(clean_run, rejects=rejects.assign(number=["E9", "E7"]))).also


def test_a_run_with_open_cases_names_the_worst_first(full_run):
    found = said(full_run)
    assert found.tone == "attention"
    waits = "21 people wait for a release at Expensify: look through the changes, then release the held set"
    assert found.sentence == f"{waits}; 294 of 296 planned changes accepted"
    assert found.also == [
        "Expensify refused 1 person: its reasons are in the report",
        "1 person without an answer from Expensify",
        "1 accepted change is not seen at Expensify",
        "3 new faults in HR's file (lines 17, 311, 640)",
        "6 people could not be brought in",
        "237 landed, 56 in fields that cannot be read back",
        "1 new value in HR's file cannot be used (line 88)",
    ]


def test_strangers_and_people_for_whom_nothing_is_to_do_do_not_count_as_left_out(full_run):
    people = full_run.destinations[0].people
    quiet = changed(
        full_run, people=people[people["reason"].isin(["not_in_hr", "not_started"])], missing=0, held=0, outcomes={"skipped": 8}
    )
    quiet = replace(quiet, destinations=quiet.destinations[:1], rejects=full_run.rejects.iloc[:0])
    assert not [sentence for sentence in [said(quiet).sentence, *said(quiet).also] if "brought in" in sentence]


def test_who_has_left_and_still_has_access_is_said_before_all_else(full_run):
    people = full_run.destinations[0].people.replace({"reason": {"row_rejected": "still_has_access"}})
    found = said(changed(full_run, people=people))
    access = "1 person who has left still has access (E1042) at Expensify: their row of HR's file was rejected"
    assert found.sentence == f"{access}; 294 of 296 planned changes accepted"
    unnamed = full_run.rejects.assign(code=full_run.rejects["code"].where(full_run.rejects["employee_id"].notna(), "says_left"))
    found = said(replace(changed(full_run, people=people), rejects=unnamed))
    assert found.also[0] == "1 row says that somebody has left, and not who: they may still have access"
    left = left_out(replace(changed(full_run, people=people), rejects=unnamed))
    assert left["code"].head(2).tolist() == ["still_has_access", "says_left"]


@pytest.mark.parametrize("job", ["acme_release", "acme_one"])
def test_a_run_about_some_people_begins_with_them_and_ends_with_what_is_true_of_others(full_run, job):
    one = changed(full_run, held=0, missing=0, landed=153, outcomes={"created": 24, "updated": 176, "reactivated": 1, "deactivated": 9})
    quiet = one.destinations[0].people
    quiet = quiet[quiet["reason"].isin(["row_rejected", "not_started"])]
    one = replace(one, job=job, destinations=[replace(one.destinations[0], people=quiet)])
    found = said(one)
    assert (found.tone, found.sentence) == ("attention", "209 of 211 planned changes accepted")
    assert found.also[-2:] == ["3 new faults in HR's file (lines 17, 311, 640)", "3 people could not be brought in"]
    kept = quiet.replace({"reason": {"row_rejected": "still_has_access"}})
    found = said(replace(one, destinations=[replace(one.destinations[0], people=kept)]))
    assert found.sentence == "209 of 211 planned changes accepted"
    assert found.also[-3].startswith("1 person who has left still has access (E1042)")


def test_a_release_that_did_not_go_through_for_somebody_begins_with_them(full_run):
    found = said(replace(full_run, job="acme_release"))
    assert found.sentence == "Expensify refused 1 person: its reasons are in the report; 294 of 296 planned changes accepted"
    waits = "21 people wait for a release at Expensify: look through the changes, then release the held set"
    assert found.also.index(waits) > found.also.index("1 person without an answer from Expensify")
    assert "Released by kim: looked through" in said(replace(full_run, job="acme_release", released="kim: looked through")).also
    people = full_run.destinations[0].people
    people = people.assign(kinds=people["kinds"].mask(people["outcome"].isin(["refused", "unknown"]), "leave"))
    refused = said(replace(changed(full_run, people=people), job="acme_release")).sentence
    assert refused.startswith("2 people who have left still have access (E1801, E1802) at Expensify: refused (1), without an answer (1)")
    undone = said(replace(full_run, job="acme_undo"))
    assert undone.sentence.startswith(waits)


def test_a_run_stopped_at_the_gate_says_why_and_that_nothing_was_written(stopped_run):
    found = said(stopped_run)
    assert (found.tone, found.sentence) == ("stopped", "Stopped at the gate: 211 rows, 1,042 last time")
    assert found.also == ["Nothing was planned and nothing was written"]


def test_who_let_the_file_pass_the_gate_is_said_and_why(clean_run):
    found = said(replace(clean_run, accepted=Accepted(checks=["rows", "older"], by="kim", reason="sold")))
    assert (found.tone, found.sentence) == (
        "attention",
        "kim let the file pass the gate (rows, older): sold; all 236 planned changes landed",
    )


def test_one_destination_failing_is_said_before_the_others_success(clean_run, full_run):
    failed = replace(
        full_run.destinations[1], stage="none", failure="The token was refused.", people=clean_run.destinations[0].people, outcomes={}
    )
    found = said(replace(clean_run, destinations=[*clean_run.destinations, failed]))
    assert (found.tone, found.sentence) == ("stopped", "Findity did not get through: The token was refused.")
    assert found.also == ["All 236 planned changes landed"]


def test_a_preview_says_that_nothing_was_sent(clean_run):
    found = said(changed(clean_run, stage="planned", accepted=0, landed=0, outcomes={}))
    assert (found.tone, found.sentence) == ("preview", "236 changes planned, nothing sent")


def test_a_run_with_nothing_to_do_says_so(clean_run):
    assert said(changed(clean_run, intended=0, accepted=0, landed=0, outcomes={"unchanged": 246})).sentence == "Nothing had to change"


def test_sent_but_not_read_back_is_not_called_landed(clean_run):
    found = said(changed(clean_run, stage="sent", landed=0))
    assert (found.sentence, found.also) == ("All 236 planned changes accepted", ["Not everything was read back"])


def test_a_run_that_holds_everything_says_so_first(clean_run):
    held = changed(clean_run, intended=0, accepted=0, landed=0, held=236, outcomes={"held": 236})
    waits = "236 people wait for a release at Expensify: look through the changes, then release the held set"
    assert said(held).sentence == f"{waits}; nothing was written"


def test_true_report_a_re_execution_says_what_had_stopped_the_attempts_before_it(clean_run):
    found = said(replace(clean_run, earlier=["The process of this run has died", "Findity refused: 401"]))
    assert found.sentence == "All 236 planned changes landed"
    assert found.also == ["Attempt 1 had stopped: The process of this run has died", "Attempt 2 had stopped: Findity refused: 401"]


def test_true_report_how_many_approve_without_the_limit_that_hr_gave_them_stands_in_the_first_lines(clean_run):
    notes = pd.DataFrame({"line": [2, 3, 3, 4], "column": ["approval_limit", "approval_limit", "phone", "phone"]}).reindex(
        columns=list(ROWS)
    )
    found = said(replace(clean_run, notes=notes))
    assert found.tone == "attention"
    lost = "2 people approve without the limit that HR gave them: the amount cannot be read (see `decimal`)"
    assert found.sentence == f"{lost}; all 236 planned changes landed"


def test_what_is_odd_about_the_choice_of_the_file_stands_in_the_first_lines(clean_run):
    odd = [
        GateCheck("names", "HR has 2 files of 2026-11-30: b is read, and not a", "", "warning"),
        GateCheck("header", "moved", "", "warning"),
    ]
    assert said(replace(clean_run, gate=odd)).sentence.startswith("HR has 2 files of 2026-11-30: b is read, and not a; ")


def test_a_file_that_was_read_before_is_said_and_is_no_alarm(clean_run):
    again = GateCheck("content", "the very file that was last applied", "")
    nights = GateCheck("same_file", "the very same file was read on 3 days in a row", "")
    found = said(replace(clean_run, gate=[GateCheck("same_file", "read for the first time", ""), again]))
    assert (found.tone, found.also) == ("good", ["HR has sent nothing new: this is the very file that was last applied"])
    assert said(replace(clean_run, gate=[nights, again])).also == [
        "HR has sent nothing new: the very same file was read on 3 days in a row"
    ]


def test_who_is_without_an_active_approver_and_whom_hr_gives_no_manager_that_can_be_found_is_said(clean_run):
    found = said(changed(clean_run, without_approver=["E1", "E2"]))
    assert found.sentence.startswith(f"2 people are without an active approver at {clean_run.destinations[0].name}; ")
    lost = pd.DataFrame([["E1", "kept"], ["E1", "unknown"], ["E2", "on_leave"]], columns=["employee_id", "repair"])
    assert said(replace(clean_run, repairs=lost)).sentence.startswith("HR names a manager whom no row has for 1 person; ")


def test_of_several_organizations_each_that_stopped_is_named(clean_run):
    refused = "The token was refused."
    stopped = replace(clean_run, status="stopped", failure=refused, failed_parts={"Findity no": refused, "Findity se": refused})
    found = said(stopped)
    assert (found.tone, found.sentence) == ("stopped", f"Stopped at Findity no: {refused}")
    assert found.also[0] == f"Findity se did not get through: {refused}"
    one = said(replace(stopped, failed_parts={"Findity no": refused}))
    assert (one.sentence, one.also[0]) == (f"Stopped at Findity no: {refused}", "All 236 planned changes landed")
    other = said(replace(clean_run, failed_parts={"Findity no": refused}))
    assert other.sentence == f"Findity no did not get through: {refused}"


def test_who_keeps_their_access_for_what_they_approve_is_told_and_is_nobody_who_was_to_be_brought_in(clean_run):
    people = [{"person": f"E{one}", "employee_id": f"E{one}", "action": "deactivate", "outcome": "skipped", "reason": "still_needed"}
              for one in range(7)]  # fmt: skip
    found = said(changed(clean_run, people=pd.DataFrame(people)))
    keep = "7 people who have left still have access (E0, E1, E2, E3, E4 …) at Expensify: nobody else approves there yet"
    assert found.sentence == f"{keep}; all 236 planned changes landed"
    assert not [sentence for sentence in found.also if "brought in" in sentence]


def test_a_row_without_a_number_is_new_only_where_none_like_it_was_there(full_run):
    """Line 311 has none, so that no history can follow it."""
    assert full_run.intake is not None
    unnumbered = "3 new faults in HR's file (lines 17, 311, 640)"
    assert unnumbered in said(full_run).also
    again = replace(full_run, intake=replace(full_run.intake, seen_before=True))
    assert "2 new faults in HR's file (lines 17, 640)" in said(again).also
    out = left_out(full_run)
    after_one_like_it = replace(full_run, before=out.loc[out["line"].eq(311), list(BEFORE)], known_before={HR_FILE: NIGHT})
    assert "2 new faults in HR's file (lines 17, 640)" in said(after_one_like_it).also


def test_a_row_whose_fault_has_returned_since_is_new_only_where_it_was_not_there(full_run):
    """Of a skip that ended and began anew nothing is kept: the night before says whether it was there."""
    out = left_out(full_run)
    after_the_same = replace(full_run, before=out.loc[out["line"].eq(17), list(BEFORE)], known_before={HR_FILE: NIGHT})
    assert "2 new faults in HR's file (lines 311, 640)" in said(after_the_same).also
