"""What the file that was last taken in would come to at each destination, under settings that are given: for looking, written nowhere.

Belongs here: that file's bytes through intake, gate and plan once more, against what is there now. Does not belong here: what is shown of
it (``cli.preview``), holding two of them against each other (``roster.plan.because``), the steps themselves (``destinations.engine``).

No run of Dagster's, and a ledger that only looks: nothing can be kept by accident. What is counted all the same are the calls, by the
destination and so by us. No dry run is asked for: it is a call like a write.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import PurePath
from zoneinfo import ZoneInfo

import dagster as dg
import pandas as pd

from assets.company import Company
from destinations import engine
from destinations.base import Attempt, Desired, Destination, Drawn, Known, Request, Taken
from resources import places
from resources.environment import EnvText
from resources.failures import Failed, Permanent
from resources.hr import opening
from resources.hr.sets import file_names
from resources.ledger import Ledger
from resources.stored.run_storage import RunStorage, producer
from roster import accounting
from roster.intake import gate
from roster.intake import take_in as intake
from roster.intake.facts import ExportFacts
from roster.intake.leavers import rejected_leavers
from roster.intake.numbers import in_rejects
from roster.intake.renumbered import pairs_of
from roster.people.approvers import NoApprover
from roster.plan.decision import AbsentPeople
from roster.reading import several
from roster.rules import MissingColumn
from roster.unfit import Unfit


@dataclass(frozen=True)
class StoredFile:
    """The file that was last taken in: its bytes as they came."""

    content: bytes = field(repr=False)
    facts: ExportFacts
    run_id: str
    """The run that took it in."""


@dataclass(frozen=True)
class At:
    """What would be planned at one destination."""

    destination: Destination
    known: Known | None = None
    """What is there now."""
    desired: Desired | None = None
    drawn: Drawn | None = None
    """The plan; None where there is none."""
    failure: str = ""
    """Why nothing is known of it: what is there could not be read, or no plan comes of it."""


@dataclass(frozen=True)
class WhatIf:
    """What a company's settings make of the file that was last taken in."""

    company: Company
    file: StoredFile
    checks: Sequence[gate.GateCheck] = ()
    unfit: Unfit | None = None
    """Why the file would stop at the gate: then nothing is planned anywhere."""
    taken: Taken | None = None
    rejects: pd.DataFrame = field(default_factory=pd.DataFrame)
    """As `roster.intake.take_in.IntakeResult` has them."""
    rows: Mapping[str, int] = field(default_factory=dict)
    """Disposition → rows of the file."""
    at: Sequence[At] = ()
    """The destinations, in the registry's order; none where the file is unfit."""

    def of(self, destination: str) -> At | None:
        """What would be planned at a destination; None where the settings have it not, or nothing is planned."""
        return next((one for one in self.at if one.destination.name == destination), None)


def what_if(company: Company, ledger: Ledger, only: Sequence[str] = (), like: WhatIf | None = None) -> WhatIf:
    """The plans that the file which was last taken in would have today, of everyone or of some, under a company's settings.

    Args:
        company: The company, with the settings to try.
        ledger: The company's; nothing is written to it.
        only: Employee numbers: nobody else is touched, and nobody is a leaver by absence. Empty: everyone.
        like: The same under other settings: what it read of a destination is not read once more where these settings would read the same.

    Raises:
        Failed: No file was taken in yet, or it is not stored any more, or ledger or storage cannot be read.
    """
    looking = ledger.only_looking()
    file = like.file if like else last_file(company)
    try:
        checks, result = _taken_in(company, looking, file)
    except Unfit as why:
        return WhatIf(company, file, unfit=why)
    except MissingColumn as missing:
        return WhatIf(company, file, unfit=Unfit("settings", str(missing), "Correct the settings."))
    if unfit := gate.refusal(checks, "Nothing would be written."):
        return WhatIf(company, file, checks, unfit)
    taken = _as_taken(file, result, _today(company))
    at = [_at(company, destination, looking, taken, only, like) for destination in company.destinations()]
    return WhatIf(company, file, checks, None, taken, result.rejects, result.facts.dispositions(), at)


def last_file(company: Company) -> StoredFile:
    """The file that a company last took in.

    Raises:
        Permanent: There is none, or it is not stored any more.
    """
    storage = RunStorage(base=places.storage(), company=company.name)
    try:
        export = storage.newest(company.key("hr", "export"))
    except dg.Failure:
        again = f"Run {company.job('preview')} first: it takes the file in, plans, and writes nothing at any destination."
        raise Permanent(f"No file of {company.name} is stored that a run has taken in.", again) from None
    if "content" not in export:
        raise Permanent(
            f"The file that {company.name} last took in was deleted to forget somebody.", "Run the sync with the next one first."
        )
    return StoredFile(export["content"], ExportFacts.from_json(export["facts"]), producer(export).run_id)


