"""One login for several visits to a server.

Belongs here: sessions that stay open as long as a block, and who gets them. Does not belong here: opening one (``resources.ssh.session``),
which visits belong together (whoever makes them).
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import ContextVar
from typing import Any, Final, TypeVar

from resources.failures import NoFile

_Session = TypeVar("_Session")
_OPEN: Final[ContextVar[dict[str, tuple[ExitStack, Any]] | None]] = ContextVar("open", default=None)


@contextmanager
def one_login() -> Iterator[None]:
    """All that is done at one server as one user within the block is done in one session, unless something goes wrong in it."""
    sessions: dict[str, tuple[ExitStack, Any]] = {}
    token = _OPEN.set(sessions)
    try:
        yield
    finally:
        _OPEN.reset(token)
        for ending, _ in sessions.values():
            ending.close()


def is_open(server: str) -> bool:
    """Whether a session of an earlier visit is there."""
    return server in (_OPEN.get() or {})


@contextmanager
def session_of(server: str, opened: Callable[[], AbstractContextManager[_Session]]) -> Iterator[_Session]:
    """The session that is open, else a new one.

    Args:
        server: What tells a server and a login from others.
        opened: Opens one.
    """
    sessions = _OPEN.get()
    if sessions is None:
        with opened() as session:
            yield session
        return
    if server not in sessions:
        with ExitStack() as opening:
            session = opening.enter_context(opened())
            sessions[server] = (opening.pop_all(), session)
    ending, session = sessions[server]
    try:
        yield session
    except NoFile:  # it has answered
        raise
    except BaseException:  # whatever was asked for may still be on its way
        del sessions[server]
        ending.close()
        raise
