"""The last thirty nights as a chart: what became of people each night, and who had left and was still there.

Belongs here: the chart as plain geometry (per cent of the width, pixels of the height) and the table beside it, which says the same to
whoever does not see it. Does not belong here: which nights there were (``resources.past.last_night``), SVG and colours (``templates``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from roster.reports.model import RunReport
from roster.reports.tables import Table
from roster.vocabulary import OUTCOMES

DAYS: Final = 30
HEIGHT: Final = 90
"""Pixels of the highest bar."""
LEAST: Final = 2
"""Pixels below which a part of a bar could not be seen."""
LEAVERS: Final = "leavers"
_GAP: Final = 0.15
"""The part of a day's room that stays free between two bars."""


@dataclass(frozen=True)
class Part:
    """One outcome's part of a night's bar."""

    outcome: str
    count: int
    y: float
    height: float


@dataclass(frozen=True)
class Bar:
    """One day; without parts where nothing changed. No night, or one that stopped, is a gap."""

    day: date
    x: float
    width: float
    parts: Sequence[Part]
    words: str
    gap: bool = False


@dataclass(frozen=True)
class Chart:
    """One destination's nights, of one thing: outcomes, or leavers still there."""

    name: str
    what: str
    most: int
    """How many people the highest bar is."""
    bars: Sequence[Bar]
    table: Table

    @property
    def outcomes(self) -> list[str]:
        """What the bars are made of, for the key to their colours; empty where that is one thing."""
        found = {part.outcome for bar in self.bars for part in bar.parts}
        return [outcome for outcome in OUTCOMES if outcome in found]

    @property
    def words(self) -> str:
        """The chart in a line."""
        nights = sum(not bar.gap for bar in self.bars)
        return f"{self.name}, {self.what}: {nights} of {len(self.bars)} days have a night, at most {self.most:,} people in one"


def charts(report: RunReport) -> list[Chart]:
    """Two charts a destination: outcomes but for unchanged, and leavers still active."""
    last = report.as_of or report.started.date()
    days = [last - timedelta(back) for back in reversed(range(DAYS))]
    names = list(dict.fromkeys(night.destination for night in report.nights))
    found = []
    for name in names:
        nights = {night.day: night for night in report.nights if night.destination == name}
        moved = {day: _moved(nights[day].outcomes) for day in days if day in nights}
        staying = {day: {LEAVERS: nights[day].leavers_active} for day in days if day in nights}
        found.append(_chart(name, "who was changed or left out, by outcome", days, moved, report.stopped_on))
        found.append(_chart(name, "who has left and is still there", days, staying, report.stopped_on))
    return found


def _moved(outcomes: Mapping[str, int]) -> dict[str, int]:
    return {outcome: outcomes[outcome] for outcome in OUTCOMES if outcome != "unchanged" and outcomes.get(outcome)}


def _chart(name: str, what: str, days: Sequence[date], counts: Mapping[date, Mapping[str, int]], stopped: Sequence[date]) -> Chart:
    most = max((sum(one.values()) for one in counts.values()), default=0)
    room = 100 / len(days)
    bars = [
        Bar(
            day,
            round(at * room + room * _GAP / 2, 3),
            round(room * (1 - _GAP), 3),
            _parts(counts[day], most) if day in counts else [],
            f"{day}: {_words(day, counts, stopped)}",
            gap=day not in counts,
        )
        for at, day in enumerate(days)
    ]
    heads = [outcome for outcome in (*OUTCOMES, LEAVERS) if any(outcome in one for one in counts.values())]
    rows = [
        [day.isoformat(), *([counts[day].get(outcome, 0) for outcome in heads] if day in counts else [_gap(day, stopped)] * len(heads))]
        for day in reversed(days)
    ]
    titles = ["still there" if outcome == LEAVERS else outcome for outcome in heads]
    return Chart(name, what, most, bars, Table([("Day", "nowrap"), *((title, "num") for title in titles)], rows, len(rows)))


def _gap(day: date, stopped: Sequence[date]) -> str:
    return "stopped" if day in stopped else "no night"


def _words(day: date, counts: Mapping[date, Mapping[str, int]], stopped: Sequence[date]) -> str:
    if day not in counts:
        return _gap(day, stopped)
    return ", ".join(f"{count:,} {'still there' if name == LEAVERS else name}" for name, count in counts[day].items()) or "nobody"


def _parts(counts: Mapping[str, int], most: int) -> list[Part]:
    parts: list[Part] = []
    foot = float(HEIGHT)
    for outcome, count in counts.items():
        if count:
            height = max(HEIGHT * count / most, LEAST)
            foot -= height
            parts.append(Part(outcome, count, round(foot, 2), round(height, 2)))
    return parts
