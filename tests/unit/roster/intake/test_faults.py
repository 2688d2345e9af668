"""What is wrong with a row, in words that HR knows."""

from typing import Any

import pandas as pd
import pytest

from roster.intake.faults import entries, fault_rows
from roster.settings import People

FORMATS = ["%d.%m.%Y", "%Y-%m-%d"]


@pytest.mark.parametrize(
    ("column", "code", "source", "told"),
    [
        (
            "worker_status",
            "worker_status",
            {"values": {"Anställd": "Active", "Slutat": "Terminated"}},
            "The status is none of Anställd, Slutat.",
        ),
        ("worker_status", "worker_status", {}, "The status is none of Active, On Leave, Terminated, Pending."),
        ("start_date", "date", {"format": FORMATS}, "This is no day, or it is not written like 30.11.2026 or 2026-11-30."),
        ("start_date", "date", {"format": ["excel"]}, "The date is not written in a format that the settings name."),
    ],
)
def test_a_status_and_a_day_are_told_as_the_settings_agree_on_them_with_hr(
    column: str, code: str, source: dict[str, Any], told: str
) -> None:
    columns = dict.fromkeys(("employee_id", "email", "first_name", "last_name"), "X") | {column: {"column": "Y", **source}}
    people = People.model_validate({"columns": columns, "absent_means": "unchanged"})
    frame = pd.DataFrame({column: ["Vilande", "x"]}, index=[2, 3], dtype="str")
    found = entries(
        [fault_rows([2], column, code), fault_rows([3], "email", "missing")], frame, pd.Series(["1", "2"], index=[2, 3]), people
    )
    assert found["message"].tolist() == [told, "The field is empty, and it is needed."]
    assert found["value"].tolist()[0] == "Vilande"
