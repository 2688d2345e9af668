"""The settings that a destination was last written by, and what of a plan comes of those that are other now.

Belongs here: which settings matter to a plan, what is kept of them with it, and how much of a plan comes of a change. Does not belong here:
holding two plans against each other (``roster.plan.because``), other settings before they are anybody's (``assets.what_if``).

While the settings are the same, all that is done is to compare two digests.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final
from zoneinfo import ZoneInfo

import dagster as dg

from assets.attributes import STORED, model
from assets.company import Company
from assets.what_if import draw
from destinations.base import Destination, Drawn, Known, Taken
from resources.failures import PRIVATE
from resources.hr import opening
from resources.hr.agreed import AsAgreed
from resources.ledger import Applied, Ledger
from resources.stored.run_storage import RunStorage
from roster.intake import take_in as intake
from roster.intake.leavers import rejected_leavers
from roster.intake.numbers import in_rejects
from roster.intake.renumbered import pairs_of
from roster.plan.because import because
from roster.plan.limits import KindLimit, Limits
from roster.plan.other_settings import OtherSettings

ENTRY: Final = "settings"
"""Under which name the settings are stored with a plan."""
_NO_MATTER: Final = ("owners", "when", "retention_days", "release_hours", "alerts", "serve")
"""What of the settings changes no plan."""
_HOW_SENT: Final = set(AsAgreed.model_fields)
_NO_MATTER_OF_HR: Final[dict[str, Any]] = {
    **{"gate": True, "skipped": True, "files": {"__all__": _HOW_SENT}},
    **dict.fromkeys(("csv", "sftp", "url"), _HOW_SENT),
}
_DEEP: Final = 3
"""So many names of a place are told: what is further in may be a word of HR's."""


def stored(company: Company) -> dict[str, bytes]:
    """What is stored with a plan: the settings as they were given, secrets by the name of their variable."""
    return {ENTRY: json.dumps(company.settings.model_dump(mode="json", exclude_unset=True), ensure_ascii=False).encode()}


def digest(company: Company, destination: str) -> str:
    """Names the settings that matter to a destination's plans: how they are written, and what is as by default, is no difference."""
    return sha256(json.dumps(_matter(company, destination), sort_keys=True).encode()).hexdigest()[:16]


def named(company: Company, drawn: Drawn, destination: str) -> Drawn:
    """A plan that says by which settings it was drawn."""
    return replace(drawn, facts=replace(drawn.facts, settings=digest(company, destination)))


def compared(
    company: Company, destination: Destination, book: Ledger, storage: RunStorage, drawn: Drawn, taken: Taken, known: Known
) -> Drawn:
    """A plan of everyone that says what of it comes of a change of the settings since the last write."""
    now, last = digest(company, destination.name), book.applied.of(destination.name)
    verdict = book.plans.verdict(destination.name, last.plan_run_id) if last else None
    if last is None or verdict is None or verdict.facts.settings in ("", now):
        return drawn
    try:
        other = _other(company, destination, book, storage, drawn, taken, known, last)
    except Exception:  # a plan does not fail for want of a figure beside it
        logging.getLogger(PRIVATE).exception("the settings of before")
        other = OtherSettings(_day(book, destination.name), ["not known any more"], None)
    return replace(drawn, facts=replace(drawn.facts, other_settings=other))


def _other(
    company: Company, destination: Destination, book: Ledger, storage: RunStorage, drawn: Drawn, taken: Taken, known: Known, last: Applied
) -> OtherSettings:
    name, looking = destination.name, book.only_looking()
    before = _company_then(company, storage, last, name)
    places = sorted(set(_differences(_matter(before, name), _matter(company, name))))
    then = next(one for one in before.destinations() if one.name == name)
    _, drawn_then = draw(before, then, looking, _taken_then(company, before, looking, storage, taken), known)
    different = because(drawn_then.plan, drawn.plan)
    fewer = int(different["effect"].eq("left").sum())
    people = int((~different["effect"].isin(["left", "reason"])).sum())
    return OtherSettings(_day(book, name), places, people, fewer)


def _company_then(company: Company, storage: RunStorage, last: Applied, destination: str) -> Company:
    """The company by the settings that a destination was last written by.

    Raises:
        KeyError, dagster.Failure: They are not stored.
    """
    plan = storage.of_run(last.plan_run_id, company.key(destination, "plan"))
    return replace(company, settings=model().model_validate(json.loads(plan[ENTRY]), context=STORED))


def _taken_then(company: Company, before: Company, book: Ledger, storage: RunStorage, taken: Taken) -> Taken:
    """HR's file as those settings read it: its bytes once more, if they would make something else of them."""
    now, then = company.settings, before.settings
    if (now.hr.source, now.hr.people, now.timezone) == (then.hr.source, then.hr.people, then.timezone):
        return taken
    export = storage.of_run(taken.run_id, dg.AssetKey([company.name, "hr", "export"]))
    remembered = book.acknowledged.known(then.parts())
    # By the keys of today: another key is no other content.
    content, zone = opening.plain(export["content"], now.hr.source), ZoneInfo(then.timezone)
    read = intake.take_in(content, then.hr.source, then.hr.people, taken.as_of, zone=zone, remembered=remembered, moment=taken.moment)
    return replace(
        taken,
        roster=read.roster,
        rejected=in_rejects(read.rejects),
        unreadable_reject=intake.has_unidentified_rejects(read.dispositions),
        leavers_rejected=rejected_leavers(read.rejects),
        formerly=pairs_of(read.rejects, "number"),
    )


def _matter(company: Company, destination: str) -> dict[str, Any]:
    """What matters to a destination's plans, as far as it is not as by default."""
    settings = company.settings.model_copy(update={"limits": _by_one(company.settings.limits)})
    names = {*type(settings).destinations(settings), *_NO_MATTER}
    common = settings.model_dump(mode="json", exclude_defaults=True, exclude={*names, "hr"})
    hr = settings.hr.model_dump(mode="json", exclude_defaults=True, exclude=_NO_MATTER_OF_HR)
    own = settings.parts()[destination].model_dump(mode="json", exclude_defaults=True)
    return {**common, "hr": hr, destination: own}


def _by_one(limits: Limits) -> Limits:
    """The limits without how many people have to release what they hold."""
    kinds = {name: limit for name, limit in limits if isinstance(limit, KindLimit)}
    return limits.model_copy(update={name: limit.model_copy(update={"four_eyes": False}) for name, limit in kinds.items()})


def _differences(before: Any, now: Any, place: tuple[str, ...] = ()) -> Iterator[str]:
    """The places at which the settings differ, `_DEEP` names deep."""
    if before == now:
        return
    # What is as by default is left out: a whole part of the YAML that is new is told by what is in it.
    both = [{} if side is None and len(place) < _DEEP - 1 else side for side in (before, now)]
    if all(isinstance(side, Mapping) for side in both) and len(place) < _DEEP:
        before, now = both
        for name in {*before, *now}:
            yield from _differences(before.get(name), now.get(name), (*place, str(name)))
    else:
        yield ".".join(place)


def _day(book: Ledger, destination: str) -> str:
    files = book.applied.files()
    return str(files.loc[files["destination"].eq(destination), "applied_at"].iloc[0].date())
