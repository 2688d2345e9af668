"""Processes that end by SIGKILL: at a boundary of a sync, or at a moment.

A boundary is the instant before or after something that lasts: a request at a destination (sent, reply read), a transaction that writes
to the ledger, a rename. The hooks are set in a process that was forked for one run, so that nothing of the product knows of them.
"""

import json
import os
import re
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import paramiko
import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultDialect

from resources.ledger import database

KILLED = "killed"
"""What comes of a process that was killed."""

Reached = Callable[[str, int], None]
"""Takes a boundary's name and how many transactions Dagster has committed until then."""


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)  # it does not come back


def dying_at(boundary: int) -> Reached:
    """Ends this process at the boundary of that number, from 0."""
    left = iter(range(boundary, -1, -1))
    return lambda *_: die() if next(left) == 0 else None


def standing_still_at(boundaries: Sequence[int]) -> Reached:
    """Stops this process at each boundary of those numbers, in order, until it is told to go on; ends it at the last."""
    *before, last = boundaries
    number = count()

    def reached(*_: Any) -> None:
        now = next(number)
        if now == last:
            die()
        if now in before:
            os.kill(os.getpid(), signal.SIGSTOP)

    return reached


def noting(boundaries: list[tuple[str, int]]) -> Reached:
    """Notes each boundary."""
    return lambda *boundary: boundaries.append(boundary)


def distinct(boundaries: Sequence[tuple[str, int]]) -> list[int]:
    """The boundaries that leave different things behind.

    After one thing and before the next is the same to whoever comes later, unless Dagster has noted something in between.
    """
    following = [*boundaries[1:], ("", -1)]
    same = [
        name.startswith("after") and then.startswith("before") and noted == noted_then
        for (name, noted), (then, noted_then) in zip(boundaries, following, strict=True)
    ]
    return [number for number, one in enumerate(same) if not one]


_KEPT = re.compile(r"the rename to (?:\w+/)?(?P<asset>(?:hr|expensify|findity|reports)/\w+)(?P<index>/index\.json)?$")


def kinds(boundaries: Sequence[tuple[str, int]], number: int) -> set[tuple[str, ...]]:
    """What a boundary is an example of: what happens there, and of which step; where people are written, at which destination too.

    Whatever happens before an asset is kept is of that asset. Steps that are the same for all destinations are one, and so is intake.
    """
    moment, _, what = boundaries[number][0].partition(" ")
    found = (_KEPT.search(name) for name, _ in boundaries[number:])
    asset = next((match["asset"] for match in found if match), "the end")
    group, _, step = asset.partition("/")
    step = "intake" if group == "hr" else "desired" if step in ("employee_feed", "users") else step
    if match := _KEPT.search(what):
        what = "the rename of an index" if match["index"] else "the rename of a value"
    elif what.startswith("the rename"):
        what = "the rename of a report"
    elif what.startswith("the request"):
        what = "a request"
    of = {("step", step), ("everywhere", moment, what)}
    if step == "sync_result" and "rename" not in what:
        of.add((asset if what == "a request" else step, moment, what))
    return of


def instrument(told_of: Reached, *, removals: bool = False) -> None:
    """Calls `told_of` at every boundary from now on in this process; not for signs of life, which come by the clock.

    Args:
        told_of: What to call.
        removals: Whether taking a file away is a boundary too.
    """
    main, dagsters = threading.get_ident(), 0

    def reached(name: str) -> None:
        if threading.get_ident() == main:
            told_of(name, dagsters)

    def around(owner: Any, name: str, what: Callable[..., str]) -> None:
        real = getattr(owner, name)

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            told = what(*args)
            reached(f"before {told}")
            result = real(*args, **kwargs)
            reached(f"after {told}")
            return result

        setattr(owner, name, wrapped)

    around(httpx.Client, "send", lambda _, request, *rest: f"the request {request.method} {request.url.path}")
    for name in ("replace", "rename", "link"):
        around(os, name, lambda source, target, *rest: f"the rename to {_place(target)}")
    for name in ("rename", "posix_rename"):
        around(paramiko.SFTPClient, name, lambda _, source, target: f"the putting away to {_place(target)}")
    if removals:
        around(paramiko.SFTPClient, "remove", lambda _, path: f"the removal of {_place(path)}")
        around(os, "unlink", lambda path: f"the removal of {_place(path)}")

    # SQLAlchemy says when a transaction is about to be committed; the driver's commit is where it is.
    writing = threading.local()
    sa.event.listen(sa.Engine, "commit", lambda connection: setattr(writing, "now", _writes(connection)))
    real = DefaultDialect.do_commit

    def commit(self: Any, connection: Any) -> None:
        nonlocal dagsters
        counted, writing.now = getattr(writing, "now", False), False
        if counted:
            reached("before a commit of the ledger")
        real(self, connection)
        if counted:
            reached("after a commit of the ledger")
        else:
            dagsters += 1

    DefaultDialect.do_commit = commit


def _writes(connection: sa.Connection) -> bool:
    return bool(connection.get_execution_options().get(database._WRITES))


def _place(target: Any) -> str:
    return "/".join(Path(target).parts[-3:])


def in_a_process(work: Callable[[], Any], result: Path, dies_after: float | None = None) -> Any:
    """Do some work in a fork of this process; what it gives, or `KILLED`.

    Args:
        work: What to do; what it gives can be written as JSON.
        result: Where the fork leaves what it gives; what it prints lies beside.
        dies_after: Seconds after which it is killed, whatever it is at.

    Raises:
        AssertionError: It failed by itself.
    """
    result.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        _forked(work, result)
    if dies_after is not None:
        time.sleep(dies_after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return KILLED
    assert os.WIFEXITED(status), status
    assert os.WEXITSTATUS(status) == 0, result.with_suffix(".log").read_text()[-4000:]
    return json.loads(result.read_text())


def standing_still(work: Callable[[], Any], result: Path) -> Iterator[None]:
    """Do some work in a fork of this process, and give a turn each time that it stops itself and when it has ended itself by SIGKILL.

    All that it holds then is on the disk as a kill at that instant would leave it: with it, its threads stand still.

    Raises:
        AssertionError: It ended in another way.
    """
    child = os.fork()
    if child == 0:
        _forked(work, result)
    try:
        while os.WIFSTOPPED(status := os.waitpid(child, os.WUNTRACED)[1]):
            yield
            os.kill(child, signal.SIGCONT)
        assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, result.with_suffix(".log").read_text()[-4000:]
    except GeneratorExit:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise
    yield


def _forked(work: Callable[[], Any], result: Path) -> None:
    code = 1
    try:
        log = os.open(result.with_suffix(".log"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 1)
        os.dup2(log, 2)
        result.write_text(json.dumps(work()))
        code = 0
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
        sys.__stderr__.flush()  # type: ignore[union-attr]
    finally:
        os._exit(code)
