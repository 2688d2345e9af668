"""Which rows make people, once their values are judged: pairs of numbers, rows that say that somebody has left, several jobs, in that
order.

Belongs here: the order of these, and what of each the next one sees. Does not belong here: the rules of each (``roster.intake.renumbered``,
``roster.intake.leavers``, ``roster.intake.jobs``), older states of somebody, which the settings name (``roster.intake.history``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from roster.intake import employed, history, jobs, leavers, renumbered
from roster.intake.validation import Validated
from roster.settings import People


@dataclass(frozen=True)
class CurrentRows:
    """The rows that count."""

    validated: Validated
    superseded: pd.Series
    """Why a row counts no longer, by line; NaN for the others."""
    saying: leavers.Leavers
    bridged: pd.Series
    """Who begins under the new row only just after they left by the old one."""
    unsettled: pd.DataFrame
    """Fault rows of people of whom nothing says which job is their first."""
    numbers: Mapping[str, str]
    """Former employee number → the number that the same person has now."""
    until: Mapping[str, str]
    """Number that is still to begin → the one that the same person has until then."""

    def collisions(self, rows: pd.DataFrame, unordered: pd.Series) -> list[pd.DataFrame]:
        """`roster.intake.history.collisions` of these canonical rows that count. One row stands for each person whose first job nothing
        says: the others have the same number and address."""
        unsettled = rows.index.isin(self.unsettled["line"])
        again = rows["employee_id"].where(unsettled)
        return history.collisions(rows[~(again.notna() & again.duplicated())], unordered)


def current_rows(
    people: People, raw: pd.DataFrame, found: Validated, employee_id: pd.Series, days: employed.Days, malformed: pd.DataFrame
) -> CurrentRows:
    """Settle which rows count.

    Args:
        people: The settings.
        raw: The file's columns, by line.
        found: The rows that are no older state of somebody by the settings.
        employee_id: The numbers of all rows, NaN where unreadable.
        days: What decides whether a day has come.
        malformed: What lines may say that have not the header's fields, in canonical columns.

    Raises:
        roster.rules.MissingColumn: The settings name a column that is not there.
    """
    standing = employed.standing(found.frame, people, days)
    found, again = _with_former(people, found, employee_id, standing)
    standing = standing.mask(standing.index.isin(again.bridged), "active")[found.frame.index]
    several = people.jobs is not None or people.history.newest_by is not None or people.history.superseded is not None
    settled = leavers.settle(found, employee_id[found.frame.index], standing, malformed, several=several)
    settled, jobs_of = _with_jobs(people, raw, settled, employee_id, employed.ahead_of(found.frame, days))
    former = pd.Series(again.superseded, dtype="str")
    return CurrentRows(
        validated=settled.validated,
        superseded=pd.concat([settled.superseded, former]).astype("str"),
        saying=settled.saying,
        bridged=settled.bridged | settled.bridged.index.isin(again.bridged),
        unsettled=jobs_of.unsettled,
        numbers=again.numbers,
        until=again.until,
    )


def _with_former(people: People, found: Validated, employee_id: pd.Series, standing: pd.Series) -> tuple[Validated, renumbered.Renumbered]:
    """The rows without those under a former number of somebody, by the pairs that the settings state."""
    if not people.same_person:
        return found, renumbered.Renumbered()
    frame = found.frame.assign(employee_id=employee_id[found.frame.index])
    again = renumbered.of_file(people.same_person, frame, leavers.leavers(replace(found, frame=frame), standing))
    counting = ~frame.index.isin(list(again.superseded))
    rejected = [part[~part["line"].isin(list(again.superseded))] for part in found.rejected]
    return Validated(found.frame[counting], [*rejected, again.refused], found.dropped), again


def _with_jobs(
    people: People, raw: pd.DataFrame, settled: leavers.Settled, employee_id: pd.Series, ahead: pd.Series
) -> tuple[leavers.Settled, jobs.Several]:
    """The rows that count, where of several jobs of a person one does."""
    if people.jobs is None:
        return settled, jobs.NONE
    frame = settled.validated.frame
    numbered = frame.assign(employee_id=employee_id[frame.index])
    several = jobs.choose(people.jobs, raw, numbered, (settled.saying.pending | ahead)[frame.index])
    others = several.superseded.index
    dropped = [*settled.validated.dropped, jobs.unread(settled.validated, several.first, people)]
    gathered = jobs.gathered(frame, several.first, people)
    rejected = [part[~part["line"].isin(others)] for part in settled.validated.rejected]
    # Another row of theirs has only ended: they were not away.
    why = settled.superseded.replace({leavers.REHIRED: jobs.ENDED}).fillna(several.superseded.reindex(settled.superseded.index))
    validated = Validated(gathered[~gathered.index.isin(others)], rejected, dropped)
    return replace(settled, validated=validated, superseded=why), several
