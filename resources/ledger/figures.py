"""What is counted of a company's newest runs: a few rows each, however many people there are.

Belongs here: queries for monitoring. Does not belong here: one run in full (``resources.past.run_report``), how figures are shown
(``web.metrics``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

import sqlalchemy as sa

from resources.ledger import database, tables
from resources.ledger.scoped import Scoped
from roster.plan.outcomes import OutcomeFacts
from roster.reports.model import Night

STATES: Final = ("finished", "stopped", "under_way", "died")
"""How the newest run stands: as the ledger has it ended, or it lives, or it has given no sign of life for too long."""


_WHOLE: Final = sa.func.coalesce(tables.plan.c.counts["whole"].as_boolean(), sa.true())
"""A plan that decides about everyone: a sync can be told to be for some people only. An earlier version did not keep that so."""


@dataclass(frozen=True)
class Synced:
    """A destination, as the newest sync that was read back there left it."""

    destination: str
    at: datetime
    """When that sync ended there; a later reading-back alone does not count."""
    actions: Mapping[str, int]
    """Action → people, as planned."""
    facts: OutcomeFacts
    leavers_active: int
    """Who is to be out of it and, as far as is known, is not: held, refused, without an answer, or seen there when it was read back."""
    leavers: frozenset[str] = frozenset()
    """The same people, by employee number; an account without one by its key."""


@dataclass(frozen=True)
class NewestRun:
    """The newest run and the attempts before it."""

    job: str
    began: datetime
    """The newest attempt."""
    ended: datetime | None
    state: str
    """One of `STATES`."""


@dataclass(frozen=True)
class NewestFile:
    """HR's file as it was last taken in."""

    modified: datetime
    """When HR wrote it; where that is not known, when it was first seen."""
    taken: datetime


