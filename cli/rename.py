"""`rollcall rename`: a company whose folder has another name keeps what Rollcall knows of its people.

Belongs here: the command, and whether the folders are as they must be. Does not belong here: what is moved (``resources.past.companies``).
"""

from typing import Annotated

import typer

from assets import names
from cli.terminal import say, stop
from resources import places
from resources.failures import Failed
from resources.ledger import Ledger
from resources.past import companies

app = typer.Typer()


@app.command()
def rename(
    old: Annotated[str, typer.Argument(help="What the company's folder was called.")],
    new: Annotated[str, typer.Argument(help="What it is called now.", autocompletion=names.companies)],
) -> None:
    """Let a company whose folder was renamed keep what the ledger knows of its people, its stored runs and its reports."""
    there = names.companies()
    if old in there:
        stop(f"The folder of {old} is still there: rename the folder to {new} first. Nothing was renamed.")
    if new not in there:
        stop(f"{names.unknown('company', new, there)} Rename the folder first. Nothing was renamed.")
    try:
        with Ledger.open(places.ledger_url(), old) as ledger:
            companies.rename(ledger, new)
            people = ledger.whole.people().get(new, 0)
    except Failed as failure:
        stop(str(failure))
    say(
        f"{old} is {new} now: {people:,} {'person' if people == 1 else 'people'} in the ledger, the stored values and the reports.\n"
        f"Dagster's own records stay under {old}: its runs, which can no longer be re-executed, and what its assets show.\n"
        f"Next: rollcall run {new}_preview, which should find nobody new."
    )
