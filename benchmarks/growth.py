"""How processor time grows with people: the exponent of each case, and a picture.

Belongs here: least squares and drawing. Does not belong here: measuring.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from benchmarks.cases import Row
from benchmarks.nights_picture import HEIGHT, LEFT, TOP, WIDTH

Points = list[tuple[int, float]]
"""People, and seconds of processor."""
COLOURS: Final = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b", "#e377c2", "#7f7f7f")


def series(rows: Iterable[Row]) -> dict[str, Points]:
    """Case → its points, by size; of ours at 0 ms a call that were measured for more than one size."""
    found: dict[str, Points] = {}
    for row in rows:
        if row.measured and row.people and row.delay_ms == 0 and not row.peer:
            found.setdefault(f"{row.what}, {row.step}".rstrip(", "), []).append((row.people, row.measured.cpu))
    return {what: sorted(points) for what, points in found.items() if len({people for people, _ in points}) > 1}


def exponent(points: Points) -> float:
    """By least squares of log seconds on log people: 1 is twice as long for twice as many."""
    people, seconds = np.log(np.array(points)).T
    return float(np.polyfit(people, seconds, 1)[0])


def draw(found: dict[str, Points]) -> str:
    """The picture, as SVG; both axes by powers of ten, where a straight line of the dashed one's slope is an exponent of 1."""
    every = [point for points in found.values() for point in points]
    across, up = (_decades([point[axis] for point in every]) for axis in (0, 1))

    def x(people: float) -> float:
        return LEFT + (WIDTH - LEFT - 20) * (math.log10(people) - across[0]) / (across[1] - across[0])

    def y(seconds: float) -> float:
        return TOP + 2 * HEIGHT * (1 - (math.log10(seconds) - up[0]) / (up[1] - up[0]))

    height = 2 * HEIGHT + TOP + 40 + 16 * len(found)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        f'<text x="{LEFT}" y="20" font-weight="bold">Seconds of processor by people; dashed: twice as long for twice as many</text>',
    ]
    for power in range(up[0], up[1] + 1):
        at = y(10.0**power)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - 20}" y1="{at:.1f}" y2="{at:.1f}" stroke="#dddddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{10.0**power:g} s</text>')
    low = y(10.0 ** up[0])
    sizes = sorted({people for people, _ in every})
    parts += [f'<text x="{x(people):.1f}" y="{low + 16:.1f}" text-anchor="middle">{people:,}</text>' for people in sizes]
    steps = min(across[1] - across[0], up[1] - up[0])
    end_x, end_y = x(10.0 ** (across[0] + steps)), y(10.0 ** (up[0] + steps))
    ends = f'x1="{LEFT}" y1="{low:.1f}" x2="{end_x:.1f}" y2="{end_y:.1f}"'
    parts.append(f'<line {ends} stroke="#999999" stroke-dasharray="4"/>')
    for place, (what, points) in enumerate(found.items()):
        colour = COLOURS[place % len(COLOURS)]
        line = " ".join(f"{x(people):.1f},{y(seconds):.1f}" for people, seconds in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        at = 2 * HEIGHT + TOP + 36 + 16 * place
        parts.append(f'<rect x="{LEFT}" y="{at - 9}" width="10" height="10" fill="{colour}"/>')
        parts.append(f'<text x="{LEFT + 14}" y="{at}">{what}: exponent {exponent(points):.2f}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _decades(values: Sequence[float]) -> tuple[int, int]:
    least, most = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return least, max(most, least + 1)
