"""What stands where a name is asked and is none: a word for nothing, a number, an address, a word for how somebody stands.

Belongs here: telling that of the cells of two columns. Does not belong here: what stands beside a name and is left out
(``roster.intake.whole_names``), letters that were lost (``roster.intake.damage``).
"""

import re
from functools import cache
from typing import Final

import pandas as pd

from roster import statuses
from roster.intake import faults, whole_names
from roster.intake.nothings import NAMES, NOTHINGS
from roster.membership import among

_NOTHINGS: Final = pd.Series(sorted(NOTHINGS - NAMES), dtype="str")
_NUMBER: Final = "(?:^|[ ,;:/.-])[0-9]{4}"
"""What begins like a number or a day of its own in a name; behind letters (`Test1001`) it is part of what somebody is called there."""
_TICKED: Final = frozenset(
    {"TRUE", "FALSE", "WAHR", "FALSCH", "VRAI", "SANT", "FALSKT", "SANN", "USANN", "EPÄTOSI", "VERDADERO", "VERDADEIRO", "ONWAAR", "PRAWDA"}
)
"""How spreadsheets write yes and no; not those of them that many are called (`SAND`, `TOSI`, `FALSO`, `VERO`)."""
_SHOUTED: Final = 0.05
"""From this share of a column's other names in capitals on, capitals tell nothing."""
_ASIDE_ALONE: Final = re.compile(r"[(\[（【]([^)\]）】]*)[)\]）】]?|[-–—/|]\s*([^-–—/|]*)")
"""A remark in brackets, or behind a dash, that is all of a cell."""
_WORD: Final = (
    "This is no name, but a word for how somebody stands, or a spreadsheet's for yes or no. Write the name. It does not say whether the "
    "person has left: status and end date do."
)


def no_names(frame: pd.DataFrame) -> list[pd.DataFrame]:
    """Fault rows of the first and last names that are none.

    One that says that there is nothing is a word for it, or signs and noughts alone; a dash or a point beside the other name stands for the
    one that somebody does not have. Numbers and addresses are no names either, nor is one that has a number in it (``Berg 20401``), nor a
    word for how somebody stands (``SLUTAT``).
    """
    names = {name: frame[name] for name in ("first_name", "last_name")}
    unlettered = {name: _without_letters(texts) for name, texts in names.items()}
    signs = {name: which & ~names[name].where(which).str.contains("[1-9]", na=False) for name, which in unlettered.items()}
    both = signs["first_name"] & signs["last_name"]
    found = [faults.fault_rows(frame.index[which], name, "name", _WORD) for name, which in _words(names).items()]
    for name, texts in names.items():
        nothing = among(texts, _NOTHINGS) | (signs[name] & ~texts.where(signs[name]).isin(NAMES)) | both
        found.append(faults.fault_rows(frame.index[nothing], name, "nothing"))
        numbered = whole_names.without_asides(texts[texts.str.contains(_NUMBER, na=False)]).str.contains(_NUMBER, na=False)
        other = texts.str.contains("@", na=False, regex=False) | numbered.reindex(texts.index, fill_value=False)
        found.append(faults.fault_rows(frame.index[(unlettered[name] & ~signs[name]) | other], name, "name"))
    return found


def _words(names: dict[str, pd.Series]) -> dict[str, "pd.Series[bool]"]:
    """Which names are a word for how somebody stands, or a spreadsheet's for yes or no. Somebody may be called so: in capitals it is none
    where hardly any other name of the column is, nor the other one of the row; nor in brackets or behind a dash, and nothing else."""
    words = {name: among(texts, _in_capitals()) for name, texts in names.items()}
    found = {}
    for (name, texts), beside in zip(names.items(), reversed(names), strict=True):
        which = words[name]
        if which.any():
            others: pd.Series = pd.Series(texts[~which].dropna().unique(), dtype="str")
            certain = bool(others.str.isupper().mean() < _SHOUTED)  # of no others the mean is none
            which = which & certain & (words[beside] | ~names[beside].where(which).str.isupper().fillna(False).astype("bool"))
        found[name] = which | _asides(texts)
    return found


def _asides(texts: pd.Series) -> "pd.Series[bool]":
    """Which are a remark on how somebody stands, and nothing else."""
    signed = texts[texts.str.contains(r"^[(\[（【/|–—-]", na=False)].unique()
    standing = [
        text for text in signed if (parts := _ASIDE_ALONE.fullmatch(text)) and whole_names.says_standing(parts[1] or parts[2] or "")
    ]
    return among(texts, pd.Series(standing, dtype="str"))


def _without_letters(texts: pd.Series) -> "pd.Series[bool]":
    """Which texts have no letter. pandas asks Python row by row for those of all scripts: so first for plain ones."""
    letterless = texts[~texts.str.contains("[A-Za-z]", na=True)]
    found: pd.Series[bool] = letterless.str.fullmatch(r"[\W\d_]+").reindex(texts.index, fill_value=False).astype("bool")
    return found


@cache
def _in_capitals() -> pd.Series:
    return pd.Series(sorted(statuses.in_capitals() | _TICKED), dtype="str")
