"""What machines have done to values on their way into HR's file: characters nobody sees, letters lost or garbled, numbers shortened.

Belongs here: putting right what can be put right without a guess, column by column, and telling what cannot. Does not belong here: which
values a column may hold (``roster.intake.validation``), a whole file in a wrong encoding (``roster.reading.decoding``).

Only values that a column-wise pattern picks out are looked at one by one, and each distinct one once.
"""

import re
import string
from collections.abc import Iterable
from typing import Final

import pandas as pd

from roster import characters
from roster.arrow import as_array, beside
from roster.intake import garbling
from roster.intake.faults import fault_rows
from roster.membership import among
from roster.reading.lines import line_text
from roster.settings import People, Source
from roster.unfit import Unfit

NUMBERS: Final = ("employee_id", "manager_id")
"""By these people are told apart: where one is shortened, the file is of no use."""
NAMES: Final = ("first_name", "last_name")
KEYS: Final = (*NUMBERS, "email", "manager_email", "over_limit_approver", "phone", "bank_account")
"""Columns in which an apostrophe in front is a spreadsheet's mark for text, and never part of the value."""
LOOKED_AFTER: Final = ("worker_status", "start_date", "end_date")
"""Columns that accept a few words or forms only, so that damage shows as one that is none of them."""
CODES: Final = ("department", "cost_center", "company_code", "location", "job_title")
"""Where no day is meant: a spreadsheet makes one of `10-12`."""
AMOUNTS: Final = ("approval_limit",)
"""Where ``12000.0`` is a good number."""

SHORTENED: Final = r"[+-]?[0-9]+(?:[.,][0-9]+)?[eE]\+[0-9]{1,3}|[+-]?[0-9][.,][0-9]+[eE][0-9]{1,3}"
"""How a spreadsheet shows a long number."""
FLOAT: Final = r"[0-9]{2,}[.,]0+"
"""What a number becomes that went through a program as a fraction."""
GROUPED: Final = r"[0-9]{1,3}(?:[,'’][0-9]{3})+"
"""What a number becomes that a spreadsheet took for an amount."""
POINTED: Final = r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+"
"""The same where thousands have points, unless others of the column have points elsewhere: then they are codes."""
ROUNDED: Final = r"[1-9][0-9]{14}0+"
"""A number of which a spreadsheet kept fifteen digits."""
FIFTEEN: Final = 15
LEAST: Final = 5
"""Noughts behind the fifteenth digit, of all numbers of a column together, that are no accident."""
LONG: Final = r"[0-9]{10,}"
SIX_DIGITS: Final = r"[1-9][0-9]{5}0{4,}"
"""A long number of which six digits are left, as many as stand before an exponent: somebody has formatted it as a number since."""
FEWEST: Final = 3
MOST: Final = 0.9
"""So many different numbers, and such a share of a column's long ones, have no register's noughts."""

DAY: Final = (
    r"(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9](?:[ T][0-9:.]+)?|[0-3]?[0-9][.-] ?(?:[Jj]an|[Ff]eb|[Mm](?:ar|är|rz|ay|ai|aj)|[Aa]pr|[Jj]u[nl]"
    r"|[Aa]ug|[Ss]ep|[Oo][ck]t|[Nn]ov|[Dd](?:ec|ez|es))\.?"
)
"""A day as a spreadsheet shows it; a code in capitals (`10-DEC`) may be meant."""

_STAND_INS: Final = r"[^\W\d_][_*#~^][^\W\d_]|(?:^|[ '-])(?:[_*#~^][a-z]|[_#][^\W\d_])"
"""Signs in the place of a letter, where only names are asked: a code may have them between its parts."""
_PAIRED: Final = r'[^"]*(?:(?<![^\W_])"[^"]+"(?![^\W_])[^"]*)*'
"""Quotation marks as a nickname has them: around words. Others are those of the file, amiss."""

_UNUSUAL: Final = r"[^ -~]"
_USUAL: Final = bytes(set(range(0x20, 0x7F)) - set(b"'"))
"""Of what a value may be made that is as it should be, in whatever order."""
_TEXT_MARK: Final = r"'+(?:\+?[0-9][0-9 .,:/()-]*)?"
_ANY_TEXT_MARK: Final = r"'+.*"
_CURLY: Final = "’‘ʼ´"
"""What a program makes of that apostrophe that sets text."""
_SUSPECT: Final = (
    r"[^ -~]|[?&#\\%<{}|]|^[=\[\]]|=[0-9A-F][0-9A-F]|\[object|_x[0-9a-fA-F]{4}_|\+A[MNOP].-|System\."
    rf"|^(?:{SHORTENED}|{FLOAT}|{GROUPED}|{POINTED})$|^Err:|\.\.\.$"
)

_UNSUSPECTED: Final = f"{string.ascii_letters}{string.digits} -/@".encode()
"""Of what a value may be made that no pattern of damage fits but a day's, in whatever order."""
_WITHOUT_DAYS: Final = _UNSUSPECTED.translate(None, string.digits.encode())

