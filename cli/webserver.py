"""`rollcall webserver`: the Dagster UI of a deployment, behind the guard.

Belongs here: the command. Does not belong here: the guard and the server (``web``), the UI of the demo (``cli.ui``).
"""

import os
from pathlib import Path
from typing import Annotated

import typer

from cli import demo as place
from cli.terminal import say, stop
from resources import places

app = typer.Typer()


@app.command()
def webserver(
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen at.", min=1, max=65535)] = 3000,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(help="Another name that browsers ask for it by, such as https://rollcall.acme.example; once for each."),
    ] = None,
    read_only: Annotated[bool, typer.Option("--read-only", help="For people who only look: nothing can be launched or changed.")] = False,
    user_header: Annotated[
        str | None,
        typer.Option(
            envvar="ROLLCALL_USER_HEADER",
            help="The header in which the sign-on before it names the user, such as X-Forwarded-User. Whoever has none is refused.",
        ),
    ] = None,
    proxy: Annotated[
        list[str] | None,
        typer.Option(help="Address or network that the sign-on's proxy connects from; once for each. Without: this machine alone."),
    ] = None,
    workspace: Annotated[
        Path, typer.Option("--workspace", "-w", exists=True, dir_okay=False, help="The workspace file, with the code locations.")
    ] = places.PROJECT / "workspace.yaml",
) -> None:
    """Serve the Dagster UI of DAGSTER_HOME behind the guard: foreign pages, other names and launches by GET are refused."""
    from web import webserver as server  # noqa: PLC0415 - Dagster's webserver takes seconds: not for help
    from web.names import Names, is_loopback  # noqa: PLC0415
    from web.sign_on import SECRET, SignOn  # noqa: PLC0415

    if proxy and not user_header:
        stop("--proxy says from where --user-header is taken: there is none.")
    try:
        Names.of(port, allow_host or ())
        sign_on = SignOn.by(user_header, proxy or (), os.environ.get(SECRET, "")) if user_header else None
    except ValueError as error:
        stop(str(error))
    place.use_instance()
    if not is_loopback(host) and sign_on is None:
        say(f"Whoever reaches {host} can launch runs: nobody signs on. --user-header names who has.", err=True)
    served = server.Served(
        workspace.absolute(),
        host,
        port,
        tuple(allow_host or ()),
        read_only,
        sign_on,
        lambda: say(f"Dagster UI: http://{f'[{host}]' if ':' in host else host}:{port}"),
    )
    server.serve(served)
