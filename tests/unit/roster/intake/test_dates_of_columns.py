"""Which days a column of dates means, by all that stands in it."""

from datetime import date
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from roster.intake.dates import Calendar, days
from roster.settings import Source
from tests.unit.roster.intake.test_intake import COLUMNS, dispositions, intake, line

NEW_YORK = ZoneInfo("America/New_York")
MOMENTS = "%Y-%m-%dT%H:%M:%S%z"


def read(texts: list[str], *formats: str, zone: ZoneInfo | None = None) -> list[str | None]:
    """The days; None where one is not used."""
    found = days(pd.Series(texts, dtype="str"), Source(column="Date", format=list(formats)), Calendar(date(2026, 11, 21), zone), ends=True)
    assert not (found.ambiguous & ~found.unreadable).any()
    return [None if unread else str(day) for unread, day in zip(found.unreadable, found.iso, strict=True)]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["12/5/2026", "11/12/2026", "12/31/2026"], [None, None, None]),
        (["12/5/2026", "5/5/2026", "12/31/2026"], [None, "2026-05-05", None]),
        (["12/5/2026", "31/12/2026", "12/31/2026"], [None, "2026-12-31", None]),
        (["12/5/2026", "31/12/2026", "30/11/2026", "12/31/2026"], ["2026-05-12", "2026-12-31", "2026-11-30", None]),
        (["12/5/2026", "11/12/2026"], ["2026-05-12", "2026-12-11"]),
        (["12/5/2026", "unknown"], ["2026-05-12", None]),
        (["12/5/2026", "12/31/9999"], ["2026-05-12", "9999-12-31"]),
    ],
    ids=["turned", "a day that is the same", "as many either way", "one slip", "nothing shows it", "no day at all", "none"],
)
def test_no_surprise_where_day_and_month_have_changed_places_in_a_column_no_day_is_guessed(texts: list[str], expected: list[str]) -> None:
    assert read(texts, "%d/%m/%Y") == expected


def test_with_both_formats_nothing_has_changed_places() -> None:
    assert read(["12/5/2026", "12/31/2026", "31/12/2026"], "%d/%m/%Y", "%m/%d/%Y") == [None, "2026-12-31", "2026-12-31"]


def test_no_surprise_nobody_leaves_by_a_day_whose_month_may_be_its_day() -> None:
    columns = COLUMNS | {"end_date": {"column": "To", "format": "%d/%m/%Y"}}
    rows = [line("1"), line("2", To="3/1/2026"), line("3", To="12/31/2026"), line("4")]
    result = intake(*rows, columns=columns, as_of=date(2026, 2, 1))
    assert dispositions(result)[3] == ("2", "rejected", "date_ambiguous"), "1 March, or 3 January"
    assert list(result.roster["employee_id"]) == ["1", "4"]
    assert "changed places" in result.rejects["message"].iloc[0]


def test_a_column_of_midnights_in_utc_is_one_of_days_wherever_the_company_lies() -> None:
    assert read(["2027-01-31T00:00:00Z", "2027-02-28T00:00:00+00:00"], MOMENTS, zone=NEW_YORK) == ["2027-01-31", "2027-02-28"]
    assert read(["2027-01-31T00:00:00Z", "2027-02-28T05:00:00Z"], MOMENTS, zone=NEW_YORK) == ["2027-01-30", "2027-02-28"]
    assert read(["2027-01-31T00:00:00-03:00"], MOMENTS, zone=NEW_YORK) == ["2027-01-30"]
    assert read(["2027-01-31T00:00:00Z"], MOMENTS) == [None], "without a zone no moment is read"
