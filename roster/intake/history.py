"""Rows that are about the same person: which of them counts, and which contradict each other.

Belongs here: superseded rows and collisions. Does not belong here: faults that one row shows by itself (``roster.intake.validation``).
"""

import pandas as pd

from roster.intake import dates
from roster.intake.faults import fault_rows
from roster.intake.leavers import NOT_BEGUN
from roster.intake.mapping import Mapped, headers
from roster.reading.lines import line_text
from roster.rules import MissingColumn, matches
from roster.settings import History, People

_YEAR_FIRST = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}.*)?"
_UNORDERED = (
    "Which of them is the newest cannot be told: {} of at least one is a day that systems write where there is none, such as 1900-01-01 "
    "or 9999-12-31. Write the real day there."
)
SHOWN = 10
"""Lines that a message names before it only counts."""


def superseded(history: History, raw: pd.DataFrame, mapped: Mapped, today: str) -> pd.Series:
    """Why a row is an older state of somebody: ``history``, ``older`` or ``identical``; NaN for rows that count. `NOT_BEGUN` of one of days
    to come, where the newest by its first day counts and another one goes on until then.

    Args:
        history: The settings.
        raw: The file's columns.
        mapped: The same rows in canonical columns.
        today: The day that counts as today, as ISO text.

    Raises:
        MissingColumn: `newest_by` is not mapped.
    """
    reason: pd.Series = pd.Series(float("nan"), index=raw.index, dtype="str")
    if history.superseded is not None:
        reason = reason.mask(matches(history.superseded, raw, "people.history.superseded"), "history")
    if history.newest_by is not None:
        if history.newest_by not in mapped.frame:
            raise MissingColumn("people.history.newest_by", history.newest_by, [str(name) for name in mapped.frame])
        current = reason.isna()
        if history.newest_by == "start_date":
            to_come, waiting = _to_come(mapped, current, today)
            reason = reason.mask(reason.index.isin(waiting), NOT_BEGUN)
            current &= ~current.index.isin(to_come)
        older = _older(mapped, history.newest_by, current)
        reason = reason.mask(older.reindex(reason.index, fill_value=False), "older")
    shared = _shared(mapped.frame.loc[reason.isna(), "employee_id"])
    identical = mapped.frame.loc[shared.index].duplicated(keep="first")
    return reason.mask(identical.reindex(reason.index, fill_value=False), "identical")


def _shared(series: pd.Series) -> pd.Series:
    present = series.dropna()
    return present[present.duplicated(keep=False)]


def _older(mapped: Mapped, column: str, current: pd.Series) -> pd.Series:
    """Rows with a newer one of the same number. Where one of them cannot be compared, none is older: they collide, and HR is told."""
    people = _shared(mapped.frame.loc[current, "employee_id"])
    values = mapped.frame.loc[people.index, column]
    if column in mapped.undated:
        values = values.mask(mapped.undated[column][people.index])
    values = sortable(values, people, column)
    newest = values.groupby(people).transform("max")
    comparable: pd.Series = values.notna().groupby(people).transform("all")
    older: pd.Series = comparable & (values < newest)
    return older


def sortable(texts: pd.Series, person: pd.Series, column: str) -> pd.Series:
    """Texts in a form in which the later one is the greater: whole numbers, and days and moments with the year first. NaN of any other, of
    days that say nothing of the order, and where a person has some of both: as a text, 30.10. is greater than 05.11."""
    numbers = texts.str.fullmatch("[0-9]{1,18}", na=False)
    values = texts.str.zfill(18).where(numbers, texts.where(texts.str.fullmatch(_YEAR_FIRST, na=False)))
    return values.mask(numbers.groupby(person).transform("nunique").gt(1) | _stand_ins(texts, column)).astype("str")


def _stand_ins(texts: pd.Series, column: str) -> "pd.Series[bool]":
    """Which days say nothing of the order, since systems write them where there is none. Only first days do so that lie far ahead: as
    until when a row counts, such a day is the greatest by right."""
    return dates.stand_ins(texts, ahead=column == "start_date")


def _to_come(mapped: Mapped, current: pd.Series, today: str) -> tuple[pd.Index, pd.Index]:
    """Rows that begin after today, of people of whom another row has begun: they are newer than no row of today. And which of them wait,
    since the newest that has begun goes on; what comes of the others is a matter of leaving (`roster.intake.leavers`)."""
    person = _shared(mapped.frame.loc[current, "employee_id"])
    rows = mapped.frame.loc[person.index]
    start = rows["start_date"].mask(mapped.undated["start_date"][rows.index]) if "start_date" in mapped.undated else rows["start_date"]
    start = start.mask(_stand_ins(start, "start_date"))
    known = start.notna().groupby(person).transform("all")
    begun = known & start.le(today).fillna(False)
    ahead = known & ~begun & begun.groupby(person).transform("any")
    newest = begun & start.eq(start.where(begun).groupby(person).transform("max"))
    ended = rows["worker_status"].eq("Terminated") | rows["end_date"].lt(today).fillna(False)
    goes_on = (newest & ~ended).groupby(person).transform("any")
    return rows.index[ahead], rows.index[ahead & goes_on]


def unordered(people: People, frame: pd.DataFrame) -> pd.Series:
    """What HR calls the column by which the newest of several rows is told, at the lines where it says nothing of the order.

    Args:
        people: The settings.
        frame: The canonical rows as HR's cells had them.
    """
    column = people.history.newest_by
    if column is None:
        return pd.Series(dtype="str")
    shared = frame.loc[_shared(frame["employee_id"]).index, column]
    return pd.Series(headers(people, column), index=shared.index[_stand_ins(shared, column)], dtype="str")


def collisions(frame: pd.DataFrame, unordered: pd.Series) -> list[pd.DataFrame]:
    """Rows that count and have the same employee number or, without regard to case, the same e-mail address.

    Args:
        frame: Their numbers and addresses.
        unordered: As `unordered` has it, to be said where it is why no row is the newest.
    """
    return [
        _collide(frame["employee_id"], "employee_id", "The same employee number is on lines", unordered),
        _collide(frame["email"].str.lower(), "email", "The same e-mail address is on lines", unordered.head(0)),
    ]


def _collide(key: pd.Series, column: str, message: str, unordered: pd.Series) -> pd.DataFrame:
    shared = _shared(key)
    messages: dict[int, str] = {}
    for lines in shared.groupby(shared, sort=False).indices.values():
        group = shared.index[lines]
        more = f" {_UNORDERED.format(which[0])}" if len(which := unordered.reindex(group).dropna().array) else ""
        messages |= dict.fromkeys(group, f"{message} {line_list(group)}.{more}")
    return fault_rows(list(messages), column, f"duplicate_{column}", list(messages.values()))


def line_list(lines: pd.Index) -> str:
    """The first `SHOWN` lines in words."""
    shown = [line_text(line) for line in lines[:SHOWN]]
    if len(lines) > SHOWN:
        return f"{', '.join(shown)} and {len(lines) - SHOWN} more"
    return f"{', '.join(shown[:-1])} and {shown[-1]}"
