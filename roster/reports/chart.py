"""The chart of outcomes as plain geometry: which bar begins where, in percent of the width.

Belongs here: the sizes of the bars. Does not belong here: SVG and colours; they are in the template.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from roster.reports.model import DestinationReport
from roster.vocabulary import OUTCOMES

SLIVER: Final = 0.8
"""Per cent of the width below which a bar could not be seen any more."""
ROOM: Final = 3.2
"""Per cent of the width that a count needs to be written into its bar, and as much again for every further two digits."""


@dataclass(frozen=True)
class Segment:
    """One outcome's part of a bar."""

    outcome: str
    count: int
    x: float
    width: float

    @property
    def labelled(self) -> bool:
        """Whether the count fits into the bar."""
        return self.width >= ROOM * (1 + len(str(self.count)) // 3)


@dataclass(frozen=True)
class Bars:
    """One destination: everyone in a thin strip, and whoever is not unchanged in a wide bar below it."""

    name: str
    total: int
    moved: int
    strip: float
    """Per cent of the strip that is not unchanged."""
    width: float
    """Per cent of the full width that the wide bar takes: destinations share one scale."""
    segments: list[Segment]
    words: str
    """The chart in words."""


def bars(destinations: Sequence[DestinationReport]) -> list[Bars]:
    """The bars of all destinations that have outcomes, on one scale."""
    shown = [one for one in destinations if sum(one.outcomes.values())]
    most = max((_moved(one) for one in shown), default=0)
    return [_bars(one, most) for one in shown]


def _moved(destination: DestinationReport) -> int:
    return sum(count for outcome, count in destination.outcomes.items() if outcome != "unchanged")


def _bars(destination: DestinationReport, most: int) -> Bars:
    total, moved = sum(destination.outcomes.values()), _moved(destination)
    ordered = {outcome: destination.outcomes[outcome] for outcome in OUTCOMES if destination.outcomes.get(outcome)}
    width = 100 * moved / most if most else 0.0
    words = f"{destination.name}, {total:,} people: " + ", ".join(f"{count:,} {outcome}" for outcome, count in ordered.items())
    ordered.pop("unchanged", None)
    strip = max(100 * moved / total, SLIVER if moved else 0.0)
    return Bars(destination.name, total, moved, strip, width, _segments(ordered, width), words)


def _segments(counts: dict[str, int], width: float) -> list[Segment]:
    """Share `width` out in proportion, but leave nobody invisible: what slivers gain, the wide bars lose in proportion."""
    total = sum(counts.values())
    wide = {outcome: max(width * count / total, SLIVER) for outcome, count in counts.items()}
    scale = max(width, SLIVER * len(wide)) / sum(wide.values()) if wide else 1.0
    segments, x = [], 0.0
    for outcome, count in counts.items():
        segments.append(Segment(outcome, count, round(x, 3), round(wide[outcome] * scale, 3)))
        x += wide[outcome] * scale
    return segments
