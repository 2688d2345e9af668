"""`rollcall check`: what a run would make of an HR file, without a run, without Dagster and without network.

Belongs here: what the command prints, and its exit codes. Does not belong here: what is found out about a file (``roster``) and about
settings (``assets.loader``).
"""

import fnmatch
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePath
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import pandas as pd
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from assets import loader, mistakes, names
from assets.attributes import CompanySettings
from cli.terminal import say
from destinations import registry
from resources.failures import Failed
from resources.hr import opening, sets
from resources.hr.agreed import MANIFEST
from resources.hr.files import Export
from resources.hr.locations import Source
from roster import accounting
from roster.intake import changes, gate
from roster.intake import take_in as intake
from roster.intake.leavers import SAYS_LEFT, SAYS_LEFT_UNDATED
from roster.intake.references import Managers
from roster.reading import several
from roster.reading.lines import line_text, line_texts
from roster.reports import tables
from roster.reports.reasons import REASONS, reason
from roster.rules import MissingColumn
from roster.unfit import Unfit
from roster.vocabulary import MANAGER_COLUMNS

USABLE, UNFIT, MISTAKE, WITH_REJECTS = 0, 1, 2, 3
LONG: Final = 4 << 20
"""Bytes from which a file takes long enough for a progress bar."""
SHOWN: Final = 200
FEW: Final = 10
WHAT: Final = {"header": "the header once more", "title": "a title once more", "footer": "a footer", "end": "the mark of the file's end"}

app = typer.Typer()


@app.command()
def check(
    company: Annotated[
        str | None,
        typer.Argument(
            help="The company's name, or a draft's folder; without it, every company's settings.", autocompletion=names.companies
        ),
    ] = None,
    file: Annotated[
        list[Path] | None,
        typer.Argument(help="HR's file, or all of several; of changes, one with everyone and then those.", exists=True, dir_okay=False),
    ] = None,
    show_values: Annotated[bool, typer.Option("--show-values", help="Print the offending cells, too. They are personal data.")] = False,
    limit: Annotated[int, typer.Option(help="How many rejects to print; 0 for all.", min=0)] = SHOWN,
) -> None:
    """Say what a run would make of a file: 0 all rows usable, 3 some rejected, 1 the file is unfit, 2 the settings are wrong."""
    if company is None or not file:
        chosen = [company] if company else names.companies()
        if not chosen:
            say(f"There is no company yet: {names.companies_folder()} has no folder with a defs.yaml.")
        unloadable = None if company else mistakes.of_all(chosen)
        wrong = [one for one in chosen if not _are_right(one, unloadable)]
        raise typer.Exit(MISTAKE if wrong else USABLE)
    settings, mistaken = _settings(company, "The file is tried all the same:\n")
    try:
        result = _taken_in(file, settings)
    except Unfit as unreadable:
        _print_unfit(unreadable)
        raise typer.Exit(MISTAKE if mistaken else UNFIT) from None
    except (MissingColumn, Failed) as mistake:
        say(str(mistake), err=True)
        raise typer.Exit(MISTAKE) from None
    checks = gate.run_checks(result.facts, None, {}, settings.hr.gate)
    unfit = gate.refusal(checks, "Have HR correct the rows, or the settings.")
    if unfit:
        _print_unfit(unfit)
    else:
        say(f"Gate: fit. {result.facts.people_rows()} rows, {len(result.facts.header)} columns, {result.facts.encoding}.")
    if (result.facts.header_line or 1) > 1:
        say(f"The header was found on line {result.facts.header_line}.")
    if hides := result.facts.hides():
        say(f"Of the workbook, {hides}. Hidden rows and columns count as all others do.")
    _print_managers(checks, result.facts.managers, settings)
    for column, kind in result.facts.private.items():
        say(f"Private: {column} looks like {kind}, which no expense tool needs: leave it out.")
    _print_result(result, show_values, limit)
    _print_parts(result.roster, settings)
    raise typer.Exit(MISTAKE if mistaken else UNFIT if unfit else WITH_REJECTS if len(result.rejects) else USABLE)


