"""The sandbox as one server: both APIs, the page, the controls; and a handle that runs it inside a test.

Belongs here: putting the parts together and running them. Does not belong here: what an API answers.
"""

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope

from sandbox import control, expensify, findity, me, page, sign_in
from sandbox.box import Box, load
from sandbox.faults import Fault, fault_from
from sandbox.seed import demo, state_from
from sandbox.switches import Switches

T = TypeVar("T")


def application(box: Box) -> ASGIApp:
    """The ASGI application over one state."""
    parts = (expensify, findity, me, sign_in, page, control)
    inner = Starlette(routes=[route for each in parts for route in each.routes(box)])
    inner.router.redirect_slashes = False  # each API says itself what another spelling of a path gives

    async def outer(scope: Scope, receive: Receive, send: Any) -> None:
        # ASGI has no word for hanging up, so a fault reaches for uvicorn's transport; uvicorn's `send` is a method of the exchange.
        scope["sandbox.hang_up"] = send.__self__.transport.close
        await inner(scope, receive, send)

    return outer


class _Server(uvicorn.Server):
    """uvicorn, ended at once instead of at its next tick: every test that uses a sandbox ends one."""

    async def main_loop(self) -> None:
        self.loop, self.ending = asyncio.get_running_loop(), asyncio.Event()
        await self.ending.wait()

    def end(self) -> None:
        self.force_exit = True
        self.loop.call_soon_threadsafe(self.ending.set)
        while any(server.is_serving() for server in self.servers):
            time.sleep(0.001)


class Sandbox:
    """A running sandbox on a free loopback port.

    ::

        with Sandbox(switches={"rate_scale": 0.01}) as box:
            box.fault(api="findity", job="PUT users", status=503)
            httpx.get(box.url)
            assert box.calls == []
    """

    def __init__(
        self,
        seed: dict[str, Any] | None = None,
        switches: dict[str, Any] | None = None,
        *,
        state_file: Path | None = None,
        port: int = 0,
    ) -> None:
        """Prepare a sandbox; entering it starts the server.

        Args:
            seed: What is there at the start; the demo's companies by default. A state file that exists comes first.
            switches: Switch name → value.
            state_file: Where the state is kept over restarts.
            port: 0 takes a free one.
        """
        self.box = Box(load(state_file) or state_from(demo() if seed is None else seed), Switches().changed(**(switches or {})), state_file)
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._port = port
        config = uvicorn.Config(
            application(self.box), lifespan="off", log_config=None, access_log=False, date_header=False, timeout_graceful_shutdown=1
        )
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True, name="sandbox")

    def __enter__(self) -> Self:
        """Listen, and serve from a thread."""
        self._socket.bind(("127.0.0.1", self._port))
        self._socket.listen(128)
        self._port = self._socket.getsockname()[1]
        self._thread.start()
        while not hasattr(self._server, "ending") and self._thread.is_alive():
            time.sleep(0.002)
        self.box.save()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop serving, and save."""
        self._server.end()  # uvicorn's thread lingers a little, which no test has to wait for
        self.box.save()

    def between_requests(self, work: Callable[[], T]) -> T:
        """Do some work while no request is being answered; gives what it gives."""

        async def alone() -> T:
            return work()

        return asyncio.run_coroutine_threadsafe(alone(), self._server.loop).result()

    @property
    def url(self) -> str:
        """Where the server is; the page is at this address."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def expensify_url(self) -> str:
        """Expensify's one URL."""
        return self.url + expensify.PATH

    @property
    def findity_url(self) -> str:
        """The base of Findity's Admin API, without a slash at its end."""
        return self.url + "/api/admin"

    @property
    def findity_token_url(self) -> str:
        """Where Findity gives out tokens."""
        return self.url + findity.TOKEN_PATHS[0]

    @property
    def findity_expense_url(self) -> str:
        """The base of Findity's Expense API, without a slash at its end."""
        return self.url + me.EXPENSE

    @property
    def findity_authorize_url(self) -> str:
        """Where a person signs in to Findity."""
        return self.url + sign_in.AUTHORIZE

    @property
    def state(self) -> dict[str, Any]:
        """The live state."""
        return self.box.state

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The call log, oldest first."""
        calls: list[dict[str, Any]] = self.box.state["calls"]
        return calls

    @property
    def writes(self) -> int:
        """How many calls have changed something."""
        return int(self.box.state["writes"])

    def switch(self, **values: Any) -> None:
        """Set switches from now on."""
        self.box.switches = self.box.switches.changed(**values)

    def fault(self, **values: Any) -> Fault:
        """Add a fault (`sandbox.faults.Fault`)."""
        fault = fault_from(values)
        self.box.faults.append(fault)
        return fault

    def heal(self) -> None:
        """Take all faults away, and wait until no request that one of them delays can still take effect."""
        self.box.faults.clear()
        while self.box.delayed and self._thread.is_alive():
            time.sleep(0.005)
