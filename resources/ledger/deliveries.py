"""What was sent, what was answered, what each destination acknowledged, what landed.

Belongs here: records that grow while a plan is being delivered, and its outcomes. Does not belong here: deciding what an answer means.
"""

from typing import Any

import pandas as pd
import sqlalchemy as sa

from resources.ledger import tables
from resources.ledger.database import frame, insert, records, upsert
from resources.ledger.lease import Lease
from resources.ledger.scoped import Scoped, moment

ANSWERS = ["person", "status", "reason", "request"]
ACKNOWLEDGED = ["employee_id", "account", "active", "digest", "fields", "identity"]
OUTCOMES = ["person", "employee_id", "action", "outcome", "reason", "landed"]


class Deliveries(Scoped):
    """The ledger's part about writes and what came of them."""

    def record_request(self, destination: str, plan_run_id: str, request: int, meta: dict[str, Any]) -> None:
        """Keep what is known of one call (bytes, seconds, counts; JSON, no personal data). The same number again replaces it."""
        row = self._keys(destination=destination, plan_run_id=plan_run_id, request=request, meta=meta, recorded_at=moment())
        with self._writing() as connection:
            upsert(connection, tables.request, [row])

    def requests(self, destination: str, plan_run_id: str) -> list[dict[str, Any]]:
        """The calls made for a plan, in order: each its number under ``request``, and what was recorded of it."""
        table = tables.request
        mine = self._mine(table, destination=destination, plan_run_id=plan_run_id)
        with self._reading() as connection:
            rows = connection.execute(sa.select(table.c.request, table.c.meta).where(mine).order_by(table.c.request)).all()
        return [{**row.meta, "request": row.request} for row in rows]

    def record_answers(self, destination: str, plan_run_id: str, answers: pd.DataFrame, lease: Lease) -> None:
        """Keep what the destination answered, as it arrives.

        `unknown` replaces nothing else; whatever else is said replaces what was there.

        Args:
            destination: ``expensify`` or ``findity``.
            plan_run_id: The run whose plan is being written.
            answers: person, status (accepted, refused, unknown; or, of whom another run has written meanwhile and who was not sent: done,
                stale), reason, request. Of several rows for a person the last counts.
            lease: The lease under which it is written.

        Raises:
            Failed: The lease is no longer this run's; nothing was recorded.
        """
        keys = self._keys(destination=destination, plan_run_id=plan_run_id, recorded_at=moment())
        rows = records(answers.drop_duplicates("person", keep="last"), ANSWERS, **keys)
        with self._writing(lease) as connection:
            upsert(connection, tables.answer, rows, where=lambda old, new: sa.or_(new.status != "unknown", old.status == "unknown"))

    def answers(self, destination: str, plan_run_id: str) -> pd.DataFrame:
        """What was answered so far: person, status, reason, request."""
        return self._delivered(tables.answer, ANSWERS, destination, plan_run_id)

    def acknowledge(self, destination: str, people: pd.DataFrame, run_id: str, lease: Lease) -> None:
        """Keep what the destination has taken over, in place of what it had of these people.

        Args:
            destination: ``expensify`` or ``findity``.
            people: employee_id, account, active, digest, fields and record (a keyed hash of all that should be there of them); one row a
                person.
            run_id: The run that wrote it.
            lease: The lease under which it is written.

        Raises:
            Failed: The lease is no longer this run's; nothing was recorded.
        """
        if people.empty:
            return
        with self._writing(lease) as connection:
            table = tables.epoch
            before = connection.execute(sa.select(table.c.epoch).where(self._mine(table, destination=destination))).scalar() or 0
            upsert(connection, table, [self._keys(destination=destination, epoch=before + 1)])
            keys = self._keys(destination=destination, epoch=before + 1, run_id=run_id, recorded_at=moment())
            last = people.drop_duplicates("employee_id", keep="last").reindex(columns=[*ACKNOWLEDGED, "record"])
            upsert(connection, tables.acknowledged, records(last, list(last.columns), **keys))

    def acknowledged(self, destination: str) -> pd.DataFrame:
        """What the destination last acknowledged of each person: employee_id, account, active, digest, fields, identity."""
        table = tables.acknowledged
        query = sa.select(*(table.c[name] for name in ACKNOWLEDGED)).where(self._mine(table, destination=destination))
        with self._reading() as connection:
            return frame(connection, query.order_by(table.c.employee_id))

    def acknowledged_since(self, destination: str, epoch: int) -> pd.DataFrame:
        """Whom the destination has acknowledged after an epoch, and what: employee_id, account, active, record."""
        table = tables.acknowledged
        query = sa.select(*(table.c[name] for name in ("employee_id", "account", "active", "record")))
        later = sa.and_(self._mine(table, destination=destination), table.c.epoch > epoch)
        with self._reading() as connection:
            return frame(connection, query.where(later).order_by(table.c.employee_id))

    def epoch(self, destination: str) -> int:
        """How often something was acknowledged: the same number twice means that nothing was written in between."""
        query = sa.select(tables.epoch.c.epoch).where(self._mine(tables.epoch, destination=destination))
        with self._reading() as connection:
            return connection.execute(query).scalar_one_or_none() or 0

    def record_outcomes(self, destination: str, plan_run_id: str, outcomes: pd.DataFrame, counts: dict[str, Any]) -> None:
        """Keep what became of everyone in a plan, in place of what was recorded for it before.

        Args:
            destination: ``expensify`` or ``findity``.
            plan_run_id: The run whose plan was written.
            outcomes: person, employee_id, action, outcome, reason, landed. Those with outcome ``unchanged`` for whom nothing was planned
                are only counted.
            counts: Of all people.
        """
        keys = self._keys(destination=destination, plan_run_id=plan_run_id)
        rows = records(outcomes[(outcomes["outcome"] != "unchanged") | (outcomes["action"] != "none")], OUTCOMES, **keys)
        with self._writing() as connection:
            mine = self._mine(tables.outcome, destination=destination, plan_run_id=plan_run_id)
            connection.execute(sa.delete(tables.outcome).where(mine))
            insert(connection, tables.outcome, rows)
            upsert(connection, tables.outcome_count, [{**keys, "counts": counts, "recorded_at": moment()}])

    def outcomes(self, destination: str, plan_run_id: str) -> pd.DataFrame:
        """Everyone for whom something was planned: person, employee_id, action, outcome, reason, landed."""
        return self._delivered(tables.outcome, OUTCOMES, destination, plan_run_id)

    def outcome_counts(self, destination: str, plan_run_id: str) -> dict[str, Any]:
        """The counts of all people of a plan; empty before its outcomes are recorded."""
        table = tables.outcome_count
        query = sa.select(table.c.counts).where(self._mine(table, destination=destination, plan_run_id=plan_run_id))
        with self._reading() as connection:
            return connection.execute(query).scalar_one_or_none() or {}

    def _delivered(self, table: sa.Table, columns: list[str], destination: str, plan_run_id: str) -> pd.DataFrame:
        query = sa.select(*(table.c[name] for name in columns))
        mine = self._mine(table, destination=destination, plan_run_id=plan_run_id)
        with self._reading() as connection:
            return frame(connection, query.where(mine).order_by(table.c.person))
