"""`rollcall export` and `rollcall forget`: everything that is kept about one person, to hand out or to let go of.

Belongs here: the commands, and saying what they cannot reach. Does not belong here: finding and deleting (``resources.past.erasure``).
"""

from pathlib import Path
from typing import Annotated

import typer

from assets import loader, names, quiet
from assets.attributes import Hr
from cli.ledger import company_meant, employee_number, ledger_of
from cli.terminal import say, stop
from destinations import registry
from resources.past import erasure
from resources.stored.runs import StoredRuns
from roster.shown import harmless

app = typer.Typer()

# Never left out, unlike in `why`: where the number is forgotten, the company's name would be taken for one.
_Company = Annotated[str, typer.Argument(help="Whose employee.", autocompletion=names.companies)]
_Employee = Annotated[str, typer.Argument(help="An employee number, as HR writes it.")]


@app.command()
def export(
    company: _Company,
    employee: _Employee,
    to: Annotated[Path, typer.Option(help="The file that gets it (JSON, for its owner alone); it must not be there yet.", dir_okay=False)],
) -> None:
    """Write all that is kept about one person to a file, for the day that they ask."""
    number = employee_number(employee)
    with ledger_of(company) as ledger:
        hr = _hr(company)
        format = hr.source if hr else None
        found = erasure.everything(
            ledger, StoredRuns(ledger.company), number, format, registry.personal_columns(), hr.people if hr else None
        )
    try:
        erasure.write(to, found)
    except OSError as error:
        stop(f"{to} could not be written ({type(error).__name__}): give a new file in a folder that is there.")
    rows = sum(len(rows) for rows in found["ledger"].values())
    say(f"{number} of {company}: {rows:,} ledger rows and the values of {len(found['stored values, by run']):,} runs are in {to}.")
    if format is None:
        say("The company's settings cannot be read: rows of HR's file are named by line only.")
    _say_out_of_reach("Not in it")


@app.command()
def forget(
    company: _Company,
    employee: _Employee,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete all that is kept about one person. Whoever is still in HR's file comes back with the next sync."""
    number = employee_number(employee)
    company_meant(company)
    say(
        f"This deletes what the ledger has of {number}, and whole, for everyone, what may name them: the stored values of {company}'s runs "
        "(with HR's file as it came), its reports, broken downloads and the owner-only error log.\n"
        "Those runs can then not be re-executed, released or read back: run a sync next. If they have an active account and are not in "
        "HR's file, close it first: nobody here knows it afterwards."
    )
    if not yes and not typer.confirm(harmless(f"Forget {number} of {company}?")):
        say("Nothing was deleted.")
        raise typer.Exit(1)
    with ledger_of(company) as ledger:
        hr = _hr(company)
        counts = erasure.forget(ledger, StoredRuns(ledger.company), number, hr.people if hr else None)
    log = quiet.private_folder() / quiet.FILE
    for file in log.parent.glob(f"{log.name}*"):
        file.unlink(missing_ok=True)
    say(f"Deleted: {', '.join(f'{count:,} {what}' for what, count in counts.items())}.")
    if remains := StoredRuns(company).remains():
        say(remains)
    _say_out_of_reach("Not reached")


def _say_out_of_reach(what: str) -> None:
    say("\n".join([f"{what}:", *(f"- {each}" for each in erasure.OUT_OF_REACH)]))


def _hr(company: str) -> Hr | None:
    """What the settings say of HR's file; None: they cannot be read."""
    try:
        return loader.read(loader.find(company)).hr
    except loader.SettingsMistakes as mistakes:
        return mistakes.draft.hr if mistakes.draft else None
