"""`rollcall map` and `rollcall check`: look at an HR file without a run, without Dagster and without network.

Belongs here: what the two commands print, and their exit codes. Does not belong here: what is found out about a file (``roster``).
"""

import glob
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from cli.terminal import terminal

if TYPE_CHECKING:
    from assets.attributes import Settings
    from roster.intake.take_in import IntakeResult
    from roster.proposal.propose import Proposal
    from roster.unfit import Unfit

USABLE, UNFIT, MISTAKE, WITH_REJECTS = 0, 1, 2, 3
LONG: Final = 4 << 20
"""Bytes from which a file takes long enough for a progress bar."""
SHOWN: Final = 200

app = typer.Typer()


@app.command()
def check(
    company: Annotated[str, typer.Argument(help="The company's name, or the folder of its defs.yaml.")],
    file: Annotated[Path, typer.Argument(help="HR's file.", exists=True, dir_okay=False)],
    show_values: Annotated[bool, typer.Option("--show-values", help="Print the offending cells, too. They are personal data.")] = False,
    limit: Annotated[int, typer.Option(help="How many rejects to print; 0 for all.", min=0)] = SHOWN,
) -> None:
    """Say what a run would make of a file: 0 all rows usable, 3 some rejected, 1 the file is unfit, 2 the settings are wrong."""
    from assets import loader as settings_file  # noqa: PLC0415 - pandas and what stands on it take most of a second: not for `--help`
    from resources.failures import Failed  # noqa: PLC0415
    from roster.intake import gate  # noqa: PLC0415
    from roster.rules import MissingColumn  # noqa: PLC0415
    from roster.unfit import Unfit  # noqa: PLC0415

    try:
        settings = settings_file.load(settings_file.find(company))
        result = _taken_in(file, settings)
    except Unfit as unfit:
        _say_unfit(unfit)
        raise typer.Exit(UNFIT) from None
    except (settings_file.SettingsMistakes, MissingColumn, Failed) as mistake:
        typer.echo(str(mistake), err=True)
        raise typer.Exit(MISTAKE) from None
    unfit = gate.refusal(gate.run_checks(result.facts, None, {}, settings.hr.gate), "Have HR correct the rows, or the settings.")
    if unfit:
        _say_unfit(unfit)
    else:
        _say(f"Gate: fit. {result.facts['rows']} rows, {len(result.facts['header'])} columns, {result.facts['encoding']}.")
    _print_result(result, show_values, limit)
    raise typer.Exit(UNFIT if unfit else WITH_REJECTS if len(result.rejects) else USABLE)


def _say_unfit(unfit: "Unfit") -> None:
    _say(f"Gate: UNFIT ({unfit.code}). {unfit.message}\nDo: {unfit.advice}\nA run would stop here and write nothing.")


def _taken_in(file: Path, settings: "Settings") -> "IntakeResult":
    """What a run's intake does, short of numbering the file."""
    from resources.hr import files  # noqa: PLC0415
    from roster import accounting  # noqa: PLC0415
    from roster.intake import take_in as intake  # noqa: PLC0415
    from roster.reading.file import day_in_name  # noqa: PLC0415
    from roster.unfit import Unfit  # noqa: PLC0415

    taken = files.take(file)
    format = settings.hr.source
    day_in_name(taken.name, format.date_in_name)
    with _progress(taken.size, len(intake.STEPS)) as on_step:
        result = intake.take_in(taken.content, format, settings.hr.people, datetime.now(ZoneInfo(settings.timezone)).date(), on_step)
    wrong = accounting.of_rows(result.dispositions, result.facts["rows"])
    if wrong:
        raise Unfit("accounting", f"The rows do not add up: {'; '.join(wrong)}.", "This is a fault of Rollcall: report it.")
    return result


@contextmanager
def _progress(size: int, steps: int) -> Iterator[Callable[[str], None]]:
    columns = (SpinnerColumn(), BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=size < LONG) as progress:
        task = progress.add_task("", total=steps)
        begun = 0

        def on_step(step: str) -> None:
            nonlocal begun
            progress.update(task, completed=begun, description=step)
            begun += 1

        yield on_step


