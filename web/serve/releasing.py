"""Proposing and releasing, and what came of it.

Belongs here: what a form may ask for, deciding it once, the page that says how it goes. Does not belong here: the run
(``web.serve.run_release``), what it applies (``destinations.releases``), whether it needs two people (``destinations.two_people``: the run
asks that too, whatever is said here).
"""

import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from starlette.responses import RedirectResponse, Response

from assets.typed import fault_of_words
from destinations import registry, two_people
from destinations.base import Attempt, Request
from resources.failures import Permanent
from resources.ledger.decisions import Decision
from resources.past.beside import with_names
from resources.past.run_report import assemble
from roster.reports import change_table
from roster.reports.headline import headline
from roster.reports.skipped import left_out
from web.serve import run_release, shown, waiting
from web.serve.page_request import PageRequest, Stop

SOON: Final = 2
"""Seconds after which the page of a run asks again how it goes."""
STARTING: Final = timedelta(minutes=2)
"""So long a run may take until it gives its first sign of life."""


@dataclass(frozen=True)
class _Wanted:
    """What a form asks for."""

    form: str
    kinds: list[str]
    people: list[str]
    reason: str


def release(page_request: PageRequest) -> Response:
    """Start the release that a form asks for, if the set is still what was shown; a form that comes twice starts one."""
    again = _before(page_request)
    if again:
        return again
    current = waiting.now(page_request, page_request.one("digest"))
    wanted = _wanted(page_request, current)
    _settle_all(page_request, current.held.digest)
    run_id = str(uuid.uuid4())
    request = Request(
        release=current.held.digest,
        kinds=wanted.kinds,
        people=wanted.people,
        released_by=page_request.user.name,
        reason=wanted.reason,
        signed_on=True,
    )
    given = _decision("release", page_request, current, wanted, run_id)
    try:
        two_people.check(
            page_request.ledger, Attempt(run_id, run_id, f"{page_request.company}_release"), request, waiting.four_eyes(page_request)
        )
        begun = page_request.ledger.decisions.begin(given)
    except Permanent as refused:
        raise Stop(409, str(refused)) from None
    if begun.run_id == run_id:
        run_release.start(page_request.company, given, page_request.workspace)
    return RedirectResponse(shown.address(page_request, "decisions", given.decision), 303)


def propose(page_request: PageRequest) -> Response:
    """Keep what one person would release, for another one."""
    again = _before(page_request)
    if again:
        return again
    current = waiting.now(page_request, page_request.one("digest"))
    wanted = _wanted(page_request, current)
    given = _decision("propose", page_request, current, wanted, None)
    if page_request.ledger.decisions.begin(given) == given:
        page_request.ledger.decisions.propose(
            current.held.digest, wanted.kinds, wanted.people, page_request.user.name, wanted.reason, current.held.expires_at
        )
        page_request.ledger.decisions.end(given.decision, "Proposed: another person can release it now.")
    return RedirectResponse(shown.address(page_request, "decisions", given.decision), 303)


def decision(page_request: PageRequest) -> Response:
    """What somebody decided, and what came of it."""
    ledger = page_request.ledger
    found = ledger.decisions.of(page_request.path["decision"])
    if found is None:
        raise Stop(404, "There is no such decision any more.")
    found = _settled(page_request, found)
    run = None
    if found.run_id and found.ended:
        try:
            run = with_names(assemble(ledger, found.run_id, registry.titles()))
        except Permanent:
            run = None  # it never got as far as the ledger, or is over its time
    parts = [(one, change_table.table(run, one, waits=False)) for one in run.destinations] if run else []
    found_headline = headline(run, left_out(run)) if run else None
    return shown.page(
        page_request, "decision", again=0 if found.ended else SOON, decision=found, run=run, headline=found_headline, parts=parts
    )


def _before(page_request: PageRequest) -> Response | None:
    """Where a form leads that was sent already."""
    form = page_request.one("form")
    if not re.fullmatch(r"[0-9a-f]{32}", form):
        raise Stop(400, "That is no form of ours.")
    return RedirectResponse(shown.address(page_request, "decisions", form), 303) if page_request.ledger.decisions.of(form) else None


def _wanted(page_request: PageRequest, current: waiting.Waiting) -> _Wanted:
    """What is asked for, of a set that may be released now.

    Raises:
        Stop: it may not, or the form does not say what.
    """
    if current.newer:
        raise Stop(409, "What waits has changed since that page was shown: nothing was released. Look at what waits now.")
    if current.held.expired:
        raise Stop(409, "The time for this release is over: nothing was released. The next run names what is held then.")
    scope, kinds, people = page_request.one("scope"), list(page_request.sent.get("kind", ())), list(page_request.sent.get("person", ()))
    if scope == "kinds" and not (kinds and set(kinds) <= set(current.kinds)):
        raise Stop(400, "No kind was chosen, or one that does not wait: nothing was released.")
    if scope == "people" and not (people and set(people) <= {one.person for one in current.people if one.may and one.numbered}):
        raise Stop(400, "Nobody was chosen, or somebody who does not wait: nothing was released.")
    if scope not in ("all", "kinds", "people"):
        raise Stop(400, "The form does not say what to release.")
    reason = page_request.one("reason")
    if not reason:
        raise Stop(400, "A release has a reason: nothing was released.")
    if fault := fault_of_words(reason):
        raise Stop(400, f"The reason cannot be kept: {fault}")
    return _Wanted(page_request.one("form"), kinds if scope == "kinds" else [], people if scope == "people" else [], reason)


def _decision(action: str, page_request: PageRequest, current: waiting.Waiting, wanted: _Wanted, run_id: str | None) -> Decision:
    return Decision(
        decision=wanted.form,
        action=action,
        digest=current.held.digest,
        kinds=wanted.kinds,
        people=wanted.people or None,
        name=page_request.user.name,
        reason=wanted.reason,
        at=datetime.now(UTC),
        run_id=run_id,
    )


def _settle_all(page_request: PageRequest, digest: str) -> None:
    for one in page_request.ledger.decisions.newest(20, digest):
        _settled(page_request, one)


def _settled(page_request: PageRequest, found: Decision) -> Decision:
    """The same decision, ended if its run cannot be under way any more."""
    if found.ended or found.action != "release":
        return found
    started = run_release.state(found.decision)
    alive = page_request.ledger.heartbeats.remaining().get(found.run_id or "", 0) > 0
    if started == "running" or alive or (started == "unknown" and datetime.now(UTC) - found.at < STARTING):
        return found
    if started == "unknown" and found.run_id and run_release.waits(found.run_id):
        return found
    page_request.ledger.decisions.end(found.decision, "Its process ended without a word: rollcall status says what there is of its run.")
    return page_request.ledger.decisions.of(found.decision) or found
