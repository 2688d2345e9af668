"""What a file says before anything is interpreted, whether it came as text or as a workbook, and what must hold of both.

Belongs here: the shape, the header's columns, the trailer's word. Does not belong here: how rows are told apart
(``roster.reading.delimited``, ``roster.reading.workbook``).
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from functools import partial
from unicodedata import category, normalize

import pandas as pd

from roster.unfit import Unfit


@dataclass(frozen=True)
class RawTable:
    """What the file says, before anything is interpreted."""

    frame: pd.DataFrame
    """The wanted columns as text, trimmed, empty as NaN; the index is the line number (1-based, the header counts)."""
    malformed: pd.Series
    """Line number → number of fields, for lines that do not have the header's number of fields."""
    header: list[str]
    """All column names of the file, in its order."""
    rows: int
    """Lines that become something: rows, malformed ones among them, and what is nobody's."""
    encoding: str
    """The encoding it was read with; ``xlsx`` for a workbook."""
    trailer_date: date | None
    """The date in the trailer, where the settings say that it has one."""
    nobody: pd.Series
    """Line number → what it is instead of a person's (`roster.reading.nobody.Why`)."""
    header_line: int | None
    """The line on which the header begins; None where the settings name the columns."""
    misplaced: pd.Series | None = None
    """Of a file with columns of fixed width: line number → what is the matter with each malformed line, which has no fields to count."""
    hidden: Mapping[str, int] = field(default_factory=dict)
    """Of a workbook: how many of the ``rows`` and ``columns`` that are read it hides, and how many ``sheets`` beside."""
    fields: Mapping[int, int] = field(default_factory=dict)
    """Of several files (`roster.reading.lines.file_of`): how many names the header of each has."""
    joined: pd.Series = field(default_factory=partial(pd.Series, dtype="int64"))
    """Line of a row beside the people → that of its person, where rows come of both (`roster.reading.joining`)."""
    unjoined: pd.Series = field(default_factory=partial(pd.Series, dtype="str"))
    """Line → why it has no other side."""
    readings: pd.DataFrame = field(default_factory=pd.DataFrame)
    """What the malformed lines may say (`roster.reading.malformed.readings`), without their numbers."""


def emptied(frame: pd.DataFrame, words: Collection[str]) -> pd.DataFrame:
    """The rows without the words that stand for an empty cell."""
    return frame.mask(frame.isin(list(words))).astype("str") if words else frame


def empty() -> Unfit:
    """The error for a file without rows."""
    return Unfit("empty", "The file has no rows.", "Ask HR whether the export ran through.")


def recognised(header: list[str], wanted: set[str] | None) -> list[str]:
    """The column names, those that are wanted ones but for blanks and characters that nobody sees as the settings write them.

    Args:
        header: The column names of the file.
        wanted: Those that are needed; None where nobody has said: then each name as one would type it.
    """
    if wanted is None:
        return [as_typed(name) for name in header]
    missing = {as_typed(name): name for name in wanted - set(header)}
    return [missing.get(as_typed(name), name) for name in header] if missing else header


def as_typed(name: str) -> str:
    """A heading as one would type it: each blank one plain blank, none at its ends, nothing invisible, letters composed."""
    seen = "".join(" " if letter.isspace() else letter for letter in name if letter.isspace() or category(letter) not in ("Cf", "Cc"))
    return normalize("NFC", " ".join(seen.split()))


def check_header(header: list[str], wanted: set[str] | None, line: int | None) -> set[str]:
    """All wanted columns are there, once each.

    Args:
        header: The column names.
        wanted: Those that are needed; None for all that can be told apart.
        line: The line on which they stand; None where they come from the settings.

    Returns:
        The columns to keep.

    Raises:
        Unfit: They are not.
    """
    if wanted is None:
        return {name for name in header if name and header.count(name) == 1}
    missing, present = sorted(wanted - set(header)), wanted & set(header)
    otherwise = {name.casefold() for name in missing} & {name.casefold() for name in header}
    if missing and line is not None and not present and not otherwise:
        # Then the line may well be a person, and must not be shown.
        where = "The first line" if line == 1 else f"Line {line}"
        raise Unfit(
            "header",
            f"{where} ({len(header)} fields) has none of the wanted headers: {', '.join(missing)}.",
            "If the header stands further down, name its line in `header_line`; if there is none, name the columns in `columns`.",
        )
    if missing:
        where = f" The header was found on line {line}." if line is not None and line > 1 else ""
        case = " Upper and lower case differ." if otherwise else ""
        raise Unfit(
            "header",
            f"These columns are wanted and not there: {', '.join(missing)}.{where} {_resembling(missing, header)}{case}",
            "Have HR put them back, or correct the settings.",
        )
    repeated = sorted(name for name in wanted if header.count(name) > 1)
    if repeated:
        raise Unfit(
            "header", f"These column names stand in the header more than once: {', '.join(repeated)}.", "Have HR rename or remove one."
        )
    return wanted


def _resembling(missing: list[str], header: list[str]) -> str:
    """Which names of the header may be those that are missing, by their places: HR may have written anything there, a person too."""
    folded = {name.casefold(): place for place, name in enumerate(header, 1)}
    close = {name: get_close_matches(name.casefold(), folded, n=1, cutoff=0.75) for name in missing}
    similar = [f"column {folded[names[0]]} ({name})" for name, names in close.items() if names]
    return (
        f"Of the {len(header)} that are there, these resemble them: {', '.join(similar)}."
        if similar
        else f"There are {len(header)}, and none resembles them."
    )


def find_trailers(patterns: Sequence[str], last: Sequence[str], delimiter: str) -> list[re.Match[str]]:
    """The trailers in the last lines, a pattern each, in the order of the file.

    Args:
        patterns: What the settings name.
        last: As many lines, fewer where the file has no more; blank ones are passed over.
        delimiter: What may stand behind each of them, as behind any line.

    Raises:
        Unfit: One is not there.
    """
    found = [re.search(pattern, line.rstrip(delimiter)) or re.search(pattern, line) for pattern, line in zip(patterns, last, strict=False)]
    trailers = [trailer for trailer in found if trailer is not None]
    if len(trailers) < len(patterns):
        raise Unfit("trailer", "The file does not end with the agreed trailer: it may be cut short.", "Have HR send the whole file again.")
    return trailers


def check_trailers(trailers: Sequence[re.Match[str]], rows: int) -> date | None:
    """The trailers' date, once their count of rows is confirmed.

    Raises:
        Unfit: The count is another one, or the date is none.
    """
    groups = {name: value for trailer in trailers for name, value in trailer.groupdict().items() if value is not None}
    count, day = groups.get("rows"), groups.get("date")
    if count is not None and (not count.isdecimal() or int(count) != rows):
        # What is no count of a roster's rows may be somebody's number.
        counted = "no number" if not count.isdecimal() else f"{int(count)}" if len(count) < 8 else "far too many"
        raise Unfit("trailer", f"The trailer counts {counted} rows, the file has {rows}.", "Have HR send the whole file again.")
    if day is None:
        return None
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise Unfit("trailer", "The date in the trailer is no date (YYYY-MM-DD or YYYYMMDD).", "Correct `trailer`, or ask HR.") from None
