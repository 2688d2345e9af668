"""`rollcall why`: one person's story, on the terminal of whoever owns the ledger.

Belongs here: the command and the layout of what it prints. Does not belong here: where it is read (``resources.past.story``), its first
sentence (``roster.reports.story``). Values may be shown here, as far as they are kept: nothing of it goes to Dagster.
"""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli import company as whose
from cli.terminal import terminal

if TYPE_CHECKING:
    from roster.reports.story import Chapter, Story, Visit

app = typer.Typer()
_STYLES = {"rejected": "yellow", "refused": "red", "unknown": "red", "held": "yellow", "skipped": "yellow"}


@app.command()
def why(
    employee: Annotated[str, typer.Argument(help="An employee number, as HR writes it.")],
    company: Annotated[str | None, typer.Option(help="Whose employee; needed where the ledger has several companies.")] = None,
    last: Annotated[int, typer.Option(help="How many runs to tell of: the newest, and those that did something about them.", min=1)] = 5,
) -> None:
    """Tell what every run did about one person and why, newest first. It shows old and new values: they are personal data."""
    from destinations import registry  # noqa: PLC0415
    from resources.past.story import story_of  # noqa: PLC0415
    from resources.stored.runs import StoredRuns  # noqa: PLC0415 - pandas and what stands on it take most of a second: not for `--help`

    number = whose.number(employee)
    with whose.ledger(company) as ledger:
        story = story_of(ledger, StoredRuns(ledger.company), number, last, registry.titles())
    # No markup: values may hold brackets.
    print_story(terminal(), story)


def print_story(console: Console, story: "Story") -> None:
    """Print it: a sentence, then a table for each run."""
    from roster.reports.story import remedy, sentence  # noqa: PLC0415

    console.print(f"\n{sentence(story)}", style="bold", soft_wrap=True)
    if what := remedy(story):
        console.print(what, soft_wrap=True)
    for chapter in story.chapters:
        console.print()
        console.print(_heading(chapter), style="bold", soft_wrap=True)
        console.print(_table(chapter))
    if story.others:
        runs = "run" if story.others == 1 else "runs"
        console.print(f"\n{story.others:,} other {runs} planned nothing for them, or never looked.", style="dim")
    console.print()


def _heading(chapter: "Chapter") -> str:
    return f"{chapter.began:%Y-%m-%d %H:%M} UTC  {chapter.job}  {chapter.status or 'not ended'}  {chapter.root_run_id}"


def _table(chapter: "Chapter") -> Table:
    table = Table("", "HR's file", *(visit.destination for visit in chapter.visits), header_style="bold", show_lines=False)
    rows = [
        ("seen", [_lines(chapter), *("" for _ in chapter.visits)]),
        ("rules", [chapter.standing or "", *(_matched(visit) for visit in chapter.visits)]),
        ("planned", ["", *(_planned(visit) for visit in chapter.visits)]),
        ("sent", ["", *(_sent(visit) for visit in chapter.visits)]),
        ("read back", ["", *(visit.landed or "" for visit in chapter.visits)]),
        ("outcome", ["", *(visit.outcome or "" for visit in chapter.visits)]),
    ]
    for name, cells in rows:
        if any(cells):
            table.add_row(name, *cells, style=_STYLES.get(next(filter(None, cells[1:]), ""), "") if name == "outcome" else "")
    if chapter.failure:
        table.add_row("stopped", chapter.failure, *("" for _ in chapter.visits), style="red")
    return table


def _lines(chapter: "Chapter") -> str:
    if chapter.file is None:
        return "not read by this run"
    name = f"{chapter.file}, intake {chapter.intake}"
    if chapter.lines is None:
        return f"{name}\ntheir row is not kept" if not chapter.failure else name
    rows = [f"line {line.number}: {line.disposition}{f', {line.message}' if line.message else ''}" for line in chapter.lines]
    return "\n".join([name, *(rows or ["not in it"])])


def _matched(visit: "Visit") -> str:
    return f"matched by {visit.matched_by}" if visit.matched_by else ""


def _planned(visit: "Visit") -> str:
    from roster.reports.story import obstacle, planned  # noqa: PLC0415

    lines = [planned(visit), *([text] if (text := obstacle(visit)) and text.lower() != planned(visit) else [])]
    lines += [f"{change.field}: {change.old or '–'} → {change.new or '–'}" for change in visit.changes]
    if visit.held_digest and visit.held_until:
        lines.append(f"under {visit.held_digest}, until {visit.held_until:%Y-%m-%d %H:%M} UTC")
    return "\n".join(lines)


def _sent(visit: "Visit") -> str:
    if visit.answer is None:
        return ""
    return f"request {visit.request}: {visit.answer}{f', {visit.reply}' if visit.reply else ''}"
