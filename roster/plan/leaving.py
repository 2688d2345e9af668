"""When whoever has left loses their access, where that is not at once, and who does it.

Belongs here: the day of each leaver, whose day is near, the reasons of those who keep their access meanwhile. Does not belong here: who has
left (``roster.intake``, ``roster.people.census``), what else is decided about them (``roster.plan.decision``), how they are taken out (each
destination's ``comparison``). Who approves for whom does not wait: whoever has left by HR's word approves for nobody from the first night.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

import pandas as pd

from roster.intake.dates import no_end
from roster.membership import among, looked_up

WAITING: Final = "leaves_later"
"""Why somebody who has left is left alone: their day is still to come. The ledger remembers since when (`Leaving.since`)."""
ELSEWHERE: Final = "deactivated_elsewhere"
"""Why somebody who has left is left alone: another system deactivates people there."""

SOON: Final = 7
"""So many days before somebody loses their access it is told."""


@dataclass(frozen=True)
class Leaving:
    """What is agreed of leavers at one destination."""

    after_days: int = 0
    """So many days after the last day they lose their access."""
    today: date | None = None
    since: Mapping[str, str] = field(default_factory=dict)
    """Employee number → the ISO day on which they were first seen gone, of those who wait."""
    elsewhere: bool = False
    """Whether another system deactivates people there, so that nothing of ours does."""


def waits(census: pd.DataFrame, roster: pd.DataFrame, leaving: Leaving, *, in_doubt: bool) -> pd.Series:
    """The ISO day on which each leaver loses their access, aligned with `census`; missing where that is today or before, or they are none.

    It is counted from the last day that HR gives, else from the first night on which they are gone.

    Args:
        census: everyone (`roster.people.census.CENSUS_COLUMNS`).
        roster: the roster frame.
        leaving: what is agreed.
        in_doubt: whether a rejected row may be of anybody who is absent: then nobody begins to wait by absence.
    """
    none: pd.Series = pd.Series(float("nan"), index=census.index, dtype="str")
    if not leaving.after_days or leaving.today is None:
        return none
    today = leaving.today.isoformat()
    number, standing = census["employee_id"], census["standing"]
    known = number.map(dict(leaving.since)).astype("str")
    first = looked_up(number, _last_days(roster)).where(standing.eq("left")).fillna(known)
    departed = standing.eq("left") | (standing.eq("absent") & (known.notna() | (not in_doubt)))
    day = _later(first.fillna(today), leaving.after_days)
    return day.where(departed & census["present"] & (day > today))


def wait_details(waiting: pd.Series, moved: pd.Series) -> pd.Series:
    """The day of each who waits, in words; `moved`: who has not left the company but belongs elsewhere."""
    why = pd.Series("has left", index=waiting.index, dtype="str").mask(moved, "belongs elsewhere now")
    return (why + ", and keeps their access until " + waiting).astype("str")


def near(census: pd.DataFrame, roster: pd.DataFrame, waiting: pd.Series, leaving: Leaving) -> dict[str, str]:
    """Employee number → the ISO day, of those who have access there and lose it within `SOON` days: who waits, and whose last day is near.

    Args:
        census: everyone.
        roster: the roster frame.
        waiting: as `waits` gives it.
        leaving: what is agreed.
    """
    if leaving.today is None or leaving.elsewhere:
        return {}
    today, until = leaving.today.isoformat(), (leaving.today + timedelta(days=SOON)).isoformat()
    wanted = census["standing"].eq("wanted") & census["present"]
    last = looked_up(census["employee_id"], _last_days(roster)).where(wanted)
    # The last day is a day of work: nobody loses their access before the next.
    day = waiting.reindex(census.index).fillna(_later(last.where(last >= today), max(1, leaving.after_days)))
    at = (day <= until).fillna(False).astype(bool)
    return dict(sorted(zip(census.loc[at, "employee_id"], day[at], strict=True)))


def concerned(census: pd.DataFrame, decided: pd.DataFrame) -> pd.DataFrame:
    """Of the census, those of whom it may be said when they lose their access: whoever waits for it by the decisions, and whoever should be
    there; nobody who stays for another reason, or whom the run leaves alone.

    Args:
        census: everyone.
        decided: `roster.plan.decision.PEOPLE_COLUMNS`.
    """
    wait = decided.loc[decided["reason"].eq(WAITING), "person"]
    others = decided.loc[decided["reason"].eq("not_selected"), "person"]
    here = among(census["person"], wait) | census["standing"].eq("wanted")
    return census[here & ~among(census["person"], others)]


def _last_days(roster: pd.DataFrame) -> pd.Series:
    """Employee number → the last day that HR gives; one before the first day is of an earlier time."""
    dates = roster.reindex(columns=["start_date", "end_date"]).astype("str")
    last = dates["end_date"].mask(no_end(dates["end_date"]) | (dates["start_date"] > dates["end_date"]))
    return pd.Series(last.to_numpy(), index=roster["employee_id"], dtype="str").dropna()


def _later(days: pd.Series, count: int) -> pd.Series:
    """ISO days, so many days later."""
    later = {text: (date.fromisoformat(text) + timedelta(days=count)).isoformat() for text in days.dropna().unique()}
    return days.map(later).astype("str")
