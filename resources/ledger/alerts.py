"""States that people are told of, who is to be told, and who was.

Belongs here: which states began and ended, claiming what is to be sent, what came of it. Does not belong here: which states there are
(``resources.past.open_states``), words (``resources.alerts.wording``), sending (``resources.alerts.sending``).

Each state is told once to each target, and its end once. Whoever sends claims it in the ledger before: two daemons never send the same.
A process that dies between sending and keeping that it did leaves a claim that expires, and it is sent again: at least once, never not.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import pandas as pd
import sqlalchemy as sa

from resources.ledger import database, tables
from resources.ledger.scoped import Scoped, moment

STATE: Final = ("event", "subject", "employee_id")
"""What a state is told by; the employee number is empty where it is about nobody in particular."""
COLUMNS: Final = (*STATE, "named", "detail")
CLAIMED: Final = 120.0
"""Seconds for which whoever sends has it to themself."""
WAITS: Final = (60.0, 300.0, 1800.0, 7200.0, 21600.0)
"""Seconds from one attempt that failed to the next; after the last of them it is given up."""
ATTEMPTS: Final = len(WAITS) + 1
_AT_ONCE: Final = timedelta(minutes=2)

Phase = Literal["begun", "over"]
IsFor = Callable[[str, str, bool], bool]
"""Of an event, ``begun`` or ``over``, and whether another state of the same subject begins where it ends: whether somebody is told."""


@dataclass(frozen=True)
class Note:
    """That a target is to be told of some states' beginning or end."""

    target: str
    event: str
    subject: str
    phase: Phase
    at: datetime
    """When they began or ended."""
    states: pd.DataFrame
    """``employee_id``, ``named``, ``detail``, ``since``, ``over_at``."""
    attempts: int = 0


@dataclass(frozen=True)
class Failing:
    """A target that did not take what it was sent."""

    target: str
    waiting: int
    """Notes that are tried again."""
    given_up: int
    failure: str


@dataclass(frozen=True)
class Remembered:
    """A company's `alerts` as they were last loaded."""

    settings: Mapping[str, Any]
    since: datetime
    looked_at: datetime