MESSAGES: Final = {
    "lost": "Letters or digits of it were lost on the way: a question mark or another sign stands for them.",
    "quotes": "A quotation mark stands within a word of it, or alone: those of the file are amiss.",
    "garbled": "Its letters were garbled on the way: they were written in one encoding and read in another.",
    "code": "This is a program's code or error, and not what it stands for.",
    "shortened": "A spreadsheet has shortened this number: its last digits are lost.",
    "float": "A program has made a fraction of this number: it ends in .0 or ,0.",
    "day": "This is a day: a spreadsheet makes one of what looks like it.",
    "grouped": "A spreadsheet took this number for an amount: it has marks between thousands.",
}
"""Kind of damage → what HR is told."""
_ORIGINAL: Final = (
    "Have HR send the original export, not a copy that was opened and saved in a spreadsheet. To format the column as a number there does "
    "not bring the digits back: noughts stand for them."
)
NOTHING: Final = fault_rows([], "bank_account", "shared_account")
"""No fault at all."""


def mended(frame: pd.DataFrame, people: People) -> pd.DataFrame:
    """The file's columns with what can be put right without a guess.

    NFC; blanks of any kind are ordinary ones, and none stands around a value; characters without a width are gone; an apostrophe goes that
    stands in front of a number, and in front of anything in the columns of `KEYS`. What is garbled stays as it is, to be told as such.

    Args:
        frame: The columns as they were read.
        people: The settings, which say what the columns are.
    """
    keys = _key_columns(people)
    return frame.assign(**{str(name): _mended(frame[name], key=name in keys) for name in frame.columns})


def _mended(series: pd.Series, *, key: bool) -> pd.Series:
    text_mark, curly = (_ANY_TEXT_MARK, _CURLY) if key else (_TEXT_MARK, "")
    if not beside(as_array(series), _USUAL):
        return series
    unusual = series.str.contains(_UNUSUAL, na=False)
    if unusual.any():
        series = _replaced(series, unusual, lambda text: text if garbling.kind(text) == "garbled" else characters.plain(text).strip(curly))
    marked = series.str.startswith("'", na=False)
    if marked.any() and (marked := marked & series.str.fullmatch(text_mark, na=False)).any():
        series = _replaced(series, marked, lambda text: text.lstrip("'").rstrip("'").strip(" "))
    return series


def _replaced(series: pd.Series, which: pd.Series, change: "garbling.Change") -> pd.Series:
    codes, distinct = pd.factorize(series[which])
    changed = pd.array([change(text) or None for text in distinct], dtype="str")
    cells = series.array.copy()
    cells[which.to_numpy()] = changed.take(codes)
    return pd.Series(cells, index=series.index, name=series.name)


def _key_columns(people: People) -> set[str]:
    """The file's columns whose cells are numbers, accounts and the like, and the one that managers are named by."""
    sources = [people.columns[name] for name in KEYS if name in people.columns]
    named = {column for source in sources for column in source.refers_through()}
    return named | {column for source in sources if source.column or source.columns for column in source.reads()}


def damaged(people: People, raw: pd.DataFrame, columns: pd.DataFrame) -> pd.DataFrame:
    """Canonical values that cannot be meant as they stand.

    Args:
        people: The settings.
        raw: The file's columns, mended.
        columns: The canonical columns that came of them.

    Returns:
        Fault rows (`roster.intake.faults.fault_rows`), at most one for a value.
    """
    found = [fault_rows([], "", "damaged", "")]
    for name, source in people.columns.items():
        if name in LOOKED_AFTER:
            continue
        kinds = pd.concat([_kinds(part, name) for part in (columns[name], *_read_through(source, raw))])
        if kinds.empty:
            continue
        kinds = kinds[~kinds.index.duplicated()].reindex(raw.index).dropna()
        found.append(fault_rows(kinds.index, name, "damaged", list(kinds.map(MESSAGES))))
    return pd.concat(found, ignore_index=True)


def _kinds(series: pd.Series, name: str) -> pd.Series:
    """The kind of damage of each value that has one."""
    more = r'|["_*~^=\[\]]|^\+|[A-Za-z]\(' if name in NAMES else f"|^(?:{DAY})$" if name in CODES else ""
    if not beside(as_array(series), _WITHOUT_DAYS if name in CODES else _UNSUSPECTED):
        return series.head(0)
    # Of what people are told apart by, nearly every value is another one.
    values = series if name in KEYS else pd.Series(series.unique(), dtype="str")
    suspect = list(values[values.str.contains(_SUSPECT + more, na=False)].unique())
    if name in NUMBERS and any(re.fullmatch(POINTED, text) for text in suspect) and _has_codes(values):
        suspect = [text for text in suspect if not re.fullmatch(POINTED, text)]
    kinds = {text: kind for text in suspect if (kind := _kind(text, name))}
    return series[among(series, pd.Series(list(kinds), dtype="str"))].map(kinds).astype("str")


