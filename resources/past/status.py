"""How a company stands, from its ledger.

Belongs here: reading the ledger for what is going on now, what waits and who stays out. Does not belong here: one run
(``resources.past.run_report``), one person (``resources.past.story``), words and layout.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import pandas as pd

from resources.ledger import Held, Ledger
from resources.ledger.alerts import Failing
from resources.past.open_states import frame, leavers
from resources.past.run_report import assemble
from roster import lacking
from roster.parts import with_parts
from roster.plan.decision import RELEASABLE
from roster.reports.model import HR_FILE, RunReport


@dataclass(frozen=True)
class UnderWay:
    """A run that has not ended."""

    run_id: str
    root_run_id: str
    """The first of the runs that it re-executes, or its own id."""
    job: str | None
    """None: the ledger has only its signs of life."""
    began: datetime | None
    writes: bool
    """Whether it holds the lease."""


@dataclass(frozen=True)
class Waiting:
    """What the newest plan of a destination holds."""

    destination: str
    people: int
    held: Held
    things: int = 0
    """Of things that are no people."""
    barred: int = 0
    """Of the people, those whom no release lets go."""


@dataclass(frozen=True)
class Taken:
    """The export that a destination was last brought to."""

    destination: str
    number: int
    name: str
    dated: date | None
    applied_at: datetime


@dataclass(frozen=True)
class Status:
    """How a company stands."""

    company: str
    people: int
    """Whom any destination has taken over."""
    under_way: Sequence[UnderWay]
    runs: Sequence[RunReport]
    """Newest first."""
    waiting: Sequence[Waiting]
    taken: Sequence[Taken]
    skips: pd.DataFrame
    """Who stays out now: ``destination`` as people write it, ``employee_id`` (NaN where only a rejected row has that number),
    ``reason``, ``first_seen``, ``times``."""
    leavers: pd.DataFrame = field(default_factory=lambda: frame([]))
    """Who has left and has access now, or may have it: `resources.past.open_states.leavers`."""
    undelivered: Sequence[Failing] = ()
    """The targets of its alerts that did not take what they were sent."""


def look(ledger: Ledger, last: int, titles: Mapping[str, str]) -> Status:
    """How a company stands.

    Args:
        ledger: The company's ledger.
        last: How many runs to look at.
        titles: The destinations, name → as people write it, in the order in which they are shown.
    """
    titles = with_parts(titles, ledger.plans.destinations())
    runs = ledger.runs.all()
    alive = under_way(ledger, runs)
    roots = list(dict.fromkeys(runs["root_run_id"][::-1]))
    skips = ledger.skips.all()
    skips = skips[~lacking.of_values(skips["reason"])]  # whose record goes without a value is brought in all the same
    skips = skips[skips["closed"].isna()]
    left = leavers(ledger, titles, skips)
    skips = _named(ledger, skips, titles)
    return Status(
        company=ledger.company,
        people=ledger.whole.people().get(ledger.company, 0),
        under_way=alive,
        runs=[assemble(ledger, root, titles) for root in roots[:last]],
        waiting=_waiting(ledger, titles),
        taken=[
            Taken(
                titles.get(row["destination"], row["destination"]),
                row["number"],
                row["name"],
                _day(row["dated"]),
                row["applied_at"].to_pydatetime(),
            )
            for row in ledger.applied.files().to_dict("records")
        ],
        skips=skips.assign(destination=skips["destination"].replace({**titles, "hr": HR_FILE}))[
            ["destination", "employee_id", "reason", "first_seen", "times"]
        ],
        leavers=left,
        undelivered=ledger.alerts.failing(),
    )


def _named(ledger: Ledger, skips: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """The same, without the numbers that nobody has but a row that is rejected: what stands in its cell may be anything."""
    known = pd.concat([ledger.acknowledged.all(name, ("employee_id",))["employee_id"] for name in titles])
    rejected = skips.loc[skips["destination"].eq("hr"), "employee_id"]
    hidden = rejected[~rejected.isin(known)]
    return skips.assign(employee_id=skips["employee_id"].mask(skips["employee_id"].isin(hidden)))


def under_way(ledger: Ledger, runs: pd.DataFrame) -> list[UnderWay]:
    """Runs that live. Signs of life outlast a run by a minute, unless the ledger knows that it has ended."""
    known = runs.set_index("run_id")
    ended = set(runs.loc[runs["ended"].notna(), "run_id"])
    holder = ledger.leases.holder()
    return [
        UnderWay(
            run_id,
            str(known.loc[run_id, "root_run_id"]) if run_id in known.index else run_id,
            str(known.loc[run_id, "job"]) if run_id in known.index else None,
            pd.Timestamp(str(known.loc[run_id, "began"])).to_pydatetime() if run_id in known.index else None,
            writes=holder is not None and holder.run_id == run_id,
        )
        for run_id, left in ledger.heartbeats.remaining().items()
        if left > 0 and run_id not in ended
    ]


def _waiting(ledger: Ledger, titles: Mapping[str, str]) -> list[Waiting]:
    found = []
    for name, title in titles.items():
        run_id = ledger.plans.newest(name)
        verdict = ledger.plans.verdict(name, run_id) if run_id else None
        held = ledger.releases.held(verdict.held_digest) if verdict and verdict.held_digest else None
        if held and verdict:
            things = len(ledger.things.held(name, held.plan_run_id))
            barred = ledger.releases.held_but_for(name, held.plan_run_id, RELEASABLE)
            found.append(Waiting(title, verdict.facts.actions.get("hold", 0), held, things, barred))
    return found


def _day(value: object) -> date | None:
    return None if value is None or pd.isna(value) else date.fromisoformat(str(value))  # type: ignore[call-overload]
