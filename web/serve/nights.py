"""Companies, a company's nights, one night and its report, open faults by owner, what comes, and who was shown what.

Belongs here: choosing what those pages show. Does not belong here: reading it (``resources.past``), its words (``roster.reports``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import pandas as pd
from starlette.responses import Response

from assets import names
from destinations import registry
from resources.failures import Permanent
from resources.past.beside import with_names
from resources.past.last_night import with_nights
from resources.past.report_files import list_for_hr
from resources.past.run_report import assemble
from resources.past.status import look
from resources.to_type import in_page
from roster.plan.decision import RELEASABLE
from roster.reports import change_table, look_ahead, tables
from roster.reports.headline import Headline, counted, headline
from roster.reports.model import RunReport
from roster.reports.page import Overview, render
from roster.reports.skipped import left_out
from web.serve import people, shown
from web.serve.page_request import PageRequest, Stop
from web.serve.who import Right, User

NIGHTS: Final = 30
"""So many are listed."""
LEAVERS: Final = 20
"""So many of who has left and still has access, at each place."""
LINES: Final = 300
"""So many of who was shown what."""


@dataclass(frozen=True)
class Night:
    """One night in a list."""

    report: RunReport
    headline: Headline
    under_way: bool


def companies(user: User, right: Callable[[str], Right]) -> Response:
    """Those that somebody may see."""
    mine = [company for company in names.companies() if right(company) != "none"]
    return shown.page(None, "companies", user=user, companies=mine)


def company(page_request: PageRequest) -> Response:
    """How a company stands: its nights, what waits, what is open."""
    status = look(page_request.ledger, NIGHTS, registry.titles())
    alive = {run.root_run_id for run in status.under_way}
    # What is new in a night is told by the nights before it, as in its report.
    nights = [with_nights(page_request.ledger, run, registry.titles()) for run in status.runs]
    listed = [Night(run, headline(run, left_out(run)), run.root_run_id in alive) for run in nights]
    left = _leavers(page_request, status.leavers)
    return shown.page(page_request, "company", status=status, nights=listed, leavers=left, now=datetime.now().astimezone())


def _leavers(page_request: PageRequest, leavers: pd.DataFrame) -> list[tuple[str, dict[str, str], int]]:
    """Of each place a sentence, the first of who has left and still has access there, by number and name, and how many more there are."""
    called = people.names(page_request) if len(leavers) else {}
    found = []
    for place, some in leavers.groupby("subject", sort=False):
        sentence = some["detail"].iloc[0] or f"{counted(len(some), 'person', 'people')} at {place}"
        numbers = some.loc[some["named"], "employee_id"].head(LEAVERS)
        more = 0 if some["detail"].iloc[0] else len(some) - len(numbers)
        found.append((sentence, {number: called.get(number, "") for number in numbers}, more))
    return found


def night(page_request: PageRequest) -> Response:
    """One night: what happened, and what changed, old and new."""
    run = with_names(with_nights(page_request.ledger, _report(page_request), registry.titles()))
    out = left_out(run)
    parts = [(one, change_table.table(run, one)) for one in run.destinations]
    rows = tables.faults(run.rejects) if run.intake is None else None
    return shown.page(
        page_request, "night", run=run, headline=headline(run, out), rows=rows, parts=parts, decisions=_decisions(page_request, run)
    )


def report(page_request: PageRequest) -> Response:
    """The whole report of a night, as its file is."""
    run = with_nights(page_request.ledger, _report(page_request), registry.titles())
    out = left_out(run)
    named = with_names(run, out)
    return shown.whole(in_page(render(named, Overview.of(named, out))))


def coming(page_request: PageRequest) -> Response:
    """Who joins, leaves, goes on leave or changes approver, by the newest file that was taken in."""
    run = with_names(_newest(page_request))
    return shown.page(page_request, "coming", run=run, coming=look_ahead.shown(run), stopped=_stopped_since(page_request, run))


def faults(page_request: PageRequest) -> Response:
    """Who and what was left out of the newest night that took HR's file in, by who can mend it."""
    run = _newest(page_request)
    out = left_out(run)
    out = tables.with_names(out[is_open(out)], with_names(run, out))
    owners = [owner for owner in ("HR", "Finance", "IT", "nobody") if out["owner"].eq(owner).any()]
    listed = [(owner, tables.causes(out[out["owner"].eq(owner)]), tables.left_out_people(out[out["owner"].eq(owner)])) for owner in owners]
    return shown.page(page_request, "faults", run=run, owners=listed, stopped=_stopped_since(page_request, run))


def is_open(out: pd.DataFrame) -> "pd.Series[bool]":
    """Who of those left out waits for somebody to mend something: whoever waits for a release is shown with what waits."""
    return out["outcome"].ne("held") | ~out["code"].isin(RELEASABLE)


def file_for_hr(page_request: PageRequest) -> Response:
    """The list for HR, as the night's own file has it."""
    return _list(page_request, "csv", "text/csv; charset=utf-8")


def workbook(page_request: PageRequest) -> Response:
    """The same with a sheet for each owner."""
    return _list(page_request, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")


def _list(page_request: PageRequest, form: Literal["csv", "xlsx"], media: str) -> Response:
    run = with_nights(page_request.ledger, _newest(page_request), registry.titles())
    named = {"content-disposition": f'attachment; filename="{page_request.company}_skipped_employees.{form}"'}
    return Response(list_for_hr(run, left_out(run), form), media_type=media, headers=named)


def seen(page_request: PageRequest) -> Response:
    """Who was shown pages about people, and who decided what."""
    return shown.page(
        page_request, "seen", visits=page_request.ledger.visits.newest(LINES), decisions=page_request.ledger.decisions.newest(LINES)
    )


def _report(page_request: PageRequest) -> RunReport:
    try:
        return assemble(page_request.ledger, page_request.path["run"], registry.titles())
    except Permanent:
        raise Stop(404, "There is no such night any more.") from None


def _newest(page_request: PageRequest) -> RunReport:
    """The newest night whose file was taken in; of others nothing is known of who is in it.

    Raises:
        Stop: None was.
    """
    runs = page_request.ledger.runs.all()
    for root in dict.fromkeys(runs["root_run_id"][::-1]):
        gate = page_request.ledger.intakes.gate(str(root))
        if gate is not None and gate.passed:
            return assemble(page_request.ledger, str(root), registry.titles())
    raise Stop(404, "No night has taken a file of HR's in yet.")


def _stopped_since(page_request: PageRequest, run: RunReport) -> str | None:
    """The newest night since whose file the gate stopped: it says nothing of people, and is not silently passed over."""
    roots = list(dict.fromkeys(page_request.ledger.runs.all()["root_run_id"].astype("str")))
    later = reversed(roots[roots.index(run.root_run_id) + 1 :])
    return next((root for root in later if (gate := page_request.ledger.intakes.gate(root)) is not None and not gate.passed), None)


def _decisions(page_request: PageRequest, run: RunReport) -> list[Any]:
    """Who let go of what the night held, and who let this very run go."""
    held = [one.held_digest for one in run.destinations if one.held_digest]
    return [release for digest in held for release in page_request.ledger.releases.of(digest)]
