"""Who has left and still has access, whatever the reason, is the first that a report says."""

from dataclasses import replace

import pandas as pd
import pytest

from roster.plan.outcomes import PLACES
from roster.reports.access import still_there
from roster.reports.headline import headline
from roster.reports.skipped import left_out
from tests.unit.roster.reports.conftest import PEOPLE, frame, person

LEAVERS = {
    "held": person("E1", "hold", "leave", "held", "limit"),
    "in doubt": person("E1", "hold", "leave", "held", "conflict"),
    "refused": person("E1", "deactivate", "leave", "refused", "refused", "Owner"),
    "unknown": person("E1", "deactivate", "leave", "unknown", "unanswered"),
    "not seen": person("E1", "deactivate", "leave", "deactivated", "not_seen_yet", landed="missing"),
    "kept": person("E1", "skip", None, "skipped", "still_needed"),
    "overtaken": person("E1", "deactivate", "leave", "skipped", "stale"),
    "rejected": person("E1", "skip", None, "skipped", "still_has_access"),
    "another system's": person("E1", "skip", None, "skipped", "deactivated_elsewhere"),
    "not sent": person("E1", "deactivate", "leave", None),
}
OTHERS = {
    "gone": person("E1", "deactivate", "leave", "deactivated", landed="landed"),
    "gone meanwhile": person("E1", "deactivate", "leave", "unchanged", "done_meanwhile"),
    "gone by date": person("E1", "skip", None, "skipped", "leaves_later"),
    "a joiner held": person("E1", "hold", "join", "held", "limit"),
    "a joiner to be taken back": person("E1", "hold", "leave", "held", "undo"),
    "a mover refused": person("E1", "update", "policy", "refused", "refused"),
    "a stranger": ["~1a", None, "skip", None, "skipped", "not_in_hr", None, None],
}
SAYS = {
    "held": "waits for a release",
    "in doubt": "waits until somebody settles who they are",
    "refused": "refused",
    "unknown": "without an answer",
    "not seen": "accepted, and still there",
    "kept": "nobody else approves there yet",
    "overtaken": "not sent",
    "rejected": "their row of HR's file was rejected",
    "another system's": "another system is to take them out",
    "not sent": "not sent",
}


def run(report, people, **values):
    one = replace(report.destinations[0], people=frame(people, PEOPLE), **values)
    return replace(report, destinations=[one])


def first_line(report):
    return headline(report, left_out(report)).sentence


@pytest.mark.parametrize("why", LEAVERS)
def test_true_report_whoever_has_left_and_has_access_is_said_first_by_number_and_with_why(clean_run, why):
    said = first_line(run(clean_run, [LEAVERS[why]]))
    assert said == f"1 person who has left still has access (E1) at Expensify: {SAYS[why]}; all 236 planned changes landed"


@pytest.mark.parametrize("why", OTHERS)
def test_whoever_is_out_or_has_not_left_is_none_of_them(clean_run, why):
    report = run(clean_run, [OTHERS[why]])
    assert still_there(report, left_out(report)).empty
    assert "still ha" not in first_line(report)


def test_six_leavers_are_six_people_wherever_they_are_and_stand_before_all_that_went_well(clean_run):
    people = [
        [number := f"E{at}", number, *LEAVERS[why][2:]] for at, why in enumerate(["held", "held", "refused", "refused", "unknown", "kept"])
    ]
    report = run(clean_run, people, held=2)
    twice = replace(report.destinations[0], name="Findity", people=frame(people[:2], PEOPLE), intended=0, accepted=0, landed=0)
    said = first_line(replace(report, destinations=[*report.destinations, twice]))
    assert said.startswith(
        "6 people who have left still have access (E0, E1, E2, E3, E4 …) at Expensify: waits for a release (2), refused (2), "
    )
    assert said.endswith("; at Findity: waits for a release (2); all 236 planned changes landed")


def test_of_several_reasons_at_one_place_the_most_telling_counts(clean_run):
    still = pd.DataFrame([("E1", "P1", "is a member still")], columns=list(PLACES))
    report = run(clean_run, [LEAVERS["refused"]], still_in=still)
    assert still_there(report, left_out(report))[["person", "cause"]].to_numpy().tolist() == [["E1", "refused"]]


def test_a_preview_takes_nobody_out_and_does_not_say_that_they_stay(clean_run):
    preview = replace(run(clean_run, [LEAVERS["not sent"]], stage="planned"), job="acme_preview")
    assert still_there(preview, left_out(preview)).empty
    held = replace(run(clean_run, [[*LEAVERS["held"][:4], None, *LEAVERS["held"][5:]]], stage="planned"), job="acme_preview")
    assert still_there(held, left_out(held))["cause"].tolist() == ["held"]


def test_what_stopped_a_run_stands_beside_who_has_access_still(clean_run):
    stopped = replace(run(clean_run, [LEAVERS["not sent"]], stage="planned"), status="stopped", failure="Expensify does not answer.")
    assert first_line(stopped) == (
        "1 person who has left still has access (E1) at Expensify: not sent; Stopped: Expensify does not answer."
    )


def test_whoever_may_only_belong_elsewhere_is_not_said_to_have_left(clean_run):
    said = first_line(run(clean_run, [LEAVERS["held"]], key="findity_se", name="Findity se"))
    assert said.startswith("1 person who is to lose it still has access (E1) at Findity se: waits for a release; ")


def test_a_row_that_says_it_of_nobody_that_can_be_told_is_said_right_after(clean_run):
    rows = pd.DataFrame(
        [[7, None, "email", "E-mail", "says_left", "x"]], columns=["line", "employee_id", "column", "source", "code", "message"]
    )
    report = replace(run(clean_run, [LEAVERS["held"]]), rejects=rows)
    assert headline(report, left_out(report)).also[0] == "1 row says that somebody has left, and not who: they may still have access"
