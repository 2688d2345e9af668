"""Rows whose time is over.

Belongs here: which rows a run's end of time takes with it, and deleting them. Does not belong here: files, stored values and Dagster's
runs (``resources.past.retention``, ``assets.runs.retention``), one person's rows (``resources.ledger.people``).

A root run and its re-executions are one chain: they go together, once the last of them is old enough, and not while anything that goes on
rests on them. Every table is in exactly one of the lists below, by test: a new one has to say what becomes of its rows.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from resources.ledger import database, tables
from resources.ledger.scoped import Scoped
from roster.plan.facts import PlanFacts

OF_PLAN: Final = (
    tables.plan_change,
    tables.plan_person,
    tables.plan_thing,
    tables.held,
    tables.release,
    tables.request,
    tables.answer,
    tables.outcome,
    tables.outcome_count,
)
"""Keyed by the run that made a plan; they go with its chain."""

OF_ROOT: Final = (tables.plan, tables.gate, tables.reject, tables.disposition, tables.intake_run, tables.skip_run, tables.run)
"""Keyed by the first run of a chain."""

BY_AGE: Final[dict[str, str]] = {
    "accepted_older": "accepted_at",
    "alert": "over_at",
    "alert_note": "at",
    "decision": "at",
    "heartbeat": "expires_at",
    "proposal": "expires_at",
    "rate_call": "at",
    "skip": "closed",
    "visit": "at",
}
"""Table → what must lie before the limit. A skip that lasts has no end yet, nor has a state that people are told of."""

KEPT: Final[dict[str, str]] = {
    "acknowledged": "without it everybody counts as new",
    "alert_settings": "one row; who is told that the YAML cannot be loaded",
    "applied": "an older file must still be refused",
    "baseline": "the gate compares the next file with it",
    "claim": "another company must still be refused",
    "epoch": "plans are told by it from older ones",
    "intake": "an old content must still be recognised; it names no person",
    "lease": "one row; its number must never fall",
    "one_off": "what may have been done must not be done twice; it names no person",
    "secret": "keys of hashes that are kept",
    "traffic": "one row for each destination; a count that falls is none",
}
"""Never deleted by age, and why."""

_AT_ONCE: Final = 500


class Chain(NamedTuple):
    """A root run and its re-executions."""

    root_run_id: str
    run_ids: tuple[str, ...]


class Retention(Scoped):
    """The ledger's part about rows whose time is over."""

    def in_use(self) -> set[str]:
        """The runs on whose rows or values something rests that still goes on, however old they are.

        The newest plan and the last applied one of each destination, with the run that took their export in and the gate's word on it; what
        may still be released; the newest run; whoever holds the lease or gives signs of life.
        """
        plan, applied, held, gate = tables.plan.c, tables.applied.c, tables.held.c, tables.gate.c
        newest = sa.func.row_number().over(partition_by=plan.destination, order_by=plan.saved_at.desc())
        ranked = sa.select(plan.plan_run_id, plan.number, plan.counts, newest.label("place")).where(self._mine(tables.plan)).subquery()
        passed = sa.func.row_number().over(partition_by=gate.number, order_by=gate.recorded_at.desc())
        gates = sa.select(gate.root_run_id, gate.number, passed.label("place")).where(self._mine(tables.gate, passed=True)).subquery()
        with self._reading() as connection:
            now = database.now(connection)
            newest_plans = connection.execute(sa.select(ranked).where(ranked.c.place == 1)).all()
            plans = [(row.plan_run_id, row.number) for row in newest_plans]
            last_applied = connection.execute(sa.select(applied.plan_run_id, applied.number).where(self._mine(tables.applied)))
            plans += [(row.plan_run_id, row.number) for row in last_applied]
            verdicts = sa.select(gates.c.root_run_id).where(gates.c.place == 1, gates.c.number.in_({number for _, number in plans}))
            waiting = sa.select(held.plan_run_id).where(self._mine(tables.held), held.expires_at > datetime.fromtimestamp(now, UTC))
            last = sa.select(tables.run.c.run_id).where(self._mine(tables.run)).order_by(tables.run.c.began.desc()).limit(1)
            alive = sa.select(tables.heartbeat.c.run_id).where(self._mine(tables.heartbeat), tables.heartbeat.c.expires_at > now)
            writer = sa.select(tables.lease.c.run_id).where(self._mine(tables.lease), tables.lease.c.run_id.is_not(None))
            found = {run_id for run_id, _ in plans} | {
                run_id for row in newest_plans if (run_id := PlanFacts.from_json(row.counts).taken_in)
            }
            for query in (verdicts, waiting, last, alive, writer):
                found |= set(connection.execute(query).scalars())
        return found

    def chains(self) -> list[Chain]:
        """Every chain of runs, oldest first."""
        run = tables.run.c
        query = sa.select(run.root_run_id, run.run_id).where(self._mine(tables.run)).order_by(run.began, run.run_id)
        found: dict[str, list[str]] = {}
        with self._reading() as connection:
            for row in connection.execute(query):
                found.setdefault(row.root_run_id, []).append(row.run_id)
        return [Chain(root, tuple(run_ids)) for root, run_ids in found.items()]

    def over(self, before: datetime, keep: Collection[str]) -> list[Chain]:
        """The chains whose last run began and ended before a moment, but for those with a run to keep."""
        run = tables.run.c
        last = sa.func.max(sa.func.coalesce(run.ended, run.began))
        old = sa.select(run.root_run_id).where(self._mine(tables.run)).group_by(run.root_run_id).having(last < before)
        with self._reading() as connection:
            roots = set(connection.execute(old).scalars())
        return [chain for chain in self.chains() if chain.root_run_id in roots and not set(keep) & {chain.root_run_id, *chain.run_ids}]

    def purge(self, chains: Sequence[Chain], before: datetime, *, dry_run: bool = False) -> dict[str, int]:
        """Delete the rows of chains, and others that are older than a moment.

        Args:
            chains: As `over` gives them.
            before: The moment.
            dry_run: Only count.

        Returns:
            Table → rows, of those that have any. A second time there are none.
        """
        counts: dict[str, int] = {}
        with self._reading() if dry_run else self._erasing() as connection:
            for table, condition in [*self._of_chains(chains), *self._aged(before)]:
                if dry_run:
                    found = connection.execute(sa.select(sa.func.count()).select_from(table).where(condition)).scalar_one()
                else:
                    found = connection.execute(sa.delete(table).where(condition)).rowcount
                counts[table.name] = counts.get(table.name, 0) + found
        return {name: count for name, count in counts.items() if count}

    def _of_chains(self, chains: Sequence[Chain]) -> Iterator[tuple[sa.Table, Any]]:
        for start in range(0, len(chains), _AT_ONCE):
            some = chains[start : start + _AT_ONCE]
            run_ids = [run_id for chain in some for run_id in {chain.root_run_id, *chain.run_ids}]
            roots = [chain.root_run_id for chain in some]
            yield from ((table, sa.and_(self._mine(table), table.c.plan_run_id.in_(run_ids))) for table in OF_PLAN)
            yield from ((table, sa.and_(self._mine(table), table.c.root_run_id.in_(roots))) for table in OF_ROOT)

    def _aged(self, before: datetime) -> Iterator[tuple[sa.Table, Any]]:
        for name, column in BY_AGE.items():
            table = tables.metadata.tables[name]
            kind = table.c[column].type
            limit = before.timestamp() if isinstance(kind, sa.Float) else before.date() if isinstance(kind, sa.Date) else before
            yield table, sa.and_(self._mine(table), table.c[column] < limit)
