"""Who is in some part of a destination where they should not be, on the report's page and in its first lines."""

from dataclasses import replace

import pandas as pd

from roster.plan.outcomes import PLACES, OutcomeFacts
from roster.reports.headline import headline
from roster.reports.page import render
from roster.reports.skipped import left_out

STILL = pd.DataFrame([("E7", "P3", "is a member still"), ("E9", "P3", "is a member still")], columns=list(PLACES))
STAYING = pd.DataFrame([("E4", "P1", "left there by the settings")], columns=list(PLACES))


def told(report):
    one = replace(report.destinations[0], still_in=STILL, staying=STAYING)
    return replace(report, destinations=[one, *report.destinations[1:]])


def test_true_report_who_has_left_and_is_still_there_is_said_at_once_and_by_number(full_run):
    report = told(full_run)
    first = headline(report, left_out(report))
    assert first.sentence.startswith("2 people who have left still have access (E7, E9) at Expensify: still in it, or may be; ")
    page = render(report)
    assert "Have left, and are still in Expensify" in page and "E7, E9" in page
    assert "Stay at Expensify" in page and "E4" in page


def test_where_nobody_is_the_page_says_nothing_of_it(full_run):
    page = render(full_run)
    assert "are still in" not in page and "Stay at" not in page


def test_who_is_where_is_kept_with_the_outcomes_and_an_earlier_version_kept_nobody():
    kept = OutcomeFacts.from_json(OutcomeFacts(still_in=STILL, staying=STAYING).to_json())
    pd.testing.assert_frame_equal(kept.still_in, STILL)
    pd.testing.assert_frame_equal(kept.staying, STAYING)
    earlier = OutcomeFacts.from_json({"outcomes": {}})
    assert earlier.still_in.empty and earlier.staying.empty