def _are_right(company: str, unloadable: Mapping[str, Sequence[str]] | None) -> bool:
    """Whether nothing is open or wrong in a company's settings; what is, is told."""
    try:
        _, mistaken = _settings(company, "", unloadable)
    except typer.Exit:
        return False
    if not mistaken:
        say(f"{company}: nothing is open or wrong.")
    return not mistaken


def _settings(company: str, then: str, unloadable: Mapping[str, Sequence[str]] | None = None) -> tuple[CompanySettings, bool]:
    """The settings, and whether something is wrong with them, which is told, and with which a file can be tried all the same: what
    `rollcall map` has left open, another company that names the same part of a destination, or something of somebody else's that cannot
    be built.

    Args:
        company: Whose.
        then: What is done in spite of it.
        unloadable: What is wrong with each company that cannot be loaded; None: not looked for yet.
    """
    try:
        file = loader.find(company)
        # A draft that lies elsewhere is no company yet.
        among = file.absolute().parent.parent == names.companies_folder().absolute()
        settings = loader.read(file, draft=not among)
        from assets import neighbours  # noqa: PLC0415

        shared = neighbours.shared(file.parent, settings) if among else {}
        for sentence in shared.values():
            say(f"{sentence} Until then a run of either stops there. {then}".rstrip(" "), err=True)
        lines = (mistakes.of(file) if unloadable is None else unloadable.get(file.parent.name, ())) if among else ()
        if lines:
            say("\n".join(lines), err=True)
            say(f"No job of the company loads before that is mended. {then}".rstrip(" "), err=True)
        return settings, bool(shared or lines)
    except loader.SettingsMistakes as wrong:
        say(str(wrong), err=True)
        if wrong.draft is None:
            raise typer.Exit(MISTAKE) from None
        say(f"No job of the company loads before these are filled in. {then}".rstrip(" "), err=True)
        return wrong.draft, True


def _print_unfit(unfit: Unfit) -> None:
    say(f"Gate: UNFIT ({unfit.code}). {unfit.message}\nDo: {unfit.advice}\nA run would stop here and write nothing.")


def _print_managers(checks: list[gate.GateCheck], managers: Managers, settings: CompanySettings) -> None:
    """What the references to managers come to, where the settings name a column of them, and whose number the first lost ones would be."""
    columns = settings.hr.people.columns
    source = next((columns[name] for name in MANAGER_COLUMNS if name in columns), None)
    for one in checks:
        if one.name == "managers" and source is not None:
            say(f"Managers ({', '.join(sorted(source.reads()))}): {one.seen}.")
    for line, near in zip(managers.lines, managers.nearest, strict=True):
        if near:
            say(f"  nearest to the one on line {line_text(line)}: {near}")


def _taken_in(given: Sequence[Path], settings: CompanySettings) -> intake.IntakeResult:
    """What a run's intake does, short of numbering the file."""
    zone = ZoneInfo(settings.timezone)
    if settings.hr.changes:
        return _changes_taken_in(given, settings, zone)
    format = settings.hr.source
    taken = sets.given(given, format, settings.hr.each)
    _say_missing(taken, settings.hr.each or {"": format})
    several.day_by_name(taken.name, taken.names, format)
    content = opening.opened(taken, format)
    with _progress(taken.size, len(intake.STEPS)) as on_step:
        now = datetime.now(zone)
        result = intake.take_in(content, format, settings.hr.people, now.date(), on_step, zone=zone, moment=now)
    opening.check_rows(taken, format, result.dispositions)
    wrong = accounting.of_rows(result.dispositions, result.facts.rows)
    if wrong:
        raise Unfit("accounting", f"The rows do not add up: {'; '.join(wrong)}.", "This is a fault of Rollcall: report it.")
    return result


def _say_missing(taken: Export, sources: Mapping[str, Source]) -> None:
    """Of which files no manifest lies beside them here."""
    for name, source in sources.items():
        if source.manifest and MANIFEST not in taken.companions.get(name, {}):
            which = f"{name}: its" if name else "Its"
            say(f"{which} manifest is not beside it, and not compared: a run would wait for it.", err=True)


