"""The sync report: one run in one self-contained HTML page.

Belongs here: what the page is made of, its chart as plain geometry (in per cent of the width), number and time formats. Does not belong
here: which rows a table has (``tables``), the sentences at the top (``headline``), HTML, CSS, SVG and colours (``templates``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from roster.reports import held, look_ahead, nights, tables, things
from roster.reports.headline import headline
from roster.reports.model import DestinationReport, RunReport
from roster.reports.parity import parity
from roster.reports.since import since
from roster.reports.skipped import left_out
from roster.vocabulary import OUTCOMES

SLIVER: Final = 0.8
"""Per cent of the width below which a bar could not be seen any more."""
ROOM: Final = 3.2
"""Per cent of the width that a count needs to be written into its bar, and as much again for every further two digits."""


def render(report: RunReport, everyone: pd.DataFrame | None = None) -> str:
    """The page: no script, nothing loaded from elsewhere.

    It may show old and new values of personal fields, so the file is its owner's alone. People are named by employee number.

    Args:
        report: The run.
        everyone: Who was left out, where the caller has it already.
    """
    everyone = left_out(report) if everyone is None else everyone
    waiting, idle = everyone["outcome"].eq("held"), everyone["owner"].eq("nobody")
    return _template().render(
        report=report,
        headline=headline(report, everyone),
        bars=bars(report.destinations),
        outcomes=tables.outcome_rows(report),
        sums=[*tables.sums(report), *(one for part in report.destinations for one in things.sums(part))],
        causes=tables.causes(everyone[~waiting & ~idle]),
        idle=tables.causes(everyone[~waiting & idle]),
        left_out=tables.left_out_people(everyone[~waiting]),
        rejects=tables.faults(report.rejects),
        notes=tables.faults(report.notes),
        repairs=tables.repairs(report.repairs),
        since=changed if (changed := since(report, everyone)).compared else None,
        nights=nights.charts(report),
        height=nights.HEIGHT,
        coming=look_ahead.shown(report),
        parity=compared if (compared := parity(report)).asked else None,
        approvers_checked=tables.approvers_checked(report),
        parts=[_destination(report.company, one) for one in report.destinations],
        failed_checks=[check for check in report.gate if not check.passed],
        link=report.ui_url if (report.ui_url or "").startswith(("http://", "https://")) else None,
    )


def _destination(company: str, one: DestinationReport) -> dict[str, Any]:
    return {
        "is": one,
        "held": held.waiting(one.people),
        "paste": held.paste(company, one.held_digest) if one.held_digest else None,
        "limits": held.limits(one),
        "adoption": held.adoption(one),
        "things": things.table(one),
        "things_left": things.left(one),
        "things_waiting": things.waiting(one),
        "would_refuse": held.would_refuse(one),
        "own_account": tables.own_account(one.own_account),
        "not_landed": tables.not_landed(one),
        "changes": tables.changes(one),
        "drift": tables.drift(one),
        "still_in": tables.places(one.still_in),
        "staying": tables.places(one.staying),
    }


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
    ordered: dict[str, int] = {outcome: destination.outcomes[outcome] for outcome in OUTCOMES if destination.outcomes.get(outcome)}
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


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("roster.reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"number": _number, "size": _size, "moment": _moment, "seconds": _seconds}
    return environment.get_template("sync_report.html")


def _number(value: float) -> str:
    return f"{value:,}"


def _size(count: int) -> str:
    if count < 1000:
        return f"{count} bytes"
    return f"{count / 1000:,.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:,.1f} MB"


def _moment(value: datetime) -> str:
    return f"{value.day} {value:%b %Y, %H:%M} {value.tzname() or ''}".rstrip()


def _seconds(value: float) -> str:
    if value < 60:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest:02} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"
