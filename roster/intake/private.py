"""What is none of an expense tool's business: identity numbers, pay, health, faith and the like, by heading and by what stands in a column.

Belongs here: telling such a column, whoever asks: the gate of a run, or ``rollcall map``. Does not belong here: what follows of it
(``roster.intake.gate``, ``roster.proposal``). The words are in ``private.yaml``.

A column is told by the share of its distinct values, never by single ones: some numbers of any company pass for somebody's. Sources of the
numbers' forms and check digits: python-stdnum.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import pandas as pd
from anyascii import anyascii
from stdnum.de import idnr
from stdnum.dk import cpr
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.nl import bsn
from stdnum.no import fodselsnummer
from stdnum.se import personnummer
from stdnum.us import ssn

from roster import shipped
from roster.settings import People

SAMPLE: Final = 2000
"""Distinct values of a column that are looked at."""
MOST_ROWS: Final = 20_000
"""Rows by which a column is told, from all over the file."""
FEWEST: Final = 3
"""Hits that are no accident."""
PASSED_OVER: Final = ("phone", "email", "manager_email", "bank_account", "bic", "start_date", "end_date", "approval_limit")
"""Canonical columns that are told by their heading alone: a mobile number may pass for an identity number."""


@dataclass(frozen=True)
class _Number:
    """An identity number: how it is written, whether one is valid, and the share of a column from which it is no accident."""

    form: str
    is_valid: Callable[[str], bool]
    enough: float


def _is_cpr(text: str) -> bool:
    """With the check digit that those born before 2007 have; later numbers have a date alone, as other numbers do, too."""
    return bool(cpr.is_valid(text)) and cpr.checksum(cpr.compact(text)) == 0


_DAY: Final = r"(?:[0-2][0-9]|3[01]|[4-6][0-9]|7[01])"
_NUMBERS: Final[Mapping[str, _Number]] = {
    "Swedish personal identity numbers": _Number(
        r"(?:18|19|20)?[0-9]{2}[01][0-9](?:[0-2][0-9]|3[01]|[6-9][0-9])[-+]?[0-9]{4}", personnummer.is_valid, 0.3
    ),
    "Norwegian national identity numbers": _Number(rf"{_DAY}[0-9]{{4}} ?[0-9]{{5}}", fodselsnummer.is_valid, 0.3),
    "Danish CPR numbers": _Number(r"(?:[0-2][0-9]|3[01])[01][0-9]{3}[- ]?[0-9]{4}", _is_cpr, 0.5),
    "Finnish personal identity codes": _Number(r"[0-3][0-9][01][0-9]{3}[-+A-FU-Ya-fu-y][0-9]{3}[0-9A-Ya-y]", hetu.is_valid, 0.3),
    "German tax identification numbers": _Number(r"[1-9][0-9](?: ?[0-9]{3}){3}", idnr.is_valid, 0.5),
    "US social security numbers": _Number(r"[0-9]{3}-[0-9]{2}-[0-9]{4}", ssn.is_valid, 0.5),
    "British national insurance numbers": _Number(
        r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?: ?[0-9]{2}){3} ?[A-D]", lambda text: True, 0.5
    ),
    "Dutch citizen service numbers": _Number(r"[0-9]{9}|[0-9]{4}\.[0-9]{2}\.[0-9]{3}", bsn.is_valid, 0.6),
    "French social security numbers": _Number(r"[12](?: ?[0-9]{2}){2} ?[0-9][0-9AB] ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}", nir.is_valid, 0.3),
}
"""Names in English → what they are. Those with a date and check digits need fewer, those with neither or with one of eleven more."""


def mapped(people: People, raw: pd.DataFrame, canonical: pd.DataFrame) -> dict[str, str]:
    """The canonical columns that seem to be none of an expense tool's business, with what they seem to be.

    Args:
        people: The settings, for HR's headings.
        raw: The file's columns.
        canonical: The canonical columns that came of them.
    """
    found: dict[str, str] = {}
    for name, source in people.columns.items():
        headings = sorted(source.reads() | source.refers_through())
        kinds = [kind for heading in headings if (kind := by_heading(heading))]
        if not kinds and name not in PASSED_OVER:
            columns = [canonical[name], *(raw[heading] for heading in sorted(source.refers_through()) if heading in raw)]
            kinds = [kind for column in columns if (kind := by_values(column))]
        if kinds:
            found[name] = kinds[0]
    return found


def by_heading(heading: str) -> str | None:
    """What a heading says that no expense tool needs, in words; None if it says nothing of the kind.

    Case, accents and punctuation do not count, nor what says how it is paid or counted: ``Monthly salary (SEK)`` is a salary,
    ``Salary group`` is none.
    """
    words = re.findall(r"[a-z0-9]+", anyascii(heading).casefold())
    beside = _words()["beside"]
    rest = "".join(word for word in words if word not in beside)
    return _kinds().get("".join(words)) or (_kinds().get(rest) if rest else None)


def by_values(column: pd.Series) -> str | None:
    """Which identity numbers a column holds, or that it holds faiths; None if it is neither."""
    given = column.dropna()
    distinct = given.iloc[:: len(given) // MOST_ROWS + 1].drop_duplicates().head(SAMPLE)
    if len(distinct) < FEWEST:
        return None
    for kind, hits, enough in _counted(distinct):
        if hits >= max(FEWEST, enough * len(distinct)):
            return kind
    return None


def _counted(distinct: pd.Series) -> Iterator[tuple[str, int, float]]:
    written = distinct[distinct.str.contains("[0-9]", na=False)]
    least = min(one.enough for one in _NUMBERS.values())
    for kind, one in _NUMBERS.items() if len(written) >= least * len(distinct) else ():
        like = written[written.str.fullmatch(one.form, na=False)]
        # Most columns have none that is even written so.
        enough = len(like) >= one.enough * len(distinct)
        yield kind, sum(map(one.is_valid, like)) if enough else 0, one.enough
    faiths = distinct.map(_plain).isin(_words()["faiths"])
    yield "faith", int(faiths.sum()), 0.5


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", anyascii(text).casefold())


@cache
def _words() -> dict[str, frozenset[str]]:
    """Each list of the file, in plain letters."""
    given: dict[str, list[str]] = shipped.read(__file__, "private.yaml")
    return {name: frozenset(_plain(str(word)) for word in words) for name, words in given.items()}


@cache
def _kinds() -> dict[str, str]:
    """Plain heading → what it is."""
    return {word: kind for kind, words in _words().items() if kind not in ("beside", "faiths") for word in words}
