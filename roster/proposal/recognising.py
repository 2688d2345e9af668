"""What the columns of an unknown HR file seem to hold, by their headings and by what stands in them.

Belongs here: one guess for each canonical column, with a confidence and a reason that names no cell. Does not belong here: how the file
becomes rows (``roster.proposal.propose``) and links between rows (``roster.proposal.relations``).
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from roster import moments
from roster.intake import amounts
from roster.intake.accounts import is_account, is_bic
from roster.intake.countries import COUNTRIES
from roster.intake.dates import stands_for_none
from roster.intake.nothings import NOTHINGS
from roster.intake.private import by_heading as private_by_heading
from roster.intake.private import by_values
from roster.intake.validation import is_email, is_employee_id, zone_names
from roster.proposal import headings
from roster.proposal.headings import canonical_column
from roster.statuses import canonical_status
from roster.yes_or_no import says

MANY_CENTS: Final = 100_000
"""So much as a usual limit is little in cents and much in whole units."""
SAMPLE = 2000
"""Distinct values of a column that are looked at one by one."""
ENOUGH = 0.8
"""The share of a column's values that must be of a kind before the column is: HR's files have slips."""
DATE_FORMATS = (
    *("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y%m%d", "%Y.%m.%d", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y"),
    *("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%d.%m.%Y %H:%M:%S", "%d %b %Y", "%d-%b-%Y", "%d %B %Y", "%d-%B-%Y"),
    *("%d-%b-%y", "%d %b %y", "%d/%b/%Y", "%d/%b/%y", "%d.%b.%Y", "%d-%m-%y", "%Y-%b-%d"),
    *("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S%z"),
    *("%Y-%m-%d %H:%M:%S.%f%z", "%Y-%m-%dT%H:%M%z"),
    *("%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p"),
)
"""Where a moment has a zone, `%z` takes a `Z` and an offset of hours alone, too."""
DATE = re.compile(
    r"\d{1,4}[-./ ](\d{1,2}|[A-Za-z]{3,9})[-./ ]\d{2,4}(?:[ T][\d:.]+(?: ?[AaPp][Mm]|[Zz]|[+-]\d\d(?::?\d\d)?)?)?|(19|20)\d{6}"
)

SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?")
SERIAL_DAYS: Final = ("18264", "65380")
"""The first day of 1950 and the last of 2078 as serial numbers: before and after lie no days of work."""


@dataclass(frozen=True)
class Guess:
    """One thing that the proposal says."""

    value: Any
    confidence: float
    """From 0 to 1; below a half it is to be looked at before anything else."""
    reason: str
    """A sentence without any cell of the file."""


def share(kind: Callable[[pd.Series], pd.Series], values: pd.Series) -> float:
    """How much of a column is of a kind, by its distinct values."""
    distinct = values.dropna().drop_duplicates().head(SAMPLE)
    return float(kind(distinct).mean()) if len(distinct) else 0.0


def dates(values: pd.Series) -> Guess | None:
    """In which format or formats a column's dates are written; None if it holds no dates."""
    distinct = values.dropna().drop_duplicates().head(SAMPLE)
    if distinct.empty:
        return None
    meant = distinct[[stands_for_none(value) is None for value in distinct]]
    distinct = distinct if meant.empty else meant
    if (serial := float((distinct.str.fullmatch(SERIAL) & distinct.str[:5].between(*SERIAL_DAYS)).mean())) >= ENOUGH:
        return Guess(["excel"], round(0.4 + 0.45 * serial, 2), f"{serial:.0%} of its values are serial numbers of days in a workbook")
    if distinct.str.fullmatch(DATE).mean() < ENOUGH:
        return None
    fitting = {format: [_is_date(value, format) for value in distinct] for format in DATE_FORMATS}
    best = max(DATE_FORMATS, key=lambda format: sum(fitting[format]))
    hits = sum(fitting[best]) / len(distinct)
    both = _in_two_ways(fitting, best) if hits < 1 else None
    if both or hits < ENOUGH:
        return both
    rivals = [format for format in DATE_FORMATS if format != best and sum(fitting[format]) == sum(fitting[best])]
    if rivals:
        return Guess([best], 0.5, f"{best} or {' or '.join(rivals)}: no day in the column tells")
    years = "; their years have two digits" if "%y" in best else ""
    return Guess([best], 0.5 + 0.45 * hits, f"{hits:.0%} of its dates are written {best}{years}")


