"""`rollcall init`: make a company of a draft that leaves nothing open.

Belongs here: what the command prints, and its exit codes. Does not belong here: what is wrong with settings (``assets.loader``), how a
company's folder comes about (``assets.new_company``).
"""

from pathlib import Path
from typing import Annotated

import typer

from assets import loader, new_company
from cli.terminal import say, stop

app = typer.Typer()


@app.command()
def init(
    company: Annotated[str, typer.Argument(help="The new company's name: letters, digits and underscores, no digit first.")],
    draft: Annotated[Path, typer.Option("--from", help="Its settings: what `rollcall map` wrote, or the folder that it is in.")],
) -> None:
    """Make a company's folder of a draft that leaves nothing open."""
    try:
        made = new_company.make(company, draft)
    except loader.SettingsMistakes as mistakes:
        say(str(mistakes), err=True)
        stop("No company was made.")
    say(
        f"Made {made}; {draft} stays, and is not needed any more. Dagster has the company when the code location is loaded again.\n"
        f"Set the secrets that it names ({{env: NAME}}) in the environment of whatever runs it, and then:  rollcall run {company}_preview"
    )
