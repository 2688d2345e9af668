"""From HR's columns to the canonical ones.

Belongs here: applying ``people.columns`` to the rows of a file, and telling which cells have a value that cannot be read out of them; parts
of a made-up e-mail address. Does not belong here: which day a date is (``roster.intake.dates``), which part of a whole name is which
(``roster.intake.whole_names``), what is damaged (``roster.intake.damage``), whether a value is acceptable (``roster.intake.validation``).
"""

from dataclasses import dataclass, field
from functools import partial
from typing import Self

import pandas as pd
from anyascii import anyascii

from roster import yes_or_no
from roster.intake import addresses, dates, whole_names
from roster.intake.nothings import NOT_IN_NAMES
from roster.intake.uncovered import uncovered
from roster.rules import evaluate
from roster.settings import People, Source
from roster.vocabulary import MANAGER_COLUMNS

DATES = ("start_date", "end_date")
ANY_DAY = dates.Calendar()
"""Of a company without a time zone, on no day in particular."""
ALWAYS = ("employee_id", "email", "first_name", "last_name", "manager_id", "manager_email", "worker_status", "start_date", "end_date")
"""Columns that every roster has, mapped or not."""
END_LONG_PAST = "end_long_past"
"""The code of an end date that may be left over (`roster.intake.dates.LONG_PAST`)."""
ADDRESSES = ("email", "manager_email", "over_limit_approver")


@dataclass(frozen=True)
class Mapped:
    """The rows in canonical columns, nothing judged yet."""

    frame: pd.DataFrame
    """Text; the index is the line number. Dates are ISO where one of the formats fits, else as HR wrote them."""
    undated: dict[str, pd.Series]
    """Date column → which of its values are no certain day."""
    ambiguous: dict[str, pd.Series] = field(default_factory=dict)
    """Date column → which of these are different days in different formats."""
    short_none: pd.Series = field(default_factory=partial(pd.Series, dtype=bool))
    """Whose end date stood for none in the two digits of its year; it reads as one by now."""
    unread: dict[str, pd.Series] = field(default_factory=dict)
    """Column → the code of what is there and cannot be read (``roster.intake.faults.MESSAGES``), else NaN. The column has HR's cell."""

    def of(self, rows: pd.Series) -> Self:
        """Some of the rows."""
        if rows.all():
            return self
        undated, ambiguous = ({name: flags[rows] for name, flags in part.items()} for part in (self.undated, self.ambiguous))
        unread = {name: codes[rows] for name, codes in self.unread.items()}
        return type(self)(self.frame[rows], undated, ambiguous, self.short_none[rows], unread)


def wanted(people: People) -> set[str]:
    """The columns of HR's file that any setting names: all that is read of it."""
    names = {name for source in people.columns.values() for name in (source.reads() | source.refers_through())}
    return {str(name) for name in names} | {*(people.history.superseded or {}), *(people.jobs.primary if people.jobs else {})}


def headers(people: People, column: str) -> str:
    """What HR calls the source of a canonical column."""
    source = people.columns.get(column)
    return ", ".join(sorted(source.reads())) if source else ""


def apply(people: People, frame: pd.DataFrame, calendar: dates.Calendar = ANY_DAY) -> Mapped:
    """Map the rows of a file.

    Args:
        people: The settings.
        frame: The file's wanted columns.
        calendar: What decides which day a date is, besides its format.

    Raises:
        roster.rules.MissingColumn: A rule names a column that was not read.
    """
    columns: dict[str, pd.Series] = {}
    found: dict[str, dates.Days] = {}
    unread: dict[str, pd.Series] = {}
    for name, source in people.columns.items():
        rows = _folded(frame, source) if name == "email" and source.template else frame
        columns[name] = _with_parts(source, evaluate(source, rows, f"people.columns.{name}"), frame)
        own = source.refers_through() or people.columns["employee_id"].reads()
        columns[name], codes = _read(name, source, columns[name], frame, own)
        if codes is not None:
            unread[name] = codes
        if name in DATES or "format" in source.model_fields_set:
            found[name] = dates.days(columns[name], source, calendar, ends=name == "end_date")
            columns[name] = found[name].iso
    short_none = pd.Series(False, index=frame.index)
    if "end_date" in found and "worker_status" in columns:
        # Only a status in their row says that somebody is there whose end date, taken at its word, was years ago.
        stated = evaluate(people.columns["worker_status"].model_copy(update={"default": None}), frame)
        short_none = found["end_date"].short_none & stated.notna() & ~columns["worker_status"].eq("Terminated")
        columns["end_date"] = columns["end_date"].mask(short_none, dates.AHEAD)
        if people.contradictions == "dates_win" and (past := _not_ended(columns, stated, found["end_date"], calendar)).any():
            unread["end_date"] = pd.Series(END_LONG_PAST, index=frame.index, dtype="str").where(past)
    empty = pd.Series(float("nan"), index=frame.index, dtype="str")
    if "worker_status" not in columns:
        columns["worker_status"] = empty.fillna("Active")
    ordered = [*ALWAYS, *(name for name in columns if name not in ALWAYS)]
    undated, ambiguous = ({name: getattr(one, flag) for name, one in found.items()} for flag in ("unreadable", "ambiguous"))
    canonical = pd.DataFrame({name: columns.get(name, empty) for name in ordered}, index=frame.index)
    return Mapped(canonical, undated, ambiguous, short_none, unread)


