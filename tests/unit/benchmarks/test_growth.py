"""The picture of growth is SVG that a browser reads, and an exponent is that of the figures."""

from xml.etree import ElementTree

import pytest

from benchmarks.cases import OURS, Row
from benchmarks.growth import draw, exponent, series
from benchmarks.measure import Measured


def row(people: int, cpu: float, **how: object) -> Row:
    return Row(OURS, people, "no change", **{"delay_ms": 0, "measured": Measured(1.0, cpu, 100), **how})  # type: ignore[arg-type]


def test_twice_as_long_for_twice_as_many_is_one_and_four_times_is_two() -> None:
    assert exponent([(1, 2.0), (2, 4.0), (4, 8.0)]) == pytest.approx(1)
    assert exponent([(1, 2.0), (2, 8.0), (4, 32.0)]) == pytest.approx(2)


def test_only_ours_without_delay_and_of_several_sizes_grow() -> None:
    rows = [row(10, 1.0), row(20, 2.0), row(10, 5.0, delay_ms=100), row(30, 9.0, peer=True), Row("demo", 0, "", 0, Measured(1, 1, 1))]
    assert series(rows) == {"Rollcall, no change": [(10, 1.0), (20, 2.0)]}
    assert series(rows[:1]) == {}


def test_the_picture_has_a_line_for_each_case_within_its_frame() -> None:
    found = {"one": [(10_000, 3.0), (300_000, 45.0)], "other": [(10_000, 0.04), (300_000, 0.5)]}
    picture = ElementTree.fromstring(draw(found))
    lines = picture.findall("{http://www.w3.org/2000/svg}polyline")
    points = [[float(part) for part in point.split(",")] for line in lines for point in line.get("points").split()]
    assert len(lines) == 2
    _, _, width, height = map(float, picture.get("viewBox").split())
    assert all(0 <= x <= width and 0 <= y <= height for x, y in points)
