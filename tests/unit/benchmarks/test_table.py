"""The figures as they are printed."""

from benchmarks.cases import Row
from benchmarks.measure import Measured
from benchmarks.server import Served
from benchmarks.table import lines

ROWS = [
    Row("empty Dagster job", 0, "", 0, Measured(2.0, 1.0, 100)),
    Row("Rollcall", 10_000, "no change", 0, Measured(5.0, 4.0, 300), Served(4, 0, {}, 0.1)),
    Row("Rollcall", 10_000, "first load", 100, Measured(10.0, 4.0, 300), Served(50, 30, {}, 0.1)),
    Row("dlt, 10 a call", 10_000, "every run", 100, Measured(60.0, 4.0, 300), Served(900, 900, {}, 0.1)),
    Row("drt, 10 a call", 10_000, "every run", 100, None, note="failed: no such table"),
]


def test_every_case_has_a_line_also_one_that_failed() -> None:
    found = lines(ROWS)
    assert len(found) == 1 + len(ROWS)
    assert found[-1].endswith("failed: no such table")
