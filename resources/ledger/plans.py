"""Plans and their verdicts.

Belongs here: what was going to be done, to whom, and whether it may be. Does not belong here: letting go of what is held
(``resources.ledger.releases``), what was sent and answered (``resources.ledger.deliveries``).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

import pandas as pd
import sqlalchemy as sa

from resources.ledger import tables, things
from resources.ledger.database import insert, rows_of
from resources.ledger.deliveries import ended_out
from resources.ledger.scoped import Scoped, moment
from roster.plan.decision import CHANGE_COLUMNS, PEOPLE_COLUMNS
from roster.plan.facts import PlanFacts
from roster.vocabulary import LEFT_ALONE

PEOPLE: Final = tuple(name for name in PEOPLE_COLUMNS if name != "account")
"""What is kept of everyone for whom something was planned. No accounts: people are named by employee number."""


@dataclass(frozen=True)
class PlanVerdict:
    """What the ledger knows of a plan as a whole: what a write asks before it begins."""

    root_run_id: str
    number: int
    """The intake that it was made from."""
    as_of: date | None
    """The day for which it was made; None if its export was not taken through this ledger."""
    digest: str
    accounting_passed: bool
    gate_passed: bool
    facts: PlanFacts
    held_digest: str | None
    """Names the set of changes that it holds, if it holds any."""
    epoch: int
    """The destination's (`Acknowledged.epoch`) when what was there was read."""


