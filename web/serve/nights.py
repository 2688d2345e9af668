"""Companies, a company's nights, one night and its report, open faults by owner, and who was shown what.

Belongs here: choosing what those pages show. Does not belong here: reading it (``resources.past``), its words (``roster.reports``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from starlette.responses import Response

from assets import names
from destinations import registry
from resources.failures import Permanent
from resources.past.run_report import assemble
from resources.past.status import look
from roster.reports import change_table, tables
from roster.reports.headline import Headline, headline
from roster.reports.model import RunReport
from roster.reports.page import render
from roster.reports.skipped import COLUMNS, left_out, to_csv
from web.serve import shown
from web.serve.asked import Asked, Stop
from web.serve.who import Right, User

NIGHTS: Final = 30
"""So many are listed."""
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


def company(asked: Asked) -> Response:
    """How a company stands: its nights, what waits, what is open."""
    status = look(asked.ledger, NIGHTS, registry.titles())
    alive = {run.root_run_id for run in status.under_way}
    listed = [Night(run, headline(run, left_out(run)), run.root_run_id in alive) for run in status.runs]
    return shown.page(asked, "company", status=status, nights=listed, now=datetime.now().astimezone())


def night(asked: Asked) -> Response:
    """One night: what happened, and what changed, old and new."""
    run = _report(asked)
    out = left_out(run)
    parts = [(one, change_table.table(run, one)) for one in run.destinations]
    return shown.page(asked, "night", run=run, headline=headline(run, out), parts=parts, decisions=_decisions(asked, run))


def report(asked: Asked) -> Response:
    """The whole report of a night, as its file is."""
    return shown.whole(render(_report(asked)))


def faults(asked: Asked) -> Response:
    """Who and what was left out of the newest night that read HR's file, by who can mend it."""
    run = _newest(asked)
    out = left_out(run)
    out = out[out["outcome"].ne("held")]
    owners = [owner for owner in ("HR", "Finance", "IT", "nobody") if out["owner"].eq(owner).any()]
    listed = [(owner, tables.causes(out[out["owner"].eq(owner)]), tables.left_out_people(out[out["owner"].eq(owner)])) for owner in owners]
    return shown.page(asked, "faults", run=run, owners=listed)


def file_for_hr(asked: Asked) -> Response:
    """The same as the file that HR opens in a spreadsheet."""
    content = to_csv(left_out(_newest(asked))[list(COLUMNS)])
    named = {"content-disposition": f'attachment; filename="{asked.company}_skipped_employees.csv"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=named)


def seen(asked: Asked) -> Response:
    """Who was shown pages about people, and who decided what."""
    return shown.page(asked, "seen", visits=asked.ledger.visits.newest(LINES), decisions=asked.ledger.decisions.newest(LINES))


def _report(asked: Asked) -> RunReport:
    try:
        return assemble(asked.ledger, asked.path["run"], registry.titles())
    except Permanent:
        raise Stop(404, "There is no such night any more.") from None


def _newest(asked: Asked) -> RunReport:
    """The newest night that read HR's file; of others nothing is known of it."""
    runs = asked.ledger.runs.all()
    for root in dict.fromkeys(runs["root_run_id"][::-1]):
        if asked.ledger.intakes.gate(str(root)) is not None:
            return assemble(asked.ledger, str(root), registry.titles())
    raise Stop(404, "No night has read HR's file yet.")


def _decisions(asked: Asked, run: RunReport) -> list[Any]:
    """Who let go of what the night held, and who let this very run go."""
    held = [one.held_digest for one in run.destinations if one.held_digest]
    return [release for digest in held for release in asked.ledger.releases.of(digest)]