def _print_result(result: "IntakeResult", show_values: bool, limit: int) -> None:
    from roster.vocabulary import DISPOSITIONS  # noqa: PLC0415

    for name in DISPOSITIONS:
        _say(f"  {name:<12} {result.facts[name]:>9}")
    shown = result.rejects.head(limit or None)
    if len(shown):
        _say("\nRejected, and why:")
    for row in shown.itertuples():
        number = row.employee_id if isinstance(row.employee_id, str) else "no employee number"
        where = f" {row.source}:" if isinstance(row.source, str) else ""
        value = f" [{row.value}]" if show_values and isinstance(row.value, str) else ""
        _say(f"  line {row.line}, {number}:{where} {row.message}{value}")
    if len(shown) < len(result.rejects):
        _say(f"  and {len(result.rejects) - len(shown)} more (--limit 0 shows all)")
    if len(result.notes):
        _say("\nDropped from rows that are used (the destination keeps what it has):")
        counted = result.notes.groupby(["source", "message"], dropna=False).size()
        for (source, message), count in counted.items():
            _say(f"  {count:>6} × {source}: {message}")


@app.command("map")
def propose(
    file: Annotated[Path, typer.Argument(help="An HR file that no settings describe yet.", exists=True, dir_okay=False)],
    out: Annotated[Path, typer.Option(help="The folder that gets a defs.yaml, such as pipelines/acme.", file_okay=False)] = Path(),
) -> None:
    """Propose a company's settings for a file, and write them down with how sure each of them is."""
    from cli import draft  # noqa: PLC0415
    from resources.failures import Failed  # noqa: PLC0415
    from resources.hr import files  # noqa: PLC0415
    from roster.proposal import propose as proposing  # noqa: PLC0415
    from roster.unfit import Unfit  # noqa: PLC0415

    target = out / "defs.yaml"
    if target.exists():
        typer.echo(f"{target} is there already, and is not written over: give another folder with --out.", err=True)
        raise typer.Exit(MISTAKE)
    try:
        proposal = proposing.propose(files.take(file).content, file.name)
    except Unfit as unfit:
        _say(f"No settings can be proposed ({unfit.code}). {unfit.message}\nDo: {unfit.advice}")
        raise typer.Exit(UNFIT) from None
    except Failed as failure:
        typer.echo(str(failure), err=True)
        raise typer.Exit(MISTAKE) from None
    _print_proposal(proposal)
    out.mkdir(parents=True, exist_ok=True)
    target.write_text(draft.written(proposal, _pattern(file, out)), encoding="utf-8")
    _say(f"Written to {target}. Fill in what says FILL-IN, and then:  rollcall check {out} {file}")


def _pattern(file: Path, out: Path) -> str:
    """The file as the settings name it: from their folder, any date in its name."""
    from roster.proposal.propose import DAY_IN_NAME  # noqa: PLC0415

    name = DAY_IN_NAME.sub("*", glob.escape(file.name))
    return Path(os.path.relpath(file.parent, out), name).as_posix()


def _print_proposal(proposal: "Proposal") -> None:
    from cli.draft import NEEDED, SURE  # noqa: PLC0415

    table = Table("Setting", "Proposal", "Sure", "Because")
    _say(f"{proposal.rows} rows, {len(proposal.header)} columns")
    guesses = [*proposal.format.items(), *proposal.columns.items()]
    guesses += [("older rows", proposal.history[1])] if proposal.history else []
    for name, guess in guesses:
        style = "" if guess.confidence >= SURE else "yellow"
        table.add_row(name, _short(guess.value), f"{guess.confidence:.2f}", guess.reason, style=style)
    for name in NEEDED:
        if name not in proposal.columns:
            table.add_row(name, "FILL-IN", "0.00", "no column looks like it", style="red")
    # No markup: headings and patterns may hold brackets.
    terminal().print(table)


def _short(value: Any) -> str:
    """A proposal for the table; a list of names stands in the file only."""
    return f"{len(value)} of them" if isinstance(value, list) else str(value)


def _say(text: str) -> None:
    typer.echo(text)