def _in_two_ways(fitting: dict[str, list[bool]], best: str) -> Guess | None:
    """The formats of a column whose dates are all written in one or in the other, and none in both; None if they are not."""
    others = [other for other, fits in fitting.items() if all(one != two for one, two in zip(fitting[best], fits, strict=True))]
    if len(others) != 1:  # where several fit the others, no day tells which is meant
        return None
    written = sum(fitting[best]) / len(fitting[best])
    return Guess([best, *others], 0.6, f"{written:.0%} of its dates are written {best}, the others {others[0]}")


def written_in(values: pd.Series, format: str) -> float:
    """The share of a column's values that are dates in one format."""
    distinct = values.dropna().drop_duplicates().head(SAMPLE)
    return sum(_is_date(value, format) for value in distinct) / len(distinct) if len(distinct) else 0.0


def _is_date(value: str, format: str) -> bool:
    try:
        return moments.parsed(value, format).year > 1900
    except ValueError:
        return False


def statuses(values: pd.Series) -> Guess | None:
    """HR's status words and what they stand for; None if too few are known. An unknown one is not repeated, only counted."""
    counts = values.dropna().value_counts()
    known = {str(value): found for value in counts.index if (found := canonical_status(str(value)))}
    if counts.empty or len(counts) > 20 or counts[list(known)].sum() < ENOUGH * counts.sum():
        return None
    some = len(known) < len(counts)
    reason = (
        f"{len(known)} of its {len(counts)} words are known; rows with another one would be rejected" if some else "all its words are known"
    )
    if "Active" not in {found for found, _ in known.values()}:
        return None
    lowest = min(confidence for _, confidence in known.values())
    return Guess({value: found for value, (found, _) in known.items()}, lowest, reason)


def flag(frame: pd.DataFrame) -> tuple[dict[str, Any], Guess] | None:
    """The rule for a column of yes and no that says who is active, and how sure that is; None if there is none."""
    for name in map(str, frame):
        status, words = headings.flag(name), frame[name].dropna().unique()
        meanings = {str(word): says(str(word)) for word in words[:4]}
        if status is None or len(words) > 4 or not len(words) or None in meanings.values():
            continue
        other = "Terminated" if status == "Active" else "Active"
        rule = {"column": name, "values": {word: status if yes else other for word, yes in meanings.items()}}
        empty = frame[name].isna().any()
        rule |= {"default": other if all(meanings.values()) else status} if empty else {}
        reason = "the heading names it, and its values say yes and no" + ("; an empty cell stands for the other" if empty else "")
        return rule, Guess(name, 0.6 if empty else 0.8, reason)
    return None


def perhaps_leaving(frame: pd.DataFrame, columns: dict[str, Guess], by_cells: dict[str, Guess]) -> dict[str, Guess]:
    """What may say who has left where no heading does: a column of known states, else one of days that few rows have. To be looked at."""
    if "worker_status" in columns:
        return {}
    taken = {guess.value for guess in columns.values()}
    if "worker_status" in by_cells and by_cells["worker_status"].value not in taken:
        return {"worker_status": Guess(by_cells["worker_status"].value, 0.4, by_cells["worker_status"].reason)}
    for name in map(str, [] if "end_date" in columns else frame):
        if name not in taken and not headings.is_others(name) and 0 < frame[name].notna().mean() < 0.5 and dates(frame[name]):
            return {"end_date": Guess(name, 0.4, "few rows have a day in it, and nothing else says who has left: perhaps their last day")}
    return {}


def nothings(frame: pd.DataFrame) -> Guess | None:
    """The words that stand for empty cells, in the file's own columns; None if there are none. They are words of ours, and no cells."""
    counts: Counter[str] = Counter()
    for name in map(str, frame):
        # NA is Namibia, too.
        candidates = NOTHINGS - ({"NA"} if share(VALUE_KINDS["country"][0], frame[name]) >= ENOUGH else set())
        found = frame[name][frame[name].isin(candidates)].value_counts()
        counts.update({str(word): int(count) for word, count in found.items()})
    words = [word for word, count in counts.most_common() if count > 1]
    return Guess(words, 0.7, f"{sum(counts[word] for word in words)} cells say nothing else") if words else None


