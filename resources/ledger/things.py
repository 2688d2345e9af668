"""Planned changes of things that are no people, and what came of them.

Belongs here: a plan's things, what was answered, what was written in seven days. Does not belong here: what is planned of
them and what waits (``roster.plan.things``), people (``resources.ledger.plans``, ``resources.ledger.deliveries``).

Readable texts name people by number. They stand in JSON under keys of which `resources.ledger.mentions` knows that, so that handing out and
forgetting somebody finds them there. What was sent word for word is not kept: a keyed hash tells whether it is the same.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import pandas as pd
import sqlalchemy as sa

from resources.ledger import tables
from resources.ledger.database import frame, insert
from resources.ledger.leases import Lease
from resources.ledger.scoped import Scoped, moment
from resources.ledger.week import LENGTH
from roster.plan.facts import PlanFacts

KEPT: Final = ("thing", "kind", "name", "action", "old", "new", "apply", "reason", "detail", "digest", "outcome", "answer", "people")
"""What is handed out of a plan's things: ``answer`` is what was answered, ``people`` the employee numbers of who depended on it."""
_PLAIN: Final = ("thing", "kind", "name", "action", "apply", "reason", "detail", "digest", "outcome")
_WRITTEN: Final = ("accepted", "missing", "unknown")


def add(connection: sa.Connection, keys: Mapping[str, Any], things: pd.DataFrame) -> None:
    """Keep the things of a plan (`roster.plan.things.with_digests`), in the transaction that keeps the plan."""
    rows = things.astype("object").where(things.notna(), None).to_dict("records")
    columns = [name for name in _PLAIN if name != "outcome"]
    insert(connection, tables.plan_thing, [
        {**keys, "position": position, **{name: row[name] for name in columns}, "apply": bool(row["apply"]),
         "words": {"was": row["old"], "becomes": row["new"]}}
        for position, row in enumerate(rows)
    ])  # fmt: skip


