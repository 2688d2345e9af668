"""Counts of what some work does that are the same on every machine.

Belongs here: counting. Does not belong here: the work, and how much of it is too much.
"""

import cProfile
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import sqlalchemy as sa

from resources import places


class Calls:
    """Counts the functions that Python calls, whoever's they are, in this thread and in those that it starts.

    One that pandas calls for each value counts each time; so does what a loop over rows calls in C."""

    def __init__(self) -> None:
        self._profiles: list[cProfile.Profile] = []

    @contextmanager
    def counted(self) -> Iterator["Calls"]:
        """While this is open."""
        threading.setprofile(lambda *_: self._begin())
        self._begin()
        try:
            yield self
        finally:
            for profile in self._profiles:  # one left enabled would end the next one of this thread when it is freed
                profile.disable()
            threading.setprofile(None)  # type: ignore[arg-type]

    def _begin(self) -> None:
        profile = cProfile.Profile()
        with suppress(ValueError):  # from Python 3.12 on one profile is of all threads
            profile.enable(builtins=True)
        self._profiles.append(profile)

    def by_function(self) -> Counter[str]:
        """Function → how often it was called."""
        found: Counter[str] = Counter()
        for profile in self._profiles:
            for entry in profile.getstats():
                found[_name(entry.code)] += entry.callcount
        return found


def _name(code: Any) -> str:
    if isinstance(code, str):  # one in C
        return code
    file = code.co_filename.removeprefix(f"{places.PROJECT}/").rpartition("site-packages/")[2]
    return f"{file}:{code.co_firstlineno} {code.co_name}"


class Statements:
    """Counts what databases are asked on connections that are opened meanwhile.

    ``executed``: what the program executed, once for a statement with many rows, by the name of the database's file. ``rows``: what SQLite
    ran, once for each row. ``opened``: connections.
    """

    def __init__(self) -> None:
        self.executed: Counter[str] = Counter()
        self.opened = 0
        self._run: list[str] = []

    @property
    def rows(self) -> int:
        """Statements that SQLite ran."""
        return len(self._run)

    @contextmanager
    def counted(self) -> Iterator["Statements"]:
        """While this is open."""

        def ask(connection: Any, *_: Any) -> None:
            self.executed[str(connection.engine.url.database)] += 1

        def opened(connection: Any, _record: Any) -> None:
            self.opened += 1
            if isinstance(connection, sqlite3.Connection):
                connection.set_trace_callback(self._run.append)

        sa.event.listen(sa.Engine, "before_cursor_execute", ask)
        sa.event.listen(sa.Engine, "connect", opened)
        try:
            yield self
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", ask)
            sa.event.remove(sa.Engine, "connect", opened)
