"""Which texts in the number's cell are no employee number but something else of somebody's, that a slip of the mouse has put there.

Belongs here: telling an address, a telephone number, an account or a name from a number; which numbers may be shown. Does not belong here:
how an employee number is written (``roster.intake.validation.is_employee_id``), numbers that were damaged (``roster.intake.damage``).

A number goes everywhere: into plans, logs and tables that others watch. So whatever is evidently none must not pass for one.
"""

from typing import Final

import pandas as pd

from roster.arrow import DIGITS, as_array, beside
from roster.characters import ascii_like
from roster.intake.accounts import is_iban
from roster.intake.damage import DAY
from roster.intake.faults import fault_rows
from roster.membership import among
from roster.reading.lines import line_texts

OTHER: Final = r".*(?:@|%40).*|\+[0-9(][0-9()./-]{5,}|[A-Za-z][A-Za-z0-9+.-]*://.*|(?:[Ww]{3}\.|[Mm]ailto:|MAILTO:|[Tt]el:|TEL:|[Ss]ips?:|[Cc]allto:|[Ss]kype:).*"
"""An address, a telephone number with its country, a link: no number in any company."""
LIKE_IBAN: Final = r"[A-Za-z]{2}[0-9]{2}[A-Za-z0-9]{11,30}"
_LETTERS: Final = r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?"
_BESIDE: Final = ("first_name", "last_name", "phone")
"""Columns of which none holds what looks like this company's numbers."""
_DAY: Final = rf"(?:1[89]|2[0-9])[0-9]{{2}}-[01][0-9]-[0-3][0-9]|[0-3]?[0-9]/[0-3]?[0-9]/(?:19|20)?[0-9]{{2}}|{DAY}"
"""What a workbook's cell says whose number is shown as a day."""
_MARKS: Final = r"^(?:[\W_]|%20)+|(?:[\W_]|Â|%20)+$"
"""What a slip leaves around a number: a delimiter, a quotation mark, half a character, an equals sign."""
_PHONE_OF_SOMEBODY: Final = r"(?:[^0-9]*[0-9]){7,}[^0-9]*"


def is_other(series: pd.Series) -> pd.Series:
    """Which values are evidently an address, a telephone number, a link or an account, in whichever characters they are written."""
    if not beside(as_array(series), DIGITS):
        return pd.Series(False, index=series.index)
    foreign = {text: ascii_like(text) for text in series[series.str.contains(r"[^\x00-\x7f]", na=False)].unique()}
    seen = series.replace(foreign).astype("str") if foreign else series
    other = seen.str.fullmatch(OTHER, na=False)
    like = seen[seen.str.fullmatch(r"[A-Za-z]{2}[0-9]{2}[A-Za-z0-9./-]{11,}", na=False)].str.replace("[./-]", "", regex=True)
    like = like[like.str.fullmatch(LIKE_IBAN)]
    return other | is_iban(like.str.upper()).reindex(series.index, fill_value=False) if len(like) else other


def misplaced(frame: pd.DataFrame, remembered: pd.Series | None = None) -> pd.DataFrame:
    """Rows whose number is somebody's name or a day, has changed places with another cell of its row, or has a mark of the file's at it.

    Only where most numbers of the file have a digit: a company may number its people by initials or by how they log in. Whatever the ledger
    knows as a number is one.

    Args:
        frame: The rows in canonical columns.
        remembered: Employee numbers that the ledger knows.

    Returns:
        Fault rows (`roster.intake.faults.fault_rows`).
    """
    number = frame["employee_id"]
    distinct = number.dropna().drop_duplicates()
    distinct = distinct[~is_other(distinct)]
    forms = _form(distinct).value_counts()
    if distinct.empty or distinct.str.contains("[0-9]").mean() < 0.5:
        return fault_rows([], "employee_id", "employee_id")
    unknown = number[number.notna() & ~among(number, number[:0] if remembered is None else remembered)]
    named = unknown.str.fullmatch(_LETTERS)
    if named.any():
        named &= unknown.str.casefold().isin(_names(frame))
    usual = str(forms.index[0]) if forms.iloc[0] * 2 >= len(distinct) and "9" in str(forms.index[0]) else None
    swapped = named & False
    if usual is not None and (odd := unknown[_form(unknown).ne(usual)]).size:
        beside = [_holds_number(frame.loc[odd.index, name], usual, name) for name in _BESIDE if name in frame]
        core = odd.str.replace(_MARKS, "", regex=True)
        for part in [*beside, odd.str.fullmatch(_DAY), core.ne(odd) & _form(core).eq(usual)]:
            swapped |= part.reindex(swapped.index, fill_value=False)
    return fault_rows(unknown.index[named | swapped], "employee_id", "employee_id")


def named(rejects: pd.DataFrame, known: pd.Series) -> pd.DataFrame:
    """Rejected rows, by their employee number only where somebody has it: what else stands in its cell may be anything.

    Args:
        rejects: `roster.intake.faults.COLUMNS`.
        known: Employee numbers of the roster and of the ledger.

    Returns:
        The same, with ``number``: what was read, known or not. To find people by, and never shown.
    """
    return rejects.assign(number=rejects["employee_id"], employee_id=rejects["employee_id"].where(among(rejects["employee_id"], known)))


def in_rejects(rejects: pd.DataFrame) -> pd.Series:
    """The employee numbers of rejected rows, NaN where unreadable, each labelled by how its row is named where it is shown.

    Args:
        rejects: As `named` gave them; those that an earlier version stored have no ``number``.
    """
    number = rejects["number"] if "number" in rejects else rejects["employee_id"]
    return number.set_axis(rejects["employee_id"].fillna("line " + line_texts(rejects["line"])).astype("str"))


def _names(frame: pd.DataFrame) -> set[str]:
    columns = [frame[name].dropna() for name in ("first_name", "last_name") if name in frame]
    return set(pd.concat(columns).str.casefold().unique()) if columns else set()


def _form(series: pd.Series) -> pd.Series:
    """How a number is written: 9 for a digit, A for a letter."""
    if not (beside(as_array(series), DIGITS) or series.hasnans):
        codes, lengths = pd.factorize(series.str.len())
        return pd.Series(["9" * length for length in lengths], dtype="str").take(codes).set_axis(series.index)
    return series.str.replace("[0-9]", "9", regex=True).str.replace(r"[^\W\d_]", "A", regex=True)


def _holds_number(cells: pd.Series, usual: str, name: str) -> pd.Series:
    """Which cells hold what is written as this company's numbers are, and is not what the column is for."""
    fits = _form(cells).eq(usual)
    return fits & ~cells.str.fullmatch(_PHONE_OF_SOMEBODY, na=False) if name == "phone" else fits
