"""Which texts are an account number.

Belongs here: International Bank Account Numbers, told from other accounts by how they begin; the codes of banks that go with them (BIC).
 Does not belong here: what a bad account costs
(``roster.intake.validation``), accounts that several people have (``roster.intake.damage``).

Whole columns are looked at; the library that takes one value at a time sees only what no column-wise pattern settles.
"""

import string

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from stdnum import bic, iban

from roster.arrow import as_array, beside
from roster.intake.countries import COUNTRIES
from roster.membership import among

SHORTEST_IBAN = 15
"""Characters of the shortest IBAN, Norway's."""
LONGEST_IBAN = 30
"""Characters of the longest IBAN behind country and check digits (ISO 13616)."""
NO_ACCOUNT = (
    r".*(?:[*•#]{2}|[xX]{3}|\?).*|[^1-9]*|(?:[^0-9]*[0-9]){0,3}[^0-9]*"
    + "".join(rf"|(?:[^0-9]*{digit}){{6,}}[^0-9]*" for digit in "123456789")
    + r"|0?12345678(?:90?)?(?:1234567890)*|\+.*|[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}[./][0-9]{1,2}[./](?:19|20)[0-9]{2}"
)
"""What was masked before it was written, what has no digit but noughts or hardly one, one digit again and again, digits in their order, a
telephone number, a date."""
IBAN_LABEL = r"(?i)^IBAN[: ]*(?=[A-Z]{2}[ .-]*[0-9]{2})"
"""The word before an IBAN, which is no part of it."""
BIC_LABEL = r"(?i)^(?:BIC|SWIFT)(?:[- ]?(?:BIC|CODE))?[: ]+"
"""Words before a BIC, which are no part of it."""
_SPELLED = string.ascii_uppercase.encode() + string.digits.encode()
LIKE_IBAN = r"[A-Za-z]{2}[0-9]{2}"
PLAIN_IBAN = rf"[A-Z]{{2}}[0-9]{{2}}[A-Z0-9]{{1,{LONGEST_IBAN}}}"


def is_account(series: pd.Series) -> pd.Series:
    """Which values can be an account number: whatever begins like an IBAN must be one; others have digits more than letters, and nothing
    may be masked or evidently something else, nor be written with another alphabet's letters or digits. Where most are IBANs, no other is
    as long as one and has letters: one of its characters was taken for another, or it has a word before it."""
    like = series.str.match(LIKE_IBAN, na=False)
    others = series[~like]
    none = others.str.fullmatch(NO_ACCOUNT, na=False) | others.str.count("[A-Za-z]").gt(others.str.count("[0-9]"))
    none |= others.str.contains(r"[^\x00-\x7f]", na=False)
    if 2 * like.sum() > series.notna().sum():
        none |= others.str.contains("[A-Za-z$]", na=False) & others.str.count("[A-Za-z0-9]").ge(SHORTEST_IBAN)
    found: pd.Series[bool] = pd.concat([is_iban(series[like]), ~none]).reindex(series.index).astype("bool")
    return found


def spelled(accounts: pd.Series) -> pd.Series:
    """IBANs as computers write them, however people do; other accounts as they are."""
    labelled = accounts[accounts.str.contains("(?i)^iban", na=False)].str.replace(IBAN_LABEL, "", regex=True)
    accounts = labelled.reindex(accounts.index).fillna(accounts) if len(labelled) else accounts
    if not beside(as_array(accounts), _SPELLED):
        return accounts
    compact = accounts.str.replace("[ .-]", "", regex=True).str.upper()
    apart = accounts.str.match(r"[A-Za-z]{2}[ .-]+[0-9]{2}", na=False) & compact.str.len().ge(SHORTEST_IBAN)  # PG and BG are giros, too
    return accounts.mask(accounts.str.match(LIKE_IBAN, na=False) | apart, compact)


def is_bic(codes: pd.Series) -> pd.Series:
    """Which values are a bank's code (ISO 9362), with the code of a country in it."""
    distinct = codes.dropna().drop_duplicates()  # few: banks, not people
    good = {code for code in distinct if bic.is_valid(code) and bic.compact(code)[4:6] in COUNTRIES}
    return codes.astype("object").isin(list(good))


def is_iban(numbers: pd.Series) -> pd.Series:
    """Which values are an IBAN, by the check digits and the country's format; a bank's own check digits inside it are the bank's affair.

    The check digits are computed for all values at once. Whether a country's numbers look like that follows from where the digits and
    letters stand, so the library is asked once for each such shape instead of once for each person.
    """
    distinct: pd.Series = pd.Series(numbers.dropna().unique(), dtype="str")
    plain = distinct.str.fullmatch(PLAIN_IBAN)
    good = pd.concat([_plain_ibans(distinct[plain]), distinct[~plain].map(_is_valid_iban)]).astype("bool")
    return numbers.notna() & ~among(numbers, distinct[~good.reindex(distinct.index)])  # there are fewer of these


def _plain_ibans(numbers: pd.Series) -> pd.Series:
    """The same for values that are written plainly."""
    remainders, shapes = _remainders_and_shapes(as_array(numbers))
    shape, good = pd.Series(shapes, index=numbers.index), pd.Series(remainders == 1, index=numbers.index)
    # With check digits that hold, one of a shape stands for all of it.
    samples = shape[good].drop_duplicates()
    known = samples[[_is_valid_iban(number) for number in numbers[samples.index]]]
    return good & shape.isin(known)


def _remainders_and_shapes(numbers: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Each number's remainder by 97, and a number that stands for its country and for where its letters are."""
    remainders, shapes = np.zeros(len(numbers), "int64"), np.zeros(len(numbers), "int64")
    lengths = pc.binary_length(numbers).to_numpy()
    for length in np.unique(lengths):  # of one length, each place is a column
        at = np.flatnonzero(lengths == length)
        texts = numbers.take(pa.array(at))
        columns = np.frombuffer(texts.buffers()[2], "uint8")[: length * len(at)].reshape(len(at), length).T.astype("int8") - ord("A")
        first, second, *account = columns
        shape, rest, digits = 26 * first.astype("int64") + second, np.zeros(len(at), "int64"), 0
        for column in account[2:]:
            shape = shape * 3 + 1 + (column >= 0)
        for column in (*account[2:], first, second, *account[:2]):  # country and check digits count last
            letter = column >= 0
            rest = np.where(letter, rest * 100 + column + 10, rest * 10 + column + ord("A") - ord("0"))
            digits += 2
            if digits > 14:  # of what an int64 holds
                rest, digits = rest % 97, 2
        remainders[at], shapes[at] = rest % 97, shape * 3 ** (LONGEST_IBAN + 4 - length)
    return remainders, shapes


def _is_valid_iban(number: str) -> bool:
    return bool(iban.is_valid(number, check_country=False))
