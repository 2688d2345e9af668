"""Dagster's webserver behind our guard, in one process.

Belongs here: putting the two together, and serving them. Does not belong here: the rules (``web.guard``), the command (``cli``).

Of Dagster it does what ``dagster_webserver.cli`` does (1.13), with another server around the application.
"""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from dagster._cli.proxy_server_manager import ProxyServerManager
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster_webserver.version import __version__
from dagster_webserver.webserver import DagsterWebserver
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from assets.runs import dagster_instance
from resources import logs
from web.guard import Guard
from web.launches import sign
from web.listening import Listening
from web.names import Names
from web.sign_on import SignOn

_STATEMENT_MS, _RECYCLE_S, _OVERFLOW = 15_000, 3600, 20
"""Dagster's own limits for a database behind a webserver."""
_POLL_MS = 2000
"""How often its pages ask for news of assets; Dagster's default."""


@dataclass(frozen=True)
class Served:
    """What is served, and to whom."""

    workspace: Path
    """The workspace file, with the code locations."""
    host: str = "127.0.0.1"
    port: int = 3000
    names: tuple[str, ...] = ()
    """Other names than this machine's own for itself (`web.names.Names.of`)."""
    read_only: bool = False
    """Nothing can be launched or changed."""
    sign_on: SignOn | None = None
    ready: Any = field(default=lambda: None)
    """Called once it listens."""


class _Webserver(DagsterWebserver[Any, Any]):
    """Dagster's, whose launches say who asked for them."""

    def build_graphql_schema(self) -> Any:
        schema = super().build_graphql_schema()
        sign(schema.graphql_schema)
        return schema

    async def graphql_http_endpoint(self, request: Request) -> Any:
        """One request of GraphQL: several in a list are an error of Python's otherwise."""
        try:
            whole = isinstance(await request.json(), dict)
        except ValueError:
            whole = False
        if not whole:
            return PlainTextResponse("A request of GraphQL is one JSON object.", 400)
        return await super().graphql_http_endpoint(request)


def application(context: WorkspaceProcessContext, names: Names, sign_on: SignOn | None = None) -> Guard:
    """The guarded webserver of a workspace, as an ASGI application."""
    return Guard(_Webserver(context, "", _POLL_MS).create_asgi_app(lifespan=_lifespan), names, sign_on)


@contextlib.contextmanager
def code_server(workspace: Path) -> Iterator[Sequence[Any]]:
    """The code locations of a workspace file, each served once for all processes of this machine, as `dagster dev` does.

    Yields:
        What their entries in another workspace file are (sockets).
    """
    with (
        dagster_instance.opened() as instance,
        ProxyServerManager(instance, WorkspaceFileTarget(paths=[str(workspace)]), "warning") as manager,
    ):
        yield manager.get_code_server_specs()


def serve(served: Served) -> None:
    """Serve until the process is told to end (SIGINT or SIGTERM).

    Raises:
        ValueError: one of the names is none.
    """
    names = Names.of(served.port, served.names)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with dagster_instance.opened() as instance:
        instance.optimize_for_webserver(_STATEMENT_MS, _RECYCLE_S, _OVERFLOW)
        target = WorkspaceFileTarget(paths=[str(served.workspace)])
        with WorkspaceProcessContext(
            instance, target, version=__version__, read_only=served.read_only, code_server_log_level="warning"
        ) as context:
            # h11 hands on what a request's first line says, so that one for a proxy is seen, and folded or doubled headers are. The peer is
            # the proxy itself, whatever a header says of an address.
            config = uvicorn.Config(
                application(context, names, served.sign_on),
                host=served.host,
                port=served.port,
                http="h11",
                proxy_headers=False,
                server_header=False,
                access_log=False,
                log_level="warning",
                log_config=None if logs.wanted() else uvicorn.config.LOGGING_CONFIG,
                timeout_graceful_shutdown=2,
            )
            with contextlib.suppress(KeyboardInterrupt):
                Listening(config, served.ready).run()


@contextlib.asynccontextmanager
async def _lifespan(_: Any) -> AsyncIterator[None]:
    with contextlib.suppress(asyncio.CancelledError):  # as Dagster's own ends
        yield
