"""What was sent, what was answered, what landed.

Belongs here: records that grow while a plan is being delivered, and its outcomes. Does not belong here: deciding what an answer means, what
is remembered of people from plan to plan (``resources.ledger.acknowledged``).
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

import pandas as pd
import sqlalchemy as sa

from resources.ledger import tables
from resources.ledger.database import insert, rows_of, upsert
from resources.ledger.leases import Lease
from resources.ledger.scoped import Scoped, moment
from roster.plan.outcomes import OutcomeFacts
from roster.vocabulary import LEFT_ALONE

ANSWERS: Final = ("person", "status", "reason", "request")
OUTCOMES: Final = ("person", "employee_id", "action", "outcome", "reason", "landed")


def alone(meta: Mapping[str, Any]) -> bool:
    """Whether a request that was refused as a whole was about one person, by what was recorded of it."""
    return bool(meta.get("whole")) and meta["people"] == 1


def ended_out(outcomes: Collection[str]) -> "sa.ColumnElement[bool]":
    """The rows of people who ended with one of these outcomes, were to be left alone, or were not seen in reading back."""
    ended = tables.outcome.c
    return sa.or_(ended.outcome.in_(list(outcomes)), ended.action.in_(LEFT_ALONE), ended.landed == "missing")


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
        rows = rows_of(answers.drop_duplicates("person", keep="last"), ANSWERS, **keys)
        with self._writing(lease) as connection:
            upsert(connection, tables.answer, rows, where=lambda old, new: sa.or_(new.status != "unknown", old.status == "unknown"))

    def answers(self, destination: str, plan_run_id: str) -> pd.DataFrame:
        """What was answered so far: person, status, reason, request."""
        return self._frame(tables.answer, ANSWERS, ["person"], destination=destination, plan_run_id=plan_run_id)

    def exceptions(self, destination: str, plan_run_id: str) -> pd.DataFrame:
        """As `answers`, of those alone who were not accepted, or with a reason: few, where all of a first load are answers."""
        table = tables.answer
        exceptional = sa.or_(table.c.status != "accepted", table.c.reason.is_not(None))
        return self._frame(table, ANSWERS, ["person"], exceptional, destination=destination, plan_run_id=plan_run_id)

    def answer_counts(self, destination: str, plan_run_id: str) -> dict[str, int]:
        """How many people were answered so far, by status."""
        status, mine = tables.answer.c.status, self._mine(tables.answer, destination=destination, plan_run_id=plan_run_id)
        with self._reading() as connection:
            counted = connection.execute(sa.select(status, sa.func.count()).where(mine).group_by(status)).all()
        return {answer: int(people) for answer, people in counted}

    def answered(self, destination: str, plan_run_id: str) -> bool:
        """Whether anything was answered, or sent without an answer."""
        mine = self._mine(tables.answer, destination=destination, plan_run_id=plan_run_id)
        with self._reading() as connection:
            return connection.execute(sa.select(tables.answer.c.person).where(mine).limit(1)).first() is not None

    def refused_alone(self, destination: str) -> dict[str, str]:
        """Who was refused in a request of their own and never accepted since, in whatever plan that was → with what.

        Args:
            destination: Its name.
        """
        answer, request = tables.answer.c, tables.request.c
        mine = self._mine(tables.answer, destination=destination)
        ever = sa.select(answer.person).where(mine, answer.status == "refused")
        newest = sa.func.row_number().over(partition_by=answer.person, order_by=(answer.recorded_at.desc(), answer.plan_run_id))
        certain = (
            sa.select(tables.answer, newest.label("place"))
            .where(mine, answer.status.in_(["accepted", "refused"]), answer.person.in_(ever))
            .subquery()
        )
        same = sa.and_(*(certain.c[name] == request[name] for name in ("company", "destination", "plan_run_id", "request")))
        query = sa.select(certain.c.person, certain.c.reason, request.meta).join_from(certain, tables.request, same)
        with self._reading() as connection:
            rows = connection.execute(query.where(certain.c.place == 1, certain.c.status == "refused")).all()
        return {row.person: row.reason or "" for row in rows if alone(row.meta)}

    def written_since(self, destination: str, plan_run_id: str, but: str) -> pd.Series:
        """The people whom a plan made later than this one has written, or may have.

        Args:
            destination: Its name.
            plan_run_id: The run that made the plan.
            but: A root run of which nothing counts.
        """
        answer, plan = tables.answer, tables.plan
        same = sa.and_(*(answer.c[name] == plan.c[name] for name in ("company", "destination", "plan_run_id")))
        made = sa.select(plan.c.saved_at).where(self._mine(plan, destination=destination, plan_run_id=plan_run_id)).scalar_subquery()
        later = sa.and_(plan.c.saved_at > made, plan.c.root_run_id != but, answer.c.status.in_(["accepted", "unknown"]))
        query = sa.select(answer.c.person).distinct().join_from(answer, plan, same)
        with self._reading() as connection:
            found = connection.execute(query.where(self._mine(answer, destination=destination), later)).scalars()
            return pd.Series(sorted(found), dtype="str")

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
        rows = rows_of(outcomes[(outcomes["outcome"] != "unchanged") | (outcomes["action"] != "none")], OUTCOMES, **keys)
        with self._writing() as connection:
            mine = self._mine(tables.outcome, destination=destination, plan_run_id=plan_run_id)
            connection.execute(sa.delete(tables.outcome).where(mine))
            insert(connection, tables.outcome, rows)
            upsert(connection, tables.outcome_count, [{**keys, "counts": facts.to_json(), "recorded_at": moment()}])

    def outcomes(self, destination: str, plan_run_id: str) -> pd.DataFrame:
        """Everyone for whom something was planned: person, employee_id, action, outcome, reason, landed."""
        return self._frame(tables.outcome, OUTCOMES, ["person"], destination=destination, plan_run_id=plan_run_id)

    def not_landed(self, destination: str, plan_run_id: str) -> pd.DataFrame:
        """As `outcomes`, of those alone whom reading back did not show as they were sent."""
        return self._frame(tables.outcome, OUTCOMES, ["person"], destination=destination, plan_run_id=plan_run_id, landed="missing")

    def left_out(self, destination: str, plan_run_id: str, outcomes: Collection[str]) -> pd.DataFrame:
        """As `outcomes`, of those alone whom `ended_out` finds."""
        theirs = ended_out(outcomes)
        return self._frame(tables.outcome, OUTCOMES, ["person"], theirs, destination=destination, plan_run_id=plan_run_id)

    def removed_since(self, destination: str, at: datetime) -> set[str]:
        """Who has been taken out by a plan that was made after a moment: by employee number, or by the key of an account without one."""
        outcome, plan = tables.outcome, tables.plan
        same = sa.and_(*(plan.c[name] == outcome.c[name] for name in ("company", "destination", "plan_run_id")))
        went = sa.and_(outcome.c.outcome.in_(["deactivated", "deleted"]), sa.func.coalesce(outcome.c.landed, "") != "missing")
        mine = sa.and_(self._mine(outcome, destination=destination), plan.c.saved_at > at, went)
        query = sa.select(sa.func.coalesce(outcome.c.employee_id, outcome.c.person)).join_from(outcome, plan, same)
        with self._reading() as connection:
            return set(connection.execute(query.where(mine)).scalars())

    def last_recorded(self, destination: str) -> tuple[str, datetime] | None:
        """The run of the newest plan whose outcomes are recorded, and when that was, after reading back; None where there is none yet."""
        table = tables.outcome_count
        newest = sa.select(table.c.plan_run_id, table.c.recorded_at).where(self._mine(table, destination=destination))
        with self._reading() as connection:
            row = connection.execute(newest.order_by(table.c.recorded_at.desc()).limit(1)).first()
        return (str(row.plan_run_id), row.recorded_at) if row else None

    def outcome_facts(self, destination: str, plan_run_id: str) -> OutcomeFacts | None:
        """What is known of a plan's outcomes as a whole; None before they are recorded."""
        table = tables.outcome_count
        query = sa.select(table.c.counts).where(self._mine(table, destination=destination, plan_run_id=plan_run_id))
        with self._reading() as connection:
            stored = connection.execute(query).scalar_one_or_none()
        return OutcomeFacts.from_json(stored) if stored else None
