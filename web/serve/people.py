"""Finding one person, and what happened to them.

Belongs here: the search, and what a person's page shows. Does not belong here: reading the story (``resources.past.story``), its words
(``roster.reports.story``). Somebody is looked for by what is posted, and named in an address by their number alone.
"""

from typing import Final

import pandas as pd
from starlette.responses import RedirectResponse, Response

from destinations import registry
from resources.past.story import story_of
from roster.intake.validation import is_employee_id
from roster.reports import words
from roster.reports.story import Visit, obstacle, planned, remedy, sentence, without
from web.serve import shown
from web.serve.page_request import PageRequest, Stop

RUNS: Final = 10
"""Nights that a story goes back."""
MOST: Final = 50
"""People that a search lists."""
_COLUMNS: Final = ("employee_id", "first_name", "last_name", "email", "department")


def known(page_request: PageRequest, number: str) -> str:
    """An employee number as it stands in an address.

    Raises:
        Stop: it can be none.
    """
    if not is_employee_id(pd.Series([number], dtype="str")).item():
        raise Stop(404, "That is no employee number.")
    return number


def roster(page_request: PageRequest) -> pd.DataFrame:
    """Number, name, address and department of everyone in the file that was last taken in, as long as its values are kept."""
    for run_id in page_request.ledger.runs.all()["run_id"][::-1]:
        frame = page_request.stored.entry(str(run_id), "hr/roster", "value")
        if isinstance(frame, pd.DataFrame):
            return frame.reindex(columns=list(_COLUMNS)).astype("str").fillna("")
    return pd.DataFrame(columns=list(_COLUMNS), dtype="str")


def names(page_request: PageRequest) -> dict[str, str]:
    """Employee number → name, of everyone in that file."""
    people = roster(page_request)
    return dict(zip(people["employee_id"], (people["first_name"] + " " + people["last_name"]).str.strip(), strict=True))


def find(page_request: PageRequest) -> Response:
    """Who is meant by a number, or a part of a name or address."""
    words = page_request.one("who").casefold().split()
    people = roster(page_request)
    if words and page_request.one("who") in set(people["employee_id"]):
        return RedirectResponse(shown.address(page_request, "people", page_request.one("who")), 303)
    text = people["employee_id"] + " " + people["first_name"] + " " + people["last_name"] + " " + people["email"]
    found = people
    for word in words:
        found = found[text[found.index].str.casefold().str.contains(word, regex=False)]
    found = found if words else found.head(0)
    if found.empty and len(words) == 1 and is_employee_id(pd.Series([page_request.one("who")], dtype="str")).item():
        return RedirectResponse(shown.address(page_request, "people", page_request.one("who")), 303)  # one who has left, say
    return shown.page(page_request, "found", who=page_request.one("who"), people=found.head(MOST).to_dict("records"), total=len(found))


def person(page_request: PageRequest) -> Response:
    """One person's story, over nights and destinations."""
    number = page_request.path["number"]
    story = story_of(page_request.ledger, page_request.stored, number, RUNS, registry.titles())
    return shown.page(
        page_request,
        "person",
        number=number,
        name=names(page_request).get(number, ""),
        story=story,
        sentence=sentence(story),
        remedy=remedy(story),
        planned=_planned,
        obstacle=obstacle,
        without=without,
    )


def _planned(visit: Visit) -> str:
    """What was planned, in words: commands have the codes."""
    if visit.action in (None, "none"):
        return planned(visit)
    kinds = f" ({words.kinds(visit.kinds)})" if visit.kinds else ""
    if visit.action == "hold":
        return f"waits: {words.action(visit.intended or 'a change')}{kinds}"
    return f"{words.action(visit.action or '')}{kinds}"
