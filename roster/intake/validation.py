"""What the canonical columns may hold.

Belongs here: the schema, which texts are a number or an address, the normal form of optional values, and which faults cost the row and
which only the value. Does not belong here: which texts are a phone number, an account or no name (``roster.intake.phones``,
``roster.intake.accounts``, ``roster.intake.no_names``), faults that need a second row to be seen (``roster.intake.history``,
``roster.intake.links``).

Whole columns are looked at. What no column-wise pattern settles goes to libraries that take one value at a time: only distinct values do.
"""

import warnings
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from zoneinfo import available_timezones

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from roster import yes_or_no
from roster.arrow import DIGITS, as_array, beside
from roster.characters import plain
from roster.intake import amounts, dates, faults
from roster.intake.accounts import BIC_LABEL, is_account, is_bic, spelled
from roster.intake.countries import COUNTRIES
from roster.intake.mapping import DATES, Mapped
from roster.intake.no_names import no_names
from roster.intake.nothings import NOTHING_IN_CODES, NOTHINGS
from roster.intake.numbers import is_other
from roster.intake.phones import e164
from roster.membership import among
from roster.rules import as_text
from roster.settings import People
from roster.unfit import Unfit
from roster.vocabulary import IDENTITY_COLUMNS, MANAGER_COLUMNS, WORKER_STATUSES

LONGEST_EMPLOYEE_ID = 64
EMPLOYEE_ID = f"[^\\x00-\\x20\\x7f-\\xa0\u00ad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]{{1,{LONGEST_EMPLOYEE_ID}}}"
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
PLAIN_EMAIL = rf"{ATOM}(?:\.{ATOM})*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]+"
PLAIN_LENGTH = r"[^@]{1,64}@[^@]{1,63}"

NO_MAILBOX = (
    r"(?i:none|null|undefined|unknown|nobody|no[._-]?(?:e?-?mail|address|reply)|do[._-]?not[._-]?reply|not[._-]?available|dummy|placeholder"
    r"|(?:ingen|saknar|mangler|ei|kein[e]?|pas[._-]de|sin|senza|geen)[._-]?(?:e?-?(?:post|mail|mejl)|email|mail|correo|adresse?|sähköposti))@.*"
)
"""An address that programs ask for and nobody has: it stands for none."""

NAMED = tuple(name for name in IDENTITY_COLUMNS if name != "employee_id")
"""Columns in which a word for nothing is none of the values that are asked for, or may be somebody's name."""


_NOTHINGS: Final = pd.Series(sorted(NOTHINGS - {"NA"}), dtype="str")
_NOTHING_IN_CODES: Final = pd.Series(sorted(NOTHING_IN_CODES), dtype="str")


@dataclass(frozen=True)
class Validated:
    """What the schema makes of the rows."""

    frame: pd.DataFrame
    """All rows, optional values in their normal form, bad ones NaN."""
    rejected: list[pd.DataFrame]
    """Faults that cost the row."""
    dropped: list[pd.DataFrame]
    """Faults that cost only the value."""


def _column(name: str) -> pa.Column:
    """Each check is named by the code that a failure has."""
    checks = {
        "employee_id": pa.Check(is_employee_id, name="employee_id"),
        "email": pa.Check(is_email, name="email"),
        "manager_email": pa.Check(is_email, name="email"),
        "worker_status": pa.Check(lambda s: s.isin(WORKER_STATUSES), name="worker_status"),
        "country": pa.Check(lambda s: s.isin(COUNTRIES), name="country"),
        "address_country": pa.Check(lambda s: s.isin(COUNTRIES), name="country"),
        "approval_limit": pa.Check(lambda s: s.str.fullmatch(r"[0-9]+(?:\.[0-9]{1,2})?"), name="approval_limit"),
        "zone": pa.Check(lambda s: s.isin(zone_names().values()), name="zone"),
        "locale": pa.Check(lambda s: s.str.fullmatch(r"[a-z]{2,3}_[A-Z]{2}"), name="locale"),
        "bank_account": pa.Check(is_account, name="bank_account"),
        "bic": pa.Check(is_bic, name="bic"),
    }
    return pa.Column("str", checks.get(name), nullable=name not in IDENTITY_COLUMNS)


def schema(columns: list[str]) -> pa.DataFrameSchema:
    """The canonical roster with these columns, dates and phone numbers already in their normal form."""
    return pa.DataFrameSchema({name: _column(name) for name in columns}, strict=True)


