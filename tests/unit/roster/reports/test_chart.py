"""The geometry of the chart."""

from dataclasses import replace
from itertools import pairwise

import pytest

from roster.reports.model import DestinationReport
from roster.reports.page import SLIVER, bars


def test_the_bars_share_one_scale_and_fill_their_width(full_run):
    first, second = bars(full_run.destinations)
    assert (first.width, second.width) == (100, pytest.approx(100 * 94 / 241))
    for bar in (first, second):
        assert sum(segment.width for segment in bar.segments) == pytest.approx(bar.width, abs=0.01)
        assert sum(segment.count for segment in bar.segments) == bar.moved


def test_a_single_person_among_thousands_can_still_be_seen():
    (bar,) = bars([DestinationReport(name="Findity", outcomes={"updated": 50_000, "refused": 1, "unchanged": 900_000})])
    refused = bar.segments[-1]
    assert (refused.outcome, refused.labelled) == ("refused", False)
    assert refused.width > SLIVER * 0.9


def test_segments_follow_one_another_in_the_order_of_the_vocabulary(full_run):
    segments = bars(full_run.destinations)[0].segments
    assert [one.outcome for one in segments] == [
        "created",
        "updated",
        "reactivated",
        "deactivated",
        "held",
        "skipped",
        "refused",
        "unknown",
    ]
    assert all(after.x == pytest.approx(one.x + one.width, abs=0.01) for one, after in pairwise(segments))


def test_the_words_say_what_the_picture_shows(full_run):
    assert bars(full_run.destinations)[1].words == "Findity, 1,035 people: 24 came in, 61 changed, 941 unchanged, 9 left out"


def test_nobody_changed_and_nobody_at_all_are_drawn_without_a_division_by_nothing(full_run):
    still = replace(full_run.destinations[0], outcomes={"unchanged": 10})
    assert bars([still])[0].segments == []
    assert bars([DestinationReport(name="Findity")]) == []
