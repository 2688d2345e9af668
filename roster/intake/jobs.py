"""Several current rows of one person, each of them a job: which of them makes the person, and what the others still give.

Belongs here: choosing the row, the values that are gathered from all of a person's jobs. Does not belong here: older states of a person
(``roster.intake.history``), rows that say that somebody has left (``roster.intake.leavers``), who shares a number by mistake.
"""

import json
from dataclasses import dataclass
from typing import Final

import pandas as pd

from roster import yes_or_no
from roster.intake.faults import fault_rows
from roster.intake.history import line_list, sortable
from roster.intake.mapping import DATES
from roster.intake.validation import Validated
from roster.records import compact
from roster.rules import MissingColumn, matches
from roster.settings import Jobs, People

OTHER: Final = "other_job"
"""Why a row is superseded: another job of the same person is their first."""
ENDED: Final = "job_ended"
"""Why a row is superseded: it is a job that has ended, and the same person is here by another one."""
TO_COME: Final = "job_to_come"
"""Why a row is superseded: it is a job of days to come, and until then another one of the same person counts."""
OPEN: Final = "job_unread"
"""The code of what is gathered from all of a person's jobs, where nobody can read whether one of them goes on."""
UNSETTLED: Final = "jobs_unsettled"
"""The code of rows that are rejected, since nothing says which of a person's jobs is their first."""


@dataclass(frozen=True)
class Several:
    """What becomes of the rows of people who have several jobs."""

    superseded: pd.Series
    """`OTHER` or `TO_COME`, by line; NaN for rows that count."""
    unsettled: pd.DataFrame
    """Fault rows of those of whom nothing says which job is their first."""
    first: pd.Series
    """Line of a job → line of the row that makes the person, of all jobs that somebody has now."""


NONE: Final = Several(pd.Series(dtype="str"), fault_rows([], "", UNSETTLED, ""), pd.Series(dtype="int64"))


def choose(jobs: Jobs, raw: pd.DataFrame, frame: pd.DataFrame, to_come: pd.Series) -> Several:
    """Which of a person's rows makes the person.

    Rows that name different people or addresses are none of one person: they are left as they are, and collide.

    Args:
        jobs: The settings.
        raw: The file's columns for the same rows.
        frame: The canonical rows that count, none of which says that its person has left while another one does not; their numbers NaN
            where unreadable.
        to_come: Which of them are still to begin.

    Raises:
        MissingColumn: The settings name a column that is not there.
    """
    number = frame["employee_id"]
    rows = frame[number.notna() & number.duplicated(keep=False)]
    rows = rows[_one_person(rows)]
    if rows.empty:
        return NONE
    person, later = rows["employee_id"], to_come[rows.index]
    running = (~later).groupby(person).transform("any")
    now = rows[~(later & running)]
    primary = matches(jobs.primary, raw.loc[now.index], "people.jobs.primary")
    doubtful = yes_or_no.doubtful(jobs.primary, raw.loc[now.index]).groupby(now["employee_id"]).transform("any")
    marked = primary.groupby(now["employee_id"]).transform("any")
    pool = now[primary | ~marked]  # where several are first, one of those; where none is, one of all
    chosen = pool[_greatest(jobs, pool)] if not isinstance(jobs.otherwise, str) else pool
    single = chosen[~chosen["employee_id"].duplicated(keep=False) & ~doubtful[chosen.index]]
    line_of = pd.Series(single.index, index=single["employee_id"])
    first = now["employee_id"].map(line_of)
    settled = first.dropna().astype("int64")
    unsettled = now.loc[first.isna(), "employee_id"]
    reason = pd.Series(float("nan"), index=rows.index, dtype="str").mask(later & running, TO_COME)
    others = settled.index[settled.ne(settled.index.to_series())]
    return Several(reason.mask(reason.index.isin(others), OTHER).dropna(), _unsettled(unsettled), settled)


