"""What waits for a release, with old and new.

Belongs here: which sets wait, whom they hold and for what, and whether they may be released now. Does not belong here: releasing
(``web.serve.releasing``), why something is held (``roster.plan``).
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import pandas as pd
from starlette.responses import RedirectResponse, Response

from assets import loader
from destinations import registry, two_people
from resources.ledger import Held
from resources.ledger.decisions import Decision, Proposal
from resources.ledger.plans import PlanVerdict
from resources.past.status import look
from roster.intake.validation import is_employee_id
from roster.plan.decision import CHANGE_COLUMNS, RELEASABLE
from roster.plan.limits import FourEyes
from roster.plan.wording import Wording
from roster.records import compact
from roster.reports import change_table, words
from roster.reports.held import barred, beyond
from roster.reports.reasons import reason
from web.serve import people, shown
from web.serve.page_request import PageRequest, Stop

MOST: Final = 500
"""People of a set that are shown; a release of all or of a kind lets everyone go all the same."""


_NOT_FIELDS: Final = ("person", "action", "apply")


@dataclass(frozen=True)
class Person:
    """One person of a set."""

    person: str
    name: str
    what: str
    """What they wait for."""
    kinds: list[str]
    why: str
    changes: list[dict[str, Any]]
    """`roster.reports.change_table.by_person`."""
    may: bool
    """Whether a release can let them go."""
    numbered: bool
    """Whether they can be chosen: an account without a number cannot."""


@dataclass(frozen=True)
class Waiting:
    """One set, as it waits now."""

    destination: str
    held: Held
    people: list[Person]
    total: int
    things: list[dict[str, Any]]
    kinds: dict[str, int]
    """Kind → how many people and things."""
    two: list[str]
    """The kinds for which a release needs two people."""
    beyond: list[str]
    """Which limits it goes beyond, and how far."""
    proposals: list[Proposal]
    """Those that count still."""
    under_way: Decision | None = None
    newer: str = ""
    """The digest of what waits in its place; empty where it is still this."""
    before: list[Any] = field(default_factory=list)
    """Who has let go of it."""
    barred: int = 0
    """How many of the people no release lets go."""

    @property
    def may(self) -> bool:
        """Whether it may be released now."""
        return not (self.newer or self.held.expired or self.under_way) and self.total + len(self.things) > self.barred


def digest(page_request: PageRequest) -> str | None:
    """The set that a request is about, if it is one that is known."""
    given = page_request.path.get("digest") or page_request.one("digest")
    return given if given and page_request.ledger.releases.held(given) else None


def waiting(page_request: PageRequest) -> Response:
    """Everything that waits: if that is one set, it is shown at once."""
    sets = look(page_request.ledger, 0, registry.titles()).waiting
    if len(sets) == 1:
        return RedirectResponse(shown.address(page_request, "waiting", sets[0].held.digest), 303)
    return shown.page(page_request, "waiting", sets=sets, now=datetime.now().astimezone())


def one(page_request: PageRequest) -> Response:
    """One set, with a form for whoever may release."""
    return shown.page(page_request, "held", set=now(page_request, page_request.path["digest"]), form=shown.form())


def four_eyes(page_request: PageRequest) -> FourEyes:
    """The kinds that need two people, by the company's settings as they are now.

    Raises:
        Stop: they cannot be loaded.
    """
    try:
        return loader.read(loader.find(page_request.company)).limits.four_eyes()
    except loader.SettingsMistakes:
        raise Stop(503, "The company's settings cannot be loaded: rollcall check says why.") from None


def now(page_request: PageRequest, given: str) -> Waiting:
    """A set as it waits now.

    Raises:
        Stop: nothing was ever held under that digest.
    """
    ledger = page_request.ledger
    held = ledger.releases.held(given)
    if held is None:
        raise Stop(404, "Nothing is held under that digest.")
    newest = ledger.plans.newest(held.destination)
    verdict = ledger.plans.verdict(held.destination, newest) if newest else None
    current = verdict.held_digest if verdict else None
    planned = ledger.plans.people(held.destination, held.plan_run_id)
    planned = planned[planned["action"].eq("hold")]
    things = ledger.things.of(held.destination, held.plan_run_id)
    things = things[~things["apply"].astype("bool")]
    counted = pd.concat([planned["kinds"].dropna().str.split("|").explode(), things["kind"]]).value_counts()
    return Waiting(
        registry.titles().get(held.destination, held.destination),
        held,
        _people(page_request, held, planned.head(MOST)),
        len(planned),
        [dict(zip(things.columns, row, strict=True)) for row in things.astype("object").where(things.notna(), None).to_numpy().tolist()],
        {str(kind): int(count) for kind, count in counted.items()},
        two_people.kinds(ledger, given, four_eyes(page_request)),
        _beyond(ledger.plans.verdict(held.destination, held.plan_run_id)),
        [one for one in ledger.decisions.proposals(given) if not one.expired],
        next((one for one in ledger.decisions.newest(20, given) if one.action == "release" and one.ended is None), None),
        "" if current == given else current or "nothing",
        ledger.releases.of(given),
        barred(planned),
    )


def _beyond(verdict: PlanVerdict | None) -> list[str]:
    parts = [why.partition(": ") for why in beyond(verdict.facts.limits)] if verdict else []
    return [f"{words.kinds(kind)}{colon}{rest}" for kind, colon, rest in parts]


def _people(page_request: PageRequest, held: Held, planned: pd.DataFrame) -> list[Person]:
    names = people.names(page_request)
    changes = page_request.ledger.plans.changes(held.destination, held.plan_run_id)
    changes = changes[changes["person"].isin(planned["person"])]
    fresh = _records(page_request, held, planned.loc[~planned["person"].isin(changes["person"]), "person"])
    verdict = page_request.ledger.plans.verdict(held.destination, held.plan_run_id)
    values = change_table.by_person(
        registry.titles().get(held.destination, held.destination),
        verdict.facts.wording if verdict else Wording(),
        planned,
        pd.concat([changes, fresh], ignore_index=True) if len(fresh) else changes,
    )
    numbered = is_employee_id(planned["person"].astype("str")).tolist()
    return [
        Person(
            row["person"],
            names.get(row["person"], ""),
            row["intended"] if isinstance(row["intended"], str) else "a change",
            row["kinds"].split("|") if isinstance(row["kinds"], str) else [],
            reason(row["reason"]).words if isinstance(row["reason"], str) else "",
            values.get(row["person"], []),
            row["reason"] in RELEASABLE,
            is_number,
        )
        for row, is_number in zip(planned.to_dict("records"), numbered, strict=True)
    ]


def _records(page_request: PageRequest, held: Held, whom: "pd.Series[str]") -> pd.DataFrame:
    """Of whoever comes in, and so has no old values, all that would be written, as long as it is stored."""
    records = page_request.stored.entry(held.plan_run_id, f"{held.destination}/plan", "records")
    if not isinstance(records, pd.DataFrame) or whom.empty:
        return pd.DataFrame(columns=list(CHANGE_COLUMNS))
    # What is ours in a record is written with underscores; no field of a destination's is.
    fields = [str(name) for name in records.columns if name not in _NOT_FIELDS and "_" not in name]
    mine = records.loc[records["person"].isin(whom), ["person", *fields]].astype("object")
    rows = mine.melt("person", var_name="field", value_name="new").dropna(subset="new")
    return rows.assign(
        kind="join", old=None, new=[one if isinstance(one, str) else compact(one) for one in rows["new"]], visible=True, apply=False
    )[list(CHANGE_COLUMNS)]