class AlertStates(Scoped):
    """The ledger's part about telling people."""

    def remembered(self) -> Remembered | None:
        """The company's settings as they were last loaded; None where it never had any."""
        with self._reading() as connection:
            row = connection.execute(sa.select(tables.alert_settings).where(self._mine(tables.alert_settings))).one_or_none()
        return Remembered(row.settings, row.since, row.looked_at) if row else None

    def observe(
        self,
        states: pd.DataFrame,
        targets: Mapping[str, IsFor],
        at: datetime,
        *,
        settings: Mapping[str, Any] | None = None,
        only: Sequence[str] = (),
    ) -> None:
        """Keep which states there are: those that are new begin, those that are no more end, and whoever is to be told of it will be.

        Args:
            states: `COLUMNS`, each state once.
            targets: Target → what is for it. What is not sent yet to any other goes.
            at: When that was looked at. Where somebody has looked just after that, nothing changes; a clock that was ahead stops nobody.
            settings: What is to be remembered; None: what is, stays.
            only: Which events were looked at; empty: all.
        """
        table = tables.alert
        with self._writing() as connection:
            before = connection.execute(sa.select(tables.alert_settings).where(self._mine(tables.alert_settings))).one_or_none()
            if before and at < before.looked_at <= at + _AT_ONCE:
                return
            kept = settings if settings is not None else before.settings if before else {}
            row = self._keys(settings=dict(kept), since=before.since if before else at, looked_at=at)
            database.upsert(connection, tables.alert_settings, [row])
            mine = self._mine(table, over_at=None)
            looked = sa.and_(mine, table.c.event.in_(only)) if only else mine
            there = database.frame(connection, sa.select(*(table.c[name] for name in STATE)).where(looked))
            new, ended = _without(states, there), _without(there, states)
            database.insert(connection, table, database.rows_of(new, COLUMNS, **self._keys(since=at, over_at=None)))
            closed: list[Any] = ended[list(STATE)].add_prefix("its_").to_dict("records")
            if closed:
                which = sa.and_(mine, *(table.c[name] == sa.bindparam(f"its_{name}") for name in STATE))
                connection.execute(sa.update(table).where(which).values(over_at=at), closed)
            self._note(connection, new, ended, targets, at)
            self._for_new_targets(connection, targets, set((before.settings if before else {}).get("targets", targets)))

    def _note(self, connection: sa.Connection, new: pd.DataFrame, ended: pd.DataFrame, targets: Mapping[str, IsFor], at: datetime) -> None:
        unknown = sa.and_(self._mine(tables.alert_note, sent_at=None), tables.alert_note.c.target.not_in(list(targets)))
        connection.execute(sa.delete(tables.alert_note).where(unknown))
        begins = set(new["subject"])
        found = [(pair, phase) for phase, frame in (("begun", new), ("over", ended)) for pair in _pairs(frame)]
        rows = [
            self._row(name, event, subject, phase, at)
            for (event, subject), phase in found
            for name, is_for in targets.items()
            if is_for(event, phase, subject in begins)
        ]
        database.insert_missing(connection, tables.alert_note, rows)

    def _for_new_targets(self, connection: sa.Connection, targets: Mapping[str, IsFor], before: set[str]) -> None:
        """Who was added to the settings hears of what lasts."""
        if not (added := [name for name in targets if name not in before]):
            return
        table = tables.alert
        lasts = sa.select(table.c.event, table.c.subject, table.c.since).where(self._mine(table, over_at=None)).distinct()
        open_now = connection.execute(lasts).all()
        rows = [
            self._row(name, row.event, row.subject, "begun", row.since)
            for row in open_now
            for name in added
            if targets[name](row.event, "begun", False)
        ]
        database.insert_missing(connection, tables.alert_note, rows)

    def _row(self, target: str, event: str, subject: str, phase: str, at: datetime) -> dict[str, Any]:
        key = {"target": target, "event": event, "subject": subject, "phase": phase, "at": at}
        return self._keys(**key, attempts=0, not_before=0.0, sent_at=None, failure=None)

    def claim(self, events: Sequence[tuple[str, str]] | None = None) -> list[Note]:
        """What is to be sent now, oldest first; for a while it is the caller's alone, and it counts as an attempt.

        Args:
            events: Only these, event and phase; None: all.
        """
        table, found = tables.alert_note, []
        with self._writing() as connection:
            now = database.now(connection)
            due = sa.and_(self._mine(table, sent_at=None), table.c.attempts < ATTEMPTS, table.c.not_before <= now)
            rows = connection.execute(sa.select(table).where(due).order_by(table.c.at, table.c.event, table.c.subject)).all()
            for row in rows:
                if events is not None and (row.event, row.phase) not in events:
                    continue
                note = Note(row.target, row.event, row.subject, row.phase, row.at, self._states(connection, row), row.attempts + 1)
                connection.execute(sa.update(table).where(self._is(note)).values(attempts=note.attempts, not_before=now + CLAIMED))
                found.append(note)
        return found

    def _states(self, connection: sa.Connection, row: Any) -> pd.DataFrame:
        table = tables.alert
        at = table.c.since if row.phase == "begun" else table.c.over_at
        columns = [table.c[name] for name in ("employee_id", "named", "detail", "since", "over_at")]
        mine = self._mine(table, event=row.event, subject=row.subject)
        return database.frame(connection, sa.select(*columns).where(mine, at == row.at).order_by(table.c.employee_id))

    def _is(self, note: Note) -> Any:
        key = {name: getattr(note, name) for name in ("target", "event", "subject", "phase", "at")}
        return self._mine(tables.alert_note, **key, sent_at=None)

    def sent(self, notes: Sequence[Note], failure: str = "") -> None:
        """Keep what came of notes that were claimed: they were taken, or why not. Who takes something is sent again what was given up."""
        with self._writing() as connection:
            now = database.now(connection)
            for note in notes:
                again = now + WAITS[min(note.attempts, len(WAITS)) - 1]
                values: dict[str, Any] = {"failure": failure, "not_before": again} if failure else {"failure": None, "sent_at": moment()}
                connection.execute(sa.update(tables.alert_note).where(self._is(note)).values(**values))
            table = tables.alert_note
            for target in {note.target for note in notes} if not failure else ():
                given_up = sa.and_(self._mine(table, target=target, sent_at=None), table.c.attempts >= ATTEMPTS)
                connection.execute(sa.update(table).where(given_up).values(attempts=0, not_before=0.0))

    def failing(self) -> list[Failing]:
        """The targets that did not take what they were sent last."""
        table = tables.alert_note
        mine = sa.and_(self._mine(table, sent_at=None), table.c.failure.is_not(None))
        columns = (table.c.target, table.c.attempts, table.c.failure)
        with self._reading() as connection:
            rows = connection.execute(sa.select(*columns).where(mine).order_by(table.c.target, table.c.at)).all()
        found: dict[str, list[Any]] = {}
        for row in rows:
            found.setdefault(row.target, []).append(row)
        return [
            Failing(name, sum(one.attempts < ATTEMPTS for one in all_), sum(one.attempts >= ATTEMPTS for one in all_), all_[-1].failure)
            for name, all_ in found.items()
        ]

    def lasting(self) -> pd.DataFrame:
        """The states that last: `COLUMNS` and ``since``."""
        return self._frame(tables.alert, (*COLUMNS, "since"), ["since", *STATE], over_at=None)

    def known(self, numbers: Sequence[str]) -> set[str]:
        """Which of these are employee numbers of somebody whom a destination has taken over."""
        table, found = tables.acknowledged, set()
        with self._reading() as connection:
            for start in range(0, len(numbers), 500):
                some = table.c.employee_id.in_(numbers[start : start + 500])
                found |= set(connection.execute(sa.select(table.c.employee_id).where(self._mine(table), some)).scalars())
        return found


def _without(some: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """The states of one frame that the other has not."""
    both = some.merge(others[list(STATE)].drop_duplicates(), on=list(STATE), how="left", indicator=True)
    return both[both["_merge"].eq("left_only")].drop(columns="_merge")


def _pairs(states: pd.DataFrame) -> list[tuple[str, str]]:
    """Event and subject, each pair once."""
    return list(states[["event", "subject"]].drop_duplicates().itertuples(index=False, name=None))
