from datetime import date

import pandas as pd
import pytest

from roster.intake.take_in import employment

YESTERDAY, TODAY, TOMORROW, LONG_AGO = "2026-02-28", "2026-03-01", "2026-03-02", "2019-01-01"


@pytest.mark.parametrize(
    ("status", "start", "end", "expected"),
    [
        ("Active", LONG_AGO, None, "active"),
        ("Active", None, None, "active"),
        ("Active", TODAY, None, "active"),
        ("Active", TOMORROW, None, "pending"),
        ("Active", LONG_AGO, TODAY, "active"),
        ("Active", LONG_AGO, YESTERDAY, "left"),
        ("Active", None, YESTERDAY, "left"),
        ("Active", YESTERDAY, LONG_AGO, "active"),
        ("Active", TOMORROW, LONG_AGO, "pending"),
        ("On Leave", LONG_AGO, None, "leave"),
        ("On Leave", LONG_AGO, YESTERDAY, "left"),
        ("On Leave", TOMORROW, None, "pending"),
        ("Pending", None, None, "pending"),
        ("Pending", LONG_AGO, YESTERDAY, "left"),
        ("Terminated", LONG_AGO, None, "left"),
        ("Terminated", LONG_AGO, YESTERDAY, "left"),
        ("Terminated", LONG_AGO, TODAY, "active"),
        ("Terminated", LONG_AGO, TOMORROW, "active"),
        ("Terminated", YESTERDAY, LONG_AGO, "left"),
        ("Terminated", TOMORROW, None, "left"),
    ],
)
def test_status_and_dates_say_where_a_person_stands(status: str, start: str | None, end: str | None, expected: str) -> None:
    row = pd.DataFrame({"status": [status], "start": [start], "end": [end]}, index=[7], dtype="str")
    assert employment(row["status"], row["start"], row["end"], date(2026, 3, 1)).to_dict() == {7: expected}
