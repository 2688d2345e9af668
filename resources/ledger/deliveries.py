"""What was sent, what was answered, what landed.

Belongs here: records that grow while a plan is being delivered, and its outcomes. Does not belong here: deciding what an answer means, what
is remembered of people from plan to plan (``resources.ledger.acknowledged``).
"""

from typing import Any, Final

import pandas as pd
import sqlalchemy as sa

from resources.ledger import tables
from resources.ledger.database import insert, records, upsert
from resources.ledger.leases import Lease
from resources.ledger.scoped import Scoped, moment
from roster.plan.outcomes import OutcomeFacts

ANSWERS: Final = ("person", "status", "reason", "request")
OUTCOMES: Final = ("person", "employee_id", "action", "outcome", "reason", "landed")


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
            destination: Its name.
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
        return self._frame(tables.answer, ANSWERS, ["person"], destination=destination, plan_run_id=plan_run_id)

    def record_outcomes(self, destination: str, plan_run_id: str, outcomes: pd.DataFrame, facts: OutcomeFacts) -> None:
        """Keep what became of everyone in a plan, in place of what was recorded for it before.

        Args:
            destination: Its name.
            plan_run_id: The run whose plan was written.
            outcomes: person, employee_id, action, outcome, reason, landed. Those with outcome ``unchanged`` for whom nothing was planned
                are only counted.
            facts: What is known of them as a whole.
        """
        keys = self._keys(destination=destination, plan_run_id=plan_run_id)
        rows = records(outcomes[(outcomes["outcome"] != "unchanged") | (outcomes["action"] != "none")], OUTCOMES, **keys)
        with self._writing() as connection:
            mine = self._mine(tables.outcome, destination=destination, plan_run_id=plan_run_id)
            connection.execute(sa.delete(tables.outcome).where(mine))
            insert(connection, tables.outcome, rows)
            upsert(connection, tables.outcome_count, [{**keys, "counts": facts.to_json(), "recorded_at": moment()}])

    def outcomes(self, destination: str, plan_run_id: str) -> pd.DataFrame:
        """Everyone for whom something was planned: person, employee_id, action, outcome, reason, landed."""
        return self._frame(tables.outcome, OUTCOMES, ["person"], destination=destination, plan_run_id=plan_run_id)

    def outcome_facts(self, destination: str, plan_run_id: str) -> OutcomeFacts | None:
        """What is known of a plan's outcomes as a whole; None before they are recorded."""
        table = tables.outcome_count
        query = sa.select(table.c.counts).where(self._mine(table, destination=destination, plan_run_id=plan_run_id))
        with self._reading() as connection:
            stored = connection.execute(query).scalar_one_or_none()
        return OutcomeFacts.from_json(stored) if stored else None