def _changes_taken_in(given: Sequence[Path], settings: CompanySettings, zone: ZoneInfo) -> intake.IntakeResult:
    """The last file, put on those before it, of which the first has everyone."""
    format, people, rows, now = settings.hr.source, settings.hr.people, None, datetime.now(zone)
    if _is_called(given[0], format) and settings.hr.changes and not _is_called(given[0], format.elsewhere(settings.hr.changes.full)):
        say("The first file is called like one of changes, and is read as one with everyone: name that before it.", err=True)
    for place, path in enumerate(given):
        taken = sets.given([path], format, {})
        _say_missing(taken, {"": format})
        export = replace(taken, content=several.packed({changes.CHANGES if place else changes.FULL: taken.content}))
        content = changes.with_before(opening.opened(export, format), rows)
        result = intake.take_in(content, format, people, now.date(), zone=zone, moment=now)
        opening.check_rows(export, format, result.dispositions)
        rows = result.after
    if result.facts.changes:
        counts = [f"{count} {what}" for what, count in result.facts.changes.items() if what != "before"]
        say(f"On the files before it: {', '.join(counts)}.")
    return result


def _is_called(file: Path, source: Source) -> bool:
    return fnmatch.fnmatchcase(file.name, PurePath(source.path).name)


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


def _print_result(result: intake.IntakeResult, show_values: bool, limit: int) -> None:
    for name, rows in result.facts.dispositions().items():
        say(f"  {name:<12} {rows:>9}")
    for words, people, parts in tables.standing_rows(result.facts.standing):
        say(f"  {people} people in scope, {words}: {', '.join(f'{count} {standing}' for standing, count in parts)}")
    _print_nobodys(result.dispositions)
    marked = result.rejects.loc[result.rejects["code"].isin([SAYS_LEFT, SAYS_LEFT_UNDATED]), "line"]
    rejects = result.rejects.assign(leaving=result.rejects["line"].isin(marked)).sort_values("leaving", ascending=False, kind="stable")
    shown = rejects.head(limit or len(rejects))
    _print_rejects("Have left by a row that is rejected: whoever of them has access still has it", shown[shown["leaving"]], show_values)
    _print_rejects("Rejected, and why", shown[~shown["leaving"]], show_values)
    if len(shown) < len(result.rejects):
        say(f"  and {len(result.rejects) - len(shown)} more (--limit 0 shows all)")
    if len(result.notes):
        say("\nDropped from rows that are used (the destination keeps what it has):")
        counted = result.notes.groupby(["source", "message"], dropna=False).size().reset_index(name="count")
        for row in counted.itertuples():
            say(f"  {row.count:>6} × {row.source}: {row.message}")


def _print_parts(people: pd.DataFrame, settings: CompanySettings) -> None:
    """How many belong to each part of a destination, and how many to none that is known."""
    several = settings.parts()
    if several.keys() == settings.destinations().keys():
        return
    # Clients come with it: only who has such a destination waits for them.
    from destinations.parts import counts  # noqa: PLC0415

    found = counts([registry.build(name, own) for name, own in several.items()], people)
    if found:
        say("\nWho would go where:")
    for where, count in found:
        say(f"  {count:>6} {reason(where).words if where in REASONS else where}")


def _print_nobodys(dispositions: pd.DataFrame) -> None:
    """Lines that are no person's, and what they are instead."""
    nobodys = dispositions[dispositions["disposition"].eq("nobody")]
    for why, lines in nobodys.groupby("reason")["line"]:
        more = f" and {len(lines) - FEW} more" if len(lines) > FEW else ""
        say(f"  nobody's, being {WHAT[str(why)]}: line {', '.join(line_text(line) for line in lines.head(FEW))}{more}")


def _print_rejects(heading: str, rejects: pd.DataFrame, show_values: bool) -> None:
    if len(rejects):
        say(f"\n{heading}:")
    for row in rejects.assign(line=line_texts(rejects["line"])).itertuples():
        number = _number(row.number if show_values else row.employee_id, row.number)
        where = f" {row.source}:" if isinstance(row.source, str) else ""
        value = f" [{row.value}]" if show_values and isinstance(row.value, str) else ""
        say(f"  line {row.line}{number}:{where} {row.message}{value}")


def _number(shown: object, number: object) -> str:
    """The employee number behind a line's: what stands in its cell is shown only where the file has somebody of that number."""
    return f", {shown}" if isinstance(shown, str) else "" if isinstance(number, str) else ", no employee number"
