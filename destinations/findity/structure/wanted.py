"""What HR's rows and the YAML want: the values of dimensions, and who approves for values and units before anybody is replaced.

Belongs here: evaluating the rules, and where the rows of one value do not agree. Does not belong here: what is there (``definitions``),
who approves in whose place (``approvers``). Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from destinations.findity.structure.settings import Dimension, Step, Values
from roster.rules import evaluate, unread

STEP_COLUMNS = ["at", "step", "number", "limit"]


@dataclass(frozen=True)
class WantedValues:
    """The values that one dimension should have."""

    table: pd.DataFrame
    """``value``, ``name`` (missing: no rule gives one), in the order of the values."""
    disagreeing: list[str]
    """Values to which their rows give several names."""
    has: set[str]
    """Every value that some row of somebody who has not left gives, out of scope or not yet started too."""
    whole: bool
    """Whether no row has a value that cannot be read, and some row gives one: else nobody can say that HR has no such value."""


def employed(roster: pd.DataFrame) -> pd.DataFrame:
    """Those who should be users."""
    return roster[roster["in_scope"] & roster["employment"].isin(["active", "leave"])].reset_index(drop=True)


def values(rules: Values, roster: pd.DataFrame) -> WantedValues:
    """The values of one dimension."""
    named = pd.DataFrame(list(rules.named.items()), columns=["value", "name"], dtype="str")
    if rules.id is None:
        return WantedValues(named, [], set(rules.named), bool(len(named)))
    people = employed(roster)
    given = evaluate(rules.id, people)
    name, several = agreed(given, evaluate(rules.name, people)) if rules.name else (pd.Series(dtype="str"), [])
    ids = pd.Series(sorted(set(given.dropna()) - set(rules.named)), dtype="str")
    found = pd.DataFrame({"value": ids, "name": ids.map(name).astype("str")})
    still = roster[roster["employment"].ne("left")]
    everyone = evaluate(rules.id, still)
    table = pd.concat([named, found], ignore_index=True).astype("str")
    whole = bool(everyone.notna().any()) and not bool(unread(rules.id, still).any())
    return WantedValues(table, [one for one in several if one not in rules.named], {*everyone.dropna(), *rules.named}, whole)


def agreed(keys: pd.Series, given: pd.Series) -> tuple[pd.Series, list[str]]:
    """What the rows of each key say, where those that say something agree; and the keys whose rows do not."""
    pairs = pd.DataFrame({"key": keys, "given": given}).dropna().drop_duplicates()
    several = pairs["key"].duplicated(keep=False)
    return pairs[~several].set_index("key")["given"], sorted(pairs.loc[several, "key"].unique())


def steps(
    keys: pd.Series, people: pd.DataFrame, usual: Sequence[Step], apart: Mapping[str, Sequence[Step]], own_keys: pd.Series
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Who should approve by the rules for each of some values or units.

    Args:
        keys: For which of them.
        people: HR's people.
        usual: The steps for all.
        apart: Key → its own steps.
        own_keys: The key of each of `people`.

    Returns:
        `STEP_COLUMNS`, one row a step; and for each key of which not all steps are known, why: none of it is in the first.
    """
    parts: list[pd.DataFrame] = []
    why: dict[str, str] = {}
    for number, step in enumerate(usual):
        mine = keys[~keys.isin(list(apart))]
        parts.append(_one(number, step, mine, people, own_keys, why))
    for key, own in apart.items():
        for number, step in enumerate(own):
            parts.append(_one(number, step, keys[keys.eq(key)], people, own_keys, why))
    table = pd.concat([pd.DataFrame(columns=STEP_COLUMNS), *parts], ignore_index=True)
    table = table.astype({"at": "str", "step": "int64", "number": "str", "limit": "float64"})
    return table[~table["at"].isin(list(why))].sort_values(["at", "step"], kind="stable", ignore_index=True), why


def _one(number: int, step: Step, keys: pd.Series, people: pd.DataFrame, own_keys: pd.Series, why: dict[str, str]) -> pd.DataFrame:
    limit = np.nan if step.amountLimit is None else step.amountLimit
    if step.employee is not None:
        return pd.DataFrame({"at": keys, "step": number, "number": step.employee, "limit": limit})
    assert step.rule is not None, "one of both is given"  # noqa: S101
    given, several = agreed(own_keys, evaluate(step.rule, people))
    found = keys.map(given).astype("str")
    broken = set(own_keys[unread(step.rule, people)].dropna())
    for key in keys[found.isna()]:
        why.setdefault(
            key,
            f"its rows name several people for step {number + 1}" if key in set(several)
            else f"the name for step {number + 1} cannot be read" if key in broken
            else f"no row names anybody for step {number + 1}",
        )  # fmt: skip
    return pd.DataFrame({"at": keys, "step": number, "number": found, "limit": limit})


def value_of(dimension: Dimension, people: pd.DataFrame) -> pd.Series:
    """Each person's value."""
    return evaluate(dimension.values.id, people) if dimension.values.id else pd.Series(np.nan, index=people.index, dtype="str")
