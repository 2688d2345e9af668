"""The application on a socket.

Belongs here: how it is served. Does not belong here: what it answers (``web.serve.app``).
"""

import contextlib
import signal
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
import uvicorn

from web.listening import Listening
from web.names import Names
from web.serve.app import application
from web.serve.who import Door


def run(door: Door, engine: sa.Engine, names: Names, host: str, port: int, workspace: Path | None, ready: Callable[[], None]) -> None:
    """Serve until the process is told to end (SIGINT or SIGTERM).

    Args:
        door: By which people come in.
        engine: Of the ledger.
        names: By which it is asked.
        host: Where it listens.
        port: Where.
        workspace: As for `application`.
        ready: Called once it does.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # As before the Dagster UI: h11 shows what a request's first line says, and the peer is the proxy itself.
    config = uvicorn.Config(
        application(door, engine, names, workspace),
        host=host,
        port=port,
        http="h11",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=2,
    )
    with contextlib.suppress(KeyboardInterrupt):
        Listening(config, ready).run()
