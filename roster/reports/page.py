"""The sync report: one run in one self-contained HTML page.

Belongs here: what the page is made of, its chart as plain geometry (in per cent of the width), number and time formats. Does not belong
here: which rows a table has (``tables``), the sentences at the top (``headline``), HTML, CSS, SVG and colours (``templates``).
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from roster.reports import change_table, held, look_ahead, nights, tables, things, words
from roster.reports.headline import Headline, headline
from roster.reports.model import DestinationReport, RunReport
from roster.reports.parity import parity
from roster.reports.since import Since, since
from roster.reports.skipped import left_out
from roster.vocabulary import OUTCOMES

SLIVER: Final = 0.8
"""Per cent of the width below which a bar could not be seen any more."""
ROOM: Final = 3.2
"""Per cent of the width that a count needs to be written into its bar, and as much again for every further two digits."""


@dataclass(frozen=True, eq=False)
class Overview:
    """What page and list say of a run, each made once: it takes longer than to write it down."""

    everyone: pd.DataFrame
    """Who was left out (`roster.reports.skipped.left_out`)."""
    headline: Headline
    since: Since

    @classmethod
    def of(cls, report: RunReport, everyone: pd.DataFrame) -> "Overview":
        """Of a run, with names where the page is to have them."""
        return cls(everyone, headline(report, everyone), since(report, everyone))


def render(report: RunReport, overview: Overview | None = None) -> str:
    """The page: nothing loaded from elsewhere, and no script but one of its own that searches it, which the page names by its hash.

    It may show old and new values of personal fields, so the file is its owner's alone. People are named by employee number, and by
    name beside it where the report has one.

    Args:
        report: The run.
        overview: What there is to say, where the caller has it already.
    """
    overview = overview or Overview.of(report, left_out(report))
    everyone = overview.everyone
    waiting, idle = everyone["outcome"].eq("held"), everyone["owner"].eq("nobody")
    parts = [_destination(report, one) for one in report.destinations]
    return _template().render(
        report=report,
        headline=overview.headline,
        bars=bars(report.destinations),
        outcomes=tables.outcome_rows(report),
        sums=[*tables.sums(report), *(one for part in report.destinations for one in things.sums(part))],
        causes=tables.causes(everyone[~waiting & ~idle]),
        idle=tables.causes(everyone[~waiting & idle]),
        left_out=tables.left_out_people(tables.with_names(everyone[~waiting], report) if report.names else everyone[~waiting]),
        rejects=tables.faults(report.rejects),
        notes=tables.faults(report.notes),
        repairs=tables.repairs(report.repairs),
        since=overview.since if overview.since.compared else None,
        nights=nights.charts(report),
        height=nights.HEIGHT,
        coming=look_ahead.shown(report),
        parity=compared if (compared := parity(report)).comparable else None,
        approvers_checked=tables.approvers_checked(report),
        parts=parts,
        access=change_table.access(report, everyone),
        states=change_table.states([part[name] for part in parts for name in ("waits", "changes")]),
        script=_script(),
        failed_checks=[check for check in report.gate if not check.passed],
        link=report.ui_url if (report.ui_url or "").startswith(("http://", "https://")) else None,
    )


def _destination(report: RunReport, one: DestinationReport) -> dict[str, Any]:
    waits, others = change_table.split(report, one)
    may_go = one.held > held.barred(one.people) or things.waiting(one)
    return {
        "is": one,
        "held": held.waiting(one.people),
        "paste": held.paste(report.company, one.held_digest) if one.held_digest and may_go else None,
        "limits": held.limits(one),
        "adoption": held.adoption(one),
        "things": things.table(one),
        "things_left": things.left(one),
        "things_waiting": things.waiting(one),
        "would_refuse": held.would_refuse(one),
        "own_account": tables.own_account(one.own_account),
        "not_landed": tables.not_landed(one),
        "waits": waits,
        "changes": others,
        "drift": tables.drift(one),
        "still_in": tables.places(one.still_in, one.id_names),
        "staying": tables.places(one.staying, one.id_names),
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
    summary = ", ".join(f"{count:,} {words.outcome(outcome)}" for outcome, count in ordered.items())
    ordered.pop("unchanged", None)
    strip = max(100 * moved / total, SLIVER if moved else 0.0)
    return Bars(destination.name, total, moved, strip, width, _segments(ordered, width), f"{destination.name}, {total:,} people: {summary}")


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


@dataclass(frozen=True)
class Script:
    """The page's one script."""

    text: str

    @property
    def source(self) -> str:
        """How a content security policy names it."""
        return f"sha256-{b64encode(sha256(self.text.encode()).digest()).decode()}"


@cache
def _script() -> Script:
    return Script(files("roster.reports").joinpath("templates/filter.js").read_text("utf-8"))


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("roster.reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"number": number, "size": _size, "moment": moment, "seconds": _seconds, "outcome": words.outcome}
    return environment.get_template("sync_report.html")


def number(value: float) -> str:
    """``1,200``."""
    return f"{value:,}"


def _size(count: int) -> str:
    if count < 1000:
        return f"{count} bytes"
    return f"{count / 1000:,.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:,.1f} MB"


def moment(value: datetime) -> str:
    """``3 Jan 2026, 04:05 UTC``."""
    return f"{value.day} {value:%b %Y, %H:%M} {value.tzname() or ''}".rstrip()


def _seconds(value: float) -> str:
    if value < 60:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest:02} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"
