"""From HR's columns to the canonical ones.

Belongs here: applying ``people.columns`` to the rows of a file, first and last name where HR writes both into one cell, parts of a made-up
e-mail address. Does not belong here: which day a date is (``roster.intake.dates``), what is damaged (``roster.intake.damage``), whether a
value is acceptable (``roster.intake.validation``).
"""

from dataclasses import dataclass, field
from functools import partial
from typing import Self

import pandas as pd
from anyascii import anyascii

from roster.intake import dates
from roster.rules import evaluate
from roster.settings import People, Source

DATES = ("start_date", "end_date")
ANY_DAY = dates.Calendar()
"""Of a company without a time zone, on no day in particular."""
ALWAYS = ("employee_id", "email", "first_name", "last_name", "manager_id", "manager_email", "worker_status", "start_date", "end_date")
"""Columns that every roster has, mapped or not."""
PARTICLES = "von|van|vom|zu|zum|zur|de|der|den|del|della|di|da|dos|du|la|le|af|av|ter|ten|bin|ibn|al|el|st\\."
"""Small words that begin a last name."""


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

    def of(self, rows: pd.Series) -> Self:
        """Some of the rows."""
        undated, ambiguous = ({name: flags[rows] for name, flags in part.items()} for part in (self.undated, self.ambiguous))
        return type(self)(self.frame[rows], undated, ambiguous, self.short_none[rows])


def wanted(people: People) -> set[str]:
    """The columns of HR's file that any setting names: all that is read of it."""
    names = {name for source in people.columns.values() for name in (source.reads() | ({source.refers_to} - {None}))}
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
    for name, source in people.columns.items():
        rows = _folded(frame, source) if name == "email" and source.template else frame
        columns[name] = evaluate(source, rows, f"people.columns.{name}")
        if source.part_of_name:
            columns[name] = part_of_name(columns[name], source.part_of_name)
        if name in DATES:
            found[name] = dates.days(columns[name], source, calendar, ends=name == "end_date")
            columns[name] = found[name].iso
    short_none = pd.Series(False, index=frame.index)
    if "end_date" in found and "worker_status" in columns:
        # Only a status in their row says that somebody is there whose end date, taken at its word, was years ago.
        stated = evaluate(people.columns["worker_status"].model_copy(update={"default": None}), frame)
        short_none = found["end_date"].short_none & stated.notna() & ~columns["worker_status"].eq("Terminated")
        columns["end_date"] = columns["end_date"].mask(short_none, dates.AHEAD)
    empty = pd.Series(float("nan"), index=frame.index, dtype="str")
    if "worker_status" not in columns:
        columns["worker_status"] = empty.fillna("Active")
    ordered = [*ALWAYS, *(name for name in columns if name not in ALWAYS)]
    undated, ambiguous = ({name: getattr(one, flag) for name, one in found.items()} for flag in ("unreadable", "ambiguous"))
    return Mapped(pd.DataFrame({name: columns.get(name, empty) for name in ordered}, index=frame.index), undated, ambiguous, short_none)


def part_of_name(names: pd.Series, which: str) -> pd.Series:
    """The first or the last name of each whole name; NaN where it has only one word.

    ``Strömberg, Alva`` is told apart by its comma. Without one the last name is the last word, with the small words before it.

    Args:
        names: Whole names.
        which: ``first`` or ``last``.
    """
    with_comma = names.str.extract(r"^(?P<last>[^,]+),\s*(?P<first>[^,]+)$")[which]
    parts = names.str.extract(rf"^(?P<first>[^,]+?)\s+(?P<last>(?:(?i:{PARTICLES})\s+)*[^\s,]+)$")[which]
    return with_comma.fillna(parts).str.strip().astype("str")


def _folded(frame: pd.DataFrame, source: Source) -> pd.DataFrame:
    """The columns of an address template as an address can hold them: folded to ASCII, lower case, without blanks."""
    return frame.assign(**{name: _address_part(frame[name]) for name in source.reads() & set(frame.columns)})


def _address_part(series: pd.Series) -> pd.Series:
    foreign = series.notna() & ~series.str.fullmatch(r"[\x00-\x7f]*", na=False)
    distinct = series[foreign].drop_duplicates()
    folded = series.mask(foreign, series.map(dict(zip(distinct, distinct.map(anyascii), strict=True)))) if foreign.any() else series
    plain = folded.str.lower().str.replace(r"[^a-z0-9._-]", "", regex=True).str.replace(r"\.{2,}", ".", regex=True).str.strip(".")
    return plain.mask(plain == "").astype("str")
