"""The chart of the last thirty nights: what it shows, and its table."""

from dataclasses import replace
from datetime import date, timedelta

from roster.reports.model import Night
from roster.reports.nights import DAYS, HEIGHT, charts
from roster.reports.page import render

TODAY = date(2026, 11, 20)


def night(back, leavers=0, destination="Findity", **outcomes):
    return Night(day=TODAY - timedelta(back), destination=destination, outcomes=outcomes, leavers_active=leavers)


def drawn(run, *nights, stopped=()):
    return charts(replace(run, as_of=TODAY, nights=nights, stopped_on=stopped))


def test_each_destination_has_its_outcomes_and_its_leavers(full_run):
    found = drawn(full_run, night(1, 2, updated=10, unchanged=500), night(0, 3, updated=5, refused=5), night(0, destination="Expensify"))
    assert [(one.name, one.most) for one in found] == [("Findity", 10), ("Findity", 3), ("Expensify", 0), ("Expensify", 0)]
    last = found[0].bars[-1]
    assert [(part.outcome, part.count, part.height) for part in last.parts] == [("updated", 5, HEIGHT / 2), ("refused", 5, HEIGHT / 2)]
    assert last.words == "2026-11-20: 5 updated, 5 refused"
    assert (found[0].outcomes, found[1].outcomes) == (["updated", "refused"], []), "the key to the colours"


def test_a_day_without_a_night_is_a_gap_and_a_night_in_which_nothing_changed_is_none(full_run):
    bars = drawn(full_run, night(0, unchanged=9), night(2, created=1), stopped=[TODAY - timedelta(1)])[0].bars
    assert len(bars) == DAYS
    assert [bar.gap for bar in bars[-3:]] == [False, True, False]
    assert bars[-1].parts == []
    assert bars[-2].words == "2026-11-19: stopped"
    assert all(bar.gap and bar.words.endswith("no night") for bar in bars[:-3])


def test_bars_stay_within_the_drawing_and_nobody_is_invisible(full_run):
    found = drawn(full_run, night(0, updated=100_000, refused=1))[0]
    assert sum(part.height for part in found.bars[-1].parts) <= HEIGHT + 4
    assert min(part.height for part in found.bars[-1].parts) >= 2
    assert found.bars[-1].x + found.bars[-1].width <= 100


def test_the_table_says_the_same_newest_first(full_run):
    table = drawn(full_run, night(0, updated=1), night(1, refused=2), stopped=[TODAY - timedelta(2)])[0].table
    assert [heading for heading, _ in table.columns] == ["Day", "updated", "refused"]
    assert table.rows[:4] == [
        ["2026-11-20", 1, 0],
        ["2026-11-19", 0, 2],
        ["2026-11-18", "stopped", "stopped"],
        ["2026-11-17", "no night", "no night"],
    ]


def test_the_page_draws_them_with_words_for_whoever_does_not_see_them(full_run):
    page = render(replace(full_run, as_of=TODAY, nights=[night(0, 4, updated=3)]))
    assert 'aria-label="Findity, who has left and is still there: 1 of 30 days have a night, at most 4 people in one"' in page
    assert "<title>2026-11-20: 4 still there</title>" in page
    assert "no night" in page
    assert 'id="nights"' not in render(full_run)
