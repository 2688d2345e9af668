"""`rollcall export` and `rollcall forget`: everything that is kept about one person, to hand out or to let go of.

Belongs here: the commands, and saying what they cannot reach. Does not belong here: finding and deleting (``resources.past.erasure``).
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import company as whose

if TYPE_CHECKING:
    from roster.settings import CsvFormat

app = typer.Typer()


@app.command()
def export(
    employee: Annotated[str, typer.Argument(help="An employee number, as HR writes it.")],
    company: Annotated[str, typer.Option(help="Whose employee.")],
    to: Annotated[Path, typer.Option(help="The file that gets it (JSON, for its owner alone); it must not be there yet.", dir_okay=False)],
) -> None:
    """Write all that is kept about one person to a file, for the day that they ask."""
    from destinations import registry  # noqa: PLC0415
    from resources.past import erasure  # noqa: PLC0415 - pandas and what stands on it take most of a second: not for `--help`
    from resources.stored.runs import StoredRuns  # noqa: PLC0415

    number = whose.number(employee)
    format = _format(company)
    with whose.ledger(company) as ledger:
        found = erasure.everything(ledger, StoredRuns(ledger.company), number, format, registry.personal_columns())
    try:
        erasure.write(to, found)
    except OSError as error:
        whose.stop(f"{to} could not be written ({type(error).__name__}): give a new file in a folder that is there.")
    rows = sum(len(rows) for rows in found["ledger"].values())
    typer.echo(f"{number} of {company}: {rows:,} ledger rows and the values of {len(found['stored values, by run']):,} runs are in {to}.")
    if format is None:
        typer.echo("The company's settings cannot be read: rows of HR's file are named by line only.")
    _say_out_of_reach("Not in it")


@app.command()
def forget(
    employee: Annotated[str, typer.Argument(help="An employee number, as HR writes it.")],
    company: Annotated[str, typer.Option(help="Whose employee.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete all that is kept about one person. Whoever is still in HR's file comes back with the next sync."""
    from assets import quiet  # noqa: PLC0415 - see `export`
    from resources.past import erasure  # noqa: PLC0415
    from resources.stored.runs import StoredRuns  # noqa: PLC0415

    number = whose.number(employee)
    typer.echo(
        f"This deletes what the ledger has of {number}, and whole, for everyone, what may name them: the stored values of {company}'s runs "
        "(with HR's file as it came), its reports, broken downloads and the owner-only error log.\n"
        "Those runs can then not be re-executed, released or read back: run a sync next. If they have an active account and are not in "
        "HR's file, close it first: nobody here knows it afterwards."
    )
    if not yes and not typer.confirm(f"Forget {number} of {company}?"):
        typer.echo("Nothing was deleted.")
        raise typer.Exit(1)
    with whose.ledger(company) as ledger:
        counts = erasure.forget(ledger, StoredRuns(ledger.company), number)
    log = quiet.private_folder() / quiet.FILE
    for file in log.parent.glob(f"{log.name}*"):
        file.unlink(missing_ok=True)
    typer.echo(f"Deleted: {', '.join(f'{count:,} {what}' for what, count in counts.items())}.")
    _say_out_of_reach("Not reached")


def _say_out_of_reach(what: str) -> None:
    from resources.past.erasure import OUT_OF_REACH  # noqa: PLC0415 - see `export`

    typer.echo("\n".join([f"{what}:", *(f"- {each}" for each in OUT_OF_REACH)]))


def _format(company: str) -> "CsvFormat | None":
    from assets import loader as settings_file  # noqa: PLC0415 - see `export`

    try:
        return settings_file.load(settings_file.find(company)).hr.source
    except settings_file.SettingsMistakes:
        return None