def validate(
    mapped: Mapped, people: People, damaged: pd.DataFrame | None = None, *, decimal: str | None = None, numbers: bool = False
) -> Validated:
    """Find what is wrong, and bring what is right into its normal form.

    Args:
        mapped: The rows in canonical columns.
        people: The settings.
        damaged: Values that cannot be meant as they stand (`roster.intake.damage`, `roster.intake.numbers`). One that decides
            who is in scope costs the row.
        decimal: The decimal sign of amounts, where the settings say it.
        numbers: Whether cells may be numbers rather than texts: a workbook's.

    Raises:
        Unfit: The rows do not have the shape of a roster at all.
    """
    frame, found = _normal(mapped, people, decimal, numbers)
    failed = _failed(frame)
    scoping = _scoping(people)
    if damaged is not None:  # what is no address at all is told as that, and two of them as two
        two, none = (part[part["code"].eq(code)] for part, code in ((found, "addresses"), (failed, "email")))
        found = pd.concat([two, none, damaged, found], ignore_index=True)
    found = pd.concat([found, failed], ignore_index=True).drop_duplicates(["line", "column"])
    hurt = found["code"].eq("damaged")
    costs_row = found["column"].isin([*IDENTITY_COLUMNS, *DATES]) & found["code"].ne("no_end")
    # Where empty cells decide, any value that is left out would pass for one.
    costs_row |= found["column"].isin([name for name, words in scoping.items() if "" in words])
    costs_row |= (hurt | found["code"].eq("yes_or_no")) & found["column"].isin(scoping)
    for column, part in found[~costs_row | hurt].groupby("column"):
        frame[str(column)] = frame[str(column)].mask(frame.index.isin(part["line"]))
    return Validated(frame, [found[costs_row]], [found[~costs_row]])


def _scoping(people: People) -> dict[str, set[str]]:
    """The columns that decide who is in scope, and by which values."""
    words: dict[str, set[str]] = {}
    for where in (people.scope.include, people.scope.exclude):
        for name, values in (where or {}).items():
            words.setdefault(name, set()).update(plain(as_text(value)) for value in values)  # as the rows have them
    return words


