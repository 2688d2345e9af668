"""How a state is put for somebody who reads no logs: counts, employee numbers and links, and nobody's name.

Belongs here: sentences. Does not belong here: which states there are (``resources.past.open_states``), who is told
(``resources.alerts.settings``).

What goes into a message is counted here or written by us. No text of a destination, of an error or of HR's file is in it: who reads a
channel is known to nobody.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from resources.alerts.sending import Message
from resources.alerts.settings import Event
from resources.ledger.alerts import Note

TITLES: Final[dict[Event, str]] = {
    "run_failed": "run failed",
    "gate_stopped": "file stopped at the gate",
    "file_late": "file late",
    "tick_red": "sensor or schedule red",
    "settings_broken": "settings cannot be loaded",
    "held": "held",
    "release_expiring": "release about to expire",
    "leaver_active": "leaver still active",
    "refused": "refused",
    "skipped": "left out for long",
    "recovered": "recovered",
}
OF_PEOPLE: Final = {
    "leaver_active": (
        "{who} has left and still has access at {where}, or may have it",
        "{who} have left and still have access at {where}, or may have it",
    ),
    "skipped": ("{who} has been left out at {where} for too long", "{who} have been left out at {where} for too long"),
}
"""Event → the sentence for one person and for several; its end is told by the same, after OVER: why it is over may be one thing or
another, such as that somebody is back."""
FEW: Final = 5
"""So many people are numbered in a sentence."""
_MOST: Final = 20


def message(company: str, notes: Sequence[Note], zone: str, links: Sequence[str] = ()) -> Message:
    """What one target is sent of one company.

    Args:
        company: The company.
        notes: What it is told, oldest first.
        zone: The company's time zone, in which times are.
        links: Where to look.
    """
    what = list(dict.fromkeys(_title(note) for note in notes))
    lines = [f"- {_line(note, zone)}" for note in notes[:_MOST]]
    if len(notes) > _MOST:
        lines.append(f"- and {len(notes) - _MOST} more")
    where = [*links, f"rollcall status {company} shows how things stand."]
    return Message(f"Rollcall, {company}: {', '.join(what[:4])}{' …' if what[4:] else ''}", "\n".join([*lines, "", *where]))


def trial(company: str, target: str) -> Message:
    """What `rollcall notify-test` sends."""
    return Message(f"Rollcall, {company}: test", f"This is a test of the target '{target}' of {company}. Nothing has happened.")


def _title(note: Note) -> str:
    title = TITLES[note.event]  # type: ignore[index]
    return f"over: {title}" if note.phase == "over" else title


def _line(note: Note, zone: str) -> str:
    if note.event in OF_PEOPLE and not note.states["detail"].any():
        one, several = OF_PEOPLE[note.event]
        people = len(note.states)
        sentence = (one if people == 1 else several).format(who=_who(note.states, people), where=note.subject)
    else:
        sentence = "; ".join(note.states["detail"].drop_duplicates()) or TITLES[note.event]  # type: ignore[index]
    since = _when(note.states["since"].min(), zone)
    if note.phase == "over":
        return f"OVER: {sentence} (it began {since}, over {_when(note.at, zone)})."
    return f"{sentence} (since {since})."


def _who(states: pd.DataFrame, people: int) -> str:
    """How many, and the numbers of the first of them."""
    numbers = list(states.loc[states["named"].astype("bool"), "employee_id"])
    named = f" ({', '.join(numbers[:FEW])}{' …' if people > min(FEW, len(numbers)) else ''})" if numbers else ""
    return f"{people:,} {'person' if people == 1 else 'people'}{named}"


def _when(moment: datetime, zone: str) -> str:
    return f"{pd.Timestamp(moment).tz_convert(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
