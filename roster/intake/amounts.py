"""Amounts of money as HR writes them: a decimal sign that the settings say, thousands marks, a currency.

Belongs here: which texts are such an amount, and its plain form. Does not belong here: what an amount may be
(``roster.intake.validation``) and in which unit a destination takes it.
"""

from typing import Final

import pandas as pd

BLANK: Final = "[ \u00a0\u2007\u2009\u202f]"
"""The blanks that people and programs put between thousands, most of which no line may be broken at."""
CURRENCY: Final = (
    r"(?:(?i:AUD|BGN|BRL|CAD|CHF|CNY|CZK|DKK|EUR|GBP|HKD|HUF|ILS|INR|ISK|JPY|KRW|MXN|NOK|NZD|PLN|RON|RSD|SEK|SGD|TRY|UAH|USD|ZAR|kr\.?|s?fr\.)"
    r"|[€$£¥]|zł|Kč|Ft)"
)
"""Each by its name: ``tkr``, ``mio`` and ``tsd`` are three letters too, and multiply."""
NO_CENTS: Final = rf"(?:{BLANK}?[,:.][-–—]{{1,2}})"
"""How a price ends that has no cents: ``15 000,-``, ``15 000:-`` and, in Switzerland, ``15'000.--``."""


def plain(amounts: pd.Series, decimal: str, numbers: bool = False) -> pd.Series:
    """Each amount as a plain number with a point and at most two decimals; NaN where it is none, or could be meant in two ways.

    Thousands stand in groups of three with one and the same mark: a blank, an apostrophe, or the sign of the two that is no decimal.

    Args:
        amounts: As HR writes them.
        decimal: ``.`` or ``,``.
        numbers: Whether some are a workbook's numbers, which read with a point and without noughts at their end (``12000.5``).
    """
    codes, distinct = pd.factorize(amounts)
    texts = pd.Series(distinct, dtype="str")
    mark = "," if decimal == "." else r"\."
    grouped = "|".join(rf"[0-9]{{1,3}}(?:{each}[0-9]{{3}})+" for each in (BLANK, "['’]", mark))
    cents = rf"[{decimal}](?P<cents>[0-9]{{1,2}})|[{decimal}](?P<many>[0-9]{{2}})00+|{NO_CENTS}"
    parts = texts.str.extract(rf"^(?:{CURRENCY}{BLANK}*)?(?P<whole>{grouped}|[0-9]+)(?:{cents})?(?:{BLANK}*{CURRENCY})?$")
    whole, fraction = parts["whole"].str.replace(r"[^0-9]", "", regex=True), parts["cents"].fillna(parts["many"])
    found = whole.mask(fraction.notna(), whole + "." + fraction)
    if numbers and decimal == ",":
        found = found.mask(texts.str.fullmatch(r"[0-9]+\.[0-9]*[1-9]")).mask(texts.str.fullmatch(r"[0-9]+\.[0-9]?[1-9]"), texts)
    # The last entry is the one that the code -1 (empty) takes.
    return pd.concat([found, pd.Series([None], dtype="str")], ignore_index=True).astype("str").take(codes).set_axis(amounts.index)
