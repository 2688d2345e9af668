"""`rollcall status`: how a company stands, on the terminal. People by employee number only.

Belongs here: the command, the layout of what it prints and the shape of its JSON. Does not belong here: where it is read
(``resources.past.status``).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final, cast

import pandas as pd
import typer
from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from assets import mistakes, names
from cli import lost
from cli.ledger import companies_with_runs, company_meant, ledger_of
from cli.terminal import print_json, terminal, whole
from destinations import registry
from resources.ledger.alerts import Failing
from resources.past.status import Status, Waiting, look
from roster.plan.decision import RELEASABLE
from roster.reports.held import paste
from roster.reports.model import DestinationReport, RunReport
from roster.reports.reasons import reason

app = typer.Typer()
_MOST_NUMBERS: Final = 6
_NOT_NAMED: Final = "not named"
_LEFT: Final = "Has left, still has access, waits for a release"


@app.command()
def status(
    company: Annotated[
        str | None, typer.Argument(help="Which company; all of the ledger without it.", autocompletion=names.companies)
    ] = None,
    last: Annotated[int, typer.Option(help="How many runs to show.", min=1)] = 5,
    json: Annotated[bool, typer.Option("--json", help="As JSON, for other programs.")] = False,
) -> None:
    """Show what is going on: runs, what waits for a release, who stays out and since when, the last file applied."""
    found, there = [], names.companies()
    unloadable, runs_lost = mistakes.of_all([company] if company else there), lost.look(company, last)
    console, now = terminal(), datetime.now(UTC)
    if not json:
        print_unloadable(console, unloadable)
    for name in _chosen(company, {*companies_with_runs(), *runs_lost.by_company}, unloadable):
        with ledger_of(name, without_runs=name in runs_lost.by_company) as ledger:
            found.append(look(ledger, last, registry.titles()))
    if json:
        companies = [
            {**as_json(one), "folder": one.company in there, "lost": runs_lost.as_json(one.company), **runs_lost.files(one.company)}
            for one in found
        ]
        broken = [{"company": name, "mistakes": lines} for name, lines in unloadable.items()]
        print_json({"companies": companies, "unloadable": broken})
        return
    for one in found:
        print_status(console, one, now, folder=one.company in there)
        lost.print_lost(console, runs_lost.by_company.get(one.company, ()))
        if waits := runs_lost.waits.get(one.company):
            console.print(f"  {waits.reason} ({waits.since:%Y-%m-%d %H:%M} UTC)", style="yellow", soft_wrap=True)
    if runs_lost.unread:
        console.print(f"  {runs_lost.unread}", style="red", soft_wrap=True)


def _chosen(company: str | None, known: Collection[str], unloadable: Collection[str]) -> list[str]:
    """Whose runs are shown; of a company that cannot be loaded there may never have been one."""
    if company:
        return [] if company in unloadable and company not in known else [company]
    return sorted(known) or ([] if unloadable else [company_meant(None)])


def print_unloadable(console: Console, unloadable: Mapping[str, Sequence[str]]) -> None:
    """Print which companies cannot be loaded, and why: a line for each mistake."""
    for name, lines in unloadable.items():
        console.print(f"\n{name}: its settings cannot be loaded, so none of its jobs can run", style="bold red")
        for line in lines:
            console.print(f"  {line}", style="red", soft_wrap=True)


def as_json(status: Status) -> dict[str, Any]:
    """How a company stands as other programs read it; `docs/operations.md` describes it."""
    alive = {run.root_run_id for run in status.under_way}
    return {
        "company": status.company,
        "people": status.people,
        "under_way": [
            {"run": run.root_run_id, "job": run.job, "began": run.began.isoformat() if run.began else None, "writes": run.writes}
            for run in status.under_way
        ],
        "applied": [
            {
                "destination": taken.destination,
                "file": taken.name,
                "dated": taken.dated.isoformat() if taken.dated else None,
                "intake": taken.number,
                "at": taken.applied_at.isoformat(),
            }
            for taken in status.taken
        ],
        "waiting": [
            {
                "destination": one.destination,
                "people": one.people,
                **({"things": one.things} if one.things else {}),
                "kinds": list(one.held.kinds),
                "digest": one.held.digest,
                "until": one.held.expires_at.isoformat(),
                "released_by": one.held.released_by,
            }
            for one in status.waiting
        ],
        "leavers_active": [
            {"at": row.subject, "employee_id": row.employee_id if row.named else None, "detail": row.detail or None}
            for row in status.leavers.itertuples(index=False)
        ],
        "not_told": [
            {"target": one.target, "waiting": one.waiting, "given_up": one.given_up, "why": one.failure} for one in status.undelivered
        ],
        "runs": [_run_as_json(run, under_way=run.root_run_id in alive) for run in status.runs],
        "stays_out": [
            {
                "at": row.destination,
                "employee_id": row.employee_id if isinstance(row.employee_id, str) else None,
                "reason": row.reason,
                "since": str(row.first_seen),
                "syncs": int(cast("int", row.times)),
            }
            for row in status.skips.itertuples(index=False)
        ],
    }


def _run_as_json(run: RunReport, *, under_way: bool) -> dict[str, Any]:
    return {
        "run": run.root_run_id,
        "attempts": len(run.earlier) + 1,
        "job": run.job,
        "status": "under way" if under_way else run.status,
        "began": run.started.isoformat(),
        "ended": run.ended.isoformat() if run.ended and not under_way else None,
        "failure": None if under_way else run.failure,
        "destinations": [_destination_as_json(one) for one in run.destinations],
    }


def _destination_as_json(one: DestinationReport) -> dict[str, Any]:
    numbers = ("intended", "accepted", "landed", "not_visible", "missing", "held")
    return {"name": one.name, "stage": one.stage, **{name: getattr(one, name) for name in numbers}}


def print_status(console: Console, status: Status, now: datetime, *, folder: bool = True) -> None:
    """Print it.

    Args:
        console: Where.
        status: What the ledger says.
        now: From when ages count.
        folder: Whether the company has a folder.
    """
    console.print(f"\n{status.company}", style="bold")
    if not folder:
        who = "1 person is" if status.people == 1 else f"{status.people:,} people are"
        console.print(
            f"  Its folder is not there, and {who} in the ledger. Under another name now: rollcall rename {status.company} NEW. "
            f"Gone for good: rollcall purge {status.company} --gone.",
            style="yellow",
            soft_wrap=True,
        )
    for run in status.under_way:
        since = f", for {_age(run.began, now)}" if run.began else ""
        _print_line(
            console, f"{run.job or 'A run'} is under way{since}{', and may write' if run.writes else ''}: {run.root_run_id}", "cyan"
        )
    if not status.under_way:
        console.print("  No run is under way.")
    for taken in status.taken:
        dated = f" of {taken.dated}" if taken.dated else ""
        file = f"{taken.name}{dated} (intake {taken.number})"
        _print_line(console, f"{taken.destination} was last written to from {file}, {_age(taken.applied_at, now)} ago.")
    _print_leavers(console, status)
    for one in status.waiting:
        _print_waiting(console, status.company, one, now)
    for failing in status.undelivered:
        _print_undelivered(console, failing)
    console.print("\n  Numbers are intended / accepted / landed.", style="dim")
    alive = {run.root_run_id for run in status.under_way}
    console.print(Padding(_runs(status.runs, now, alive), (0, 0, 0, 2)))
    if status.runs and status.runs[0].status == "stopped" and status.runs[0].root_run_id not in alive:
        console.print(f"  The newest run stopped: {status.runs[0].failure or ''}", style="red", soft_wrap=True)
        if all(check.passed for check in status.runs[0].gate):  # the same file would be stopped again
            console.print(f"  Go on with it: rollcall reexecute {status.runs[0].root_run_id}", soft_wrap=True)
    if len(status.skips):
        console.print(Padding(_skips(status), (1, 0, 0, 2)))
    console.print()


def _print_line(console: Console, text: str, style: str = "") -> None:
    """One that goes on below itself where the terminal is narrow."""
    console.print(Padding(text, (0, 0, 0, 2), expand=False), style=style)


def _print_leavers(console: Console, status: Status) -> None:
    for place, some in status.leavers.groupby("subject", sort=False):
        have = "1 person who has left still has" if len(some) == 1 else f"{len(some):,} people who have left still have"
        who = _who(list(some["employee_id"].where(some["named"], _NOT_NAMED)))
        console.print(f"  {some['detail'].iloc[0] or f'{have} access at {place}: {who}'}.", style="red", soft_wrap=True)


def _print_waiting(console: Console, company: str, one: Waiting, now: datetime) -> None:
    held = one.held
    free = one.people - one.barred
    if one.barred:
        stay = "1 person waits" if one.barred == 1 else f"{one.barred:,} people wait"
        _print_line(console, f"{stay} at {one.destination} until somebody settles it: no release lets them go, see below why.", "yellow")
        if not free and not one.things:
            return
    people = "1 person waits" if free == 1 else f"{free:,} people wait"
    things = "1 thing that is no person" if one.things == 1 else f"{one.things:,} things that are no people"
    if one.things:
        people = f"{people} and {things}" if free else f"{things} {'waits' if one.things == 1 else 'wait'}"
    kinds = ", ".join(kind.replace("_", " ") for kind in held.kinds)
    until = f"until {held.expires_at:%Y-%m-%d %H:%M} UTC"
    waiting = f"{people} for a release at {one.destination}{f' ({kinds})' if kinds else ''}"
    if held.released_by:
        _print_line(console, f"{waiting}: {held.released_by} has released them.", "yellow")
    elif held.expires_at <= now:
        _print_line(console, f"{waiting}. There was time {until}: run {company}_sync again, it names what is held then.", "yellow")
    else:
        _print_line(console, f"{waiting}, {until}:", "yellow")
        console.print(f"    {paste(company, held.digest)[0]}", soft_wrap=True)


def _print_undelivered(console: Console, one: Failing) -> None:
    again = "1 message is tried again" if one.waiting == 1 else f"{one.waiting:,} messages are tried again"
    given_up = f"{one.given_up:,} {'was' if one.given_up == 1 else 'were'} given up"
    what = ", ".join(text for text, count in ((again, one.waiting), (given_up, one.given_up)) if count)
    console.print(f"  {one.target} could not be told: {what}. {one.failure}", style="red", soft_wrap=True)


def _runs(runs: Sequence[RunReport], now: datetime, alive: set[str]) -> Table:
    """A line a run; the numbers are intended, accepted, landed."""
    titles = list(dict.fromkeys(one.name for run in runs for one in run.destinations))
    table = _table("run", "began", "ended", *titles, "id")
    for run in runs:
        numbers = {one.name: f"{one.intended:,} / {one.accepted:,} / {one.landed:,}" for one in run.destinations}
        ended = "under way" if run.root_run_id in alive else run.status
        style = {"stopped": "red", "under way": "cyan"}.get(ended, "")
        shown = (numbers.get(title, "") for title in titles)
        table.add_row(run.job, f"{_age(run.started, now)} ago", ended, *shown, run.root_run_id, style=style)
    return whole(table)


def _skips(status: Status) -> Table:
    """Who stays out: a line for each reason and group of people, the longest out first by number."""
    table = _table("stays out at", "people", "why", "since", "syncs", "who, the longest first")
    table.columns[1].justify = table.columns[4].justify = "right"
    places: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    history: dict[tuple[str, tuple[str, ...]], tuple[str, int]] = {}
    skips = status.skips.assign(why=_why(status)).sort_values(["first_seen", "employee_id"])
    for (place, why), people in skips.groupby(["destination", "why"], sort=False):
        same = (str(why), tuple(people["employee_id"].fillna(_NOT_NAMED)))
        places.setdefault(same, []).append(str(place))
        history[same] = (str(people["first_seen"].iloc[0]), int(people["times"].max()))
    for (why, who), where in sorted(places.items(), key=lambda entry: -len(entry[0][1])):
        since, times = history[why, who]
        table.add_row(", ".join(where), f"{len(who):,}", why, since, f"{times:,}", _who(who))
    return table


def _why(status: Status) -> pd.Series:
    """Why each of them stays out. Whose leaving is held is not out at all: the limit is not what matters about them."""
    skips, leavers = status.skips, status.leavers
    there = pd.MultiIndex.from_frame(skips[["destination", "employee_id"]])
    left = there.isin(pd.MultiIndex.from_frame(leavers[["subject", "employee_id"]])) & skips["reason"].isin(RELEASABLE)
    return skips["reason"].map({code: reason(code).words for code in skips["reason"].unique()}).mask(left, _LEFT)


def _who(numbers: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    named = [number for number in numbers if number != _NOT_NAMED]
    more = f" … and {len(named) - _MOST_NUMBERS:,} more" if len(named) > _MOST_NUMBERS else ""
    shown = [", ".join(named[:_MOST_NUMBERS]) + more] if named else []
    if unnamed := len(numbers) - len(named):
        shown.append(_NOT_NAMED if unnamed == 1 else f"{unnamed:,} {_NOT_NAMED}")
    return ", ".join(shown)


def _table(*headings: str) -> Table:
    return Table(*headings, box=None, pad_edge=False, header_style="bold")


def _age(moment: datetime, now: datetime) -> str:
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440} days"
