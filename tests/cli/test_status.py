"""How `rollcall status` lays out what it was given."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from cli.status import print_status
from resources.past.status import Status


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [
        (["E01", np.nan, np.nan], "E01, 2 not named"),
        ([np.nan], "not named"),
        ([f"E{number}" for number in range(1, 9)], "E1, E2, E3, E4, E5, E6 … and 2 more"),
        ([*(f"E{number}" for number in range(1, 9)), np.nan], "E1, E2, E3, E4, E5, E6 … and 2 more, not named"),
    ],
)
def test_who_stays_out_without_a_number_is_counted_once(numbers: list[object], shown: str) -> None:
    skips = pd.DataFrame({"destination": "HR", "employee_id": numbers, "reason": "rejected", "first_seen": "2026-11-20", "times": 1})
    skips["employee_id"] = skips["employee_id"].astype("str")
    console = Console(width=200)
    with console.capture() as printed:
        print_status(console, Status("acme", 0, [], [], [], [], skips), datetime.now(UTC))
    line = next(line for line in printed.get().splitlines() if "2026-11-20" in line)
    assert line.rstrip().endswith(shown)
