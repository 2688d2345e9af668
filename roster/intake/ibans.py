"""Account numbers that are IBANs, column by column.

Belongs here: check digits and country formats of whole columns. Does not belong here: what happens to a row whose number is none.

The check digits are computed for all values at once. Whether a country's numbers look like that follows from where the digits and letters
stand, so the library, which looks at one value at a time, is asked once for each such shape instead of once for each person.
"""

import numpy as np
import pandas as pd
from stdnum import iban

LONGEST = 30
"""Characters of the longest IBAN behind country and check digits (ISO 13616)."""
PLAIN = rf"[A-Z]{{2}}[0-9]{{2}}[A-Z0-9]{{1,{LONGEST}}}"


def is_iban(numbers: pd.Series) -> pd.Series:
    """Which values are an IBAN, by the check digits and the country's format; a bank's own check digits inside it are the bank's affair."""
    distinct = numbers.dropna().drop_duplicates()
    plain = distinct.str.fullmatch(PLAIN)
    good = pd.concat([_plain(distinct[plain]), distinct[~plain].map(_valid)]).astype("bool")
    valid = distinct[good.reindex(distinct.index)]
    return numbers.astype("object").isin(valid.to_numpy(dtype="object"))


def _plain(numbers: pd.Series) -> pd.Series:
    """The same for values that are written plainly."""
    remainders, shapes = _read(numbers)
    good = pd.Series(remainders == 1, index=numbers.index)
    # With check digits that hold, one of a shape stands for all of it.
    asked = numbers[good].groupby(shapes[good]).first()
    known = asked.index[[_valid(number) for number in asked]]
    return good & pd.Series(shapes, index=numbers.index).isin(known)


def _read(numbers: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Each number's remainder by 97, and a number that stands for its country and for where its letters are."""
    head, account = _characters(numbers.str.slice(stop=4), 4), _characters(numbers.str.slice(4), LONGEST)
    remainders, shapes = np.zeros(len(numbers), dtype="int64"), 26 * (head[:, 0] - ord("A")) + head[:, 1] - ord("A")
    for column in account.T:
        shapes = shapes * 3 + (column > 0) + (column >= ord("A"))
    for column in (*account.T, *head.T):  # country and check digits count last
        number = np.where(column >= ord("A"), remainders * 100 + column - ord("A") + 10, remainders * 10 + column - ord("0"))
        remainders = np.where(column > 0, number % 97, remainders)
    return remainders, shapes


def _characters(texts: pd.Series, width: int) -> np.ndarray:
    """Their codes, one row a text, 0 behind its end."""
    return texts.to_numpy(dtype=f"S{width}").view("uint8").reshape(len(texts), width).astype("int64")


def _valid(number: str) -> bool:
    return bool(iban.is_valid(number, check_country=False))
