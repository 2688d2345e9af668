"""`rollcall why --thing`: one thing's story, on the terminal of whoever owns the ledger.

Belongs here: the layout of what it prints and the shape of its JSON. Does not belong here: the command (``cli.why``), where it is read
(``resources.past.thing_story``).
"""

from typing import Any

from rich.console import Console
from rich.table import Table

from cli.terminal import whole
from roster.reports.thing_story import Planned, ThingStory, became, planned, sentence


def as_json(company: str, story: ThingStory) -> dict[str, Any]:
    """The story as other programs read it; `docs/operations.md` describes it."""
    return {
        "company": company,
        "thing": story.thing,
        "in_short": sentence(story),
        "left": [{"at": where, "why": why} for where, why in story.left],
        "runs": [_as_json(one) for one in story.runs],
        "other_runs": story.others,
    }


def _as_json(one: Planned) -> dict[str, Any]:
    return {
        "run": one.root_run_id,
        "job": one.job,
        "began": one.began.isoformat(),
        "destination": one.destination,
        "kind": one.kind,
        "name": one.name,
        "action": one.action,
        "old": one.old,
        "new": one.new,
        "applied": one.applied,
        "why": one.detail,
        "held_digest": one.held_digest,
        "held_until": one.held_until.isoformat() if one.held_until else None,
        "outcome": one.outcome,
        "answer": one.answer,
        "people": list(one.people),
    }


def print_story(console: Console, story: ThingStory) -> None:
    """Print it: a sentence, then a row for each run."""
    console.print(f"\n{sentence(story)}", style="bold", soft_wrap=True)
    if story.runs:
        table = whole(Table("run", "at", "planned", "what came of it", header_style="bold"))
        for one in story.runs:
            run = f"{one.began:%Y-%m-%d %H:%M} UTC  {one.job}\n{one.root_run_id}"
            table.add_row(run, one.destination, planned(one), _became(one), style="" if one.outcome == "accepted" else "yellow")
        console.print(table)
    if story.others:
        console.print(f"\n{story.others:,} other {'run' if story.others == 1 else 'runs'} planned something of it.", style="dim")
    console.print()


def _became(one: Planned) -> str:
    lines = [became(one)]
    if one.held_digest and one.held_until:
        lines.append(f"under {one.held_digest}, until {one.held_until:%Y-%m-%d %H:%M} UTC")
    if one.people:
        lines.append(f"depended on it: {', '.join(one.people)}")
    return "\n".join(lines)