class Things(Scoped):
    """The ledger's part about things that are no people."""

    def of(self, destination: str, plan_run_id: str) -> pd.DataFrame:
        """The things of a plan, in the order in which they go: `KEPT`."""
        table = tables.plan_thing
        found = self._frame(table, _PLAIN, ["position"], destination=destination, plan_run_id=plan_run_id)
        mine = self._mine(table, destination=destination, plan_run_id=plan_run_id)
        with self._reading() as connection:
            rows = connection.execute(sa.select(table.c.words, table.c.answer).where(mine).order_by(table.c.position)).all()
        values = [{**row.words, **(row.answer or {})} for row in rows]
        texts = {"old": "was", "new": "becomes", "answer": "answered"}
        columns = {name: pd.Series([one.get(key) for one in values], dtype="str") for name, key in texts.items()}
        people = pd.Series([" ".join(one.get("people", ())) for one in values], dtype="str")
        return found.assign(**columns, people=people)[list(KEPT)]

    def named(self) -> pd.DataFrame:
        """All things of the company's plans: ``thing``, ``name``, each pair once."""
        table = tables.plan_thing.c
        with self._reading() as connection:
            rows = frame(connection, sa.select(table.thing, table.name).where(self._mine(tables.plan_thing)).distinct())
        return rows.reindex(columns=["thing", "name"]).astype("str")

    def history(self, thing: str) -> pd.DataFrame:
        """Every plan that had a thing, newest first: ``destination``, ``plan_run_id``, ``root_run_id`` and `KEPT`."""
        plan, mine = tables.plan.c, tables.plan_thing.c
        same = sa.and_(*(plan[name] == mine[name] for name in ("company", "destination", "plan_run_id")))
        query = (
            sa.select(mine.destination, mine.plan_run_id, plan.root_run_id)
            .join_from(tables.plan_thing, tables.plan, same)
            .where(self._mine(tables.plan_thing, thing=thing))
            .order_by(plan.saved_at.desc())
        )
        with self._reading() as connection:
            rows = connection.execute(query).all()
        found = []
        for destination, plan_run_id, root_run_id in rows:
            one = self.of(destination, plan_run_id)
            found.append(one[one["thing"].eq(thing)].assign(destination=destination, plan_run_id=plan_run_id, root_run_id=root_run_id))
        columns = ["destination", "plan_run_id", "root_run_id", *KEPT]
        return pd.concat(found, ignore_index=True)[columns] if found else pd.DataFrame(columns=columns)

    def held(self, destination: str, plan_run_id: str) -> pd.DataFrame:
        """What a plan holds: ``thing``, ``digest``."""
        found = self.of(destination, plan_run_id)
        return found.loc[~found["apply"].astype("bool"), ["thing", "digest"]]

    def sent(self, destination: str, plan_run_id: str) -> bool:
        """Whether anything of a plan's things was sent."""
        mine = self._mine(tables.plan_thing, destination=destination, plan_run_id=plan_run_id)
        query = sa.select(tables.plan_thing.c.thing).where(mine, tables.plan_thing.c.answered_at.is_not(None)).limit(1)
        with self._reading() as connection:
            return connection.execute(query).first() is not None

    def record(self, destination: str, plan_run_id: str, answers: pd.DataFrame, lease: Lease) -> None:
        """Keep what was answered: ``thing``, ``outcome``, ``reason`` and maybe ``people``.

        Raises:
            Failed: The lease is no longer this run's; nothing was recorded.
        """
        rows = list(_answers(answers))
        if not rows:
            return
        values = {"outcome": sa.bindparam("became"), "answer": sa.bindparam("said", type_=sa.JSON), "answered_at": moment()}
        with self._writing(lease) as connection:
            connection.execute(self._each(destination, plan_run_id).values(values), rows)

    def record_outcomes(self, destination: str, plan_run_id: str, outcomes: pd.DataFrame) -> None:
        """Keep what became of a plan's things, once it was read back: ``thing``, ``outcome``."""
        if outcomes.empty:
            return
        rows = [{"this": thing, "became": outcome} for thing, outcome in outcomes[["thing", "outcome"]].to_numpy().tolist()]
        with self._writing() as connection:
            connection.execute(self._each(destination, plan_run_id).values(outcome=sa.bindparam("became")), rows)

    def overtaken(self, destination: str, plan_run_id: str) -> set[str]:
        """The things of a plan that a later plan has written: what this one says of them is not what is there now."""
        plan, thing = tables.plan.c, tables.plan_thing.c
        saved = sa.select(plan.saved_at).where(self._mine(tables.plan, destination=destination, plan_run_id=plan_run_id)).scalar_subquery()
        same = sa.and_(*(plan[name] == thing[name] for name in ("company", "destination", "plan_run_id")))
        query = (
            sa.select(thing.thing)
            .join_from(tables.plan_thing, tables.plan, same)
            .where(self._mine(tables.plan_thing, destination=destination), plan.saved_at > saved, thing.outcome.in_(_WRITTEN))
        )
        with self._reading() as connection:
            return set(connection.execute(query).scalars())

    def week(self, destination: str, now: datetime | None = None) -> dict[tuple[str, bool], frozenset[str]]:
        """Kind, and whether it was taken away → the things that were written in the last seven days, or may have been; but for releases and
        a first sync, as with people."""
        plan, thing = tables.plan.c, tables.plan_thing.c
        released = sa.select(tables.release.c.plan_run_id).where(self._mine(tables.release, destination=destination))
        query = (
            sa.select(thing.plan_run_id, thing.kind, thing.action, thing.thing)
            .where(self._mine(tables.plan_thing, destination=destination), thing.answered_at >= (now or moment()) - LENGTH)
            .where(thing.outcome.in_(_WRITTEN), thing.plan_run_id.not_in(released))
        )
        with self._reading() as connection:
            rows = frame(connection, query)
            plans = sa.select(plan.plan_run_id, plan.counts).where(
                self._mine(tables.plan, destination=destination), plan.plan_run_id.in_(list(rows["plan_run_id"].unique()))
            )
            first = [row.plan_run_id for row in connection.execute(plans) if PlanFacts.from_json(row.counts).first]
        counted = rows[~rows["plan_run_id"].isin(first)]
        groups = counted.groupby([counted["kind"], counted["action"].eq("remove")])["thing"]
        return {(str(kind), bool(away)): frozenset(things) for (kind, away), things in groups}

    def _each(self, destination: str, plan_run_id: str) -> sa.Update:
        """Sets something of one thing of a plan, named by ``this``."""
        mine = self._mine(tables.plan_thing, destination=destination, plan_run_id=plan_run_id)
        return sa.update(tables.plan_thing).where(mine, tables.plan_thing.c.thing == sa.bindparam("this"))


def _answers(answers: pd.DataFrame) -> Iterator[dict[str, Any]]:
    rows = answers.reindex(columns=["thing", "outcome", "reason", "people"]).astype("object")
    for thing, outcome, reason, people in rows.where(rows.notna(), None).to_numpy().tolist():
        yield {"this": thing, "became": outcome, "said": {"answered": reason, "people": str(people or "").split()}}