class Plans(Scoped):
    """The ledger's part about plans."""

    def destinations(self) -> list[str]:
        """The names of all destinations that the company ever had a plan for, those of parts too."""
        with self._reading() as connection:
            return list(connection.execute(sa.select(tables.plan.c.destination).where(self._mine(tables.plan)).distinct()).scalars())

    def save(
        self,
        destination: str,
        plan_run_id: str,
        *,
        root_run_id: str,
        facts: PlanFacts,
        digest: str,
        accounting_passed: bool,
        gate_passed: bool,
        people: pd.DataFrame,
        changes: pd.DataFrame,
        of_things: pd.DataFrame | None = None,
    ) -> None:
        """Keep a plan; the same run's earlier plan for the destination gives way to it.

        Args:
            destination: Its name.
            plan_run_id: The run whose plan step made it.
            root_run_id: That run, or the first of the runs that it re-executes.
            facts: What is known of it as a whole.
            digest: Of everything that would be sent.
            accounting_passed: Whether every person has exactly one action.
            gate_passed: Whether the export passed the gate.
            people: person, employee_id, matched_by, action, intended, kinds, reason, detail, and ``digest``, the keyed hash of a held
                person's whole record, where no change tells it. Those with action ``none`` are only counted; accounts are not kept.
            changes: person, field, kind, old, new, visible, apply.
            of_things: what changes of things that are no people (`roster.plan.things.with_digests`).
        """
        keys = self._keys(destination=destination, plan_run_id=plan_run_id)
        whole = {"root_run_id": root_run_id, "number": facts.number, "digest": digest, "counts": facts.to_json(), "epoch": facts.epoch}
        passed = {"accounting_passed": accounting_passed, "gate_passed": gate_passed, "saved_at": moment()}
        planned = people[people["action"] != "none"].reindex(columns=[*PEOPLE, "digest"])
        with self._writing() as connection:
            connection.execute(sa.delete(tables.plan).where(self._mine(tables.plan, destination=destination, plan_run_id=plan_run_id)))
            insert(connection, tables.plan, [{**keys, **whole, **passed}])
            insert(connection, tables.plan_person, rows_of(planned, list(planned.columns), **keys))
            numbered = changes.assign(position=range(len(changes)))
            insert(connection, tables.plan_change, rows_of(numbered, [*CHANGE_COLUMNS, "position"], **keys))
            if of_things is not None and len(of_things):
                things.add(connection, keys, of_things)

    def verdict(self, destination: str, plan_run_id: str) -> PlanVerdict | None:
        """What is known of a plan as a whole, or None if no such plan was saved."""
        plan, taken, held = tables.plan.c, tables.intake_run.c, tables.held.c
        same_intake = sa.and_(taken.company == plan.company, taken.root_run_id == plan.root_run_id, taken.number == plan.number)
        same_plan = sa.and_(held.company == plan.company, held.destination == plan.destination, held.plan_run_id == plan.plan_run_id)
        query = (
            sa.select(tables.plan, taken.as_of, held.digest.label("held_digest"))
            .outerjoin(tables.intake_run, same_intake)
            .outerjoin(tables.held, same_plan)
            .where(self._mine(tables.plan, destination=destination, plan_run_id=plan_run_id))
        )
        with self._reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        passed = (row.accounting_passed, row.gate_passed)
        return PlanVerdict(
            row.root_run_id, row.number, row.as_of, row.digest, *passed, PlanFacts.from_json(row.counts), row.held_digest, row.epoch
        )

    def people(self, destination: str, plan_run_id: str) -> pd.DataFrame:
        """Everyone for whom something was planned: person, employee_id, matched_by, action, intended, kinds, reason, detail."""
        return self._frame(tables.plan_person, PEOPLE, ["person"], destination=destination, plan_run_id=plan_run_id)

    def left_out(self, destination: str, plan_run_id: str, outcomes: Collection[str]) -> pd.DataFrame:
        """As `people`, of those alone who were to be left alone, or about whom there was a reason, or whose outcome is one that
        `resources.ledger.deliveries.Deliveries.left_out` finds."""
        table, same = tables.plan_person, {"destination": destination, "plan_run_id": plan_run_id}
        ended = sa.select(tables.outcome.c.person).where(self._mine(tables.outcome, **same), ended_out(outcomes))
        theirs = sa.or_(table.c.reason.is_not(None), table.c.action.in_(LEFT_ALONE), table.c.person.in_(ended))
        return self._frame(table, PEOPLE, ["person"], theirs, **same)

    def to_create(self, destination: str) -> frozenset[str]:
        """The people whom any plan that is kept was to create, or to bring back, and did not hold."""
        table = tables.plan_person
        mine = self._mine(table, destination=destination)
        with self._reading() as connection:
            found = connection.execute(sa.select(table.c.person).where(mine, table.c.action.in_(["create", "reactivate"])).distinct())
            return frozenset(found.scalars())

    def holds(self, destination: str, plan_run_id: str, reason: str) -> bool:
        """Whether a plan holds anybody for that reason."""
        table = tables.plan_person
        mine = self._mine(table, destination=destination, plan_run_id=plan_run_id, action="hold", reason=reason)
        with self._reading() as connection:
            return connection.execute(sa.select(table.c.person).where(mine).limit(1)).first() is not None

    def changes(self, destination: str, plan_run_id: str, field: str | None = None) -> pd.DataFrame:
        """The plan's changes, or those of one field: person, field, kind, old, new, visible, apply."""
        only = {"field": field} if field else {}
        return self._frame(tables.plan_change, CHANGE_COLUMNS, ["position"], destination=destination, plan_run_id=plan_run_id, **only)

    def of_root(self, root_run_id: str, destination: str) -> str | None:
        """The run that made the newest plan of a root run for a destination."""
        return self._newest(root_run_id=root_run_id, destination=destination)

    def all_of_root(self, root_run_id: str, destination: str) -> list[str]:
        """The runs that made a plan of a root run for a destination, newest first: one that is re-executed as a whole plans anew."""
        table = tables.plan
        mine = self._mine(table, root_run_id=root_run_id, destination=destination)
        with self._reading() as connection:
            return list(connection.execute(sa.select(table.c.plan_run_id).where(mine).order_by(table.c.saved_at.desc())).scalars())

    def before(self, destination: str, plan_run_id: str) -> str | None:
        """The run that made the newest plan older than a run's; None where that is the first, or was never kept."""
        table = tables.plan
        mine = self._mine(table, destination=destination)
        made = sa.select(table.c.saved_at).where(mine, table.c.plan_run_id == plan_run_id).scalar_subquery()
        query = sa.select(table.c.plan_run_id).where(mine, table.c.saved_at < made).order_by(table.c.saved_at.desc()).limit(1)
        with self._reading() as connection:
            return connection.execute(query).scalar_one_or_none()

    def newest(self, destination: str) -> str | None:
        """The run that made the newest plan of any run for a destination."""
        return self._newest(destination=destination)

    def deciding(self, destination: str) -> str | None:
        """The run that made the newest plan that decides about everyone: what it holds waits, whatever a run for some, or a release of
        a part of it, has planned since."""
        table = tables.plan
        columns = (table.c.plan_run_id, table.c.counts)
        query = sa.select(*columns).where(self._mine(table, destination=destination)).order_by(table.c.saved_at.desc())
        with self._reading() as connection:
            for run_id, counts in connection.execute(query):
                facts = PlanFacts.from_json(counts)
                if facts.whole and not facts.idle and not facts.released:
                    return str(run_id)
        return None

    def _newest(self, **equal: str) -> str | None:
        table = tables.plan
        newest = sa.select(table.c.plan_run_id).where(self._mine(table, **equal)).order_by(table.c.saved_at.desc()).limit(1)
        with self._reading() as connection:
            return connection.execute(newest).scalar_one_or_none()
