"""Whether the parts of an installation are alive: the ledger, the storage, Dagster's database and its daemon.

Belongs here: asking each of them, for so long and no longer. Does not belong here: the server (``web.observed``), how companies stand
(``web.metrics``).

What is answered names a part and one of a few words; no address, no path, no error's text: those may hold a password, and whoever may ask
for health may not know them. They are on the terminal of ``rollcall status`` and in Dagster's log.
"""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, Final

from assets.runs import dagster_instance
from resources import places
from resources.failures import Failed
from resources.ledger import Ledger, revisions
from resources.ledger.database import connect, reading
from resources.ledger.tables import run

LONGEST: Final = 3.0
"""Seconds that a part has to answer: a database that hangs has no limit of its own."""
DAEMON_LATE: Final = 120.0
"""Seconds without a sign of one of the daemon's threads, which give one every thirty, after which it counts as dead."""

Answer = dict[str, Any]
"""``{"alive": true}``, or ``{"alive": false, "why": …}``."""
SLOW: Final = "it does not answer"


def ledger() -> Answer:
    """Whether the ledger can be read, and has the schema with which this version works: with another one no run does.

    It is not brought up to date here: beside Dagster's database, whose first opening may go on meanwhile in another thread, that does not
    work.
    """
    engine = connect(places.ledger_url())
    try:
        with reading(engine) as connection:
            connection.execute(run.select().limit(1)).first()
            fits = revisions.of(connection) == revisions.REVISIONS[-1]
    except Failed:
        return {"alive": False, "why": "it cannot be read"}
    finally:
        engine.dispose()
    return {"alive": True} if fits else {"alive": False, "why": "its schema is of another version"}


def prepare(longest: float = LONGEST) -> None:
    """Make the ledger if no run has made it yet, once and before anybody is answered; one that cannot be had is told by `ledger`."""

    def work() -> None:
        with contextlib.suppress(Failed):
            Ledger.open(places.ledger_url(), "").close()

    thread = threading.Thread(target=work, daemon=True, name="opening the ledger")
    thread.start()
    thread.join(longest)


def storage() -> Answer:
    """Whether the place of stored values is there. One that no run has used yet is made by the first."""
    place = places.located(places.storage())
    if not hasattr(place, "fs"):
        there = next(one for one in (place, *place.absolute().parents) if one.exists())
        return {"alive": True} if there.is_dir() and _writable(there) else {"alive": False, "why": "it cannot be written"}
    place.fs.invalidate_cache()
    bucket = place.path.strip("/").partition("/")[0]
    place.fs.ls(bucket, detail=False)
    return {"alive": True}


def _writable(folder: Any) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)


def daemon() -> Answer:
    """Whether Dagster's database can be read, and each of its daemon's threads has given a sign of life lately."""
    with dagster_instance.opened() as instance:
        beats = instance.get_daemon_heartbeats()
        wanted = instance.get_required_daemon_types()
    now = time.time()
    silent = sorted(name for name in wanted if name not in beats or beats[name].timestamp < now - DAEMON_LATE)
    if not silent:
        return {"alive": True}
    return {"alive": False, "why": "it is not running" if len(silent) == len(wanted) else "parts of it are silent", "silent": silent}


class Health:
    """Asks the parts, all at once.

    One that does not answer in time counts as dead, and is not asked again while it still thinks: its threads would heap up.

    Args:
        with_daemon: Whether one is expected. Without one, where cron starts everything, there is none to be dead.
        parts: Name → what asks it.
        longest: Seconds that each has.
    """

    def __init__(
        self, *, with_daemon: bool = True, parts: Mapping[str, Callable[[], Answer]] | None = None, longest: float = LONGEST
    ) -> None:
        self._parts = dict(parts or {"ledger": ledger, "storage": storage, "daemon": daemon})
        if not with_daemon:
            self._parts.pop("daemon", None)
        self._longest = longest
        self._checks: dict[str, Future[Answer]] = {}
        self._lock = threading.Lock()

    def look(self) -> tuple[bool, dict[str, Answer]]:
        """Whether all are alive, and each one's answer."""
        with self._lock:
            for name, ask in self._parts.items():
                if name not in self._checks or self._checks[name].done():
                    self._checks[name] = _asking(name, ask)
            checks = dict(self._checks)
        until = time.monotonic() + self._longest
        found = {}
        for name, answer in checks.items():
            try:
                found[name] = answer.result(max(0.0, until - time.monotonic()))
            except TimeoutError:
                found[name] = {"alive": False, "why": SLOW}
        return all(one["alive"] for one in found.values()), found


def _asking(name: str, ask: Callable[[], Answer]) -> Future[Answer]:
    answer: Future[Answer] = Future()

    def work() -> None:
        try:
            answer.set_result(ask())
        except BaseException:  # whatever it is, its text may hold an address
            answer.set_result({"alive": False, "why": "it cannot be reached"})

    threading.Thread(target=work, daemon=True, name=f"health of {name}").start()
    return answer