class Figures(Scoped):
    """The ledger's part for monitoring."""

    def synced(self) -> Sequence[Synced]:
        """Each destination that a sync for everyone has brought into line, and how."""
        plan, count, run = tables.plan, tables.outcome_count, tables.run
        same = sa.and_(*(plan.c[name] == count.c[name] for name in ("company", "destination", "plan_run_id")))
        made = sa.and_(run.c.company == plan.c.company, run.c.run_id == plan.c.plan_run_id)
        newest = sa.func.row_number().over(partition_by=plan.c.destination, order_by=plan.c.saved_at.desc())
        columns = (plan.c.destination, plan.c.plan_run_id, plan.c.root_run_id, plan.c.saved_at, count.c.recorded_at, newest.label("place"))
        ranked = (
            sa.select(*columns)
            .join_from(plan, count, same)
            .join(run, made)
            .where(self._mine(plan), run.c.job == f"{self.company}_sync", _WHOLE)
            .subquery()
        )
        found = []
        with self._reading() as connection:
            for row in connection.execute(sa.select(ranked).where(ranked.c.place == 1).order_by(ranked.c.destination)).all():
                key = {"destination": row.destination, "plan_run_id": row.plan_run_id}
                planned = connection.execute(sa.select(plan.c.counts).where(self._mine(plan, **key))).scalar_one()
                outcomes = connection.execute(sa.select(count.c.counts).where(self._mine(count, **key))).scalar_one()
                ended = sa.select(sa.func.max(run.c.ended)).where(self._mine(run, root_run_id=row.root_run_id))
                at = min(filter(None, (row.recorded_at, connection.execute(ended).scalar_one())))
                facts = OutcomeFacts.from_json(outcomes)
                staying = self._leaving(connection, key) | set(facts.still_in["employee_id"])
                found.append(Synced(row.destination, at, planned.get("actions", {}), facts, len(staying), frozenset(staying)))
        return found

    def _leaving(self, connection: sa.Connection, key: Mapping[str, str]) -> set[str]:
        """Who was to go and has not."""
        person, outcome = tables.plan_person, tables.outcome
        same = sa.and_(*(person.c[name] == outcome.c[name] for name in ("company", "destination", "plan_run_id", "person")))
        query = sa.select(sa.func.coalesce(person.c.employee_id, person.c.person)).join_from(person, outcome, same)
        meant = sa.func.coalesce(person.c.intended, person.c.action) == "deactivate"
        stayed = outcome.c.outcome.in_(["held", "skipped", "refused", "unknown"])
        return set(connection.execute(query.where(self._mine(person, **key), meant, stayed)).scalars())

    def nights(self, since: date) -> list[Night]:
        """What the last sync of each day came to at each destination, oldest first; from a day on."""
        plan, count, run, taken = tables.plan, tables.outcome_count, tables.run, tables.intake_run
        same = sa.and_(*(plan.c[name] == count.c[name] for name in ("company", "destination", "plan_run_id")))
        day = sa.and_(taken.c.company == plan.c.company, taken.c.root_run_id == plan.c.root_run_id)
        syncs = sa.select(run.c.root_run_id).where(self._mine(run), run.c.job == f"{self.company}_sync")
        columns = (taken.c.as_of, plan.c.destination, plan.c.plan_run_id, count.c.counts)
        query = sa.select(*columns).join_from(plan, count, same).join(taken, day).order_by(taken.c.as_of, plan.c.saved_at)
        query = query.where(self._mine(plan), plan.c.root_run_id.in_(syncs), taken.c.as_of >= since)
        with self._reading() as connection:
            last = {(row.as_of, row.destination): row for row in connection.execute(query)}
            return [self._night(connection, row) for row in last.values()]

    def _night(self, connection: sa.Connection, row: Any) -> Night:
        facts = OutcomeFacts.from_json(row.counts)
        staying = self._leaving(connection, {"destination": row.destination, "plan_run_id": row.plan_run_id})
        active = len(staying | set(facts.still_in["employee_id"]))
        return Night(day=row.as_of, destination=row.destination, outcomes=dict(facts.outcomes), leavers_active=active)

    def newest_run(self) -> NewestRun | None:
        """The newest run; None where there is none yet."""
        run, beat = tables.run, tables.heartbeat
        with self._reading() as connection:
            row = connection.execute(sa.select(run).where(self._mine(run)).order_by(run.c.began.desc(), run.c.run_id).limit(1)).first()
            if row is None:
                return None
            alive = sa.select(beat.c.run_id).where(self._mine(beat, run_id=row.run_id), beat.c.expires_at > database.now(connection))
            state = row.status if row.ended else "under_way" if connection.execute(alive).first() else "died"
        return NewestRun(row.job, row.began, row.ended, state)

    def newest_file(self) -> NewestFile | None:
        """HR's file as it was last taken in; None where none was yet."""
        taken, intake = tables.intake_run, tables.intake
        same = sa.and_(intake.c.company == taken.c.company, intake.c.number == taken.c.number)
        query = sa.select(intake.c.modified, intake.c.first_seen, taken.c.taken_at).join_from(taken, intake, same)
        with self._reading() as connection:
            row = connection.execute(query.where(self._mine(taken)).order_by(taken.c.taken_at.desc()).limit(1)).first()
        return NewestFile((row.modified or row.first_seen).astimezone(UTC), row.taken_at) if row else None

    def waiting(self) -> Mapping[str, int]:
        """Destination → people whose changes wait for a release now, by its newest plan; what has expired waits for a plan."""
        plan, held, release = tables.plan, tables.held, tables.release
        newest = sa.func.row_number().over(partition_by=plan.c.destination, order_by=plan.c.saved_at.desc())
        ranked = sa.select(plan, newest.label("place")).where(self._mine(plan)).subquery()
        same = sa.and_(*(held.c[name] == ranked.c[name] for name in ("company", "destination", "plan_run_id")))
        let_go = sa.select(release.c.digest).where(self._mine(release))
        waits = sa.and_(held.c.expires_at > datetime.now(UTC), held.c.digest.not_in(let_go))
        query = sa.select(ranked.c.destination, ranked.c.counts, waits.label("waits")).outerjoin_from(ranked, held, same)
        with self._reading() as connection:
            rows = connection.execute(query.where(ranked.c.place == 1)).all()
        return {row.destination: int(row.counts.get("actions", {}).get("hold", 0)) if row.waits else 0 for row in rows}
