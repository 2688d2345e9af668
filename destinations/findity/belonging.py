"""Who belongs to which of a company's organizations, and who is a consultant there.

Belongs here: what the settings' rules come to. Does not belong here: what follows from it for a plan (``roster.parts``). Pure.
"""

import json
from collections.abc import Callable, Collection, Sequence
from difflib import get_close_matches
from typing import Final

import numpy as np
import pandas as pd

from destinations.findity.left_out import LONGEST
from destinations.findity.settings import FindityBelonging
from roster.parts import ELSEWHERE, HERE, PLACED, works
from roster.plan.facts import FAULTS
from roster.rules import empty, evaluate, unread
from roster.settings import Rule

UNKNOWN: Final = "organization_unknown"
EMPTY: Final = "organization_empty"
UNREADABLE: Final = "organization_unreadable"
EVERYWHERE: Final = "all"
CONSULTANT: Final = "consultant_in"
"""The field of a fault of who counts as a consultant, since HR's word for it is not known."""
CONSULTANT_UNKNOWN: Final = "consultant_unknown"
_NEAREST, _LOOKED_FOR = 3, 200
"""So many near words are told, for so many different ones: to look for them takes time."""


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
    place, in_parts = place.fillna(nothing), given.map(lists).astype("str").fillna("[]")
    word, meant = _unknown(people, rules.organization, rules.separator, given, words, place.eq(UNKNOWN))
    found = pd.DataFrame(dict(zip(PLACED, (people["employee_id"], place, in_parts, word, meant), strict=True)))
    return found.reset_index(drop=True).astype("str")


def _unknown(
    people: pd.DataFrame, rule: Rule, separator: str, given: pd.Series, words: Collection[str], of: pd.Series
) -> tuple[pd.Series, pd.Series]:
    """HR's words that lead nowhere, and what may have been meant: another word of the rule's table, or an organization's.

    Args:
        people: the rows.
        rule: what gives the words.
        separator: between several.
        given: what it gives for each row.
        words: those that are known.
        of: of whom it is told.
    """
    texts = given
    for column in sorted(rule.reads()):  # not `bfill` over rows, which makes an object of Python of every cell
        texts = texts.fillna(people[column])
    texts = texts.where(of)
    missing = {text: [one for one in _as_written(text, separator) if one.casefold() not in words] for text in texts.dropna().unique()}
    known = {word.casefold(): word for word in (*words, *(rule.values or {}), *(rule.lookup or {}))}

    def near(found: Sequence[str]) -> str:
        alike = (one for word in found for one in get_close_matches(word.casefold(), known, n=_NEAREST, cutoff=0.6))
        return "; ".join(dict.fromkeys(known[one] for one in alike))

    candidates = {text: near(found) for text, found in list(missing.items())[:_LOOKED_FOR]}
    word = texts.map({text: separator.join(found)[:LONGEST] for text, found in missing.items()}).astype("str")
    return word, texts.map({text: one for text, one in candidates.items() if one}).astype("str")


def _place(found: Sequence[str], words: Sequence[str], part: str) -> str:
    if part in found:
        return HERE
    if not found:
        return EMPTY
    return ELSEWHERE if all(word in words for word in found) else UNKNOWN


def _words(text: str, separator: str) -> list[str]:
    """The words of a cell, or of a list in the settings, once each."""
    return list(dict.fromkeys(word.casefold() for word in _as_written(text, separator)))


def _as_written(text: str, separator: str) -> list[str]:
    given = json.loads(text) if text.startswith("[") else text.split(separator)
    return [word for one in given if (word := str(one).strip())]


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


def unknown_consultants(desired: pd.DataFrame, roster: pd.DataFrame, rules: FindityBelonging, words: Sequence[str]) -> pd.DataFrame:
    """Faults (`roster.plan.facts.FAULTS`) of the users who count as consultants for a word that is not known."""
    rule = rules.consultant_in
    if rule is None:
        return pd.DataFrame(columns=list(FAULTS), dtype="str")
    people = roster[roster["employee_id"].isin(desired["employee_id"])]
    given, known = evaluate(rule, people), {*words, EVERYWHERE}
    strange = {text: not known.issuperset(_words(text, rules.separator)) for text in given.dropna().unique()}
    lost = given.isna() & ~empty(rule, people) & ~unread(rule, people) if rule.lookup else pd.Series(False, index=people.index)
    at = given.map(strange).eq(True) | lost
    word, candidates = _unknown(people, rule, rules.separator, given, known, at)
    columns = (people["employee_id"], CONSULTANT, CONSULTANT_UNKNOWN, word, candidates)
    return pd.DataFrame(dict(zip(FAULTS, columns, strict=True)), index=people.index)[at].astype("str")


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
