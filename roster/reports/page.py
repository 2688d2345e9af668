"""The sync report: one run in one self-contained HTML page.

Belongs here: what the page is made of, and number and time formats. Does not belong here: which rows a table has (``tables``), the
sentences at the top (``headline``), the chart's geometry (``chart``), HTML and CSS (``templates``).
"""

from datetime import datetime
from functools import cache
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from roster.reports import held, tables
from roster.reports.chart import bars
from roster.reports.headline import headline
from roster.reports.model import DestinationReport, RunReport
from roster.reports.skipped import left_out


def render(report: RunReport, everyone: pd.DataFrame | None = None) -> str:
    """The page: no script, nothing loaded from elsewhere.

    It may show old and new values of personal fields, so the file is its owner's alone. People are named by employee number.

    Args:
        report: The run.
        everyone: Who was left out, where the caller has it already.
    """
    everyone = left_out(report) if everyone is None else everyone
    waiting = everyone["outcome"].eq("held")
    return _template().render(
        report=report,
        headline=headline(report, everyone),
        bars=bars(report.destinations),
        outcomes=tables.outcome_rows(report),
        sums=tables.sums(report),
        causes=tables.causes(everyone[~waiting]),
        left_out=tables.left_out_people(everyone[~waiting]),
        rejects=tables.faults(report.rejects),
        notes=tables.faults(report.notes),
        repairs=tables.repairs(report.repairs),
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
        "would_refuse": held.would_refuse(one),
        "not_landed": tables.not_landed(one),
        "changes": tables.changes(one),
        "drift": tables.drift(one),
    }


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