def _has_codes(numbers: pd.Series) -> bool:
    """Whether some have points where no thousands end, as codes of parts have."""
    pointed = numbers[numbers.str.fullmatch(r"[0-9]+(?:\.[0-9]+)+", na=False)]
    return bool((~pointed.str.fullmatch(f"{POINTED}|{FLOAT}")).any())


def _kind(text: str, name: str) -> str | None:
    if re.fullmatch(SHORTENED, text):
        return "shortened"
    if name in CODES and re.fullmatch(DAY, text):
        return "day"
    if name in NUMBERS and re.fullmatch(f"{GROUPED}|{POINTED}", text):
        return "grouped"
    if (name in NAMES and re.search(_STAND_INS, text)) or (name in NUMBERS and re.search(r"[0-9]\?|\?[0-9]", text)):
        return "lost"
    if name in NAMES:
        amiss = not re.fullmatch(_PAIRED, text) or len(re.findall("[“”„«»]", text)) % 2
        return garbling.kind_in_name(text) or ("quotes" if amiss else None)
    return "float" if name not in AMOUNTS and re.fullmatch(FLOAT, text) else garbling.kind(text)


def _read_through(source: Source, raw: pd.DataFrame) -> list[pd.Series]:
    """The cells of which a canonical value shows nothing: those in a template, and those that a table or a case had no word for."""
    if source.column or source.columns:
        return [raw[name].mask(raw[name].isin(list(source.lookup))) for name in source.reads()] if source.lookup else []
    return [raw[name] for name in sorted(source.reads())]


def check_numbers(people: People, raw: pd.DataFrame, columns: pd.DataFrame) -> None:
    """No number by which people are told apart was shortened.

    Raises:
        Unfit: One was. Several people may have had it, and nobody knows which.
    """
    manager = people.columns.get("manager_id")
    references: Iterable[tuple[str, pd.Series]] = [
        *((", ".join(sorted(people.columns[name].reads())), columns[name]) for name in NUMBERS if name in people.columns),
        *((column, raw[column]) for column in sorted(manager.refers_through() if manager else ())),
    ]
    for heading, values in references:
        for what, lines in _unreadable(values):
            if len(lines):
                found = f"{len(lines):,} numbers in {heading}, the first on line {line_text(lines[0])}"
                raise Unfit("numbers", what.format(found), _ORIGINAL)


def _unreadable(numbers: pd.Series) -> Iterable[tuple[str, pd.Index]]:
    """What a spreadsheet may have done to a column's numbers, and the lines where it has."""
    yield (
        "A spreadsheet has shortened {}: they are written with an exponent (as 1.23457E+11 is), and their last digits are lost for good.",
        numbers.index[numbers.str.fullmatch(SHORTENED, na=False)],
    )
    yield (
        "A spreadsheet has rounded {}: it keeps fifteen digits, and in each number that has more only noughts follow.",
        _rounded(numbers),
    )
    yield (
        "A spreadsheet has shortened {}: of nearly all long numbers only six digits are left, and noughts follow, as where 1.23457E+11 was "
        "formatted as a number. Their last digits are lost for good.",
        _filled_up(numbers),
    )


def _rounded(numbers: pd.Series) -> pd.Index:
    """The lines of numbers that have more digits than a spreadsheet keeps, where all of these end in noughts: a single one may."""
    long = numbers[numbers.str.len() > FIFTEEN]
    distinct = pd.Series(long[long.str.fullmatch(r"[0-9]+", na=False)].unique(), dtype="str")
    rounded = bool(distinct.str.fullmatch(ROUNDED).all()) and int((distinct.str.len() - FIFTEEN).sum()) >= LEAST
    return long.index[long.isin(distinct)] if rounded else long.index[:0]


def _filled_up(numbers: pd.Series) -> pd.Index:
    """The lines of long numbers that have noughts behind six digits, where nearly all long ones have: a few may."""
    filled = numbers[numbers.str.fullmatch(SIX_DIGITS, na=False)]
    if filled.nunique() < FEWEST:
        return filled.index[:0]
    long = numbers[numbers.str.fullmatch(LONG, na=False)].nunique()
    return filled.index if filled.nunique() >= MOST * long else filled.index[:0]


def shared_accounts(roster: pd.DataFrame) -> pd.DataFrame:
    """Accounts that several people have: fault rows for all of them. Somebody who has left may have had a new number since.

    Args:
        roster: The people, with ``line`` and ``employment``.
    """
    if "bank_account" not in roster:
        return NOTHING
    here = roster.loc[roster["employment"].ne("left") & roster["bank_account"].notna(), ["line", "bank_account"]]
    shared = here["bank_account"].duplicated(keep=False)
    return fault_rows(here.loc[shared, "line"].tolist(), "bank_account", "shared_account")


def without(roster: pd.DataFrame, faults: pd.DataFrame) -> dict[str, pd.Series]:
    """The columns that faults are about, without those values."""
    return {str(name): roster[str(name)].mask(roster["line"].isin(part["line"])) for name, part in faults.groupby("column")}
