"""Writes what was measured into a guide: a row of its history, the aims with what was reached, the picture of growth.

Belongs here: where in the guide they go. Does not belong here: what they say.
"""

import datetime as dt
import os
import platform
import subprocess
from collections.abc import Sequence
from pathlib import Path

from benchmarks import aims, growth, table
from benchmarks.cases import LOOP, OURS, Row
from benchmarks.measure import Measured
from resources import places

HEAD = (
    *(
        "day",
        "commit",
        "machine",
        "quiet 10,000",
        "quiet 100,000",
        "changes 100,000",
        "first load 100,000",
        "Findity alone, 10,000, 100 ms",
    ),
    *("transform 1,000,000", "approvers 300,000"),
)


def write(guide: Path, rows: Sequence[Row], day: dt.date) -> None:
    """Put into the guide what was measured, between its comments; the history grows, the rest is replaced."""
    text = guide.read_text(encoding="utf-8")
    old = _between(text, "history").strip().splitlines()
    kept = old[2:] if old else []
    pace = [f", {LOOP}: {one.measured.cpu:.1f} s" for one in rows if one.what == LOOP and one.measured]
    lines = [_row(HEAD), "|" + "---|" * len(HEAD), *kept, row(rows, day, commit(), machine() + "".join(pace))]
    text = _replaced(text, "history", "\n".join(lines))
    shown = table.aims(aims.reached(rows))
    if found := growth.series(rows):
        (guide.parent / "images").mkdir(exist_ok=True)
        (guide.parent / "images" / "growth.svg").write_text(growth.draw(found), encoding="utf-8")
        shown += ["", "![Seconds of processor by people, each case a line](images/growth.svg)"]
    guide.write_text(_replaced(text, "aims", "\n".join(shown)), encoding="utf-8")


def row(rows: Sequence[Row], day: dt.date, of: str, where: str) -> str:
    """A line of the history: processor time and peak memory, wall time where it is about waiting."""

    def figure(what: str, people: int, step: str = "", delay_ms: int = 0) -> str:
        found = [one.measured for one in rows if (one.what, one.people, one.step, one.delay_ms) == (what, people, step, delay_ms)]
        return _figure(found[0], delay_ms > 0) if found and found[0] else ""

    figures = (
        figure(OURS, 10_000, "no change"),
        figure(OURS, 100_000, "no change"),
        figure(OURS, 100_000, "2.5 % changes"),
        figure(OURS, 100_000, "first load"),
        figure("Rollcall, Findity only", 10_000, "first load", 100),
        figure("transform alone", 1_000_000),
        figure("approvers", 300_000),
    )
    return _row((str(day), of, where, *figures))


def commit() -> str:
    """What is measured; with a plus where files differ from it."""
    git = ["git", "-C", str(places.PROJECT)]
    name = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    differs = subprocess.run([*git, "status", "--porcelain", "-uno"], capture_output=True, text=True, check=False).stdout.strip()
    return f"{name or 'unknown'}{'+' if differs else ''}"


def machine() -> str:
    """Its cores, its processor, its Python."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{os.cpu_count()} × {names[0] if names else platform.machine()}, Python {platform.python_version()}"


def _figure(one: Measured, wall: bool) -> str:
    seconds = f"{one.seconds:.1f} s wall" if wall else f"{one.cpu:.1f} s" if one.cpu >= 1 else f"{one.cpu:.2f} s"
    return f"{seconds}, {one.peak_mib:,.0f} MiB"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _marks(name: str) -> tuple[str, str]:
    return f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"


def _between(text: str, name: str) -> str:
    begin, end = _marks(name)
    return text.partition(begin)[2].partition(end)[0]


def _replaced(text: str, name: str, by: str) -> str:
    begin, end = _marks(name)
    before, _, rest = text.partition(begin)
    return f"{before}{begin}{by}{end}{rest.partition(end)[2]}"
