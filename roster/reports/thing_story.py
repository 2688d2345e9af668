"""One thing's story: what runs planned of a thing at a destination that is no person, what waited, what was answered and seen.

Belongs here: what is known of it in each run, and saying it in words. Does not belong here: where it is read
(``resources.past.thing_story``), how it is laid out (``cli.why_thing``), people (``roster.reports.story``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

_OUTCOMES = {
    "accepted": "accepted, and reading back shows it",
    "missing": "accepted, and reading back does not show it",
    "refused": "refused",
    "unknown": "without an answer",
    "held": "waits for a release",
}


@dataclass(frozen=True, kw_only=True)
class Planned:
    """What one run planned of it."""

    root_run_id: str
    job: str
    began: datetime
    destination: str
    """As people write it."""
    thing: str
    kind: str
    name: str
    action: str
    old: str | None
    new: str | None
    applied: bool
    detail: str | None = None
    """Why it waited."""
    held_digest: str | None = None
    held_until: datetime | None = None
    outcome: str | None = None
    """accepted, missing, refused, unknown, held; None: the run did not get that far."""
    answer: str | None = None
    """What was answered where it was not accepted."""
    people: Sequence[str] = ()
    """Employee numbers of who depended on it."""


@dataclass(frozen=True, kw_only=True)
class ThingStory:
    """Everything that is kept about one thing."""

    thing: str
    """The key that was asked for, or that of the name."""
    runs: Sequence[Planned] = ()
    """Newest first."""
    left: Sequence[tuple[str, str]] = ()
    """Destination and sentence, where the newest plan could not bring it there as HR has it."""
    others: int = 0
    """Further runs that planned something of it."""


def sentence(story: ThingStory) -> str:
    """How it stands, as far as the newest run knows that planned something of it, or could not."""
    if story.left:
        return " ".join(f"{story.thing}, at {where}: {why}." for where, why in story.left)
    if not story.runs:
        return f"No run that is kept planned anything of {story.thing}."
    newest = story.runs[0]
    return f"{newest.name}, at {newest.destination}: {_lower(planned(newest))}; {became(newest)}."


def planned(one: Planned) -> str:
    """What was planned, in a line."""
    change = f": {one.old or '–'} → {one.new or '–'}" if one.old or one.new else ""
    return f"{one.action.capitalize()}{change}"


def became(one: Planned) -> str:
    """What came of it, in a line."""
    if not one.applied and one.outcome in (None, "held"):
        return f"waits for a release{f': {one.detail}' if one.detail else ''}"
    outcome = _OUTCOMES.get(one.outcome or "", "not sent yet")
    return f"{outcome}: {one.answer}" if one.answer and one.outcome != "accepted" else outcome


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
