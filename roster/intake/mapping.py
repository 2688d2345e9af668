"""From HR's columns to the canonical ones.

Belongs here: applying ``people.columns`` to the rows of a file, dates in HR's notation, parts of a made-up e-mail address. Does not
belong here: whether a value is acceptable (``roster.intake.validation``).
"""

from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from anyascii import anyascii

from roster.rules import evaluate
from roster.settings import People, Source

DATES = ("start_date", "end_date")
ALWAYS = ("employee_id", "email", "first_name", "last_name", "manager_id", "manager_email", "worker_status", "start_date", "end_date")
"""Columns that every roster has, mapped or not."""


@dataclass(frozen=True)
class Mapped:
    """The rows in canonical columns, nothing judged yet."""

    frame: pd.DataFrame
    """Text; the index is the line number. Dates are ISO where one of the formats fits, else as HR wrote them."""
    undated: dict[str, pd.Series]
    """Date column → which of its values fit none of the formats."""


def wanted(people: People) -> set[str]:
    """The columns of HR's file that any setting names: all that is read of it."""
    names = {name for source in people.columns.values() for name in (source.reads() | ({source.refers_to} - {None}))}
    return {str(name) for name in names} | set(people.history.superseded or {})


def headers(people: People, column: str) -> str:
    """What HR calls the source of a canonical column."""
    source = people.columns.get(column)
    return ", ".join(sorted(source.reads())) if source else ""


def apply(people: People, frame: pd.DataFrame) -> Mapped:
    """Map the rows of a file.

    Args:
        people: The settings.
        frame: The file's wanted columns.

    Raises:
        roster.rules.MissingColumn: A rule names a column that was not read.
    """
    columns: dict[str, pd.Series] = {}
    undated: dict[str, pd.Series] = {}
    for name, source in people.columns.items():
        rows = _folded(frame, source) if name == "email" and source.template else frame
        columns[name] = evaluate(source, rows, f"people.columns.{name}")
        if name in DATES:
            columns[name], undated[name] = _iso(columns[name], source.format)
    empty = pd.Series(float("nan"), index=frame.index, dtype="str")
    if "worker_status" not in columns:
        columns["worker_status"] = empty.fillna("Active")
    ordered = [*ALWAYS, *(name for name in columns if name not in ALWAYS)]
    return Mapped(pd.DataFrame({name: columns.get(name, empty) for name in ordered}, index=frame.index), undated)


def _iso(series: pd.Series, formats: list[str]) -> tuple[pd.Series, pd.Series]:
    """ISO dates, and which values fit no format. A roster has few distinct dates, so only those are parsed."""
    codes, distinct = pd.factorize(series)
    parsed = [_parsed(text, formats) for text in distinct]
    # The last entry is the one that the code -1 (empty) takes.
    texts = pd.Series([day or text for day, text in zip(parsed, distinct, strict=True)] + [None], dtype="str")
    failed = pd.Series([day is None for day in parsed] + [False], dtype=bool)
    return texts.take(codes).set_axis(series.index), failed.take(codes).set_axis(series.index)


def _parsed(text: str, formats: list[str]) -> str | None:
    for format in formats:
        try:
            return datetime.strptime(text, format).date().isoformat()  # noqa: DTZ007 a day has no time zone
        except ValueError:
            continue
    return None


def _folded(frame: pd.DataFrame, source: Source) -> pd.DataFrame:
    """The columns of an address template as an address can hold them: folded to ASCII, lower case, without blanks."""
    return frame.assign(**{name: _address_part(frame[name]) for name in source.reads() & set(frame.columns)})


def _address_part(series: pd.Series) -> pd.Series:
    foreign = series.notna() & ~series.str.fullmatch(r"[\x00-\x7f]*", na=False)
    distinct = series[foreign].drop_duplicates()
    folded = series.mask(foreign, series.map(dict(zip(distinct, distinct.map(anyascii), strict=True)))) if foreign.any() else series
    plain = folded.str.lower().str.replace(r"[^a-z0-9._-]", "", regex=True).str.replace(r"\.{2,}", ".", regex=True).str.strip(".")
    return plain.mask(plain == "").astype("str")
