"""How one value comes from a row's columns: the rules that a company's YAML states, applied to a whole frame at once.

Belongs here: the meaning of ``Rule`` and ``Where``. Does not belong here: what a canonical column or a destination field must look like.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from roster import yes_or_no
from roster.characters import plain
from roster.settings import Rule, Value

BRACES = re.compile(r"\{(.+?)\}")
UNREAD = "unread"
"""Column of the roster: which of a person's values were there and could not be used, joined by ``|``. What is made of them is not known."""


class MissingColumn(LookupError):
    """The settings name a column that the rows do not have.

    Attributes:
        rule: Where in the settings the column is named.
        column: The column that is not there.
    """

    def __init__(self, rule: str, column: str, available: list[str]) -> None:
        super().__init__(f"{rule} names the column '{column}', which is not there. There are: {', '.join(available)}.")
        self.rule = rule
        self.column = column


def evaluate(rule: Rule, frame: pd.DataFrame, name: str = "a rule") -> pd.Series:
    """One value for each row.

    Args:
        rule: What the settings say.
        frame: Text columns, missing values as NaN.
        name: Where the rule stands in the settings, for the error.

    Returns:
        Text with the frame's index; a list is JSON text, an empty result is NaN. It is NaN too, whatever the default, where the rule reads
        a value that could not be used (`UNREAD`), or asks for yes or no where a cell says neither: that is not an empty one.

    Raises:
        MissingColumn: The rule names a column that the frame does not have.
    """
    if rule.constant is not None:
        result = _constant(rule.constant, frame)
    elif rule.template is not None:
        result = _template(rule.template, frame, name)
    elif rule.cases is not None:
        result = _cases(rule, frame, name)
    else:
        result = _first(rule.columns or [str(rule.column)], frame, name)
        if rule.values:
            result = _translated(result, rule.values, closed=False)
        elif rule.lookup:
            result = _translated(result, rule.lookup, closed=True)
    if rule.default is not None and rule.default != "":
        result = result.fillna(as_text(rule.default))
    if (unclear := yes_or_no.unclear(rule, frame)) is not None:
        result = result.mask(unclear.notna())
    return result.mask(unread(rule, frame)) if UNREAD in frame and frame[UNREAD].notna().any() else result


def unread(rule: Rule, frame: pd.DataFrame) -> pd.Series:
    """For whom the rule reads a value that was there and could not be used."""
    columns = "|".join(re.escape(column) for column in sorted(rule.reads()))
    return unread_of(frame, columns) if columns else pd.Series(False, index=frame.index)


def unread_of(frame: pd.DataFrame, columns: str) -> pd.Series:
    """Who has a value that was there and could not be used in one of these columns, which are a pattern."""
    found = pd.Series(False, index=frame.index)
    if UNREAD in frame:  # of few people; a roster that was stored by an earlier version does not say
        some = frame[UNREAD].notna().to_numpy()
        found.loc[some] = frame.loc[some, UNREAD].astype("str").str.contains(rf"(?:^|\|)(?:{columns})(?:\||$)").to_numpy()
    return found


def empty(rule: Rule, frame: pd.DataFrame) -> pd.Series:
    """For whom every cell that the rule reads is there and empty: not one that could not be used, or that no line of the rule fits."""
    columns = sorted(rule.reads())
    if not columns or not set(columns) <= set(frame.columns):
        return pd.Series(False, index=frame.index)
    found: pd.Series = frame[columns].isna().all(axis=1) & ~unread(rule, frame)
    return found


def cells(rule: Rule, frame: pd.DataFrame) -> pd.Series:
    """What stands in the columns that the rule reads, of several with commas between."""
    found = _texts([None] * len(frame), frame.index)
    for column in sorted(rule.reads() & set(frame.columns)):
        found = (found + ", " + frame[column]).fillna(found).fillna(frame[column])
    return found


def matches(where: Mapping[str, Sequence[str | bool]], frame: pd.DataFrame, name: str = "a condition") -> pd.Series:
    """Which rows have one of the accepted values in every named column; ``""`` accepts an empty one, true and false any word for it.

    Raises:
        MissingColumn: A named column is not in the frame.
    """
    result = pd.Series(True, index=frame.index)
    for column, accepted in where.items():
        cells, texts = _column(column, frame, name), [as_text(value) for value in accepted if isinstance(value, bool)]
        found = cells.fillna("").isin([plain(value) for value in accepted if isinstance(value, str)])
        result &= found | yes_or_no.as_text(cells).isin(texts) if texts else found
    return result


def as_text(value: Value) -> str:
    """How a value from the settings is written in a text column: as it is, or as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _column(column: str, frame: pd.DataFrame, name: str) -> pd.Series:
    if column not in frame.columns:
        raise MissingColumn(name, column, [str(c) for c in frame.columns])
    return frame[column]


def _texts(values: list[Any], index: pd.Index) -> pd.Series:
    return pd.Series(values, index=index, dtype="str").replace("", float("nan"))


def _constant(value: Value, frame: pd.DataFrame) -> pd.Series:
    return pd.Series(as_text(value) or float("nan"), index=frame.index, dtype="str")


def _first(columns: list[str], frame: pd.DataFrame, name: str) -> pd.Series:
    result = _column(columns[0], frame, name)
    for column in columns[1:]:
        result = result.fillna(_column(column, frame, name))
    return result.astype("str")


def _template(template: str, frame: pd.DataFrame, name: str) -> pd.Series:
    parts = BRACES.split(template)  # text and column names in turn
    result = pd.Series(parts[0], index=frame.index, dtype="str")
    for column, text in zip(parts[1::2], parts[2::2], strict=True):
        result = result + _column(column, frame, name) + text
    return result


def _cases(rule: Rule, frame: pd.DataFrame, name: str) -> pd.Series:
    cases = rule.cases or []
    chosen = pd.Series(-1, index=frame.index)
    for number, case in reversed(list(enumerate(cases))):
        chosen = chosen.mask(matches(case.when, frame, name), number)
    values = _texts([*(as_text(case.value) for case in cases), None], pd.RangeIndex(len(cases) + 1))
    return values.take(chosen.to_numpy()).set_axis(frame.index)


def _translated(series: pd.Series, table: dict[str, Value], closed: bool) -> pd.Series:
    codes, distinct = pd.factorize(series)
    table = {plain(value): translated for value, translated in table.items()}  # as the rows have it
    # One entry for each distinct value, and a last one that the code -1 (empty) takes.
    wanted = [as_text(table[value]) if value in table else None if closed else value for value in distinct]
    return _texts([*wanted, None], pd.RangeIndex(len(wanted) + 1)).take(codes).set_axis(series.index)