def _not_ended(columns: dict[str, pd.Series], stated: pd.Series, ends: dates.Days, calendar: dates.Calendar) -> pd.Series:
    """Whom the only row of their number calls here by its status, and ended many years ago by its date: either may be left over."""
    end, start = columns["end_date"], columns.get("start_date", pd.Series(dtype="str"))
    past = dates.long_past(end, calendar.as_of) & ~ends.unreadable & stated.notna() & columns["worker_status"].isin(("Active", "On Leave"))
    if not past.any():
        return past
    found: pd.Series = past & ~start.reindex(end.index).gt(end) & ~columns["employee_id"].duplicated(keep=False)
    return found


def _read(name: str, source: Source, given: pd.Series, frame: pd.DataFrame, own: set[str]) -> tuple[pd.Series, pd.Series | None]:
    """What a column's cells say, and the code of those that cannot be read, which stay as HR has them; None where all can."""
    value, cells, found = given, given, list[tuple[pd.Series, str]]()
    if name in ADDRESSES:
        value = addresses.bare(given)
        found += [(addresses.several(given), "addresses"), (addresses.of_two_scripts(given), "two_scripts")]
    if orders := source.orders():
        value = whole_names.part(given, source.part_of_name or name.removesuffix("_name"), orders)
        found.append((given.notna() & value.isna(), "whole_name"))
    for part in source.parts():
        found.append((given.notna() & frame[part].isin(NOT_IN_NAMES), "nothing"))
    if source.yes_or_no:
        value = yes_or_no.as_text(given)
        found.append((given.notna() & value.isna(), "yes_or_no"))
    for unclear, code in (
        (yes_or_no.unclear(source, frame), "yes_or_no"),
        (_partial(name, source, given, frame, own), "partial"),
        (uncovered(source, frame) if name == "worker_status" else None, "status_unread"),
    ):
        if unclear is not None:
            cells = unclear.fillna(cells)
            found.append((unclear.notna(), code))
    found = [(which, code) for which, code in found if which.any()]
    if not found:
        return value, None
    codes: pd.Series = pd.Series(float("nan"), index=given.index, dtype="str")
    for which, code in found:
        codes = codes.mask(which, code)
    return value.mask(codes.notna(), cells), codes


def _with_parts(source: Source, given: pd.Series, frame: pd.DataFrame) -> pd.Series:
    """A name with the parts that stand before and behind it; where the column itself is empty, they are none alone."""
    if source.before:
        given = (frame[source.before] + " " + given).fillna(given)
    return (given + " " + frame[source.behind]).fillna(given) if source.behind else given


def _partial(name: str, source: Source, given: pd.Series, frame: pd.DataFrame, own: set[str]) -> pd.Series | None:
    """Of those of whose manager nothing comes out, what HR writes all the same: half of a template, a word that the table does not have.

    What the key of their own row is made of (`own`), too, is nothing: a company alone is no manager.
    """
    if name not in MANAGER_COLUMNS or (source.template is None and source.lookup is None):
        return None
    cells: pd.Series = pd.Series(float("nan"), index=given.index, dtype="str")
    for column in sorted(source.reads() - own):
        cells = cells.fillna(frame[column].mask(frame[column].isin(list(source.lookup or {}))))
    return cells.where(given.isna())


def _folded(frame: pd.DataFrame, source: Source) -> pd.DataFrame:
    """The columns of an address template as an address can hold them: folded to ASCII, lower case, without blanks, remarks and titles."""
    read = {name: whole_names.without_titles(whole_names.without_asides(frame[name])) for name in source.reads() & set(frame.columns)}
    return frame.assign(**{name: _address_part(series) for name, series in read.items()})


def _address_part(series: pd.Series) -> pd.Series:
    foreign = series.notna() & ~series.str.fullmatch(r"[\x00-\x7f]*", na=False)
    distinct = series[foreign].drop_duplicates()
    folded = series.mask(foreign, series.map(dict(zip(distinct, distinct.map(anyascii), strict=True)))) if foreign.any() else series
    plain = folded.str.lower().str.replace(r"[^a-z0-9._-]", "", regex=True).str.replace(r"\.{2,}", ".", regex=True).str.strip(".")
    return plain.mask(plain == "").astype("str")
