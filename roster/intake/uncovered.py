"""Which cells of a status its `default` does not cover: those that were damaged, say nothing, or say otherwise, however they are written.

Belongs here: judging the words that a table or cases of the settings do not list. Does not belong here: what those give that they list
(``roster.rules``), which words there are for a status (``roster.statuses``), damage in other columns (``roster.intake.damage``).
"""

import re
from collections.abc import Mapping
from typing import Final

import pandas as pd

from roster import yes_or_no
from roster.intake import garbling
from roster.intake.nothings import NOTHING_IN_CODES, NOTHINGS
from roster.membership import among
from roster.rules import as_text, evaluate
from roster.settings import Source
from roster.statuses import canonical_status, plain
from roster.vocabulary import WORKER_STATUSES

_ALIKE: Final = str.maketrans("АВЕЅЗІЈКМНОРСТУХаеѕіјорсухΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABES3IJKMHOPCTYXaesijopcyxABEZHIKMNOPTYXo")
"""Cyrillic and Greek letters → the Latin ones that look the same."""
_TWO_SCRIPTS: Final = re.compile(r"(?=.*[A-Za-z]).*[\u0370-\u03ff\u0400-\u052f]")


def uncovered(source: Source, frame: pd.DataFrame) -> pd.Series | None:
    """The cells that `default` would stand for and does not cover; NaN elsewhere. None where there is none.

    Args:
        source: The rule of a status.
        frame: The file's columns.
    """
    default = as_text(source.default) if source.default else ""
    if not default or not (source.lookup or source.cases):
        return None
    found: pd.Series = pd.Series(float("nan"), index=frame.index, dtype="str")
    for column in sorted(source.reads() - yes_or_no.columns_of(source)):  # what is neither yes nor no is told as that
        listed = _listed(source, column)
        words = pd.Series(frame[column].dropna().unique(), dtype="str")
        other = [word for word in words if word not in listed and _says_otherwise(word, listed, default)]
        if other:
            found = found.fillna(frame[column].where(among(frame[column], pd.Series(other, dtype="str"))))
    if found.isna().all():
        return None
    # A canonical word must not pass for the status that nobody has read, and a blank is not shown.
    found = found.mask(found.isin(WORKER_STATUSES), found + " ")
    # Where a line of the settings fits all the same, it counts.
    return found.where(evaluate(source.model_copy(update={"default": None}), frame).isna())


def _listed(source: Source, column: str) -> Mapping[str, str]:
    """The words that the settings list of a column → what they give."""
    if source.lookup:
        return {word: as_text(value) for word, value in source.lookup.items()}
    cases = [(case.when[column], as_text(case.value)) for case in source.cases or [] if column in case.when]
    return {word: value for words, value in cases for word in words if isinstance(word, str) and word}


def _says_otherwise(word: str, listed: Mapping[str, str], default: str) -> bool:
    if garbling.kind(word) or _TWO_SCRIPTS.match(word) or word in NOTHINGS or word.casefold() in NOTHING_IN_CODES:
        return True
    bare = _bare(word)
    if any(value != default for listed_word, value in listed.items() if bare and _bare(listed_word) == bare):
        return True
    # A letter alone may be a code of theirs.
    status = canonical_status(word) if len(bare) > 1 else None
    return status is not None and (status[0] == "Terminated") != (default == "Terminated")


def _bare(word: str) -> str:
    """A word without what its letters may be written like."""
    return plain(word.translate(_ALIKE))
