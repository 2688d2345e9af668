"""What was measured is written into a guide: the history grows, the rest is replaced."""

import datetime as dt
from pathlib import Path

from benchmarks.cases import OURS, Row
from benchmarks.history import HEAD, write
from benchmarks.measure import Measured
from resources import places

GUIDE = places.PROJECT / "docs" / "performance.md"


def night(people: int, cpu: float) -> Row:
    return Row(OURS, people, "no change", 0, Measured(9.0, cpu, 400))


def test_each_measurement_is_one_more_row_and_the_aims_are_the_last_ones(tmp_path: Path) -> None:
    guide = tmp_path / "performance.md"
    guide.write_text(GUIDE.read_text(encoding="utf-8"), encoding="utf-8")
    before = guide.read_text(encoding="utf-8").count("\n| 20")
    write(guide, [night(10_000, 3.0), night(100_000, 12.0)], dt.date(2030, 1, 2))
    write(guide, [night(10_000, 2.0), night(100_000, 8.5)], dt.date(2030, 1, 3))
    text = guide.read_text(encoding="utf-8")
    assert text.count("\n| 20") - before == 2
    assert text.count("| " + " | ".join(HEAD) + " |") == 1
    assert "3.0 s, 400 MiB" in text
    assert "2.0 s, 400 MiB" in text
    assert "| quiet night, 100,000: CPU | at most 9 s | 8.50 s | yes |" in text
    assert "12.00 s" not in text
    assert "exponent" in (tmp_path / "images" / "growth.svg").read_text(encoding="utf-8")
    assert text.count("growth.svg)") == 1
    assert text.endswith(GUIDE.read_text(encoding="utf-8")[-40:])
