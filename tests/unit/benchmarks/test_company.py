"""The short story of a company that is measured."""

import datetime as dt

from benchmarks.company import changed
from benchmarks.roster import export


def test_from_the_first_day_to_the_second_one_person_in_forty_changes() -> None:
    before = export(2000, dt.date(2026, 11, 20))
    after = changed(before)
    assert len(after) - len(before) == 5
    kept = after.head(len(before))
    assert (kept["Status"] != before["Status"]).sum() == 5
    assert 35 <= (kept["Department"] != before["Department"]).sum() <= 42
    assert after["Employee No"].dropna().tail(5).is_unique
