"""`rollcall why`: one person's story, on the terminal of whoever owns the ledger; with `--thing` that of a thing (``cli.why_thing``).

Belongs here: the command, the layout of what it prints and the shape of its JSON. Does not belong here: where it is read
(``resources.past.story``), its first sentence (``roster.reports.story``). Values may be shown here, as far as they are kept: nothing of it
goes to Dagster.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table

from assets import names
from cli import why_thing
from cli.commands import AsWritten, company_first
from cli.ledger import company_and_number, employee_number, ledger_of
from cli.terminal import print_json, stop, terminal, whole
from destinations import registry
from resources.past import thing_story
from resources.past.story import story_of
from resources.stored.runs import StoredRuns
from roster.reading.lines import EACH, file_of
from roster.reports.reasons import reason
from roster.reports.story import Chapter, Lacking, Story, Visit, may_go, obstacle, planned, remedy, sentence, without

app = typer.Typer()
_STYLES: Final = {"rejected": "yellow", "refused": "red", "unknown": "red", "held": "yellow", "skipped": "yellow"}


@app.command(cls=AsWritten)
def why(
    whom: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[COMPANY] EMPLOYEE",
            help="An employee number, as HR writes it; before it the company, where the ledger has several.",
            autocompletion=company_first,
            show_default=False,
        ),
    ] = None,
    thing: Annotated[
        str | None,
        typer.Option(
            metavar="THING",
            help="Of a thing that is no person, instead: a unit, a dimension, a value, who approves for one. By its key, such as "
            "value/COST/4711, or its name.",
        ),
    ] = None,
    last: Annotated[int, typer.Option(help="How many runs to tell of: the newest, and those that did something about them.", min=1)] = 5,
    json: Annotated[bool, typer.Option("--json", help="As JSON, for other programs, without old and new values.")] = False,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Old and new values with --json, too. They are personal data.")
    ] = False,
) -> None:
    """Tell what every run did about one person and why, newest first. It shows old and new values: they are personal data."""
    if thing is not None:
        _of_thing(whom or [], thing, last, json=json)
        return
    if not whom:
        stop("Whom? Give an employee number, or a thing with --thing.")
    company, number = company_and_number(whom)
    with ledger_of(company) as ledger:
        story = story_of(ledger, StoredRuns(ledger.company), number, last, registry.titles())
        name = ledger.company
    if json:
        print_json(as_json(name, story, show_values=show_values))
    else:
        # No markup: values may hold brackets.
        print_story(terminal(), story)


def _of_thing(given: Sequence[str], thing: str, last: int, *, json: bool) -> None:
    if len(given) > 1:
        stop("With --thing give the company alone, which may be left out where there is only one.")
    if "@" in thing:
        stop("No thing is called by an address, and one would stay in the shell's history.")
    with ledger_of(employee_number(given[0]) if given else None) as ledger:
        keys = thing_story.meant(ledger, thing)
        if not keys:
            stop(names.unknown("thing", thing, thing_story.known(ledger)))
        if len(keys) > 1:
            stop(f"Several things are called so, give one of them: {', '.join(keys)}.")
        story, name = thing_story.story_of(ledger, keys[0], last, registry.titles()), ledger.company
    if json:
        print_json(why_thing.as_json(name, story))
    else:
        why_thing.print_story(terminal(), story)


def as_json(company: str, story: Story, *, show_values: bool) -> dict[str, Any]:
    """The story as other programs read it; `docs/operations.md` describes it.

    Args:
        company: Whose employee.
        story: What is known of the person.
        show_values: Whether old and new values are in it.
    """
    return {
        "company": company,
        "employee_id": story.employee_id,
        "in_short": sentence(story),
        "what_to_do": remedy(story),
        "runs": [_run_as_json(chapter, show_values) for chapter in story.chapters],
        "other_runs": story.others,
        "stays_out": [
            {
                "at": skip.destination,
                "reason": skip.reason,
                "since": skip.since.isoformat(),
                "syncs": skip.times,
                "ended": skip.ended.isoformat() if skip.ended else None,
            }
            for skip in story.skips
        ],
        "acknowledged_at": list(story.acknowledged),
    }


def _run_as_json(chapter: Chapter, show_values: bool) -> dict[str, Any]:
    lines = chapter.lines
    return {
        "run": chapter.root_run_id,
        "job": chapter.job,
        "began": chapter.began.isoformat(),
        "status": chapter.status,
        "failure": chapter.failure,
        "file": chapter.file,
        "intake": chapter.intake,
        "lines": None
        if lines is None
        else [{**_place(one.number), "disposition": one.disposition, "code": one.code, "message": one.message} for one in lines],
        "values_left_out": [_lacking_as_json(one) for one in chapter.lacking],
        "standing": chapter.standing,
        "destinations": [_visit_as_json(visit, show_values) for visit in chapter.visits],
    }


def _visit_as_json(visit: Visit, show_values: bool) -> dict[str, Any]:
    return {
        "name": visit.destination,
        "action": visit.action,
        "intended": visit.intended,
        "kinds": visit.kinds.split("|") if visit.kinds else [],
        "matched_by": visit.matched_by,
        "reason": visit.outcome_reason or visit.reason,
        "why": obstacle(visit),
        **({"word": visit.word, "candidates": visit.candidates} if show_values else {}),
        "changes": [{"field": change.field, **({"old": change.old, "new": change.new} if show_values else {})} for change in visit.changes],
        "values_left_out": [
            _lacking_as_json(one) | ({"word": one.word, "candidates": one.candidates} if show_values else {}) for one in visit.lacking
        ],
        "held_digest": visit.held_digest,
        "held_until": visit.held_until.isoformat() if visit.held_until else None,
        "request": visit.request,
        "answer": visit.answer,
        "reply": visit.reply,
        "outcome": visit.outcome,
        "read_back": visit.landed,
    }


def _lacking_as_json(one: Lacking) -> dict[str, Any]:
    words = reason(one.reason)
    return {
        "field": one.field,
        "reason": one.reason,
        "why": (one.message or words.words).rstrip("."),
        "what_to_do": words.what_to_do,
        "owner": words.owner,
        "since": one.since.isoformat() if one.since else None,
        "syncs": one.times,
    }


def print_story(console: Console, story: Story) -> None:
    """Print it: a sentence, then a table for each run."""
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


def _heading(chapter: Chapter) -> str:
    return f"{chapter.began:%Y-%m-%d %H:%M} UTC  {chapter.job}  {chapter.status or 'not ended'}  {chapter.root_run_id}"


def _table(chapter: Chapter) -> Table:
    table = whole(Table("", "HR's file", *(visit.destination for visit in chapter.visits), header_style="bold", show_lines=False))
    rows = [
        ("seen", [_lines(chapter), *("" for _ in chapter.visits)]),
        ("rules", [chapter.standing or "", *(_matched(visit) for visit in chapter.visits)]),
        ("planned", ["", *(_planned(visit) for visit in chapter.visits)]),
        ("left out", [_without(chapter.lacking), *(_without(visit.lacking) for visit in chapter.visits)]),
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


def _place(line: int) -> dict[str, int]:
    """A line, and of several files which one it is of."""
    return {"line": line % EACH, **({"file": file_of(line)} if file_of(line) else {})}


def _lines(chapter: Chapter) -> str:
    if chapter.file is None:
        return "not read by this run"
    name = f"{chapter.file}, intake {chapter.intake}"
    if chapter.lines is None:
        return f"{name}\ntheir row is not kept" if not chapter.failure else name
    rows = [f"line {line.called}: {line.disposition}{f', {line.message}' if line.message else ''}" for line in chapter.lines]
    return "\n".join([name, *(rows or ["not in it"])])


def _matched(visit: Visit) -> str:
    return f"matched by {visit.matched_by}" if visit.matched_by else ""


def _planned(visit: Visit) -> str:
    lines = [planned(visit), *([f"{text}{_remark(visit)}"] if (text := obstacle(visit)) and text.lower() != planned(visit) else [])]
    lines += [f"{change.field}: {change.old or '–'} → {change.new or '–'}" for change in visit.changes]
    if visit.held_digest and visit.held_until and may_go(visit):
        lines.append(f"under {visit.held_digest}, until {visit.held_until:%Y-%m-%d %H:%M} UTC")
    return "\n".join(lines)


def _without(values: Sequence[Lacking]) -> str:
    return "\n".join(f"{without(one)}{_remark(one)}{f' (since {one.since})' if one.since else ''}" for one in values)


def _remark(one: Lacking | Visit) -> str:
    """HR's word that was left out, and what may have been meant."""
    text = f": {one.word}" if one.word else ""
    return f"{text}. Did you mean {one.candidates}?" if one.candidates else text


def _sent(visit: Visit) -> str:
    if visit.answer is None:
        return ""
    return f"request {visit.request}: {visit.answer}{f', {visit.reply}' if visit.reply else ''}"
