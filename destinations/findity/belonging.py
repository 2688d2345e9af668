"""Who belongs to which of a company's organizations, and who is a consultant there.

Belongs here: what the settings' rules come to. Does not belong here: what follows from it for a plan (``roster.parts``). Pure.
"""

import json
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import pandas as pd

from destinations.findity.settings import FindityBelonging
from roster.parts import ELSEWHERE, HERE, PLACED, works
from roster.rules import empty, evaluate, unread
from roster.settings import Rule

UNKNOWN: Final = "organization_unknown"
EMPTY: Final = "organization_empty"
UNREADABLE: Final = "organization_unreadable"
EVERYWHERE: Final = "all"


def placed(roster: pd.DataFrame, rules: FindityBelonging, words: Sequence[str], part: str, name: Callable[[str], str]) -> pd.DataFrame:
    """Where everyone who works here belongs, as one organization sees it.

    Args:
        roster: the roster frame.
        rules: who belongs where.
        words: the organizations' words.
        part: the word of this one.
        name: word → the destination's name.

    Returns:
        `roster.parts.PLACED`. Of whom one of several words is not known, it is known only that they belong to the others.
    """
    people = roster[works(roster)]
    given = evaluate(rules.organization, people)
    each = {text: _words(text, rules.separator) for text in given.dropna().unique()}
    place = given.map({text: _place(found, words, part) for text, found in each.items()}).astype("str")
    nothing = pd.Series(UNKNOWN, index=people.index, dtype="str").mask(empty(rules.organization, people), EMPTY)
    nothing = nothing.mask(unread(rules.organization, people), UNREADABLE)
    lists = {text: json.dumps([name(word) for word in found if word in words]) for text, found in each.items()}
    found = pd.DataFrame(
        {"employee_id": people["employee_id"], "place": place.fillna(nothing), "parts": given.map(lists).astype("str").fillna("[]")}
    )
    return found[list(PLACED)].reset_index(drop=True).astype("str")


def _place(found: Sequence[str], words: Sequence[str], part: str) -> str:
    if part in found:
        return HERE
    if not found:
        return EMPTY
    return ELSEWHERE if all(word in words for word in found) else UNKNOWN


def _words(text: str, separator: str) -> list[str]:
    """The words of a cell, or of a list in the settings, once each."""
    given = json.loads(text) if text.startswith("[") else text.split(separator)
    return list(dict.fromkeys(word for one in given if (word := str(one).strip().casefold())))


def without_private(desired: pd.DataFrame, roster: pd.DataFrame, rules: FindityBelonging, words: Sequence[str], part: str) -> pd.DataFrame:
    """The desired users, without what a consultant does not get; who may be one, by a cell that is there and says nothing that is known,
    counts as one.

    Args:
        desired: the desired users.
        roster: the roster frame.
        rules: who is a consultant where.
        words: the organizations' words.
        part: the word of this one.
    """
    if rules.consultant_in is None:
        return desired
    marked = _consultants(roster, rules.consultant_in, rules.separator, words, part)
    at = desired["employee_id"].isin(roster.loc[marked, "employee_id"])
    return desired.assign(**{field: desired[field].mask(at, np.nan).astype("str") for field in rules.withheld})


def _consultants(roster: pd.DataFrame, rule: Rule, separator: str, words: Sequence[str], part: str) -> pd.Series:
    given = evaluate(rule, roster)
    known = {*words, EVERYWHERE}

    def marks(text: str) -> bool:
        found = _words(text, separator)
        return part in found or EVERYWHERE in found or not known.issuperset(found)

    marked = given.map({text: marks(text) for text in given.dropna().unique()}).eq(True)
    # A rule with a decision table gives nothing to whom no line fits; a cell that a table of words does not know is another matter.
    lost = given.isna() & ~empty(rule, roster) if rule.lookup else pd.Series(False, index=roster.index)
    found: pd.Series = marked | lost | unread(rule, roster)
    return found
