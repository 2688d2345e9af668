"""Who is Rollcall's to keep in step, by what the settings say of their row.

Belongs here: applying ``people.scope`` to valid people. Does not belong here: what a bad value in such a column costs
(``roster.intake.validation``), what is kept of people out of scope (``roster.intake.take_in``).
"""

import pandas as pd

from roster.membership import among
from roster.rules import matches
from roster.settings import Scope, Where


def in_scope(scope: Scope, valid: pd.DataFrame, leaving: pd.Series, remembered: pd.Series | None) -> pd.Series:
    """Which people are in scope.

    HR systems take a department away with the last day. So whoever has left by their row and was brought in once is out of scope only for
    what their row says, and not for what it lacks: else their accounts would stay open.

    Args:
        scope: The settings.
        valid: The valid people.
        leaving: Which rows say that somebody has left, by line.
        remembered: Employee numbers that the ledger knows, among others; None without a ledger.

    Raises:
        roster.rules.MissingColumn: The settings name a column that is not mapped.
    """
    result = _decided(scope, valid, lacking=False)
    if remembered is None or result.all():
        return result
    ours = leaving.reindex(valid.index, fill_value=False).astype(bool) & among(valid["employee_id"], remembered)
    return result | (ours & _decided(scope, valid, lacking=True))


def _decided(scope: Scope, valid: pd.DataFrame, *, lacking: bool) -> pd.Series:
    """By what the rows say; with ``lacking`` an empty cell speaks against nobody."""
    result: pd.Series = pd.Series(True, index=valid.index)
    if scope.include is not None:
        result &= _all(scope.include, valid, "people.scope.include", empty=True if lacking else None)
    if scope.exclude is not None:
        result &= ~_all(scope.exclude, valid, "people.scope.exclude", empty=False if lacking else None)
    return result


def _all(where: Where, valid: pd.DataFrame, name: str, *, empty: bool | None) -> pd.Series:
    """Whether all conditions hold; ``empty``: whether they do of an empty cell, if not as they say."""
    result: pd.Series = pd.Series(True, index=valid.index)
    for column, accepted in where.items():
        holds = matches({column: accepted}, valid, name)
        result &= holds if empty is None else holds.mask(valid[column].isna(), empty)
    return result
