"""`rollcall status`: how a company stands, on the terminal. People by employee number only.

Belongs here: the command and the layout of what it prints. Does not belong here: where it is read (``resources.past.status``).
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from cli import company as whose
from cli.terminal import terminal

if TYPE_CHECKING:
    from resources.past.status import Status, Waiting
    from roster.reports.model import RunReport

app = typer.Typer()
_MOST_NUMBERS: Final = 6


@app.command()
def status(
    company: Annotated[str | None, typer.Option(help="Which company; all of the ledger without it.")] = None,
    last: Annotated[int, typer.Option(help="How many runs to show.", min=1)] = 5,
) -> None:
    """Show what is going on: runs, what waits for a release, who stays out and since when, the last file applied."""
    from destinations import registry  # noqa: PLC0415
    from resources.past.status import look  # noqa: PLC0415 - pandas and what stands on it take most of a second: not for `--help`

    console = terminal()
    for name in [whose.company(company)] if company else whose.companies() or [whose.company(None)]:
        with whose.ledger(name) as ledger:
            print_status(console, look(ledger, last, registry.titles()), datetime.now(UTC))


def print_status(console: Console, status: "Status", now: datetime) -> None:
    """Print it.

    Args:
        console: Where.
        status: What the ledger says.
        now: From when ages count.
    """
    console.print(f"\n{status.company}", style="bold")
    for run in status.under_way:
        since = f", for {_age(run.began, now)}" if run.began else ""
        console.print(f"  {run.job or 'A run'} is under way{since}{', and may write' if run.writes else ''}: {run.run_id}", style="cyan")
    if not status.under_way:
        console.print("  No run is under way.")
    for taken in status.taken:
        dated = f" of {taken.dated}" if taken.dated else ""
        file = f"{taken.name}{dated} (intake {taken.number})"
        console.print(f"  {taken.destination} was last brought to {file}, {_age(taken.applied_at, now)} ago.")
    for one in status.waiting:
        _print_waiting(console, status.company, one, now)
    console.print("\n  Numbers are intended / accepted / landed.", style="dim")
    alive = {run.run_id for run in status.under_way}
    console.print(Padding(_runs(status.runs, now, alive), (0, 0, 0, 2)))
    if status.runs and status.runs[0].status == "stopped" and status.runs[0].run_id not in alive:
        console.print(f"  The newest run stopped: {status.runs[0].failure}", style="red", soft_wrap=True)
    if len(status.skips):
        console.print(Padding(_skips(status), (1, 0, 0, 2)))
    console.print()


def _print_waiting(console: Console, company: str, one: "Waiting", now: datetime) -> None:
    from roster.reports.held import paste  # noqa: PLC0415

    held = one.held
    people = "1 person waits" if one.people == 1 else f"{one.people:,} people wait"
    kinds = ", ".join(kind.replace("_", " ") for kind in held.kinds)
    until = f"until {held.expires_at:%Y-%m-%d %H:%M} UTC"
    waiting = f"  {people} for a release at {one.destination}{f' ({kinds})' if kinds else ''}"
    if held.released_by:
        console.print(f"{waiting}: {held.released_by} has released them.", style="yellow")
    elif held.expires_at <= now:
        console.print(f"{waiting}. There was time {until}: run {company}_sync again, it names what is held then.", style="yellow")
    else:
        console.print(f"{waiting}, {until}:", style="yellow")
        console.print(f"    {paste(company, held.digest)[0]}", soft_wrap=True)


def _runs(runs: "Sequence[RunReport]", now: datetime, alive: set[str]) -> Table:
    """A line a run; the numbers are intended, accepted, landed."""
    names = list(dict.fromkeys(one.name for run in runs for one in run.destinations))
    table = _table("run", "began", "ended", *names, "id")
    for run in runs:
        numbers = {one.name: f"{one.intended:,} / {one.accepted:,} / {one.landed:,}" for one in run.destinations}
        ended = "under way" if run.run_id in alive else run.status
        style = {"stopped": "red", "under way": "cyan"}.get(ended, "")
        table.add_row(run.job, f"{_age(run.started, now)} ago", ended, *(numbers.get(name, "") for name in names), run.run_id, style=style)
    return table


def _skips(status: "Status") -> Table:
    """Who stays out: a line for each reason and group of people, the longest out first by number."""
    from roster.reports.reasons import reason  # noqa: PLC0415

    table = _table("stays out at", "people", "why", "since", "syncs", "who, the longest first")
    table.columns[1].justify = table.columns[4].justify = "right"
    places: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    history: dict[tuple[str, tuple[str, ...]], tuple[str, int]] = {}
    for (place, code), people in status.skips.sort_values(["first_seen", "employee_id"]).groupby(["destination", "reason"], sort=False):
        same = (str(code), tuple(people["employee_id"]))
        places.setdefault(same, []).append(str(place))
        history[same] = (str(people["first_seen"].iloc[0]), int(people["times"].max()))
    for (code, who), where in sorted(places.items(), key=lambda entry: -len(entry[0][1])):
        more = f" … and {len(who) - _MOST_NUMBERS:,} more" if len(who) > _MOST_NUMBERS else ""
        since, times = history[code, who]
        shown = ", ".join(who[:_MOST_NUMBERS]) + more
        table.add_row(", ".join(where), f"{len(who):,}", reason(code).words, since, f"{times:,}", shown)
    return table


def _table(*headings: str) -> Table:
    return Table(*headings, box=None, pad_edge=False, header_style="bold")


def _age(moment: datetime, now: datetime) -> str:
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440} days"
