"""The block `alerts` of a company's YAML: who is told what, and when not.

Belongs here: the strict model and what follows from it alone. Does not belong here: words (``resources.alerts.wording``), sending.
"""

from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Final, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints, model_validator

from resources.environment import Secret
from roster.settings import Strict

Event = Literal[
    "run_failed",
    "gate_stopped",
    "file_late",
    "tick_red",
    "settings_broken",
    "held",
    "release_expiring",
    "leaver_active",
    "refused",
    "skipped",
    "recovered",
]
EVENTS: Final[tuple[Event, ...]] = get_args(Event)
URGENT: Final = frozenset({"run_failed"})
"""What may wake somebody: a run that failed can still be mended before the working day. Everything else waits for people who sleep too: HR,
finance."""
OF_RUNS: Final = frozenset({"run_failed", "gate_stopped"})
"""States of which `recovered` is the end."""

Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class QuietHours(Strict):
    """When nobody is told anything but what is urgent, in the company's time zone."""

    begin: Clock
    """From when, in quotes: ``"20:00"``."""
    end: Clock
    """Until when. Before `begin`: of the next day."""

    @model_validator(mode="after")
    def _some(self) -> "QuietHours":
        if self.begin == self.end:
            raise ValueError("begin and end are the same: leave quiet_hours out, and nothing waits")
        return self

    def hold(self, now: datetime) -> bool:
        """Whether it is quiet at a moment, in the zone that it is given in."""
        at, begin, end = now.time(), time.fromisoformat(self.begin), time.fromisoformat(self.end)
        return begin <= at < end if begin < end else at >= begin or at < end


class Target(Strict):
    """Somebody who is told."""

    url: Secret
    """Where messages go: the name of an environment variable with a URL of Apprise, such as ``{env: ACME_ALERTS_FINANCE}``."""
    events: list[Event] = Field(default=list(EVENTS), min_length=1)
    """What is told; left out, everything. The end of a state is told to whoever is told of it. ``recovered`` tells of the end of a
    failed or stopped run also those who are not told that it failed."""

    def is_for(self, event: str, phase: str, replaced: bool = False) -> bool:
        """Whether the beginning or the end (``over``) of a state is for this target; where another takes its place, nothing recovered."""
        recovered = phase == "over" and not replaced and event in OF_RUNS
        return event in self.events or (recovered and "recovered" in self.events)


class Alerts(Strict):
    """Who is told when something needs somebody. Needs the extra ``alerts``."""

    targets: dict[Name, Target] = Field(min_length=1)
    """Name → who is told what. The name stands in `rollcall status` and in metrics."""
    quiet_hours: QuietHours | None = None
    """When only what is urgent is told: a run that failed. What else happens then is told at its end."""
    skipped_days: int = Field(default=7, ge=0, le=3650)
    """Somebody who is left out is told of after so many days (`skipped`)."""
    refused: int = Field(default=5, ge=0)
    """So many people may be refused at a destination in one sync; more are told of (`refused`)."""
    expiring_hours: float = Field(default=4, gt=0, le=8760)
    """So many hours before it is too late for a release, it is told of (`release_expiring`); before quiet hours, if that is in them."""
    dagster_url: str | None = Field(default=None, pattern=r"^https?://[^\s@?#]+$")
    """Where people open Dagster's UI, for links to runs."""

    def quiet(self, now: datetime, zone: str) -> bool:
        """Whether only what is urgent may be told now."""
        return self.quiet_hours is not None and self.quiet_hours.hold(now.astimezone(ZoneInfo(zone)))

    def expiring_from(self, until: datetime, zone: str) -> datetime:
        """From when it is told that something can be released until a moment; before quiet hours, as afterwards it may be too late."""
        before = timedelta(hours=self.expiring_hours)
        at = (until - before).astimezone(ZoneInfo(zone))
        if self.quiet_hours is None or not self.quiet_hours.hold(at):
            return at
        begin = time.fromisoformat(self.quiet_hours.begin)
        day = at.date() if at.time() >= begin else at.date() - timedelta(days=1)
        return datetime.combine(day, begin, ZoneInfo(zone)).astimezone(UTC) - before
