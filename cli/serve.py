"""`rollcall serve`: pages for finance and HR.

Belongs here: the command, and who may be let in at that address. Does not belong here: the pages (``web.serve``), the Dagster UI
(``cli.webserver``).
"""

import os
from pathlib import Path
from typing import Annotated

import typer

from assets.names import companies
from cli import demo as place
from cli.terminal import say, stop
from resources import places
from resources.failures import Failed
from resources.ledger import Ledger

app = typer.Typer()


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen at; without a sign-on this machine's own alone.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen at.", min=1, max=65535)] = 3080,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(help="Another name that browsers ask for it by, such as https://rollcall.acme.example; once for each."),
    ] = None,
    user_header: Annotated[
        str | None,
        typer.Option(
            envvar="ROLLCALL_USER_HEADER",
            help="The header in which the sign-on before it names the user, such as X-Forwarded-User. Each company's YAML says who may.",
        ),
    ] = None,
    proxy: Annotated[
        list[str] | None,
        typer.Option(help="Address or network that the sign-on's proxy connects from; once for each. Without: this machine alone."),
    ] = None,
    workspace: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="The workspace file of the deployment, whose queue and launcher then run releases. Without: processes of this machine.",
        ),
    ] = None,
) -> None:
    """Serve nights, people and what waits to whoever answers for them, with a button that releases it. Ctrl-C ends it."""
    from web.names import Names, is_loopback  # noqa: PLC0415 - for help neither is needed
    from web.serve import server  # noqa: PLC0415
    from web.serve.who import Signed, Token  # noqa: PLC0415
    from web.sign_on import SECRET, SignOn  # noqa: PLC0415

    secret = os.environ.get(SECRET, "")
    if user_header is None and not is_loopback(host):
        stop(f"Whoever reaches {host} would see people. Put a sign-on before it and name its header with --user-header.")
    if user_header is None and proxy:
        stop("--proxy says from where --user-header is taken: there is none.")
    if user_header is not None and not secret:
        stop(f"Set {SECRET}, and have the proxy send it as X-Rollcall-Proxy: else any program that reaches {host} could say who it is.")
    try:
        names = Names.of(port, allow_host or ())
        door = Signed(SignOn.by(user_header, proxy or (), secret)) if user_header else Token()
    except ValueError as error:
        stop(str(error))
    place.use_instance()
    shown = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    try:
        # The demo alone has its sandbox, so that what it holds can be released; other companies' variables are theirs.
        alone = found[0] if len(found := companies()) == 1 else ""
        with place.sandbox_for(alone), Ledger.open(places.ledger_url(), "") as ledger:
            server.run(door, ledger.engine, names, host, port, workspace and workspace.absolute(), lambda: say(_greeting(door, shown)))
    except Failed as failure:
        stop(str(failure))


def _greeting(door: object, shown: str) -> str:
    token = getattr(door, "token", None)
    if token is None:
        return f"rollcall serve: {shown}, by way of the sign-on alone"
    return f"rollcall serve, for one browser, once: {shown}?token={token}"
