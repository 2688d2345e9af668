"""Words for yes and no, as HR systems and people write them.

Belongs here: which words these are, and reading a column of them. Does not belong here: what follows of a yes (``roster.rules``), what a
column of yes and no seems to mean (``roster.proposal``).

A word that is neither is no no: it cannot be read. An empty cell says neither.
"""

from typing import Final

import pandas as pd

from roster.settings import Rule, Where

YES: Final = frozenset(
    {"1", "yes", "y", "true", "t", "x", "on", "ja", "j", "oui", "vrai", "sí", "si", "verdadero", "kyllä", "kylla", "tosi"}
    | {"sant", "sann", "sand", "sandt", "wahr"}
)
NO: Final = frozenset(
    {"0", "no", "n", "false", "f", "off", "nein", "non", "faux", "falso", "nej", "nei", "ei", "epätosi"}
    | {"falskt", "usann", "falsk", "usand", "falsch"}
)
"""English, Swedish, Norwegian, Danish, Finnish, German, French and Spanish, however large their letters are."""


def says(word: str) -> bool | None:
    """What a word says; None if it is neither."""
    written = word.strip().casefold()
    return True if written in YES else False if written in NO else None


def as_text(series: pd.Series) -> pd.Series:
    """``true`` and ``false``; NaN where a cell is empty or says neither."""
    written = series.str.strip().str.casefold()
    result: pd.Series = pd.Series(float("nan"), index=series.index, dtype="str")
    return result.mask(written.isin(YES), "true").mask(written.isin(NO), "false")


def columns_of(rule: Rule) -> set[str]:
    """The columns of which a rule's cases ask for yes or no."""
    return {column for case in rule.cases or [] for column in of(case.when)}


def of(where: Where) -> set[str]:
    """The columns of which a condition asks for yes or no."""
    return {column for column, accepted in where.items() if any(isinstance(value, bool) for value in accepted)}


def doubtful(where: Where, frame: pd.DataFrame) -> pd.Series:
    """Which rows may meet a condition by a word that it does not name: one that is neither yes nor no where that is asked, or another one
    for yes where one is named (``Ja`` beside ``X``). Of two single letters or digits each may be a code of its own."""
    found = pd.Series(False, index=frame.index)
    for column, accepted in where.items():
        cells, words = frame[column], [word for word in accepted if isinstance(word, str)]
        if len(words) < len(accepted):
            found |= cells.notna() & as_text(cells).isna() & ~cells.isin(words)
        if named := [word for word in words if says(word)]:
            long = cells.str.len().gt(1).fillna(False) | any(len(word) > 1 for word in named)
            found |= as_text(cells).eq("true").fillna(False) & long & ~cells.str.casefold().isin([word.casefold() for word in named])
    return found


def unclear(rule: Rule, frame: pd.DataFrame) -> pd.Series | None:
    """What stands where a rule's cases ask for yes or no and is neither; NaN elsewhere. None if the rule asks for none."""
    columns = sorted(columns_of(rule) & set(frame.columns))
    if not columns:
        return None
    found: pd.Series = pd.Series(float("nan"), index=frame.index, dtype="str")
    for column in columns:
        found = found.fillna(frame[column].where(as_text(frame[column]).isna()))
    return found
