"""`rollcall metrics`: what is seen from outside, served to Prometheus and to whoever watches processes.

Belongs here: the command. Does not belong here: the server (``web.observed``) and what it shows.
"""

import signal
from typing import Annotated

import typer

from cli import demo
from cli.terminal import say, stop

app = typer.Typer()


@app.command()
def metrics(
    host: Annotated[
        str, typer.Option(help="Where it listens. It has no login: keep it to this machine, or to the network of Prometheus.")
    ] = ("127.0.0.1"),
    port: Annotated[int, typer.Option(help="Where it listens; 0 for any that is free.", min=0, max=65535)] = 9464,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(help="Another name that it is asked by, with its port, such as metrics:9464; once for each. Addresses need none."),
    ] = None,
    no_daemon: Annotated[bool, typer.Option("--no-daemon", help="Cron starts everything here: no daemon is missed.")] = False,
) -> None:
    """Serve /metrics for Prometheus and /healthz, which says whether ledger, storage and daemon are alive. Ctrl-C ends it."""
    demo.use_instance()
    from web.health import Health, prepare  # noqa: PLC0415 - Dagster takes most of a second: not for help
    from web.observed import HEALTH, METRICS, Observed  # noqa: PLC0415

    def ended(*_: object) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ended)
    try:
        prepare()
        with Observed(host, port, Health(with_daemon=not no_daemon), allow_host or ()) as server:
            where = f"http://{server.server_address[0]!s}:{server.server_address[1]}"
            say(f"{where}{METRICS} and {where}{HEALTH} (Ctrl-C to end)")
            server.serve_forever()
    except KeyboardInterrupt:
        return
    except ValueError as error:
        stop(str(error))
    except OSError as error:
        stop(f"{host}:{port} cannot be listened at: {error.strerror or type(error).__name__}.")
