"""`rollcall ui`: the Dagster UI on this machine.

Belongs here: the command, and the process that serves it. Does not belong here: the sandbox behind it (``cli.demo``).
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from typing import Annotated

import typer

from cli import demo as place
from cli.terminal import say
from resources import places

app = typer.Typer()


@app.command()
def ui(port: Annotated[int, typer.Option(help="Where the UI listens; the next free port if it is taken.")] = 3000) -> None:
    """Open the Dagster UI on this machine, with the sandbox behind the demo company. Ctrl-C ends both."""
    home = place.use_own_instance()
    # Handlers of our own, in place before any child is started: a shell that starts us in the background has us ignore Ctrl-C, and
    # children inherit that.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt), place.sandbox() as environment:
        chosen = _free_port(port)
        say(f"Dagster UI: http://127.0.0.1:{chosen} in a few seconds (Ctrl-C to end)")
        # `dg dev` is its successor, and it reads pyproject.toml instead of the workspace: no use telling users about it.
        command = [sys.executable, "-W", "ignore", "-m", "dagster", "dev", "-w", str(places.PROJECT / "workspace.yaml")]
        command += ["--host", "127.0.0.1", "--port", str(chosen), "--log-level", "warning"]
        # A session of its own, so that it gets one SIGINT, from us, and ends its own children in order.
        server = subprocess.Popen(command, cwd=home, env={**os.environ, **environment}, start_new_session=True)  # noqa: S603
        try:
            server.wait()
        finally:
            server.send_signal(signal.SIGINT)
            server.wait()


def _free_port(wanted: int) -> int:
    for port in (wanted, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise OSError("no port is free")
