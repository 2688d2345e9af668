"""What would happen to one person if the last file were applied now.

Belongs here: asking for one, and what is shown of it. Does not belong here: drawing the plan (``assets.what_if``), which writes nothing.
"""

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from assets import loader, neighbours
from assets.company import Company
from assets.what_if import At, what_if
from roster.reports import change_table, words
from roster.reports.reasons import reason
from web.serve import people, shown
from web.serve.page_request import PageRequest, Stop


@dataclass(frozen=True)
class There:
    """What would happen to them at one destination."""

    destination: str
    what: str
    why: str
    changes: list[dict[str, Any]]
    """`roster.reports.change_table.by_person`."""


def tonight(page_request: PageRequest) -> Response:
    """One person, by the company's settings as they are."""
    number = people.known(page_request, page_request.one("number"))
    company = _company(page_request)
    # Of everyone: whether they wait for a limit, or leave by absence, depends on all others.
    found = what_if(company, page_request.ledger)
    return shown.page(
        page_request,
        "tonight",
        number=number,
        name=people.names(page_request).get(number, ""),
        file=found.file.facts.file,
        unfit=found.unfit,
        there=[_there(one, number) for one in found.at],
    )


def _company(page_request: PageRequest) -> Company:
    try:
        file = loader.find(page_request.company)
        settings = loader.read(file)
    except loader.SettingsMistakes:
        raise Stop(503, "The company's settings cannot be loaded: rollcall check says why.") from None
    return Company(page_request.company, settings, file.parent, lambda: neighbours.shared(file.parent, settings))


def _there(at: At, number: str) -> There:
    title = at.destination.title
    if at.drawn is None:
        return There(title, "not known", at.failure, [])
    plan = at.drawn.plan
    mine = plan.people[plan.people["person"].eq(number)].astype("object")
    if mine.empty:
        return There(title, "not in the plan", "", [])
    row = {str(name): value for name, value in mine.where(mine.notna(), None).to_dict("records")[0].items()}
    action = {"none": "nothing changes", "hold": f"waits: {words.action(row['intended'] or 'a change')}"}.get(
        row["action"], words.action(row["action"])
    )
    changes = change_table.by_person(title, at.drawn.facts.wording, mine, plan.changes[plan.changes["person"].eq(number)])
    why = row["detail"] or (reason(row["reason"]).words if row["reason"] else "")
    return There(title, action, why, changes.get(number, []))