def gathered(frame: pd.DataFrame, first: pd.Series, people: People) -> pd.DataFrame:
    """The rows, with what their rules take from all, or from the other, jobs of a person: one value as it is, several as a list.

    Args:
        frame: Canonical rows.
        first: As `Several` has it.
        people: The settings.
    """
    for name, source in people.columns.items():
        if source.of_jobs is None:
            continue
        theirs = frame.loc[first.index, name] if len(first) else frame[name].head(0)
        if source.of_jobs == "others":
            theirs = theirs[first.ne(first.index.to_series())]
            # Whoever has one job has no other.
            frame = frame.assign(**{name: pd.Series(float("nan"), index=frame.index, dtype="str")})
        each = theirs.dropna().map(_items).explode().dropna()
        lists = each.groupby(first[each.index]).agg(lambda items: list(dict.fromkeys(items)))
        texts = lists.map(lambda items: items[0] if len(items) == 1 else compact(items)).astype("str")
        frame = frame.assign(**{name: frame[name].mask(frame.index.isin(texts.index), texts.reindex(frame.index)).astype("str")})
    return frame


def unread(found: Validated, first: pd.Series, people: People) -> pd.DataFrame:
    """The faults of values that would have been gathered, on the line of the row that makes the person: not all is known there. So it is
    where a job may have ended or not begun: its status or a date of it is there and cannot be read.

    Args:
        found: The rows that count, with their faults.
        first: As `Several` has it.
        people: The settings.
    """
    columns = [name for name, source in people.columns.items() if source.of_jobs]
    values = [part[part["column"].isin(columns) & part["line"].isin(first.index)] for part in found.dropped]
    deciding = [part[part["column"].isin(["worker_status", *DATES]) & part["code"].ne("missing")] for part in found.rejected]
    lines = sorted({line for part in deciding for line in part["line"]} & set(first.index))
    faults = pd.concat([*values, *(fault_rows(lines, name, OPEN) for name in columns), fault_rows([], "", OPEN)], ignore_index=True)
    return faults.assign(line=faults["line"].map(first).astype("int64"))


def _items(text: str) -> list[str]:
    return [str(item) for item in json.loads(text)] if text.startswith("[") and text.endswith("]") else [text]


def _one_person(rows: pd.DataFrame) -> pd.Series:
    """Whether all rows of the number have the same address and the same names, as far as they have any, whatever the case."""
    person, same = rows["employee_id"], pd.Series(True, index=rows.index)
    for column in ("email", "first_name", "last_name"):
        folded = rows[column].str.casefold().str.split().str.join(" ")
        same &= folded.groupby(person).transform("nunique") <= 1
    return same


def _greatest(jobs: Jobs, pool: pd.DataFrame) -> pd.Series:
    """The row of each person with the greatest value; all of them where one has none that can be compared."""
    rule = jobs.otherwise
    assert not isinstance(rule, str), "there is nothing to compare by"  # noqa: S101
    name, column = ("newest_by", rule.newest_by) if rule.newest_by else ("highest_by", rule.highest_by)
    if column not in pool:
        raise MissingColumn(f"people.jobs.else.{name}", str(column), [str(one) for one in pool])
    texts, person = pool[column], pool["employee_id"]
    if rule.highest_by:
        values = pd.to_numeric(texts.str.removesuffix("%").str.strip().str.replace(",", "."), errors="coerce")
        values = values.mask(texts.str.endswith("%", na=False).groupby(person).transform("nunique").gt(1))  # 80% is less than 0.9
    else:
        values = sortable(texts, person, str(column)).rank(method="dense")
    comparable = values.notna().groupby(person).transform("all")
    return ~comparable | values.eq(values.groupby(person).transform("max"))


def _unsettled(person: pd.Series) -> pd.DataFrame:
    messages: dict[int, str] = {}
    for at in person.groupby(person, sort=False).indices.values():
        lines = person.index[at]
        messages |= dict.fromkeys(lines, f"Nothing says which job on lines {line_list(lines)} is this person's first.")
    return fault_rows(list(messages), "employee_id", UNSETTLED, list(messages.values()))
