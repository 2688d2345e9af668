"""What many nights leave, as a table for the terminal and as a picture for the guides.

Belongs here: drawing. Does not belong here: running the nights (``benchmarks.nights``).
"""

from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import Any, Final

Nights = Sequence[dict[str, Any]]
COLOURS: Final = {"ledger": "#1f77b4", "Dagster's database": "#d62728", "stored values": "#2ca02c", "reports": "#9467bd"}
WIDTH, HEIGHT, LEFT, TOP = 820, 200, 60, 34


def table(nights: Nights, days: int) -> Iterator[str]:
    """A line for some of the nights: bytes in each place, files, seconds of processor a night, and how often the loop that tells of the
    machine would have run in these (the middle one of the ten nights up to it)."""
    yield f"{'night':>6} " + " ".join(f"{place + ' MB':>22}" for place in COLOURS) + f"{'files':>8}{'CPU s':>11}{'loops':>9}"
    last = len(nights)
    for night in sorted({1, days, 2 * days, *range(100, last, 100), last}):
        if night <= last:
            row = nights[night - 1]
            size = " ".join(f"{row['bytes'][place] / 1e6:>22.2f}" for place in COLOURS)
            yield f"{night:>6} {size}{row['files']:>8}{_around(nights, night, _cpu):>11.2f}{_around(nights, night, _loops):>9.1f}"


def _cpu(row: dict[str, Any]) -> float:
    return float(row["cpu"])


def _loops(row: dict[str, Any]) -> float:
    return float(row["cpu"] / row["loop"])


def _around(nights: Nights, night: int, value: Callable[[dict[str, Any]], float]) -> float:
    return median(value(row) for row in nights[max(0, night - 10) : night])


def draw(nights: Nights, people: int, days: int) -> str:
    """The picture, as SVG: megabytes in each place, seconds of processor a night, and these at one pace of the machine; wall time tells of
    whatever else it does."""
    most = max(row["bytes"][place] for row in nights for place in COLOURS) / 1e6
    slowest = max(_around(nights, row["night"], _cpu) for row in nights)
    pace = median(row["loop"] for row in nights)
    height = 2 * (HEIGHT + 60) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        *_frame(0, f"Megabytes kept: {people:,} people, retention_days: {days}", most, len(nights), days),
        *(_line(0, nights, most, lambda row, place=place: row["bytes"][place] / 1e6, colour) for place, colour in COLOURS.items()),
        *_legend(),
        *_frame(1, "Seconds of processor a night (the middle one of ten); grey: at one pace of the machine", slowest, len(nights), days),
        _line(1, nights, slowest, lambda row: _around(nights, row["night"], _loops) * pace, "#999999"),
        _line(1, nights, slowest, lambda row: _around(nights, row["night"], _cpu), "#333333"),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _y(panel: int, share: float) -> float:
    return panel * (HEIGHT + 60) + TOP + HEIGHT * (1 - share / 1.05)


def _x(night: float, nights: int) -> float:
    return LEFT + (WIDTH - LEFT - 20) * night / nights


def _frame(panel: int, title: str, most: float, nights: int, days: int) -> Iterator[str]:
    yield f'<text x="{LEFT}" y="{panel * (HEIGHT + 60) + 20}" font-weight="bold">{title}</text>'
    for share in (0.0, 0.5, 1.0):
        y = _y(panel, share)
        yield f'<line x1="{LEFT}" x2="{WIDTH - 20}" y1="{y:.1f}" y2="{y:.1f}" stroke="#dddddd"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{most * share:.1f}</text>'
    for night in sorted({days, *range(0, nights + 1, max(1, nights // 4))}):
        where = f'x="{_x(night, nights):.1f}" y="{_y(panel, 0) + 16:.1f}"'
        yield f'<text {where} text-anchor="middle">{"night " if not night else ""}{night}</text>'
    x = _x(days, nights)
    yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_y(panel, 1.05):.1f}" y2="{_y(panel, 0):.1f}" stroke="#999999" stroke-dasharray="4"/>'


def _legend() -> Iterator[str]:
    x = WIDTH // 2
    for name, colour in COLOURS.items():
        yield f'<rect x="{x}" y="11" width="10" height="10" fill="{colour}"/><text x="{x + 14}" y="20">{name}</text>'
        x += 30 + 7 * len(name)


def _line(panel: int, nights: Nights, most: float, value: Callable[[dict[str, Any]], float], colour: str) -> str:
    points = " ".join(f"{_x(row['night'], len(nights)):.1f},{_y(panel, value(row) / most):.1f}" for row in nights)
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