def decimal(values: pd.Series) -> Guess | None:
    """The decimal sign of a column of amounts; None where plain numbers are all that can be read of it, or it holds no amounts."""
    distinct = values.dropna().drop_duplicates().head(SAMPLE)
    read = pd.DataFrame({sign: amounts.plain(distinct, sign).notna() for sign in (",", ".")})
    if not (read.any(axis=1) & ~VALUE_KINDS["approval_limit"][0](distinct)).any():
        return None
    shares = {str(sign): float(read[sign].mean()) for sign in read}
    sign = max(shares, key=lambda each: shares[each])
    otherwise = (read.any(axis=1) & ~read[sign]).any()
    if shares[sign] < ENOUGH and (shares[sign] <= 0.5 or otherwise):
        return None
    some = f"only {shares[sign]:.0%} of the limits are amounts; " if shares[sign] < ENOUGH else ""
    if shares[","] == shares["."] and not otherwise:
        return Guess(sign, 0.5, f"{some}no decimals tell; thousands marks or a currency are written with the limits")
    if some:
        return Guess(sign, 0.5, f"{some}none can be meant otherwise")
    return Guess(sign, round(0.5 + 0.45 * shares[sign], 2), f"{shares[sign]:.0%} of the limits are amounts so")


def limit_unit(values: pd.Series, decimal: str) -> Guess | None:
    """Whether approval limits are in whole currency units or in cents; None where none can be read. Amounts alone rarely tell for sure."""
    texts = amounts.plain(values.dropna().drop_duplicates().head(SAMPLE), decimal).dropna()
    if texts.empty:
        return None
    if texts.str.contains(".", regex=False).any():
        return Guess("whole", 0.95, "some are written with decimals, which cents have not")
    numbers = texts.astype("float64")
    if (numbers % 100 == 0).all() and numbers.median() >= MANY_CENTS:
        return Guess("cents", 0.4, f"all end in 00 and half are {MANY_CENTS:,} or more, so they may be cents: ask HR")
    return Guess("whole", 0.5, "nothing says whether they are whole currency units or cents: ask HR")


def private(frame: pd.DataFrame) -> dict[str, str]:
    """The columns that are none of an expense tool's business → what they seem to be, by their heading or by what stands in them."""
    found = {}
    for name in map(str, frame):
        # Some mobile numbers could be identity numbers, so a heading that says phone is believed.
        of_phones = (canonical_column(name) or ("", 0))[0] == "phone"
        kind = private_by_heading(name) or (None if of_phones else by_values(frame[name]))
        if kind:
            found[name] = kind
    return found


def _matches(pattern: str) -> Callable[[pd.Series], pd.Series]:
    return lambda values: values.str.fullmatch(pattern)


is_name = _matches(r"[^\W\d_][^\d@_;,/]{0,60}")
is_iban_like = _matches(r"[A-Za-z]{2}[0-9]{2}[A-Za-z0-9 ]{11,40}")
is_shortened = _matches(r"[0-9](?:[.,][0-9]+)?[Ee]\+?[0-9]{1,2}")
"""Numbers of which a spreadsheet has kept the first digits."""
is_phone = _matches(r"(?=(?:\D*\d){6})[+(]?[\d(][\d ()/.-]{4,24}")
VALUE_KINDS: dict[str, tuple[Callable[[pd.Series], pd.Series], str]] = {
    "employee_id": (lambda values: is_employee_id(values) & ~is_iban_like(values), "can be employee numbers"),
    "email": (is_email, "are e-mail addresses"),
    "manager_email": (is_email, "are e-mail addresses"),
    "first_name": (is_name, "can be names"),
    "last_name": (is_name, "can be names"),
    "country": (lambda values: values.str.upper().isin(COUNTRIES), "are country codes"),
    "address_country": (lambda values: values.str.upper().isin(COUNTRIES), "are country codes"),
    "phone": (is_phone, "look like phone numbers"),
    "bank_account": (lambda values: values.str.contains(r"\d{6}") & is_account(values), "can be account numbers"),
    "bic": (is_bic, "are codes of banks"),
    "approval_limit": (_matches(r"[0-9]+(?:\.[0-9]{1,2})?"), "are plain amounts"),
    "zone": (lambda values: values.str.casefold().isin(zone_names()), "are time zones"),
    "locale": (_matches(r"[A-Za-z]{2,3}[_-][A-Za-z]{2}"), "are written like sv_SE"),
}
"""Canonical column → what its values must be, and that in words. What is not listed may hold anything."""

