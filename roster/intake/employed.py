"""Who is employed on the day of the export, by status and dates.

Belongs here: which day today is where somebody works, what counts where status and end date contradict each other, who is brought in
ahead of their first day. Does not belong here: which day a date is (``roster.intake.dates``), which of several rows of one person counts
(``roster.intake.leavers``), how many contradictions are too many (``roster.intake.gate``).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from roster.intake import dates
from roster.intake.faults import fault_rows
from roster.intake.validation import Validated
from roster.settings import People

CONTRADICTING: Final = "status_and_end"
"""The code of a row that is rejected since its status and its end date contradict each other."""
AHEAD: Final = "ahead"
"""Column of the roster of a company that brings joiners in ahead: who is employed before their first day."""
STATUS_COUNTS: Final = "status_counts"
"""The code of an end date that is left out, since the settings have the status count."""


@dataclass(frozen=True)
class Days:
    """What decides whether a day has come."""

    as_of: date
    """The day that counts as today, in the company's zone."""
    zone: tzinfo | None = None
    """The company's."""
    moment: datetime | None = None
    """When the file was taken, with a zone: from it the day at other places is known. Without it everyone has the company's."""

    def today(self, zones: pd.Series) -> pd.Series:
        """Today as ISO text, for each row: the day before or after the company's where it is that, by the row's own zone."""
        own = {str(name): self._today(str(name)).isoformat() for name in zones.dropna().unique()}
        return zones.map(own).astype("str").fillna(self.as_of.isoformat())

    def _today(self, name: str) -> date:
        if self.moment is None or self.zone is None:
            return self.as_of
        here, there = (self.moment.astimezone(zone).date() for zone in (self.zone, ZoneInfo(name)))
        return self.as_of + (there - here)


def own_today(frame: pd.DataFrame, days: Days) -> pd.Series:
    """Today for each canonical row, by its `zone` where one is mapped and can be read."""
    return days.today(frame["zone"]) if "zone" in frame else pd.Series(days.as_of.isoformat(), index=frame.index, dtype="str")


def standing(frame: pd.DataFrame, people: People, days: Days, bridged: pd.Series | None = None) -> pd.Series:
    """``vocabulary.Employment`` of each canonical row.

    Args:
        frame: Canonical rows, dates as ISO text.
        people: The settings.
        days: What decides whether a day has come.
        bridged: Who has only changed from one row to the next over these days, and counts as begun before their first day.
    """
    today = own_today(frame, days)
    start, status = frame["start_date"], frame["worker_status"]
    if bridged is not None and bridged.any():
        # Of whom only the row is another, nothing is to begin.
        start, status = start.mask(bridged, today), status.mask(bridged & status.eq("Pending"), "Active")
    until = _later(today, people.starts_ahead) if people.starts_ahead else None
    return employment(status, start, frame["end_date"], today, until)


def employment(
    status: pd.Series, start_date: pd.Series, end_date: pd.Series, today: pd.Series | str, until: pd.Series | None = None
) -> pd.Series:
    """``vocabulary.Employment`` of each person.

    An end date before the start date is what a rejoiner brings along from last time, and ends nothing. The last day is a day of work:
    someone with an end date of today is still there, whatever the status says already. An end date that cannot be meant
    (`roster.intake.dates.no_end`) is none.

    Args:
        status: ``vocabulary.WORKER_STATUSES``.
        start_date: ISO text, or NaN.
        end_date: ISO text, or NaN.
        today: The day that counts as today, as ISO text.
        until: The last first day of those who are brought in today, where some are ahead of it. Then the day decides who has begun, and
            not that HR still calls them `Pending`.
    """
    end_date = end_date.mask(dates.no_end(end_date))
    ended = (end_date < today) & ~(start_date > end_date)
    left = ended | ((status == "Terminated") & ~(end_date >= today))
    pending = (status == "Pending") | (start_date > today)
    if until is not None:
        pending = (start_date > until) | ((status == "Pending") & start_date.isna())
    result = pd.Series("active", index=status.index, dtype="str")
    result = result.mask(status == "On Leave", "leave")
    return result.mask(pending, "pending").mask(left, "left")


def ahead_of(frame: pd.DataFrame, days: Days) -> pd.Series:
    """Which canonical rows have a first day that is still to come."""
    found: pd.Series = frame["start_date"] > own_today(frame, days)
    return found


def ahead(roster: pd.DataFrame, days: Days, bridged: pd.Series) -> pd.Series:
    """Who is brought in before their first day, and nobody's approver until then; not who is `bridged` from one row to the next."""
    return roster["employment"].isin(["active", "leave"]) & ahead_of(roster, days) & ~bridged


def contradicting(frame: pd.DataFrame, days: Days) -> pd.Series:
    """Whose status and end date contradict each other: there by the one and gone by the other.

    Neither does a last day of today, which is a day of work whatever the status says by then, nor one before the first day.
    """
    today, end = own_today(frame, days), frame["end_date"].mask(dates.no_end(frame["end_date"]))
    terminated = frame["worker_status"].eq("Terminated")
    ended = (end < today) & ~(frame["start_date"] > end) & frame["worker_status"].notna()
    return (terminated & (end > today)) | (~terminated & ended)


def by_rule(validated: Validated, people: People, days: Days) -> Validated:
    """The rows, where the settings say what counts of a status and an end date that contradict each other (`People.contradictions`)."""
    if people.contradictions == "dates_win":
        return validated
    frame, at = validated.frame, contradicting(validated.frame, days)
    if people.contradictions == "reject":
        return Validated(frame, [*validated.rejected, fault_rows(frame.index[at], "end_date", CONTRADICTING)], validated.dropped)
    # Where the status says that somebody has left, no end date can say otherwise, whether it can be read or not.
    terminated = frame.index[frame["worker_status"].eq("Terminated")]
    rejected = [part[~(part["column"].eq("end_date") & part["line"].isin(terminated))] for part in validated.rejected]
    dropped = [*validated.dropped, fault_rows(frame.index[at], "end_date", STATUS_COUNTS)]
    return Validated(frame.assign(end_date=frame["end_date"].mask(at)), rejected, dropped)


def _later(days: pd.Series, count: int) -> pd.Series:
    later = {text: (date.fromisoformat(text) + timedelta(days=count)).isoformat() for text in days.unique()}
    return days.map(later).astype("str")
