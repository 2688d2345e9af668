"""`rollcall ui`: the Dagster UI on this machine.

Belongs here: the command, and what runs beside the webserver. Does not belong here: the sandbox behind it (``cli.demo``), the webserver
(``web.webserver``).
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from cli import demo as place
from cli.terminal import say, stop
from resources import places

app = typer.Typer()


@app.command()
def ui(port: Annotated[int, typer.Option(help="Where the UI listens; the next free port if it is taken.")] = 3000) -> None:
    """Open the Dagster UI on this machine, with the sandbox behind the demo company. Ctrl-C ends both."""
    if not place.COMPANY.is_dir():
        stop(
            f"This UI is the demo's, and {place.COMPANY} is not there. For companies of your own: rollcall webserver, and "
            "dagster-daemon run -w workspace.yaml beside it."
        )
    home = place.use_own_instance()
    _take_signals()
    with contextlib.suppress(KeyboardInterrupt), place.sandbox() as environment:
        chosen = _free_port(port)
        say(
            f"Dagster UI: http://127.0.0.1:{chosen} in a few seconds (Ctrl-C to end)\n"
            f"What plays the destinations: {place.origin(environment)}"
        )
        os.environ.update(environment)
        os.environ["DAGSTER_IS_DEV_CLI"] = "1"  # what `dagster dev` sets: one process says what a code location cannot load, not each
        os.chdir(home)
        from web.webserver import Served, code_server, serve  # noqa: PLC0415 - seconds, in which the line above is read

        with code_server(places.PROJECT / "workspace.yaml") as specs, _workspace(specs) as workspace, _daemon(workspace):
            serve(Served(workspace, port=chosen))


def _take_signals() -> None:
    """Have Ctrl-C, SIGTERM and a terminal that is closed end this process in order, and so what it has started: the daemon hears of none.

    In place before any child is started: a shell that starts us in the background has us ignore Ctrl-C, and children inherit that. What
    nohup has us ignore stays ignored.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))  # the webserver has a handler for that one


@contextlib.contextmanager
def _workspace(specs: Any) -> Iterator[Path]:
    """A workspace file that says where code is served already."""
    with tempfile.TemporaryDirectory(prefix="rollcall-ui-") as folder:
        file = Path(folder) / "workspace.yaml"
        file.write_text(yaml.safe_dump({"load_from": specs}))
        yield file


@contextlib.contextmanager
def _daemon(workspace: Path) -> Iterator[None]:
    """Dagster's daemon, for as long as the block lasts, or this process."""
    command = [sys.executable, "-W", "ignore", "-m", "web.daemon", str(os.getpid()), "run", "--log-level", "warning"]
    command += ["--workspace", str(workspace)]
    # A session of its own, so that it gets one SIGINT, from us, once the webserver has ended.
    process = subprocess.Popen(command, start_new_session=True)  # noqa: S603
    try:
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def _free_port(wanted: int) -> int:
    for port in (wanted, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise OSError("no port is free")