STRICTER_KINDS: dict[str, tuple[Callable[[pd.Series], pd.Series], str]] = {
    "bank_account": (lambda values: values.str.match(r"[A-Za-z]{2}\d{2}") & is_account(values), "are IBANs"),
    "phone": (lambda values: is_phone(values) & ~values.str.fullmatch(DATE) & values.str.contains(r"^0|\D"), "look like phone numbers"),
}
"""The same, more strictly, where no heading says what a column is."""


def by_heading(frame: pd.DataFrame) -> dict[str, Guess]:
    """Canonical column → the file's column, where a heading says so; how far the cells bear it out is in the confidence."""
    ranked: list[tuple[float, str, str, str]] = []
    for name in frame:
        found = canonical_column(str(name))
        if found is None:
            continue
        column, confidence = found
        if column == "employee_id" and share(is_iban_like, frame[name]) > 0.1:
            continue  # an account would become the key of a person everywhere
        if column not in (*VALUE_KINDS, "manager_id") and share(is_email, frame[name]) > 0.1:
            continue  # `Adresse e-mail` is no street
        support, reason = _support(column, frame[name])
        if column == "approval_limit" and headings.is_in_thousands(str(name)):
            support, reason = 0.5, ", in thousands, which are not multiplied: have HR export whole units"
        ranked.append((confidence * support, column, str(name), f"the heading names it{reason}"))
    guesses: dict[str, Guess] = {}
    for confidence, column, name, reason in sorted(ranked, key=lambda each: -each[0]):
        if column not in guesses and confidence >= 0.25:
            guesses[column] = Guess(name, round(confidence, 2), reason)
    return guesses


def _support(column: str, values: pd.Series) -> tuple[float, str]:
    """How far a column's cells bear its heading out, from 0 to 1, and the words for it."""
    if values.isna().all():
        return 0.7, ", and it is empty"
    if column in ("start_date", "end_date"):
        return (1.0, "") if dates(values) else (0.3, ", but its values are no dates")
    if column == "worker_status":
        return (1.0, "") if statuses(values) else (0.5, ", but its words are not known")
    if column == "approval_limit" and (sign := decimal(values)):
        return 1.0, f"; with `decimal`, {sign.reason}"
    if column not in VALUE_KINDS:
        return 1.0, ""
    kind, description = VALUE_KINDS[column]
    hits = share(kind, values)
    finding = f"{hits:.0%} of its values {description}"
    return (1.0, f"; {finding}") if hits >= ENOUGH else (0.3, f", but only {finding}")


def by_content(frame: pd.DataFrame) -> dict[str, Guess]:
    """Canonical column → the file's column, by the cells alone, for what cells can tell: addresses, states, countries, accounts, phones."""
    guesses: dict[str, Guess] = {}
    for column, confidence in (("email", 0.9), ("bank_account", 0.6), ("country", 0.6), ("phone", 0.4)):
        kind, description = {**VALUE_KINDS, **STRICTER_KINDS}[column]
        # The fullest of the columns of a kind, and the first of equals.
        own = [name for name in frame if not headings.is_others(str(name))]
        found = [(frame[name].notna().mean(), str(name), hits) for name in own if (hits := share(kind, frame[name])) >= 0.9]
        if found:
            _, name, hits = max(found, key=lambda each: each[0])
            others = f", as in {len(found) - 1} other columns" if len(found) > 1 else ""
            guesses[column] = Guess(name, round(confidence / len(found), 2), f"{hits:.0%} of its values {description}{others}")
    for each in frame:
        known = statuses(frame[each])
        if known and known.confidence > 0.6 and "worker_status" not in guesses:
            guesses["worker_status"] = Guess(str(each), 0.6, "its words are known states of employment")
    return guesses
