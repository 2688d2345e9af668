"""Lines of several files as one count: which file a line is of, and how it is called.

Belongs here: one number for a line of one of several files, and its words. Does not belong here: reading them (``roster.reading.several``).

Every row is kept under one number, whatever file it stands in. A line of the second file is two thousand millions more than its own
number, so that it stays the same when the first file grows; lines of a single file are as they are.
"""

from typing import Final

import pandas as pd

EACH: Final = 1_000_000_000
"""Lines that no file has."""
_BEFORE: Final = 999
"""More files than there are."""


def of_file(lines: pd.Index, file: int) -> pd.Index:
    """The lines of one file as lines of several.

    Args:
        lines: Its own lines.
        file: Which of the files it is, from 1; 0 for the only one.
    """
    return lines + file * EACH


def of_before(rows: pd.Index) -> pd.Index:
    """Rows of the roster before, on which changes are put, as lines."""
    return rows + _BEFORE * EACH


def file_of(line: int) -> int:
    """Which of the files a line is of, from 1; 0 where there is only one."""
    return line // EACH


def line_text(line: int) -> str:
    """A line as it is called where others read it: ``17``, or ``17 of file 2``."""
    return f"{line % EACH} of {_called(line // EACH)}" if line >= EACH else str(line)


def line_texts(lines: pd.Series) -> "pd.Series[str]":
    """As `line_text`, a column of lines; empty where there is none."""
    numbers = lines.astype("Int64")
    own: pd.Series[str] = (numbers % EACH).astype("str").where(numbers.notna())
    files = numbers // EACH
    names = {int(file): f" of {_called(int(file))}" for file in files.dropna().unique() if file}
    return own + files.map(names).astype("str").fillna("") if names else own


def _called(file: int) -> str:
    return "the roster before" if file == _BEFORE else f"file {file}"
