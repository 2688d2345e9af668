"""When nobody is told, and that a release which would expire then is told of before."""

from datetime import UTC, datetime, timedelta

import pytest

from resources.alerts.settings import EVENTS, Alerts
from resources.alerts.wording import TITLES


def alerts(begin, end, **more):
    given = {"quiet_hours": {"begin": begin, "end": end}} if begin else {}
    return Alerts.model_validate({"targets": {"it": {"url": {"env": "X"}}}, **given, **more})


@pytest.mark.parametrize(
    ("begin", "end", "quiet"),
    [("20:00", "06:30", {20, 23, 0, 6}), ("12:00", "13:00", {12}), ("00:00", "06:00", {0, 5}), (None, None, set())],
)
def test_it_is_quiet_by_the_companys_clock(begin, end, quiet):
    found = {
        hour
        for hour in (0, 5, 6, 7, 12, 13, 19, 20, 23)
        if alerts(begin, end).quiet(datetime(2026, 11, 20, hour, tzinfo=UTC) - timedelta(hours=1), "Europe/Stockholm")
    }
    assert found == quiet | ({5} if begin == "20:00" else set())


@pytest.mark.parametrize(
    ("until", "told"),
    [
        ("2026-11-20 16:00", "2026-11-20 12:00"),  # 17:00 in Stockholm
        ("2026-11-20 04:15", "2026-11-19 15:00"),  # a night's: at 16:00, four hours before it is quiet
        ("2026-11-19 23:30", "2026-11-19 15:00"),  # told at 20:30 otherwise
        ("2026-11-19 22:30", "2026-11-19 18:30"),  # 19:30, just before
    ],
)
def test_a_release_that_expires_in_quiet_hours_is_told_of_before_them(until, told):
    moment = datetime.fromisoformat(until).replace(tzinfo=UTC)
    assert alerts("20:00", "06:30").expiring_from(moment, "Europe/Stockholm") == datetime.fromisoformat(told).replace(tzinfo=UTC)


def test_it_is_told_of_in_time_and_never_in_quiet_hours():
    moments = [datetime(2026, 3, 27, tzinfo=UTC) + timedelta(minutes=30 * step) for step in range(200)]  # over a change of the clock
    times = [alerts("20:00", "06:30").expiring_from(moment, "Europe/Stockholm") for moment in moments]
    assert all(moment - time >= timedelta(hours=4) for moment, time in zip(moments, times, strict=True))
    assert not any(alerts("20:00", "06:30").quiet(time, "Europe/Stockholm") for time in times)


def test_every_event_has_a_title():
    assert set(TITLES) == set(EVENTS)