def draw(
    company: Company, destination: Destination, ledger: Ledger, taken: Taken, known: Known, only: Sequence[str] = ()
) -> tuple[Desired, Drawn]:
    """The plan at one destination of what is known of both sides.

    Raises:
        Failed, AbsentPeople, NoApprover: None comes of it.
    """
    policy, key = company.policy(), ledger.keys.of_fields(destination.name)
    desired = engine.desire(destination, policy, taken, known, key, everyone=not only)
    attempt = Attempt(taken.run_id, taken.run_id, company.job("preview"))
    return desired, engine.plan(destination, policy, ledger, attempt, taken, known, desired, Request(only=only))


def _today(company: Company) -> datetime:
    return datetime.now(ZoneInfo(company.settings.timezone))


def _taken_in(company: Company, ledger: Ledger, file: StoredFile) -> tuple[list[gate.GateCheck], intake.IntakeResult]:
    """What the settings make of the bytes, and what the gate says of that; what somebody let pass of this file passes here too."""
    settings, stored, today = company.settings, file.facts, _today(company)
    source, zone = settings.hr.source, ZoneInfo(settings.timezone)
    day = several.day_by_name(PurePath(stored.path).name, file_names(stored.path), source)
    remembered = ledger.acknowledged.known(settings.parts())
    content = opening.plain(file.content, source)
    result = intake.take_in(content, source, settings.hr.people, today.date(), zone=zone, remembered=remembered, moment=today)
    if wrong := accounting.of_rows(result.dispositions, result.facts.rows):
        raise Unfit("accounting", f"The rows do not add up: {'; '.join(wrong)}.", "This is a fault of Rollcall: report it.")
    own = {name: getattr(stored, name) for name in ("number", "nights", "remarks")}
    days = {"dated": day or result.trailer_date, "as_of": today.date()}
    facts = replace(stored, **{**vars(result.facts), **own, **days})
    applied = {
        name: gate.LastApplied(last.number, last.dated, last.as_of) for name in settings.parts() if (last := ledger.applied.of(name))
    }
    checks = gate.run_checks(facts, ledger.intakes.baseline(), applied, settings.hr.gate, ledger.week.files(), facts.as_of)
    return gate.accept(checks, stored.accepted.checks if stored.accepted else ()), result


def _as_taken(file: StoredFile, result: intake.IntakeResult, today: datetime) -> Taken:
    return Taken(
        roster=result.roster,
        rejected=in_rejects(result.rejects),
        unreadable_reject=intake.has_unidentified_rejects(result.dispositions),
        number=file.facts.number or 0,
        as_of=today.date(),
        dated=file.facts.dated,
        run_id=file.run_id,
        leavers_rejected=rejected_leavers(result.rejects),
        formerly=pairs_of(result.rejects, "number"),
    )


def _at(company: Company, destination: Destination, ledger: Ledger, taken: Taken, only: Sequence[str], like: WhatIf | None) -> At:
    known: Known | None = None
    try:
        company.refuse_shared(destination)
        _refuse_claimed(destination, ledger, taken)
        known = _read_already(company, destination, taken, like)
        known = known or engine.read(destination, destination.access(), ledger, taken.roster)
        desired, drawn = draw(company, destination, ledger, taken, known, only)
    except (Failed, AbsentPeople, NoApprover, MissingColumn) as failure:
        return At(destination, known, failure=str(failure))
    if drawn.faults:
        return At(destination, known, desired, failure=f"The plan does not add up: {'; '.join(drawn.faults)}. Report it.")
    return At(destination, known, desired, drawn)


def _read_already(company: Company, destination: Destination, taken: Taken, like: WhatIf | None) -> Known | None:
    """What was read of a destination, if these settings and these people would have the very same read."""
    before = like.of(destination.name) if like else None
    if like is None or like.taken is None or before is None or before.known is None:
        return None
    if not like.taken.roster.equals(taken.roster):
        return None
    by, then = before.destination.read_by(taken.roster), destination.read_by(taken.roster)
    same = like.company.settings.parts()[destination.name] == company.settings.parts()[destination.name]
    return before.known if same or (by is not None and by == then) else None


def _refuse_claimed(destination: Destination, ledger: Ledger, taken: Taken) -> None:
    """Stop before what another company has; claiming it is a run's.

    Raises:
        Permanent: It has.
    """
    wanted = {one.key: one.what for one in destination.identities(EnvText.resolve, taken.roster)}
    if others := ledger.claims.others(destination.name, wanted):
        key, other = min(others.items())
        raise Permanent(f"The {wanted[key]} at {destination.title} is that of company '{other}'.", "Nothing was read there.")