def _normal(mapped: Mapped, people: People, decimal: str | None, numbers: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Values in the form that the schema asks for, and the dates and phone numbers that have none."""
    frame, found = mapped.frame.copy(), [faults.fault_rows([], "", "missing")]
    for column, codes in mapped.unread.items():
        found += [faults.fault_rows(part.index, column, str(code)) for code, part in codes.groupby(codes)]
        if column in ("first_name", "last_name") or column not in IDENTITY_COLUMNS:
            frame[column] = frame[column].mask(codes.notna())
    for column, undated in mapped.undated.items():
        frame[column] = frame[column].mask(undated)
        ambiguous = mapped.ambiguous.get(column, undated & False)
        found.append(faults.fault_rows(frame.index[ambiguous], column, "date_ambiguous"))
        found.append(faults.fault_rows(frame.index[undated & ~ambiguous], column, "date"))
    if "end_date" in frame:
        found.append(_no_end(frame, mapped.short_none))
        frame["end_date"] = frame["end_date"].mask(dates.no_end(frame["end_date"]))
    _spell(frame)
    scoping = _scoping(people)
    for column in [name for name in map(str, frame) if name not in (*NAMED, *DATES, *MANAGER_COLUMNS)]:
        nothing = says_nothing(frame[column])
        if nothing.any() and (nothing := nothing & ~frame[column].isin(scoping.get(column, set()))).any():
            found.append(faults.fault_rows(frame.index[nothing], column, "nothing"))
            frame[column] = frame[column].mask(nothing)
    found += _doubtful(frame, people)
    found += no_names(frame)
    found.append(faults.fault_rows(frame.index[frame["email"].str.fullmatch(NO_MAILBOX, na=False)], "email", "nothing"))
    if decimal and "approval_limit" in frame:
        amount = amounts.plain(frame["approval_limit"], decimal, numbers)
        unread = frame.index[frame["approval_limit"].notna() & amount.isna()]
        found.append(faults.fault_rows(unread, "approval_limit", "approval_limit"))
        frame["approval_limit"] = amount
    if "phone" in frame:
        regions: pd.Series = pd.Series(people.phone_region, index=frame.index, dtype="str")
        if people.phone_region is None and "country" in frame:
            regions = frame["country"]
        phone = e164(frame["phone"], regions)
        found.append(faults.fault_rows(frame.index[frame["phone"].notna() & phone.isna()], "phone", "phone"))
        frame["phone"] = phone
    return frame, pd.concat(found, ignore_index=True)


def _doubtful(frame: pd.DataFrame, people: People) -> list[pd.DataFrame]:
    """Of whom it cannot be told whether they are in scope, by a word for yes or no that the settings do not name."""
    conditions = [*(people.scope.include or {}).items(), *(people.scope.exclude or {}).items()]
    found = {name: yes_or_no.doubtful({name: accepted}, frame) for name, accepted in conditions if name in frame}
    message = "This is neither a word for yes nor one for no that the settings name."
    return [faults.fault_rows(frame.index[which], name, "yes_or_no", message) for name, which in found.items()]


def _spell(frame: pd.DataFrame) -> None:
    """Codes as their standards write them, in place."""
    for column in {"country", "address_country"} & set(frame.columns):
        frame[column] = frame[column].str.upper()
    if "zone" in frame:
        proper = frame["zone"].str.casefold().map(zone_names())
        frame["zone"] = proper.fillna(frame["zone"]).astype("str")
    if "locale" in frame:
        frame["locale"] = _locale(frame["locale"])
    if "bank_account" in frame:
        frame["bank_account"] = spelled(frame["bank_account"])
    if "bic" in frame:
        frame["bic"] = frame["bic"].str.replace(BIC_LABEL, "", regex=True).str.replace(r"[ -]", "", regex=True).str.upper()


def _no_end(frame: pd.DataFrame, short: pd.Series) -> pd.DataFrame:
    """End dates that are none, to be told. One long past would have cost somebody their access; one far ahead costs nobody anything, unless
    its year is typed wrong, as one seems to be that no other row has, and that is no day that systems write."""
    end = frame["end_date"]
    past = dates.no_end(end) & (end < dates.NO_END_FROM) & frame["worker_status"].ne("Terminated")
    typed = (end >= dates.NO_END_FROM) & ~end.str.slice(5).isin(dates.WRITTEN_FOR_NONE) & ~end.duplicated(keep=False)
    return faults.fault_rows(frame.index[past | typed | short.reindex(frame.index, fill_value=False)], "end_date", "no_end")


def _locale(series: pd.Series) -> pd.Series:
    codes, distinct = pd.factorize(series)
    forms = [
        language.lower() + "_" + region.upper() for language, _, region in (value.replace("-", "_").partition("_") for value in distinct)
    ]
    return pd.Series([*forms, None], dtype="str").take(codes).set_axis(series.index)


def _failed(frame: pd.DataFrame) -> pd.DataFrame:
    """What the schema refuses: line, column, code, message."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            schema([str(column) for column in frame.columns]).validate(frame, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases[["index", "column", "check"]]
    else:
        return faults.fault_rows([], "", "missing")
    if cases["index"].isna().any():
        raise Unfit("schema", "The rows do not have the shape of a roster.", "This is a fault of Rollcall or its settings: report it.")
    codes = cases["check"].replace("not_nullable", "missing")
    return pd.DataFrame(
        {"line": cases["index"].astype("int64"), "column": cases["column"], "code": codes, "message": codes.map(faults.MESSAGES)}
    ).astype({"column": "str", "code": "str", "message": "str"})


@cache
def zone_names() -> dict[str, str]:
    """The time zones of the IANA database: without case → as it writes them."""
    return {name.casefold(): name for name in available_timezones()}


def says_nothing(series: pd.Series) -> pd.Series:
    """Which values are words for nothing. As a name and as a word of the settings they are values, and `NA` is Namibia, too."""
    distinct: pd.Series = pd.Series(series.unique(), dtype="str")
    # Python folds a text at a time, Arrow makes a column of ASCII small.
    folded = distinct.str.casefold() if beside(as_array(distinct), bytes(range(0x80))) else distinct.str.lower()
    return among(series, distinct[among(distinct, _NOTHINGS) | among(folded, _NOTHING_IN_CODES)])


def is_employee_id(series: pd.Series) -> pd.Series:
    """Which values can be an employee number; initials too. What is evidently something else of somebody's is none."""
    if not beside(as_array(series), DIGITS):
        return series.str.len().between(1, LONGEST_EMPLOYEE_ID).fillna(False).astype("bool")
    written: pd.Series = series.str.fullmatch(EMPLOYEE_ID, na=False) & series.str.contains(r"[^\W_]", na=False)
    return written & ~series.isin(NOTHINGS - {"NA", "nil"}) & ~is_other(series)


def is_email(series: pd.Series) -> pd.Series:
    """Which values can be an e-mail address, in any script, in any domain: whether it is delivered is not asked."""
    plain = series.str.fullmatch(PLAIN_EMAIL, na=False) & series.str.fullmatch(PLAIN_LENGTH, na=False)
    return plain | _among(series[~plain], _is_email)


def _among(series: pd.Series, test: Any) -> pd.Series:
    distinct = series.dropna().drop_duplicates()
    return series.isin(distinct[[bool(test(value)) for value in distinct]])


def _is_email(value: str) -> bool:
    import email_validator  # noqa: PLC0415 - only addresses beyond plain ones need it, and few files have any

    try:
        found = email_validator.validate_email(value, check_deliverability=False, globally_deliverable=False, strict=True)
    except (email_validator.EmailNotValidError, ValueError):
        return False
    return "." in found.domain
